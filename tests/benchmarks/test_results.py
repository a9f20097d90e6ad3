"""The tables of results, and the corpora that they speak of."""

from __future__ import annotations

import sys

import pytest

import dialects
from benchmarks import corpus
from benchmarks.measure import ROOT, Spread, measure
from benchmarks.results import Table, document, figure, ratio, share


def test_a_document_holds_every_table_with_versions_and_machine():
    """Cells are escaped, notes stand below, and nothing of the machine but its kind is told."""
    tables = [Table("Speed", ["tool", "ms"], [["a|b", "1"], ["c", "2"]], "A note."), Table("Memory", ["x"], [])]
    text = document(tables, {"pure": "sqlglot 30"}, "In turns.", "make bench")
    assert "## Speed\n\n| tool | ms |\n| --- | --- |\n| a\\|b | 1 |\n| c | 2 |\n\nA note.\n" in text
    assert "## Memory" in text
    assert "- pure: sqlglot 30" in text
    assert " cores, " in text


def test_a_row_of_another_width_is_an_error():
    """A forgotten cell is not written down as a shifted one."""
    with pytest.raises(ValueError, match="1 cells under 2 headings"):
        Table("t", ["a", "b"], [["1"]]).markdown()


def test_a_figure_shows_its_spread():
    """Middle, lowest and highest; a share below one is never shown as one."""
    assert figure(Spread.of([1.0, 3.0, 2.0]), 1) == "2.0 (1.0-3.0)"
    assert figure(Spread.of([2.0])) == "2.00"
    assert ratio(Spread.of([40.0, 42.0])) == "41.0 (40.0-42.0) ×"
    assert (share(1.0), share(0.99999), share(0.5)) == ("1.0000", "0.9999", "0.5000")


def test_a_command_is_measured_with_its_children():
    """CPU time and memory of a process that the command starts are in the figures."""
    child = "x = bytearray(60_000_000); sum(i for i in range(3_000_000))"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}], check=True); print('said')"
    used = measure([sys.executable, "-c", code])
    assert (used.code, used.output) == (0, "said\n")
    assert used.cpu_s > 0.02
    assert used.parent_mb > 1
    if sys.platform == "linux":
        assert used.child_mb > 50


def test_statements_come_from_folders_named_for_dialects(tmp_path):
    """Each statement of a file counts once, with the tables of the schema that it names."""
    (tmp_path / "snowflake").mkdir()
    (tmp_path / "snowflake" / "a.sql").write_text("select a from t;\nselect a from t;\nselect b from u")
    schema = tmp_path / "schema.json"
    schema.write_text('{"s.t": ["a"], "s.u": ["b"]}')
    found = corpus.from_files([tmp_path], dialect=None, schema_file=schema)
    assert [(s.text, s.dialect, dict(s.schema)) for s in found] == [
        ("select a from t", "snowflake", {"s.t": ("a",)}),
        ("select b from u", "snowflake", {"s.u": ("b",)}),
    ]
    with pytest.raises(dialects.UnknownDialect, match="no folder of its path"):
        corpus.from_files([ROOT / "README.md"], dialect=None, schema_file=None)


def test_fixtures_and_generated_loads_are_distinct_single_statements():
    """All fixtures of one statement are taken, and a seed gives the same loads again."""
    fixtures = corpus.fixtures()
    assert len(fixtures) == len({(s.dialect, s.text) for s in fixtures}) > 200
    loads = corpus.generated(20)
    assert loads == corpus.generated(20)
    assert len({s.text for s in loads}) == 20
    assert all(s.schema and "{" not in s.text for s in loads)
