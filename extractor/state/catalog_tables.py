"""The tables of the state that hold the catalog of each data source.

Rows belong to a version. A version is filled in batches and becomes the current one of its data source in one
transaction, so that a reader sees the old catalog or the new one, whole. Names are kept as the catalog spells
them; the ``*_folded`` columns are what look-ups use, since Alation's identity ignores case.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from extractor.state.metadata import metadata
from extractor.state.tables import Instant

_Id = BigInteger().with_variant(Integer(), "sqlite")

catalog_versions = Table(
    "catalog_versions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("ds_id", Integer, nullable=False, index=True),
    Column("is_current", Boolean, nullable=False),
    Column("origin", String(16), nullable=False),
    Column("detail", Text, nullable=False),
    Column("fetched_at", Instant, nullable=False),
    Column("tables", _Id, nullable=False),
    Column("columns", _Id, nullable=False),
    Column("last_column_id", _Id),
    Column("full_at", Instant),
    Column("columns_given", _Id),
    sqlite_autoincrement=True,
)

catalog_schemas = Table(
    "catalog_schemas",
    metadata,
    Column("version_id", ForeignKey("catalog_versions.id"), primary_key=True),
    Column("database_folded", Text, primary_key=True),
    Column("schema_folded", Text, primary_key=True),
    Column("in_key", Integer, primary_key=True, autoincrement=False),
    Column("tables", _Id, nullable=False),
)

catalog_tables = Table(
    "catalog_tables",
    metadata,
    Column("id", _Id, primary_key=True),
    Column("version_id", ForeignKey("catalog_versions.id"), nullable=False),
    Column("key_folded", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("database_folded", Text, nullable=False),
    Column("schema_folded", Text, nullable=False),
    Column("name_folded", Text, nullable=False),
    Column("in_key", Integer, nullable=False),
    Column("schema_name", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("table_id", _Id),
    Column("table_type", Text, nullable=False),
    Column("base_table_key", Text),
    UniqueConstraint("version_id", "key_folded", "key", name="uq_catalog_tables_key"),
    Index("ix_catalog_tables_name", "version_id", "name_folded", "schema_folded", "database_folded"),
    Index("ix_catalog_tables_schema", "version_id", "schema_folded", "database_folded"),
    Index("ix_catalog_tables_table_id", "version_id", "table_id"),
    sqlite_autoincrement=True,
)

catalog_columns = Table(
    "catalog_columns",
    metadata,
    Column("table_ref", ForeignKey("catalog_tables.id"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, primary_key=True),
    Column("key", Text),
    sqlite_with_rowid=False,
)
