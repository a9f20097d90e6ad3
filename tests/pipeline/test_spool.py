"""Events come back in time order, from memory and from disk alike."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from extractor.pipeline.spool import Event, Spool


def event(at_us: int, file: int, record: int, piece: int = 0) -> Event:
    """An event at that place."""
    return Event(
        at_us,
        file,
        record,
        piece,
        1,
        ("read only",),
        f"f{record}",
        1,
        0,
        "s",
        None,
        "db",
        None,
        ("a", "b"),
        None,
        "id",
        0,
    )


@given(st.lists(st.tuples(st.integers(-1, 50), st.integers(0, 3)), max_size=80), st.integers(1, 20))
def test_events_come_back_in_time_order_whatever_fits_into_memory(places, limit):
    """The order is (time, file, record), and nothing is lost or doubled, for any size of the runs on disk."""
    events = [event(at, file, number) for number, (at, file) in enumerate(places)]
    random.Random(0).shuffle(events)
    with Spool(limit) as spool:
        for each in events:
            spool.add(each)
        assert list(spool.in_order()) == sorted(events)
        assert spool.count == len(events)
