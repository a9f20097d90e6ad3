"""Records of one moment in the order of their session."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from extractor.pipeline.order import in_session_order
from extractor.pipeline.spool import Event


def event(at_us: int, record: int, session: str, sequence: int, piece: int = 0) -> Event:
    """A statement of a record."""
    return Event(at_us, 0, record, piece, 2, (), "f", 1, 0, session, None, None, None, None, None, None, sequence)


@given(st.lists(st.tuples(st.integers(-1, 3), st.sampled_from("abc"), st.integers(0, 4)), max_size=40))
def test_each_session_is_in_order_and_nothing_else_moves(rows):
    """Sequences rise within session and moment; moments, the places of sessions and records' pieces stay."""
    events = [
        event(at, number, session, sequence, piece)
        for number, (at, session, sequence) in enumerate(sorted(rows, key=lambda r: r[0]))
        for piece in (0, 1)
    ]
    ordered = list(in_session_order(events))
    assert sorted(ordered) == sorted(events)
    assert [(e.at_us, e.session, e.piece) for e in ordered] == [(e.at_us, e.session, e.piece) for e in events]
    for moment in {e.at_us for e in events if e.at_us >= 0}:
        for session in "abc":
            sequences = [e.sequence for e in ordered if (e.at_us, e.session) == (moment, session)]
            assert sequences == sorted(sequences)
    assert [e for e in ordered if e.at_us < 0] == [e for e in events if e.at_us < 0]
