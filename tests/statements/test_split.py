"""Splitting a text into statements."""

import pytest
from hypothesis import given, settings
from sqltexts import every_dialect, texts

import dialects
from dialects.lexing import tokens
from extractor.statements import split


def cut(sql: str, dialect: str) -> list[str]:
    """The texts of the pieces."""
    return [piece.text for piece in split(sql, dialects.get(dialect))]


@settings(max_examples=400, deadline=None)
@given(texts, every_dialect)
def test_pieces_lie_in_order_at_their_offsets(sql, dialect):
    """Each piece stands at its offsets and line, and pieces never overlap."""
    position = 0
    for piece in split(sql, dialect):
        assert position <= piece.start < piece.end
        assert sql[piece.start : piece.end] == piece.text
        assert piece.line == sql.count("\n", 0, piece.start) + 1
        position = piece.end


@settings(max_examples=400, deadline=None)
@given(texts, every_dialect)
def test_nothing_but_separators_is_left_between_pieces(sql, dialect):
    """Every token belongs to a piece, or is a separator, a client's line or a DELIMITER's own mark."""
    own_marks = "DELIMITER" in sql.upper()
    pieces = split(sql, dialect)
    covered = 0
    for token in tokens(sql, dialect.lexical):
        while covered < len(pieces) and pieces[covered].end <= token.start:
            covered += 1
        inside = covered < len(pieces) and pieces[covered].start <= token.start
        assert inside or token.text == ";" or token.kind == "line" or own_marks


@settings(max_examples=400, deadline=None)
@given(texts, every_dialect)
def test_no_cut_falls_inside_a_quote_or_comment(sql, dialect):
    """No piece begins or ends in the middle of a string, a quoted name or a comment."""
    solid = [t for t in tokens(sql, dialect.lexical, blanks=True) if t.kind in ("string", "quoted", "comment")]
    for piece in split(sql, dialect):
        for token in solid:
            assert not token.start < piece.start < token.end
            assert not token.start < piece.end < token.end


@pytest.mark.parametrize(
    ("dialect", "sql", "expected"),
    [
        ("postgres", "select 1; select 2;", ["select 1", "select 2"]),
        ("postgres", "select ';' ; select \";\" -- ;\n; select 3 /* ; */", ["select ';'", 'select ";"', "select 3"]),
        ("postgres", "select 1 /* a /* ; */ ; */ ; select 2", ["select 1", "select 2"]),
        ("postgres", "select $x$ ; $$ ; $x$; select 2", ["select $x$ ; $$ ; $x$", "select 2"]),
        ("postgres", "select e'\\';' ; select '\\' ; select 3", ["select e'\\';'", "select '\\'", "select 3"]),
        (
            "postgres",
            "begin; insert into t select 1; end; commit",
            ["begin", "insert into t select 1", "end", "commit"],
        ),
        ("postgres", "\\set x 1\nselect 1;\n\\d t\nselect 2", ["select 1", "select 2"]),
        ("netezza", "select 1;\n \\c PLANNING \n\\c - u\nselect 2", ["select 1", "\\c PLANNING", "select 2"]),
        (
            "postgres",
            "create function f() returns int begin atomic select 1; select 2; end; select 3",
            ["create function f() returns int begin atomic select 1; select 2; end", "select 3"],
        ),
        (
            "postgres",
            "create rule r as on insert to t do (select 1; select 2); select 3",
            ["create rule r as on insert to t do (select 1; select 2)", "select 3"],
        ),
        (
            "mysql",
            "select 'a\\';b'; # x;\nselect \"y;z\" -- ;\n; select 5--1;",
            ["select 'a\\';b'", 'select "y;z"', "select 5--1"],
        ),
        (
            "mysql",
            "DELIMITER $$\ncreate procedure p()\nbegin select 1; end$$\nDELIMITER ;\nselect 1; select 2",
            ["create procedure p()\nbegin select 1; end", "select 1", "select 2"],
        ),
        (
            "mysql",
            "create trigger g before insert on t for each row begin if a then set b = 1; end if; end; select 2",
            ["create trigger g before insert on t for each row begin if a then set b = 1; end if; end", "select 2"],
        ),
        (
            "mysql",
            "create trigger g after insert on t for each row insert into u select 1; select 2",
            ["create trigger g after insert on t for each row insert into u select 1", "select 2"],
        ),
        (
            "oracle",
            "select q'[a;'b]' from dual; select q'!x;!' from dual",
            ["select q'[a;'b]' from dual", "select q'!x;!' from dual"],
        ),
        ("oracle", "begin p; end;\n/\nselect 1 from dual\n/\n", ["begin p; end", "select 1 from dual"]),
        (
            "oracle",
            "declare a int; begin null; begin null; end; end; select 1 from dual",
            ["declare a int; begin null; begin null; end; end", "select 1 from dual"],
        ),
        (
            "oracle",
            "create procedure p is procedure q is begin null; end; begin loop a; end loop; end p; select 1 from dual",
            [
                "create procedure p is procedure q is begin null; end; begin loop a; end loop; end p",
                "select 1 from dual",
            ],
        ),
        (
            "oracle",
            "create package k as x int; procedure p; end k; select 1 from dual",
            ["create package k as x int; procedure p; end k", "select 1 from dual"],
        ),
        (
            "oracle",
            "create package body k as procedure a is begin null; end; begin null; end k; select 1 from dual",
            ["create package body k as procedure a is begin null; end; begin null; end k", "select 1 from dual"],
        ),
        (
            "bigquery",
            "if a then select if(b, c, d); end if; begin transaction; loop select 1; if x then leave; end if; end loop",
            [
                "if a then select if(b, c, d); end if",
                "begin transaction",
                "loop select 1; if x then leave; end if; end loop",
            ],
        ),
        (
            "bigquery",
            "select '''a;'b''', r'\\;', \"\"\"c;\"\"\"; select `a;b`",
            ["select '''a;'b''', r'\\;', \"\"\"c;\"\"\"", "select `a;b`"],
        ),
        (
            "snowflake",
            "create task t as begin select 1; select 2; end; begin; execute immediate $$ begin; $$; // x;\nselect 2",
            ["create task t as begin select 1; select 2; end", "begin", "execute immediate $$ begin; $$", "select 2"],
        ),
        (
            "snowflake",
            "create procedure p() returns int as declare x int; begin select case when 1 then 2 end; end; select 1",
            ["create procedure p() returns int as declare x int; begin select case when 1 then 2 end; end", "select 1"],
        ),
        (
            "teradata",
            "create macro m as (ins a(1); sel 2;); .logoff\nsel 1",
            ["create macro m as (ins a(1); sel 2;)", ".logoff\nsel 1"],
        ),
        ("teradata", ".logon h/u,p\nsel 1;\n.quit", ["sel 1"]),
        (
            "netezza",
            "create procedure p() returns int language nzplsql as begin_proc begin a := 1; end; end_proc; select 1",
            ["create procedure p() returns int language nzplsql as begin_proc begin a := 1; end; end_proc", "select 1"],
        ),
        (
            "db2",
            "--#SET TERMINATOR @\ncreate procedure p() begin select 1; end@\n--#SET TERMINATOR ;\nselect 1; select 2",
            ["create procedure p() begin select 1; end", "select 1", "select 2"],
        ),
        (
            "hive",
            "insert overwrite table a select 'x;y'; from b insert into c select \"d;\"",
            ["insert overwrite table a select 'x;y'", 'from b insert into c select "d;"'],
        ),
        ("generic", " ; -- nothing\n; /* at all */", []),
    ],
)
def test_separators_count_outside_of_quotes_comments_and_bodies(dialect, sql, expected):
    """A separator ends a statement unless it stands in a quote, a comment or an open block."""
    assert cut(sql, dialect) == expected


