"""The few frozen records that cross stages.

A stage takes iterators of these and gives iterators of these; nothing here imports a parser, a database
or the network.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, NamedTuple, Protocol


class Outcome(StrEnum):
    """The one named end of every record and every statement."""

    LINEAGE = "lineage"
    READ_ONLY = "read only"
    NO_LINEAGE = "no lineage by nature"
    DUPLICATE = "duplicate"
    FILTERED = "filtered"
    FAILED = "failed in the database"
    CANCELLED = "cancelled in the database"
    UNRESOLVED = "unresolved"
    AMBIGUOUS = "ambiguous"
    DYNAMIC = "dynamic"
    UNSUPPORTED = "unsupported"
    NOT_PARSED = "not parsed"
    TOO_LARGE = "too large"
    TIMED_OUT = "timed out"
    CUT = "cut"
    UNREADABLE = "unreadable"


class QueryOutcome(StrEnum):
    """What the database said of a record; ``UNKNOWN`` where the log is written before the statement runs."""

    OK = "ok"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


class Origin(NamedTuple):
    """Where something was read: a file as it was named, and the 1-based line (or row) it begins on."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class QueryRecord(NamedTuple):
    """One thing that was sent to a database: one statement or several, with what the log says of it.

    ``started_at`` is in UTC or None (scripts). ``session`` is the source's own session key, unique within the
    source. ``sequence`` orders records of one session that have the same time. ``destination`` is a target the
    text does not show (BigQuery destination tables), as a dotted name.
    """

    sql: str
    started_at: datetime | None = None
    session: str = ""
    user: str | None = None
    database: str | None = None
    schema: str | None = None
    outcome: QueryOutcome = QueryOutcome.UNKNOWN
    sequence: int = 0
    statement_id: str | None = None
    search_path: tuple[str, ...] | None = None
    destination: str | None = None
    cut: bool = False
    origin: Origin | None = None


class BadRecord(NamedTuple):
    """A record that could not be read: a value, not an exception. ``problem`` never quotes the record's text."""

    problem: str
    origin: Origin


EndKind = Literal["table", "file", "directory", "external"]
EdgeKind = Literal["direct", "indirect"]


@dataclass(frozen=True, slots=True)
class TableName:
    """A table (or file, directory, external end) as a tuple of one to four parts, outermost first.

    ``identity`` is folded by the dialect's rule and is what equality and hashing use; ``parts`` is the spelling
    to show. The dotted text is for people; keys are written by ``extractor.keys`` alone.
    """

    identity: tuple[str, ...]
    parts: tuple[str, ...] = field(compare=False)
    kind: EndKind = "table"

    def __str__(self) -> str:
        return ".".join(self.parts)


class TableEdge(NamedTuple):
    """``source`` feeds ``target``; a bare SELECT has no target. ``confidence`` is 0..1 with its reason."""

    source: TableName
    target: TableName | None
    kind: EdgeKind = "direct"
    confidence: float = 1.0
    reason: str = ""


class ColumnEdge(NamedTuple):
    """A column feeds a column: ``direct`` when the value flows, ``indirect`` for filters, joins and grouping."""

    source_table: TableName
    source_column: str
    target_table: TableName | None
    target_column: str
    kind: EdgeKind = "direct"
    confidence: float = 1.0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class StatementLineage:
    """What one executed statement did, after temporary tables were collapsed away.

    ``chain`` holds the fingerprints of the statements that together made it, in order: those that filled the
    temporary tables it reads, then itself. ``defines`` is true when the statement gives its targets a whole new
    content or text (CREATE ... AS, CREATE VIEW, INSERT OVERWRITE), so that an earlier definition no longer
    holds. ``dropped`` lists permanent tables that ceased to exist under their name, ``made`` those that exist from now
    on whatever was dropped before. ``dropped_within`` names schemas and databases that ceased to exist with all their
    tables, by level (``schema``, ``database``). ``emptied`` lists tables of which nothing is left, ``refilled`` those
    that got their first rows after that. ``moved`` pairs old names with new ones whose content came along without the
    records showing all that it was made of; ``swapped`` when the new name's went the other way. ``notes`` are lines for
    the report: what is unresolved or ambiguous, and why. ``unlisted`` are the tables whose columns nobody knows, each
    with the number of stars and columns that stayed open for want of them.
    """

    outcome: Outcome
    kind: str
    fingerprint: str = ""
    index: int = 0
    sources: tuple[TableName, ...] = ()
    targets: tuple[TableName, ...] = ()
    tables: tuple[TableEdge, ...] = ()
    columns: tuple[ColumnEdge, ...] = ()
    chain: tuple[str, ...] = ()
    defines: bool = False
    dropped: tuple[TableName, ...] = ()
    made: tuple[TableName, ...] = ()
    reason: str = ""
    notes: tuple[str, ...] = ()
    origin: Origin | None = None
    unlisted: tuple[tuple[TableName, int], ...] = ()
    dropped_within: tuple[tuple[str, TableName], ...] = ()
    emptied: tuple[TableName, ...] = ()
    refilled: tuple[TableName, ...] = ()
    moved: tuple[tuple[TableName, TableName], ...] = ()
    swapped: bool = False


