"""A query log as JSON lines, with the column lineage that is in it, from a seed.

    python -m benchmarks.log_generator FOLDER --events 1000000 [--select-share 0.84] [--seed 7]

writes log.jsonl (in DataHub's sql-queries layout, so that both can read it), catalog.csv and truth.tsv
(source column, target column, one distinct pair a line).
"""

from __future__ import annotations

import argparse
import csv
import json
import random
from bisect import bisect
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.warehouse import QUALITIES, Step, Table, Warehouse, fill

DATABASE = "wh"
_JOBS, _TEMPLATES, _SESSIONS_AT_ONCE = 400, 3_000, 24
_OTHERS = {"etl": 0.107, "utility": 0.038, "values": 0.01, "broken": 0.005}
_NEVER_REPEATED = 0.02
_UTILITY = (
    "set search_path = raw, mart",
    "begin",
    "commit",
    "show transaction isolation level",
    "analyze mart.{x}",
    "set statement_timeout = {n}",
    "explain select * from raw.order_eu where id = {n}",
    "grant select on mart.{x} to reader_{n}",
)


class Shape(NamedTuple):
    """What the log is to be like; equal shapes give equal logs, byte for byte."""

    events: int
    select_share: float = 0.84
    seed: int = 7


class Event(NamedTuple):
    """One line of the log and what it adds to the lineage."""

    text: str
    session: str
    edges: tuple[tuple[str, str], ...] = ()


