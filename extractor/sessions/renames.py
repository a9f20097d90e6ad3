"""RENAME, SWAP and partitions: lineage moves with the table, so that load-then-rename ends on the real one."""

from __future__ import annotations

from dataclasses import replace

from extractor.lineage.binding import Assigned, Column
from extractor.lineage.model import Rename, Use
from extractor.models import Outcome, StatementLineage, TableName
from extractor.sessions.edges import column_edges, table_edges
from extractor.sessions.memory import Made, Temporary
from extractor.sessions.state import Knowledge, Session


def renamed(rename: Rename, session: Session, knowledge: Knowledge, fingerprint: str) -> list[StatementLineage]:
    """What the new name holds after a rename: the lineage derived so far under the old one."""
    if not rename.old or not rename.new:
        return [StatementLineage(Outcome.UNRESOLVED, rename.kind, reason="the text does not name both tables")]
    old, new = knowledge.table(rename.old, session), knowledge.table(rename.new, session)
    columns = knowledge.forget(old)
    if columns:
        knowledge.learn(new, columns)
    knowledge.parts.rename(old, new)
    held = knowledge.pop_temporary(rename.old, session)
    if held is not None:
        return [_from_temporary(held, rename, new, session, knowledge, fingerprint)]
    made = knowledge.made.pop(old)
    if made is None:
        return [
            StatementLineage(
                Outcome.NO_LINEAGE,
                rename.kind,
                dropped=(old,),
                made=(new,),
                reason=f"{old} becomes {new}",
                moved=() if knowledge.emptied.pop(old) else ((old, new),),
            )
        ]
    return [_moved(made, rename.kind, old, new, knowledge, fingerprint, dropped=(old,), carries=not made.is_whole)]


def swapped(swap: Rename, session: Session, knowledge: Knowledge, fingerprint: str) -> list[StatementLineage]:
    """Two tables exchange their names, and with them their lineage and columns."""
    if not swap.old or not swap.new:
        return [StatementLineage(Outcome.UNRESOLVED, swap.kind, reason="the text does not name both tables")]
    one, two = knowledge.table(swap.old, session), knowledge.table(swap.new, session)
    first, second = knowledge.forget(one), knowledge.forget(two)
    for table, columns in ((one, second), (two, first)):
        if columns:
            knowledge.learn(table, columns)
    made_one, made_two = knowledge.made.pop(one), knowledge.made.pop(two)
    held_one, held_two = knowledge.pop_temporary(swap.old, session), knowledge.pop_temporary(swap.new, session)
    unseen = tuple(
        ends
        for ends, made, held in (((one, two), made_one, held_one), ((two, one), made_two, held_two))
        if held is None and (made is None or not made.is_whole)
    )
    found: list[StatementLineage] = []
    for made, held, old, new in ((made_two, held_two, two, one), (made_one, held_one, one, two)):
        if held is not None:
            found.append(_from_temporary(held, swap, new, session, knowledge, fingerprint))
        elif made is not None:
            found.append(_moved(made, swap.kind, old, new, knowledge, fingerprint, dropped=()))
    found = found or [StatementLineage(Outcome.NO_LINEAGE, swap.kind, reason=f"{one} and {two} exchange their names")]
    return [replace(found[0], moved=unseen, swapped=True), *found[1:]]


def part_told(use: Use, session: Session, knowledge: Knowledge, fingerprint: str) -> list[StatementLineage]:
    """A table becomes a partition of another, or leaves it; what it was loaded from then feeds that other one."""
    nothing = StatementLineage(Outcome.NO_LINEAGE, use.kind)
    part = knowledge.table(use.names[0], session)
    if len(use.names) == 1:
        knowledge.parts.leave(part)
        return [nothing]
    table = knowledge.table(use.names[1], session)
    if use.kind == "create table":
        part = knowledge.made_table(use.names[0], session)
        nothing = replace(nothing, made=(part,))
    knowledge.parts.belong(part, table)
    made = knowledge.made.pop(part) if knowledge.parts.is_unheld(part) else None
    if made is None:
        return [nothing]
    whole = knowledge.parts.whole_of(table)
    return [_moved(made, use.kind, part, whole, knowledge, fingerprint, dropped=(), anew=False)]


def _moved(
    made: Made,
    kind: str,
    old: TableName,
    new: TableName,
    knowledge: Knowledge,
    fingerprint: str,
    *,
    dropped: tuple[TableName, ...],
    anew: bool = True,
    carries: bool = False,
) -> StatementLineage:
    tables = tuple(e._replace(target=new) for e in made.tables if e.source not in (old, new))
    columns = tuple(e._replace(target_table=new) for e in made.columns if e.source_table not in (old, new))
    chain = tuple(dict.fromkeys((*made.chain, fingerprint)))
    # What the name held before may live on in what takes its place.
    keeps = not anew or any(edge.source == new for edge in made.tables)
    knowledge.made.put(new, Made(tables, columns, chain), anew=anew)
    return StatementLineage(
        Outcome.LINEAGE if tables else Outcome.NO_LINEAGE,
        kind,
        sources=tuple(e.source for e in tables),
        targets=(new,),
        tables=tables,
        columns=columns,
        chain=chain,
        defines=not keeps,
        dropped=dropped,
        made=(new,),
        reason=f"{old} becomes {new}",
        moved=((old, new),) if carries else (),
    )


def _from_temporary(
    held: Temporary, rename: Rename, new: TableName, session: Session, knowledge: Knowledge, fingerprint: str
) -> StatementLineage:
    """A scratch table is renamed into place: its content becomes the lineage of the real table."""
    chain = tuple(dict.fromkeys((*held.chain, fingerprint)))
    stays = not (rename.swap or held.by_pattern)  # a temporary table is one under any name
    if stays or knowledge.is_temporary(new, rename.new):
        knowledge.put_temporary(held._replace(table=new, chain=chain), session)
        return StatementLineage(Outcome.NO_LINEAGE, rename.kind, reason="renames a temporary table")
    relation = held.relation
    assigned = [Assigned(c.name, c.origins) for c in relation.items if isinstance(c, Column) and c.name]
    columns = column_edges(assigned, new)
    tables = table_edges(relation, new, direct=True, keep_self=False)
    if held.columns:
        knowledge.learn(new, held.columns)
    knowledge.made.put(new, Made(tables, columns, chain), anew=True)
    return StatementLineage(
        Outcome.LINEAGE if tables else Outcome.NO_LINEAGE,
        rename.kind,
        sources=tuple(e.source for e in tables),
        targets=(new,),
        tables=tables,
        columns=columns,
        chain=chain,
        defines=True,
        reason=f"{held.table} becomes {new}",
    )
