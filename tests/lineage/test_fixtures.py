"""Every SQL fixture gives exactly the lineage written beside it."""

import pytest

from tests.lineage.cases import Case, cases, columns_of, tables_of

CASES = list(cases())


@pytest.mark.parametrize("case", CASES, ids=[c.name for c in CASES])
def test_a_fixture_gives_the_tables_and_columns_that_are_written_beside_it(case: Case) -> None:
    """Sources, targets, direct column edges and outcomes equal the expectation."""
    lineage = case.run()
    expected = case.expected
    own = set(expected.get("targets", []))
    assert tables_of(lineage.sources) - own == set(expected.get("sources", [])) - own
    assert tables_of(lineage.targets) == own
    assert columns_of(lineage) == set(expected.get("columns", []))
    if "indirect" in expected:
        assert columns_of(lineage, "indirect") == set(expected["indirect"])
    if "outcomes" in expected:
        assert [s.outcome.value for s in lineage.statements] == expected["outcomes"]


def test_no_edge_ends_on_a_name_that_the_statement_itself_defines() -> None:
    """CTEs and aliases are never sources: every source is in the fixture's expectation."""
    for case in CASES:
        known = set(case.expected.get("sources", [])) | set(case.expected.get("targets", []))
        found = tables_of(case.run().sources)
        assert found <= known, case.name


def test_every_edge_has_a_confidence_and_a_reason() -> None:
    """Confidence is within 0..1 and the reason is never empty."""
    for case in CASES:
        lineage = case.run()
        for edge in (*lineage.tables, *lineage.columns):
            assert 0 < edge.confidence <= 1
            assert edge.reason
