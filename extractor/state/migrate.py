"""Brings a state to the version of this program, inside one transaction that holds a lock."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, text

from extractor.errors import StateError

VERSION_TABLE = "alation_lineage_version"
_LOCK = 4_701_306_118


def upgrade(engine: Engine, where: str) -> None:
    """Create or upgrade the tables; nothing happens when they are up to date.

    Raises:
        StateError: a newer program wrote the state, or the file is another program's.
    """
    config = _config()
    script = ScriptDirectory.from_config(config)
    head = script.get_current_head()
    with engine.connect() as connection:
        if _version(connection, script, where) == head:
            return
    with engine.execution_options(write=True).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        if _version(connection, script, where) == head:
            return
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config


def _version(connection: Connection, script: ScriptDirectory, where: str) -> str | None:
    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
    version = context.get_current_revision()
    if version is None:
        names = inspect(connection).get_table_names()
        if names and connection.dialect.name == "sqlite":
            raise StateError(
                f"the file {where} holds tables of another program ({names[0]}, ...): name a new file for the state"
            )
        return None
    if version not in {revision.revision for revision in script.walk_revisions()}:
        raise StateError(
            f"the state {where} was written by a newer version of alation-lineage (its tables are of version "
            f"{version}): use that version or a newer one"
        )
    return version
