"""From ``[[events]]`` to observed dataflows: lineage that other tools have worked out, by Alation's keys."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from extractor import sources
from extractor.config import Config, SourceSettings
from extractor.errors import ConfigError
from extractor.keys import KeyResolver
from extractor.models import BadRecord, Dataflow, KeyedEdge, Node, TableName
from extractor.pipeline.dialect import dialect_of
from extractor.pipeline.resolvers import resolver_of
from extractor.pipeline.windows import Window
from extractor.report import FileReport, Report, visible
from extractor.settings_of_openlineage import EventSettings
from extractor.sources.openlineage_events import Dataset, JobRun, JobRuns, read_events
from extractor.state import Store, storable, united
from extractor.state.catalog import CatalogStore
from extractor.statements import redact

_TITLE_CHARS = 200
_FILES = frozenset({"s3", "s3a", "gs", "wasbs", "abfss", "hdfs", "dbfs", "file"})
_UNMAPPED = "no namespace of [[events]] belongs to it"


def check_events(config: Config) -> None:
    """Make sure that ``[[events]]`` names sources that there are.

    Raises:
        ConfigError: it does not, or two have one name.
    """
    known = {source.name for source in config.source}
    for settings in config.events:
        missing = sorted(set(settings.namespaces.values()) - known)
        if missing:
            raise ConfigError(f"[[events]] {settings.name}: there is no [[source]] called {', '.join(missing)}")
    names = [s.name.lower() for s in config.events] + [s.name.lower() for s in config.source]
    names += [s.name.lower() for s in config.paths]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ConfigError(f"[[events]], [[source]] and [[paths]] must not share a name: {', '.join(twice)}")


def observe_events(
    config: Config, store: Store, catalogs: CatalogStore, report: Report, run_id: int, window: Window
) -> None:
    """Observe the last completed run of each job of all ``[[events]]``."""
    for settings in config.events:
        runs = _read(config, settings, report, window)
        keys = _Keys(config, settings, catalogs, report)
        for run in runs.completed():
            dataflow = _dataflow(config, settings, run, keys)
            if dataflow is not None:
                store.observe(run_id, [dataflow])
                report.edges_derived += len(dataflow.edges)


def _read(config: Config, settings: EventSettings, report: Report, window: Window) -> JobRuns:
    runs = JobRuns(window.holds)
    found = SourceSettings(name=settings.name, paths=settings.paths, dialect="generic", data_source_id=0)
    for item in sources.find_inputs(found, config.root):
        file = FileReport(visible(item.name), format="openlineage", reason=f"[[events]] {settings.name}")
        if item.problem:
            file.problem = item.problem
            if item.is_vacant:
                report.warnings.append(f"{file.path}: {item.problem}")
            else:
                report.fail_file(file)
            continue
        try:
            _read_file(item, runs, file, report)
        except (OSError, EOFError, LookupError) as error:
            file.problem = f"cannot be read: {error}"
            report.fail_file(file)
            continue
        report.files.append(file)
    return runs


def _read_file(item: sources.InputFile, runs: JobRuns, file: FileReport, report: Report) -> None:
    for found in read_events(item):
        if isinstance(found, BadRecord):
            problem, origin = found.problem, found.origin
        else:
            event, origin = found
            problem = runs.add(event, origin)
        if problem:
            file.unreadable += 1
            report.problems.add("unreadable event", problem, origin)
        else:
            file.records += 1


class _Keys:
    """Gives datasets their keys, each by the source that its namespace belongs to."""

    def __init__(self, config: Config, settings: EventSettings, catalogs: CatalogStore, report: Report) -> None:
        by_name = {source.name: source for source in config.source}
        longest_first = sorted(settings.namespaces.items(), key=lambda item: -len(item[0]))
        self._sources = [(namespace, by_name[name]) for namespace, name in longest_first]
        self._resolvers: dict[str, KeyResolver] = {
            source.name: resolver_of(config, source, dialect_of(source), catalogs) for _, source in self._sources
        }
        self._report = report

    def table(self, dataset: Dataset, run: JobRun) -> Node | None:
        """The dataset's object; None where it has none, which the report says."""
        source = self.source_of(dataset)
        if source is None:
            self._report.names.add(f"{dataset.namespace} {dataset.name}", _UNMAPPED, run.origin)
            return None
        found = self._resolvers[source.name].table(_name(dataset, source))
        if found.node is None:
            self._report.names.add(dataset.name, found.reason, run.origin)
        return found.node

    def column(self, dataset: Dataset, field: str) -> Node | None:
        """The field's object, None where the table or the column has none."""
        source = self.source_of(dataset)
        if source is None or not field:
            return None
        return self._resolvers[source.name].column(_name(dataset, source), field).node

    def source_of(self, dataset: Dataset) -> SourceSettings | None:
        """The source whose namespace the dataset's begins with; the longest counts."""
        return next((s for namespace, s in self._sources if dataset.namespace.startswith(namespace)), None)


