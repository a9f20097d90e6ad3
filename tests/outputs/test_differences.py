"""What differs between two versions of scripts, and how bad that is for those who read the tables."""

from __future__ import annotations

import json
import re

import pytest
from graphs import EVIL, MADE, evil

from extractor.api import extract_lineage
from extractor.outputs.comparison import lines_of, markdown, summary, values
from extractor.outputs.differences import Difference, Severity, differences
from extractor.outputs.graph import Graph
from extractor.outputs.lines import written
from extractor.outputs.of_lineage import Text, graph_of_lineage

NET = "create table mart.net as select s.shop, s.amount as net from raw.sales s;"
TOP = "create table rpt.top as select n.net as best from mart.net n where n.shop > 1;"


def graph(sql: str) -> Graph:
    """The graph of a script."""
    return graph_of_lineage({"x.sql": extract_lineage(sql)}, lambda *_: Text(sql), title="x", made_at=MADE)


def between(before: str, after: str) -> dict[str, Difference]:
    """The differences by name."""
    return {d.name: d for d in differences(graph(before), graph(after))}


def test_the_same_script_has_no_difference():
    """Nor has one whose names are written in another case, or whose bare queries are others."""
    assert between(NET + TOP, NET + TOP) == {}
    assert between(NET + TOP, NET + TOP.upper().replace("RPT.TOP", "Rpt.Top") + "select 1 from z") == {}


def test_a_column_that_is_still_read_breaks():
    """The worst: it is gone, and what it fed is still there."""
    found = between(NET + TOP, NET.replace("s.amount as net", "s.amount as gross") + TOP)
    gone = found["mart.net.net"]
    assert (gone.severity, gone.went, gone.feeds) == (Severity.BREAKING, ("raw.sales.amount",), ("rpt.top.best",))
    assert found["mart.net.gross"].severity is Severity.ADDED


def test_a_table_that_is_still_read_breaks():
    """Nothing fills it, yet a report reads it."""
    found = between(NET + TOP, TOP)
    assert [(d.name, d.severity, d.feeds) for d in found.values()] == [
        ("mart.net", Severity.BREAKING, ("rpt.top", "rpt.top.best"))
    ]


def test_what_goes_with_all_its_readers_is_removed_and_breaks_nothing():
    """Two tables of a chain are taken out together."""
    found = between(NET + TOP + "create table a as select b.x from b;", "create table a as select b.x from b;")
    assert {name: d.severity for name, d in found.items()} == {
        "mart.net": Severity.REMOVED,
        "rpt.top": Severity.REMOVED,
    }


def test_another_source_is_a_change_that_names_what_it_feeds():
    """Which source came, which went, and who reads the column."""
    changed = between(NET + TOP, NET.replace("s.amount", "s.gross") + TOP)
    (one,) = changed.values()
    assert (one.name, one.severity) == ("mart.net.net", Severity.CHANGED)
    assert (one.came, one.went, one.feeds) == (("raw.sales.gross",), ("raw.sales.amount",), ("rpt.top.best",))


def test_another_filter_is_minor():
    """The values flow as before; other columns decide about the rows."""
    (one,) = between(NET + TOP, NET + TOP.replace("n.shop > 1", "n.day > 1")).values()
    assert (one.name, one.severity, one.came) == ("rpt.top.best", Severity.MINOR, ("mart.net.day",))


def test_columns_that_can_no_longer_be_followed_are_one_line():
    """A star over an unknown table does not make every column a broken one."""
    found = between(NET, "create table mart.net as select * from raw.sales;")
    assert [(d.name, d.severity) for d in found.values()] == [("mart.net", Severity.CHANGED)]


def test_the_worst_comes_first():
    """Breaking before removed, changed, minor and added."""
    other = NET.replace("s.amount as net", "s.amount as gross") + TOP + "create table b as select a.x from a;"
    ranks = [list(Severity).index(d.severity) for d in differences(graph(NET + TOP), graph(other))]
    assert ranks == sorted(ranks)
    assert ranks[0] == 0


def test_a_cycle_ends():
    """A table that feeds itself by way of another has a downstream all the same."""
    loop = "insert into a (x) select b.x from b; insert into b (x) select a.x from a;"
    found = between(loop + "insert into a (y) select c.y from c;", loop)
    assert found["a.y"].severity is Severity.REMOVED


def test_words_and_values_tell_the_same():
    """Text, Markdown and JSON hold each difference; the first and the last lines count them."""
    found = differences(graph(NET + TOP), graph(TOP))
    text = [written(line, colours=False) for line in lines_of(found)]
    assert text == [
        "breaking mart.net nothing fills it any longer",
        "            - from raw.sales",
        "              feeds rpt.top, rpt.top.best",
        "1 difference: 1 breaking",
    ]
    page = "\n".join(markdown(found, "from a to b"))
    assert page.startswith("### Lineage: 1 difference: 1 breaking\n")
    assert "| <code>mart.net</code> | nothing fills it any longer |" in page
    assert json.loads(json.dumps(values(found)))["counts"]["breaking"] == 1
    assert summary([]) == "no difference"


@pytest.mark.parametrize("way", ["to", "from"])
def test_markdown_spells_what_has_a_meaning(way):
    """No name ends a cell, opens a tag or mentions anybody."""
    empty = Graph("x", MADE)
    found = differences(*((empty, evil()) if way == "to" else (evil(), empty)))
    assert found
    cells = [line for line in markdown(found, EVIL) if line.startswith("| <code>")]
    assert cells
    for line in cells:
        assert line.count("|") == 6
        assert not re.sub(r"</?code>", "", line).count("<")
        assert not set("`*\\@") & set(line)
