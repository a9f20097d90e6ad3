"""Queries, bound: one walk over the outline, every CTE and derived table computed once."""

from __future__ import annotations

from collections.abc import Iterable

from dialects import Dialect
from extractor.lineage.binding.engine import engine_of
from extractor.lineage.binding.environment import Context, CteEntry, Env, Gathered
from extractor.lineage.binding.nested import nested_rows, reads_sibling
from extractor.lineage.binding.relations import (
    NOTHING,
    UNNAMED,
    Column,
    Open,
    OpenBeside,
    OpenMade,
    OpenRows,
    OpenStar,
    Origins,
    Relation,
    RowFields,
    numbered,
    row_fields,
    row_origins,
    with_names,
)
from extractor.lineage.binding.scope import Entry, Scope
from extractor.lineage.binding.stars import StarView, in_place
from extractor.lineage.binding.unions import united_by_name, united_by_position
from extractor.lineage.model import (
    NO_FLOW,
    Flow,
    Name,
    Query,
    Reshape,
    Select,
    SetOp,
    Source,
    Star,
    Values,
)

_MERGED_IN_PLACE = frozenset({"duckdb", "sqlite", "clickhouse"})
_ARRAYS_IN_FROM = frozenset({"bigquery", "hive", "spark", "databricks", "redshift"})