def _name(dataset: Dataset, source: SourceSettings) -> TableName:
    """The name in a dataset as its engine knows it: parts joined by periods, a path where it holds slashes."""
    dialect = dialect_of(source)
    if "/" in dataset.name or dataset.namespace.partition("://")[0] in _FILES:
        path = f"{dataset.namespace.rstrip('/')}/{dataset.name.lstrip('/')}"
        return TableName((path,), (path,), "file")
    parts = dialect.parse_name(dataset.name)
    return TableName(dialect.identity(parts), tuple(part for part, _ in parts))


def _dataflow(config: Config, settings: EventSettings, run: JobRun, keys: _Keys) -> Dataflow | None:
    edges = united(_edges(run, keys))
    if not edges:
        return None
    mark = hashlib.blake2b(f"{run.namespace}\n{run.job}".encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
    first = next((s for d in run.outputs if (s := keys.source_of(d)) is not None), config.source[0])
    content = redact(run.sql, dialect_of(first), mask_literals=config.upload.mask_literals) if run.sql else run.title
    title = " ".join((run.title if run.sql else run.job).split()) or run.job
    return Dataflow(
        external_id=f"api/{config.namespace}/{settings.name}/{mark}",
        title=storable(title)[:_TITLE_CHARS],
        content=storable(content)[: config.upload.max_content_chars],
        source_name=settings.name,
        fingerprint=mark,
        targets=tuple(sorted({e.target.key.lower() for e in edges if e.target.otype != "column"})),
        edges=edges,
        first_seen=run.ended_at,
        last_seen=run.ended_at,
    )


def _edges(run: JobRun, keys: _Keys) -> Iterator[KeyedEdge]:
    known = {dataset: keys.table(dataset, run) for dataset in (*run.inputs, *run.outputs)}
    for target in run.outputs:
        for source in _feeding(run, target):
            yield from _edge(known.get(source), known[target], "direct", "told by OpenLineage")
    for source, target in run.indirect:
        yield from _edge(known.get(source), known.get(target), "indirect", "told by OpenLineage")
    for flow in run.flows:
        reason = f"told by OpenLineage{f': {flow.words}' if flow.words else ''}"
        if known.get(flow.source) is not None and known.get(flow.target) is not None:
            ends = keys.column(flow.source, flow.source_field), keys.column(flow.target, flow.target_field)
            yield from _edge(*ends, flow.kind, reason)


def _feeding(run: JobRun, target: Dataset) -> Iterable[Dataset]:
    """What feeds an output: by its columns where they tell it and there are several outputs, else all inputs."""
    if len(run.outputs) > 1:
        told = {f.source for f in run.flows if f.target == target} | {s for s, t in run.indirect if t == target}
        if told:
            return [source for source in run.inputs if source in told]
    return run.inputs


def _edge(source: Node | None, target: Node | None, kind: str, reason: str) -> Iterator[KeyedEdge]:
    if source is not None and target is not None and source != target:
        yield KeyedEdge(source, target, "indirect" if kind == "indirect" else "direct", 1.0, reason)
