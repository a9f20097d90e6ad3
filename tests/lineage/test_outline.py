"""Outlines: compact, picklable, free of the parser, and bounded."""

import pickle
import subprocess
import sys

import pytest

import dialects
from extractor.errors import LineageError, NotParsed, StateError, TooLarge, Unsupported
from extractor.lineage import dump, load, outline
from extractor.lineage.model import NO_FLOW, Other, Write
from extractor.models import QueryRecord
from extractor.schemas import DictSchema
from extractor.sessions import Sessions
from extractor.statements import split
from tests.lineage.cases import Case, cases


def test_outlines_survive_being_stored() -> None:
    """What was dumped is loaded back equal, for every fixture."""
    for case in cases():
        dialect = dialects.get("" if case.dialect == "ansi" else case.dialect)
        for text in filter(str.strip, case.sql.split(";\n")):
            try:
                found = outline(text, dialect)
            except (NotParsed, Unsupported):
                continue
            assert load(dump(found)) == found
            assert pickle.loads(pickle.dumps(found)) == found


def test_a_stored_outline_gives_the_lineage_of_a_fresh_one() -> None:
    """Nothing in binding depends on more than what is stored: a night that parses nothing derives the same edges."""
    for case in cases():
        rules = dialects.get("" if case.dialect == "ansi" else case.dialect)
        fresh, stored = _sessions(case, rules), _sessions(case, rules)
        for number, piece in enumerate(split(case.sql, rules)):
            try:
                found = outline(piece.text, rules)
            except LineageError:
                continue
            record = QueryRecord(piece.text)
            assert stored.apply(record, str(number), load(dump(found))) == fresh.apply(record, str(number), found), case


def _sessions(case: Case, rules: dialects.Dialect) -> Sessions:
    return Sessions(
        rules,
        schema=DictSchema(case.expected.get("schema") or {}, rules),
        default_database=case.expected.get("default_database"),
        default_schema=case.expected.get("default_schema"),
    )


def test_damaged_bytes_are_refused() -> None:
    """Bytes of another version or shape raise StateError, they never give a wrong outline."""
    data = dump(outline("select a from t", dialects.get("postgres")))
    for bad in (b"", b"9\n[]", data[:-3], b"1\n[99, 1]", b'1\n"text"'):
        with pytest.raises(StateError):
            load(bad)


def test_text_that_is_no_sql_is_not_parsed() -> None:
    """The parser's refusal is named, with the place."""
    with pytest.raises(NotParsed, match="PostgreSQL"):
        outline("insert into from where", dialects.get("postgres"))


def test_a_command_the_parser_keeps_as_text_is_unsupported() -> None:
    """It never passes as a statement without lineage."""
    with pytest.raises(Unsupported):
        outline("create text search dictionary d (template = simple)", dialects.get("postgres"))


def test_what_is_prepared_is_read() -> None:
    """PREPARE gives the lineage of the statement that it names, with or without types."""
    rules = dialects.get("postgres")
    for head in ("prepare p(int, numeric(5, 2)) as", "PREPARE p AS"):
        (found,) = outline(f"{head} insert into d select x, $1 from a", rules).statements
        (plain,) = outline("insert into d select x, $1 from a", rules).statements
        assert found == plain


def test_deep_nesting_is_too_large() -> None:
    """Depth is measured before parsing; the limit is an argument."""
    text = "select " + "(" * 200 + "a" + ")" * 200 + " from t"
    with pytest.raises(TooLarge):
        outline(text, dialects.get("postgres"))
    with pytest.raises(TooLarge):
        outline("select ((a)) from t", dialects.get("postgres"), max_nesting=1)


def test_a_statement_of_a_body_that_cannot_be_read_costs_itself() -> None:
    """The other statements of the routine are there, and the bad one has its own outcome."""
    text = "create procedure p() begin insert into t (a) select x from s; insert into from; delete from u; end"
    found = outline(text, dialects.get("mysql")).statements
    assert [s.__class__ for s in found] == [Write, Other, Write]
    assert found[1].outcome == "not parsed"


def test_the_routine_is_named() -> None:
    """An outline of a routine carries its name as it is written."""
    text = "create procedure sales.load_all() begin delete from t; end"
    assert outline(text, dialects.get("mysql")).procedure == (("sales", False), ("load_all", False))


def test_long_chains_cost_no_depth() -> None:
    """Thousands of UNION branches or OR conditions are walked with a loop."""
    union = " union all ".join(f"select a{i} as a from t" for i in range(600))
    assert len(outline(union, dialects.get("postgres")).statements) == 1
    condition = " or ".join(f"a = {i}" for i in range(600))
    assert len(outline(f"select a from t where {condition}", dialects.get("postgres")).statements) == 1


def test_binding_needs_no_parser() -> None:
    """The sessions and the binding can be imported without sqlglot."""
    code = "import sys, extractor.sessions, extractor.lineage; print('sqlglot' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_stored_star_has_no_flow_beside_it() -> None:
    """What reads nothing is the same object after reading back, since the binder tells a star from a row by it."""
    found = outline("insert into t select * from s", dialects.get("postgres"))
    (write,) = load(dump(found)).statements
    assert isinstance(write, Write)
    assert write.query.projections[0].flow is NO_FLOW
    assert write.query.filters is NO_FLOW
