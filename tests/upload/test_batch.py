"""Packing: within the limits, in order, and nothing split that need not be."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from dataflow_samples import flow
from hypothesis import given
from hypothesis import strategies as st

from extractor.dataflows import edges_of
from extractor.state import edge_identity, node_identity
from extractor.upload.batch import Limits, count_requests, measure, requests_of, windows
from extractor.upload.operations import Action, Operation, dataflow_object, path_object, size_of

SHAPES = st.lists(st.tuples(st.integers(1, 9), st.integers(0, 300)), max_size=12)
LIMITS = st.builds(Limits, st.integers(1, 12), st.integers(1, 5), st.integers(1_000, 4_000))


def operations(shapes: list[tuple[int, int]]) -> list[Operation]:
    """Dataflows of so many paths and such long content each."""
    return [
        Operation.of(
            Action.ADD,
            flow(f"f{n}", {f"t{n}x{p}": [f"s{p}"] for p in range(paths)}, content="x" * length),
        )
        for n, (paths, length) in enumerate(shapes)
    ]


@given(SHAPES, LIMITS)
def test_no_request_exceeds_a_limit(shapes: list[tuple[int, int]], limits: Limits) -> None:
    """Paths, dataflows and bytes of every request stay within the limits."""
    for request in requests_of(operations(shapes), limits):
        assert len(request.paths) <= limits.max_paths
        assert len(request.dataflows) <= limits.max_dataflows
        body = {
            "dataflow_objects": [dataflow_object(d) for d in request.dataflows],
            "paths": [path_object(path) for _, path in request.paths],
        }
        assert size_of(body) <= limits.max_bytes


@given(SHAPES, LIMITS)
def test_requests_are_counted_as_they_are_made(shapes: list[tuple[int, int]], limits: Limits) -> None:
    """The sizes of operations alone tell how many requests and deletions carrying them out will take."""
    wanted = [replace(o, action=Action.CHANGE) if n % 3 == 0 else o for n, o in enumerate(operations(shapes))]
    made = list(windows(wanted, limits))
    told = count_requests([measure(operation, limits) for operation in wanted], limits)
    assert told == (sum(len(w.requests) for w in made), sum(bool(w.deleted) for w in made))


@given(SHAPES, LIMITS)
def test_everything_is_sent_once(shapes: list[tuple[int, int]], limits: Limits) -> None:
    """Each dataflow object and each path is in exactly one request, the object in the first of its dataflow."""
    wanted = operations(shapes)
    requests = requests_of(wanted, limits)
    ids = sorted(o.dataflow.external_id for o in wanted)
    assert sorted(d.external_id for r in requests for d in r.dataflows) == ids
    assert sorted(i for r in requests for i in r.ends) == ids
    for operation in wanted:
        sent = [path for r in requests for i, path in r.paths if i == operation.dataflow.external_id]
        assert sent == list(operation.paths)
    known: set[str] = set()
    for request in requests:
        known |= {d.external_id for d in request.dataflows}
        assert {i for i, _ in request.paths} <= known


@given(SHAPES, LIMITS)
def test_a_dataflow_is_split_only_when_it_alone_is_too_large(shapes: list[tuple[int, int]], limits: Limits) -> None:
    """What fits into one request is in one request."""
    wanted = operations(shapes)
    homes = Counter(i for r in requests_of(wanted, limits) for i in r.external_ids)
    for operation in wanted:
        alone = len(requests_of([operation], limits))
        assert homes[operation.dataflow.external_id] == alone


def test_a_path_that_is_too_large_is_cut_without_changing_its_meaning() -> None:
    """A path of many sources and targets becomes several whose all-to-all reading is the same."""
    wide = flow("wide", {f"t.c{t}": [f"s.c{s}" for s in range(60)] for t in range(50)})
    operation = Operation.of(Action.ADD, wide)
    assert len(operation.paths) == 1
    requests = list(requests_of([operation], Limits(100, 10, 2_000)))
    assert len(requests) > 1
    read = [(node_identity(s), node_identity(t)) for r in requests for s, t in edges_of(path for _, path in r.paths)]
    assert sorted(read) == sorted(map(edge_identity, wide.edges))


def test_a_request_is_filled_before_the_next_begins() -> None:
    """A thousand dataflows of one path each are ten requests of a hundred paths."""
    requests = list(requests_of(operations([(1, 10)] * 1_000), Limits()))
    assert [len(r.paths) for r in requests] == [100] * 10


@given(SHAPES, LIMITS)
def test_no_two_requests_could_be_one(shapes: list[tuple[int, int]], limits: Limits) -> None:
    """By number of paths alone, at most one request is half empty."""
    roomy = limits._replace(max_dataflows=1_000, max_bytes=1_000_000)
    begun = [r for r in requests_of(operations(shapes), roomy) if 2 * len(r.paths) <= roomy.max_paths]
    assert len(begun) <= 1


def test_large_and_small_dataflows_share_requests() -> None:
    """Sixty paths and forty go together whatever their order was; filling in order would need twice as many."""
    requests = requests_of(operations([(60, 1)] * 5 + [(40, 1)] * 5), Limits())
    assert [len(r.paths) for r in requests] == [100] * 5


def test_posts_alone_make_a_large_window() -> None:
    """Where nothing is deleted, few requests are left half empty; where something is, a window stays small."""
    limits = Limits(max_paths=4, max_dataflows=2)
    adds = operations([(1, 1)] * 12)
    assert [len(w.requests) for w in windows(adds, limits)] == [6]
    changes = [replace(o, action=Action.CHANGE) for o in adds[:4]]
    assert [(len(w.deleted), len(w.requests)) for w in windows([*changes, *adds[4:]], limits)] == [
        (2, 1),
        (2, 1),
        (0, 4),
    ]
