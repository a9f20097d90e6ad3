"""Run as a process by test_kill: plans and applies one night against a sandbox."""

from __future__ import annotations

import os
import sys

from nights import run_night
from pydantic import SecretStr
from test_kill import nights

from extractor.alation import AlationClient
from extractor.config import AlationSettings, UploadSettings
from extractor.state import Store


def main(state_url: str, alation_url: str, user_id: str, night: str) -> int:
    """Say when the work begins, then do it."""
    settings = AlationSettings.model_validate({"url": alation_url, "user_id": int(user_id), "job_poll_s": 0.05})
    token = SecretStr(os.environ["ALATION_LINEAGE_REFRESH_TOKEN"])
    with (
        Store.open(state_url) as store,
        store.lock(),
        AlationClient.from_settings(settings, token) as client,
    ):
        print("begun", flush=True)  # noqa: T201 - the test waits for this line
        report = run_night(store, client, nights()[int(night)], settings=UploadSettings(max_paths=6))
    return 0 if report.is_complete else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
