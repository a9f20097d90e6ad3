"""Outlines as bytes: a version, then nested JSON lists. Reading them runs no code of the file's choosing."""

from __future__ import annotations

from sys import intern
from typing import Any, cast

import orjson

from extractor.errors import StateError
from extractor.lineage.model import NO_FLOW, RECORDS, Flow, Outline

VERSION = b"1\n"
_NUMBERS = {record: number for number, record in enumerate(RECORDS)}
_DEFAULTS = [tuple(cast("Any", record)._field_defaults.values()) for record in RECORDS]
_PLAIN = -1
_record = tuple.__new__


def _fillings(record: Any, defaults: tuple[Any, ...]) -> list[tuple[Any, ...] | None]:
    """What completes a record of so many fields: its last defaults, or None where fields without one are missing."""
    width = len(record._fields)
    return [defaults[len(defaults) - width + n :] if n >= width - len(defaults) else None for n in range(width + 1)]


_FILLINGS = [_fillings(record, defaults) for record, defaults in zip(RECORDS, _DEFAULTS, strict=True)]


def dump(outline: Outline) -> bytes:
    """Return ``outline`` as bytes that `load` reads back."""
    return VERSION + orjson.dumps(_encode(outline))


def load(data: bytes) -> Outline:
    """Return the outline that `dump` wrote; raises `StateError` for bytes of another version or shape."""
    if not data.startswith(VERSION):
        raise StateError("a stored outline has another version; it must be derived again")
    try:
        outline = _decode(orjson.loads(data[len(VERSION) :]))
    except (ValueError, TypeError, IndexError) as error:
        raise StateError(f"a stored outline is damaged ({error}); it must be derived again") from error
    if not isinstance(outline, Outline):
        raise StateError("a stored outline is damaged (not an outline); it must be derived again")
    return outline


def _encode(value: Any) -> Any:
    if not isinstance(value, tuple):
        return value
    number = _NUMBERS.get(value.__class__, _PLAIN)
    if number == _PLAIN:
        return [_PLAIN, *map(_encode, value)]
    fields, defaults = list(value), _DEFAULTS[number]
    while fields and len(fields) > len(value) - len(defaults) and fields[-1] == defaults[len(fields) - len(value) - 1]:
        fields.pop()
    return [number, *map(_encode, fields)]


def _decode(value: Any) -> Any:
    if value.__class__ is not list:
        return value
    number, *fields = value
    # A column is named in many places: as one string, it takes room once and is found faster.
    items = tuple([_decode(f) if f.__class__ is list else intern(f) if f.__class__ is str else f for f in fields])
    if number == _PLAIN:
        return items
    record = cast("Any", RECORDS[number])
    if record is Flow and not items:
        return NO_FLOW  # the binder asks whether a flow is this very one
    rest = _FILLINGS[number][len(items)]
    if rest is None:
        raise TypeError(f"{record.__name__} lacks fields")
    return _record(record, items + rest if rest else items)
