"""A Transact-SQL text that is seen at a glance to be one statement is one by its tokens too."""

from itertools import product

import pytest

import dialects
from dialects.lexing import tokens
from extractor.lineage.scripting.batch import batch_chunks, is_one_at_a_glance
from tests.lineage.cases import cases

SQLSERVER = dialects.get("sqlserver")
TEXTS = sorted({c.sql.strip().rstrip(";") for c in cases() if c.rules.lexical.blocks == "tsql" and len(c.sql) < 600})


def is_one(text: str) -> bool:
    """What the tokens say."""
    found = list(batch_chunks(list(tokens(text, SQLSERVER.lexical))))
    return len(found) == 1 and found[0].sql and found[0].text(text).strip() == text.strip().rstrip(";").strip()


@pytest.mark.parametrize(
    "text",
    [
        "SELECT a FROM t WITH (NOLOCK) WHERE b = 'x; SELECT y' UNION ALL SELECT CASE a WHEN 1 THEN 2 END FROM u;",
        "WITH c AS (SELECT a FROM s) INSERT INTO t (a) SELECT a FROM c",
        "CREATE VIEW dbo.v AS WITH c AS (SELECT a FROM s) SELECT a FROM c",
        "UPDATE t SET a = (SELECT max(b) FROM s)",
        "MERGE t USING s ON t.i = s.i WHEN MATCHED THEN UPDATE SET t.a = 1 WHEN NOT MATCHED THEN INSERT VALUES (s.i)",
    ],
)
def test_common_statements_are_told_at_a_glance(text: str) -> None:
    """No token is cut for them."""
    assert is_one_at_a_glance(text, SQLSERVER.lexical)
    assert is_one(text)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT a FROM t SELECT b FROM u",
        "SELECT @case FROM t DELETE FROM u",
        "UPDATE t SET a = 1 SET @b = 2",
        "INSERT INTO t VALUES (1) SELECT a FROM u",
        "INSERT INTO t SELECT a FROM s; DELETE FROM s",
        "SELECT a FROM t -- SELECT",
        "WITH c AS (SELECT 1 AS a) SELECT a FROM c UPDATE t SET a = 1",
        "SELECT a FROM t) SELECT b FROM u",
    ],
)
def test_what_may_be_more_is_left_to_the_tokens(text: str) -> None:
    """Several statements, comments at the end and brackets that do not fit are never one at a glance."""
    assert not is_one_at_a_glance(text, SQLSERVER.lexical)


def test_the_glance_never_takes_several_statements_for_one() -> None:
    """Whatever two fixtures make, one behind the other: what counts as one at a glance is one by its tokens."""
    pairs = (f"{a}{between}{b}" for a, b, between in product(TEXTS[::5], TEXTS[::7], (" ", ";\n")))
    glanced = [text for text in (*TEXTS, *pairs) if is_one_at_a_glance(text, SQLSERVER.lexical)]
    assert len(glanced) > len(TEXTS) / 3
    assert [text for text in glanced if not is_one(text)] == []
