"""The parser behind its adapter: failures in words, and what the pre-passes make readable."""

import contextlib
import logging
import subprocess
import sys

import pytest

import dialects
from dialects import ParseFailure
from dialects.sqlglot_adapter import parse
from dialects.version import engine_version


def tree(sql, dialect):
    """The one tree of a text."""
    (found,) = parse(sql, dialects.get(dialect))
    return found


@pytest.mark.parametrize(
    ("dialect", "sql", "plain"),
    [
        (
            "netezza",
            "create table a..b as select x from c.d.e distribute on (x, y) organize on (x)",
            "create table a..b as select x from c.d.e",
        ),
        ("netezza", "create temp table t (a byteint) distribute on random", "create temp table t (a smallint)"),
        ("netezza", "select a from x minus select a from y", "select a from x except select a from y"),
        (
            "netezza",
            "create external table '/x' using (delimiter ',') as select a from t",
            "copy (select a from t) to '/x'",
        ),
        (
            "netezza",
            "create external table e sameas t using (dataobject ('/x'))",
            "create external table e (like t) location '/x'",
        ),
        ("netezza", "create external table e sameas t using (delim ',')", "create table e (like t)"),
        ("netezza", "insert into t select * from external '/x' sameas t using (delim ',')", "copy t from '/x'"),
        (
            "netezza",
            "insert into t select a from external '/x' (a int) using (delim ',') where a > 1",
            "insert into t select a from read_files('/x') where a > 1",
        ),
        ("netezza", "\\c PLANNING", "use database PLANNING"),
        ("postgres", '\\connect "My Db" user', 'use database "My Db"'),
        ("postgres", "\\c 'host=h dbname=wh user=u'", "use database wh"),
        ("netezza", "drop table t if exists", "drop table if exists t"),
        ("greenplum", "create table t as select a from b distributed randomly", "create table t as select a from b"),
        (
            "greenplum",
            "create table t (a int) distributed by (a) partition by range (a) (start (1) end (2))",
            "create table t (a int)",
        ),
        (
            "vertica",
            "create table t as select a from b segmented by hash(a) all nodes ksafe 1",
            "create table t as select a from b",
        ),
        (
            "vertica",
            "create local temp table t on commit preserve rows as select a from b",
            "create temporary table t as select a from b",
        ),
        (
            "vertica",
            "export to parquet (directory = '/x') over (order by a) as select a from b",
            "copy (select a from b) to '/x'",
        ),
        ("redshift", "merge into t using s on t.a = s.a remove duplicates", "insert into t select * from s"),
        ("postgres", "explain analyze verbose insert into t select a from b", "insert into t select a from b"),
        ("postgres", "explain (analyze, buffers) delete from t", "delete from t"),
        ("mysql", "/*!50001 create view v as select a from b */", "create view v as select a from b"),
        ("mysql", "insert low_priority into t select a from b", "insert into t select a from b"),
        ("oracle", "create table t parallel 4 nologging as select a from b", "create table t as select a from b"),
        ("teradata", "locking table b for access insert into t sel a from b", "insert into t sel a from b"),
        ("teradata", "insert into t sel a (named c), d (title 'D') from b", "insert into t sel a as c, d from b"),
        (
            "db2",
            "insert into t select current date - 1 day, a from b with ur",
            "insert into t select current_date - 1, a from b",
        ),
        (
            "db2",
            "declare global temporary table session.t as (select a from b) definition only",
            "create temporary table session.t as (select a from b) with no data",
        ),
        ("db2", "select a from final table (insert into t select b from c)", "insert into t select b from c"),
        ("hana", "upsert t select a from b with primary key", "insert into t select a from b"),
        (
            "hana",
            "create local temporary column table #t as (select a from b)",
            'create temporary table "#T" as (select a from b)',
        ),
        ("ase", "insert t select a from b (index ix) at isolation 0", "insert t select a from b"),
        ("sqlserver", "insert into t with (tablock) select a from b", "insert into t select a from b"),
        ("sqlserver", "delete from x from t x join s on x.a = s.a", "delete x from t x join s on x.a = s.a"),
        ("impala", "upsert into table t select a from b", "insert into t select a from b"),
    ],
)
def test_what_the_parser_cannot_read_becomes_what_it_can(dialect, sql, plain):
    """A statement in the engine's own words gives the tree of its plain equivalent."""
    assert tree(sql, dialect) == tree(plain, dialect)


