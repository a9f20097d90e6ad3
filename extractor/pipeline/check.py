"""What is wrong with a configuration, told before anything runs."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator

from extractor import sources
from extractor.alation import AlationClient, DataSource
from extractor.config import TOKEN_VARIABLE, Config, SourceSettings
from extractor.declared import Declared
from extractor.errors import AlationError, CatalogError, ConfigError, StateError
from extractor.pipeline.catalogs import NO_TABLE, reads_alation, refresh_catalog
from extractor.pipeline.check_service import ask_service, contradicting
from extractor.pipeline.database_history import check_history
from extractor.pipeline.declare import contents
from extractor.pipeline.dialect import dialect_of
from extractor.pipeline.findings import Finding, Level
from extractor.pipeline.resolvers import mapped_sources, resolver_of
from extractor.pipeline.runs import connect, state_url
from extractor.pipeline.tokens import warning_of
from extractor.report import counted
from extractor.sources import SCRIPTS, InputFile
from extractor.sources.clients import known_variables
from extractor.state import Store
from extractor.state.catalog import CatalogStore

_FILES_LOOKED_AT = 50
_VARIABLES_SHOWN = 20


def check(config: Config) -> list[Finding]:
    """Everything that can be known before a run: state, token, data sources, dialects, files, catalogs, keys.

    Whether the roles allow writing is proven at the first write only; a 403 then names the role.
    """
    findings: list[Finding] = []
    try:
        with Store.open(state_url(config)) as store:
            findings.append(Finding(Level.OK, "state: can be opened"))
            asked = ask_service(config, store)
            findings += asked.findings
            findings += _paths(config)
            if config.alation is None:
                findings.append(Finding(Level.WARNING, "no [alation] section: only plan, extract and explain work"))
                findings += _sources(config, store, None)
                findings += contradicting(store, {}) if asked.has_list else ()
            else:
                findings += _with_alation(config, store, has_list=asked.has_list)
    except StateError as error:
        findings.append(Finding(Level.ERROR, f"state: {error}"))
    return findings


def _with_alation(config: Config, store: Store, *, has_list: bool) -> Iterator[Finding]:
    assert config.alation is not None
    try:
        client = connect(config.alation.model_copy(update={"retries": 1}))
    except ConfigError as error:
        yield Finding(Level.ERROR, str(error))
        yield from _sources(config, store, None)
        return
    with client:
        try:
            yield _token(client)
            yield from _capabilities(client, config)
            known = {source.id: source for source in client.data_sources()}
        except AlationError as error:
            yield Finding(Level.ERROR, f"Alation: {error}")
            yield from _sources(config, store, None)
            return
        yield Finding(Level.OK, f"Alation: the token can see {len(known)} data sources")
        yield from _data_sources(config, known)
        yield from _sources(config, store, client)
        if has_list:
            yield from contradicting(store, {number: source.title for number, source in known.items()})


def _token(client: AlationClient) -> Finding:
    token = client.check_token()
    if not token.active:
        return Finding(
            Level.ERROR,
            f"Alation: the refresh token is no longer active: make a new one in Alation's account settings and put it "
            f"into {TOKEN_VARIABLE}",
        )
    if warning := warning_of(token):
        return Finding(Level.WARNING, warning)
    return Finding(Level.OK, "Alation: the token is active")


def _capabilities(client: AlationClient, config: Config) -> Iterator[Finding]:
    """What the instance's own OpenAPI says of the routes and object types that are used; most do not show it."""
    found = client.capabilities()
    if found is None:
        return
    shown = f"Alation: its OpenAPI{f' of version {found.version}' if found.version else ''} shows"
    if "POST" in found.lineage:
        yield Finding(Level.OK, f"{shown} the lineage API with {', '.join(sorted(found.lineage))}")
    else:
        yield Finding(Level.ERROR, f"{shown} no lineage API that takes uploads")
    if found.dataflow and "DELETE" not in found.dataflow:
        yield Finding(
            Level.WARNING, f"{shown} no way to delete dataflows: stale links will be removed one by one instead"
        )
    for name, otypes in _types_used(config):
        if missing := sorted(otype for otype in otypes if not found.supports(otype)):
            yield Finding(
                Level.WARNING,
                f"{name}: {shown} no objects of type {', '.join(missing)}: this instance may refuse their links",
            )


def _types_used(config: Config) -> Iterator[tuple[str, set[str]]]:
    """The object types that sources and the files of ``[[paths]]`` may send, by what they are called."""
    for source in config.source:
        yield f"source {source.name}", {"table", "column"} | ({"external"} & {source.unknown_tables})
    for settings in config.paths:
        declared = Declared(config.namespace, settings.name, config.upload.max_content_chars)
        for _, content in contents(config, settings):
            declared.add(content)
        edges = (edge for dataflow in declared.dataflows(lambda node, _: node) for edge in dataflow.edges)
        yield f"paths {settings.name}", {node.otype for edge in edges for node in edge[:2]}


def _data_sources(config: Config, known: dict[int, DataSource]) -> Iterator[Finding]:
    for source in [*config.source, *mapped_sources(config)]:
        number = source.data_source_id
        found = known.get(number)
        if found is None:
            yield Finding(
                Level.ERROR,
                f"source {source.name}: the token sees no data source {number}. Its number stands in Alation's URL "
                "of the data source; a private one needs a Data Source Admin's token",
            )
        elif found.deleted:
            yield Finding(Level.ERROR, f"source {source.name}: data source {number} ({found.title}) is deleted")
        else:
            yield Finding(Level.OK, f"source {source.name}: data source {number} is {found.title!r}")


