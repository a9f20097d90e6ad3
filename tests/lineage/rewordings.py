"""Other texts of the same meaning, made from the tokens of a fixture; None where the change would not be sound."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from dialects.lexing import Token, tokens
from tests.lineage.cases import Case

SPECIAL = frozenset({"new", "old", "inserted", "deleted", "excluded", "target", "source", "source_delta"})
"""Relations that an engine names itself."""
TAILS = frozenset(
    {
        "option", "settings", "format", "into", "returning", "conflict", "duplicate", "data", "binding", "check",
        "emit", "procedure", "for", "reject", "log", "errors", "qualified", "output", "unload", "read",
        "encoded", "s3export",
    }
)  # fmt: skip
"""Words that may begin what belongs to the statement, or to the query at its end alone."""


def other_case(case: Case) -> str | None:
    """Each unquoted word in the other case.

    ClickHouse tells names of functions and columns apart by it, T-SQL the methods of a value (``.value(...)``),
    psql its commands.
    """
    if case.rules.parser == "clickhouse":
        return None
    found = list(tokens(case.sql, case.rules.lexical, blanks=True))
    texts = [token.text for token in found]
    methods = {
        place
        for place, (before, after) in enumerate(zip(["", *texts], [*texts[1:], ""], strict=False))
        if (before == "." and after == "(") or before == "\\"
    }
    words = {place for place, token in enumerate(found) if token.kind == "word"} - methods
    return "".join(_swapped(text) if place in words else text for place, text in enumerate(texts))


def _swapped(word: str) -> str:
    """The other case, where that leads back to the word (not so for German's sharp s)."""
    other = word.swapcase()
    return other if other.swapcase() == word else word


def other_layout(case: Case) -> str:
    """Comments and line ends where blanks were, and around the text."""
    inner = _joined(case, lambda token: " /* note */\n  " if token.kind == "space" else token.text)
    return f"/* note */\n\n{inner}\n/* note */"


def other_aliases(case: Case) -> str | None:
    """Every alias of a relation that is one for certain under another name."""
    found = list(tokens(case.sql, case.rules.lexical))
    if not (aliases := set(_aliases(case, found))):
        return None
    return _joined(
        case, lambda token: f"zz_{token.text}" if token.kind == "word" and token.text.lower() in aliases else token.text
    )


def _joined(case: Case, written: Callable[[Token], str]) -> str:
    return "".join(map(written, tokens(case.sql, case.rules.lexical, blanks=True)))


def _aliases(case: Case, found: list[Token]) -> Iterator[str]:
    """Words that stand behind a relation, qualify a column, and are no part of any other name in the case."""
    texts = [token.text.lower() for token in found]
    hidden = " ".join(token.text.lower() for token in found if token.kind not in {"word", "operator", "number"})
    tables = {name.rpartition(".")[2] for key in ("sources", "targets") for name in case.expected.get(key, [])}
    taken = {part for name in _names(case) for part in name.lower().split(".")} | SPECIAL
    before, after = ["", *texts], [*texts[1:], ""]
    for text in sorted({token.text.lower() for token in found if token.kind == "word"} - taken):
        places = [place for place, other in enumerate(texts) if other == text]
        stands_behind = any(before[place] in {"as", ")"} | tables for place in places)
        qualifies = any(after[place] == "." for place in places)
        is_column = any(before[place] == "." or after[place] in {"(", ":"} for place in places)
        if stands_behind and qualifies and not is_column and text not in hidden:
            yield text


def _names(case: Case) -> Iterator[str]:
    """All names that the case expects or is told."""
    for key in ("sources", "targets"):
        yield from case.expected.get(key, [])
    for key in ("columns", "indirect"):
        yield from (part for text in case.expected.get(key, []) for part in text.split(" > "))
    for table, columns in case.expected.get("schema", {}).items():
        yield from (table, *columns)


def nested_query(case: Case) -> str | None:
    """SELECT * over the query of a statement that is a query, or ends in one, as a derived table."""
    span = _query(case)
    return None if span is None else f"{span[0]}select * from (\n{span[1]}\n) wrapped_query"


def bracketed_query(case: Case) -> str | None:
    """Brackets around the query of a statement that is a query, or ends in one."""
    span = _query(case)
    return None if span is None else f"{span[0]}(\n{span[1]}\n)"


def query_below_both(case: Case) -> str | None:
    """The query in a CTE, that within a derived table."""
    span = _query(case)
    if span is None:
        return None
    inner = f"with wrapped_query as (\n{span[1]}\n) select * from wrapped_query"
    return f"{span[0]}select outer_query.* from (\n{inner}\n) outer_query"


def query_in_cte(case: Case) -> str | None:
    """WITH around the query of a statement that is a query, or ends in one."""
    span = _query(case)
    if span is None or (span[0] and case.rules.parser in {"tsql", "hive", "fabric"}):
        return None  # there WITH stands in front of INSERT
    return f"{span[0]}with wrapped_query as (\n{span[1]}\n) select * from wrapped_query"


def _query(case: Case) -> tuple[str, str] | None:
    """What is before the query, and the query, where it reaches to the end of the only statement."""
    text = case.sql.rstrip().rstrip(";")
    found = list(tokens(text, case.rules.lexical))
    words = [token.text.lower() for token in found]
    if (
        "from" not in words
        or "recursive" in words
        or ";" in words
        or TAILS.intersection(words)
        or {"line", "template"} & {t.kind for t in found}
    ):
        return None
    depth = 0
    for place, word in enumerate(words):
        depth += (word == "(") - (word == ")")
        if depth == 0 and word == "select":
            before = words[:place]
            if before and (before[0] not in {"create", "insert"} or "with" in before or "from" in before):
                return None
            return text[: found[place].start], text[found[place].start :]
    return None
