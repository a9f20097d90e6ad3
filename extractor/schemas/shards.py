"""Names of parts of a table: partitions, partition decorators, tables by date, wildcards over them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from dialects import Dialect


class Fold(NamedTuple):
    """The table that a name may be a part of. ``is_sure``: it is so by the engine's own notation or by a setting."""

    table: str
    rule: str
    is_sure: bool = False


_DATE = r"(?:19|20)\d\d(?:_?(?:0[1-9]|1[0-2])(?:_?(?:0[1-9]|[12]\d|3[01])(?:_?(?:[01]\d|2[0-3]))?)?)?"
_ENDINGS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("a table by date", re.compile(rf"_[py]?{_DATE}$", re.IGNORECASE)),
    ("a table by year and month", re.compile(r"_y(?:19|20)\d\d(?:m(?:0[1-9]|1[0-2])(?:d[0-3]\d)?)?$", re.IGNORECASE)),
    ("a table by year and quarter", re.compile(r"_(?:19|20)\d\d_?q[1-4]$", re.IGNORECASE)),
    ("a table by date", re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$")),
    ("a partition", re.compile(r"_p(?:art(?:ition)?)?_?\d+$", re.IGNORECASE)),
)
_GREENPLUM = re.compile(r"(?:_\d+_prt_[^.]+)$", re.IGNORECASE)
_DECORATOR = re.compile(r"[$@][\w\-]*$")


def folds(table: str, dialect: Dialect, own: Sequence[re.Pattern[str]]) -> Iterator[Fold]:
    """The tables that one of that name may be a part of, the likeliest first.

    BigQuery writes a partition as ``table$20240131`` and reads tables by date as ``events_*``
    (https://cloud.google.com/bigquery/docs/querying-wildcard-tables); Greenplum names partitions
    ``table_1_prt_name``. Other engines leave the names to people; what is usual is tried.
    """
    for pattern in own:
        if (base := pattern.sub("", table)) and base != table:
            yield Fold(base, f"parts_of_tables.shards {pattern.pattern}", is_sure=True)
    if dialect.parser == "bigquery":
        if (base := _DECORATOR.sub("", table)) and base != table:
            yield Fold(base, "a partition decorator", is_sure=True)
        if table.endswith("*"):
            yield from _of_wildcard(table)
    if dialect.name == "greenplum" and (base := _GREENPLUM.sub("", table)) not in ("", table):
        yield Fold(base.partition("_1_prt_")[0], "a partition", is_sure=True)
    for rule, pattern in _ENDINGS:
        if (base := pattern.sub("", table)) not in ("", table):
            yield Fold(base, rule)
            yield Fold(f"{base}_", rule)


def shards_of(wildcard: str, names: Sequence[str]) -> list[str]:
    """Those of ``names`` that a wildcard covers and whose rest is a date or a number."""
    prefix = wildcard[:-1].lower()
    return [
        name for name in names if name.lower().startswith(prefix) and name[len(prefix) :].replace("_", "").isdigit()
    ]


def _of_wildcard(table: str) -> Iterator[Fold]:
    base = table[:-1].rstrip("0123456789")
    for name in dict.fromkeys((base, base.rstrip("_"))):
        if name:
            yield Fold(name, "a wildcard over tables by date")
