"""Texts and outlines of statements: what is learned once per distinct statement."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import Connection, func, select

from extractor.state.records import CachedOutline, StatementText
from extractor.state.tables import outlines, statements
from extractor.state.upsert import insert_or_ignore, insert_or_update, slices


def add_statements(connection: Connection, rows: Iterable[StatementText]) -> None:
    """Remember texts; the first text of a fingerprint stays."""
    if values := [row._asdict() for row in rows]:
        connection.execute(insert_or_ignore(connection, statements), values)


def find_texts(
    connection: Connection, fingerprints: Collection[str], dialect: str, longest: int | None = None
) -> dict[str, str]:
    """The texts that are known, by fingerprint; those of more characters than ``longest`` are left out."""
    found: dict[str, str] = {}
    for keys in slices(fingerprints):
        query = select(statements.c.fingerprint, statements.c.text).where(
            statements.c.dialect == dialect, statements.c.fingerprint.in_(keys)
        )
        if longest is not None:
            query = query.where(func.length(statements.c.text) <= longest)
        found.update((row.fingerprint, row.text) for row in connection.execute(query))
    return found


def add_outlines(connection: Connection, rows: Iterable[CachedOutline]) -> None:
    """Remember results of analysis; a newer result of the same engine replaces the older one."""
    if values := [row._asdict() for row in rows]:
        connection.execute(insert_or_update(connection, outlines), values)


def find_outlines(
    connection: Connection, fingerprints: Collection[str], dialect: str, engine: str
) -> dict[str, CachedOutline]:
    """The results that are known for this engine, by fingerprint."""
    found: dict[str, CachedOutline] = {}
    for keys in slices(fingerprints):
        query = select(outlines).where(
            outlines.c.dialect == dialect, outlines.c.engine == engine, outlines.c.fingerprint.in_(keys)
        )
        found.update((row.fingerprint, CachedOutline(*row)) for row in connection.execute(query))
    return found
