"""A catalog knows how many columns Alation gave, so that columns which are gone are noticed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("catalog_versions", sa.Column("columns_given", sa.BigInteger().with_variant(sa.Integer(), "sqlite")))
