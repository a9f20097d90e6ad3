"""Methods of values: ``doc.value('(/a)[1]', 'int')`` becomes a function call, ``METHOD_OF(doc, '(/a)[1]', 'int')``.

Transact-SQL, "xml Data Type Methods", "Spatial Types" and "hierarchyid data type method reference". A call behind a
dotted name may as well be a function of a schema, so there only the vendor's method names count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from dialects.base import LexicalRules
from dialects.lexing import Token, tokens, words
from dialects.rewriting import word_at

_NAMES = (
    r"value|query|exist|nodes|modify|ST[A-Z]\w*|Get(?:Level|Ancestor|Descendant|ReparentedValue)|IsDescendantOf"
    r"|ToString|MakeValid|AsGml|AsTextZM|BufferWithTolerance|Reduce|Filter|InstanceOf"
)
_METHOD = re.compile(_NAMES)
CALLS = (
    r"\.\s*(?:VALUE|QUERY|EXIST|NODES|MODIFY|ST[A-Z]\w*|GET(?:LEVEL|ANCESTOR|DESCENDANT|REPARENTEDVALUE)|ISDESCENDANTOF"
    r"|TOSTRING|MAKEVALID|ASGML|ASTEXTZM|BUFFERWITHTOLERANCE|REDUCE|FILTER|INSTANCEOF)\s*\("
)
"""What is searched for in a text in upper case; the engine minds the case of the methods' names."""
_BEFORE_TABLES = words("INTO INSERT TABLE VIEW FUNCTION PROCEDURE PROC EXEC EXECUTE REFERENCES")
_NOT_CALLED = words(
    "SELECT IN AND OR WHERE ON THEN ELSE WHEN BY NOT AS VALUES EXISTS SET CASE BETWEEN LIKE FROM JOIN APPLY TOP "
    "DISTINCT HAVING RETURN UNION ALL ANY SOME WITH OVER"
)


def with_called_methods(text: str, rules: LexicalRules) -> str:
    """``text`` with every call of a method as a call of a function whose first argument is the value."""
    found = list(tokens(text, rules))
    edits = sorted((edit for place in range(2, len(found)) for edit in _edits(found, place)), key=lambda e: e[0])
    pieces: list[str] = []
    copied = 0
    for start, end, written in edits:
        pieces += (text[copied : max(copied, start)], written)
        copied = max(copied, end)
    return "".join((*pieces, text[copied:]))


def _edits(found: Sequence[Token], place: int) -> Iterator[tuple[int, int, str]]:
    """What to write for the method named at ``place``: begin and end in the text, and the text."""
    if word_at(found, place + 1) != "(" or found[place - 1].text != ".":
        return
    if not _METHOD.fullmatch(found[place].text):
        return
    first = _operand(found, place - 2)
    if first < 0 or word_at(found, first - 1) in _BEFORE_TABLES:
        return
    dot, bracket = found[place - 1], found[place + 1]
    if found[place].text.lower() == "modify":  # the right side of a SET, or a SET of its own
        value = "".join(token.text for token in found[first : place - 1])
        yield dot.start, bracket.end, f" = ({value}, "
        return
    yield found[first].start, found[first].start, "METHOD_OF("
    yield dot.start, bracket.end, "" if word_at(found, place + 2) == ")" else ", "


def _operand(found: Sequence[Token], last: int) -> int:
    """The place of the first token of the value that ends at ``last``, or -1 where none does."""
    place = last
    while place >= 0:
        if found[place].text == ")":
            place = _opening(found, place)
            before = found[place - 1] if place > 0 else None
            if before is None or before.kind not in ("word", "quoted") or word_at(found, place - 1) in _NOT_CALLED:
                return place
            place -= 1
        elif found[place].kind not in ("word", "quoted", "parameter"):
            return -1
        if place == 0 or found[place - 1].text not in (".", "::"):
            return place
        place -= 2
    return -1


def _opening(found: Sequence[Token], place: int) -> int:
    """The place of the bracket that the one at ``place`` closes."""
    depth = 0
    for position in range(place, -1, -1):
        if found[position].kind == "operator":
            depth += (found[position].text == ")") - (found[position].text == "(")
            if depth == 0:
                return position
    return 0
