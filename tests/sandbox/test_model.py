"""Whatever is sent in whatever order, the sandbox holds what a few lines of set arithmetic say."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rawcall import DATAFLOW, LINEAGE, Caller, flow, table
from sandbox_server import sandbox

FLOWS = ["api/a", "api/b"]
KEYS = ["1.s.p", "1.s.q", "1.s.r"]
ENDS = st.lists(st.sampled_from(KEYS), min_size=1, max_size=2, unique=True)
PATHS = st.lists(st.tuples(ENDS, st.sampled_from(FLOWS), ENDS), max_size=3)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), PATHS),
        st.tuples(st.just("replace"), st.sampled_from(FLOWS), st.lists(st.tuples(ENDS, ENDS), max_size=2)),
        st.tuples(st.just("delete"), st.lists(st.sampled_from(FLOWS), min_size=1, unique=True)),
        st.tuples(st.just("unlink"), st.sampled_from(KEYS + FLOWS), st.sampled_from(KEYS)),
    ),
    max_size=8,
)


class Model:
    """The edges as a set; the second part is the dataflow."""

    def __init__(self) -> None:
        self.edges: set[tuple[str, str, str]] = set()

    def add(self, paths):
        self.edges |= {edge for s, d, t in paths for edge in product(s, [d], t)}
        return "POST", LINEAGE, {"paths": [body(*path) for path in paths]}

    def replace(self, name, ends):
        self.delete([name])
        self.edges |= {edge for s, t in ends for edge in product(s, [name], t)}
        paths = [body(s, name, t) for s, t in ends]
        return "POST", DATAFLOW, {"dataflow_objects": [{"external_id": name}], "paths": paths}

    def delete(self, names):
        self.edges = {edge for edge in self.edges if edge[1] not in names}
        return "DELETE", f"{DATAFLOW}?keyField=external_id", names

    def unlink(self, source, target):
        place = 1 if source in FLOWS else 0
        self.edges = {edge for edge in self.edges if (edge[place], edge[2]) != (source, target)}
        kind = "dataflow" if place else "table"
        query = f"source_otype={kind}&source_key={source}&target_otype=table&target_key={target}"
        return "DELETE", f"{LINEAGE}?{query}", None


def body(sources, name, targets):
    """A path in the shape of the API."""
    return [[table(key) for key in sources], [flow(name)], [table(key) for key in targets]]


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    """One sandbox for all sequences."""
    with sandbox(tmp_path_factory.mktemp("model")) as control:
        yield Caller(control)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_any_sequence_of_writes(raw, steps):
    """After any sequence of uploads, replacements and deletions, the graph is what the model says."""
    raw.finished(raw.ask("POST", DATAFLOW, {"dataflow_objects": [{"external_id": name} for name in FLOWS]}))
    raw.finished(raw.ask("DELETE", f"{DATAFLOW}?keyField=external_id", FLOWS))
    model = Model()
    for name, *arguments in steps:
        answer = raw.ask(*getattr(model, name)(*arguments))
        assert raw.finished(answer)["status"] == "successful"
    assert set(raw.control.edges()) == model.edges
