"""Requests spread over the hours of the day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from dataflow_samples import flow
from lineage_service import LineageService
from pydantic import ValidationError

from extractor.errors import Paused
from extractor.settings_of_backfill import BackfillSettings
from extractor.upload.operations import dataflow_object
from extractor.upload.pace import Pace, PacedApi
from tests.clock import Clock

NOON = datetime(2024, 3, 4, 12, 0, tzinfo=UTC)


def paced(clock, **settings):
    """A pace on a clock, and what it told."""
    told = []
    return Pace(BackfillSettings(**settings), tell=told.append, now=clock.now, sleep=clock.sleep), told


def test_without_settings_nobody_waits():
    """A hundred requests go at once."""
    clock = Clock(NOON)
    pace, told = paced(clock)
    for _ in range(100):
        pace.take_turn()
    assert (clock.at, told) == (NOON, [])


def test_requests_keep_their_distance():
    """Sixty an hour: the third goes two minutes after the first."""
    clock = Clock(NOON)
    pace, _ = paced(clock, requests_per_hour=60)
    for _ in range(3):
        pace.take_turn()
    assert clock.at == NOON + timedelta(minutes=2)


def test_requests_wait_for_the_night():
    """From 22:00 to 05:30: at noon none goes, one who waits is told until when, and midnight ends nothing."""
    clock = Clock(NOON)
    pace, told = paced(clock, hours="22:00-05:30")
    with pytest.raises(Paused, match="2024-03-04 22:00 UTC"):
        pace.take_turn()
    assert clock.at == NOON
    pace.await_opening()
    assert (clock.at, told) == (NOON.replace(hour=22), ["waiting: the next request is due at 2024-03-04 22:00 UTC"])
    pace.take_turn()
    clock.at = NOON.replace(day=5, hour=5, minute=29)
    pace.take_turn()
    assert clock.at == NOON.replace(day=5, hour=5, minute=29)
    clock.at += timedelta(minutes=1)
    with pytest.raises(Paused, match="2024-03-05 22:00 UTC"):
        pace.take_turn()


def test_what_was_deleted_to_be_replaced_comes_back_after_the_hours():
    """The hours end between DELETE and POST: what is away is posted all the same, and nothing else."""
    clock = Clock(NOON.replace(day=5, hour=5, minute=27))
    pace, _ = paced(clock, hours="22:00-05:30", requests_per_hour=30)
    service = LineageService()
    api = PacedApi(service, pace)
    replaced, other = flow("a", {"net": ["raw"]}), flow("b", {"net": ["raw"]})
    api.post_lineage([dataflow_object(replaced)], [])
    api.delete_dataflows([replaced.external_id])
    assert clock.at.minute == 29
    api.post_lineage([dataflow_object(replaced)], [])
    assert set(service.dataflows) == {replaced.external_id}
    assert clock.at.minute == 31
    with pytest.raises(Paused):
        api.post_lineage([dataflow_object(other)], [])


def test_hours_are_of_the_zone():
    """22:00 in Berlin is 21:00 UTC in winter and 20:00 in summer."""
    for at, hour in ((NOON, 21), (NOON.replace(month=7), 20)):
        pace, _ = paced(Clock(at), hours="22:00-05:30", time_zone="Europe/Berlin")
        assert pace.due(at) == at.replace(hour=hour)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("window", "fortnight", "no length of a window"),
        ("window", "0d", "no length of a window"),
        ("hours", "10pm-5am", "no hours of a day"),
        ("hours", "05:00-05:00", "same minute"),
        ("time_zone", "Mars/Base", "no time zone"),
        ("requests_per_hour", 0, "greater than 0"),
    ],
)
def test_wrong_settings_are_told(name, value, says):
    """What is wrong and how it is written right."""
    with pytest.raises(ValidationError, match=says):
        BackfillSettings(**{name: value})