class Later:
    """A text that is made when it is first read, in a field of `StatementLineage` that holds texts."""

    __slots__ = ("_made", "_make")

    def __init__(self, make: Callable[[], str]) -> None:
        self._make = make
        self._made: str | None = None

    def text(self) -> str:
        """The text, always the same."""
        if self._made is None:
            self._made = self._make()
        return self._made


def _read(value: Any) -> Any:
    if value.__class__ is tuple:
        return tuple([_read(item) for item in value])
    return value.text() if value.__class__ is Later else value


class _Readable:
    """A field of a record that may have been given as `Later`; who reads it always gets the text itself."""

    __slots__ = ("_field",)

    def __init__(self, field: Any) -> None:
        self._field = field

    def __get__(self, record: Any, owner: type) -> Any:
        return self if record is None else _read(self._field.__get__(record, owner))

    def __set__(self, record: Any, value: Any) -> None:
        self._field.__set__(record, value)


# Most callers of `extract_lineage` want edges; the names of statements are dear beside them and seldom asked for.
for _name in ("fingerprint", "chain"):
    setattr(StatementLineage, _name, _Readable(getattr(StatementLineage, _name)))


@dataclass(frozen=True, slots=True)
class Lineage:
    """The lineage of a text, a script or a sequence of records: what ``extract_lineage`` returns."""

    sources: tuple[TableName, ...]
    targets: tuple[TableName, ...]
    tables: tuple[TableEdge, ...]
    columns: tuple[ColumnEdge, ...]
    statements: tuple[StatementLineage, ...]


class SchemaLookup(Protocol):
    """Where columns come from while a statement is bound to its context."""

    def columns_of(self, table: TableName) -> tuple[str, ...] | None:
        """The table's columns in their order, or None when they are not known."""

    def knows(self, table: TableName) -> bool | None:
        """Whether the table exists; None when this source cannot tell (it may hold only a part)."""


class CatalogTable(NamedTuple):
    """A table as the catalog holds it; ``schema_name`` may carry the database part (``DB.SCHEMA``)."""

    key: str
    schema_name: str
    name: str
    table_id: int | None = None
    table_type: str = "TABLE"
    base_table_key: str | None = None


class CatalogColumn(NamedTuple):
    """A column as the catalog holds it; ``table_key`` is the key of its table, ``position`` counts from 1.

    The ids are Alation's, where it was Alation that gave the column.
    """

    key: str
    table_key: str
    name: str
    position: int
    column_id: int | None = None
    table_id: int | None = None


class CatalogSchemaName(NamedTuple):
    """A schema that the catalog holds, folded to lower case, with its number of tables.

    ``in_key`` is the number of parts that its tables' keys give the schema: 2 for ``DB.SCHEMA``, else 1; 0 when
    these keys were written by the source's rule, so that they say nothing of Alation's. An empty ``database`` means
    that the catalog does not say it.
    """

    database: str
    schema: str
    in_key: int
    tables: int

    def __str__(self) -> str:
        return ".".join(part for part in (self.database, self.schema) if part)


class AssetMapping(NamedTuple):
    """An asset of Data Observability and the table of the catalog that it is (*Alation Integration APIs*).

    ``schema_name`` may carry the database part (``db.schema``), as the catalog's own schema names do.
    """

    asset_id: str
    data_source_id: int
    data_source_name: str
    schema_id: int | None
    schema_name: str
    table_id: int
    table_name: str

    @property
    def table(self) -> str:
        """The table's name for people: ``db.schema.table``."""
        return f"{self.schema_name}.{self.table_name}"


class Node(NamedTuple):
    """One object of a path on Alation's wire: its object type and its key."""

    otype: str
    key: str


Segment = tuple[Node, ...]
Path = tuple[Segment, ...]


class KeyedEdge(NamedTuple):
    """An edge between two objects of the catalog, by key; ``source`` and ``target`` have the same otype family."""

    source: Node
    target: Node
    kind: EdgeKind = "direct"
    confidence: float = 1.0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Dataflow:
    """One dataflow of ours: its ``api/...`` id, its words, and the edges that run through it.

    ``targets`` are the identities of what it writes (for supersession), ``defines`` as in `StatementLineage`.
    ``edges`` is sorted and free of duplicates (identity is case-insensitive, as Alation's is).
    """

    external_id: str
    title: str
    content: str
    source_name: str
    fingerprint: str
    targets: tuple[str, ...]
    edges: tuple[KeyedEdge, ...]
    defines: bool = False
    first_seen: datetime | None = None
    last_seen: datetime | None = None


def segments_of(sources: Sequence[Node], dataflow: str, targets: Sequence[Node]) -> Path:
    """The three-segment path ``sources -> dataflow -> targets``."""
    return (tuple(sources), (Node("dataflow", dataflow),), tuple(targets))
