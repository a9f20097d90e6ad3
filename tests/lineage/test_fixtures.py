"""Every SQL fixture gives exactly the lineage written beside it."""

from pathlib import Path

import pytest

from tests.lineage.cases import Case, WrongFixture, cases, columns_of, expectation, tables_of

CASES = list(cases())


def _parameter(case: Case) -> object:
    marks = [pytest.mark.xfail(reason=case.known_miss, raises=AssertionError)] if case.known_miss else []
    return pytest.param(case, id=case.name, marks=marks)


@pytest.mark.parametrize("case", [_parameter(c) for c in CASES])
def test_a_fixture_gives_the_tables_and_columns_that_are_written_beside_it(case: Case) -> None:
    """Sources, targets, direct column edges and outcomes equal the expectation; a known miss does not."""
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
    for case in (c for c in CASES if not c.known_miss):
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


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("target: [t]", "unknown: target"),
        ("targets: t", "targets is no list of texts"),
        ("targets: [t]\nsources: [s]\ntargets: [u]", "'targets' is given twice"),
        ("columns: [s.a -> t.a]", "columns has no"),
        ("feature: [cte, tce]", "not in features.yml: tce"),
        ("schema: [t]", "schema is no mapping"),
        ("known_miss:", "known_miss is no text"),
        ("- t", "no mapping"),
        ("targets: [", "expected"),
    ],
)
def test_what_the_format_does_not_know_is_refused_with_the_name_of_the_file(
    tmp_path: Path, text: str, problem: str
) -> None:
    """A key or value that nobody reads would be an expectation that nobody checks."""
    path = tmp_path / "some_case.yml"
    path.write_text(text)
    with pytest.raises(WrongFixture, match=r"some_case\.yml") as caught:
        expectation(path)
    assert problem in str(caught.value)
