"""What a statement is, before it is parsed."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqltexts import every_dialect, texts

import dialects
from extractor.statements import StatementClass, classify, may_matter, may_matter_in, pieces, split

WRITES, SESSION, READS, UTILITY, EMPTY = StatementClass

CASES = {
    WRITES: """
        postgres    insert into t select 1
        postgres    select a into b from c
        postgres    with d as (delete from t returning *) select * from d
        postgres    with x as (select 1) insert into t select * from x
        postgres    explain analyze insert into t select 1
        postgres    explain (analyze, buffers) create table t as select 1
        postgres    create temp table t as select 1
        postgres    create or replace view v as select 1
        postgres    create materialized view v as select 1
        postgres    create function f() returns int as $$ insert into t $$ language sql
        postgres    copy t from stdin
        postgres    alter table a rename to b
        postgres    drop table if exists t
        postgres    drop schema s cascade
        postgres    truncate t
        postgres    (with x as (select 1) insert into t select * from x)
        postgres    /* c */ -- d\\n insert into t select 1
        redshift    unload ('select 1') to 's3://x'
        snowflake   alter table a swap with b
        snowflake   create database d clone e
        snowflake   copy into @s from t
        snowflake   undrop table t
        teradata    ins t (1)
        teradata    upd t set a = 1
        teradata    del from t
        teradata    locking row for access insert into t sel 1
        teradata    create volatile table t as (sel 1 as a) with data
        teradata    replace view v as sel 1
        hive        from a insert overwrite table b select x
        hive        load data inpath '/x' into table t
        bigquery    export data options(uri='x') as select 1
        bigquery    begin insert into t select 1; end
        sqlserver   exec p
        sqlserver   bulk insert t from 'x'
        sqlserver   if 1 = 1 begin insert into t select 1 end
        sqlserver   create external table t (a int) with (location = 'x')
        oracle      begin p; end
        oracle      rename a to b
        db2         declare global temporary table session.t (a int)
        db2         select a from final table (insert into t select 1)
        mysql       replace into t select 1
        mysql       /*!50001 create view v as select 1 */
        spark       cache table t as select 1
        clickhouse  exchange tables a and b
    """,
    SESSION: """
        sqlserver   use db
        sqlserver   set @x = (select 1)
        postgres    set search_path to a, b
        postgres    set local search_path = a
        postgres    reset search_path
        netezza     set catalog c
        netezza     \\c PLANNING
        postgres    \\connect "My Db" user host
        postgres    \\c postgresql://u@h:5432/wh
        netezza     set schema s
        oracle      alter session set current_schema = x
        teradata    database x
        snowflake   use schema a.b
        snowflake   set x = 'a'
        hive        set x=1
        trino       use a.b
        db2         set current schema = x
    """,
    READS: """
        postgres    select 1
        postgres    (select 1) union (select 2)
        postgres    with x as (select 1) select * from x
        postgres    select a from t for update
        postgres    select 'insert into t', "update" from t -- delete
        postgres    explain select 1
        postgres    explain insert into t select 1
        postgres    explain analyze select 1
        postgres    values (1)
        teradata    sel 1
        teradata    locking row for access sel 1
        mysql       show tables
        mysql       select "into" from t
        snowflake   describe table t
        snowflake   list @s
        duckdb      from t
        bigquery    select `update` from t # insert
    """,
    UTILITY: """
        postgres    begin
        postgres    begin isolation level serializable
        postgres    end
        postgres    commit
        postgres    grant select on t to u
        postgres    create index i on t (a)
        postgres    create user u
        postgres    drop index i
        postgres    alter user u set x = 1
        postgres    set statement_timeout = 5
        postgres    analyze t
        postgres    comment on table t is 'insert'
        sqlserver   begin tran
        sqlserver   set nocount on
        sqlserver   update statistics t
        sqlserver   print 'insert into t'
        netezza     groom table t versions
        netezza     generate statistics on t
        teradata    collect statistics on t
        teradata    bt
        impala      compute stats t
        snowflake   create warehouse w
        oracle      alter system flush shared_pool
    """,
    EMPTY: """
        postgres    -- nothing
        postgres    /* at all */
    """,
}


def cases():
    """(dialect, statement, class) of each line of the table."""
    for expected, lines in CASES.items():
        for line in lines.strip().splitlines():
            dialect, sql = line.split(maxsplit=1)
            yield pytest.param(dialect, sql.replace("\\n", "\n"), expected, id=line.strip())


@pytest.mark.parametrize(("dialect", "sql", "expected"), list(cases()))
def test_a_statement_has_the_class_of_what_it_does(dialect, sql, expected):
    """Writes, session effects, reads and utilities are told apart by their words."""
    assert classify(sql, dialects.get(dialect)) is expected


@pytest.mark.parametrize(("dialect", "sql", "expected"), list(cases()))
def test_nothing_that_writes_is_taken_for_harmless(dialect, sql, expected):
    """The prefilter keeps every statement that writes or changes the session."""
    if expected in (WRITES, SESSION):
        assert may_matter(sql)
        assert may_matter(f"select 1; {sql}")
        assert may_matter(f"  -- select 1\n{sql}")
        rules = dialects.get(dialect)
        assert may_matter_in(sql, rules)
        assert may_matter_in(f"select 1; {sql}", rules)


SOUP = st.lists(
    st.sampled_from(
        [
            "select a from t",
            "with x as (select 1)",
            "insert into t",
            "update",
            "(",
            ")",
            ";",
            "\n",
            "/*",
            "*/",
            "--",
            "'",
            '"',
            "exec p",
            "use db",
            "set @x = 1",
            "\nGO\n",
            "merge into t",
            "set search_path to x",
            "show",
            "explain",
            "analyze",
            "replace into t",
            "`",
            "$$",
        ]
    ),
    max_size=10,
)


@example(sql="sel\x08delete from t", dialect=dialects.get("sqlserver"))
@example(sql="select\ud800delete from t", dialect=dialects.get("sqlserver"))
@settings(max_examples=1000, deadline=None)
@given(st.sampled_from([" ", ""]).flatmap(lambda gap: SOUP.map(gap.join)) | texts, every_dialect)
def test_the_prefilter_never_hides_a_statement_that_counts(sql, dialect):
    """A record that is set aside without a dialect holds only reads and utilities in every dialect."""
    if not may_matter(sql):
        found = {classify(piece.text, dialect) for piece in split(sql, dialect)}
        assert WRITES not in found
        assert SESSION not in found


@example(sql="select 'a; update b'; -- insert into t", dialect=dialects.get("postgres"))
@example(sql="select 1 /* into */ ; select 2", dialect=dialects.get("mysql"))
@example(sql="select a from t select a from t", dialect=dialects.get("sqlserver"))
@settings(max_examples=1000, deadline=None)
@given(st.sampled_from([" ", ""]).flatmap(lambda gap: SOUP.map(gap.join)) | texts, every_dialect)
def test_the_second_look_hides_single_queries_alone(sql, dialect):
    """What is set aside with a dialect is one statement that only reads, or none; Transact-SQL needs no separators."""
    if not may_matter_in(sql, dialect):
        found = [classify(piece.text, dialect) for piece in pieces(sql, dialect)]
        counted = [c for c in found if c is not StatementClass.UTILITY]
        is_one = found == [StatementClass.READS] or not counted
        assert is_one or (dialect.lexical.blocks == "tsql" and set(counted) == {StatementClass.READS})


@pytest.mark.parametrize(
    "sql",
    [
        "select 1 where a = 'done; closed'",
        "-- refreshed by the update of the board\nselect a from t;",
        'select "into", replace(a, b, c) /* ; delete */ from t',
    ],
)
def test_words_in_strings_and_comments_do_not_count_in_the_second_look(sql):
    """Queries that the first look is unsure of are set aside where the dialect tells strings and comments."""
    assert may_matter(sql)
    assert not may_matter_in(sql, dialects.get("postgres"))
    assert may_matter_in(sql, dialects.get("sqlserver"))


@pytest.mark.parametrize(
    "sql",
    [
        "select 1",
        "SELECT created_at, updated_at, offset_x, user_id FROM settings;",
        "-- a comment\n/* another */ ( select a from t )",
        "with x as (select 1) select replace(a, 'b', 'c') from x",
        "show tables",
        "select count(*) from t where d > '2024-01-01' ; ; \n",
    ],
)
def test_plain_reads_are_set_aside_at_once(sql):
    """Queries without a word that writes do not matter, whatever parts of words they hold."""
    assert not may_matter(sql)


@pytest.mark.parametrize("sql", ["select a, use, rename from t", "explain select 1 from copy", "select 1\n/\n"])
def test_words_that_cannot_make_one_query_write_do_not_count_where_statements_need_separators(sql):
    """Transact-SQL may begin another statement anywhere; PostgreSQL may not, and knows no line with a slash."""
    assert not may_matter_in(sql, dialects.get("postgres"))
    assert may_matter_in(sql, dialects.get("sqlserver"))


@settings(max_examples=300, deadline=None)
@given(texts, every_dialect)
def test_any_text_has_a_class(sql, dialect):
    """Broken text never raises."""
    assert classify(sql, dialect) in StatementClass
