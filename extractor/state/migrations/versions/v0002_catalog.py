"""The catalogs of the data sources: versions, schemas, tables, columns."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _create_versions()
    _create_tables()
    op.create_table(
        "catalog_columns",
        sa.Column("table_ref", _ID, sa.ForeignKey("catalog_tables.id"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("key", sa.Text),
        sqlite_with_rowid=False,
    )


def _create_versions() -> None:
    op.create_table(
        "catalog_versions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("ds_id", sa.Integer, nullable=False),
        sa.Column("is_current", sa.Boolean, nullable=False),
        sa.Column("origin", sa.String(16), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("fetched_at", sa.BigInteger, nullable=False),
        sa.Column("tables", _ID, nullable=False),
        sa.Column("columns", _ID, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_catalog_versions_ds_id", "catalog_versions", ["ds_id"])
    op.create_table(
        "catalog_schemas",
        sa.Column("version_id", sa.Integer, sa.ForeignKey("catalog_versions.id"), primary_key=True),
        sa.Column("database_folded", sa.Text, primary_key=True),
        sa.Column("schema_folded", sa.Text, primary_key=True),
        sa.Column("in_key", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("tables", _ID, nullable=False),
    )


def _create_tables() -> None:
    op.create_table(
        "catalog_tables",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("version_id", sa.Integer, sa.ForeignKey("catalog_versions.id"), nullable=False),
        sa.Column("key_folded", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("database_folded", sa.Text, nullable=False),
        sa.Column("schema_folded", sa.Text, nullable=False),
        sa.Column("name_folded", sa.Text, nullable=False),
        sa.Column("in_key", sa.Integer, nullable=False),
        sa.Column("schema_name", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("table_id", _ID),
        sa.Column("table_type", sa.Text, nullable=False),
        sa.Column("base_table_key", sa.Text),
        sa.UniqueConstraint("version_id", "key_folded", "key", name="uq_catalog_tables_key"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_catalog_tables_name",
        "catalog_tables",
        ["version_id", "name_folded", "schema_folded", "database_folded"],
    )
    op.create_index("ix_catalog_tables_schema", "catalog_tables", ["version_id", "schema_folded", "database_folded"])
