"""SAP HANA: names of two parts, upper case at rest; ``#`` begins the names of local temporary tables.

SAP HANA SQL Reference, "Identifiers", "SQL Statements"; SQLScript Reference for ``:table_variable``.
"""

from __future__ import annotations

import re

from dialects.base import Dialect, Folding, LexicalRules, SessionStatement, TemporaryRule
from dialects.case_join import with_plain_case_joins
from dialects.lexing import tokens, words
from dialects.rewriting import Rewrite, after, closing, name_end, rewriting, where_found, word_at

_HIERARCHIES = (
    "HIERARCHY|HIERARCHY_DESCENDANTS|HIERARCHY_ANCESTORS|HIERARCHY_SIBLINGS|HIERARCHY_LEVELED|HIERARCHY_SPANTREE"
)
_HANA = (
    Rewrite("MANY|ONE|EXACT ONE|MANY? TO ..JOIN", "JOIN"),
    Rewrite("GROUPING SETS BEST <any>", "GROUPING SETS"),
    Rewrite("ROLLUP|CUBE BEST <any>", "{0}"),
    Rewrite("WITH SUBTOTAL|BALANCE|TOTAL"),
    Rewrite("^ DELETE HISTORY FROM", "DELETE FROM"),
    Rewrite("^ CREATE COLUMN|ROW? TABLE <name> LIKE <name> WITH DATA", "CREATE TABLE {3} AS SELECT * FROM {5}"),
    Rewrite("WITH MASK (...)"),
    Rewrite("^ EXPORT INTO CSV|PARQUET FILE <string> FROM <name> ...", "COPY (SELECT * FROM {6}) TO {4}"),
    Rewrite("^ EXPORT INTO CSV|PARQUET FILE <string> FROM (...) ...", "COPY {6} TO {4}"),
    Rewrite(f"{_HIERARCHIES} ( SOURCE (...) ..)", "{3}"),
    Rewrite(f"{_HIERARCHIES} ( SOURCE <name> ..)", "{3}"),
    Rewrite("LOCAL|GLOBAL TEMPORARY COLUMN|ROW? TABLE", "TEMPORARY TABLE"),
    Rewrite("CREATE COLUMN|ROW|HISTORY COLUMN? TABLE", "CREATE TABLE"),
    Rewrite("^ UPSERT|REPLACE <name>", "INSERT INTO {1}"),
    Rewrite("WITH PRIMARY KEY"),
    Rewrite("WITH READ ONLY"),
    Rewrite("WITH DATA"),
    Rewrite("WITH HINT (...)"),
    Rewrite("WITH STRUCTURED PRIVILEGE CHECK"),
    Rewrite("FOR JSON|XML (...)?"),
    Rewrite("SELECT DISTINCT|ALL? TOP <any>", "SELECT {1}"),
    Rewrite("UNLOAD PRIORITY <any>"),
    Rewrite("NO? AUTO MERGE"),
    Rewrite("PARTITION BY HASH|RANGE|ROUNDROBIN (...)? PARTITIONS <any>"),
    Rewrite("^ IMPORT FROM CSV|PARQUET|TEXT FILE <string> INTO <name> ...", "COPY {6} FROM {4}"),
    Rewrite("MINUS SELECT|WITH|(", "EXCEPT {1}"),
    Rewrite("^ UNLOAD <name> ...", "SET kept_in_memory = 0"),
    Rewrite("^ ALTER TABLE <name> DROP (..)", "ALTER TABLE {2} DROP COLUMN {4}"),
)
_MENDS = (
    Rewrite("^ UPSERT|REPLACE <name> (...)? VALUES (...) WHERE ...", "INSERT INTO {1} {2} VALUES {4}"),
    Rewrite("SETS|ROLLUP|CUBE LIMIT <any> OFFSET <any>", "{0}"),
    Rewrite("SETS|ROLLUP|CUBE LIMIT <any>", "{0}"),
    Rewrite("MAP (", "DECODE ("),
    Rewrite("INTO <name> DEFAULT <any> FROM", "INTO {1} FROM"),
    Rewrite("WITHOUT NO? INDEX|CONSTRAINT"),
    Rewrite("WITH ASSOCIATIONS|ANNOTATIONS (...)"),
    Rewrite("WITH EXPRESSION MACROS (...)"),
    Rewrite("VIEW <name> ( IN ..) AS", "VIEW {1} AS"),
    Rewrite("CREATE PROJECTION VIEW", "CREATE VIEW"),
    Rewrite("LIKE_REGEXPR <any> FLAG <string>", "LIKE {1}"),
    Rewrite("LIKE_REGEXPR", "LIKE"),
    Rewrite("MEMBER OF", "="),
    Rewrite("AS OF UTCTIMESTAMP|COMMIT ID? <any>"),
    Rewrite("FOR SYSTEM_TIME|APPLICATION_TIME AS OF <any>"),
    Rewrite("FOR SYSTEM_TIME|APPLICATION_TIME FROM|BETWEEN <any> TO|AND <any>"),
    Rewrite("WITH PARAMETERS|RANGE_RESTRICTION (...)"),
    Rewrite("WITH STATIC|DYNAMIC? CACHE RETENTION <any>"),
    Rewrite("^ EXPORT <name> , ..AS <any> INTO <string> ...", "COPY (SELECT * FROM {1}, {3}) TO {6}"),
    Rewrite("^ EXPORT <name> AS <any> INTO <string> ...", "COPY (SELECT * FROM {1}) TO {5}"),
    Rewrite("^ IMPORT <name> AS <any> FROM <string> ...", "COPY {1} FROM {5}"),
    Rewrite("^ IMPORT <name> FROM <string> ...", "COPY {1} FROM {3}"),
    Rewrite("^ LOAD <name> ...", "SET kept_in_memory = 1"),
    Rewrite("^ MERGE HISTORY? DELTA OF ...", "SET merged = 1"),
)
"""What the parser refuses: clauses of views, tables as files, how tables are kept in memory."""
_RENAMED_COLUMN = re.compile(
    r"""\A\s*RENAME\s+COLUMN\s+(?P<table>\S+)\.(?P<old>"[^"]+"|\w+)\s+TO\s+(?P<new>"[^"]+"|\w+)""", re.IGNORECASE
)


