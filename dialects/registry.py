"""Finding a dialect by name."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from functools import lru_cache

from dialects import (
    db2,
    embedded,
    hana,
    hive,
    mysql,
    netezza,
    oracle,
    postgres,
    sqlserver,
    teradata,
    trino,
    vertica,
    warehouses,
)
from dialects.base import Dialect, UnknownDialect
from dialects.embedded import GENERIC

_FAMILIES = (
    *(sqlserver, postgres, netezza, vertica, warehouses, hive, trino, oracle, teradata, db2, hana, mysql, embedded),
)
_DIALECTS: dict[str, Dialect] = {dialect.name: dialect for family in _FAMILIES for dialect in family.DIALECTS}
_BY_NAME: dict[str, Dialect] = _DIALECTS | {
    alias: dialect for dialect in _DIALECTS.values() for alias in dialect.aliases
}


def names() -> list[str]:
    """The names of our own dialects, sorted; `get` knows their aliases and the parser's other dialects as well."""
    return sorted(_DIALECTS)


@lru_cache(maxsize=256)
def get(name: str) -> Dialect:
    """The dialect of that name: ours, an alias of ours, or any other that the parser knows.

    Case, spaces, dashes and underscores do not count. A dialect that only the parser knows gets generic rules.

    Raises:
        UnknownDialect: nobody knows the name.
    """
    asked = name.strip().lower()
    plain = asked.replace("-", "_").replace(" ", "_")
    for candidate in (asked, plain, plain.replace("_", "")):
        if candidate in _BY_NAME:
            return _BY_NAME[candidate]
    from dialects import sqlglot_adapter  # noqa: PLC0415 - only a name we do not know is worth the import

    if sqlglot_adapter.knows(plain):
        found: Dialect = replace(GENERIC, name=plain, title=plain.capitalize(), parser=plain, aliases=())
        return found
    near = get_close_matches(plain, [*names(), *_BY_NAME], n=1)
    meant = f"; did you mean {_BY_NAME[near[0]].name}? They are" if near else "; known are"
    raise UnknownDialect(f"there is no dialect {name!r}{meant}: {', '.join(names())}")
