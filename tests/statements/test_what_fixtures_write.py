"""Nothing that the lineage engine finds edges in is set aside before it gets there."""

import pytest

from extractor.errors import StatementError
from extractor.lineage.model import Other, Read
from extractor.lineage.reading import outline
from extractor.statements import StatementClass, classify, may_matter, may_matter_in, pieces
from tests.lineage.cases import Case, cases

GO_ON = {StatementClass.WRITES, StatementClass.SESSION}
CASES = list(cases())


@pytest.mark.parametrize("case", [pytest.param(c, id=c.name) for c in CASES if c.expected.get("targets")])
def test_a_fixture_with_targets_goes_on_to_the_parser(case: Case) -> None:
    """The first look lets the text pass, and one of its statements at least writes or changes the session."""
    assert may_matter(case.sql)
    assert may_matter_in(case.sql, case.rules)
    assert GO_ON.intersection(classify(piece.text, case.rules) for piece in pieces(case.sql, case.rules))


def test_a_statement_that_is_set_aside_neither_writes_nor_changes_the_session() -> None:
    """The parser, asked all the same, finds a query or nothing in it; or it cannot read it."""
    for case in CASES:
        for piece in pieces(case.sql, case.rules):
            if classify(piece.text, case.rules) in GO_ON:
                continue
            try:
                found = outline(piece.text, case.rules).statements
            except StatementError:
                continue
            assert {type(statement) for statement in found} <= {Read, Other}, (case.name, piece.text)
