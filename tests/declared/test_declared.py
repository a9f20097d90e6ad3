"""Files of paths: what they may say, where what is wrong stands, and that steps and paths are the same lineage."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.dataflows import edges_of, is_direct, paths_of
from extractor.declared import Declared, read_file, steps
from extractor.declared.located import parse
from extractor.declared.records import Wrong
from extractor.models import Node
from extractor.otypes import OTYPES
from extractor.sandbox.graph import edges_of as alations_reading
from extractor.state import node_identity

KEYS = {
    "table": '12."HR.2031".staff',
    "column": "12.db.s.t.c",
    "file": "4.landing/orders.csv",
    "directory": "4.landing/",
    "bi_report": "2.bi_report.Sales by day",
    "bi_report_column": "2.bi_report_column.c1",
    "bi_datasource": "2.bi_datasource.d1",
    "bi_datasource_column": "2.bi_datasource_column.dc1",
    "external": "sap-extract/VBAK",
}
SEED = {
    "dataflow_objects": [{"external_id": "api/df1", "content": "Combine a and b.\nlm(y ~ x, data = df)"}],
    "paths": [
        [
            [{"otype": "table", "key": "1.s.a"}, {"otype": "table", "key": "1.s.b"}],
            [{"otype": "dataflow", "key": "api/df1"}],
            [{"otype": "table", "key": "1.s.d"}],
        ]
    ],
}


def declared(folder: Path, *texts: str | dict, ending: str = ".json") -> Declared:
    """The files with these contents, put together."""
    found = Declared("ns", "bi", 1000)
    for number, text in enumerate(texts):
        path = folder / f"f{number}{ending}"
        path.write_text(text if isinstance(text, str) else json.dumps(text), encoding="utf-8")
        found.add(read_file(path, path.name))
    return found


def lineage(found: Declared) -> dict[str, list[tuple[str, str]]]:
    """The edges of each dataflow, by the end of its id."""
    edges: dict[str, list[tuple[str, str]]] = {}
    for flow in found.dataflows(lambda node, _: node):
        name = "direct" if is_direct(flow.external_id) else flow.external_id
        edges.setdefault(name, []).extend((e.source.key, e.target.key) for e in flow.edges)
    return {name: sorted(pairs) for name, pairs in edges.items()}


def problems(found: Declared) -> list[str]:
    """What is wrong, with its place."""
    list(found.dataflows(lambda node, _: node))
    return [f"{p.origin}: {p.words}" for p in found.problems]


def test_the_sample_of_the_api_is_read_as_it_stands(tmp_path):
    """A body of the lineage API is a file; its ids get our prefix, its content stays a text of any kind."""
    found = declared(tmp_path, SEED)
    (flow,) = found.dataflows(lambda node, _: node)
    assert flow.external_id == "api/ns/bi/df1"
    assert (flow.title, flow.content) == ("Combine a and b.", SEED["dataflow_objects"][0]["content"])
    assert [(e.source.key, e.target.key) for e in flow.edges] == [("1.s.a", "1.s.d"), ("1.s.b", "1.s.d")]
    assert (found.problems, flow.targets) == ([], ())


@pytest.mark.parametrize("otype", KEYS)
@pytest.mark.parametrize("ending", [".json", ".csv"])
def test_every_object_type_may_be_an_end(tmp_path, otype, ending):
    """All types but the dataflow are ends, in both formats."""
    key = KEYS[otype]
    if ending == ".json":
        text = json.dumps({"paths": [[[{"otype": otype, "key": key}], [{"otype": "external", "key": "x"}]]]})
    else:
        quoted = key.replace('"', '""')
        text = f'source_otype,source_key,target_otype,target_key\n{otype},"{quoted}",external,x\n'
    found = declared(tmp_path, text, ending=ending)
    assert lineage(found) == {"direct": [(key, "x")]}
    assert found.problems == []
    assert set(KEYS) | {"dataflow"} == set(OTYPES)


def test_several_hops_and_mixed_segments_are_their_steps(tmp_path):
    """A path of several dataflows gives each its own edges; data beside a dataflow is linked directly."""
    node = lambda otype, key: {"otype": otype, "key": key}  # noqa: E731
    paths = [
        [
            [node("file", "4.in.csv")],
            [node("dataflow", "api/load")],
            [node("table", "1.s.a")],
            [node("dataflow", "api/ns/bi/show"), node("external", "copy")],
            [node("bi_report", "2.bi_report.r")],
        ]
    ]
    flows = [{"external_id": "api/load"}, {"external_id": "api/ns/bi/show", "title": "Show"}]
    assert lineage(declared(tmp_path, {"dataflow_objects": flows, "paths": paths})) == {
        "api/ns/bi/load": [("4.in.csv", "1.s.a")],
        "api/ns/bi/show": [("1.s.a", "2.bi_report.r")],
        "direct": [("1.s.a", "copy"), ("copy", "2.bi_report.r")],
    }


def test_csv_gives_words_once_and_lines_one_by_one(tmp_path):
    """Lines of one dataflow are its edges; the first line that has words gives them."""
    text = (
        "source_otype,source_key,dataflow,target_otype,target_key,content\n"
        'table,1.s.a,api/x,table,1.s.b,\ntable,1.s.c,api/x,table,1.s.b,"By hand,\nevery Monday"\n\n'
        "table,1.s.b,,bi_report,2.bi_report.r,\n"
    )
    found = declared(tmp_path, text, ending=".csv")
    flow, direct = found.dataflows(lambda node, _: node)
    assert (flow.content, len(flow.edges)) == ("By hand,\nevery Monday", 2)
    assert [e.target.key for e in direct.edges] == ["2.bi_report.r"]
    assert found.problems == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "f0.json:1: a value is expected, and the document ends"),
        ("[]", "f0.json:1: the document must be an object"),
        ('{"paths": [],\n "path": []}', "f0.json:2: the document has no field 'path'"),
        ('{"paths": [\n\n[[{"otype": "table" "key": 1}]]]}', "f0.json:3: } is expected, and found '\"key\"'"),
        ('{"paths": [[[{"otype": "table,\n', "f0.json:1: a text in double quotes is not closed"),
        ('{"paths": []}\n{}', "f0.json:2: something follows the end"),
        ('{"paths": [\n[[{"otype":"table","key":"1.s.a"}]]]}', "f0.json:2: a path needs two segments"),
        ('{"paths": [[\n[],\n[]]]}', "f0.json:2: a segment needs one object"),
        ('{"paths": [[[\n{"otype":"schema","key":"1.s"}],[]]]}', "f0.json:2: the otype 'schema' is none of"),
        ('{"paths": [[[\n{"otype":"table","key":"s.a"}],[]]]}', "f0.json:2: the key 's.a' is none of a table, which"),
        ('{"paths": [[[\n{"otype":"column","key":"1.s.a"}],[]]]}', "f0.json:2: the key '1.s.a' is none of a column"),
        ('{"paths": [[[\n{"otype":"bi_report","key":"2.x"}],[]]]}', "looks like <BI server id>.bi_report."),
        ('{"paths": [[[{"otype":"table",\n"key":1}],[]]]}', "f0.json:2: key must be a text"),
        ('{"paths": [[[\n{"otype":"table"}],[]]]}', "f0.json:2: an object of a path lacks its key"),
        ('{"dataflow_objects": [\n{"external_id": "df"}]}', "f0.json:2: a dataflow needs an external_id that begins"),
        ('{"dataflow_objects": [\n{"external_id": "api/x", "sql": ""}]}', "f0.json:2: a dataflow has no field 'sql'"),
        (
            '{"dataflow_objects": [{"external_id": "api/x"},\n{"external_id": "api/ns/bi/X"}]}',
            "f0.json:2: the dataflow api/ns/bi/X is declared already, at f0.json:1",
        ),
        ('{"dataflow_objects": [\n{"external_id": "api/direct/x"}]}', "f0.json:2: the ids that begin with direct/"),
        ('{"dataflow_objects": [\n{"external_id": "api/a b"}]}', "f0.json:2: the dataflow's id 'api/a b' holds blanks"),
        ("[" * 300, "nested too deeply"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path, text, problem):
    """Each message names the file, the line and what is expected."""
    assert any(problem in found for found in problems(declared(tmp_path, text))), problems(declared(tmp_path, text))


@pytest.mark.parametrize(
    ("segments", "problem"),
    [
        ([["api/x"], ["t"]], "must not begin or end with a dataflow"),
        ([["t"], ["t", "api/x"]], "must not begin or end with a dataflow"),
        ([["t"], ["api/x"], ["t", "api/x"], ["t"]], "a dataflow must not follow a dataflow"),
        ([["t"], ["api/unknown"], ["t"]], "api/unknown is not declared in the files"),
    ],
)
def test_a_path_that_alation_would_not_understand_is_left_out(tmp_path, segments, problem):
    """The good path beside it is kept."""
    nodes = [
        [{"otype": "dataflow" if n.startswith("api/") else "external", "key": n} for n in segment]
        for segment in segments
    ]
    body = {**SEED, "dataflow_objects": [*SEED["dataflow_objects"], {"external_id": "api/x"}]}
    found = declared(tmp_path, {**body, "paths": [*SEED["paths"], nodes]})
    assert list(lineage(found)) == ["api/ns/bi/df1"]
    assert [problem in p.words for p in found.problems] == [True]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("source_otype,source_key\n", "f0.csv:1: the header lacks target_otype, target_key"),
        ("source_otype,source_key,target_otype,target_key,sql\n", "f0.csv:1: the header has 'sql', which nothing is"),
        (
            "source_otype,source_key,target_otype,target_key\n\ntable,1.s,external,x\n",
            "f0.csv:3: source: the key '1.s'",
        ),
        ("source_otype,source_key,target_otype,target_key\nexternal,x,nothing,x\n", "f0.csv:2: target: the otype"),
        ("source_otype,source_key,target_otype,target_key\na,b,c,d,e\n", "f0.csv:2: the line has 5 values"),
        (
            "source_otype,source_key,target_otype,target_key,dataflow\nexternal,x,external,y,df\n",
            "f0.csv:2: the key 'df' is none of a dataflow",
        ),
        ('source_otype,source_key,target_otype,target_key\nexternal,"x\n', "f0.csv:2: this is no CSV"),
    ],
)
def test_what_is_wrong_with_a_csv_is_told_with_its_line(tmp_path, text, problem):
    """Header, types, keys and quotes."""
    found = declared(tmp_path, text, ending=".csv")
    assert any(p.startswith(problem) for p in problems(found)), problems(found)


def test_a_file_that_cannot_be_read_is_a_problem(tmp_path):
    """Missing or in another encoding: said, not raised."""
    assert "cannot be read" in read_file(tmp_path / "none.json", "none.json").problems[0].words
    (tmp_path / "l.json").write_bytes(b'{"paths": "\xe9"}')
    assert "not in UTF-8" in read_file(tmp_path / "l.json", "l.json").problems[0].words


@pytest.mark.parametrize(
    "content",
    [
        'con <- dbConnect(drv, user = "x", password = "geheim")',
        "con <- dbConnect(drv, password = 'geheim')",
        "spark.read.option('password', 'geheim').load()",
        "psql postgresql://u:geheim@host/db",
        "Log in with password: geheim, then copy.",
    ],
)
def test_credentials_do_not_leave_with_a_text(tmp_path, content):
    """Scripts in other languages and sentences lose their credentials before they are sent."""
    body = {**SEED, "dataflow_objects": [{"external_id": "api/df1", "content": content}]}
    (flow,) = declared(tmp_path, body).dataflows(lambda node, _: node)
    assert "geheim" not in flow.content + flow.title
    assert "***" in flow.content


def test_other_words_are_another_fingerprint(tmp_path):
    """Edges and words both make a dataflow what it is; a changed sentence is noticed."""
    changed = {**SEED, "dataflow_objects": [{"external_id": "api/df1", "content": "Otherwise."}]}
    (one,) = declared(tmp_path, SEED).dataflows(lambda node, _: node)
    (other,) = declared(tmp_path, changed).dataflows(lambda node, _: node)
    assert one.edges == other.edges
    assert one.fingerprint != other.fingerprint


NODES = st.builds(Node, st.just("external"), st.sampled_from("abcdef"))
FLOWS = st.builds(Node, st.just("dataflow"), st.sampled_from(["api/x", "api/y"]))
DATA = st.lists(NODES, min_size=1, max_size=3).map(tuple)
MIXED = st.tuples(DATA, st.lists(FLOWS, max_size=2).map(tuple)).map(lambda pair: pair[0] + pair[1])


@st.composite
def paths(draw):
    """Paths whose ends hold data alone and in which no dataflow follows another."""
    path = [draw(DATA)]
    for _ in range(draw(st.integers(0, 2))):
        path += [draw(st.one_of(MIXED, st.lists(FLOWS, min_size=1, max_size=2).map(tuple))), draw(DATA)]
    return tuple(path if len(path) > 1 else [*path, draw(DATA)])


@given(paths())
def test_the_steps_are_what_alation_reads(path):
    """The steps of a path, sent as paths of one step each, mean what the path as a whole means."""
    found = set(steps(path))
    assert found == set(alations_reading(path))
    sent = {(s, f, t) for s, f, t in found if f} | {(s, None, t) for s, f, t in found if not f}
    assert sent == found


@given(st.sets(st.tuples(NODES, NODES), min_size=1))
def test_direct_links_are_sent_without_a_dataflow(links):
    """Their paths have two segments, and mean exactly the links."""
    from extractor.models import KeyedEdge

    sent = paths_of("api/ns/bi/direct/0a", [KeyedEdge(s, t) for s, t in links])
    assert {len(path) for path in sent} == {2}
    read = {(node_identity(s), node_identity(t)) for s, t in edges_of(sent)}
    assert read == {(node_identity(s), node_identity(t)) for s, t in links}


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_every_json_is_read_as_what_it_is(value):
    """The reader that knows lines gives what Python's own gives."""

    def plain(found):
        if isinstance(found.data, dict):
            return {k: plain(v) for k, v in found.data.items()}
        return [plain(v) for v in found.data] if isinstance(found.data, list) else found.data

    assert plain(parse(json.dumps(value, indent=1))) == value
    assert plain(parse(json.dumps(value, ensure_ascii=False))) == value


@given(st.text(alphabet='{}[],:"a1\\\n ', max_size=30))
def test_no_text_breaks_the_reader(text):
    """What is no JSON is refused with a line; what Python reads is read."""
    try:
        json.loads(text, strict=False)
    except ValueError:
        with pytest.raises(Wrong) as caught:
            parse(text)
        assert 1 <= caught.value.line <= text.count("\n") + 1
    else:
        parse(text)
