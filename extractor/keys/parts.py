"""Which parts the name of a catalogued table has: read from its key, which is the surest, or from its schema's name."""

from __future__ import annotations

from extractor.errors import UnwritableKey
from extractor.keys.quoting import read_key
from extractor.models import CatalogTable
from extractor.state.catalog import CatalogRow

_VIRTUAL_PREFIX = "alation."


def catalog_row(table: CatalogTable, *, database: str = "") -> CatalogRow:
    """A table of Alation's with the parts of its name told apart.

    ``DWH.MART`` in the key is a database and a schema, ``"HR.2031"`` is one schema. The prefix ``alation.`` that
    virtual sources may put into a quoted schema is not part of the name. ``database`` is the table's database
    where the key does not say it and the caller knows.
    """
    parts = _schema_parts(table)
    if len(parts) > 1:
        return CatalogRow(parts[-2], parts[-1], len(parts), table)
    return CatalogRow(database, parts[0] if parts else "", 1, table)


def split_schema(name: str) -> tuple[str, ...]:
    """``DB.SCHEMA`` as its parts, by the quoting rule of keys; a name that breaks the rule is cut at its periods."""
    try:
        return read_key(name)
    except UnwritableKey:
        return tuple(part for part in name.split(".") if part)


def _schema_parts(table: CatalogTable) -> tuple[str, ...]:
    try:
        _, *schema, name = read_key(table.key)
    except (UnwritableKey, ValueError):
        return split_schema(table.schema_name)
    if name.lower() != table.name.lower() or not schema:
        return split_schema(table.schema_name)
    if len(schema) == 1 and schema[0].lower() == f"{_VIRTUAL_PREFIX}{table.schema_name}".lower():
        return (table.schema_name,)
    return tuple(schema)
