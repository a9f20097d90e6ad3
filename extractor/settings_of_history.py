"""How the history tables of a database are read, where a source is one: ``url`` and ``query`` of a ``[[source]]``."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

REFERENCE = re.compile(r"\$\{(?P<name>[A-Za-z_]\w*)\}")
"""A secret by the name of the variable that holds it: ``${WAREHOUSE_PASSWORD}``."""


class HistorySettings(BaseModel):
    """From when on, in which steps, and how much again.

    The first reading goes ``first_days`` back. Each later one begins ``overlap_minutes`` before the end of the last,
    for rows that the database writes late; rows that were read then are passed over. ``page_minutes`` is the span of
    time that one query asks for. ``connect`` is given to the driver as it is; a value ``${NAME}`` is a secret's name.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    first_days: Annotated[float, Field(gt=0, le=3660)] = 7.0
    overlap_minutes: Annotated[float, Field(ge=0, le=10_080)] | None = None
    page_minutes: Annotated[float, Field(gt=0)] = 60.0
    connect: dict[str, str | int | float | bool] = {}
