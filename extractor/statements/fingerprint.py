"""The name of a statement whatever its literals, comments and spacing: equal names, equal lineage."""

from __future__ import annotations

import re

from xxhash import xxh3_128_hexdigest

from dialects import Dialect, Folding
from dialects.lexing import tokens

_EXACT_WORDS = frozenset(
    "copy unload load export import stage location external pivot unpivot identifier execute exec immediate call "
    "sp_executesql openrowset openquery opendatasource openxml bulk prepare dblink external_query query_table infile "
    "outfile columns crosstab named_struct use set session catalog language returns procedure proc trigger function "
    "table_function ilike put get declare do format inputformat serde tblproperties options with_json remote cluster "
    "s3 url file hdfs gcs azureblobstorage jdbc odbc mysql postgresql iceberg deltalake sqlite read_csv read_csv_auto "
    "read_parquet read_json read_json_auto read_text read_blob parquet_scan iceberg_scan delta_scan sqlite_scan "
    "postgres_scan postgres_query mysql_query xlsx read_files table_changes result_scan infer_schema directory "
    "attach json_tuple stack flatten".split()
)
_KEEP_AFTER = frozenset("as from join into table using update title named [ using overwrite".split())
_VALUE_WORDS = frozenset(
    "like ilike rlike regexp similar to escape then else when and or not in between date timestamp timestamptz "
    "interval time datetime select distinct all by is values separator set return limit on where having case "
    "returning comment default end any some glob match over collate at zone offset top div mod".split()
)


def fingerprint(text: str, dialect: Dialect) -> str:
    """32 hexadecimal digits: the hash of the statement's tokens with its literals left out.

    Whitespace, comments, hints, the case of keywords and of unquoted names (where the dialect ignores it), the
    values of literals, and the length of IN lists and of rows of literals do not count. Literals do count where
    they decide about lineage: names of files, text that is run, ordinals of GROUP BY, aliases in quotes, arguments
    of table functions.
    """
    words = _plain(text, dialect)
    exact = not _EXACT_WORDS.isdisjoint(words)
    folded = "\x00".join((dialect.name, *_fold(text, dialect, exact=exact)))
    return xxh3_128_hexdigest(folded.encode("utf-8", "surrogatepass"))


def _plain(text: str, dialect: Dialect) -> list[str]:
    return [t.text.lower() for t in tokens(text, dialect.lexical) if t.kind == "word"]


def _fold(text: str, dialect: Dialect, *, exact: bool) -> list[str]:
    folded: list[str] = []
    case_counts = dialect.unquoted is Folding.EXACT
    before = ""
    ordinals = False
    for token in tokens(text, dialect.lexical):
        if token.kind == "word":
            word = token.text.lower()
            folded.append(token.text if case_counts else word)
            if word == "by":
                ordinals = True
            elif word in ("values", "in"):
                ordinals = False
            before = word
        elif token.kind == "string" and not exact and not _literal_counts(before):
            folded.append("?")
            before = "?"
        elif token.kind == "number" and not exact and not (ordinals and before in ("by", ",")):
            folded.append("?")
            before = "?"
        elif token.kind == "quoted":
            folded.append('"' + dialect.fold(token.text[1:-1], True) + '"')
            before = '"'
        else:
            folded.append(token.text)
            before = token.text
    return _fold_lists(folded) if not exact else folded


def _literal_counts(before: str) -> bool:
    if before in _KEEP_AFTER or before in (")", '"'):
        return True
    return (before[:1].isalpha() or before[:1] == "_") and before not in _VALUE_WORDS


_LIST = re.compile(r"(\x00in\x00\(\x00)\?(?:\x00,\x00[-+]?\x00?\?)+(?=\x00\))")
_ROWS = re.compile(r"(\x00values\x00\([^()]*\))(?:\x00,\x00\((?:\x00(?:[?,+-]|null|default|true|false))*\x00\))+")


def _fold_lists(folded: list[str]) -> list[str]:
    joined = "\x00".join(folded)
    joined = _LIST.sub(r"\1?", joined)
    return [_ROWS.sub(r"\1", joined)]
