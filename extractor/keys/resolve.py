"""Names to Alation's objects, one data source at a time."""

from __future__ import annotations

import re
from typing import Literal

from dialects import Dialect
from extractor.config import SourceSettings
from extractor.errors import UnwritableKey
from extractor.keys.case import CaseWatch
from extractor.keys.edges import keyed_lineage
from extractor.keys.explain import explain_table, near_keys, read_name, with_context
from extractor.keys.interface import CatalogReader, KeyedLineage, KeyResult
from extractor.keys.locations import FileSystems, clean, line_for
from extractor.keys.quoting import write_key
from extractor.models import Node, StatementLineage, TableName
from extractor.schemas import CatalogNames, Found
from extractor.schemas.bounded import Bounded
from extractor.schemas.lookup import TableColumns
from extractor.schemas.rule import KeyRule

_TABLES_REMEMBERED = 10_000
_COLUMNS_REMEMBERED = 40_000
_PATH_IN_QUOTES = re.compile(r"(?:\w+\.)?`(?P<path>[^`]*(?://|^/)[^`]*)`")
"""A path as a table, with its format: ``delta.`s3://lake/t` ``."""


class KeyResolver:
    """Resolves the names of one source against the catalog of its data source.

    The catalog's own key wins whenever it holds the object. What to do with a table that it does not hold is the
    source's ``unknown_tables``: leave it out, build its key all the same, or make it an external object. Answers
    are remembered, bounded. ``names`` may be shared with the source's `CatalogSchema`. Files and directories are
    looked for in ``file_systems``.
    """

    def __init__(
        self,
        source: SourceSettings,
        dialect: Dialect,
        catalog: CatalogReader | None,
        *,
        names: CatalogNames | None = None,
        file_systems: FileSystems | None = None,
    ) -> None:
        self.names = names or CatalogNames(source, dialect, catalog)
        self._file_systems = file_systems or FileSystems(())
        self._source = source
        self._dialect = dialect
        self._case = CaseWatch(dialect)
        self._tables: Bounded[TableName, KeyResult] = Bounded(_TABLES_REMEMBERED)
        self._columns: Bounded[tuple[TableName, str], KeyResult] = Bounded(_COLUMNS_REMEMBERED)

    def database_part(self) -> KeyRule:
        """Whether keys carry a database part, and which decided: configuration, catalog or dialect."""
        return self.names.rule

    def table(self, name: TableName) -> KeyResult:
        """The table, file, directory or external object that ``name`` means."""
        result = self._tables.get(name)
        if result is None:
            result = self._tables.put(name, self._resolve(name))
        if result.node is not None:
            self._case.see(name, result.node.key)
        return result

    def key_in_the_past(self, name: TableName) -> str | None:
        """The key, in lower case, under which a whole table is known in the state, though the catalog may have lost it.

        A table that was dropped has perhaps left the catalog before its DROP is read. None for what is a part of a
        table: dropping a partition, or a table of one day, drops nothing that dataflows end on.
        """
        result = self.table(name)
        if result.node is not None:
            return None if result.folded else result.node.key.lower()
        found = self.names.find(name) if name.kind == "table" else None
        if found is None or found.parts is None or found.folded:
            return None
        number = self._source.data_source_id if found.ds_id is None else found.ds_id
        try:
            return write_key([number, *found.parts]).lower()
        except UnwritableKey:
            return None

    def place_in_the_past(self, place: TableName, level: str) -> str | None:
        """How the keys of all tables of a schema or database begin, in lower case, with the period at their end.

        None for a place outside of the data source, and for a database where keys do not say it.
        """
        if level == "database":
            database = place.identity[-1]
            has_part = self.names.rule.database_part and database and '"' not in database
            return f"{write_key([self._source.data_source_id, database]).lower()}." if has_part else None
        anything = "any table of it"
        parts = (*place.identity, anything)
        found = self.names.find(TableName(parts, parts))
        if found.status == "foreign" or found.parts is None or found.folded or found.parts[-1].lower() != anything:
            return None
        try:
            return f"{write_key([found.ds_id or self._source.data_source_id, *found.parts[:-1]]).lower()}."
        except UnwritableKey:
            return None

    def column(self, table: TableName, column: str) -> KeyResult:
        """The column ``column`` of ``table``.

        A column that the catalog does not hold is left out when the catalog holds others of that table, since
        its key would make a TMP column; when it holds none, the key is built.
        """
        asked = (table, column)
        result = self._columns.get(asked)
        return result if result is not None else self._columns.put(asked, self._resolve_column(table, column))

    def edges(
        self,
        lineage: StatementLineage,
        *,
        indirect: Literal["none", "tables", "all"] = "tables",
        min_confidence: float = 0.0,
    ) -> KeyedLineage:
        """The edges of a statement by key, for upload.

        ``indirect`` says which edges of filters, joins and grouping are wanted: none, those between tables, or
        all. An edge below ``min_confidence``, or from an object to itself, is left away; of equal edges the one
        with the highest confidence stays.
        """
        keyed = keyed_lineage(self, lineage, indirect=indirect, min_confidence=min_confidence)
        return keyed._replace(notes=self._case.take_notes())

    def explain(self, text: str, *, database: str | None = None, schema: str | None = None) -> list[str]:
        """How the name ``text``, as it stands in SQL, gets its key: one line a step.

        ``database`` and ``schema`` are what the session had set; without them the source's own count.
        """
        return self.explain_name(self.read(text, database=database, schema=schema))

    def read(self, text: str, *, database: str | None = None, schema: str | None = None) -> TableName:
        """The name that ``text`` is in SQL, completed with what the session had set; or the place of a file."""
        if path := _PATH_IN_QUOTES.fullmatch(text.strip()):
            text = path["path"]
        stage = text.startswith("@") and "@" not in self._dialect.lexical.word_start
        if stage or text.startswith("/") or "://" in text:
            return TableName((text,), (text,), "file")
        bare = read_name(text, self._dialect)
        name = with_context(bare, self._dialect, database, schema)
        public = self._dialect.public_synonyms
        if public and len(bare.parts) == 1 and self.names.find(name).status != "one":
            of_all = TableName((public, *bare.identity), (public, *bare.parts))
            return of_all if self.names.find(of_all).status == "one" else name
        return name

    def near(self, text: str) -> list[str]:
        """Keys of catalogued tables that a name, as it stands in SQL, may have meant, the likeliest first."""
        if self.names.catalog is None:
            return []
        name = read_name(text, self._dialect)
        alike, elsewhere = near_keys(name, self.names.find(name), self.names.catalog)
        return [*elsewhere, *alike]

    def explain_name(self, name: TableName) -> list[str]:
        """How ``name`` gets its key, or why it has none and what is near: one line a step."""
        return explain_table(name, self.table(name), self.names, self._source, self._dialect)

    def _resolve(self, name: TableName) -> KeyResult:
        if name.kind != "table":
            return self._outside(name)
        found = self.names.find(name)
        if found.status == "one":
            return KeyResult(Node("table", found.tables[0].key), "catalog", found.reason, found.folded)
        if found.status == "several":
            return KeyResult(None, "ambiguous", found.reason)
        result = self._unknown(name, found)
        return result._replace(unmapped=(str(found.place), found.place.line)) if found.place is not None else result

    def _outside(self, name: TableName) -> KeyResult:
        """A file, a directory or something else that is no table."""
        located = self._file_systems.locate(name)
        if located.node is not None:
            return KeyResult(located.node, "file system", located.reason, located.folded)
        if self._source.unknown_tables == "external" and name.parts:
            return KeyResult(Node("external", clean(str(name))), "external", f"a {name.kind} as an external object")
        return KeyResult(None, "left out", located.reason, unmapped=line_for(name))

    def _unknown(self, name: TableName, found: Found) -> KeyResult:
        policy = self._source.unknown_tables
        number = self._source.data_source_id if found.ds_id is None else found.ds_id
        if self._dialect.is_temporary_name(name.parts):  # a key of it would be TMP, whatever the policy
            return KeyResult(None, "left out", "temporary by its name, and the catalog does not hold it")
        if number == self._source.data_source_id and self._dialect.is_system_name(name.parts):
            return KeyResult(None, "system", "a table of the engine's own, which the catalog does not hold")
        if policy == "external":
            parts = found.parts or name.identity
            return KeyResult(Node("external", _external(number, parts)), "external", found.reason, found.folded)
        if policy == "leave_out" or found.parts is None:
            return KeyResult(None, "left out", found.reason)
        try:
            key = write_key([number, *found.parts])
        except UnwritableKey as error:
            return KeyResult(None, "left out", f"{found.reason}, and no key can be built: {error}")
        reason = f"{found.reason}; the key was built from the name"
        return KeyResult(Node("table", key), "built", reason, found.folded)

    def _resolve_column(self, table: TableName, column: str) -> KeyResult:
        of_table = self.table(table)
        if of_table.node is None:
            return KeyResult(None, of_table.how, of_table.reason)
        if of_table.node.otype != "table":
            return KeyResult(None, "left out", f"an object of type {of_table.node.otype} has no columns")
        if of_table.how == "catalog":
            held = self.names.columns(of_table.node.key)
            if held.ordered:
                return _among(held, column)
        try:
            key = f"{of_table.node.key}.{write_key([column])}"
        except UnwritableKey as error:
            return KeyResult(None, "left out", f"no key can be built: {error}")
        return KeyResult(Node("column", key), "built", "the catalog holds no columns of this table")


def _external(number: int, parts: tuple[str, ...]) -> str:
    """``<ds_id>.<dotted name>``, the form of a table key; an external key is free text, so nothing is refused."""
    named = [part for part in parts if part]
    try:
        return write_key([number, *named])
    except UnwritableKey:
        return ".".join([str(number), *named])


def _among(held: TableColumns, column: str) -> KeyResult:
    """The column of that name in any case; a field of a nested column counts as the column that holds it."""
    folded = column.lower()
    fitting = held.by_name.get(folded) or held.by_name.get(folded.split(".", 1)[0], ())
    if not fitting:
        return KeyResult(None, "left out", f"the catalog holds {len(held.ordered)} columns of this table, not this one")
    if len(fitting) > 1:
        shown = ", ".join(c.key for c in fitting)
        return KeyResult(None, "ambiguous", f"names that differ only in case, which Alation cannot tell apart: {shown}")
    return KeyResult(Node("column", fitting[0].key), "catalog", "found in the catalog")
