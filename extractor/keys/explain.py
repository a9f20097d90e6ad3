"""How a name was resolved, step by step, in words."""

from __future__ import annotations

from difflib import get_close_matches

from dialects import Dialect
from extractor.config import SourceSettings
from extractor.keys.interface import CatalogReader, KeyResult
from extractor.keys.locations import clean
from extractor.models import TableName
from extractor.report import counted
from extractor.schemas import CatalogNames, Found, NameParts

_NAMES_COMPARED = 2_000
_NAMES_SHOWN = 5
_DECIDED_BY = {
    "configuration": "key_database_part in the configuration",
    "catalog": "the schema names in the catalog",
    "dialect": "the dialect's rule",
}


def read_name(text: str, dialect: Dialect) -> TableName:
    """A name as it stands in SQL, by the dialect's quotes and folding."""
    parts = dialect.parse_name(text)
    return TableName(dialect.identity(parts), tuple(part for part, _ in parts))


def with_context(name: TableName, dialect: Dialect, database: str | None, schema: str | None) -> TableName:
    """The name with the session's database and schema in front, as far as it lacks them."""
    levels = len(dialect.levels)
    context = (database or "", schema or "") if levels > 2 else (schema or database or "",)
    front = context[: max(0, levels - len(name.parts))]
    while front and not front[0]:
        front = front[1:]
    folded = tuple(dialect.fold(part, quoted=True) for part in front)
    return TableName((*folded, *name.identity), (*front, *name.parts), name.kind)


def explain_table(
    name: TableName, result: KeyResult, names: CatalogNames, source: SourceSettings, dialect: Dialect
) -> list[str]:
    """The way of one name to its key: parts, rule, what was tried, the result, and what is near when nothing is."""
    if name.kind != "table":
        return [f"the place of a {name.kind}: {clean(str(name))}", *_result(result)]
    found, rule = names.find(name), names.rule
    lines = [
        f"the name: {_listed(name.parts)}, which {dialect.title} compares as {_listed(name.identity)}",
        f"keys of data source {source.data_source_id} are {rule.form}, by {_DECIDED_BY[rule.decided_by]}",
        f"the source supplies database {source.database or '(none)'} and schema {source.schema_ or '(none)'}",
        f"the dialect's default schema is {dialect.default_schema or '(none)'}",
    ]
    if found.ds_id not in (None, source.data_source_id):
        lines.append(f"a [[map]] says that it is of data source {found.ds_id}")
    lines += _tries(found, names.catalog)
    lines += _result(result)
    if found.status != "one" and names.catalog is not None and found.ds_id == source.data_source_id:
        lines += _near(name, found, names.catalog)
    return lines


def _result(result: KeyResult) -> list[str]:
    lines = [f"result: {result.how}: {result.node.key if result.node else 'no key'} ({result.reason})"]
    if result.folded:
        lines.append(f"the name counts as a part of it: {result.folded}")
    if result.unmapped is not None:
        lines.append(f"add {result.unmapped[1]}")
    return lines


def _listed(parts: tuple[str, ...]) -> str:
    return " . ".join(part or "(empty)" for part in parts)


def _tries(found: Found, catalog: CatalogReader | None) -> list[str]:
    if catalog is None:
        return ["there is no catalog to look it up in"]
    last = len(found.tried) - 1
    hit = bool(found.tables)
    lines = [
        f"looked up {_place(parts)}: {', '.join(t.key for t in found.tables) if hit and at == last else 'not there'}"
        for at, parts in enumerate(found.tried)
    ]
    return list(dict.fromkeys(lines))  # two rules may come to the same name


def _place(parts: NameParts) -> str:
    database = "any database" if parts.database is None else parts.database or "(no database)"
    return f"{database} / {parts.schema if parts.schema is not None else 'any schema'} / {parts.table}"


def near_keys(name: TableName, found: Found, catalog: CatalogReader) -> tuple[list[str], list[str]]:
    """Keys of tables that are named alike in the schemas that were tried, and of the same name in other schemas."""
    table = name.identity[-1] if name.identity else ""
    alike: dict[str, None] = {}
    for parts in found.tried:
        held = {n.lower(): n for n in catalog.names_like(parts, _NAMES_COMPARED)}
        for match in get_close_matches(table.lower(), held, n=_NAMES_SHOWN, cutoff=0.6):
            alike.update(dict.fromkeys(t.key for t in catalog.table(parts._replace(table=held[match]))))
    elsewhere = catalog.table(NameParts(None, None, table)) if table and not found.tables else []
    return list(alike)[:_NAMES_SHOWN], [t.key for t in elsewhere[:_NAMES_SHOWN]]


def _near(name: TableName, found: Found, catalog: CatalogReader) -> list[str]:
    """The nearest names: alike in the schemas that were tried, the same in others, schemas that are alike."""
    alike, elsewhere = near_keys(name, found, catalog)
    lines = [f"near in the catalog: {key}" for key in alike]
    lines += [f"of the same name elsewhere: {key}" for key in elsewhere]
    if not lines:
        lines += _schemas_near(found, catalog)
    return lines


def _schemas_near(found: Found, catalog: CatalogReader) -> list[str]:
    held = {str(schema): schema.tables for schema in catalog.schema_names()}
    wanted = {".".join(p for p in (parts.database, parts.schema) if p).lower() for parts in found.tried}
    close = [m for w in sorted(wanted) for m in get_close_matches(w, held, n=_NAMES_SHOWN, cutoff=0.5)]
    shown = list(dict.fromkeys(close)) or list(held)[:_NAMES_SHOWN]
    return [f"a schema of the catalog: {schema} ({counted(held[schema], 'table')})" for schema in shown[:_NAMES_SHOWN]]
