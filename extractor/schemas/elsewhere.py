"""Names that lie in other data sources: linked servers, database links, foreign databases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from dialects import Dialect
from extractor.settings_of_places import MapSettings

if TYPE_CHECKING:
    from extractor.schemas.lookup import CatalogNames


class Place(NamedTuple):
    """A server and a database that a name says; "" where it does not say one."""

    server: str
    database: str

    def __str__(self) -> str:
        said = (("server", self.server), ("database", self.database))
        return ", ".join(f"{what} {name}" for what, name in said if name)

    @property
    def line(self) -> str:
        """What to add to the configuration so that names of this place get keys."""
        said = (("server", self.server), ("database", self.database))
        named = "".join(f"{what} = {toml_text(name)}, " for what, name in said if name)
        return f"a [[map]] with {named}data_source_id = <its number in Alation>"


class Elsewhere:
    """The other data sources that names of one source may lie in, by the ``[[map]]`` tables that count for it.

    ``open_names`` gives what finds the names of an entry's data source; it is asked once for each.
    """

    def __init__(self, entries: Sequence[MapSettings], open_names: Callable[[MapSettings], CatalogNames]) -> None:
        self._entries = tuple(entries)
        self._open_names = open_names
        self._opened: dict[int, CatalogNames] = {}

    def entry(self, place: Place) -> MapSettings | None:
        """The entry for names of that place: one that says server and database, else one of both alone."""
        fitting = [entry for entry in self._entries if _fits(entry, place)]
        return max(fitting, key=lambda entry: (entry.server is not None, entry.database is not None), default=None)

    def names(self, entry: MapSettings) -> CatalogNames:
        """What finds names in the entry's data source."""
        if entry.data_source_id not in self._opened:
            self._opened[entry.data_source_id] = self._open_names(entry)
        return self._opened[entry.data_source_id]

    def names_of(self, ds_id: str) -> CatalogNames | None:
        """What finds names in the data source of that id, once a name of it was found."""
        return self._opened.get(int(ds_id)) if ds_id.isdecimal() else None


def split_server(identity: tuple[str, ...], dialect: Dialect) -> tuple[str, tuple[str, ...]]:
    """The server that a name says, and the name without it.

    SQL Server has it in front of three other parts. Oracle has it behind, as in ``erp.orders@prod.example.com``,
    whose domain is cut at its periods like the parts of a name
    (https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/Database-Object-Names-and-Qualifiers.html).
    """
    if dialect.parser == "oracle":
        at = next((n for n, part in enumerate(identity) if "@" in part[1:]), None)
        if at is not None:
            table, _, link = identity[at].partition("@")
            return ".".join((link, *identity[at + 1 :])), (*identity[:at], table)
    if len(identity) > 3 and any(identity[:-3]):
        return ".".join(part for part in identity[:-3] if part), identity[-3:]
    return "", identity


def _fits(entry: MapSettings, place: Place) -> bool:
    server, database = (entry.server or "").lower(), (entry.database or "").lower()
    if server != place.server.lower() and (server or not database):
        return False
    if place.server and not server:
        return False
    return not database or database == place.database.lower()


def toml_text(name: str) -> str:
    """A text as TOML writes it, without escapes."""
    return f"'{name}'" if "\\" in name or '"' in name else f'"{name}"'
