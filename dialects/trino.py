"""Trino and its kin: Presto, Starburst, Athena; names never regard case, quoted or not.

https://trino.io/docs/current/language/reserved.html; Athena's tables stand in ``catalog.database.table``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from dialects.base import Dialect, LexicalRules, SessionStatement
from dialects.lexing import Token, tokens
from dialects.rewriting import Rewrite, after, closing, name_end, rewriting, where_found, word_at
from dialects.rowsets import with_tables_named
from dialects.table_functions import with_plain_inputs

_PREPARE = rewriting(
    Rewrite("^ UNLOAD (...) TO <string> ...", "COPY {1} TO {3}"),
    Rewrite("^ USING EXTERNAL FUNCTION ..SELECT ...", "SELECT {4}"),
    Rewrite("^ WITH SESSION ..WITH ...", "WITH {3}"),
    Rewrite("^ WITH SESSION ..SELECT ...", "SELECT {3}"),
    Rewrite("GRACE PERIOD INTERVAL <string> <any>"),
    Rewrite("WHEN STALE INLINE|FAIL"),
    Rewrite("SUBSET <name> = (...)"),
    Rewrite("NULL|ABSENT ON NULL"),
    Rewrite(
        "TABLE ( EXCLUDE_COLUMNS ( INPUT => TABLE (...) , COLUMNS => DESCRIPTOR (...) ) )",
        "(SELECT * EXCEPT {12} FROM {7})",
    ),
)
"""Clauses without meaning for lineage, and the one built-in function that only leaves columns out."""

_UNLOAD = where_found(
    r"\bUNLOAD\b",
    rewriting(
        Rewrite(
            "^ SELECT * FROM TABLE ( <name> ( INPUT => TABLE ( SELECT|WITH ..) ..LOCATION => <string> ...",
            "COPY ({11} {12}) TO {15}",
        ),
        Rewrite(
            "^ SELECT * FROM TABLE ( <name> ( INPUT => TABLE ( <name> ) ..LOCATION => <string> ...",
            "COPY (SELECT * FROM {11}) TO {15}",
        ),
    ),
)
"""Starburst's table function ``system.unload``, which writes files: the statement is a COPY in truth.

https://docs.starburst.io/latest/object-storage/functions.html
"""

_PLAIN_TEXT = re.compile(r"[^`\[\]@#$\\\\{}]*")
"""What Trino's own lexical rules read as the other database does: no quotes or marks that only that one has."""


def _with_sent_query(text: str, rules: LexicalRules) -> str:
    """``TABLE(catalog.system.query(query => 'SELECT ...'))`` as that query, over the tables of the catalog.

    Each connector describes it under "Table functions"; a table without its schema is in one that only the connection
    tells, so such a text stays as it is.
    """
    found = list(tokens(text, rules))
    pieces: list[str] = []
    copied = 0
    for place in range(len(found)):
        query = _sent_query(found, place, rules)
        if query and found[place].start >= copied:
            pieces += (text[copied : found[place].start], f"({query})")
            copied = found[closing(found, place + 1) - 1].end
    return "".join((*pieces, text[copied:]))


def _sent_query(found: Sequence[Token], place: int, rules: LexicalRules) -> str:
    """The query that the function at ``place`` sends, its tables with the catalog; empty where it is not clear."""
    end = closing(found, place + 1)
    if word_at(found, place) != "TABLE" or word_at(found, place + 1) != "(":
        return ""
    called = name_end(found, place + 2)
    names = [token for token in found[place + 2 : called] if token.text != "."]
    opened = called + (3 if word_at(found, called + 1) == "QUERY" else 1)
    if [name.text.lower() for name in names[1:]] != ["system", "query"] or opened + 3 != end:
        return ""
    body = found[opened].text[1:-1].replace("''", "'").strip().rstrip(";") if found[opened].kind == "string" else ""
    if not _QUERY.match(body) or not _PLAIN_TEXT.fullmatch(body):
        return ""
    known = True

    def written(name: Sequence[Token]) -> str:
        nonlocal known
        dots = sum(token.text == "." for token in name)
        known = known and dots > 0
        return f"{names[0].text + '.' if dots == 1 else ''}{''.join(token.text for token in name)}"

    query = with_tables_named(body, rules, written)
    return query if known else ""


_QUERY = re.compile(r"(?:SELECT|WITH)\b", re.IGNORECASE)

TRINO = Dialect(
    name="trino",
    title="Trino",
    parser="trino",
    words=("catalog", "schema", "table"),
    key_has_database=True,
    session=(SessionStatement("USE name", "schema"),),
    lexical=LexicalRules(word_more=""),
    prepare=after(with_plain_inputs, _PREPARE, _UNLOAD, where_found(r"SYSTEM\s*\.\s*\"?QUERY\b", _with_sent_query)),
)

PRESTO = replace(TRINO, name="presto", title="Presto", parser="presto", aliases=("prestodb", "emr_presto"))
STARBURST = replace(TRINO, name="starburst", title="Starburst", aliases=("galaxy",))
ATHENA = replace(
    TRINO,
    name="athena",
    title="Amazon Athena",
    parser="athena",
    aliases=(),
    words=("catalog", "database", "table"),
    default_schema="default",
    session=(),
    lexical=replace(TRINO.lexical, identifier_quotes=(('"', '"'), ("`", "`"))),
)

DIALECTS = (TRINO, PRESTO, STARBURST, ATHENA)
