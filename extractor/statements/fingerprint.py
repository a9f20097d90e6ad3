"""The name of a statement whatever its literals, comments and spacing: equal names, equal lineage."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from xxhash import xxh3_128_hexdigest

from dialects import Dialect, Folding
from dialects.lexing import solid_parts, words
from dialects.patterns import sound

STRING, NAME = "\x01", "\x02"
"""What stands in a folded text for a string and for a quoted name."""

_FOLDED_HEADS = re.compile(
    r"\(*(?:select|sel|with|from|insert|ins|update|upd|delete|del|merge|upsert|replace (?:into|view)|"
    r"create (?:or replace )?(?:(?:global|local|temporary|temp|transient|volatile|multiset|set|materialized|"
    r"recursive|unlogged|secure|column|row|force|editionable) )*(?:table|view))\b"
)
"""Only statements that begin so have literals without a meaning for lineage; all others are kept to the letter."""

_RISKY = ("pivot", "exec", "openquery(", "*ilike", "match_recognize", "model(")
"""Where one of these occurs, a literal anywhere may name a column, a source or text to be run."""

_LITERAL_FUNCTIONS = words(
    "identifier columns dblink external_query openrowset opendatasource crosstab named_struct infer_schema result_scan "
    "table_changes read_files read_csv read_csv_auto read_parquet read_json read_json_auto read_ndjson read_text "
    "read_blob read_xlsx glob parquet_scan iceberg_scan delta_scan sqlite_scan postgres_scan mysql_scan postgres_query "
    "mysql_query query query_table s3 s3cluster gcs url file hdfs azureblobstorage remote remotesecure cluster mysql "
    "postgresql mongodb redis sqlite odbc jdbc iceberg deltalake hudi merge dictionary dictget executable input "
    "xmltable st_read sniff_csv arrow_scan table_function vector_search table_to_xml table_to_xml_and_xmlschema "
    "query_to_xml query_to_xml_and_xmlschema system$reference system$query_reference"
)
_NAME_CHARACTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.$"
_CALLED_FROM = words("from join table apply lateral function using into")
_VALUE_WORDS = (
    *words("then else when and like between or date not in interval timestamp"),
    *words("select distinct all ilike rlike regexp similar to escape by is values separator set return limit on where"),
    *words("having case returning default end any some glob match over collate at zone offset top div mod xor"),
    *words("time datetime datetime2 datetimeoffset timestamptz timestampltz timestampntz numeric decimal bytes json"),
    *words("jsonb inet uuid bit"),
)
_STRING_PREFIX = re.compile(
    r"\x01(?:(?<=[nebxrq]\x01)(?<![\w$][nebxrq]\x01)|(?<=nq\x01|rb\x01|br\x01|u&\x01)(?<![\w$]..\x01))"
)
_PREFIXED = re.compile(r" ?(?<![\w$])(?:[nebxrq]|nq|rb|br|u&)\x01")
_LEADING_POINT = re.compile(r" \.(?=[0-9])")
_SPACE = re.compile(r" (?:(?![a-zA-Z0-9_\w$#@])|(?<![a-zA-Z0-9_\w$#@] ))")  # letters by name are found sooner
_SPACE_ASCII = re.compile(r" (?:(?![a-zA-Z0-9_$#@])|(?<![a-zA-Z0-9_$#@] ))")
_NUMBER = re.compile(
    sound(
        r"[.0-9](?<![\w$.@#:\x02][.0-9])(?:(?<=0)x[0-9a-f]++|(?:(?<=\.)[0-9]++|(?<=[0-9])[0-9]*+(?:\.[0-9]*+)?+)"
        r"(?:e[+-]?[0-9]++)?+)(?![\w$.\x02])"
    )
)
_SIGN = re.compile(r"[-+](?<=[=<>(,][-+])\?")
_BY = re.compile(r" by (?<=(?:group|order) by )(?<!\w(?:group|order) by )")
_ORDINAL = re.compile(r"(?:by |[,(])([0-9]{1,4})(?![\w.(])")
_CLAUSE_EDGE = re.compile(
    r"[()]|\b(?:having|limit|window|qualify|union|except|intersect|where|fetch|offset|for|select)\b"
)
_IN_LIST = re.compile(sound(r"in\((?<!\win\()(?:[a-z]*\?,)++[a-z]*\?\)"))
_TUPLES = re.compile(sound(r"(\((?:\?,)++\?\))(?:,\1)+"))
_VALUES = re.compile(sound(r"values(\([^()]*+(?:\([^()]*+\)[^()]*+)*+\)(?:,\([^()]*+(?:\([^()]*+\)[^()]*+)*+\))++)"))
_ROW = re.compile(sound(r"\([^()]*+(?:\([^()]*+\)[^()]*+)*+\)"))
_WORD_VALUE = re.compile(r"\b(?:null|default|true|false)\b")
_KEYWORDS = re.compile(
    r"\b(?:SELECT|FROM|WITH|INSERT|INTO|VALUES|CREATE|TABLE|VIEW|AS|IN|LIKE|ILIKE|AND|OR|NOT|WHEN|THEN|"
    r"ELSE|END|CASE|BETWEEN|GROUP|ORDER|BY|HAVING|LIMIT|UNION|ALL|DISTINCT|ON|WHERE|IS|JOIN|"
    r"MATERIALIZED|OR|REPLACE|TEMPORARY|FUNCTION|NULL|SETTINGS|FORMAT|USING|PIVOT)\b",
    re.IGNORECASE,
)


def fingerprint(text: str, dialect: Dialect) -> str:
    """32 hexadecimal digits: the hash of the statement with its literals left out.

    Whitespace, comments, hints, the case of keywords and of unquoted names (where the dialect ignores it), the
    values of literals, and the length of IN lists and of rows of literals do not count. Literals do count where
    they decide about lineage: names of files, text that is run, ordinals of GROUP BY and ORDER BY, aliases in
    quotes, arguments of table functions, and everything in statements other than queries, DML and CREATE TABLE
    or VIEW. Equal fingerprints mean equal lineage, not the reverse. Runs in linear time and never raises.
    """
    bare = _strip(text, dialect)
    kept = bare.names
    folded = bare.text
    if _counts_to_the_letter(folded, dialect):
        kept += bare.strings
    else:
        kept += _telling_strings(folded, bare.strings, dialect)
        kept += _ordinals(folded)
        folded = _fold_lists(_fold_signs(_NUMBER.sub("?", folded.replace(STRING, "?"))))
    parts = [dialect.name, folded, *(f"{len(part)}:{part}" for part in kept)]
    return xxh3_128_hexdigest("\x00".join(parts).encode("utf-8", "surrogatepass"))


class _Bare(NamedTuple):
    """A text with a mark for each string and quoted name, and what stood there, in order."""

    text: str
    strings: list[str]
    names: list[str]


def _strip(text: str, dialect: Dialect) -> _Bare:
    """Take out comments, strings and quoted names; fold case and whitespace of the rest."""
    rules = dialect.lexical
    strings: list[str] = []
    names: list[str] = []
    quotes = frozenset(rules.string_quotes)

    parts = list(solid_parts(text, rules))
    for place in range(1, len(parts), 2):
        solid = parts[place]
        first = solid[0]
        if first in quotes or (first == "$" and solid[1] != "{"):
            strings.append(solid)
            parts[place] = STRING
        elif first in "-#/":
            parts[place] = " "
        elif first != ";":
            names.append(solid if first in "${" else dialect.fold(solid, True))
            parts[place] = NAME
    return _Bare(_fold_words("".join(parts), dialect), strings, names)


def _fold_words(text: str, dialect: Dialect) -> str:
    text = " ".join(text.split()).rstrip("; ")
    text = _LEADING_POINT.sub(" 0.", text) if " ." in text else text
    case_counts = dialect.unquoted is Folding.EXACT
    text = _KEYWORDS.sub(lambda match: match[0].lower(), text) if case_counts else text.lower()
    text = (_SPACE_ASCII if text.isascii() else _SPACE).sub("", text)
    return _PREFIXED.sub(STRING, text) if _STRING_PREFIX.search(text) else text


def _counts_to_the_letter(text: str, dialect: Dialect) -> bool:
    """Whether every literal of the statement may decide about its lineage."""
    if not _FOLDED_HEADS.match(text) or any(mark in text for mark in _RISKY):
        return True
    if " @" in text and dialect.name == "snowflake":
        return True
    place = text.find("(" + STRING)
    while place >= 0:
        if _calls_with_meaning(text[max(0, place - 80) : place]):
            return True
        place = text.find("(" + STRING, place + 2)
    return False


def _calls_with_meaning(before: str) -> bool:
    """Whether a function called at the end of ``before`` takes a literal that names something."""
    stem = before.rstrip(_NAME_CHARACTERS)
    called = before[len(stem) :]
    if called.rpartition(".")[2] in _LITERAL_FUNCTIONS:
        return True
    stem = stem.rstrip(" (")
    return bool(called) and stem[len(stem.rstrip(_NAME_CHARACTERS)) :] in _CALLED_FROM


def _telling_strings(text: str, strings: list[str], dialect: Dialect) -> list[str]:
    """The strings that may name something: after a word that takes no value, a bracket, ``=>``, or before AS."""
    if not strings:
        return []
    body = _body_start(text)
    number, counted_to = 0, 0
    told = [f"{place}{literal}" for place, literal in enumerate(strings[: text.count(STRING, 0, body)])]
    for match in _telling_pattern(dialect.lexical.blocks == "tsql", dialect.parser == "duckdb").finditer(text, body):
        number += text.count(STRING, counted_to, match.start())
        counted_to = match.start()
        told.append(f"{number}{strings[number]}")
    return told


def _body_start(text: str) -> int:
    """Where the query of a CREATE begins: before it stand options, whose values may be places."""
    if not text.startswith(("create", "replace view")):
        return 0
    found = text.find("select")
    return len(text) if found < 0 else found


@cache
def _telling_pattern(before_equals: bool, after_comma: bool) -> re.Pattern[str]:  # noqa: FBT001 - a cache's key
    no_value = "".join(rf"(?<!\b{word}{STRING})" for word in _VALUE_WORDS)
    cases = [
        rf"(?<=[\w)\[\]{NAME}]{STRING}){no_value}",
        rf"(?<==>{STRING})",
        rf"(?<=:={STRING})",
        *(["(?==)"] if before_equals else []),
        *([rf"(?<=,{STRING})"] if after_comma else []),
    ]
    return re.compile(f"{STRING}(?:{'|'.join(cases)})")


def _ordinals(text: str) -> list[str]:
    """Bare integers in GROUP BY and ORDER BY: they may stand for columns."""
    found: list[str] = []
    by = _BY.search(text)
    while by is not None:
        end = _clause_end(text, by.end())
        found += _ORDINAL.findall(text, by.end() - 3, end)
        by = _BY.search(text, end)
    return found


def _clause_end(text: str, start: int) -> int:
    """Where the next clause begins, or the bracket closes that all this stands in."""
    depth = 0
    for edge in _CLAUSE_EDGE.finditer(text, start):
        depth += (edge[0] == "(") - (edge[0] == ")")
        if depth < 0 or (depth == 0 and edge[0] not in "()"):
            return edge.start()
    return len(text)


def _fold_signs(text: str) -> str:
    return _SIGN.sub("?", text) if "-?" in text or "+?" in text else text


def _fold_lists(text: str) -> str:
    if "in(" in text:
        text = _IN_LIST.sub("in(?)", text)
    if "values(" in text:
        text = _VALUES.sub(_fold_rows, text)
    return _TUPLES.sub(r"\1", text) if "),(" in text else text


def _fold_rows(match: re.Match[str]) -> str:
    """Rows that look alike once their literals are gone count once."""
    rows = dict.fromkeys(_ROW.findall(_SIGN.sub("?", _WORD_VALUE.sub("?", match[1]))))
    return "values" + ",".join(rows)
