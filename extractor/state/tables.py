"""The tables of the state, apart from the catalog's.

What is ours in Alation: ``dataflows``, ``nodes``, ``edges``. What the logs taught for good: ``known`` (every
dataflow ever seen, whether it holds or not), ``targets``, ``nights``, ``statements``, ``outlines``. What the present
run has seen so far, and nothing older: ``observations``, ``observed_targets``. How it was before each of the last
runs: ``journal``. What Data Observability told: ``asset_mappings``, ``tables_offered``.
Times are whole microseconds since 1970 in UTC, so that both databases compare them alike.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    TypeDecorator,
)

from extractor.state.metadata import metadata
from extractor.state.records import storable

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_Id = BigInteger().with_variant(Integer(), "sqlite")


class Instant(TypeDecorator[datetime]):
    """An aware datetime, stored as microseconds since the epoch."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - the base class's signature
        """To the database."""
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the base class's signature
        """From the database."""
        return None if value is None else _EPOCH + timedelta(microseconds=value)


class Words(TypeDecorator[str]):
    """Any text of a log: what no database takes (NUL, halves of surrogate pairs) is kept as U+FFFD."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - the base class's signature
        """To the database."""
        return None if value is None else storable(value)


facts = Table(
    "facts",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("command", Text, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("status", String(32), nullable=False),
    Column("report", Text),
    Column("carries_out", Integer),
)

statements = Table(
    "statements",
    metadata,
    Column("fingerprint", String(64), primary_key=True),
    Column("dialect", String(32), primary_key=True),
    Column("text", Words, nullable=False),
    Column("first_seen", Instant),
)

outlines = Table(
    "outlines",
    metadata,
    Column("fingerprint", String(64), primary_key=True),
    Column("dialect", String(32), primary_key=True),
    Column("engine", String(255), primary_key=True),
    Column("blob", LargeBinary),
    Column("outcome", Text),
    Column("reason", Words, nullable=False),
)

dataflows = Table(
    "dataflows",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("external_id", String(255), nullable=False, unique=True),
    Column("namespace", String(64), nullable=False, index=True),
    Column("source_name", Text, nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("title", Words, nullable=False),
    Column("content", Words, nullable=False),
    Column("content_digest", String(64), nullable=False),
    Column("targets", Text, nullable=False),
    Column("defines", Boolean, nullable=False),
    Column("edges_digest", String(64), nullable=False),
    Column("status", String(16), nullable=False),
    Column("job", Text),
    Column("problem", Words),
    Column("first_seen", Instant, nullable=False),
    Column("last_seen", Instant, nullable=False),
    Column("run_id", Integer, nullable=False),
    Index("ix_dataflows_status", "namespace", "status"),
)

nodes = Table(
    "nodes",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("identity", Words, nullable=False, unique=True),
    Column("otype", String(32), nullable=False),
    Column("key", Words, nullable=False),
    Column("found_by", Words, index=True),
)

edges = Table(
    "edges",
    metadata,
    Column("dataflow_id", ForeignKey("dataflows.id", ondelete="CASCADE"), primary_key=True),
    Column("source_id", ForeignKey("nodes.id"), primary_key=True),
    Column("target_id", ForeignKey("nodes.id"), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("confidence", Float, nullable=False),
    Column("reason", Text, nullable=False),
    Column("stale", Boolean, nullable=False),
    Column("first_seen", Instant, nullable=False),
    Column("last_seen", Instant, nullable=False),
    # They hold all that a walk through the graph reads, so that it never touches the rows.
    Index("ix_edges_source", "source_id", "target_id", "kind", "stale", "dataflow_id"),
    Index("ix_edges_target", "target_id", "source_id", "kind", "stale", "dataflow_id"),
)


def _target_columns() -> list[Column[object]]:
    return [
        Column("target", Words, primary_key=True),
        Column("touched_at", Instant, nullable=False),
        Column("gone", Boolean, nullable=False),
        Column("defined_at", Instant),
        Column("defined_by", String(255)),
    ]


targets = Table("targets", metadata, *_target_columns(), Column("seen_in", Integer))
observed_targets = Table("observed_targets", metadata, *_target_columns())

observations = Table(
    "observations",
    metadata,
    Column("external_id", String(255), primary_key=True),
    Column("edges_digest", String(64), primary_key=True),
    Column("sequence", _Id, nullable=False),
    Column("source_name", Text, nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("title", Words, nullable=False),
    Column("content", Words, nullable=False),
    Column("targets", Text, nullable=False),
    Column("defines", Boolean, nullable=False),
    Column("edges", LargeBinary, nullable=False),
    Column("first_seen", Instant, nullable=False),
    Column("last_seen", Instant, nullable=False),
)

asset_mappings = Table(
    "asset_mappings",
    metadata,
    Column("asset_id", Words, primary_key=True),
    Column("data_source_id", BigInteger, nullable=False, index=True),
    Column("data_source_name", Words, nullable=False),
    Column("schema_id", BigInteger),
    Column("schema_name", Words, nullable=False),
    Column("table_id", BigInteger, nullable=False),
    Column("table_name", Words, nullable=False),
    Column("table_key", Words, nullable=False),
)

tables_offered = Table(
    "tables_offered",
    metadata,
    Column("identity", Words, primary_key=True),
    Column("offered_at", Instant, nullable=False),
)

known = Table(
    "known",
    metadata,
    Column("external_id", String(255), primary_key=True),
    Column("namespace", String(64), nullable=False, index=True),
    Column("source_name", Text, nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("title", Words, nullable=False),
    Column("content", Words, nullable=False),
    Column("targets", Text, nullable=False),
    Column("defines", Boolean, nullable=False),
    Column("edges", LargeBinary, nullable=False),
    Column("edges_digest", String(64), nullable=False),
    Column("first_seen", Instant, nullable=False),
    Column("last_seen", Instant, nullable=False),
    Column("night", Integer),
    Column("run_id", Integer, nullable=False),
    Column("seen_in", Integer, nullable=False),
)

nights = Table(
    "nights",
    metadata,
    Column("namespace", String(64), primary_key=True),
    Column("source_name", String(255), primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False),
)

journal = Table(
    "journal",
    metadata,
    Column("run_id", Integer, primary_key=True, autoincrement=False),
    Column("what", String(16), primary_key=True),
    Column("name", Words, primary_key=True),
    Column("before", LargeBinary),
)

packed_graphs = Table(
    "packed_graphs",
    metadata,
    Column("namespace", String(64), primary_key=True),
    Column("part", String(32), primary_key=True),
    Column("data", LargeBinary, nullable=False),
)

temporary_nodes = Table(
    "temporary_nodes",
    metadata,
    Column("identity", Words, primary_key=True),
    Column("otype", String(32), nullable=False),
    Column("key", Words, nullable=False),
    Column("seen_at", Instant, nullable=False),
)
