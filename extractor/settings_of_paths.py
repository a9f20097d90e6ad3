"""Settings of ``[[paths]]``: lineage that no log holds, written down in files."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class PathsSettings(BaseModel):
    """One ``[[paths]]``: files in the shape of Alation's lineage API (JSON), or with one link a line (CSV).

    ``files`` are files or globs, relative to the configuration file. What a file no longer says is removed from
    Alation. ``unknown_keys`` says what to do with tables and columns that the catalog of a data source we hold does
    not know: leave their links out, or upload them all the same (Alation shows a TMP node).
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,80}$")]
    files: Annotated[list[str], Field(min_length=1)]
    unknown_keys: Literal["leave_out", "upload"] = "leave_out"
