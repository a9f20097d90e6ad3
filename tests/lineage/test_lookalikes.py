"""Texts that look like what a rule rewrites, and what such a rule must not give away."""

from __future__ import annotations

import pytest

import dialects
from extractor import Lineage, extract_lineage
from extractor.statements.batch_scope import pieces
from extractor.statements.redact import redact


def _columns(lineage: Lineage) -> set[str]:
    return {
        f"{e.source_table}.{e.source_column} > {e.target_column}".lower() for e in lineage.columns if e.kind == "direct"
    }


@pytest.mark.parametrize(
    ("value", "columns"),
    [
        ("LAST_DAY(DATE)", set()),
        ("MAX(NUMBER)", {"t.number > v"}),
        ("t.hired(DATE)", {"t.hired > v"}),
        ("hired (DATE)", {"t.hired > v"}),
        ("SUM(paid)(BIGINT)", {"t.paid > v"}),
        ("CASE WHEN (DATE) > 1 THEN a END", {"t.a > v"}),
    ],
)
def test_teradata_converts_columns_and_calls_functions_of_today(value: str, columns: set[str]) -> None:
    """A type in brackets converts the value before it, but what a function is given is no conversion."""
    sql = f"INSERT INTO x (v) SELECT {value} AS v FROM t"
    assert _columns(extract_lineage(sql, dialect="teradata")) == columns


@pytest.mark.parametrize(
    ("value", "columns"),
    [
        ("a.upper()", {"t.a > v"}),
        ("a.string_split(' ')", {"t.a > v"}),
        ("sales.rate(a)", {"t.a > v"}),
        ("lake.sales.rate(a)", {"t.a > v"}),
    ],
)
def test_duckdb_macro_in_a_schema_is_no_method_of_a_column(value: str, columns: set[str]) -> None:
    """Only a function that DuckDB has itself tells that a column stands before it."""
    assert _columns(extract_lineage(f"INSERT INTO x (v) SELECT {value} AS v FROM t", dialect="duckdb")) == columns


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("jdbc:oracle:thin:scott/tiger@//h:1521/s", "jdbc:oracle:thin://h:1521/s"),
        ("jdbc:oracle:thin:@h:1521:s", "jdbc:oracle:thin:@h:1521:s"),
        ("jdbc:db2://h:50000/d:password=tiger;user=scott;", "jdbc:db2://h:50000/d"),
        ("jdbc:teradata://h/DATABASE=d,USER=scott,PASSWORD=tiger", "jdbc:teradata://h"),
        ("jdbc:postgresql://scott:tiger@h/d?password=tiger", "jdbc:postgresql://h/d"),
        ("jdbc:mysql://h1:3306,h2:3306/d", "jdbc:mysql://h1:3306,h2:3306/d"),
    ],
)
def test_who_logs_in_to_a_jdbc_source_is_not_in_its_name(url: str, place: str) -> None:
    """The name of a table behind JDBC has the place alone, in the spellings of all vendors."""
    lineage = extract_lineage(f"CREATE TABLE j USING jdbc OPTIONS (url '{url}', dbtable 'a.b')", dialect="spark")
    assert [str(table) for table in lineage.sources] == [f"{place}/a.b"]


@pytest.mark.parametrize(
    ("dialect", "sql"),
    [
        ("postgres", "INSERT INTO x SELECT a FROM dblink('conn', 'SELECT a FROM t') AS r (a int)"),
        ("clickhouse", "ALTER TABLE t FETCH PARTITION '2024' FROM '/clickhouse/tables/1/u'"),
    ],
)
def test_rows_of_another_server_without_a_name_are_counted_as_unresolved(dialect: str, sql: str) -> None:
    """Data moves, from where the text does not tell."""
    assert [one.outcome for one in extract_lineage(sql, dialect=dialect).statements] == ["unresolved"]


@pytest.mark.parametrize(
    ("value", "columns"),
    [
        ("WITH(a AS t.b + 1, c AS a * d, [a, c])", {"t.b > v", "t.d > v"}),
        ("WITH(a AS b, WITH(c AS a, c + a.e))", {"t.b > v"}),
        ("'WITH(a AS b, a)'", set()),
    ],
)
def test_bigquery_expression_with_names_of_its_own_reads_columns_alone(value: str, columns: set[str]) -> None:
    """Its names are no columns, and what they stand for flows."""
    assert _columns(extract_lineage(f"INSERT INTO x (v) SELECT {value} AS v FROM t", dialect="bigquery")) == columns


def test_names_in_a_query_within_such_an_expression_are_left_alone() -> None:
    """There a name may be a column of the query, so that no edge is given."""
    sql = "INSERT INTO x (v) SELECT WITH(a AS b, (SELECT MAX(a) FROM u)) AS v FROM t"
    assert not extract_lineage(sql, dialect="bigquery").columns


def test_declarations_of_snowflake_go_with_their_block_and_no_further() -> None:
    """Each DECLARE and its block are one piece, and statements around them are their own."""
    sql = "SELECT 1; DECLARE a INT; b INT; BEGIN SELECT 2; END; SELECT 3;"
    assert [piece.text.split()[0] for piece in pieces(sql, dialects.get("snowflake"))] == [
        "SELECT",
        "DECLARE",
        "SELECT",
    ]


@pytest.mark.parametrize("dialect", ["teradata", "db2", "mysql"])
def test_a_variable_of_the_client_is_no_name_where_names_may_begin_with_a_dollar_sign(dialect: str) -> None:
    """``${v}`` in the place of a value leaves the statement's tables as they are."""
    lineage = extract_lineage("INSERT INTO x SELECT $a FROM $t WHERE b = ${v}", dialect=dialect)
    assert [str(table).lower() for table in lineage.sources] == ["$t"]


def test_copy_of_psql_is_a_copy_from_or_to_the_file_that_it_names() -> None:
    r"""``\copy`` ends with its line; what names no file stays a line for the client."""
    sql = (
        "\\copy (SELECT a FROM t WHERE b = ')') TO 'o.csv' CSV HEADER\n\\copy s.u (a) FROM data/u.csv CSV\n"
        "\\copy s.w FROM STDIN\n\\.\nINSERT INTO x SELECT '\n\\copy y FROM z' AS a FROM v;"
    )
    lineage = extract_lineage(sql, dialect="postgres")
    edges = {(str(e.source), str(e.target)) for e in lineage.tables}
    assert edges == {("t", "o.csv"), ("data/u.csv", "s.u"), ("v", "x")}


def test_literals_of_a_copy_of_psql_are_masked_as_those_of_any_statement() -> None:
    r"""The query of ``\copy`` is SQL, whatever line it stands in."""
    text = redact("\\copy (SELECT a FROM t WHERE b = 'tiger') TO 'o'", dialects.get("postgres"), mask_literals=True)
    assert "tiger" not in text and text.startswith("COPY (SELECT a FROM t")  # noqa: PT018
