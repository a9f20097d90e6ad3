"""Fingerprints: what shares one, and what never does."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqltexts import every_dialect, texts

import dialects
from extractor.statements import fingerprint

NOISE = [" ", "\n", "\t ", "  \r\n", ' -- it\'s; "a"\n', " /* copy '; */ ", "/*+ hint */"]
TEXTS = ["'a'", "'it''s; --'", "''", "'2024-01-01'", "'/*'", "N'x'"]
NUMBERS = ["1", "0", "42.5", "1e9", "123456789", ".5"]
FOLDING = st.sampled_from([d for d in map(dialects.get, dialects.names()) if d.name != "clickhouse"])
EVERY = st.sampled_from([dialects.get(name) for name in dialects.names()])


def same(dialect: str, *sqls: str) -> bool:
    """Whether all texts have one fingerprint."""
    return len({fingerprint(sql, dialects.get(dialect)) for sql in sqls}) == 1


def tokens_of(table: str, column: str, text: str, number: str) -> list[str]:
    """A statement, token by token."""
    return [
        "insert",
        "into",
        "dst",
        "(",
        "a",
        ",",
        "b",
        ")",
        "select",
        "t",
        ".",
        column,
        ",",
        "case",
        "when",
        "t",
        ".",
        "x",
        "=",
        text,
        "then",
        number,
        "else",
        text,
        "end",
        "as",
        "b",
        "from",
        table,
        "t",
        "where",
        "t",
        ".",
        "y",
        "in",
        "(",
        number,
        ",",
        number,
        ")",
        "and",
        "t",
        ".",
        "z",
        "like",
        text,
        "and",
        "w",
        ">",
        number,
    ]


@settings(max_examples=200, deadline=None)
@given(FOLDING, st.randoms(use_true_random=False))
def test_spacing_comments_case_and_literals_do_not_count(dialect, random):
    """A statement written with other blanks, comments, letters of keywords and literals keeps its fingerprint."""

    def written() -> str:
        parts = tokens_of("src", "c", random.choice(TEXTS), random.choice(NUMBERS))
        cased = [random.choice([part, part.upper()]) if part.isalpha() else part for part in parts]
        return "".join(part + random.choice(NOISE) for part in cased)

    first, second = written(), written()
    assert fingerprint(first, dialect) == fingerprint(second, dialect), (first, second)


@settings(max_examples=300, deadline=None)
@given(EVERY, st.tuples(*[st.sampled_from(["a", "b", "c1", "c2", "T", "x_1", "x_2", "d$1"])] * 4))
def test_other_names_give_another_fingerprint(dialect, names):
    """Statements over other tables or columns never share a fingerprint."""
    table, column, other_table, other_column = names
    first = " ".join(tokens_of(table, column, "'x'", "1"))
    second = " ".join(tokens_of(other_table, other_column, "'y'", "2"))
    equal = dialect.fold(table, False) == dialect.fold(other_table, False) and dialect.fold(
        column, False
    ) == dialect.fold(other_column, False)
    assert (fingerprint(first, dialect) == fingerprint(second, dialect)) == equal


@settings(max_examples=400, deadline=None)
@given(texts, every_dialect)
def test_any_text_has_a_fingerprint(sql, dialect):
    """Broken text never raises; the answer has 32 hexadecimal digits and is the same each time."""
    name = fingerprint(sql, dialect)
    assert len(name) == 32
    assert int(name, 16) >= 0
    assert name == fingerprint(sql, dialect)


@pytest.mark.parametrize(
    ("dialect", "first", "second"),
    [
        ("postgres", "insert into t values (1, 'a')", "insert into t values (2, null), (3, 'b'), (-4, default)"),
        ("postgres", "select a from t where x in (1)", "SELECT a FROM t WHERE x IN (1, 2, 3)"),
        ("postgres", "select a from t where (x, y) in ((1, 2))", "select a from t where (x,y) in ((1,2),(3,4))"),
        (
            "postgres",
            "delete from t where d < date '2024-01-01' and n = -1",
            "delete from t where d < DATE '2025-01-01' and n=5",
        ),
        ("postgres", "select a from t -- x\n", "select /*+ hint */ a /* /* nested */ */ from t;"),
        ("postgres", "update t set a = 'x' where b = 5.5", "update t set a='y' where b = .25"),
        ("postgres", "create table t as select 1 as a, x from s", "create table t as select 2 as a, x from s"),
        ("mysql", 'insert into t select "a", b from s', "insert into t select 'x', b from s"),
        ("bigquery", 'insert into t select "a", b from s', "insert into t select '''x''', b from s"),
        (
            "hive",
            "insert overwrite table t partition (ds='2024-01-01') select a from s",
            "insert overwrite table t partition (ds = '2024-01-02') select a from s",
        ),
        ("sqlserver", "insert into t select N'a', [b] from s", "insert into t select N'c', [B] from s"),
        ("snowflake", "insert into t select 'a\\'b', c from s", "insert into t select 'x', c from s"),
        ("snowflake", "select A from T", "select a from t"),
        ("clickhouse", "select a from t where x like 'b'", "SELECT a FROM t WHERE x LIKE 'c'"),
        ("oracle", "insert into t select q'[it's]', a from s", "insert into t select 'x', a from s"),
    ],
)
def test_trivial_variants_share_a_fingerprint(dialect, first, second):
    """Literals, lists of literals, comments, spacing and the case of names that fold do not count."""
    assert same(dialect, first, second)


@pytest.mark.parametrize(
    ("dialect", "first", "second"),
    [
        ("postgres", 'select a from "T"', 'select a from "t"'),
        ("postgres", 'select "a  b" from t', 'select "a b" from t'),
        ("postgres", 'select "a" "b" from t', 'select "a""b" from t'),
        ("clickhouse", "select a from T", "select a from t"),
        ("mysql", 'select a from `x"1"`', 'select a from `x"2"`'),
        ("bigquery", "select a from `p.d.t1`", "select a from `p.d.t2`"),
        ("bigquery", "select a from my-project-1.d.t", "select a from my-project-2.d.t"),
        ("hive", "select a from db.2019_sales", "select a from db.2020_sales"),
        ("postgres", "select a, b, sum(c) from t group by 1", "select a, b, sum(c) from t group by 2"),
        (
            "postgres",
            "select a, b from t group by f(a), 1 having x in (1)",
            "select a, b from t group by f(a), 2 having x in (1)",
        ),
        ("postgres", "insert into t select 1, a from s", "insert into t select 1, 2, a from s"),
        ("postgres", "copy t from 's3://a/b'", "copy t from 's3://a/c'"),
        ("redshift", "unload ('select a from t') to 's3://x'", "unload ('select a from u') to 's3://x'"),
        ("snowflake", "copy into t from @stage/2024/1.csv", "copy into t from @stage/2024/2.csv"),
        ("snowflake", "insert into t select $1 from @s/1.csv", "insert into t select $1 from @s/2.csv"),
        ("snowflake", "insert into t select $1 from @s", "insert into t select $2 from @s"),
        ("snowflake", "insert into t select a from identifier('x')", "insert into t select a from identifier('y')"),
        (
            "postgres",
            "create view v as select query_to_xml('table a', true, true, '') as d",
            "create view v as select query_to_xml('table b', true, true, '') as d",
        ),
        ("snowflake", "insert into t select a from table(x => 'a')", "insert into t select a from table(x => 'b')"),
        ("snowflake", "execute immediate 'insert into t select 1'", "execute immediate 'insert into u select 1'"),
        ("snowflake", "execute immediate $$ insert into t $$", "execute immediate $$ insert into u $$"),
        ("sqlserver", "exec sp_executesql N'insert into t select 1'", "exec sp_executesql N'insert into u select 1'"),
        ("sqlserver", "insert into t exec ('select 1 from a')", "insert into t exec ('select 1 from b')"),
        ("sqlserver", "select a as 'x' into t from s", "select a as 'y' into t from s"),
        ("sqlserver", "select a as N'x' into t from s", "select a as N'y' into t from s"),
        ("sqlserver", "select 'x' = a into t from s", "select 'y' = a into t from s"),
        ("sqlserver", "select a 'x' into t from s", "select a 'y' into t from s"),
        (
            "sqlserver",
            "select * from openquery(srv, 'select a from b')",
            "select * from openquery(srv, 'select a from c')",
        ),
        (
            "sqlserver",
            "select * into t from s pivot (sum(a) for b in ([x1])) p",
            "select * into t from s pivot (sum(a) for b in ([x2])) p",
        ),
        (
            "snowflake",
            "create table t as select * from s pivot (sum(a) for b in ('x'))",
            "create table t as select * from s pivot (sum(a) for b in ('y'))",
        ),
        (
            "bigquery",
            "select * from external_query('c', 'select a from b')",
            "select * from external_query('c', 'select a from d')",
        ),
        ("duckdb", "create table t as select * from 'a.csv'", "create table t as select * from 'b.csv'"),
        (
            "duckdb",
            "create table t as select * from read_parquet('a.parquet')",
            "create table t as select * from read_parquet('b.parquet')",
        ),
        ("duckdb", "insert into t select columns('a.*') from s", "insert into t select columns('b.*') from s"),
        (
            "trino",
            "create table t with (external_location = 's3://a') as select 1 a",
            "create table t with (external_location = 's3://b') as select 1 a",
        ),
        ("spark", "create table t using csv location '/a'", "create table t using csv location '/b'"),
        ("hive", "insert overwrite directory '/a' select x from t", "insert overwrite directory '/b' select x from t"),
        ("mysql", "select a into outfile '/a' from t", "select a into outfile '/b' from t"),
        (
            "postgres",
            "select * from dblink('c', 'select a from b') as x(a int)",
            "select * from dblink('c', 'select a from d') as x(a int)",
        ),
        ("postgres", "set search_path = 'a'", "set search_path = 'b'"),
        (
            "postgres",
            "create function f() returns int as $$ insert into a $$ language sql",
            "create function f() returns int as $$ insert into b $$ language sql",
        ),
        ("postgres", "select a from {{ ref('x') }}", "select a from {{ ref('y') }}"),
        ("clickhouse", "insert into t select * from s3('a')", "insert into t select * from s3('b')"),
        (
            "postgres",
            "insert into t select v from lateral (values ('x', a), ('y', b)) q(n, v)",
            "insert into t select v from lateral (values ('x', a), ('y', c)) q(n, v)",
        ),
    ],
)
def test_what_may_differ_in_lineage_differs_in_fingerprint(dialect, first, second):
    """Names and the literals that name files, columns or text to run always count."""
    assert not same(dialect, first, second)


def test_the_dialect_is_part_of_the_fingerprint():
    """One text read by two dialects has two fingerprints."""
    assert fingerprint("select 1", dialects.get("postgres")) != fingerprint("select 1", dialects.get("mysql"))


def test_an_alias_of_a_dialect_gives_the_same_fingerprint():
    """``tsql`` and ``sqlserver`` are one dialect."""
    assert fingerprint("select 1", dialects.get("tsql")) == fingerprint("select 1", dialects.get("sqlserver"))


def test_very_long_statements_have_a_fingerprint_in_linear_work():
    """Literals, ordinals, aliases in quotes and brackets by the ten thousand come to an end."""
    for part in ("a as 'x', ", "group by 1 ", "f('x'), ", "over (order by a), ", "(1, 'b'), ", "(", "'", "values (1)"):
        for name in ("postgres", "sqlserver", "oracle"):
            assert len(fingerprint("insert into t select " + part * 30_000, dialects.get(name))) == 32
