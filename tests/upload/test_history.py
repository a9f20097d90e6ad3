"""The order of runs does not matter: history read backwards, in pieces or twice ends where history in order does."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import hypothesis.strategies as st
from dataflow_samples import NAMESPACE, at, flow
from hypothesis import HealthCheck, example, given, settings
from lineage_service import Edge, LineageService

from extractor.config import UploadSettings
from extractor.state import Store, edge_identity
from extractor.upload import apply_plan, make_plan

TABLES = ("x", "y")
STATEMENTS = {"insert_x": "x", "ctas_x": "x", "view_x": "x", "insert_y": "y", "ctas_y": "y"}


class Event(NamedTuple):
    """Something that a log shows: a statement that writes (with the table it reads), a drop, or a new, empty table."""

    hours: float
    what: str
    table: str
    reads: str = ""

    @property
    def defines(self) -> bool:
        """Whether it gives its table a whole new content."""
        return self.what.startswith(("ctas", "view"))

    @property
    def writes(self) -> bool:
        """Whether it is a statement with edges."""
        return self.what not in ("drop", "make")


def must_be(events: Iterable[Event]) -> set[Edge]:
    """The graph after all these events, worked out with all of them at hand: the model."""
    history = sorted(set(events))
    graph: set[Edge] = set()
    for name, table in STATEMENTS.items():
        runs = [e for e in history if e.what == name]
        if not runs:
            continue
        last = runs[-1]
        after = [e for e in history if e.table == table and e.hours > last.hours]
        of_table = [e for e in history if e.table == table]
        is_gone = of_table[-1].what == "drop"
        is_replaced = last.defines and any(e.defines or e.what == "drop" for e in after)
        if not (is_gone or is_replaced):
            dataflow = flow(name, {table: [last.reads]})
            graph |= {(s, dataflow.external_id, t) for s, t in map(edge_identity, dataflow.edges)}
    return graph


@st.composite
def logs(draw: st.DrawFn) -> list[list[Event]]:
    """Nights; a statement reads the same table all night, another one perhaps in another night."""
    nights = []
    for night in range(draw(st.integers(1, 4))):
        reads = {name: draw(st.sampled_from("abc")) for name in STATEMENTS}
        happenings = st.sampled_from([*STATEMENTS, "drop x", "drop y", "make x", "make y"])
        events = []
        for number, what in enumerate(draw(st.lists(happenings, max_size=6))):
            kind, _, table = what.partition(" ")
            events.append(Event(24 * night + number, kind, table or STATEMENTS[kind], reads.get(kind, "")))
        nights.append(events)
    return nights


def end_of(runs: Iterable[list[Event]]) -> tuple[set[Edge], set[str]]:
    """What Alation holds after these runs, each with what its log shows."""
    service = LineageService()
    with tempfile.TemporaryDirectory() as folder, Store.open(f"sqlite:///{Path(folder)}/state.db") as store:
        for events in runs:
            _run(store, service, events)
    return service.edges, set(service.dataflows)


def _run(store: Store, service: LineageService, events: list[Event]) -> None:
    """A run that sees the events one by one, in their order."""
    run_id = store.begin_run("run", started_at=at(500))
    for event in sorted(events):
        if event.writes:
            store.observe(
                run_id, [flow(event.what, {event.table: [event.reads]}, hours=event.hours, defines=event.defines)]
            )
        elif event.what == "drop":
            store.record_drop(run_id, f"12.sales.{event.table}", at(event.hours))
        else:
            store.record_made(run_id, f"12.sales.{event.table}", at(event.hours))
    apply_known(store, service, run_id)


def apply_known(store: Store, service: LineageService, run_id: int) -> None:
    """Plan what the run saw, and apply it."""
    with make_plan(store, run_id, namespace=NAMESPACE, settings=UploadSettings(), allow_removals=True) as plan:
        assert apply_plan(plan, store, service).is_complete


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(nights=logs(), data=st.data())
@example(nights=[[Event(0, "insert_x", "x", "a")], [Event(24, "drop", "x")], [Event(48, "make", "x")]], data=None)
def test_any_order_of_runs_ends_in_the_same_graph(nights: list[list[Event]], data: st.DataObject | None) -> None:
    """Nights in order, and the same nights shuffled, cut into pieces and delivered twice: what must be, both times."""
    expected = must_be(event for night in nights for event in night)
    in_order, dataflows = end_of(nights)
    assert in_order == expected
    assert dataflows == {name for _, name, _ in expected}
    pieces = [*nights[::-1]]
    if data is not None:
        for night in nights:
            cut = data.draw(st.integers(0, len(night)))
            pieces += [night[:cut], night[cut:]]
        pieces = data.draw(st.permutations(pieces))
    assert end_of(pieces) == (in_order, dataflows)


def test_the_model_is_no_mirror() -> None:
    """The model itself, on a history worked out by hand."""
    history = [
        Event(0, "ctas_x", "x", "a"),
        Event(1, "insert_x", "x", "b"),
        Event(2, "view_x", "x", "c"),
        Event(3, "insert_y", "y", "a"),
        Event(4, "drop", "y"),
    ]
    assert {(source, name.rsplit("/", 1)[1]) for source, name, _ in must_be(history)} == {
        ("table:12.sales.b", "insert_x"),
        ("table:12.sales.c", "view_x"),
    }
