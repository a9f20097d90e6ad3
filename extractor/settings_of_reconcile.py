"""The settings of how the graph is kept equal to what ran: when dataflows go, and how many at once."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class ReconcileSettings(BaseModel):
    """When dataflows go, how many may go in one run, and how long `verify` waits. Times in seconds.

    ``expire_after_nights`` is 0 for never. No run removes more than the larger of ``removals_always`` dataflows and
    ``max_removed_share`` of those that Alation holds of a source, nor of all, unless the command line allows it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    expire_after_nights: Annotated[int, Field(ge=0)] = 0
    max_removed_share: Annotated[float, Field(ge=0, le=1)] = 0.2
    removals_always: Annotated[int, Field(ge=0)] = 10
    verify_wait_s: Annotated[float, Field(ge=0)] = 30.0
