"""The files that a graph can become: text, Mermaid, Graphviz, JSON and back."""

from __future__ import annotations

import io
import json
import re

import pytest
from graphs import EVIL, evil, retail

from extractor.errors import OutputError
from extractor.outputs.document import read_document
from extractor.outputs.graph import Edge, Graph, Table
from extractor.outputs.writing import write


def written(graph: Graph, name: str, **options: bool) -> str:
    """The graph in one of its forms."""
    to = io.StringIO()
    write(graph, name, to, **options)
    return to.getvalue()


def test_the_same_table_in_another_case_is_one_table():
    """Names are compared as Alation compares keys; the first spelling is shown."""
    graph = Graph("x", retail().made_at)
    assert graph.table(Table("1.A.b", "1", "A", "b")) == graph.table(Table("1.a.B", "1", "a", "B"))
    assert [t.key for t in graph.tables] == ["1.A.b"]


def test_an_edge_twice_is_one_edge():
    """A statement has each edge once, whatever the case of its columns; another statement has its own."""
    graph = retail()
    count = len(graph.edges)
    graph.edge(graph.edges[1]._replace(source_column="AMOUNT"))
    assert len(graph.edges) == count
    graph.edge(graph.edges[1]._replace(flow=1))
    assert len(graph.edges) == count + 1


def test_text_shows_tables_columns_and_changes():
    """Target, source, columns: each under the other, with a sign for what comes and what goes."""
    lines = written(retail(), "text").splitlines()
    assert lines[:3] == [
        "12.mart.net",
        "├─ - 12.raw.old -> 12.mart.net [direct, 0.90 the only table]",
        "└─ 12.raw.sales -> 12.mart.net [direct, 0.90 the only table]",
    ]
    assert "   ├─ 12.raw.sales.amount -> 12.mart.net.net [direct, 0.90 the only table]" in lines
    assert "└─ + 12.mart.net -> 12.rpt.top [direct, 0.90 the only table]" in lines


def test_text_in_ascii_has_no_other_character():
    """Where the terminal cannot draw lines, the tree is drawn with characters of ASCII."""
    assert written(retail(), "text", ascii_only=True).isascii()


def test_colours_are_ours_alone():
    """With colours the only escape sequences are those of styles; what a name holds stays spelled."""
    text = written(evil(), "text", colours=True)
    assert "\x1b[32m" in text
    assert "\x07" not in re.sub(r"\x1b\[\d+m", "", text)
    assert "\\x07" in text


def test_mermaid_groups_by_schema_and_marks_changes():
    """Schemas are subgraphs; an arrow that comes has a plus and a colour of its own."""
    chart = written(retail(), "mermaid")
    assert chart.startswith("flowchart LR\n")
    assert 'subgraph s0["12.raw"]' in chart
    assert '  t1 -->|"+"| t2' in chart
    assert "stroke:#12733a" in chart


def test_mermaid_spells_what_has_a_meaning():
    """No text ends its label: quotes, brackets, semicolons and angle brackets are entity codes."""
    labels = re.findall(r'\["(.*)"\]|\[/"(.*)"/\]', written(evil(), "mermaid"))
    assert labels
    for label in (one or other for one, other in labels):
        assert not set(re.sub(r"#\d+;", "", label)) & set('"<>[]{}()|`;#&')


def test_dot_quotes_every_text():
    """Outside of quoted strings nothing of a name is left."""
    graph = written(evil(), "dot")
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', '""', graph)
    assert "script" not in bare
    assert "\n" not in re.sub(r"\n(?=  |\}|$)", "", bare).strip("\n") or bare.count("\n") == graph.count("\n")
    assert bare.count("{") == bare.count("}")


def test_json_comes_back_as_the_same_graph():
    """What `--format json` writes can be read again, every field."""
    for graph in (retail(), evil()):
        again = read_document(json.loads(written(graph, "json")), "x.json")
        assert (again.tables, again.flows, again.edges) == (graph.tables, graph.flows, graph.edges)
        assert again.columns == graph.columns
        assert again.report == graph.report


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"format": "other"}, "format"),
        ({"tables": []}, "names a table or a statement that is not there"),
        ({"edges": [{"source": -1}]}, "edges.0"),
    ],
)
def test_a_document_that_is_none_is_said(change, words):
    """Another JSON file, or one with a hole in it, is refused with the place."""
    document = json.loads(written(retail(), "json")) | change
    with pytest.raises(OutputError, match=words):
        read_document(document, "x.json")


def test_halves_of_characters_do_not_end_it():
    """A name with a byte that is no text is written all the same."""
    graph = Graph("x\udcff", retail().made_at)
    a, b = (graph.table(Table(f"1.s.{n}\udcff", "1", "s", f"{n}\udcff")) for n in "ab")
    graph.flow(retail().flows[0])
    graph.edge(Edge(a, "", b, "", "direct", 1.0, "", 0))
    for name in ("text", "json", "mermaid", "dot", "html"):
        written(graph, name).encode()


def test_evil_is_evil():
    """The sample holds what the other tests rely on."""
    assert {"<", ">", '"', "&", "\x07", "\u2028", ";", "|"} <= set(EVIL)
