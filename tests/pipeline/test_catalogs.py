"""The catalog at the beginning of a run, and an Alation that does not give it."""

from __future__ import annotations

import pytest
from sandbox_server import sandbox

from extractor.config import TOKEN_VARIABLE
from extractor.errors import AuthenticationFailed
from tests.pipeline.company import CATALOG, LOAD, configure, record, run, write_log


def test_a_token_that_has_ended_fails_the_night_even_when_there_is_nothing_to_send(tmp_path, monkeypatch):
    """It is told at once, and not when a statement happens to be new one day."""
    write_log(tmp_path, "a.jsonl", [record(LOAD.format(day="x"))])
    with sandbox(tmp_path, catalog=CATALOG) as alation:
        monkeypatch.setenv(TOKEN_VARIABLE, alation.token)
        run(configure(tmp_path, alation.url))
        monkeypatch.setenv(TOKEN_VARIABLE, "ended")
        with pytest.raises(AuthenticationFailed):
            run(configure(tmp_path, alation.url))