class Binder:
    """Binds the queries of one statement to one context. ``notes`` collects what could not be resolved."""

    def __init__(self, dialect: Dialect, context: Context) -> None:
        self._context = context
        self._rules = engine_of(dialect)
        self._engine = dialect.parser
        self.notes: dict[str, None] = {}

    def bind(self, query: Query, env: Env | None = None, parent: Scope | None = None) -> Relation:
        """The output of ``query``."""
        for cte in query.ctes:
            env = Env(cte.name.lower(), CteEntry(cte, env), env)
            self._bind_cte(env.entry, env)  # in their order, so that a long chain of CTEs costs no depth
        if isinstance(query, Select):
            return self._select(query, env, parent)
        if isinstance(query, SetOp):
            return self._set(query, env, parent)
        return self._values(query, env, parent)

    def _note(self, text: str) -> None:
        self.notes[text] = None

    def _new_scope(self, parent: Scope | None) -> Scope:
        return Scope(parent, self._rules, self._note)

    # --- SELECT -------------------------------------------------------------------------------------------

    def _select(self, select: Select, env: Env | None, parent: Scope | None) -> Relation:
        gathered = Gathered()
        scope = self._new_scope(parent)
        for source in select.sources:
            self._add_source(source, scope, env, gathered)
        items: list[Column | Open] = []
        named, add, resolve = scope.projected.append, items.append, scope.resolve
        for projection in select.projections:
            name, flow, star, fields = projection
            if star is None:
                refs, queries, tests, tables, rows = flow
                if len(refs) == 1 and not (queries or tests or tables or rows):  # as `_flow`, without the call
                    origins = resolve(refs[0])
                else:
                    origins = self._flow(flow, scope, env, gathered)
                if name:
                    named((projection, origins))
                if fields and fields[0][0] == "*":
                    add(Column(name, origins, self._row_fields(fields[0][1], scope)))
                elif fields:
                    made = tuple((field, self._flow(flow, scope, env, gathered)) for field, flow in fields)
                    scope.made[name.lower()] = made
                    add(Column(name, origins, made))
                else:
                    add(_record(Column, (name, origins, ())))
            elif flow is NO_FLOW:
                items.extend(self._expand(star, scope, env, gathered))
            else:  # (row).*
                items.append(OpenStar(OpenRows(self._flow(flow, scope, env, gathered))))
        if select.conditions is not NO_FLOW:
            self._filter(select.conditions, scope, env, gathered, aliases=self._rules.early)
        if select.filters is not NO_FLOW:
            self._filter(select.filters, scope, env, gathered)
        for ordinal in select.ordinals:
            item = items[ordinal - 1] if 0 < ordinal <= len(items) else None
            if isinstance(item, Column):
                gathered.indirect |= item.origins
        return Relation(items, gathered.reads, frozenset(gathered.indirect) if gathered.indirect else NOTHING)

    def _flow(self, flow: Flow, scope: Scope, env: Env | None, gathered: Gathered) -> Origins:
        refs, queries, tests, tables, rows = flow
        if len(refs) == 1:
            flowing = scope.resolve(refs[0])
        else:
            flowing = NOTHING.union(*map(scope.resolve, refs)) if refs else NOTHING
        if not (queries or tests or tables or rows):
            return flowing
        found = set(flowing)
        for row in rows:
            found |= self._row(row, scope, env, gathered)
        for query in queries:
            relation = self.bind(query, env, scope)
            gathered.take(relation, direct=True)
            found |= relation.whole()
        self._tests(flow, scope, env, gathered)
        return frozenset(found)

    def _row(self, row: Name | Star, scope: Scope, env: Env | None, gathered: Gathered) -> Origins:
        """The origins of a whole row: that of one relation, of all, or of what a star keeps of them."""
        if isinstance(row, Star):
            return Relation(self._expand(row, scope, env, gathered)).whole()
        shown = [e.relation for e in scope.entries if not e.hidden] if not row else [scope.relation(row)]
        return NOTHING.union(*(relation.whole() for relation in shown if relation is not None))

    def _row_fields(self, flow: Flow, scope: Scope) -> tuple[tuple[str, Origins], ...]:
        """The fields of a whole row, unless the name is that of a column."""
        row = flow.refs[0]
        relation = scope.relation(row)
        if relation is None or any(row[0][0].lower() in entry.relation.index for entry in scope.entries):
            return ()
        return row_fields(relation, NOTHING.union(*map(scope.resolve, flow.refs[1:])))

    def _tests(self, flow: Flow, scope: Scope, env: Env | None, gathered: Gathered) -> None:
        for query in flow.tests:
            relation = self.bind(query, env, scope)
            gathered.take(relation, direct=False)
            gathered.indirect |= relation.whole()
        for name in flow.tables:
            gathered.take(self._context.relation(name), direct=True)

    def _filter(self, flow: Flow, scope: Scope, env: Env | None, gathered: Gathered, *, aliases: bool = True) -> None:
        if flow is NO_FLOW:
            return
        refs, queries, tests, tables, _ = flow
        decide, resolve = gathered.indirect.update, scope.resolve
        for ref in refs:
            decide(resolve(ref, aliases))
        for query in queries:
            relation = self.bind(query, env, scope)
            gathered.take(relation, direct=False)
            gathered.indirect |= relation.whole()
        if tests or tables:
            self._tests(flow, scope, env, gathered)

    # --- FROM ---------------------------------------------------------------------------------------------

    def _add_source(self, source: Source, scope: Scope, env: Env | None, gathered: Gathered) -> None:
        kind, name, alias, columns = source[:4]
        relation = self._table(source, scope, env) if kind == "table" else self._source(source, scope, env, gathered)
        for reshape in source.reshapes:
            relation = self._reshape(reshape, relation, env, gathered)
        if not alias and kind == "table" and name:
            alias = name[-1][0]
        if source.reshapes:
            last = source.reshapes[-1]
            alias, columns = last.alias or alias, last.columns or columns
        if kind == "query" and name:  # a row on its way into a table has the table's columns
            columns = columns or _known_names(self._context.relation(name))
        if columns and kind != "rows":
            relation = with_names(relation, columns)
        gathered.take(relation, direct=True)
        entry = _record(Entry, (alias.lower(), relation, name, source.hidden, bool(source.alias)))
        if source.using or source.natural:
            self._merge(source, entry, scope, gathered)
        scope.add(entry)

    def _source(self, source: Source, scope: Scope, env: Env | None, gathered: Gathered) -> Relation:
        if source.kind == "query" and source.query is not None:
            lateral = source.lateral or self._engine == "duckdb" or reads_sibling(source.query, scope, self._engine)
            return numbered(self.bind(source.query, env, scope if lateral else scope.parent), self._engine)
        if source.kind == "rows":
            return self._rows(source, scope, env, gathered)
        if source.kind in ("file", "external"):
            return self._context.external(source.name, source.kind)
        if source.kind in ("result", "called"):
            return self._given_by(source)
        self._note(f"{UNNAMED} an expression or a parameter")
        return Relation([OpenRows(NOTHING)])

    def _given_by(self, source: Source) -> Relation:
        """The rows of an earlier query or of a procedure, as far as their texts were seen."""
        if source.kind == "result":
            given, what = self._context.result(int(source.name[0][0])), "the id of an earlier query"
        else:
            given, what = self._context.routine(source.name) if source.name else None, "the call of a procedure"
        if given is not None:
            return given
        self._note(f"{UNNAMED} {what}, whose text is not at hand")
        return Relation([OpenRows(NOTHING)])

    def _table(self, source: Source, scope: Scope, env: Env | None) -> Relation:
        name = source.name
        if len(name) == 1:
            key = name[0][0].lower()
            found = self._cte(key, env) if env is not None else None
            if found is not None:
                return found
            if key == "dual":  # the table of one row, in the engines that need a FROM
                relation = self._context.relation(name)
                return Relation([Column("DUMMY", NOTHING)], relation.reads) if relation.listed is None else relation
        elif self._engine in _ARRAYS_IN_FROM:
            rows = nested_rows(name, scope, self._context.relation, engine=self._engine, levels=self._rules.levels)
            if rows is not None:
                return rows
        relation = self._context.relation(name)
        if source.names and relation.opens and not relation.index:
            known = [Column(n, relation.find(n.lower(), n) or NOTHING) for n in source.names]
            return Relation([*known, *relation.items], relation.reads, relation.indirect)
        return relation

    def _cte(self, key: str, env: Env | None) -> Relation | None:
        while env is not None:
            if env.key == key:
                entry = env.entry
                if not entry.busy:
                    return self._bind_cte(entry, env)
                if entry.anchor is not None:
                    return entry.anchor
            env = env.outer
        return None

    def _bind_cte(self, entry: CteEntry, env: Env) -> Relation:
        if entry.relation is None:
            entry.busy = True
            cte = entry.cte
            if cte.recursive and isinstance(cte.query, SetOp):
                relation = self._recursive(entry, cte.query, env)
            else:
                relation = self.bind(cte.query, env)
            entry.relation = with_names(relation, cte.columns) if cte.columns else numbered(relation, self._engine)
            entry.busy = False
        return entry.relation

    def _recursive(self, entry: CteEntry, query: SetOp, env: Env) -> Relation:
        """The anchor gives the columns; what later branches read of the CTE itself is the anchor again."""
        inner: Env | None = env
        for cte in query.ctes:
            inner = Env(cte.name.lower(), CteEntry(cte, inner), inner)
            self._bind_cte(inner.entry, inner)
        first = self.bind(query.branches[0], inner)
        entry.anchor = with_names(first, entry.cte.columns) if entry.cte.columns else first
        rest = [self.bind(branch, inner) for branch in query.branches[1:]]
        return self._united([first, *rest], by_name=query.by_name)

    def _rows(self, source: Source, scope: Scope, env: Env | None, gathered: Gathered) -> Relation:
        if source.query is not None:  # what it is given passes through
            given = self.bind(source.query, env, scope)
            gathered.take(given, direct=True)
            own = OpenMade(tuple(given.opens), given.whole())
            return Relation([*(i for i in given.items if isinstance(i, Column)), own], given.reads, given.indirect)
        flows = [self._flow(flow, scope, env, gathered) for flow in source.flows]
        everything: Origins = frozenset().union(*flows) if flows else NOTHING
        made = self._context.routine(source.name) if source.name else None
        if made is not None:  # its arguments only decide
            gathered.indirect |= everything
            return with_names(made, source.columns) if source.columns else made
        names = source.columns or source.names
        columns: list[Column | Open] = []
        last = len(names) - 1
        width = len(names) - (1 if source.ordinality else 0)
        for position, name in enumerate(names):
            if source.ordinality and position == last and last >= len(flows):
                columns.append(Column(name, NOTHING))
                continue
            columns.append(Column(name, row_origins(flows, position, width, everything)))
        if self._engine == "bigquery" and len(names) == 1 and len(source.flows) == 1 and len(source.flows[0].refs) == 1:
            items = scope.column(source.flows[0].refs[0])
            if items is not None and items.fields:  # items that are structs are rows of their fields
                columns = [Column(name, origins) for name, origins in items.fields]
        return Relation([*columns, OpenRows(everything)] if columns else [OpenRows(everything)], shy=True)

    def _merge(self, source: Source, entry: Entry, scope: Scope, gathered: Gathered) -> None:
        """USING and NATURAL: one column of the join stands for those of both sides."""
        keys: Iterable[str] = source.using
        if source.natural:
            keys = [name for name in _names_in_order(scope) if name.lower() in entry.relation.index]
        elif keys and self._engine == "mysql":  # in the order of the first table, whatever the clause says
            order = [name.lower() for name in _names_in_order(scope)]
            keys = sorted(keys, key=lambda name: order.index(name.lower()) if name.lower() in order else -1)
        latest: dict[str, Origins] = {}
        for name in keys:
            key = name.lower()
            right = entry.relation.find(key, name) or NOTHING
            left = scope.merged.get(key)
            if left is None:
                left = _left_side(scope, key, name)
            both = left | right
            gathered.indirect |= both
            if not entry.hidden:  # a semi or anti join only asks
                latest[key] = both
        if latest:  # each join puts its columns before those of the joins within it
            scope.merged = {**latest, **{key: o for key, o in scope.merged.items() if key not in latest}}

    # --- stars and reshapes ----------------------------------------------------------------------------------

    def _expand(self, star: Star, scope: Scope, env: Env | None, gathered: Gathered) -> list[Column | Open]:
        replaced = {n.lower(): (n, self._flow(f, scope, env, gathered)) for n, f in star.replaced}
        view = StarView(star, replaced)
        items: list[Column | Open] = []
        if star.qualifier:
            relation = _qualified_relation(scope, star.qualifier)
            if relation is None:
                row = scope.column(star.qualifier)
                if row is not None and isinstance(row.fields, RowFields):
                    opens = [OpenBeside(place, row.fields.beside) for place in row.fields.opens]
                    return view.items(Relation([*(Column(n, o) for n, o in row.fields), *opens]))
                if row is not None and row.fields and not row.fields[0][0].isdigit():  # a struct that the text makes
                    return view.items(Relation(Column(n, o) for n, o in row.fields))
                origins = scope.resolve(star.qualifier)
                if star.columns:
                    return [Column(name, origins) for name in star.columns]
                return [OpenStar(OpenRows(origins))]
            if (
                relation.shy and self._engine == "bigquery" and star.qualifier[-1][0].lower() in relation.index
            ):  # the fields of an item, whose names nothing tells
                return [OpenRows(relation.whole()), *(Column(n, o) for n, o in replaced.values())]
            return (
                with_names(Relation(view.items(relation)), star.columns).items if star.columns else view.items(relation)
            )
        shown = [entry.relation for entry in scope.entries if not entry.hidden]
        placed = [(relation, frozenset(scope.merged)) for relation in shown]
        first = scope.merged
        if first and self._engine in _MERGED_IN_PLACE:
            placed = in_place(shown, scope.merged)
            first = {k: o for k, o in first.items() if not any(k in r.index for r in shown if not r.opens)}
        for key, origins in first.items():
            items.extend(view.column(Column(_spelling(scope, key), origins)))
        for relation, gone in placed:
            items.extend(view.items(relation, gone))
        if star.beside is NO_FLOW:
            return items
        beside = self._flow(star.beside, scope, env, gathered)
        return [Column(i.name, i.origins | beside) if isinstance(i, Column) else i for i in items]

    def _reshape(self, reshape: Reshape, relation: Relation, env: Env | None, gathered: Gathered) -> Relation:
        scope = self._new_scope(None)
        scope.add(Entry("", relation))
        gone = frozenset(name.lower() for name in reshape.gone)
        kept = None if reshape.kept is None else frozenset(name.lower() for name in reshape.kept)
        items: list[Column | Open] = []
        for item in relation.items:
            if isinstance(item, Column):
                key = item.name.lower()
                if key not in gone and (kept is None or key in kept):
                    items.append(item)
            elif kept is None:
                items.append(OpenStar(item, gone))
        if kept is not None and relation.opens:
            listed = {i.name.lower() for i in items if isinstance(i, Column)}
            items.extend(
                Column(n, relation.find(n.lower(), n) or NOTHING) for n in reshape.kept or () if n.lower() not in listed
            )
        items.extend(Column(name, self._flow(flow, scope, env, gathered)) for name, flow in reshape.made)
        if reshape.open_flow is not None:
            items.append(OpenRows(self._flow(reshape.open_flow, scope, env, gathered)))
        return Relation(items, relation.reads, relation.indirect)

    # --- set operations and VALUES ---------------------------------------------------------------------------

    def _set(self, query: SetOp, env: Env | None, parent: Scope | None) -> Relation:
        relations = [self.bind(branch, env, parent) for branch in query.branches]
        united = self._united(relations, by_name=query.by_name)
        if query.filters is not NO_FLOW:
            gathered = Gathered()
            gathered.take(united, direct=True)
            scope = self._new_scope(parent)
            scope.add(Entry("", united))
            self._filter(query.filters, scope, env, gathered)
            united = Relation(united.items, gathered.reads, frozenset(gathered.indirect))
        return united

    def _united(self, relations: list[Relation], *, by_name: bool) -> Relation:
        gathered = Gathered()
        for relation in relations:
            gathered.take(relation, direct=True)
        items = united_by_name(relations) if by_name else united_by_position(relations)
        return Relation(items, gathered.reads, frozenset(gathered.indirect))

    def _values(self, values: Values, env: Env | None, parent: Scope | None) -> Relation:
        gathered = Gathered()
        scope = parent if parent is not None else self._new_scope(None)
        columns = [
            Column(values.names[i] if i < len(values.names) else f"column{i + 1}", self._flow(f, scope, env, gathered))
            for i, f in enumerate(values.flows)
        ]
        return Relation(columns, gathered.reads, frozenset(gathered.indirect))


