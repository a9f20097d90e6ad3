"""Questions to the lineage graph: nodes by what they are looked up by, edges by either end; assets and tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_BATCH = 1_000


def upgrade() -> None:
    op.add_column("nodes", sa.Column("found_by", sa.Text))
    _fill_found_by(op.get_bind())
    op.create_index("ix_nodes_found_by", "nodes", ["found_by"])
    for end, other in (("source", "target"), ("target", "source")):
        op.drop_index(f"ix_edges_{end}", "edges")
        op.create_index(f"ix_edges_{end}", "edges", [f"{end}_id", f"{other}_id", "kind", "stale", "dataflow_id"])
    op.create_index("ix_dataflows_status", "dataflows", ["namespace", "status"])
    op.create_index("ix_catalog_tables_table_id", "catalog_tables", ["version_id", "table_id"])
    _create_assets()


def _fill_found_by(connection: sa.Connection) -> None:
    nodes = sa.table("nodes", sa.column("id"), sa.column("otype"), sa.column("key"), sa.column("found_by"))
    fill = sa.update(nodes).where(nodes.c.id == sa.bindparam("id_")).values(found_by=sa.bindparam("found_by_"))
    last = 0
    while True:
        query = sa.select(nodes.c.id, nodes.c.otype, nodes.c.key).where(nodes.c.id > last)
        rows = connection.execute(query.order_by(nodes.c.id).limit(_BATCH)).all()
        if not rows:
            return
        last = rows[-1].id
        connection.execute(fill, [{"id_": row.id, "found_by_": _found_by(row.otype, row.key)} for row in rows])


def _found_by(otype: str, key: str) -> str | None:
    """As it was at this version: a table by its last name, a column by its table's key, all else not at all."""
    folded = key.lower()
    cut = folded.rfind('."') if folded.endswith('"') else folded.rfind(".")
    if cut < 0 or otype not in ("table", "external", "column"):
        return None
    return folded[:cut][:600] if otype == "column" else folded[cut + 1 :].strip('"')[:600]


def _create_assets() -> None:
    op.create_table(
        "asset_mappings",
        sa.Column("asset_id", sa.Text, primary_key=True),
        sa.Column("data_source_id", sa.BigInteger, nullable=False),
        sa.Column("data_source_name", sa.Text, nullable=False),
        sa.Column("schema_id", sa.BigInteger),
        sa.Column("schema_name", sa.Text, nullable=False),
        sa.Column("table_id", sa.BigInteger, nullable=False),
        sa.Column("table_name", sa.Text, nullable=False),
        sa.Column("table_key", sa.Text, nullable=False),
    )
    op.create_index("ix_asset_mappings_data_source_id", "asset_mappings", ["data_source_id"])
    op.create_table(
        "tables_offered",
        sa.Column("identity", sa.Text, primary_key=True),
        sa.Column("offered_at", sa.BigInteger, nullable=False),
    )