def _with_renamed_column(text: str, rules: LexicalRules) -> str:
    """``RENAME COLUMN s.t.a TO b`` as ``ALTER TABLE s.t RENAME COLUMN a TO b``."""
    del rules
    return _RENAMED_COLUMN.sub(r"ALTER TABLE \g<table> RENAME COLUMN \g<old> TO \g<new>", text)


_ARGUMENTS = words("IN FROM WITH OCCURRENCE GROUP FLAG")


def _with_plain_searches(text: str, rules: LexicalRules) -> str:
    """``REPLACE_REGEXPR('a' FLAG 'i' IN b WITH c OCCURRENCE ALL)`` as a call with its arguments between commas.

    SAP HANA SQL Reference, "String Functions".
    """
    found = list(tokens(text, rules))
    pieces: list[str] = []
    copied = 0
    for place, token in enumerate(found):
        if not token.text.upper().endswith("_REGEXPR") or word_at(found, place + 1) != "(":
            continue
        end = closing(found, place + 1)
        inside = place + 2
        while inside < end:
            word = word_at(found, inside)
            if word in _ARGUMENTS or word in ("START", "AFTER", "ALL"):
                written = "," if word in _ARGUMENTS else "NULL" if word == "ALL" else ""
                pieces += (text[copied : found[inside].start], written)
                copied = found[inside].end
            inside = closing(found, inside) if word == "(" else inside + 1
    return "".join((*pieces, text[copied:]))


