"""One statement after the other, in time order: bind it, derive its edges, remember what it changes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

from dialects import Dialect
from extractor.garbage import uncollected
from extractor.lineage.binding import NOTHING, UNNAMED, Assigned, Column, Relation, assign, numbered, with_names
from extractor.lineage.model import (
    Alter,
    Define,
    Drop,
    DropWithin,
    Empty,
    Other,
    Outline,
    Query,
    Read,
    Rename,
    Select,
    Statement,
    Use,
    Write,
)
from extractor.models import (
    ColumnEdge,
    EndKind,
    Outcome,
    QueryRecord,
    SchemaLookup,
    StatementLineage,
    TableEdge,
    TableName,
)
from extractor.sessions import temporary
from extractor.sessions.context import StatementContext
from extractor.sessions.edges import column_edges, deciding_columns, table_edges
from extractor.sessions.memo import Bound, Memo
from extractor.sessions.memory import Made, Rows
from extractor.sessions.names import table_name
from extractor.sessions.renames import part_told, renamed, swapped
from extractor.sessions.settling import alter, empty, is_open, use
from extractor.sessions.state import EmptiedBefore, Knowledge, Session, new_sessions

_DEFINING = frozenset({"create", "view", "overwrite", "clone"})
_MAKING = frozenset({"create", "view", "clone", "like"})


class _Where(NamedTuple):
    """What every result of one statement carries."""

    record: QueryRecord
    fingerprint: str
    position: int
    number: int = 0

    @property
    def place(self) -> tuple[str, int]:
        """What tells the statement apart from all others: its text, and its number within the outline."""
        return self.fingerprint, self.number


class Sessions:
    """The sessions of one source. Records must come in time order.

    Columns are the ``schema``'s, else what DDL in the records taught, else those of ``other_schemas``, in their order.
    ``indirect_columns`` turns the column edges of conditions on or off (tables read in conditions always have
    theirs). ``keep_temporary`` makes temporary tables ends of edges as others are: for a single statement,
    whose session nobody knows, and of which nothing is remembered, since no other follows. ``is_alone`` tells whether a
    partition counts as a table of its own; without it, none does. ``sees_reads`` says that queries are applied as well,
    or passed over by `pass_over`, so that the last statement of a session is known. ``emptied`` knows the
    tables that an earlier log has left empty. ``has_schema`` tells whether there is a schema of a name, so that users'
    own schemas count where the dialect has them; without it they do not.
    """

    def __init__(
        self,
        dialect: Dialect,
        *,
        schema: SchemaLookup | None = None,
        other_schemas: Sequence[SchemaLookup] = (),
        default_database: str | None = None,
        default_schema: str | None = None,
        temporary_tables: Sequence[re.Pattern[str]] = (),
        indirect_columns: bool = True,
        keep_temporary: bool = False,
        is_alone: Callable[[TableName], bool] | None = None,
        sees_reads: bool = False,
        emptied: EmptiedBefore | None = None,
        has_schema: Callable[[str], bool] | None = None,
    ) -> None:
        self._dialect = dialect
        self._knowledge = Knowledge(dialect, schema, temporary_tables, other_schemas, is_alone, emptied)
        self._defaults = (default_database, default_schema)
        self._has_schema = has_schema if dialect.own_schemas else None
        self._indirect = indirect_columns
        self._keep_temporary = keep_temporary
        self._sees_reads = sees_reads and dialect.parser == "snowflake"
        self._sessions = new_sessions()
        self._memo = Memo(self._knowledge)

    def apply(self, record: QueryRecord, fingerprint: str, outline: Outline, index: int = 0) -> list[StatementLineage]:
        """The lineage of each statement of ``outline``, sent as ``record``; ``index`` counts within the record."""
        session = self._session(record)
        results: list[StatementLineage] = []
        with uncollected():
            for number, statement in enumerate(outline.statements):
                results += self._guarded(statement, session, _Where(record, fingerprint, index, number))
            if outline.procedure:
                self._make_routine(outline, session, _Where(record, fingerprint, index))
        return results

    def pass_over(self, record: QueryRecord) -> None:
        """A statement ran that gave no rows of tables, or that could not be read."""
        self._session(record).gave(None)

    def _make_routine(self, outline: Outline, session: Session, where: _Where) -> None:
        """A function whose body is one query gives its rows, a procedure of Transact-SQL those of its last one."""
        last = outline.statements[-1]
        single = len(outline.statements) == 1 or (self._dialect.lexical.blocks == "tsql" and _is_only_read(outline))
        rows = None
        if outline.returns and outline.returns[0].startswith("@"):  # the table variable that was filled
            held = self._knowledge.pop_temporary(((outline.returns[0], False),), session)
            rows = Rows(held.relation, held.chain) if held is not None and held.relation.reads else None
        elif isinstance(last, Read) and single:
            bound = self._bound(last.query, session, where._replace(number=len(outline.statements) - 1))
            relation = with_names(bound.relation, outline.returns) if outline.returns else bound.relation
            rows = Rows(relation, (*bound.chain, where.fingerprint)) if relation.reads else None
        self._knowledge.make_routine(outline.procedure, rows, session)

    def _guarded(self, statement: Statement, session: Session, where: _Where) -> list[StatementLineage]:
        try:
            session.rows = None
            return self._apply(statement, session, where)
        except RecursionError:
            reason = "the statement nests deeper than can be followed"
            return [self._result(where, Outcome.TOO_LARGE, statement.kind, reason=reason)]
        finally:
            if self._sees_reads:
                session.gave(session.rows)

    def _session(self, record: QueryRecord) -> Session:
        database = record.database or self._defaults[0]
        schema = record.schema or self._defaults[1]
        path = record.search_path or ((schema,) if schema else ())
        session = self._sessions.get(record.session or "")
        if session is None:
            session = Session(database, path)
            self._sessions.put(record.session or "", session)
        else:
            session.take_defaults(database, path)
        if self._has_schema is not None:
            session.take_user(record, self._has_schema)
        return session

    def _apply(self, statement: Statement, session: Session, where: _Where) -> list[StatementLineage]:
        if (
            session.defaults.unknown
            and not isinstance(statement, Write)
            and is_open(statement, session, self._knowledge)
        ):
            reason = f"the {session.defaults.unknown} of a name is set to what the text does not show"
            return [self._result(where, Outcome.UNRESOLVED, statement.kind, reason=reason)]
        if isinstance(statement, Write):
            return [self._write(statement, session, where)]
        if isinstance(statement, Read) and where.record.destination:
            name = self._dialect.parse_name(where.record.destination)
            made = Write("query into a destination table", name, "insert", statement.query, by_name=True)
            return [self._write(made, session, where)]
        if isinstance(statement, Read):
            return [self._read(statement, session, where)]
        if isinstance(statement, Define):
            return [self._define(statement, session, where)]
        if isinstance(statement, Rename):
            move = swapped if statement.swap else renamed
            return [self._placed(r, where) for r in move(statement, session, self._knowledge, where.fingerprint)]
        if isinstance(statement, Drop):
            return [self._drop(statement, session, where)]
        if isinstance(statement, DropWithin):
            return [self._drop_within(statement, session, where)]
        if isinstance(statement, Empty):
            emptied = empty(statement, session, self._knowledge)
            return [self._result(where, Outcome.NO_LINEAGE, statement.kind, emptied=emptied)]
        if isinstance(statement, Alter):
            alter(statement, session, self._knowledge)
        elif isinstance(statement, Use) and statement.what == "part":
            found = part_told(statement, session, self._knowledge, where.fingerprint)
            return [self._placed(r, where) for r in found]
        elif isinstance(statement, Use):
            use(statement, session, self._knowledge, self._dialect)
        outcome = Outcome(statement.outcome) if isinstance(statement, Other) else Outcome.NO_LINEAGE
        reason = statement.reason if isinstance(statement, Other) else ""
        return [self._result(where, outcome, statement.kind, reason=reason)]

    def _result(
        self, where: _Where, outcome: Outcome, kind: str, *, chain: tuple[str, ...] = (), **fields: object
    ) -> StatementLineage:
        return StatementLineage(
            outcome,
            kind,
            where.fingerprint,
            where.position,
            chain=chain or ((where.fingerprint,) if where.fingerprint else ()),
            origin=where.record.origin,
            **fields,  # type: ignore[arg-type]
        )

    def _placed(self, result: StatementLineage, where: _Where) -> StatementLineage:
        """A result that was made without knowing where its statement stands."""
        chain = result.chain or ((where.fingerprint,) if where.fingerprint else ())
        return replace(
            result, fingerprint=where.fingerprint, index=where.position, chain=chain, origin=where.record.origin
        )

    # --- queries and writes -----------------------------------------------------------------------------------

    def _read(self, statement: Read, session: Session, where: _Where) -> StatementLineage:
        bound = self._bound(statement.query, session, where)
        relation = bound.relation
        if self._sees_reads:
            session.rows = Rows(relation, (*bound.chain, where.fingerprint))
        assigned = [Assigned(c.name, c.origins) for c in relation.items if isinstance(c, Column) and c.name]
        tables = table_edges(relation, None, direct=True, keep_self=True)
        deciding, left_out = deciding_columns(assigned, relation.indirect if self._indirect else NOTHING)
        columns = column_edges(assigned, None, deciding)
        return self._result(
            where,
            Outcome.READ_ONLY,
            statement.kind,
            sources=tuple(e.source for e in tables),
            tables=tables,
            columns=columns,
            notes=(*bound.notes, left_out) if left_out else bound.notes,
        )

    def _bound(self, query: Query | None, session: Session, where: _Where) -> Bound:
        """The query bound to its session; a single statement is not kept for later ones."""
        if self._keep_temporary:
            return self._memo.bound(query, session)
        return self._memo.bind(where.place, query, session)

    def _write(self, write: Write, session: Session, where: _Where) -> StatementLineage:
        bound = self._bound(write.query, session, where)
        relation = bound.once(("relation",), lambda: self._with_files(write, bound.relation, session))
        if write.target_kind == "table":
            name = session.named(write.target)
            if not write.temporary and self._knowledge.is_open(name, session):
                name = ()
            if write.temporary and name and not self._keep_temporary:
                name = self._knowledge.temporary_name(name)
            write = write if name is write.target else write._replace(target=name)
        if not write.target:
            return self._unnamed(write, relation, where, bound)
        target = self._target(write, session)
        known = self._known_columns(write, target, session)
        assigned = bound.once(("assigned", target, known), lambda: assign(write, relation, known))
        chain = (*bound.chain, *((where.fingerprint,) if where.fingerprint else ()))
        if write.target_kind == "table" and not self._keep_temporary:
            kept = temporary.fill(write, target, bound, relation, assigned, chain, session, self._knowledge)
            if kept:
                unnamed = next((note for note in bound.notes if note.startswith(UNNAMED)), "")
                outcome = Outcome.UNRESOLVED if unnamed and not relation.reads else Outcome.NO_LINEAGE
                reason = kept if outcome is Outcome.NO_LINEAGE else unnamed
                return self._result(where, outcome, write.kind, reason=reason, notes=bound.notes, chain=chain)
        if not self._keep_temporary:
            self._learn(write, target, relation)
        tables, columns, left_out = bound.once(
            ("edges", target, known), lambda: self._edges(write, target, relation, assigned)
        )
        refills = write.target_kind == "table" and write.mode != "delete"
        refills = refills and self._knowledge.refill(target, where.record.started_at)
        whole = refills if write.mode == "insert" else self._is_whole(write, target, relation)
        result = self._written(write, target, tables, columns, chain, where, bound, whole=whole, refills=refills)
        return replace(result, notes=(*result.notes, left_out)) if left_out else result

    def _with_files(self, write: Write, relation: Relation, session: Session) -> Relation:
        """The query's relation, as a new table or view gets its columns, and the files that are read beside it."""
        if write.mode in ("create", "view") and not write.columns:
            relation = numbered(relation, self._dialect.parser)
        for file in write.files:
            context = StatementContext(self._knowledge, session)
            relation.reads.update(context.external(((file, True),), _file_kind(file)).reads)
        return relation

    def _edges(
        self, write: Write, target: TableName, relation: Relation, assigned: list[Assigned]
    ) -> tuple[tuple[TableEdge, ...], tuple[ColumnEdge, ...], str]:
        """The edges of the tables and of the columns, and a line for the report where some are left out."""
        itself = [base for base in relation.reads if base.table.identity == target.identity and base.table == target]
        keeps = not itself or any(base.table == target for one in assigned for base, _, _ in one.origins)
        direct = write.mode not in ("delete", "like")
        tables = table_edges(relation, target, direct=direct, keep_self=keeps)
        if write.mode == "like":  # no value moves
            assigned = [Assigned(one.name, NOTHING) for one in assigned]
        deciding, left_out = deciding_columns(assigned, relation.indirect if self._indirect else NOTHING)
        return tables, column_edges(assigned, target, deciding), left_out

    def _target(self, write: Write, session: Session) -> TableName:
        if write.target_kind == "table":
            made = write.mode in _MAKING
            return (self._knowledge.made_table if made else self._knowledge.written)(write.target, session)
        kind: EndKind = "directory" if write.target_kind == "directory" else "file"
        return table_name(write.target, self._dialect, "external" if write.target_kind == "external" else kind)

    def _known_columns(self, write: Write, target: TableName, session: Session) -> tuple[str, ...] | None:
        if write.target_kind != "table":
            return None
        held = self._knowledge.find_temporary(write.target, session)
        return held.columns if held is not None else self._knowledge.columns_of(target)

    def _written(
        self,
        write: Write,
        target: TableName,
        tables: tuple[TableEdge, ...],
        columns: tuple[ColumnEdge, ...],
        chain: tuple[str, ...],
        where: _Where,
        bound: Bound,
        *,
        whole: bool,
        refills: bool,
    ) -> StatementLineage:
        if not self._keep_temporary:
            self._remember(write, target, tables, columns, chain, whole=whole)
        notes = bound.notes
        unnamed = [note for note in notes if note.startswith(UNNAMED)]
        reason = unnamed[0] if unnamed else ""
        reason = "made before the window: " + notes[-1] if bound.missing and notes else reason
        outcome = Outcome.LINEAGE if tables else Outcome.UNRESOLVED if bound.missing or reason else Outcome.NO_LINEAGE
        return self._result(
            where,
            outcome,
            write.kind,
            sources=tuple([e.source for e in tables]),
            targets=(target,),
            tables=tables,
            columns=columns,
            chain=chain,
            defines=whole,
            reason=reason if outcome is Outcome.UNRESOLVED else "",
            notes=notes,
            unlisted=bound.unlisted(),
            emptied=(target,) if write.empties else (),
            refilled=(target,) if refills else (),
        )

    def _unnamed(self, write: Write, relation: Relation, where: _Where, bound: Bound) -> StatementLineage:
        tables = table_edges(relation, None, direct=True, keep_self=True)
        return self._result(
            where,
            Outcome.UNRESOLVED,
            write.kind,
            sources=tuple(e.source for e in tables),
            reason="the text does not name the target",
            notes=bound.notes,
        )

    # --- what statements teach --------------------------------------------------------------------------------

    def _learn(self, write: Write, target: TableName, relation: Relation) -> None:
        if write.target_kind != "table" or write.mode not in _MAKING:
            return
        self._knowledge.forget(target)
        self._knowledge.parts.leave(target)
        if write.columns:
            self._knowledge.learn(target, write.columns)
        elif not relation.opens:
            names = tuple([item.name for item in relation.items if isinstance(item, Column)])
            if all(names):  # partition columns come last, wherever the query has them
                last = {name.lower() for name in write.dynamic}
                self._knowledge.learn(
                    target, tuple(sorted(names, key=lambda name: name.lower() in last)) if last else names
                )

    def _remember(
        self,
        write: Write,
        target: TableName,
        tables: tuple[TableEdge, ...],
        columns: tuple[ColumnEdge, ...],
        chain: tuple[str, ...],
        *,
        whole: bool,
    ) -> None:
        if write.target_kind != "table":
            return
        if write.empties:
            self._knowledge.empty(target)
            return
        if tables:
            self._knowledge.made.put(target, Made(tables, columns, chain), anew=whole)

    def _is_whole(self, write: Write, target: TableName, relation: Relation) -> bool:
        """Whether nothing of what the target held before is left: neither in other partitions nor through itself."""
        if write.mode not in _DEFINING or (write.mode == "overwrite" and (write.static or write.dynamic)):
            return False
        return not any(base.table == target for base in relation.reads)

    def _define(self, define: Define, session: Session, where: _Where) -> StatementLineage:
        if define.temporary and define.name and not self._keep_temporary:
            define = define._replace(name=self._knowledge.temporary_name(define.name))
        table = self._knowledge.made_table(define.name, session) if define.name else None
        if table is None:
            return self._result(where, Outcome.NO_LINEAGE, define.kind)
        if not self._keep_temporary and (define.temporary or self._knowledge.is_temporary(table, define.name)):
            temporary.define(define, table, session, self._knowledge)
            return self._result(where, Outcome.NO_LINEAGE, define.kind, reason="defines a temporary table")
        if not (define.keep_existing and self._knowledge.columns_of(table)):
            self._knowledge.learn(table, define.columns)
        self._knowledge.parts.leave(table)
        context = StatementContext(self._knowledge, session)
        relations = [context.external(((f, True),), _file_kind(f)) for f in define.files]
        tables = tuple(e for r in relations for e in table_edges(r, table, direct=True, keep_self=False))
        outcome = Outcome.LINEAGE if tables else Outcome.NO_LINEAGE
        sources = tuple(e.source for e in tables)
        return self._result(
            where, outcome, define.kind, sources=sources, targets=(table,), tables=tables, made=(table,)
        )

    def _drop(self, drop: Drop, session: Session, where: _Where) -> StatementLineage:
        gone: list[TableName] = []
        for name in drop.names:
            if self._knowledge.pop_temporary(name, session) is None:
                table = self._knowledge.table(name, session)
                self._knowledge.forget(table)
                self._knowledge.parts.drop(table)
                if not self._knowledge.is_temporary(table, name):
                    gone.append(table)
        return self._result(where, Outcome.NO_LINEAGE, drop.kind, dropped=tuple(gone))

    def _drop_within(self, drop: DropWithin, session: Session, where: _Where) -> StatementLineage:
        """A schema or database goes with all its tables; it is named as its tables are, without their own part."""
        gone = []
        for name in drop.names:
            parts = (*name, ("*", True))
            if drop.level == "schema":
                table = self._knowledge.made_table(parts, session)
            else:
                table = table_name(parts, self._dialect)
            place = TableName(table.identity[:-1], table.parts[:-1])
            self._knowledge.forget_within(place.identity)
            gone.append((drop.level, place))
        return self._result(where, Outcome.NO_LINEAGE, drop.kind, dropped_within=tuple(gone))


def _is_only_read(outline: Outline) -> bool:
    """Whether the last statement is the only query, and gives rows rather than setting variables."""
    *others, last = outline.statements
    if not isinstance(last, Read) or any(isinstance(other, Read) for other in others):
        return False
    return not (isinstance(last.query, Select) and any(p.name.startswith("@") for p in last.query.projections))


def _file_kind(file: str) -> str:
    return "external" if file.startswith("@") else "file"
