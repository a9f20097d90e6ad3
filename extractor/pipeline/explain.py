"""The whole way of one statement, derived anew from its file: nothing is stored per record for this."""

from __future__ import annotations

import re
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from extractor.config import Config, SourceSettings
from extractor.engines import ProcessEngine
from extractor.errors import ConfigError
from extractor.keys import KeyResolver
from extractor.models import ColumnEdge, Dataflow, Origin, Outcome, StatementLineage, TableEdge
from extractor.outputs.excerpt import excerpt, place_of
from extractor.pipeline.derive import Derivation, limits_of
from extractor.pipeline.dialect import dialect_of
from extractor.pipeline.explain_document import of_aside, of_nothing, of_step
from extractor.pipeline.observe import Derived
from extractor.pipeline.read import Aside
from extractor.pipeline.resolvers import resolver_of
from extractor.pipeline.runs import state_url
from extractor.pipeline.walk import Step, time_of
from extractor.pipeline.windows import Window
from extractor.report import Report, visible
from extractor.state import Store
from extractor.state.catalog import CatalogStore

_FINGERPRINT = re.compile(r"^[0-9a-f]{8,32}$")
_TEXT_LINES = 30


class Explanation(NamedTuple):
    """The way of a statement in words and as a document; ``matched`` is false when the place holds none."""

    text: str
    matched: bool
    document: dict[str, Any]


class _Place(NamedTuple):
    file: str
    line: int
    fingerprint: str

    def holds(self, origin: Origin) -> bool:
        """Whether a statement that begins there may be the one that is meant."""
        return origin.line <= self.line and (
            origin.file == self.file
            or Path(origin.file).as_posix().endswith("/" + self.file.lstrip("./"))
            or self.file.endswith("/" + origin.file)
        )


class _Finder:
    """Watches a derivation and keeps what stands at the place: the last statement that begins at or before it."""

    def __init__(self, place: _Place) -> None:
        self._place = place
        self._found: list[Step | Aside] = []

    def step(self, step: Step) -> None:
        if self._place.fingerprint:
            if step.event.fingerprint.startswith(self._place.fingerprint):
                self._found = [step]
        else:
            self._consider(step)

    def aside(self, aside: Aside) -> None:
        if not self._place.fingerprint:
            self._consider(aside)

    def _consider(self, candidate: Step | Aside) -> None:
        if self._place.holds(candidate.origin) and (
            not self._found or candidate.origin.line >= self._found[0].origin.line
        ):
            self._found = [candidate]

    def found(self) -> Step | Aside | None:
        return self._found[0] if self._found else None


def explain(config: Config, place: str) -> Explanation:
    """The way of the statement at ``FILE:LINE`` or of a fingerprint: record, outcome, context, names, keys, dataflow.

    Raises:
        ConfigError: the place is neither of both.
    """
    wanted = _place_of(place)
    finder = _Finder(wanted)
    with (
        tempfile.TemporaryDirectory(prefix="alation-lineage-") as folder,
        Store.open(f"sqlite:///{folder}/explain.db") as scratch,
        Store.open(state_url(config)) as store,
        ProcessEngine(limits_of(config), workers=config.limits.workers) as engine,
    ):
        now = datetime.now(UTC)
        derivation = Derivation(
            config,
            scratch,
            CatalogStore(store.engine),
            engine,
            Report(now),
            run_id=scratch.begin_run("explain", started_at=now),
            window=Window(),
            progress=lambda _: None,
            watcher=finder.step,
            aside_watcher=finder.aside,
        )
        derivation.run()
        found = finder.found()
        if found is None:
            words = f"no statement was found at {place}; is the file among the paths of a source?"
            return Explanation(words, False, of_nothing(place, words))
        if isinstance(found, Aside):
            return Explanation(_text_of(_aside_in_words(found)), True, of_aside(found))
        return _of_step(found, scratch, store, config)


def _of_step(step: Step, scratch: Store, store: Store, config: Config) -> Explanation:
    source = config.source[step.event.source]
    dialect = dialect_of(source)
    resolver = resolver_of(config, source, dialect, CatalogStore(store.engine))
    text = scratch.texts([step.event.fingerprint], dialect.name).get(step.event.fingerprint, "")
    words = _text_of(_step_in_words(step, source, resolver, text, store))
    return Explanation(words, True, of_step(step, source, resolver, text, store))


def _text_of(rows: list[str]) -> str:
    return "\n".join(visible(row.expandtabs(4)) for row in rows)


