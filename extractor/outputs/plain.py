"""Values as JSON, whatever a log has put into their texts."""

from __future__ import annotations

from typing import Any

import orjson

from extractor.state import storable


def in_json(value: Any) -> str:
    """Indented JSON; halves of surrogate pairs, which names of files may hold, become U+FFFD."""
    try:
        return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
    except TypeError:
        return orjson.dumps(plain(value), option=orjson.OPT_INDENT_2).decode()


def plain(value: Any) -> Any:
    """The value with texts that any encoding holds."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return {storable(str(name)): plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value
