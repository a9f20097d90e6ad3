"""What statements without rows change: tables that are emptied or altered, and what names mean from then on."""

from __future__ import annotations

from dialects import Dialect
from extractor.lineage.model import Alter, Define, Drop, Empty, Name, Rename, Statement, Use
from extractor.models import TableName
from extractor.sessions import temporary
from extractor.sessions.state import Knowledge, Session

_NAMING = frozenset({"synonym", "part"})


def empty(statement: Empty, session: Session, knowledge: Knowledge) -> tuple[TableName, ...]:
    """Empty tables, and give those that are permanent."""
    emptied = []
    for name in statement.names:
        held = knowledge.find_temporary(session.named(name), session)
        if held is not None:
            temporary.empty(held, session, knowledge)
        elif session.named(name):
            table = knowledge.table(session.named(name), session)
            knowledge.empty(table)
            emptied.append(table)
    return tuple(emptied)


def alter(statement: Alter, session: Session, knowledge: Knowledge) -> None:
    """Columns that come, go, or get another name."""
    held = knowledge.find_temporary(statement.name, session) if statement.name else None
    if held is not None:
        temporary.alter(held, statement, session, knowledge)
        return
    table = knowledge.table(statement.name, session) if statement.name else None
    columns = knowledge.columns_of(table) if table is not None else None
    if table is None or not columns:
        return
    gone = {name.lower() for name in statement.dropped}
    renames = {old.lower(): new for old, new in statement.renamed}
    kept = tuple(renames.get(c.lower(), c) for c in columns if c.lower() not in gone)
    knowledge.learn(table, (*kept, *statement.added))


def is_open(statement: Statement, session: Session, knowledge: Knowledge) -> bool:
    """Whether it cannot be told what the statement defines, changes or drops: a default of the session is open."""
    if isinstance(statement, Define) and statement.temporary:
        return False
    names: tuple[Name, ...] = ()
    if isinstance(statement, Define | Alter):
        names = (statement.name,)
    elif isinstance(statement, Drop | Empty) or (isinstance(statement, Use) and statement.what in _NAMING):
        names = statement.names
    elif isinstance(statement, Rename):
        names = (statement.old, statement.new)
    return any(knowledge.is_open(session.named(name), session) for name in names if name)


def use(statement: Use, session: Session, knowledge: Knowledge, dialect: Dialect) -> None:
    """What names mean from now on."""
    if statement.what.startswith("unknown"):
        session.defaults.lose(statement.what[8:], dialect)
    elif statement.what == "reset":
        session.defaults.path, session.defaults.search = session.given[1], ()
        session.defaults.own = session.own
    elif statement.what == "variable":
        session.variables[statement.names[0][0][0].lower()] = statement.names[1]
    elif statement.what == "synonym":
        knowledge.stand_for(statement.names, session)
    elif statement.what == "path":
        session.defaults.follow(statement.names, dialect)
    elif statement.names and statement.names[0]:
        name = session.named(statement.names[0])
        if name:
            session.defaults.use(name, statement.what, dialect)
        else:
            session.defaults.lose(statement.what, dialect)
