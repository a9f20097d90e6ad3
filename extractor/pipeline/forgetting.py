"""What the state has to forget when somebody cleans up in Alation by hand."""

from __future__ import annotations

from collections.abc import Sequence

from extractor.config import Config
from extractor.pipeline.runs import state_url
from extractor.state import Store


def forget_dataflows(config: Config, external_ids: Sequence[str]) -> None:
    """Let the state know that dataflows of ours were deleted in Alation: a run that still wants them sends them again.

    Raises:
        StateError: a run holds the state, or it cannot be opened.
    """
    if external_ids:
        with Store.open(state_url(config)) as store, store.lock():
            store.forget(external_ids)
