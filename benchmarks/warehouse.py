"""An invented warehouse: its tables, and the nightly jobs that fill it, each with the lineage that it is built from."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from typing import NamedTuple

SUBJECTS = (
    "order invoice payment refund shipment parcel basket visit session click campaign coupon customer account contract "
    "product price stock supplier store employee shift budget forecast ticket call survey device sensor meter"
).split()
QUALITIES = "amount cost tax net gross rate score count weight length state kind code city region channel owner".split()
REGIONS = "eu us apac latam".split()
_KEYS = ("id", "day")
_TEMPORARY_NAMES = ("tmp_base", "tmp_delta", "tmp_keys", "tmp_final", "work_1", "work_2")
_BY_POSITION_ALONE = 0.1
_MARK = re.compile(r"\{(n|s|in|run|date|hex)\}")
_JOBS_OF_KIND = {"temporary": 34, "suffixed": 20, "plain": 20, "union": 10, "update": 8, "merge": 8}


class Table(NamedTuple):
    """A table of the catalog: ``name`` is schema.table."""

    name: str
    columns: tuple[str, ...]


class Step(NamedTuple):
    """One statement of a job, with what it adds to the lineage: (source column, target column), in full names.

    In the text ``{n}``, ``{s}``, ``{in}`` and ``{run}`` stand for values of one execution, in text and edges
    ``{date}`` and ``{hex}`` for what one run of the job puts into names.
    """

    text: str
    edges: tuple[tuple[str, str], ...] = ()


class Warehouse:
    """Tables and jobs that depend on ``seed`` alone."""

    def __init__(self, *, seed: int, jobs: int) -> None:
        rng = random.Random(seed)
        self.raw = [_table(rng, f"raw.{s}_{r}", 8, 30) for s in SUBJECTS for r in REGIONS]
        self.marts = [_table(rng, f"mart.{rng.choice(SUBJECTS)}_daily_{n:03}", 5, 12) for n in range(jobs)]
        kinds = rng.choices(list(_JOBS_OF_KIND), weights=list(_JOBS_OF_KIND.values()), k=jobs)
        self.jobs = [
            tuple(_KINDS[kind](_Writer(random.Random(f"{seed} {n}"), self.raw, target)))
            for n, (kind, target) in enumerate(zip(kinds, self.marts, strict=True))
        ]

    def catalog_rows(self) -> Iterator[tuple[str, str, str, int]]:
        """(schema, table, column, position) of everything that the catalog holds."""
        for table in (*self.raw, *self.marts):
            schema, _, name = table.name.partition(".")
            for position, column in enumerate(table.columns, 1):
                yield schema, name, column, position

    def loads(self, rng: random.Random, number: int) -> Iterator[str]:
        """Distinct statements that each create a table: few and narrow parts mostly, some with many columns."""
        for _ in range(number):
            columns = min(400, int(rng.lognormvariate(1.7, 1.0)) + 1)
            yield self.load(rng, columns=columns, branches=rng.choices([1, 2, 3, 6], [70, 20, 8, 2])[0])

    def load(self, rng: random.Random, *, columns: int, branches: int) -> str:
        """One statement that creates a table from chained common tables, joined by UNION ALL."""
        writer = _Writer(rng, self.raw, rng.choice(self.marts))
        return fill(_load(writer, columns, branches), rng, {})


def fill(text: str, rng: random.Random, names: Mapping[str, str]) -> str:
    """The text with a value for each of its marks: the given ones by name, random ones for the others."""
    values: dict[str, Callable[[], str]] = {
        "n": lambda: str(rng.randint(0, 99_999)),
        "s": lambda: f"'{rng.choice(SUBJECTS)} {rng.randint(0, 9_999)}'",
        "in": lambda: ", ".join(str(rng.randint(0, 99_999)) for _ in range(rng.randint(1, 40))),
        "run": lambda: f"{rng.getrandbits(64):016x}",
    }
    return _MARK.sub(lambda m: names.get(m[1]) or values[m[1]](), text)


def _table(rng: random.Random, name: str, fewest: int, most: int) -> Table:
    pairs = [f"{s}_{q}" for s in rng.sample(SUBJECTS, 3) for q in QUALITIES]
    return Table(name, (*_KEYS, *rng.sample(pairs, rng.randint(fewest, most))))


class _Relation(NamedTuple):
    """What can stand in FROM: an alias, and for each column the stored columns that it is made of."""

    sql: str
    alias: str
    columns: dict[str, tuple[str, ...]]


class _Output(NamedTuple):
    sql: str
    name: str
    sources: tuple[str, ...]


class _Writer:
    """Writes the statements of one job."""

    def __init__(self, rng: random.Random, raw: Sequence[Table], target: Table) -> None:
        self.rng = rng
        self.target = target
        self._raw = raw
        self._numbers = count(1)

    def tables(self, number: int) -> list[_Relation]:
        """Some stored tables, each with an alias."""
        return [_stored(t, f"t{next(self._numbers)}") for t in self.rng.sample(self._raw, number)]

    def outputs(self, relations: Sequence[_Relation], names: Sequence[str]) -> list[_Output]:
        """One expression over the relations for each name."""
        return [self._output(self.rng.choice(relations), name) for name in names]

    def _output(self, relation: _Relation, name: str) -> _Output:
        one, other = self.rng.sample(list(relation.columns), 2)
        a, b = f"{relation.alias}.{one}", f"{relation.alias}.{other}"
        both = relation.columns[one] + relation.columns[other]
        forms = (
            (a, relation.columns[one]),
            (f"coalesce({a}, {b}, {{n}})", both),
            (f"case when {a} > {{n}} then {b} else {{n}} end", both),
            (f"upper(trim({a})) || '-' || {b}", both),
            (f"sum({a}) over (partition by {b})", both),
            (f"cast({a} as numeric(18, 2)) * {{n}}", relation.columns[one]),
            (f"nullif({a}, {{s}})", relation.columns[one]),
        )
        sql, sources = self.rng.choice(forms)
        return _Output(sql, name, tuple(dict.fromkeys(sources)))

    def select(self, relations: Sequence[_Relation], outputs: Sequence[_Output], *, named: bool = True) -> str:
        """A SELECT over the relations, joined on their keys."""
        columns = ",\n       ".join(f"{o.sql} as {o.name}" if named else o.sql for o in outputs)
        first, *rest = relations
        a = first.alias
        joins = "".join(
            f"\n  left join {r.sql} as {r.alias} on {r.alias}.id = {a}.id and {r.alias}.day = {a}.day" for r in rest
        )
        where = f"{first.alias}.day >= {{s}} and {first.alias}.id in ({{in}})"
        return f"select {columns}\n  from {first.sql} as {first.alias}{joins}\n where {where}"

    def names(self, number: int) -> list[str]:
        """Column names of an intermediate result; the first are the keys, for joins."""
        return [*_KEYS, *(f"c{n}" for n in range(number))]

    def edges(self, outputs: Sequence[_Output], table: str) -> tuple[tuple[str, str], ...]:
        """The lineage of writing the outputs, by their names, to a table."""
        return tuple((source, f"{table}.{o.name}") for o in outputs for source in o.sources)


def _stored(table: Table, alias: str) -> _Relation:
    return _Relation(table.name, alias, {c: (f"{table.name}.{c}",) for c in table.columns})


def _made(name: str, alias: str, outputs: Sequence[_Output]) -> _Relation:
    return _Relation(name, alias, {o.name: o.sources for o in outputs})


def _insert(w: _Writer, relations: Sequence[_Relation]) -> Step:
    names = [c for c in w.target.columns if w.rng.random() < 0.9]
    outputs = w.outputs(relations, names)
    named = w.rng.random() > _BY_POSITION_ALONE
    text = f"insert into {w.target.name} ({', '.join(names)})\n{w.select(relations, outputs, named=named)}"
    return Step(text, w.edges(outputs, w.target.name))


def _temporary(w: _Writer) -> Iterator[Step]:
    """One to three temporary tables, each over the one before, then the load."""
    before: list[_Relation] = []
    names = w.rng.sample(_TEMPORARY_NAMES, w.rng.randint(1, 3))
    for name in names:
        relations = [*before, *w.tables(1 if before else 2)]
        outputs = w.outputs(relations, w.names(w.rng.randint(4, 9)))
        yield Step(f"create temporary table {name} as\n{w.select(relations, outputs)}")
        before = [_made(name, name[0], outputs)]
    yield _insert(w, before)
    if w.rng.random() < 0.5:
        yield from (Step(f"drop table {name}") for name in names)


def _suffixed(w: _Writer) -> Iterator[Step]:
    """A stored table with the date or a random number in its name, then the load from it."""
    name = f"stage.{w.target.name.partition('.')[2]}_{w.rng.choice(['{date}', '{hex}'])}"
    relations = w.tables(2)
    outputs = w.outputs(relations, w.names(w.rng.randint(4, 9)))
    yield Step(f"create table {name} as\n{w.select(relations, outputs)}", w.edges(outputs, name))
    stored = _Relation(name, "s", {o.name: (f"{name}.{o.name}",) for o in outputs})
    yield _insert(w, [stored])


def _plain(w: _Writer) -> Iterator[Step]:
    """A load by position through a common table expression, by a star in half of the jobs."""
    relations = w.tables(2)
    if w.rng.random() < 0.5:
        inner = outputs = w.outputs(relations, w.target.columns)
        body = "select * from prepared as p where p.day <> {s}"
    else:
        inner = w.outputs(relations, w.names(6))
        prepared = _made("prepared", "p", inner)
        outputs = w.outputs([prepared], w.target.columns)
        body = w.select([prepared], outputs)
    text = f"insert into {w.target.name}\nwith prepared as (\n{w.select(relations, inner)}\n)\n{body}"
    yield Step(text, w.edges(outputs, w.target.name))


def _union(w: _Writer) -> Iterator[Step]:
    """Several branches, one target."""
    branches, edges = [], []
    for relation in w.tables(w.rng.randint(2, 4)):
        outputs = w.outputs([relation], w.target.columns)
        branches.append(w.select([relation], outputs, named=not branches or w.rng.random() < 0.5))
        edges += w.edges(outputs, w.target.name)
    yield Step(f"insert into {w.target.name}\n" + "\nunion all\n".join(branches), tuple(dict.fromkeys(edges)))


def _update(w: _Writer) -> Iterator[Step]:
    (relation,) = w.tables(1)
    outputs = [o for o in w.outputs([relation], w.target.columns[len(_KEYS) :]) if "over (" not in o.sql]
    sets = ",\n       ".join(f"{o.name} = {o.sql}" for o in outputs)
    yield Step(
        f"update {w.target.name} as t\n   set {sets or 'day = t.day'}\n  from {relation.sql} as {relation.alias}\n"
        f" where t.id = {relation.alias}.id and {relation.alias}.day = {{s}}",
        w.edges(outputs, w.target.name),
    )


def _merge(w: _Writer) -> Iterator[Step]:
    relations = w.tables(2)
    outputs = w.outputs(relations, w.target.columns)
    values = [o.name for o in outputs if o.name not in _KEYS]
    yield Step(
        f"merge into {w.target.name} as t\nusing (\n{w.select(relations, outputs)}\n) as s\n   on t.id = s.id\n"
        f" when matched then update set {', '.join(f'{v} = s.{v}' for v in values)}\n"
        f" when not matched then insert ({', '.join(o.name for o in outputs)})"
        f" values ({', '.join(f's.{o.name}' for o in outputs)})",
        w.edges(outputs, w.target.name),
    )


_KINDS: dict[str, Callable[[_Writer], Iterator[Step]]] = {
    "temporary": _temporary,
    "suffixed": _suffixed,
    "plain": _plain,
    "union": _union,
    "update": _update,
    "merge": _merge,
}


def _load(w: _Writer, columns: int, branches: int) -> str:
    """A load through chained common table expressions, each over the one before and a table, joined by UNION ALL."""
    parts: list[str] = []
    ends: list[str] = []
    names = w.names(columns)
    for branch in range(branches):
        before: list[_Relation] = []
        for depth in range(w.rng.randint(1, 3)):
            name = f"part_{branch}_{depth}"
            relations = [*before, *w.tables(w.rng.randint(1, 2))]
            outputs = w.outputs(relations, names)
            parts.append(f"{name} as (\n{w.select(relations, outputs)}\n)")
            before = [_made(name, f"p{branch}{depth}", outputs)]
        ends.append(w.select(before, w.outputs(before, names)))
    return f"create table {w.target.name} as\nwith " + ",\n".join(parts) + "\n" + "\nunion all\n".join(ends)
