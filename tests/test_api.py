"""The library call."""

import subprocess
import sys

import pytest

import extractor
from dialects import UnknownDialect
from extractor import Outcome


def test_importing_the_package_loads_no_parser() -> None:
    """The public names are loaded when they are used."""
    code = "import sys, extractor; print(sorted(m for m in sys.modules if m.startswith(('sqlglot', 'extractor.'))))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_public_names_are_all_there() -> None:
    """Every name of __all__ can be used, and no other one."""
    assert all(getattr(extractor, name) for name in extractor.__all__)
    with pytest.raises(AttributeError):
        extractor.anything_else  # noqa: B018 - the look-up itself is what fails


def test_a_bare_select_has_edges_without_a_target() -> None:
    """Reads say what they read."""
    lineage = extractor.extract_lineage("select a from t", dialect="postgres")
    assert [(str(e.source), e.target) for e in lineage.tables] == [("t", None)]
    assert lineage.statements[0].outcome is Outcome.READ_ONLY


def test_one_bad_statement_costs_itself() -> None:
    """The others of the text have their lineage; the bad one its outcome and reason."""
    lineage = extractor.extract_lineage("insert into from;\ncreate table t as select a from s;", dialect="postgres")
    assert [s.outcome for s in lineage.statements] == [Outcome.NOT_PARSED, Outcome.LINEAGE]
    assert lineage.statements[0].reason
    assert [str(t) for t in lineage.targets] == ["t"]


def test_a_lone_temporary_table_is_an_end() -> None:
    """Of a single statement nobody knows the session, so its target is shown."""
    lineage = extractor.extract_lineage("create temp table t as select a from s", dialect="postgres")
    assert [str(t) for t in lineage.targets] == ["t"]


def test_names_come_out_in_full_and_keep_their_spelling() -> None:
    """Defaults stand in front; identity is folded, the parts are as written."""
    lineage = extractor.extract_lineage(
        'select a from "MixedCase"', dialect="snowflake", default_database="db", default_schema="sc"
    )
    (source,) = lineage.sources
    assert str(source) == "db.sc.MixedCase"
    assert source.identity == ("DB", "SC", "MixedCase")


def test_an_unknown_dialect_is_an_error_of_the_caller() -> None:
    """The message lists what is known."""
    with pytest.raises(UnknownDialect):
        extractor.extract_lineage("select 1", dialect="no such engine")


def test_the_schema_may_list_columns_without_types() -> None:
    """A mapping or a plain sequence of columns will do."""
    lineage = extractor.extract_lineage("select * from t", dialect="postgres", schema={"t": ["a", "b"]})
    assert [e.source_column for e in lineage.columns] == ["a", "b"]


def test_origins_count_lines_within_the_record() -> None:
    """A statement's line is the record's first line plus its own."""
    record = extractor.QueryRecord(
        "select 1;\n\ncreate table t as select a from s", origin=extractor.Origin("x.sql", 10)
    )
    lineage = extractor.extract_lineage([record], dialect="postgres")
    assert [str(s.origin) for s in lineage.statements] == ["x.sql:10", "x.sql:12"]


def test_dynamic_sql_finds_variables_set_earlier_in_its_batch() -> None:
    """T-SQL: DECLARE, SET and EXEC stand in statements of their own; GO ends what a variable is known for."""
    text = "declare @q nvarchar(99) = N'insert into dbo.t (a) '; set @n = 1; exec (@q + N'select b from dbo.s');"
    lineage = extractor.extract_lineage(text, dialect="sqlserver")
    assert [(str(e.source), str(e.target)) for e in lineage.tables] == [("dbo.s", "dbo.t")]
    other = extractor.extract_lineage("declare @q nvarchar(9) = N'x';\nGO\nexec (@q)", dialect="sqlserver")
    assert other.statements[-1].outcome is Outcome.DYNAMIC