def _place_of(text: str) -> _Place:
    text = visible(text)
    file, colon, line = text.rpartition(":")
    if colon and line.isdigit():
        return _Place(file, int(line), "")
    if _FINGERPRINT.match(text.lower()):
        return _Place("", 0, text.lower())
    raise ConfigError(f"{text!r} is neither FILE:LINE nor a fingerprint (8 to 32 hexadecimal digits)")


def _aside_in_words(aside: Aside) -> list[str]:
    rows = [f"place        {aside.origin}"]
    if aside.record is not None:
        rows += _record_rows(aside.record.session, aside.record.user, aside.record.database, aside.record.schema)
        rows.append(f"time         {aside.record.started_at or 'not in the log'}")
        rows.append(f"database     said: {aside.record.outcome.value}")
    rows.append(f"outcome      {aside.outcome.value}{_because(aside.reason)}")
    return rows


def _step_in_words(step: Step, source: SourceSettings, resolver: KeyResolver, text: str, store: Store) -> list[str]:
    event = step.event
    rows = [
        f"place        {step.origin}",
        f"source       {source.name} (data source {source.data_source_id}, {source.dialect})",
        *_record_rows(event.session.partition("\x00")[2], event.user, event.database, event.schema),
        f"time         {time_of(event) or 'not in the log'}",
        f"fingerprint  {event.fingerprint}",
        f"outcome      {step.outcome.value}{_because(step.reason)}",
    ]
    if step.outcome is Outcome.NOT_PARSED and (where := place_of(step.reason)) is not None:
        rows += excerpt(text, where, step.origin.line)
    rows += ["text         (credentials removed)", *_indented(text)]
    for lineage in step.lineages:
        rows += _lineage_rows(lineage)
    for derived in step.derived:
        rows += _key_rows(derived, resolver)
        if derived.dataflow is not None:
            rows += _dataflow_rows(derived.dataflow, store)
    return rows


def _record_rows(session: str, user: str | None, database: str | None, schema: str | None) -> list[str]:
    return [
        f"session      {session or '-'}",
        f"user         {user or '-'}",
        f"defaults     database {database or '-'}, schema {schema or '-'}",
    ]


def _lineage_rows(lineage: StatementLineage) -> list[str]:
    rows = [f"kind         {lineage.kind}: {lineage.outcome.value}{_because(lineage.reason)}"]
    if len(lineage.chain) > 1:
        rows.append(f"chain        {' -> '.join(lineage.chain)} (through temporary tables)")
    rows += [f"table        {_table(e)}" for e in lineage.tables]
    rows += [f"column       {_column(e)}" for e in lineage.columns]
    rows += [f"note         {note}" for note in lineage.notes]
    return rows


def _key_rows(derived: Derived, resolver: KeyResolver) -> list[str]:
    rows = [
        f"key          {e.source.otype} {e.source.key} -> {e.target.otype} {e.target.key}" for e in derived.keyed.edges
    ]
    for missing in derived.keyed.missing:
        rows.append(f"no key       {missing.name}: {missing.reason}")
        if missing.column is None:
            rows += [f"    {line}" for line in resolver.explain_name(missing.table)]
    return rows


def _dataflow_rows(dataflow: Dataflow, store: Store) -> list[str]:
    rows = [f"dataflow     {dataflow.external_id}", f"title        {dataflow.title}"]
    known = store.dataflows([dataflow.external_id]).get(dataflow.external_id)
    if known is None:
        return [*rows, "upload       not uploaded yet"]
    return [
        *rows,
        f"upload       {known.status}, job {known.job or '-'}, run {known.run_id}",
        f"seen         first {known.first_seen or '-'}, last {known.last_seen or '-'}",
    ]


def _table(edge: TableEdge) -> str:
    return f"{edge.source} -> {edge.target or '(result)'} [{edge.kind}, {edge.confidence:.2f} {edge.reason}]"


def _column(edge: ColumnEdge) -> str:
    target = f"{edge.target_table}.{edge.target_column}" if edge.target_table else edge.target_column
    how = f"[{edge.kind}, {edge.confidence:.2f} {edge.reason}]"
    return f"{edge.source_table}.{edge.source_column} -> {target} {how}"


def _because(reason: str) -> str:
    return f" ({reason})" if reason else ""


def _indented(text: str) -> list[str]:
    lines = text.strip().splitlines()
    shown = [f"    {line}" for line in lines[:_TEXT_LINES]]
    return [*shown, f"    ... {len(lines) - _TEXT_LINES} more lines"] if len(lines) > _TEXT_LINES else shown
