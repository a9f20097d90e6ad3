"""Rewrites for texts that the parser refuses: clauses without meaning for lineage go, odd spellings become plain."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dialects import Dialect
from dialects.lexing import Token, tokens
from extractor.lineage.scripting.routine import unquoted

Rule = Callable[[Sequence[Token], int], "tuple[int, str] | None"]


def without_comments(text: str, dialect: Dialect) -> str:
    """``text`` with a blank in place of each comment."""
    if "--" not in text and "/*" not in text and "#" not in text:
        return text
    found = tokens(text, dialect.lexical, blanks=True)
    return "".join(" " if token.kind == "comment" else token.text for token in found)


def repaired(original: str, dialect: Dialect) -> str | None:
    """The text without comments and with every rule applied, or None when that changes nothing.

    The parser does not see ``GROUP /* why */ BY`` as two words of one keyword.
    """
    text = without_comments(original, dialect)
    found = list(tokens(text, dialect.lexical))
    unload = _unload(found, text)
    if unload is not None:
        return unload
    pieces: list[str] = []
    position = copied = 0
    changed = False
    while position < len(found):
        for rule in _RULES:
            hit = rule(found, position)
            if hit is not None:
                length, replacement = hit
                pieces.append(text[copied : found[position].start])
                pieces.append(replacement)
                position += length
                copied = found[position - 1].end
                changed = True
                break
        else:
            position += 1
    if not changed:
        return text if text != original else None
    return "".join((*pieces, text[copied:]))


def _word(found: Sequence[Token], position: int) -> str:
    if position >= len(found):
        return ""
    token = found[position]
    return token.text.upper() if token.kind == "word" else token.text


def _unload(found: Sequence[Token], text: str) -> str | None:
    """``UNLOAD ('SELECT ...') TO 's3://...'`` is COPY (SELECT ...) TO."""
    del text
    words = [_word(found, i) for i in range(6)]
    if words[0] == "UNLOAD" and words[1] == "(" and len(found) > 5 and found[2].kind == "string" and words[4] == "TO":
        return f"COPY ({unquoted(found[2].text)}) TO {found[5].text}"
    return None


def _policy(found: Sequence[Token], position: int) -> tuple[int, str] | None:
    """``[WITH] MASKING POLICY name [USING (...)]`` and ``[WITH] [PROJECTION|AGGREGATION|...] POLICY name``."""
    start = position + (1 if _word(found, position) == "WITH" else 0)
    if _word(found, start) not in ("MASKING", "PROJECTION", "AGGREGATION", "ROW"):
        return None
    place = start + 1 + (1 if _word(found, start + 1) == "ACCESS" else 0)
    if _word(found, place) != "POLICY":
        return None
    end = _after_name(found, place + 1)
    if _word(found, end) in ("USING", "ON") and _word(found, end + 1) == "(":
        end = _after_bracket(found, end + 1)
    return end - position, " "


def _tag(found: Sequence[Token], position: int) -> tuple[int, str] | None:
    if _word(found, position) == "WITH" and _word(found, position + 1) == "TAG" and _word(found, position + 2) == "(":
        return _after_bracket(found, position + 2) - position, " "
    return None


def _compound(found: Sequence[Token], position: int) -> tuple[int, str] | None:
    """``a += b`` is ``a = a + b``: only the name on the left is repeated."""
    if (
        position + 1 < len(found)
        and found[position].text in ("+", "-", "*", "/", "%", "|", "&", "^")
        and found[position + 1].text == "="
    ):
        if found[position].end != found[position + 1].start or position == 0:
            return None
        start = position - 1
        while start >= 2 and found[start - 1].text == ".":
            start -= 2
        name = "".join(t.text for t in found[start:position])
        operator = found[position].text
        return 2, f"= {name} {operator} "
    return None


def _after_name(found: Sequence[Token], position: int) -> int:
    position += 1
    while _word(found, position) == ".":
        position += 2
    return position


def _after_bracket(found: Sequence[Token], position: int) -> int:
    depth = 0
    while position < len(found):
        depth += (found[position].text == "(") - (found[position].text == ")")
        position += 1
        if depth == 0:
            break
    return position


def _partitioned_view(found: Sequence[Token], position: int) -> tuple[int, str] | None:
    """Hive: ``CREATE VIEW v PARTITIONED ON (a) AS`` is read as PARTITIONED BY."""
    if _word(found, position) == "PARTITIONED" and _word(found, position + 1) == "ON":
        return 2, "PARTITIONED BY"
    return None


def _output_target(found: Sequence[Token], position: int) -> tuple[int, str] | None:
    """T-SQL: ``OUTPUT ... INTO a.b (c)``: the dotted name becomes one quoted part."""
    if _word(found, position) != "INTO" or not any(
        _word(found, i) == "OUTPUT" for i in range(max(0, position - 60), position)
    ):
        return None
    end = _after_name(found, position + 1)
    if end - position < 4 or _word(found, position - 1) in ("INSERT", "MERGE"):
        return None
    name = "".join(t.text.strip("[]") for t in found[position + 1 : end])
    if _word(found, end) != "(":
        return end - position, f"INTO [{name}]"
    last = _after_bracket(found, end)
    columns = " ".join(t.text for t in found[end:last])
    return last - position, f"INTO [{name}]{columns}"


def _snapshot(found: Sequence[Token], position: int) -> tuple[int, str] | None:
    """BigQuery: ``CREATE SNAPSHOT TABLE a CLONE b``."""
    if _word(found, position) == "SNAPSHOT" and _word(found, position + 1) == "TABLE" and position > 0:
        return 1, ""
    return None


def _with_data(found: Sequence[Token], position: int) -> tuple[int, str] | None:
    """``WITH [NO] DATA`` behind a query, and ``ON COMMIT ...`` of a temporary table."""
    if _word(found, position) == "WITH":
        length = 3 if _word(found, position + 1) == "NO" else 2
        return (length, "") if _word(found, position + length - 1) == "DATA" else None
    if _word(found, position) == "ON" and _word(found, position + 1) == "COMMIT":
        action = _word(found, position + 2)
        if action in ("PRESERVE", "DELETE", "DROP"):
            return (4 if _word(found, position + 3) == "ROWS" else 3), ""
    return None


def _dropped_words(found: Sequence[Token], position: int) -> tuple[int, str] | None:
    """Words that say how, not what: DEEP CLONE, FOREIGN TABLE, BUILD IMMEDIATE, REFRESH ... ON DEMAND."""
    words = [_word(found, position + i) for i in range(6)]
    if words[0] == "DEEP" and words[1] == "CLONE":
        return 1, ""
    if words[0] == "FOREIGN" and words[1] == "TABLE":
        return 1, ""
    if words[0] == "BUILD" and words[1] in ("IMMEDIATE", "DEFERRED"):
        return 2, ""
    if words[0] in ("ENABLE", "DISABLE") and words[1] == "QUERY" and words[2] == "REWRITE":
        return 3, ""
    if words[0] == "REFRESH" and words[1] in ("COMPLETE", "FAST", "FORCE", "ON"):
        length = 1 if words[1] == "ON" else 2
        if words[length] == "ON" and words[length + 1] in ("DEMAND", "COMMIT", "STATEMENT"):
            length += 2
        return length, ""
    return None


def _replace_into(found: Sequence[Token], position: int) -> tuple[int, str] | None:
    """MySQL: ``REPLACE [INTO]`` is an INSERT as far as lineage goes."""
    if position == 0 and _word(found, 0) == "REPLACE":
        words = [_word(found, i) for i in range(1, 4)]
        skipped = 1 + (words[0] in ("LOW_PRIORITY", "DELAYED"))
        return skipped + (_word(found, skipped) == "INTO"), "INSERT INTO"
    return None


def _directory(found: Sequence[Token], position: int) -> tuple[int, str] | None:
    """Spark: ``INSERT OVERWRITE DIRECTORY 'x' USING parquet OPTIONS (...)``."""
    if _word(found, position) != "USING" or position < 2 or _word(found, position - 2) != "DIRECTORY":
        return None
    end = position + 2
    if _word(found, end) == "OPTIONS":
        end = _after_bracket(found, end + 1)
    return end - position, ""


_RULES: tuple[Rule, ...] = (
    _policy,
    _tag,
    _compound,
    _partitioned_view,
    _output_target,
    _snapshot,
    _with_data,
    _dropped_words,
    _replace_into,
    _directory,
)
