"""Lines for the engines' own clients stand between statements and are none."""

import pytest

import dialects
import extractor
from extractor.statements import split


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("sqlserver", ":setvar db sales\n:on error exit\nA1\nGO\n:r other.sql\n!! dir\nA2\nGO"),
        ("hive", "!connect jdbc:hive2://h:1/d\nA1;\n!sh ls -l\nsource /etl/other.hql;\nA2;\n"),
        ("snowflake", "!set variable_substitution=true\nA1;\nA2;\n!exit"),
        ("hana", "\\c -n host:1 -u x\nA1;\nA2;\n\\q"),
        ("duckdb", ".mode csv\nA1;\n.read other.sql\nA2;"),
        ("mysql", "source /etl/first.sql\nA1\\G\n\\. second.sql\nA2\\g"),
        ("clickhouse", "A1\\G\nA2"),
        ("netezza", "\\set ON_ERROR_STOP\nA1;\n\\i x.sql\nA2;\n\\q"),
        ("teradata", ".LOGON h/u\nA1;\n.IF ERRORCODE <> 0 THEN .QUIT\nA2;"),
        ("oracle", "SET ECHO ON\nA1;\n@other.sql\nA2\n/\n"),
        ("db2", "--#SET TERMINATOR @\nA1@\nA2@"),
    ],
)
def test_lines_for_the_client_are_set_aside(dialect: str, text: str) -> None:
    """What remains are the two statements, whole."""
    inserts = {"A1": "INSERT INTO t1 SELECT a FROM s1", "A2": "INSERT INTO t2 SELECT b FROM s2"}
    for name, statement in inserts.items():
        text = text.replace(name, statement)
    assert [piece.text.rstrip(";") for piece in split(text, dialects.get(dialect))] == list(inserts.values())


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("hive", "INSERT INTO t SELECT a FROM s WHERE\n!isnull(a)"),
        ("mysql", "INSERT INTO t SELECT '\\G', a FROM\n  source s"),
        ("snowflake", "INSERT INTO t SELECT a FROM s WHERE a\n!= 3"),
        ("sqlserver", "INSERT INTO t SELECT a FROM s WHERE a\n!= 3"),
    ],
)
def test_what_only_looks_like_one_is_part_of_the_statement(dialect: str, text: str) -> None:
    """An operator, a string or a table's name at the beginning of a line."""
    assert [piece.text for piece in split(text, dialects.get(dialect))] == [text]


@pytest.mark.parametrize("name", ["$(db).dbo.s", "[$(db)].dbo.s", "dbo.$(s)"])
def test_a_variable_of_sqlcmd_in_a_name_leaves_it_unresolved(name: str) -> None:
    """The text does not say what it holds, so there is no edge; in a value it is of no account."""
    found = extractor.extract_lineage(f"INSERT INTO dbo.t SELECT a FROM {name}", dialect="sqlserver")
    assert [statement.outcome.value for statement in found.statements] == ["unresolved"]
    found = extractor.extract_lineage("INSERT INTO dbo.t SELECT a FROM dbo.s WHERE d = $(day)", dialect="sqlserver")
    assert [str(table) for table in found.sources] == ["dbo.s"]