@pytest.mark.parametrize("dialect", dialects.names())
def test_every_dialect_parses_plain_statements(dialect):
    """The statements that all engines share give one tree each; empty ones give none."""
    found = parse(
        "insert into t (a) select b from s where c = 'x'; ; create view v as select a from t;", dialects.get(dialect)
    )
    assert [type(tree).__name__ for tree in found] == ["Insert", "Create"]


def test_a_rewrite_leaves_strings_comments_and_quoted_names_alone():
    """Words of a pattern count as words only."""
    sql = "select 'distribute on random' as a, \"MINUS\" from t -- minus select\n"
    assert dialects.get("netezza").prepare(sql, dialects.get("netezza").lexical) == sql


def test_a_failure_says_where_and_quotes_little():
    """The error names line and column and repeats at most one short token of the text."""
    secret = "x" * 500
    with pytest.raises(ParseFailure) as caught:
        parse(f"select a\nfrom b b2 where where '{secret}'", dialects.get("postgres"))
    assert caught.value.line == 2
    assert secret not in str(caught.value)
    assert len(str(caught.value)) < 250


@pytest.mark.parametrize(
    "sql",
    [
        "select a from b where where $${}$$",
        "select a from b $t${}$t$ from",
        "select a from b c {} e",
        "select 0 12{}",
        "set a to to @{}",
        "select a from b c [{}]",
        "create user u identified by {} by",
    ],
)
def test_a_failure_quotes_no_value(sql):
    """Literals in any quotes, numbers and words with digits stay out of the error."""
    secret = "Xy7Zq9"
    for dialect in ("postgres", "oracle", "sqlserver", "mysql", "snowflake"):
        try:
            parse(sql.format(secret), dialects.get(dialect))
        except ParseFailure as failure:
            assert secret not in str(failure)  # noqa: PT017 - not every engine refuses every text


@pytest.mark.parametrize("sql", ["select 'abc", 'select "abc', "select (1", "insert into", "/* a"])
def test_broken_text_fails_with_one_error_class(sql):
    """Unclosed quotes and brackets raise ParseFailure, or give no statement at all."""
    try:
        found = parse(sql, dialects.get("postgres"))
    except ParseFailure:
        found = []
    assert found == []


def test_deep_nesting_is_parsed_or_a_failure_of_the_statement():
    """Brackets by the hundred are parsed (compiled) or raise ParseFailure (pure), never an error of the interpreter."""
    trees: list[object] = []
    with contextlib.suppress(ParseFailure):
        trees = parse(f"select {'(' * 700}1{')' * 700}", dialects.get("postgres"))
    assert [tree.__class__.__name__ for tree in trees] in ([], ["Select"])


def test_the_parser_stays_silent(caplog, capfd):
    """What sqlglot logs about statements it falls back on reaches nobody."""
    with caplog.at_level(logging.DEBUG):
        parse("grant all on t to u; alter something odd", dialects.get("postgres"))
    assert caplog.records == []
    assert capfd.readouterr() == ("", "")


def test_the_version_names_parser_and_own_rules():
    """Cached results depend on both."""
    assert engine_version().startswith("sqlglot 3")
    assert "dialects" in engine_version()


def test_parsing_works_without_the_compiled_build():
    """With the pure build alone, the same statement gives the same text."""
    code = (
        "import sys, importlib.machinery as m\n"
        "class Pure:\n"
        "    @staticmethod\n"
        "    def find_spec(name, path=None, target=None):\n"
        "        if name.startswith('sqlglot.') and path:\n"
        "            return m.FileFinder(list(path)[0], (m.SourceFileLoader, ['.py'])).find_spec(name)\n"
        "        return None\n"
        "sys.meta_path.insert(0, Pure)\n"
        "import dialects, sqlglot.parser\n"
        "from dialects.sqlglot_adapter import parse\n"
        "tree, = parse('create table a..b as select x from c distribute on random', dialects.get('netezza'))\n"
        "print(sqlglot.parser.__file__.endswith('.py'), tree.sql('postgres'))\n"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    expected = tree("create table a..b as select x from c distribute on random", "netezza").sql("postgres")
    assert answer.stdout.strip() == f"True {expected}"
