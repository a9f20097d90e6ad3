"""Finds an object of the lineage graph by its name as a person writes it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from extractor.config import Config
from extractor.errors import ConfigError, UnwritableKey
from extractor.keys.quoting import read_key
from extractor.models import Node
from extractor.state.graph import LineageGraph

_PART = re.compile(r'"([^"]+)"|`([^`]+)`|\[([^\]]+)\]|([^.]+)')
_SHOWN = 20


class Found(NamedTuple):
    """An object of the graph: its number in the state, and what it is."""

    number: int
    node: Node


def find_table(graph: LineageGraph, config: Config, text: str) -> Found:
    """The one table (or external object, file, report) that a name means.

    A name is a key, or the last parts of one (``orders``, ``sales.orders``, ``12.sales.orders``), in any case, with
    or without quotes; the data source may be written as its number or as the name of a source, and a database that
    the keys do not have may stand in front.

    Raises:
        ConfigError: no object is called so (with what is near), or several are (with all of them).
    """
    exact = [found for found in _founds(graph.with_key(text)) if found.node.otype != "column"]
    if exact:
        return min(exact, key=lambda found: found.node.otype != "table")
    parts = split_name(text)
    named = _founds(graph.named(parts[-1]))
    for wanted in _readings(parts, config):
        fitting = [found for found in named if _parts_of(found.node.key)[-len(wanted.parts) :] == wanted.parts]
        fitting = [found for found in fitting if wanted.accepts(_parts_of(found.node.key)[0])]
        fitting = _without_twins(fitting)
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            raise ConfigError(_several(text, [found.node.key for found in fitting]))
    raise ConfigError(_nothing(graph, text, parts[-1], [found.node.key for found in named]))


def find_column(graph: LineageGraph, table: Node, name: str) -> Found:
    """The column of a table, by its name in any case.

    Raises:
        ConfigError: the table has no such column with lineage; the message lists those that it has.
    """
    wanted = _bare(name).lower()
    columns = _founds(graph.columns_of(table.key))
    for found in columns:
        if last_part(found.node.key).lower() == wanted:
            return found
    known = sorted(last_part(found.node.key) for found in columns)
    if not known:
        raise ConfigError(f"no lineage is known for any column of {table.key}; ask for the table without --column")
    near = difflib.get_close_matches(wanted, known, 1, 0.6)
    hint = f" Did you mean {near[0]}?" if near else ""
    raise ConfigError(f"{table.key} has no column {name!r} with lineage.{hint} It has: {_listed(known)}")


def split_name(text: str) -> tuple[str, ...]:
    """The parts of a name in lower case, without double quotes, backticks or brackets.

    Raises:
        ConfigError: there is no part.
    """
    parts = tuple("".join(match.groups("")).strip().lower() for match in _PART.finditer(text))
    if not parts or not all(parts):
        raise ConfigError(f"{text!r} is no name of a table: write it like sales.orders or 12.sales.orders")
    return parts


def last_part(key: str) -> str:
    """The last part of a key, without its quotes."""
    cut = key.rfind('."') if key.endswith('"') else key.rfind(".")
    return key[cut + 1 :].strip('"')


def table_of_column(key: str) -> str:
    """The key of the table that a column's key belongs to."""
    cut = key.rfind('."') if key.endswith('"') else key.rfind(".")
    return key[:cut]


class _Wanted(NamedTuple):
    """One way to read a name: the last parts of a key, and the data sources that it may lie in (None: any)."""

    parts: tuple[str, ...]
    sources: frozenset[str] | None = None

    def accepts(self, source: str) -> bool:
        return self.sources is None or source in self.sources


def _readings(parts: tuple[str, ...], config: Config) -> Iterable[_Wanted]:
    """As it stands; with a source's name in the place of the number; with a database that keys do not have."""
    yield _Wanted(parts)
    if len(parts) < 2:
        return
    called = frozenset(str(s.data_source_id) for s in config.source if s.name.lower() == parts[0])
    if called:
        yield _Wanted(parts[1:], called)
    of_database = frozenset(str(s.data_source_id) for s in config.source if (s.database or "").lower() == parts[0])
    if of_database:
        yield _Wanted(parts[1:], of_database)


def _founds(nodes: dict[int, Node]) -> list[Found]:
    return sorted((Found(number, node) for number, node in nodes.items()), key=lambda found: found.node.key)


def _without_twins(fitting: Sequence[Found]) -> list[Found]:
    """Of a table and an external object with the same key, the table."""
    of_key: dict[str, Found] = {}
    for found in sorted(fitting, key=lambda found: found.node.otype == "table"):
        of_key[found.node.key.lower()] = found
    return list(of_key.values())


def _parts_of(key: str) -> tuple[str, ...]:
    try:
        return read_key(key.lower())
    except UnwritableKey:
        return tuple(key.lower().split("."))


def _bare(name: str) -> str:
    match = _PART.fullmatch(name.strip())
    return "".join(match.groups("")) if match else name.strip()


def _several(text: str, keys: Sequence[str]) -> str:
    rows = "".join(f"\n  {key}" for key in sorted(keys)[:_SHOWN])
    more = f"\n  and {len(keys) - _SHOWN} more" if len(keys) > _SHOWN else ""
    return f"{text!r} may be any of {len(keys)} tables; write more of the name:{rows}{more}"


def _nothing(graph: LineageGraph, text: str, name: str, same_name: Sequence[str]) -> str:
    if same_name:
        return f"no table {text!r} has lineage; of that name there are: {_listed(same_name)}"
    near = difflib.get_close_matches(name, graph.names_like(name[:1]), 5, 0.7)
    hint = f" Near are: {', '.join(near)}." if near else ""
    return (
        f"no lineage is known for a table {text!r}.{hint} It is known after a run over logs in which the table feeds "
        "another one or is fed by one"
    )


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
