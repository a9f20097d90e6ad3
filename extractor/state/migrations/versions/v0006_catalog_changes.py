"""A catalog is refreshed by what has changed: the last column seen, and when all was read."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from extractor.state.tables import Instant

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("catalog_versions", sa.Column("last_column_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite")))
    op.add_column("catalog_versions", sa.Column("full_at", Instant))
