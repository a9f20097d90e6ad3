"""The page of all dialects, from their values."""

from __future__ import annotations

from collections.abc import Iterator

from dialects.describing import Facts, facts

_HEAD = """\
# Dialects

What is different in each engine, as the code has it: this page is made of it by `make dialects`, and a test holds that
it is current. `alation-lineage dialects` prints a short form, with `--json` all of it.

How names compare: `lower` and `upper` fold to that case; `insensitive` keeps the spelling and ignores case; `exact` is
compared as written. Where tables may differ in case alone although names are compared without it (marked *), two
such names are reported: Alation cannot tell them apart, so both have one key, and nothing is merged silently.
"""
_ROWS = "dialect | engine | also | unquoted names | quoted names | quotes of names | of strings | key of a table"


def markdown(more: str = "") -> str:
    """The whole page; ``more`` stands at its end."""
    found = facts()
    return "\n".join([_HEAD, *_table(found), "", *(line for one in found for line in _section(one))]) + more


def _table(found: list[Facts]) -> Iterator[str]:
    yield f"| {_ROWS} |"
    yield "|" + "---|" * (_ROWS.count("|") + 1)
    for one in found:
        star = "*" if one["case_sensitive_tables"] else ""
        cells = [
            f"`{one['name']}`",
            one["title"],
            ", ".join(f"`{alias}`" for alias in one["aliases"]),
            one["unquoted"] + star,
            one["quoted"] + star,
            " ".join(_code(quotes) for quotes in one["identifier_quotes"]),
            " ".join(_code(quotes) for quotes in one["string_quotes"]),
            f"`{one['key']}`",
        ]
        yield f"| {' | '.join(cells)} |"


def _code(text: str) -> str:
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def _section(one: Facts) -> Iterator[str]:
    yield f"## {one['title']}"
    yield ""
    yield f"- A full name: `{'.'.join(one['parts'])}`{_longer(one)}; bare names are in {_default(one)}."
    if one["home_database"]:
        yield f"- `{one['home_database']}` in front of a name says nothing."
    changes = "; ".join(f"`{form}` sets {what}" for form, what in one["session"].items())
    yield f"- Session: {changes or 'no statement changes what names mean'}."
    made = [*(f"by `{form}`" for form in one["temporary_tables"])]
    made += [f"by their name, `{name}`" for name in one["temporary_names"]]
    yield f"- Temporary: {'; '.join(made) or 'there are no temporary tables'}."
    yield f"- Between statements: {', '.join(_code(text) if len(text) < 3 else text for text in one['separators'])}."
    if one["client_commands"]:
        yield f"- Lines for the client, set aside: {', '.join(one['client_commands'])}."
    own = [f"`{name}`" for name in (*one["system_schemas"], *one["system_tables"])]
    yield f"- The engine's own schemas and tables: {', '.join(own) or 'none'}."
    yield ""


def _longer(one: Facts) -> str:
    return f", up to {one['max_parts']} parts in a statement" if one["max_parts"] > len(one["parts"]) else ""


def _default(one: Facts) -> str:
    said = f"`{one['default_schema']}`" if one["default_schema"] else "the schema that the session or the source names"
    own = "the user's own schema, where the catalog holds one"
    if not one["own_schemas"]:
        return said
    return f"{own}, else in {said}" if one["default_schema"] else f"{said}, else in {own}"