def _names_in_order(scope: Scope) -> list[str]:
    """The names of all known columns so far, each once."""
    names = (i.name for e in scope.entries if not e.hidden for i in e.relation.items if isinstance(i, Column))
    merged = (_spelling(scope, key) for key in scope.merged)
    return list({name.lower(): name for name in (*merged, *names) if name}.values())


def _known_names(relation: Relation) -> tuple[str, ...]:
    return () if relation.opens else tuple(item.name for item in relation.items if isinstance(item, Column))


_record = tuple.__new__
"""A named tuple of its fields, without the call in between that gives them their names."""


def _left_side(scope: Scope, key: str, name: str) -> Origins:
    found = [e.relation.known(key, name) for e in scope.entries if key in e.relation.index]
    if not found:
        opens = [e for e in scope.entries if e.relation.opens and not e.relation.shy]
        found = [opens[0].relation.find(key, name)] if len(opens) == 1 else []
    return frozenset().union(*(f for f in found if f)) if found else NOTHING


def _spelling(scope: Scope, key: str) -> str:
    for entry in scope.entries:
        if key in entry.relation.index:
            return entry.relation.index[key][0].name
    return key


def _qualified_relation(scope: Scope | None, qualifier: Name) -> Relation | None:
    while scope is not None:
        relation = scope.relation(qualifier)
        if relation is not None:
            return relation
        scope = scope.parent
    return None
