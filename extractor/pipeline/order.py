"""The order of one session's records that have the same time: by the log's own sequence, where it has one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby

from extractor.pipeline.spool import Event

_MOST = 10_000


def in_session_order(events: Iterable[Event]) -> Iterator[Event]:
    """The same events, in time order; within one moment each session's records stand in the order of their sequence.

    The places that a session's records take among those of other sessions stay as the files have them. More than
    10,000 events of one moment (a log whose times are all equal) are ordered in parts.
    """
    for at_us, moment in groupby(events, key=lambda e: e.at_us):
        if at_us < 0:  # no times: the order of the text is all there is
            yield from moment
            continue
        group: list[Event] = []
        for event in moment:
            if len(group) >= _MOST and event.piece == 0:
                yield from _ordered(group)
                group = []
            group.append(event)
        yield from _ordered(group)


def with_stand_ins_last(events: Iterable[Event]) -> Iterator[Event]:
    """The same events; within one moment, those that stand for an execution without its session come last.

    What another log shows of the same execution (with its text and its session) is met before them.
    """
    for at_us, moment in groupby(events, key=lambda e: e.at_us):
        if at_us < 0:
            yield from moment
            continue
        held: list[Event] = []
        for event in moment:
            if stands_in(event):
                held.append(event)
            else:
                yield event
        yield from held


def stands_in(event: Event) -> bool:
    """Whether an execution is a session of its own: its log knows no sessions, and another log may show it, too."""
    return event.statement_id is not None and event.session.endswith("\0" + event.statement_id)


def _ordered(group: list[Event]) -> Iterator[Event]:
    if len(group) == 1 or not any(e.sequence for e in group):
        yield from group
        return
    records = [list(pieces) for _, pieces in groupby(group, key=lambda e: (e.file, e.record))]
    of_session: dict[str, list[list[Event]]] = {}
    for record in records:
        of_session.setdefault(record[0].session, []).append(record)
    next_of = {session: iter(sorted(held, key=lambda r: r[0].sequence)) for session, held in of_session.items()}
    for record in records:
        yield from next(next_of[record[0].session])