_REWRITE = rewriting(*_HANA)


def _table_variables(text: str, rules: LexicalRules) -> str:
    """``FROM :lt``: what is read is a table that the script itself made."""
    pieces: list[str] = []
    before = ""
    for token in tokens(text, rules, blanks=True):
        is_table = token.kind == "parameter" and token.text[0] == ":" and before in ("FROM", "JOIN")
        pieces.append(f'"{token.text}"' if is_table else token.text)
        if token.kind not in ("space", "comment"):
            before = token.text.upper()
    return "".join(pieces)


def _with_plain_placeholders(text: str, rules: LexicalRules) -> str:
    """A calculation view without the values of its variables: ``"_SYS_BIC"."v" ('PLACEHOLDER' = ('$$a$$', '1'))``."""
    found = list(tokens(text, rules))
    pieces: list[str] = []
    copied = 0
    for place in range(1, len(found)):
        if found[place].text.upper() == "'PLACEHOLDER'" and word_at(found, place - 1) == "(":
            if found[place].start < copied:
                continue
            pieces.append(text[copied : found[place - 1].start])
            copied = found[closing(found, place - 1) - 1].end
    return "".join((*pieces, text[copied:]))


def _with_read_documents(text: str, rules: LexicalRules) -> str:
    """``FROM JSON_TABLE(t.doc, ...)``, which reads ``t``, as ``FROM t, JSON_TABLE(t.doc, ...)``.

    SAP HANA SQL Reference, "JSON_TABLE" and "XMLTABLE": the argument names a column of a table.
    """
    found = list(tokens(text, rules))
    for place in range(1, len(found) - 2):
        if word_at(found, place) not in ("JSON_TABLE", "XMLTABLE") or word_at(found, place - 1) != "FROM":
            continue
        end = closing(found, place + 1)
        passing = next((i + 1 for i in range(place, end) if word_at(found, i) == "PASSING"), place + 2)
        last = name_end(found, passing)
        if last - passing >= 3:
            table = text[found[passing].start : found[last - 3].end]
            return f"{text[: found[place].start]}{table}, {text[found[place].start :]}"
    return text


_PASSES = after(
    where_found("'PLACEHOLDER'", _with_plain_placeholders),
    where_found("JSON_TABLE|XMLTABLE", _with_read_documents),
    where_found(r"CASE\s+JOIN\b", with_plain_case_joins),
    _REWRITE,
)


def _prepare(text: str, rules: LexicalRules) -> str:
    """The rewrites, and the names of temporary tables and table variables in quotes: the standard knows neither."""
    if ":" in text:
        text = _table_variables(text, rules)
    if "#" in text:
        found = tokens(text, rules, blanks=True)
        text = "".join(f'"{t.text.upper()}"' if t.kind == "word" and t.text[0] == "#" else t.text for t in found)
    return _PASSES(text, rules)


HANA = Dialect(
    name="hana",
    public_synonyms="PUBLIC",
    title="SAP HANA",
    parser="",
    aliases=("sap_hana", "hdb"),
    unquoted=Folding.UPPER,
    quoted=Folding.EXACT,
    levels=("schema", "table"),
    own_schemas=True,
    session=(SessionStatement("SET SCHEMA name", "schema"),),
    temporary=TemporaryRule(
        prefixes=("#", ":"),
        made_by=("CREATE LOCAL TEMPORARY TABLE #name AS (query)", "CREATE GLOBAL TEMPORARY TABLE name AS (query)"),
    ),
    system_schemas=frozenset({"sys", "system", "_sys_repo", "_sys_statistics"}),
    system_tables=("dummy",),
    lexical=LexicalRules(word_start="#", word_more="$", backslash_commands=True),
    prepare=_prepare,
    mend=after(_with_renamed_column, where_found("_REGEXPR", _with_plain_searches), rewriting(*_MENDS)),
)

DIALECTS = (HANA,)
