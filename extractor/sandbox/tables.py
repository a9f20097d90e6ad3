"""The sandbox's own tables. ``folded`` is a key in lower case, by which Alation looks keys up."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, Index, Integer, MetaData, String, Table, Text, UniqueConstraint

METADATA = MetaData()

DATA_SOURCES = Table(
    "data_sources",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("title", String, nullable=False),
    Column("dbtype", String, nullable=False),
    Column("uri", String, nullable=False),
    Column("connector_id", Integer),
    Column("deleted", Boolean, nullable=False),
    Column("hidden", Boolean, nullable=False),
)

SCHEMAS = Table(
    "schemas",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("ds_id", Integer, nullable=False, index=True),
    Column("name", String, nullable=False),
    Column("key", String, nullable=False),
    Column("folded", String, nullable=False, unique=True),
)

TABLES = Table(
    "tables",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("ds_id", Integer, nullable=False, index=True),
    Column("schema_id", Integer, nullable=False, index=True),
    Column("schema_name", String, nullable=False),
    Column("name", String, nullable=False),
    Column("key", String, nullable=False),
    Column("folded", String, nullable=False, unique=True),
    Column("table_type", String, nullable=False),
    Column("sql", Text),
    Column("base_table_key", String),
)

COLUMNS = Table(
    "columns",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("ds_id", Integer, nullable=False, index=True),
    Column("schema_id", Integer, nullable=False, index=True),
    Column("table_id", Integer, nullable=False, index=True),
    Column("table_name", String, nullable=False),
    Column("name", String, nullable=False),
    Column("key", String, nullable=False),
    Column("folded", String, nullable=False, unique=True),
    Column("column_type", String, nullable=False),
    Column("nullable", Boolean, nullable=False),
    Column("position", Integer, nullable=False),
)

OBJECTS = Table(
    "objects",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("otype", String, nullable=False),
    Column("key", String, nullable=False),
    Column("folded", String, nullable=False),
    UniqueConstraint("otype", "folded"),
)

DATAFLOWS = Table(
    "dataflows",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("external_id", String, nullable=False),
    Column("folded", String, nullable=False, unique=True),
    Column("title", Text),
    Column("description", Text),
    Column("content", Text),
    Column("group_name", Text),
    Column("declared", Boolean, nullable=False),
    sqlite_autoincrement=True,
)

NODES = Table(
    "nodes",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("otype", String, nullable=False),
    Column("key", String, nullable=False),
    Column("folded", String, nullable=False),
    UniqueConstraint("otype", "folded"),
)

NO_DATAFLOW = 0
EDGES = Table(
    "edges",
    METADATA,
    Column("source_id", Integer, primary_key=True),
    Column("dataflow_id", Integer, primary_key=True),
    Column("target_id", Integer, primary_key=True),
    Index("edges_by_dataflow", "dataflow_id"),
    Index("edges_by_target", "target_id"),
    sqlite_with_rowid=False,
)

ASSETS = Table(
    "assets",
    METADATA,
    Column("asset_id", String, primary_key=True),
    Column("ds_id", Integer),
    Column("named", String, nullable=False),
)

INTEGRATIONS = Table(
    "integrations",
    METADATA,
    Column("tenant", String, primary_key=True),
    Column("url", String, nullable=False),
    Column("user_id", Integer, nullable=False),
    Column("refresh_api_token", String, nullable=False),
)

MAPPINGS = Table(
    "mappings",
    METADATA,
    Column("asset_id", String, primary_key=True),
    Column("table_id", Integer, nullable=False),
)

MAPPING_JOBS = Table(
    "mapping_jobs",
    METADATA,
    Column("id", String, primary_key=True),
    Column("status", String, nullable=False),
    Column("error_message", Text),
    Column("result", Text, nullable=False),
    Column("polls_left", Integer),
)

API_KEYS = Table("api_keys", METADATA, Column("key", String, primary_key=True))

JOBS = Table(
    "jobs",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("status", String, nullable=False),
    Column("message", Text, nullable=False),
    Column("result", Text, nullable=False),
    Column("polls_left", Integer),
    sqlite_autoincrement=True,
)

REFRESH_TOKENS = Table(
    "refresh_tokens",
    METADATA,
    Column("token", String, primary_key=True),
    Column("user_id", Integer, nullable=False),
    Column("name", String, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("expires_at", Float, nullable=False),
)

ACCESS_TOKENS = Table(
    "access_tokens",
    METADATA,
    Column("token", String, primary_key=True),
    Column("refresh_token", String, nullable=False),
    Column("user_id", Integer, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("expires_at", Float, nullable=False),
)
