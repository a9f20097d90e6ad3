"""Conditions over very many columns give no flood of edges, and the report says so."""

from extractor import extract_lineage
from extractor.sessions.edges import MAX_INDIRECT


def grouped(width: int) -> str:
    """A load whose every column is selected and grouped by."""
    listed = ", ".join(f"c{n}" for n in range(width))
    return f"INSERT INTO wide ({listed}) SELECT {listed} FROM narrow GROUP BY {listed}"


def test_too_many_indirect_edges_are_left_out_and_told() -> None:
    """Direct edges, and the edge between the tables, stay; a line of the report has the numbers."""
    (statement,) = extract_lineage(grouped(500)).statements
    assert len(statement.columns) == 500
    assert [edge.kind for edge in statement.tables] == ["direct"]
    (note,) = statement.notes
    assert "500 columns decide about the rows of 500 columns" in note
    assert str(MAX_INDIRECT) in note


def test_as_many_as_may_be_are_given() -> None:
    """Below the limit every deciding column leads to every column that it does not feed."""
    (statement,) = extract_lineage(grouped(40)).statements
    assert len([edge for edge in statement.columns if edge.kind == "indirect"]) == 40 * 39
    assert statement.notes == ()
