"""Oracle's online redefinition: the rows of a table are copied into another, which then takes its name.

https://docs.oracle.com/en/database/oracle/oracle-database/23/arpls/DBMS_REDEFINITION.html
"""

from __future__ import annotations

from collections.abc import Sequence

from dialects import Dialect
from dialects.lexing import Token, tokens
from extractor.lineage.scripting.chunks import Chunk
from extractor.lineage.scripting.dynamic import Variables
from extractor.lineage.scripting.held import cut

_PARAMETERS = ("uname", "orig_table", "int_table", "col_mapping")
_STEPS = frozenset(("START_REDEF_TABLE", "FINISH_REDEF_TABLE"))


def redefinition(chunk: Chunk, known: Variables, dialect: Dialect) -> str:
    """The statement that a step of a redefinition amounts to, or nothing for any other chunk."""
    words = chunk.words
    place = next((i for i, word in enumerate(words[:6]) if word in _STEPS), -1)
    if place < 1 or words[place + 1 : place + 2] != ["("]:
        return ""
    given = _given(chunk.tokens[place + 2 : -1], known)
    owner = f"{given['uname']}." if given.get("uname") else ""
    if not given.get("orig_table") or not given.get("int_table"):
        return ""
    old, new = owner + given["orig_table"], owner + given["int_table"]
    if words[place] == "FINISH_REDEF_TABLE":
        return f"EXCHANGE TABLES {old} AND {new}"
    mapping = given.get("col_mapping", "")
    if not mapping:
        return f"INSERT INTO {new} SELECT * FROM {old}"  # noqa: S608 - read by the parser only
    columns = [list(part)[-1].text for part in cut(list(tokens(mapping, dialect.lexical))) if part]
    return f"INSERT INTO {new} ({', '.join(columns)}) SELECT {mapping} FROM {old}"  # noqa: S608


def _given(inputs: Sequence[Token], known: Variables) -> dict[str, str]:
    """The parameters whose texts are known, by place or by name."""
    found: dict[str, str] = {}
    for place, part in enumerate(cut(inputs)):
        named = len(part) > 2 and part[1].text in ("=>", "=")
        name = part[0].text.lower() if named else _PARAMETERS[place] if place < len(_PARAMETERS) else ""
        values = known.value(part[2 if part[1].text == "=>" else 3 :] if named else part)
        if name in _PARAMETERS and len(values) == 1 and values[0] is not None:
            found[name] = values[0]
    return found
