"""The first version of the state: runs, texts, outlines, dataflows with their edges, and the present run."""

from __future__ import annotations

import uuid

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _create_general()
    _create_owned()
    _create_observed()
    facts = sa.table("facts", sa.column("name"), sa.column("value"))
    op.bulk_insert(facts, [{"name": "identity", "value": uuid.uuid4().hex[:12]}, {"name": "changes", "value": "0"}])


def _create_general() -> None:
    op.create_table(
        "facts",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_table(
        "runs",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("command", sa.Text, nullable=False),
        sa.Column("started_at", sa.BigInteger, nullable=False),
        sa.Column("finished_at", sa.BigInteger),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("report", sa.Text),
    )
    op.create_table(
        "statements",
        sa.Column("fingerprint", sa.String(64), primary_key=True),
        sa.Column("dialect", sa.String(32), primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("first_seen", sa.BigInteger),
    )
    op.create_table(
        "outlines",
        sa.Column("fingerprint", sa.String(64), primary_key=True),
        sa.Column("dialect", sa.String(32), primary_key=True),
        sa.Column("engine", sa.String(255), primary_key=True),
        sa.Column("blob", sa.LargeBinary),
        sa.Column("outcome", sa.Text),
        sa.Column("reason", sa.Text, nullable=False),
    )


def _create_owned() -> None:
    op.create_table(
        "dataflows",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("external_id", sa.String(255), nullable=False, unique=True),
        sa.Column("namespace", sa.String(64), nullable=False, index=True),
        sa.Column("source_name", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("content_digest", sa.String(64), nullable=False),
        sa.Column("targets", sa.Text, nullable=False),
        sa.Column("defines", sa.Boolean, nullable=False),
        sa.Column("edges_digest", sa.String(64), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("job", sa.Text),
        sa.Column("problem", sa.Text),
        sa.Column("first_seen", sa.BigInteger, nullable=False),
        sa.Column("last_seen", sa.BigInteger, nullable=False),
        sa.Column("run_id", sa.Integer, nullable=False),
    )
    op.create_table(
        "nodes",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("identity", sa.Text, nullable=False, unique=True),
        sa.Column("otype", sa.String(32), nullable=False),
        sa.Column("key", sa.Text, nullable=False),
    )
    op.create_table(
        "edges",
        sa.Column("dataflow_id", _ID, sa.ForeignKey("dataflows.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("source_id", _ID, sa.ForeignKey("nodes.id"), primary_key=True),
        sa.Column("target_id", _ID, sa.ForeignKey("nodes.id"), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("stale", sa.Boolean, nullable=False),
        sa.Column("first_seen", sa.BigInteger, nullable=False),
        sa.Column("last_seen", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_edges_source", "edges", ["source_id"])
    op.create_index("ix_edges_target", "edges", ["target_id"])


def _create_observed() -> None:
    for name in ("targets", "observed_targets"):
        op.create_table(
            name,
            sa.Column("target", sa.Text, primary_key=True),
            sa.Column("touched_at", sa.BigInteger, nullable=False),
            sa.Column("gone", sa.Boolean, nullable=False),
            sa.Column("defined_at", sa.BigInteger),
            sa.Column("defined_by", sa.String(255)),
        )
    op.create_table(
        "observations",
        sa.Column("external_id", sa.String(255), primary_key=True),
        sa.Column("edges_digest", sa.String(64), primary_key=True),
        sa.Column("sequence", _ID, nullable=False),
        sa.Column("source_name", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("targets", sa.Text, nullable=False),
        sa.Column("defines", sa.Boolean, nullable=False),
        sa.Column("edges", sa.LargeBinary, nullable=False),
        sa.Column("first_seen", sa.BigInteger, nullable=False),
        sa.Column("last_seen", sa.BigInteger, nullable=False),
    )