class Generator:
    """The events of one log, in time order."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._rng = random.Random(f"log {shape.seed}")
        self.warehouse = Warehouse(seed=shape.seed, jobs=_JOBS)
        self._templates = [self._template(random.Random(f"{shape.seed} select {n}")) for n in range(_TEMPLATES)]
        self._zipf = list(accumulate(1 / (n + 1) for n in range(_TEMPLATES)))
        self._running: list[Iterator[Event]] = []
        self._runs = 0
        self.now = datetime(2024, 3, 1, tzinfo=UTC)

    def events(self) -> Iterator[Event]:
        """All events; `now` is the time of the one that was given last."""
        rest = 1 - self._shape.select_share
        kinds = {"select": self._shape.select_share}
        kinds |= {kind: share / sum(_OTHERS.values()) * rest for kind, share in _OTHERS.items()}
        makers: dict[str, Callable[[], Event]] = {
            "select": self._select,
            "etl": self._etl,
            "utility": self._utility,
            "values": self._values,
            "broken": self._broken,
        }
        names, weights = list(kinds), list(accumulate(kinds.values()))
        for _ in range(self._shape.events):
            self.now += timedelta(milliseconds=self._rng.randint(1, 170))
            yield makers[self._rng.choices(names, cum_weights=weights)[0]]()

    def _filled(self, text: str, names: dict[str, str]) -> str:
        return fill(text, self._rng, names)

    def _etl(self) -> Event:
        """The next statement of one of the jobs that run at this time."""
        while len(self._running) < _SESSIONS_AT_ONCE:
            self._runs += 1
            job = self._rng.choice(self.warehouse.jobs)
            self._running.append(self._run(job, f"etl-{self._runs}"))
        place = self._rng.randrange(len(self._running))
        event = next(self._running[place], None)
        if event is None:
            del self._running[place]
            return self._etl()
        return event

    def _run(self, job: tuple[Step, ...], session: str) -> Iterator[Event]:
        names = {"date": f"{self.now:%Y%m%d}", "hex": f"{self._rng.getrandbits(48):012x}"}
        comment = f"/* run {self._rng.getrandbits(64):016x} of {session}, {self.now:%Y-%m-%d} */\n"
        for step in job:
            edges = tuple((self._named(s, names), self._named(t, names)) for s, t in step.edges)
            yield Event(comment + self._filled(step.text, names), session, edges)

    def _named(self, name: str, names: dict[str, str]) -> str:
        return fill(name, self._rng, names) if "{" in name else name

    def _select(self) -> Event:
        rng = self._rng
        session = f"bi-{rng.randint(1, 400)}"
        if rng.random() < _NEVER_REPEATED:
            return Event(self._filled(self._template(rng, f"x{rng.getrandbits(40):x}"), {}), session)
        chosen = bisect(self._zipf, rng.random() * self._zipf[-1])
        return Event(self._filled(self._templates[min(chosen, _TEMPLATES - 1)], {}), session)

    def _template(self, rng: random.Random, extra: str = "") -> str:
        """A query as a report tool writes it, with marks for its values."""
        one, other = rng.sample(self.warehouse.raw, 2)
        columns = [f"a.{c}" for c in _some(rng, one, 9)] + [f"b.{c}" for c in _some(rng, other, 6)]
        sums = [f"sum(case when a.{c} > {{n}} then 1 else 0 end) as n_{c}" for c in _some(rng, one, 4)]
        if extra:
            sums.append(f"max(a.id) as {extra}")
        note = rng.choices(["", "/* dashboard {n} */ ", "-- refreshed by the update of the board\n"], [70, 27, 3])[0]
        text = rng.choices(["{s}", "'done; closed'"], [92, 8])[0]
        where = f"a.{rng.choice(one.columns)} = {text} and b.id in ({{in}}) and a.day between {{s}} and {{s}}"
        body = (
            f"select {', '.join(columns)},\n       {', '.join(sums)}\n  from {one.name} as a\n"
            f"  join {other.name} as b on a.id = b.id\n where {where}\n group by {', '.join(columns)}"
        )
        if rng.random() < 0.3:
            return f"{note}with source as (\n{body}\n)\nselect * from source order by 1 limit {{n}}"
        return f"{note}{body}\n order by 1, 2 limit {{n}}"

    def _utility(self) -> Event:
        table = self._rng.choice(self.warehouse.marts).name.partition(".")[2]
        text = self._rng.choice(_UTILITY).replace("{x}", table)
        return Event(self._filled(text, {}), f"bi-{self._rng.randint(1, 400)}")

    def _values(self) -> Event:
        table = self._rng.choice(self.warehouse.marts)
        row = f"({', '.join('{n}' for _ in table.columns)})"
        rows = ", ".join([row] * self._rng.randint(1, 5))
        return Event(self._filled(f"insert into {table.name} values {rows}", {}), f"app-{self._rng.randint(1, 40)}")

    def _broken(self) -> Event:
        job = self._rng.choice(self.warehouse.jobs)
        text = self._filled(job[-1].text, {"date": "x", "hex": "x"})
        broken = f"{text[: len(text) * 2 // 3]} (select from where {self._rng.choice(QUALITIES)}"
        return Event(broken, f"app-{self._rng.randint(1, 40)}")


def _some(rng: random.Random, table: Table, most: int) -> list[str]:
    return rng.sample(table.columns, rng.randint(1, min(most, len(table.columns))))


def write_log(folder: Path, shape: Shape) -> dict[str, Any]:
    """Write the log, its catalog and its truth; returns counts of what was written."""
    folder.mkdir(parents=True, exist_ok=True)
    generator = Generator(shape)
    truth: set[tuple[str, str]] = set()
    size = 0
    with (folder / "log.jsonl").open("w", encoding="utf-8") as log:
        for event in generator.events():
            at = generator.now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
            user = event.session.partition("-")[0]
            row = {"query": event.text, "timestamp": at, "user": user, "session_id": event.session}
            size += log.write(json.dumps(row) + "\n")
            truth.update(event.edges)
    with (folder / "catalog.csv").open("w", encoding="utf-8", newline="") as catalog:
        rows = csv.writer(catalog)
        rows.writerow(["database", "schema", "table", "column", "position"])
        rows.writerows((DATABASE, *row) for row in generator.warehouse.catalog_rows())
    (folder / "truth.tsv").write_text("".join(f"{s}\t{t}\n" for s, t in sorted(truth)), encoding="utf-8")
    return {"events": shape.events, "bytes": size, "edges": len(truth)}


def read_truth(folder: Path) -> set[tuple[str, str]]:
    """The (source column, target column) pairs that the log holds."""
    lines = (folder / "truth.tsv").read_text(encoding="utf-8").splitlines()
    return {(s, t) for s, _, t in (line.partition("\t") for line in lines)}


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="Writes a query log with known lineage.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--select-share", type=float, default=Shape(0).select_share)
    parser.add_argument("--seed", type=int, default=Shape(0).seed)
    given = parser.parse_args()
    print(json.dumps(write_log(given.folder, Shape(given.events, given.select_share, given.seed))))


if __name__ == "__main__":
    main()
