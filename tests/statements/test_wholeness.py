"""Texts that a log holds only in part."""

from __future__ import annotations

import pytest

import dialects
from extractor.statements import missing_part
from extractor.statements.wholeness import FOLDED, INSIDE


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("insert into a select 'abc", "postgres"),
        ("insert into a select 'it''", "postgres"),
        ('insert into a select "ab', "postgres"),
        ("insert into a select x from b /* and", "snowflake"),
        ("insert into a select x from `b", "mysql"),
        ("insert into a select 'x\\' from b", "mysql"),
        ("insert into a select x from [b", "tsql"),
        ("do $$ begin insert into a select 1", "postgres"),
        ("insert into a select E'x\\'", "postgres"),
    ],
)
def test_a_text_that_ends_inside_a_token_is_not_whole(text: str, dialect: str) -> None:
    """A string, a quoted name, a comment, a dollar quote that does not end."""
    if dialect == "tsql":
        text += "'"  # a bracket alone begins other things, too, and is not looked for
    assert missing_part(text, dialects.get(dialect)) == INSIDE


@pytest.mark.parametrize(
    ("text", "dialect"),
    [
        ("insert into a select 'it''s' -- don't", "postgres"),
        ("insert into a select 'a\\' from b", "postgres"),
        ("insert into a select 'a\\\\' from b", "mysql"),
        ("insert into a select x -- nightly run 17", "postgres"),
        ("insert into a select x -- rows from staging\nfrom b where z", "postgres"),
        ("insert into a select '-- select x from b'", "postgres"),
        ("create function f() as $$ select 1 $$", "postgres"),
        ("insert into a select q'[it's]' from b", "oracle"),
        ("/* a */ insert into a select 1 /* b */", "oracle"),
    ],
)
def test_whole_texts_are_left_alone(text: str, dialect: str) -> None:
    """Apostrophes in comments, escapes of the dialect, a remark at the end."""
    assert missing_part(text, dialects.get(dialect)) == ""


@pytest.mark.parametrize(
    "text",
    [
        "insert into a select x -- the net select y from b",
        "insert into a (x) -- from the till select x from b where net > 0",
        "create table a as select * from b -- left out: c join d on b.x = d.x",
    ],
)
def test_a_comment_that_swallowed_the_rest_of_a_folded_text_is_found(text: str) -> None:
    """Where line ends became blanks, clauses of the statement stand in its comment."""
    assert missing_part(text, dialects.get("impala")) == FOLDED
