"""What is known of every dataflow ever seen, held or not, of the nights, and what each run changed of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "known",
        sa.Column("external_id", sa.String(255), primary_key=True),
        sa.Column("namespace", sa.String(64), nullable=False, index=True),
        sa.Column("source_name", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("targets", sa.Text, nullable=False),
        sa.Column("defines", sa.Boolean, nullable=False),
        sa.Column("edges", sa.LargeBinary, nullable=False),
        sa.Column("edges_digest", sa.String(64), nullable=False),
        sa.Column("first_seen", sa.BigInteger, nullable=False),
        sa.Column("last_seen", sa.BigInteger, nullable=False),
        sa.Column("night", sa.Integer),
        sa.Column("run_id", sa.Integer, nullable=False),
        sa.Column("seen_in", sa.Integer, nullable=False),
    )
    op.create_table(
        "nights",
        sa.Column("namespace", sa.String(64), primary_key=True),
        sa.Column("source_name", sa.String(255), primary_key=True),
        sa.Column("day", sa.Integer, primary_key=True, autoincrement=False),
    )
    op.create_table(
        "journal",
        sa.Column("run_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("what", sa.String(16), primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("before", sa.LargeBinary),
    )
    op.create_table(
        "temporary_nodes",
        sa.Column("identity", sa.Text, primary_key=True),
        sa.Column("otype", sa.String(32), nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
    )
    op.add_column("targets", sa.Column("seen_in", sa.Integer))
    op.add_column("runs", sa.Column("carries_out", sa.Integer))
