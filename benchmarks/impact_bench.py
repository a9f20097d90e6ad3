"""Questions about impact over a large lineage graph: python -m benchmarks.impact_bench [--edges N] [--state URL].

The graph is made from a seed: tables in twelve layers, each loaded by one statement from one to four tables, the one of
its number in the layer before among them; twelve columns each, every one from one or two columns of what is read.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from benchmarks.measure import ROOT, Spread
from benchmarks.results import Table, figure
from extractor.config import Config
from extractor.models import Dataflow, KeyedEdge, Node
from extractor.pipeline.impact import Impact, impact
from extractor.pipeline.reach import Question
from extractor.state import Status, Store, united
from extractor.state.upsert import batches

_LAYERS = 12
_LIMIT = 100
_COLUMNS = 12
_EDGES_A_TABLE = 19.2
_AT = datetime(2024, 1, 1, tzinfo=UTC)


class Asked(NamedTuple):
    """A question, in words and as it is asked."""

    words: str
    question: Question


def measure_impact(folder: Path, *, edges: int, rounds: int, url: str = "") -> list[Table]:
    """Make the graph unless it lies there, and ask each question in turns; the first round does not count."""
    folder.mkdir(parents=True, exist_ok=True)
    per_layer = max(10, int(edges / _EDGES_A_TABLE / (_LAYERS - 1)))
    state = url or f"sqlite:///{folder / f'graph-{edges}.db'}"
    config = Config.model_validate(
        {
            "namespace": "bench",
            "state": {"url": state},
            "source": [{"paths": ["none"], "dialect": "generic", "data_source_id": 1}],
        }
    )
    if url or not (folder / f"graph-{edges}.db").exists():
        _fill(state, per_layer)
    with Store.open(state) as store:
        store.pack_graph("bench")
        total = store.counts("bench")[1]
    rows = [_row(asked, config, rounds) for asked in _questions(per_layer)]
    note = (
        "The time of an answer within a process: the state is opened, the name found, the graph walked, and what "
        f"is shown ({_LIMIT} tables) looked up."
    )
    head = ["question", "tables", "columns", "CPU s", "wall s"]
    return [Table(f"Impact in a graph of {total:,} edges", head, rows, note)]


def _questions(per_layer: int) -> list[Asked]:
    first, middle, last = _name(0, 7, per_layer), _name(6, 7, per_layer), _name(_LAYERS - 1, 7, per_layer)
    return [
        Asked("downstream of a table of the first layer", Question(table=first)),
        Asked("downstream of one of its columns", Question(table=first, column="c3")),
        Asked("downstream of a table in the middle", Question(table=middle)),
        Asked("upstream of a table of the last layer", Question(table=last, upstream=True)),
        Asked("upstream of one of its columns", Question(table=last, column="c3", upstream=True)),
        Asked("downstream of a table that all of the second layer reads", Question(table="s0.hub")),
    ]


def _row(asked: Asked, config: Config, rounds: int) -> list[str]:
    times: list[float] = []
    cpu: list[float] = []
    found: Impact | None = None
    for _ in range(rounds + 1):
        begun, used = time.perf_counter(), time.process_time()
        found = impact(config, asked.question, _LIMIT)
        times.append(time.perf_counter() - begun)
        cpu.append(time.process_time() - used)
    assert found is not None
    sizes = (found.tables_met, found.columns_met)
    return [
        asked.words,
        *(f"{size:,}" for size in sizes),
        figure(Spread.of(cpu[1:]), 3),
        figure(Spread.of(times[1:]), 3),
    ]


def _fill(url: str, per_layer: int) -> None:
    with Store.open(url) as store:
        for batch in batches(_dataflows(per_layer, random.Random(7)), 500):
            store.intend(batch, Status.SENDING, 1)
            store.set_status([d.external_id for d in batch], Status.PRESENT)


def _dataflows(per_layer: int, chance: random.Random) -> Iterator[Dataflow]:
    for layer in range(1, _LAYERS):
        for number in range(per_layer):
            target = f"1.{_name(layer, number, per_layer)}"
            sources = [f"1.{_name(layer - 1, number, per_layer)}"]
            sources += [f"1.{_source(layer, per_layer, chance)}" for _ in range(chance.choice((0, 1, 1, 2, 3)))]
            sources += ["1.s0.hub"] if layer == 1 else []
            yield _dataflow(f"{layer}-{number}", sources, target, chance.choice)


def _source(layer: int, per_layer: int, chance: random.Random) -> str:
    before = layer - 1 if chance.random() < 0.8 else chance.randrange(layer)
    return _name(before, chance.randrange(per_layer), per_layer)


def _dataflow(name: str, sources: list[str], target: str, choice: Callable[..., int]) -> Dataflow:
    edges = [KeyedEdge(Node("table", source), Node("table", target)) for source in sources]
    for column in range(_COLUMNS):
        for _ in range(choice((1, 1, 2))):
            source = f"{sources[choice(range(len(sources)))]}.c{choice(range(_COLUMNS))}"
            edges.append(KeyedEdge(Node("column", source), Node("column", f"{target}.c{column}")))
    return Dataflow(f"api/bench/log/{name}", name, "", "log", name, (), united(edges), False, _AT, _AT)


def _name(layer: int, number: int, per_layer: int) -> str:
    return f"s{layer}.table_{number % per_layer:05}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.impact_bench", description=__doc__)
    parser.add_argument("--edges", type=int, default=1_000_000, help="about so many")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "bench" / "impact", help="where the graph lies")
    parser.add_argument("--state", default="", help="the URL of an empty PostgreSQL database in place of a SQLite file")
    given = parser.parse_args()
    for table in measure_impact(given.work, edges=given.edges, rounds=given.rounds, url=given.state):
        print(table.markdown())


if __name__ == "__main__":
    main()
