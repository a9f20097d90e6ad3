"""Temporary tables: what fills them is kept, and takes their place wherever they are read."""

from __future__ import annotations

from extractor.lineage.binding import NOTHING, Assigned, Base, Column, Open, Origin, Origins, Relation
from extractor.lineage.model import Alter, Define, Write
from extractor.models import TableName
from extractor.sessions.memo import Bound
from extractor.sessions.memory import Temporary
from extractor.sessions.state import Knowledge, Session

_FRESH = frozenset({"create", "view", "clone", "like"})


def fill(
    write: Write,
    target: TableName,
    bound: Bound,
    relation: Relation,
    assigned: list[Assigned],
    chain: tuple[str, ...],
    session: Session,
    knowledge: Knowledge,
) -> str:
    """Keep what ``write`` puts into a temporary table; returns why it has no edges, or "" when it is none."""
    held = knowledge.find_temporary(write.target, session)
    named = knowledge.is_temporary(target, write.target)
    if write.mode in _FRESH:
        if not (write.temporary or named):
            if held is not None:  # a permanent table of that name takes its place
                knowledge.pop_temporary(write.target, session)
            return ""
        held = held if write.beside else None
    elif held is None and not named:
        return ""
    if held is not None and write.empties:
        empty(held, session, knowledge)
        return f"empties the temporary table {held.table}"
    old = held.relation if held is not None and write.mode != "overwrite" else None
    # The same content is the same object, so that what reads it is known to read the same.
    made = bound.once(
        ("made", target, old),
        lambda: _fresh(write, relation, assigned) if old is None else _added(old, relation, assigned, write),
    )
    columns = held.columns if held is not None else _columns_of(write, relation)
    earlier = held.chain if held is not None and write.mode != "overwrite" else ()
    by_pattern = not write.temporary and knowledge.matches_pattern(target) if held is None else held.by_pattern
    table = held.table if held is not None else target
    full = tuple(dict.fromkeys((*earlier, *chain)))
    knowledge.put_temporary(Temporary(table, made, full, columns, by_pattern), session)
    return f"fills the temporary table {table}: counted where it is read"


def empty(held: Temporary, session: Session, knowledge: Knowledge) -> None:
    """Take all rows out of a temporary table; its columns stay."""
    columns = [Column(item.name, NOTHING) for item in held.relation.items if isinstance(item, Column)]
    knowledge.put_temporary(held._replace(relation=Relation([*columns]), chain=()), session)


def alter(held: Temporary, change: Alter, session: Session, knowledge: Knowledge) -> None:
    """Rename, take away and add columns of a temporary table; what its other columns hold stays."""
    gone = {name.lower() for name in change.dropped}
    names = {old.lower(): new for old, new in change.renamed}
    kept = [i for i in held.relation.items if not (isinstance(i, Column) and i.name.lower() in gone)]
    items = [i._replace(name=names.get(i.name.lower(), i.name)) if isinstance(i, Column) else i for i in kept]
    items.extend(Column(name, NOTHING) for name in change.added)
    columns = tuple(names.get(c.lower(), c) for c in held.columns or () if c.lower() not in gone)
    relation = Relation(items, dict(held.relation.reads), held.relation.indirect)
    known = (*columns, *change.added) if held.columns else None
    knowledge.put_temporary(held._replace(relation=relation, columns=known), session)


def define(statement: Define, table: TableName, session: Session, knowledge: Knowledge) -> None:
    """An empty temporary table whose columns are known (or will be, when it is filled)."""
    if statement.keep_existing and knowledge.find_temporary(statement.name, session) is not None:
        return
    relation = Relation([Column(name, NOTHING) for name in statement.columns])
    by_pattern = not statement.temporary and knowledge.matches_pattern(table)
    columns = statement.columns or None
    knowledge.put_temporary(Temporary(table, relation, (), columns, by_pattern), session)


def _columns_of(write: Write, relation: Relation) -> tuple[str, ...] | None:
    if write.columns:
        return write.columns
    names = tuple(item.name for item in relation.items if isinstance(item, Column))
    return names if names and len(names) == len(relation.items) and all(names) else None


def _fresh(write: Write, relation: Relation, assigned: list[Assigned]) -> Relation:
    if write.mode == "like":
        items: list[Column | Open] = [Column(i.name, NOTHING) for i in relation.items if isinstance(i, Column)]
        return Relation(items)
    columns = [Column(a.name, a.origins) for a in assigned]
    named = {a.name.lower() for a in assigned}
    rest = [i for i in relation.items if not isinstance(i, Column) or (i.name and i.name.lower() not in named)]
    opens = rest if not write.columns else []
    items = relation.items if opens and not write.columns else [*columns]
    return Relation(items, dict(relation.reads), relation.indirect)


def _added(held: Relation, relation: Relation, assigned: list[Assigned], write: Write) -> Relation:
    """The old content and the new, column by column."""
    gains: dict[str, tuple[str, Origins]] = {}
    for name, origins, _ in assigned:
        gains[name.lower()] = (name, gains.get(name.lower(), (name, NOTHING))[1] | origins)
    items: list[Column | Open] = []
    for item in held.items:
        if isinstance(item, Column):
            gain = gains.pop(item.name.lower(), None)
            items.append(Column(item.name, item.origins | gain[1]) if gain is not None else item)
        else:
            items.append(item)
    items.extend(Column(name, origins) for name, origins in gains.values())
    if write.mode == "insert" and not write.columns:
        items.extend(relation.opens)
    reads: dict[Base, bool] = dict(held.reads)
    for base, direct in relation.reads.items():
        reads[base] = reads.get(base, False) or (direct and write.mode != "delete")
    deciding: frozenset[Origin] = held.indirect | relation.indirect
    return Relation(items, reads, deciding)