def _sources(config: Config, store: Store, client: AlationClient | None) -> Iterator[Finding]:
    for source in config.source:
        yield from _dialect_and_catalog(config, source, store, client)
        yield from _files(config, source) if source.url is None else check_history(config, source)
    for source in mapped_sources(config):
        yield from _dialect_and_catalog(config, source, store, client)


def _paths(config: Config) -> Iterator[Finding]:
    """What is wrong in the files of each ``[[paths]]``, with its line."""
    for settings in config.paths:
        name = f"paths {settings.name}"
        declared = Declared(config.namespace, settings.name, config.upload.max_content_chars)
        files = 0
        for _, content in contents(config, settings):
            declared.add(content)
            files += 1
        links = sum(len(dataflow.edges) for dataflow in declared.dataflows(lambda node, _: node))
        yield from (Finding(Level.ERROR, f"{name}: {p.origin}: {p.words}") for p in declared.problems)
        if files:
            yield Finding(Level.OK, f"{name}: {counted(files, 'file')} with {counted(links, 'link')}")
        else:
            yield Finding(Level.ERROR, f"{name}: {', '.join(settings.files)} match no file below {config.root}")


def _dialect_and_catalog(
    config: Config, source: SourceSettings, store: Store, client: AlationClient | None
) -> Iterator[Finding]:
    name = f"source {source.name}"
    try:
        dialect = dialect_of(source)
    except ConfigError as error:
        yield Finding(Level.ERROR, str(error))
        return
    catalogs = CatalogStore(store.engine)
    try:
        held = refresh_catalog(config, source, catalogs, client)
    except (CatalogError, AlationError) as error:
        yield Finding(Level.ERROR, f"{name}: catalog: {error}")
        return
    for warning in held.warnings:
        yield Finding(Level.WARNING, f"{name}: catalog: {warning}")
    catalog = catalogs.reader(source.data_source_id)
    if catalog is None or catalog.is_empty():
        if client is None and config.alation is not None and reads_alation(source.catalog):
            yield Finding(Level.WARNING, f"{name}: the catalog was not looked at, since Alation could not be asked")
            return
        yield _no_catalog(source, catalogs)
    else:
        holds = f"{counted(held.tables, 'table')} and {counted(held.columns, 'column')}"
        yield Finding(Level.OK, f"{name}: the catalog holds {holds}")
    rule = resolver_of(config, source, dialect, catalogs).database_part()
    yield Finding(Level.OK, f"{name}: keys are written {rule.form}, as the {rule.decided_by} says")
    if rule.database_part and not source.database:
        yield Finding(
            Level.WARNING,
            f"{name}: keys carry a database part and no database is configured: names without one, in records "
            "without one, are found only where no two databases of the catalog hold them",
        )
    if not rule.database_part and not source.database and len(dialect.levels) > 2:
        yield Finding(
            Level.WARNING,
            f"{name}: keys carry no database part and no database is configured: names in the logs that do carry one "
            'cannot be told to be of this data source. Add: database = "..."',
        )


def _no_catalog(source: SourceSettings, catalogs: CatalogStore) -> Finding:
    mapped = catalogs.reader(source.data_source_id, "mapping")
    if mapped is not None:
        tables = counted(mapped.version.tables, "table")
        text = f"no catalog; Data Observability's mapping list ({tables}) stands in for it"
        return Finding(Level.WARNING, f"source {source.name}: {text}")
    if source.unknown_tables == "leave_out":
        return Finding(Level.ERROR, f"source {source.name}: {NO_TABLE.format(source.data_source_id)}")
    return Finding(Level.WARNING, f"source {source.name}: no catalog; all keys are built from the names in the logs")


def _files(config: Config, source: SourceSettings) -> Iterator[Finding]:
    name = f"source {source.name}"
    formats: Counter[str] = Counter()
    try:
        known_variables(source.variables)
    except ConfigError as error:
        yield Finding(Level.ERROR, f"{name}: {error}")
        return
    problems: list[Finding] = []
    unresolved: Counter[str] = Counter()
    total = 0
    for item in sources.find_inputs(source, config.root):
        if item.problem:
            level = Level.WARNING if item.is_vacant else Level.ERROR
            problems.append(Finding(level, f"{name}: {item.name}: {item.problem}"))
            continue
        total += 1
        if total > _FILES_LOOKED_AT:
            continue
        found = sources.recognise(item, source)
        formats[found.format or "not readable"] += 1
        if found.format == SCRIPTS:
            unresolved.update(_open_variables(item, source))
        if not found.format:
            problems.append(Finding(Level.WARNING, f"{name}: {item.name} cannot be read: {found.reason}"))
    if total:
        seen = ", ".join(f"{count} {name}" for name, count in formats.most_common())
        more = f" (of the first {_FILES_LOOKED_AT})" if total > _FILES_LOOKED_AT else ""
        yield Finding(Level.OK, f"{name}: {counted(total, 'file')}: {seen}{more}")
    elif not problems:
        yield Finding(Level.ERROR, f"{name}: its paths match no file below {config.root}: {', '.join(source.paths)}")
    if unresolved:
        shown = unresolved.most_common(_VARIABLES_SHOWN)
        listed = ", ".join(f"{variable} {count}" for variable, count in shown)
        others = len(unresolved) - _VARIABLES_SHOWN
        yield Finding(
            Level.WARNING,
            f"{name}: variables without a value in its scripts, with their uses: {listed}"
            f"{f' and {others} more' if others > 0 else ''}. Where one stands in a name, the statement is unresolved: "
            'give values in a file, variables = "..." (docs/configuration.md)',
        )
    yield from problems


def _open_variables(item: InputFile, source: SourceSettings) -> dict[str, int]:
    """The variables of a script that have no value, with how often they are used."""
    reader = sources.read_file(item, source, format=SCRIPTS)
    deque(reader, maxlen=0)
    return reader.stats.unresolved
