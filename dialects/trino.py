"""Trino and its kin: Presto, Starburst, Athena; names never regard case, quoted or not.

https://trino.io/docs/current/language/reserved.html; Athena's tables stand in ``catalog.database.table``.
"""

from __future__ import annotations

from dataclasses import replace

from dialects.base import Dialect, LexicalRules

TRINO = Dialect(
    name="trino",
    title="Trino",
    parser="trino",
    key_has_database=True,
    lexical=LexicalRules(word_more=""),
)

PRESTO = replace(TRINO, name="presto", title="Presto", parser="presto", aliases=("prestodb", "emr_presto"))
STARBURST = replace(TRINO, name="starburst", title="Starburst", aliases=("galaxy",))
ATHENA = replace(
    TRINO,
    name="athena",
    title="Amazon Athena",
    parser="athena",
    aliases=(),
    default_schema="default",
    lexical=replace(TRINO.lexical, identifier_quotes=(('"', '"'), ("`", "`"))),
)

DIALECTS = (TRINO, PRESTO, STARBURST, ATHENA)
