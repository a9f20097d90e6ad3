"""MySQL and MariaDB: a database is a schema; double quotes hold strings unless ANSI_QUOTES is set.

https://dev.mysql.com/doc/refman/8.4/en/identifier-case-sensitivity.html: table names regard case where the file
system does, columns and aliases never do; one rule must serve all, so names fold.
"""

from __future__ import annotations

import re
from dataclasses import replace

from dialects.base import Dialect, LexicalRules, SessionStatement, TemporaryRule
from dialects.lexing import tokens
from dialects.rewriting import Rewrite, rewriting, where_found

_EXECUTABLE = re.compile(r"/\*M?!\d*\s?(.*?)\*/", re.DOTALL)
_REWRITES = rewriting(
    Rewrite("INSERT|REPLACE LOW_PRIORITY|DELAYED|HIGH_PRIORITY", "{0}"),
    Rewrite("UPDATE|DELETE LOW_PRIORITY", "{0}"),
    Rewrite(  # AS may be left out before a query
        "^ CREATE OR? REPLACE? TEMPORARY? TABLE IF? NOT? EXISTS? <name> (...)? WITH RECURSIVE? <name> (...)? AS",
        "CREATE {1} {2} {3} TABLE {5} {6} {7} {8} {9} AS WITH {11} {12} {13} AS",
    ),
    Rewrite("IGNORE|REPLACE AS ( SELECT|WITH", "AS ({3}"),
    Rewrite("^ ALTER ONLINE|OFFLINE|IGNORE TABLE", "ALTER TABLE"),
    Rewrite("^ TABLE <name> ..INTO OUTFILE|DUMPFILE", "SELECT * FROM {1} {2} INTO {3}"),
    Rewrite("^ SELECT ..INTO OUTFILE|DUMPFILE <string> ..FROM ...", "COPY (SELECT {1} FROM {5}) TO {3}"),
    Rewrite("^ SELECT ..INTO OUTFILE|DUMPFILE <string> ...", "COPY (SELECT {1}) TO {3}"),
)


def _with_quoted_dollars(text: str, rules: LexicalRules) -> str:
    """Names that begin with a dollar sign in backquotes: to the parser they are parameters."""
    found = tokens(text, rules, blanks=True)
    return "".join(f"`{t.text}`" if t.kind == "word" and t.text[0] == "$" else t.text for t in found)


def _with_quoted_parts(text: str, rules: LexicalRules) -> str:
    """What stands behind a period in backquotes: there a reserved word needs none.

    https://dev.mysql.com/doc/refman/8.4/en/keywords.html
    """
    pieces: list[str] = []
    before = ""
    for token in tokens(text, rules, blanks=True):
        pieces.append(f"`{token.text}`" if token.kind == "word" and before == "." else token.text)
        before = token.text
    return "".join(pieces)


_DOLLARS = where_found(r"[\s.,(]\$\w", _with_quoted_dollars)


def _prepare(text: str, rules: LexicalRules) -> str:
    """What stands in ``/*!50001 ... */`` is run by the server: it is no comment."""
    if "/*!" in text or "/*M!" in text:
        text = _EXECUTABLE.sub(r" \1 ", text)
    return _REWRITES(_DOLLARS(text, rules), rules)


MYSQL = Dialect(
    name="mysql",
    title="MySQL",
    parser="mysql",
    case_sensitive_tables=True,
    levels=("schema", "table"),
    words=("database", "table"),
    max_parts=2,
    session=(SessionStatement("USE name", "schema"),),
    temporary=TemporaryRule(made_by=("CREATE TEMPORARY TABLE name AS query",)),
    system_schemas=frozenset({"mysql", "information_schema", "performance_schema", "sys"}),
    system_tables=("dual",),
    lexical=LexicalRules(
        identifier_quotes=(("`", "`"),),
        string_quotes=("'", '"'),
        backslash_escapes=True,
        word_start="$",
        hash_comments=True,
        dash_needs_space=True,
        executable_comments=True,
        delimiter_command=True,
        source_commands=True,
        vertical_ends=True,
    ),
    prepare=_prepare,
    mend=_with_quoted_parts,
)

MARIADB = replace(MYSQL, name="mariadb", title="MariaDB", aliases=())

DIALECTS = (MYSQL, MARIADB)
