"""Tokens: complete, exact, and right about quotes."""

import re
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings

import dialects
from dialects.lexing import blank, tokens

sys.path.insert(0, str(Path(__file__).parent.parent / "statements"))
from sqltexts import every_dialect, texts


@settings(max_examples=500, deadline=None)
@given(texts, every_dialect)
def test_tokens_with_blanks_join_to_the_text(sql, dialect):
    """No character is lost, and every token stands at its offsets."""
    found = list(tokens(sql, dialect.lexical, blanks=True))
    assert "".join(token.text for token in found) == sql
    assert all(sql[token.start : token.end] == token.text for token in found)


@settings(max_examples=500, deadline=None)
@given(texts, every_dialect)
def test_the_fast_search_agrees_with_the_tokens(sql, dialect):
    """Blanking by search and blanking token by token give the same words."""
    rules = dialect.lexical
    if any(t.kind == "line" or t.text[:2] == "${" for t in tokens(sql, rules)):
        return
    slow = "".join(outside(token) for token in tokens(sql, rules, blanks=True))
    assert slow.split() == blank(sql, rules).split()


def outside(token):
    """What blanking leaves of a token: the letters before a string, nothing of the rest."""
    if token.kind == "string":
        return re.match(r"[A-Za-z&]*", token.text)[0] + " ? "
    return {"quoted": " ? ", "template": " ? ", "comment": " "}.get(token.kind, token.text)


def kinds(sql, dialect):
    """Kind and text of each token."""
    return [(t.kind, t.text) for t in tokens(sql, dialects.get(dialect).lexical)]


@pytest.mark.parametrize(
    ("dialect", "sql", "kind"),
    [
        ("postgres", "'it''s'", "string"),
        ("postgres", "e'it\\'s'", "string"),
        ("postgres", "$fn$ a $$ b $fn$", "string"),
        ("postgres", '"a""b"', "quoted"),
        ("postgres", "/* a /* b */ c */", "comment"),
        ("mysql", "/* a /* b */", "comment"),
        ("mysql", '"a\\"b"', "string"),
        ("mysql", "`a``b`", "quoted"),
        ("mysql", "# a", "comment"),
        ("bigquery", '"""a"b\n"c"""', "string"),
        ("bigquery", "r'\\d'", "string"),
        ("spark", "r'\\'", "string"),
        ("sqlserver", "[a]]b]", "quoted"),
        ("sqlserver", "N'a'", "string"),
        ("sqlserver", "##t", "word"),
        ("sqlserver", "@@rowcount", "word"),
        ("oracle", "q'[it's]'", "string"),
        ("oracle", "nq'{it's}'", "string"),
        ("oracle", "v$session", "word"),
        ("snowflake", "// a", "comment"),
        ("snowflake", "$$a;'b$$", "string"),
        ("hive", "${hiveconf:x}", "parameter"),
        ("hive", "2019_sales", "word"),
        ("generic", "1.5e-3", "number"),
        ("generic", "{{ ref('x') }}", "template"),
    ],
)
def test_one_token_is_one_token(dialect, sql, kind):
    """Each engine's quotes, prefixes, comments and names are single tokens of the right kind."""
    found = [(t.kind, t.text) for t in tokens(sql, dialects.get(dialect).lexical, blanks=True)]
    assert found == [(kind, sql)]


def test_two_dashes_need_a_blank_in_mysql_alone():
    """``5--1`` is arithmetic in MySQL and a comment elsewhere."""
    assert [text for _, text in kinds("5--1", "mysql")] == ["5", "-", "-", "1"]
    assert kinds("5--1", "postgres") == [("number", "5")]


def test_what_mysql_runs_inside_of_a_comment_is_no_comment():
    """``/*!50001 ... */`` holds code."""
    assert ("word", "view") in kinds("/*!50001 create view v */", "mysql")
