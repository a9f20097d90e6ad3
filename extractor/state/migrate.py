"""Brings a state to the version of this program, inside one transaction that holds a lock."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from extractor.errors import StateError

VERSION_TABLE = "alation_lineage_version"
_FOLDER = Path(__file__).parent / "migrations"
_LOCK = 4_701_306_118


def upgrade(engine: Engine, where: str) -> None:
    """Create or upgrade the tables; nothing happens when they are up to date.

    Raises:
        StateError: a newer program wrote the state, or the file is another program's.
    """
    with engine.connect() as connection:
        if _is_newest(connection, where):
            return
    with engine.execution_options(write=True).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        if not _is_newest(connection, where):
            _migrate(connection)


def _migrate(connection: Connection) -> None:
    # Alembic takes longer to import than all the rest of the state, and nearly never has anything to do.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _is_newest(connection: Connection, where: str) -> bool:
    """Whether the tables are those of this program; False when there are older ones or none."""
    known = sorted(path.name[1:5] for path in (_FOLDER / "versions").glob("v[0-9]*.py"))
    version = _version(connection, where)
    if version is not None and version not in known:
        raise StateError(
            f"the state {where} was written by a newer version of alation-lineage (its tables are of version "
            f"{version}): use that version or a newer one"
        )
    return version == known[-1]


def _version(connection: Connection, where: str) -> str | None:
    names = inspect(connection).get_table_names()
    if VERSION_TABLE in names:
        found = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()  # noqa: S608 - a constant
        return None if found is None else str(found)
    if names and connection.dialect.name == "sqlite":
        raise StateError(
            f"the file {where} holds tables of another program ({names[0]}, ...): name a new file for the state"
        )
    return None
