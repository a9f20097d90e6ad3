"""How far the history tables of databases are read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from extractor.state.tables import Instant

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "history_watermarks",
        sa.Column("source_name", sa.Text, primary_key=True),
        sa.Column("place", sa.String(32), nullable=False),
        sa.Column("until_at", Instant, nullable=False),
        sa.Column("seen", sa.LargeBinary, nullable=False),
        sa.Column("run_id", sa.Integer, nullable=False),
    )