@pytest.mark.parametrize(
    "statements",
    [
        ["insert into a select * from b", "update c set x = 1 from d", "exec p", "select 1 union all select 2"],
        ["declare @t table (a int)", "set nocount on", "set @x = (select 1)", "use foo", "drop table if exists #x"],
        ["if @a = 1 begin select 1 end else if 3 = 3 select 4", "create table t (a int)", "truncate table u"],
        ["begin try insert into x select 1 end try begin catch print 'x' end catch", "delete from y"],
        ["insert into a (b) exec p", "insert into a default values", "select 2", "begin tran", "commit"],
        [
            "merge t using s on 1 = 1 when matched then update set a = 1 when not matched then insert (a) values (1)",
            "select 1",
        ],
        [
            "alter table t drop column c",
            "alter table t add d int",
            "drop table u",
            "alter table t alter column d bigint",
        ],
        ["grant select, insert on t to u", "select a into #b from c inner merge join d on 1 = 1", "while 1 = 1 break"],
        ["declare c cursor for select 1", "open c", "fetch next from c into @x", "close c", "deallocate c"],
        ["select a from b order by a offset 5 rows fetch next 5 rows only", "update statistics t", "set @a = 1"],
        ["with x as (select 1 as a)\ninsert into t select a from x", "delete y from y where z in (select 1)"],
        ["select case when a = 1 then 2 end from [select], \"insert\" -- update\n where b = 'delete'", "select 2"],
        ["while @i < 3 begin insert into t select @i set @i = @i + 1 end", "insert into u select 1"],
    ],
)
def test_transact_sql_needs_no_semicolon(statements):
    """Statements of a batch end where the next one begins."""
    assert cut("\n".join(statements), "sqlserver") == statements
    assert cut(" ".join(s.replace("-- update", "") for s in statements), "sqlserver") == [
        s.replace("-- update", "") for s in statements
    ]


def test_a_routine_of_transact_sql_is_the_rest_of_its_batch():
    """CREATE PROCEDURE reaches to the next GO, whatever stands in it."""
    body = "create or alter procedure p as\nselect 1;\nselect 2\nif 1 = 1 begin select 3 end\nselect 4"
    assert cut(f"select 0\nGO\n{body}\nGO\nselect 5", "sqlserver") == ["select 0", body, "select 5"]


def test_go_with_a_count_repeats_its_batch():
    """GO n gives its count to every statement of its batch, and to no other."""
    pieces = split("select 1\nGO\nselect 2; select 3\ngo 5\nselect 4", dialects.get("tsql"))
    assert [(p.text, p.line, p.repeat) for p in pieces] == [
        ("select 1", 1, 1),
        ("select 2", 3, 5),
        ("select 3", 3, 5),
        ("select 4", 5, 1),
    ]


def test_long_broken_texts_are_split_in_linear_work():
    """Unclosed quotes, brackets and dollar tags by the ten thousand come to an end."""
    for broken in ("'", '"', "/*", "$a$ $b$ ", "[", "(", "begin ", "case ", "q'[", "--", "{{", "e'\\"):
        for name in ("postgres", "oracle", "sqlserver", "bigquery", "snowflake"):
            split(broken * 20_000, dialects.get(name))
