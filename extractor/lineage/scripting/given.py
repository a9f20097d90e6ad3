"""Values that dynamic SQL is given for the places in its text: USING, and the parameters of sp_executesql.

PostgreSQL, "Executing Dynamic Commands"; Oracle, "EXECUTE IMMEDIATE Statement"; Snowflake and BigQuery, "EXECUTE
IMMEDIATE"; Transact-SQL, "sp_executesql".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from dialects import Dialect
from dialects.lexing import Token, tokens
from extractor.lineage.scripting.held import Value, cut
from extractor.lineage.scripting.routine import unquoted

Held = tuple[tuple[str, Value], ...]
_ENDS = frozenset(("INTO", "RETURNING", "RETURN", "LOOP", ";", "BULK"))
_MODES = frozenset(("IN", "OUT", "INOUT"))


class Given(NamedTuple):
    """The values for the places of a text, in their order; ``names`` are those that some of them go by."""

    values: tuple[Value, ...] = ()
    names: tuple[str, ...] = ()


NOTHING_GIVEN = Given()


def given_by_using(found: Sequence[Token], body: str, held: Held) -> Given:
    """``USING a, IN b, 3 AS name`` or ``USING (a, b)`` at the end of a statement."""
    words = [token.text.upper() for token in found]
    if "USING" not in words:
        return NOTHING_GIVEN
    start = words.index("USING") + 1
    end = next((i for i in range(start, len(words)) if words[i] in _ENDS), len(words))
    if words[start : start + 1] == ["("] and words[end - 1] == ")":
        start, end = start + 1, end - 1
    values, names = [], []
    for one in cut(found[start:end]):
        item = one[1:] if one and one[0].text.upper() in _MODES else one
        named = len(item) > 2 and item[-2].text.upper() == "AS"
        names.append(item[-1].text.lower() if named else "")
        values.append(_value(item[:-2] if named else item, body, held))
    return Given(tuple(values), tuple(names))


def given_to_parameters(found: Sequence[Token], body: str, held: Held, dialect: Dialect) -> Given:
    """The arguments of sp_executesql: behind the text its parameters' declaration, then a value for each of them."""
    inputs = list(cut(found))
    if len(inputs) < 3 or inputs[1][-1:] == () or inputs[1][-1].kind != "string":
        return NOTHING_GIVEN
    declared = [one[0].text for one in cut(list(tokens(unquoted(inputs[1][-1].text), dialect.lexical))) if one]
    names, values = [], []
    for position, one in enumerate(inputs[2:]):
        item = one[:-1] if one and one[-1].text.upper() in ("OUT", "OUTPUT") else one
        named = len(item) > 2 and item[1].text == "="
        name = item[0].text if named else declared[position] if position < len(declared) else ""
        names.append(name.lstrip("@").lower())
        values.append(_value(item[2:] if named else item, body, held))
    return Given(tuple(values), tuple(names))


def _value(item: Sequence[Token], body: str, held: Held) -> Value:
    text = body[item[0].start : item[-1].end] if item else "NULL"
    return Value(f"SELECT {text}", 0, held)


def with_places_named(text: str, given: Given, dialect: Dialect) -> tuple[str, Held]:
    """``text`` with a variable in each place that gets a value, and what those variables hold.

    ``$1`` says which value it takes; ``?`` and ``:a`` take them in their order, but for those given by name.
    """
    if not given.values:
        return text, ()
    by_name = {name: value for name, value in zip(given.names, given.values, strict=False) if name}
    if dialect.lexical.blocks == "tsql":
        return text, tuple(by_name.items())
    mark = ":" if dialect.parser == "snowflake" else ""  # how its statements mark what is no column
    pieces: list[str] = []
    used: dict[str, Value] = {}
    copied = order = 0
    for token in tokens(text, dialect.lexical):
        if token.kind != "parameter":
            continue
        bare = token.text[1:]
        number = int(bare) - 1 if token.text[0] == "$" and bare.isdigit() else order
        order += bare.lower() not in by_name
        value = by_name.get(bare.lower()) or (given.values[number] if number < len(given.values) else None)
        if value is not None:
            name = f"given_{number}_{bare}" if bare.isidentifier() else f"given_{number}"
            used[name.lower()] = value
            pieces += (text[copied : token.start], mark + name)
            copied = token.end
    return "".join((*pieces, text[copied:])), tuple(used.items())
