"""Somebody has to make the next refresh token in time: who is told, and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from loopback import Answer, answering
from pydantic import SecretStr

from extractor.alation import AlationClient, TokenInfo
from extractor.config import AlationSettings
from extractor.pipeline.tokens import token_warnings, warning_of


@pytest.mark.parametrize(("days", "told"), [(60, False), (14.5, False), (13.9, True), (0.5, True), (None, False)])
def test_the_last_fourteen_days_are_told(days, told):
    """A token that ends soon is a warning that says when; one without an end is none."""
    end = None if days is None else datetime.now(UTC) + timedelta(days=days)
    warning = warning_of(TokenInfo(active=True, expires_at=end))
    assert bool(warning) is told
    assert ("ends in" in warning) is told


@pytest.mark.parametrize(
    ("answer", "count"),
    [
        (
            Answer(200, {"token_status": "ACTIVE", "token_expires_at": (datetime.now(UTC) + timedelta(3)).isoformat()}),
            1,
        ),
        (Answer(200, {"token_status": "ACTIVE"}), 0),
        (Answer(404, b"<html>", {"Content-Type": "text/html"}), 0),
        (Answer(401, {"detail": "no"}), 0),
    ],
)
def test_a_server_that_does_not_say_is_no_error(answer, count):
    """Where the end is not told, or the question is refused, the run goes on: a token that fails tells itself."""
    with answering(answer) as server:
        settings = AlationSettings.model_validate({"url": server.url, "user_id": 1, "retries": 0})
        with AlationClient.from_settings(settings, SecretStr("rt")) as client:
            assert len(token_warnings(client)) == count
