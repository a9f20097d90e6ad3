"""The page as a file: it needs nothing else, and its data cannot leave their place."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from importlib.resources import files

import pytest
from graphs import EVIL, evil, retail

from extractor.errors import OutputError
from extractor.outputs.graph import Graph
from extractor.outputs.html import MOST_SQL_CHARS, page, write_html

_DATA = re.compile(r'<script type="application/json" id="(\w+)">(.*?)</script>', re.DOTALL)
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def text_of(graph: Graph) -> str:
    """The page as text."""
    return b"".join(page(graph)).decode()


def test_only_the_scripts_of_the_page_may_run():
    """The policy names the digest of each script, and there is no script without one."""
    text = text_of(evil())
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', text)[1]
    digests = {base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in _SCRIPT.findall(text)}
    assert set(re.findall(r"'sha256-([^']+)'", policy)) == digests
    assert len(digests) == 3
    assert "default-src 'none'" in policy
    assert "connect-src" not in policy  # so that default-src holds for it


def test_the_page_asks_for_nothing():
    """No element of it names an address to load."""
    bare = re.sub(r"<script.*?</script>", "", text_of(retail()), flags=re.DOTALL)
    assert not re.search(r"""(?:src|href)\s*=\s*["'](?!data:|#)""", bare)
    assert "url(" not in bare
    assert "@import" not in bare


def test_data_come_back_as_they_were():
    """Every text of the graph is in the data, and no tag can begin in it."""
    found = dict(_DATA.findall(text_of(evil())))
    assert not set("<>&") & set(found["data"] + found["texts"])
    data = json.loads(found["data"])
    assert data["title"] == EVIL
    assert data["tables"]["name"] == [EVIL, f"b{EVIL}"]
    assert data["flows"]["title"] == json.loads(found["texts"]) == [EVIL]
    assert data["sorts"] == [["direct", 1.0, EVIL]]


def test_edges_are_columns_of_numbers():
    """Edges point at tables, columns, statements and sorts by position."""
    graph = retail()
    edges = json.loads(dict(_DATA.findall(text_of(graph)))["data"])["edges"]
    assert edges["source"] == [e.source for e in graph.edges]
    assert edges["from"] == [-1, 0, 1, -1, -1, -1, 0]
    assert edges["change"] == [0, 0, 0, 3, 0, 1, 1]
    assert edges["times"] == {}


def test_long_texts_are_cut_and_say_so():
    """One statement of a megabyte does not make the page a megabyte larger."""
    graph = retail()
    graph.flows[0] = graph.flows[0]._replace(sql="x" * 1_000_000)
    text = json.loads(dict(_DATA.findall(text_of(graph)))["texts"])[0]
    assert MOST_SQL_CHARS < len(text) < MOST_SQL_CHARS + 100
    assert "-- cut" in text


def test_a_page_that_cannot_be_written_is_said(tmp_path):
    """A folder in the way is one error with its name."""
    with pytest.raises(OutputError, match="cannot be written"):
        write_html(retail(), tmp_path)


def test_licences_lie_beside_what_was_taken():
    """Each released file of others has its licence, and the page holds the notice of the first in its text."""
    vendor = files("extractor.outputs") / "web" / "vendor"
    names = {entry.name for entry in vendor.iterdir()}
    assert {"cytoscape.LICENSE", "cytoscape-dagre.LICENSE", "dagre.LICENSE"} <= names
    assert all("Permission is hereby granted" in (vendor / n).read_text() for n in names if n.endswith(".LICENSE"))
    assert "The Cytoscape Consortium" in text_of(retail())
