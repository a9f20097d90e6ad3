"""The progress of backfills: windows that are done, and the time that each file covers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "backfill_windows",
        sa.Column("history", sa.String(64), primary_key=True),
        sa.Column("begins_at", sa.BigInteger, primary_key=True),
        sa.Column("ends_at", sa.BigInteger, primary_key=True),
        sa.Column("finished_at", sa.BigInteger, nullable=False),
        sa.Column("run_id", sa.Integer, nullable=False),
    )
    op.create_table(
        "file_spans",
        sa.Column("source_name", sa.Text, primary_key=True),
        sa.Column("file", sa.Text, primary_key=True),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.Column("modified_at", sa.BigInteger),
        sa.Column("first_at", sa.BigInteger, nullable=False),
        sa.Column("last_at", sa.BigInteger, nullable=False),
    )
