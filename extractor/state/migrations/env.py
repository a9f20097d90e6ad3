"""Alembic's entry point: runs inside the connection and transaction that `extractor.state.migrate` hands over."""

from __future__ import annotations

from alembic import context

from extractor.state.metadata import metadata
from extractor.state.migrate import VERSION_TABLE

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,
)
context.run_migrations()
