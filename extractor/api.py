"""The library call: SQL text or records in, lineage out, in the caller's process."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Any

import dialects
from dialects import Dialect
from extractor.errors import StatementError
from extractor.garbage import uncollected
from extractor.lineage import Outline, outline
from extractor.lineage.model import Define, Read, Rename, Write
from extractor.models import (
    ColumnEdge,
    Later,
    Lineage,
    Origin,
    Outcome,
    QueryOutcome,
    QueryRecord,
    StatementLineage,
    TableEdge,
    TableName,
)
from extractor.sessions import Sessions
from extractor.statements import StatementClass, classify, fingerprint, pieces

_BEGINNING = datetime.min.replace(tzinfo=UTC)
_OUTCOMES = {
    "NotParsed": Outcome.NOT_PARSED,
    "TooLarge": Outcome.TOO_LARGE,
    "Unsupported": Outcome.UNSUPPORTED,
    "TimedOut": Outcome.TIMED_OUT,
}
_SKIPPED = frozenset({QueryOutcome.FAILED, QueryOutcome.CANCELLED})


class DictSchema:
    """Columns from a plain mapping of dotted names; letters' case does not matter."""

    def __init__(self, schema: Mapping[str, Mapping[str, object] | Sequence[str]], dialect: Dialect) -> None:
        self._columns: dict[tuple[str, ...], tuple[str, ...]] = {}
        for name, columns in schema.items():
            parts = tuple(part.lower() for part, _ in dialect.parse_name(name))
            self._columns[parts] = tuple(columns)

    def columns_of(self, table: TableName) -> tuple[str, ...] | None:
        """The table's columns in their order, or None."""
        return self._columns.get(tuple(part.lower() for part in table.parts))

    def knows(self, table: TableName) -> bool | None:
        """True for a listed table, else None: a mapping holds only a part."""
        return True if self.columns_of(table) is not None else None


def extract_lineage(
    sql_or_records: str | Iterable[QueryRecord],
    *,
    dialect: str | None = None,
    schema: Mapping[str, Mapping[str, object] | Sequence[str]] | None = None,
    default_database: str | None = None,
    default_schema: str | None = None,
    temporary_tables: Sequence[re.Pattern[str]] = (),
    progress: Callable[[float], None] | None = None,
) -> Lineage:
    """The lineage of a text (one statement or many, taken as one session) or of records (taken in time order).

    Args:
        sql_or_records: SQL text, or `QueryRecord` values of one source.
        dialect: a name of `dialects.names()` or of sqlglot; None is plain standard SQL.
        schema: columns of tables by dotted name, in their order.
        default_database: the database of names that have none, where records do not say it.
        default_schema: the schema of bare names, where records do not say it.
        temporary_tables: names (searched in the full dotted name) to treat as temporary tables.
        progress: called after each statement with the share of the work that is done, from 0 to 1.

    Returns:
        Lineage: all sources, targets and edges, each once, and every statement with its outcome. A bare SELECT
        has edges whose target is None. One bad statement costs itself.

    Raises:
        dialects.UnknownDialect: no dialect goes by that name.
    """
    chosen = dialects.get(dialect or "")
    sessions = partial(
        Sessions,
        chosen,
        schema=DictSchema(schema, chosen) if schema else None,
        default_database=default_database,
        default_schema=default_schema,
        temporary_tables=temporary_tables,
        sees_reads=True,
    )
    if not isinstance(sql_or_records, str):
        records = _in_order(sql_or_records)
        return _extracted(_pieces(records, chosen, told=_share(progress, 0, 1)), sessions())
    with uncollected() if len(sql_or_records) <= _SHORT else nullcontext():
        read = _pieces([QueryRecord(sql_or_records)], chosen, lone=True, told=_share(progress, 0, _READING))
        outlined = list(read)
        bound = _watched(outlined, _share(progress, _READING, 1)) if progress is not None else outlined
        return _extracted(bound, sessions(keep_temporary=_is_lone(outlined)))


_SHORT = 500_000
"""A text of so many characters is analysed without a search for garbage; in a longer one each statement is."""


def _extracted(outlined: Iterable[_Piece], sessions: Sessions) -> Lineage:
    statements: list[StatementLineage] = []
    for record, mark, found, index in outlined:
        if isinstance(found, Outline):
            statements.extend(sessions.apply(record, mark, found, index))
        else:
            sessions.pass_over(record)
            statements.append(found)
    return _gathered(statements)


_Told = Callable[[float], None]
_READING = 0.7
"""The share of the time that reading a text takes; the rest binds its names."""


def _share(progress: _Told | None, first: float, last: float) -> _Told | None:
    """What tells a part of the work as a part of the whole."""
    return (lambda done: progress(first + (last - first) * done)) if progress is not None else None


