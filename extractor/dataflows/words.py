"""What people read of a dataflow: its title and its SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from dialects import Dialect
from extractor.models import EndKind, StatementLineage, TableName
from extractor.statements import redact

_TITLE_CHARS = 200
_NAME_CHARS = 80
_VERBS = {
    "insert": "Insert into",
    "insert overwrite": "Overwrite",
    "merge": "Merge into",
    "update": "Update",
    "delete": "Delete from",
    "create table": "Create",
    "create table as": "Create",
    "create like": "Create",
    "create clone": "Clone",
    "clone": "Clone",
    "create external table": "External table",
    "create synonym": "Synonym",
    "create stream": "Stream",
    "create dynamic table": "Dynamic table",
    "create view": "View",
    "create materialized view": "Materialized view",
    "select into": "Select into",
    "copy": "Copy to",
    "load": "Load",
    "unload": "Unload to",
    "export": "Export to",
    "rename": "Rename to",
    "swap": "Swap with",
}
_KIND_WORDS: dict[EndKind, Literal["file ", "folder ", ""]] = {"file": "file ", "directory": "folder "}


def title_of(lineage: StatementLineage) -> str:
    """A title such as ``Insert into mart.net from raw.sales and 2 more``."""
    verb = _VERBS.get(lineage.kind.lower().replace("_", " "), "Write")
    targets = _listed(lineage.targets) or "something"
    sources = _listed(lineage.sources)
    by = "using" if verb == _VERBS["delete"] else "from"
    title = f"{verb} {targets} {by} {sources}" if sources else f"{verb} {targets}"
    return _shortened(title, _TITLE_CHARS)


def content_of(texts: Sequence[str], dialect: Dialect, *, mask_literals: bool, max_chars: int) -> str:
    """The statements in order, each ended by a semicolon and set apart by an empty line.

    Credentials are always removed, literals on request. What exceeds ``max_chars`` is cut, and says so.
    """
    parts = []
    room = max_chars
    for text in texts:
        # Only what can be shown is worth cleaning; the rest of a huge text is not looked at twice.
        part = redact(text, dialect, mask_literals=mask_literals).strip().rstrip(";").rstrip()
        if part:
            parts.append(f"{part};")
            room -= len(part)
        if room < 0:
            break
    content = "\n\n".join(parts)
    if len(content) <= max_chars:
        return content
    mark = f"\n-- cut by alation-lineage: only the first {max_chars:,} characters are shown"
    return content[: max(0, max_chars - len(mark))] + mark


def _listed(names: Sequence[TableName]) -> str:
    distinct = list(dict.fromkeys(names))
    if not distinct:
        return ""
    first = _KIND_WORDS.get(distinct[0].kind, "") + _shortened(str(distinct[0]), _NAME_CHARS)
    return first if len(distinct) == 1 else f"{first} and {len(distinct) - 1} more"


def _shortened(text: str, chars: int) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= chars else f"{one_line[: chars - 1]}…"
