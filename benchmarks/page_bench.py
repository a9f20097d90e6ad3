"""The page of a large plan: how long it takes to write, to open in a browser, and to answer clicks and searches."""

from __future__ import annotations

import json
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.measure import ROOT, Spread
from benchmarks.results import Table, figure
from extractor.models import Dataflow, KeyedEdge, Node
from extractor.outputs.html import write_html
from extractor.outputs.of_plan import graph_of_plan
from extractor.upload import Action, Limits, Operation
from extractor.upload.document import spool_plan

_COLUMNS = 12
_SQL = "INSERT INTO {target}\nSELECT {columns}\nFROM {sources}\nWHERE s0.loaded_at >= CURRENT_DATE - 1"
_STEPS = {
    "a table of the list": "location.hash = '#table=' + encodeURIComponent(tables.key[COUNT >> 1])",
    "the whole way of a column": "location.hash = '#column=' + encodeURIComponent(tables.key[COUNT >> 1]) + '=c3'",
    "an edge's SQL": "location.hash = address('edge', tables.key[links.source[9]], tables.key[links.target[9]])",
    "a search": "search('t1999')",
    "all tables as a list": "openView('tables')",
    "all changes": "openView('statements')",
    "the whole graph, by schema": "(openView('graph'), wholeGraph())",
}


def measure_page(work: Path, *, tables: int, edges: int, rounds: int) -> list[Table]:
    """Write the page, then open it in Chromium in several fresh tabs."""
    work.mkdir(parents=True, exist_ok=True)
    page = work / "plan.html"
    begun = time.perf_counter()
    with spool_plan(
        ((one, False) for one in _operations(tables, edges)),
        Counter(),
        Counter(),
        namespace="bench",
        state_version="1",
        run_id=1,
        limits=Limits(100, 1000, 4_000_000),
    ) as plan:
        made = time.perf_counter()
        graph = graph_of_plan(plan, None, "bench", title="A large plan", made_at=datetime.now(UTC))
        write_html(graph, page)
    written = time.perf_counter()
    size = page.stat().st_size / 1e6
    found = _opened(page, rounds)
    rows = [
        ["making the plan's page", f"{written - made:.1f}"],
        *([name, figure(Spread.of(times))] for name, times in found.items()),
    ]
    note = (
        f"{len(graph.tables):,} tables, {len(graph.edges):,} edges, {len(graph.flows):,} statements; the file has "
        f"{size:.0f} MB. Opening counts from the navigation until the first drawing stands; a step until its result "
        f"is in the page. Making the plan itself took {made - begun:.0f} s."
    )
    return [Table("The page of a large plan", ["step", "seconds"], rows, note)]


def _opened(page: Path, rounds: int) -> dict[str, list[float]]:
    sys.path.insert(0, str(ROOT / "tests"))
    from chromium import chromium  # noqa: PLC0415 - the tests' own browser, found by its folder

    found: dict[str, list[float]] = defaultdict(list)
    for _ in range(rounds):
        with chromium() as browser:
            begun = time.perf_counter()
            browser.open(page.as_uri())
            found["opening it"].append(time.perf_counter() - begun)
            for name, step in _STEPS.items():
                begun = time.perf_counter()
                browser.ask(f"({step}, new Promise(done => requestAnimationFrame(() => setTimeout(() => done(1)))))")
                found[name].append(time.perf_counter() - begun)
            wrong = browser.complaints()
            if wrong:
                raise RuntimeError(f"the page complained: {json.dumps(wrong)[:500]}")
    return found


def _operations(tables: int, edges: int) -> Iterator[Operation]:
    """A warehouse in layers: each table is fed by one to three of the layer before it, most within its own area."""
    dice = random.Random(7)
    layers = 8
    per_layer = tables // layers
    flows = per_layer * (layers - 1)
    each = edges / flows
    begin, made = datetime(2026, 1, 1, tzinfo=UTC), 0
    for number in range(flows):
        layer, at = 1 + number // per_layer, number % per_layer
        target = _name(layer, at)
        near = [max(0, min(per_layer - 1, at + dice.randint(-20, 20))) for _ in range(dice.randint(1, 3))]
        sources = [_name(layer - 1, place) for place in dict.fromkeys(near)]
        found = [KeyedEdge(Node("table", s), Node("table", target)) for s in sources]
        columns = round(each * (number + 1)) - made - len(found)
        found += [
            KeyedEdge(
                Node("column", f"{sources[c % len(sources)]}.c{c % _COLUMNS}"),
                Node("column", f"{target}.c{(c // len(sources)) % _COLUMNS}"),
                "direct" if c % 5 else "indirect",
                (1.0, 0.9, 0.6)[c % 3],
                ("the schema has the column", "the only table it can come from", "a guess by position")[c % 3],
            )
            for c in range(max(0, columns))
        ]
        made += len(found)
        sql = _SQL.format(
            target=target,
            columns=",\n       ".join(f"s{c % len(sources)}.c{c} AS c{c}" for c in range(_COLUMNS)),
            sources=" JOIN ".join(f"{s} AS s{i}" for i, s in enumerate(sources)),
        )
        seen = begin + timedelta(minutes=number)
        flow = Dataflow(
            f"api/bench/ds12/{number:024x}", f"Insert into {target}", sql, "ds12", f"{number:016x}", (target,),
            tuple(found), first_seen=seen, last_seen=seen + timedelta(days=90),
        )  # fmt: skip
        yield Operation.of(
            Action.ADD if number % 3 else Action.CHANGE, flow, "new" if number % 3 else "its edges differ"
        )


def _name(layer: int, at: int) -> str:
    return f"12.area{at // 100:03}_l{layer}.t{at}"