def _watched(outlined: list[_Piece], told: _Told | None) -> Iterator[_Piece]:
    for number, piece in enumerate(outlined, 1):
        yield piece
        if told is not None:
            told(number / len(outlined))


_Piece = tuple[QueryRecord, Any, "Outline | StatementLineage", int]


def _in_order(records: Iterable[QueryRecord]) -> list[QueryRecord]:
    return sorted(records, key=lambda r: (r.started_at or _BEGINNING, r.sequence))


_DISTINCT = 4_000
"""So many texts are remembered with their outlines: a text that is run again is not parsed again."""


def _pieces(
    records: Sequence[QueryRecord], dialect: Dialect, *, lone: bool = False, told: _Told | None = None
) -> Iterator[_Piece]:
    """Each statement with its fingerprint and its outline; ``lone`` says that there is but one record."""
    first: Callable[[str], Outline] = partial(outline, dialect=dialect)
    read = first if lone else lru_cache(_DISTINCT)(first)
    for number, record in enumerate(records):
        found = pieces(record.sql, dialect)
        if lone and len(found) > 1:
            read = lru_cache(_DISTINCT)(first)
        for index, piece in enumerate(found):
            text = piece.text
            kind = classify(text, dialect)
            if kind is StatementClass.EMPTY:
                continue
            placed = record._replace(cut=record.cut and index == len(found) - 1) if record.cut else record
            if record.origin is not None:
                placed = placed._replace(origin=Origin(record.origin.file, record.origin.line + piece.line - 1))
            only = lone and len(found) == 1  # nothing else to be told from
            mark = Later(partial(fingerprint, text, dialect)) if only else fingerprint(text, dialect)
            yield placed, mark, _outlined(placed, text, mark, kind, index, read), index
            if told is not None:
                told((number + (index + 1) / len(found)) / len(records))


def _outlined(
    record: QueryRecord, text: str, mark: Any, kind: StatementClass, index: int, read: Callable[[str], Outline]
) -> Outline | StatementLineage:
    if record.outcome in _SKIPPED:
        outcome = Outcome.FAILED if record.outcome is QueryOutcome.FAILED else Outcome.CANCELLED
        return StatementLineage(outcome, str(kind), mark, index, origin=record.origin)
    if record.cut:
        reason = "the log cut the text off"
        return StatementLineage(Outcome.CUT, str(kind), mark, index, reason=reason, origin=record.origin)
    if kind is StatementClass.UTILITY:
        return StatementLineage(Outcome.NO_LINEAGE, "utility", mark, index, origin=record.origin)
    try:
        return read(text)
    except StatementError as error:
        outcome = _OUTCOMES.get(type(error).__name__, Outcome.UNSUPPORTED)
        return StatementLineage(outcome, str(kind), mark, index, reason=str(error), origin=record.origin)


def _is_lone(outlined: list[_Piece]) -> bool:
    """Whether a text holds one write and nothing that could read what it wrote."""
    count = 0
    for _, _, found, _ in outlined:
        for statement in found.statements if isinstance(found, Outline) else ():
            if statement.__class__ in _MAKING_ENDS:
                count += 1
                if isinstance(statement, Write) and statement.target and statement.target[-1][0][:1] in (":", "@"):
                    return False  # a variable of a body is no end
    return count == 1


_MAKING_ENDS = frozenset({Write, Define, Read, Rename})


def _gathered(statements: list[StatementLineage]) -> Lineage:
    """All edges, each once; what a rename moved is found under the new name only."""
    if len(statements) == 1 and not statements[0].dropped:  # whose edges are distinct as they are
        (only,) = statements
        return Lineage(only.sources, only.targets, only.tables, only.columns, (only,))
    sources: dict[TableName, None] = {}
    targets: dict[TableName, None] = {}
    tables: dict[tuple[TableName, TableName | None], TableEdge] = {}
    columns: dict[tuple[object, ...], ColumnEdge] = {}
    for statement in statements:
        if statement.kind == "rename":
            for old in statement.dropped:
                targets.pop(old, None)
                tables = {k: e for k, e in tables.items() if k[1] != old}
                columns = {k: e for k, e in columns.items() if k[2] != old}
        sources.update(dict.fromkeys(statement.sources))
        targets.update(dict.fromkeys(statement.targets))
        for edge in statement.tables:
            held = tables.get((edge.source, edge.target))
            if held is None or (held.kind == "indirect" and edge.kind == "direct"):
                tables[edge.source, edge.target] = edge
        for column in statement.columns:
            key = (
                column.source_table,
                column.source_column.lower(),
                column.target_table,
                column.target_column.lower(),
                column.kind,
            )
            columns.setdefault(key, column)
    return Lineage(tuple(sources), tuple(targets), tuple(tables.values()), tuple(columns.values()), tuple(statements))
