"""docs/keys.md from the fixture tables of names: ``python scripts/write_keys_page.py``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dialects

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "keys.md"
HEAD = ROOT / "docs" / "parts" / "keys.md"
FIXTURES = ROOT / "fixtures" / "keys"
_COLUMNS = ("as written", "database, schema of the session", "key", "why")
_NONE = {
    "left out": "none: left out",
    "ambiguous": "none: ambiguous",
    "temporary": "none: temporary",
    "system": "none: the engine's own",
}


def page() -> str:
    """The whole page: the rules, then one section for each engine."""
    rows = [HEAD.read_text(encoding="utf-8").rstrip()]
    for file in sorted(FIXTURES.glob("*.json")):
        held = json.loads(file.read_text(encoding="utf-8"))
        rows += [
            "",
            f"### {dialects.get(file.stem).title} (`{file.stem}`)",
            "",
            f"[The vendor's rules]({held['page']}).",
        ]
        for situation in held["situations"]:
            rows += _situation(situation)
    return "\n".join(rows) + "\n"


def _situation(held: dict[str, Any]) -> Iterator[str]:
    settings = ", ".join(
        f"`{name} = {json.dumps(value)}`" for name, value in held["source"].items() if name != "dialect"
    )
    before = f", after {', '.join(_code(sql) for sql in held['before'])}" if "before" in held else ""
    page = f" [What the vendor says]({held['page']})." if "page" in held else ""
    yield ""
    yield f"With {settings}{_more(held)}{before}; {_catalog(held['catalog'])}{page}"
    yield ""
    yield "| " + " | ".join(_COLUMNS) + " |"
    yield "|" + "---|" * len(_COLUMNS)
    for sql, database, schema, key, how, rule in held["names"]:
        session = ", ".join(_code(part) if part else "-" for part in (database, schema)) if database or schema else ""
        shown = f"{_code(key)}{'' if how == 'catalog' else f' ({how})'}" if key else _NONE[how]
        yield f"| {_code(sql)} | {session} | {shown} | {_cell(rule)} |"


def _more(held: dict[str, Any]) -> str:
    maps = [f"`[[map]]` {_pairs(entry)}" for entry in held.get("map", [])]
    systems = [f"`[[file_system]]` {_pairs(entry)}" for entry in held.get("file_system", [])]
    return "".join(f", {text}" for text in (*maps, *systems))


def _pairs(entry: dict[str, Any]) -> str:
    return ", ".join(f"`{name} = {json.dumps(value)}`" for name, value in entry.items())


def _catalog(tables: list[dict[str, Any]] | None) -> str:
    if tables is None:
        return "there is no catalog."
    shown = [
        _code(table["key"]) + (f" (a synonym of {_code(table['base_table_key'])})" if "base_table_key" in table else "")
        for table in tables
    ]
    return f"the catalog holds {', '.join(shown)}."


def _code(text: str) -> str:
    fence = "``" if "`" in text else "`"
    space = " " if "`" in text else ""
    return f"{fence}{space}{_cell(text)}{space}{fence}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"wrote {PAGE.relative_to(ROOT)}\n")
