"""Requests spread over the hours in which Alation has room for them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from extractor.alation import JobRef, JobStatus
from extractor.errors import Paused
from extractor.models import Node
from extractor.settings_of_backfill import BackfillSettings, parse_hours
from extractor.upload.interface import LineageApi

_LONGEST_SLEEP_S = 60.0
_PATIENCE = timedelta(minutes=5)


class Pace:
    """Lets a request go when the settings allow one.

    ``now`` gives the present in UTC, ``sleep`` waits some seconds, ``tell`` is told of long waits.
    """

    def __init__(
        self,
        settings: BackfillSettings,
        *,
        tell: Callable[[str], None] = lambda _: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._hours = parse_hours(settings.hours) if settings.hours else None
        self._zone = ZoneInfo(settings.time_zone)
        self._gap = timedelta(hours=1 / settings.requests_per_hour) if settings.requests_per_hour else timedelta()
        self._patience = max(self._gap, _PATIENCE)
        self._next: datetime | None = None
        self._tell = tell
        self._now = now
        self._sleep = sleep

    def take_turn(self, *, at_any_hour: bool = False) -> None:
        """Return when the next request may be sent, and count it; ``at_any_hour`` keeps its distance only.

        Raises:
            Paused: that is not within the next minutes; nobody should hold the state for so long.
        """
        due = max(self._now(), self._next or self._now()) if at_any_hour else self.due(self._now())
        if due - self._now() > self._patience and not at_any_hour:
            raise Paused(f"no request is sent before {due:%Y-%m-%d %H:%M} UTC (backfill.hours)")
        self._sleep_until(due)
        self._next = self._now() + self._gap

    def await_opening(self) -> None:
        """Return when a request may be sent; for hours, if need be."""
        due = self.due(self._now())
        if due - self._now() > self._patience:
            self._tell(f"waiting: the next request is due at {due:%Y-%m-%d %H:%M} UTC")
        self._sleep_until(due)

    def _sleep_until(self, due: datetime) -> None:
        while (left := due - self._now()) > timedelta():
            self._sleep(min(left.total_seconds(), _LONGEST_SLEEP_S))

    def due(self, at: datetime) -> datetime:
        """The earliest moment, not before ``at``, at which a request may be sent; in UTC."""
        at = max(at, self._next) if self._next is not None else at
        if self._hours is None:
            return at
        begin, end = self._hours
        local = at.astimezone(self._zone)
        clock = local.time().replace(tzinfo=None)
        is_inside = begin <= clock < end if begin < end else clock >= begin or clock < end
        if is_inside:
            return at
        opening = local.replace(hour=begin.hour, minute=begin.minute, second=0, microsecond=0)
        if opening <= local:
            opening += timedelta(days=1)
        return opening.astimezone(UTC)


class PacedApi:
    """An Alation whose writing requests wait for their turn.

    What was deleted to be replaced comes back at any hour: it must not be away until the next night.
    """

    def __init__(self, api: LineageApi, pace: Pace) -> None:
        self._api = api
        self._pace = pace
        self._away: set[str] = set()

    def post_lineage(self, dataflow_objects: Sequence[dict[str, Any]], paths: Sequence[Any]) -> JobRef:
        """As `LineageApi.post_lineage`, in turn."""
        self._pace.take_turn(at_any_hour=not self._away.isdisjoint(_dataflows_of(dataflow_objects, paths)))
        return self._api.post_lineage(dataflow_objects, paths)

    def delete_lineage(self, source: Node, target: Node) -> JobRef:
        """As `LineageApi.delete_lineage`, in turn."""
        self._pace.take_turn()
        self._away |= {node.key for node in (source, target) if node.otype == "dataflow"}
        return self._api.delete_lineage(source, target)

    def delete_dataflows(self, external_ids: Sequence[str]) -> JobRef:
        """As `LineageApi.delete_dataflows`, in turn."""
        self._pace.take_turn()
        self._away = set(external_ids)
        return self._api.delete_dataflows(external_ids)

    def get_lineage(self, node: Node) -> dict[str, Any]:
        """As `LineageApi.get_lineage`: reading waits for no turn."""
        return self._api.get_lineage(node)

    def wait(self, ref: JobRef, deadline_s: float, poll_s: float) -> JobStatus:
        """As `LineageApi.wait`."""
        return self._api.wait(ref, deadline_s, poll_s)

    def job(self, ref: JobRef) -> JobStatus:
        """As `LineageApi.job`."""
        return self._api.job(ref)


def _dataflows_of(objects: Sequence[dict[str, Any]], paths: Sequence[Any]) -> Iterator[str]:
    """The ids of the dataflows that a request brings, or brings paths of."""
    yield from (str(item["external_id"]) for item in objects)
    yield from (node.key for path in paths for segment in path for node in segment if node.otype == "dataflow")
