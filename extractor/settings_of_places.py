"""Settings of what lies outside of a source's own database: catalogs, other data sources, file systems."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator


def _are_patterns(patterns: list[str]) -> list[str]:
    for pattern in patterns:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"{pattern!r} is not a regular expression: {error}") from None
    return patterns


Patterns = Annotated[list[str], AfterValidator(_are_patterns)]
"""A setting of regular expressions."""


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class CatalogSettings(_Settings):
    """Where the tables and columns of a data source come from: Alation itself, a file, or the live database.

    ``live`` is the name of the environment variable that holds the SQLAlchemy URL of the database; ``live_schemas``
    those of its schemas that count (all, when empty). Alation's columns are read in full when the last full reading is
    ``full_every_hours`` old; before that, only what is new.
    """

    file: Path | None = None
    live: Annotated[str | None, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] = None
    live_schemas: list[str] = []
    from_alation: bool = True
    full_every_hours: Annotated[float, Field(ge=0)] = 20.0

    @model_validator(mode="after")
    def _has_one_origin(self) -> CatalogSettings:
        if self.file is not None and self.live is not None:
            raise ValueError("a catalog comes from a file or from the live database, not from both")
        return self


class FoldSettings(_Settings):
    """What counts as a part of a table: partitions and tables by date.

    ``partitions``: fold a name that the catalog does not hold to the table that it is a part of, or keep it.
    ``shards`` are regular expressions of endings that are folded even where no catalog says that the table exists.
    """

    partitions: Literal["fold", "keep"] = "fold"
    shards: Patterns = []


class MapSettings(_Settings):
    """One ``[[map]]``: names of that server or database (or of both) are of another data source.

    ``source`` restricts it to the names of one ``[[source]]``. ``as_database`` is what the database is called over
    there. ``dialect`` and ``catalog`` count where no ``[[source]]`` is of that data source.
    """

    server: Annotated[str | None, Field(min_length=1)] = None
    database: Annotated[str | None, Field(min_length=1)] = None
    data_source_id: Annotated[int, Field(ge=0)]
    source: str | None = None
    as_database: Annotated[str | None, Field(min_length=1)] = None
    dialect: str | None = None
    catalog: CatalogSettings = CatalogSettings()

    @model_validator(mode="after")
    def _names_something(self) -> MapSettings:
        if self.server is None and self.database is None:
            raise ValueError("a [[map]] needs a server, a database, or both")
        return self


class StorageSettings(_Settings):
    """How the object store of a source is reached; credentials come from the store's own variables and identities.

    ``profile`` and ``region`` count for S3, ``account`` for Azure, ``project`` for Google; ``endpoint_url`` is that of
    a store that speaks S3 or Google's protocol elsewhere. ``anonymous`` asks without any identity.
    """

    endpoint_url: Annotated[str | None, Field(pattern=r"^https?://[^/@\s]+")] = None
    region: str | None = None
    profile: str | None = None
    account: str | None = None
    project: str | None = None
    anonymous: bool = False
    requester_pays: bool = False


class FileSystemSettings(_Settings):
    """One ``[[file_system]]``: places that begin with ``prefix`` are files of Alation's file system ``id``.

    What follows the prefix is the path of the key, with ``path`` in front. ``fold``: ``rules`` takes patterns,
    partitions, numbered parts and dated files as their directory, ``directory`` every file, ``never`` none.
    """

    id: Annotated[int, Field(ge=0)]
    prefix: Annotated[str, Field(min_length=1)]
    path: str = ""
    fold: Literal["rules", "directory", "never"] = "rules"
