"""A lineage service in memory for tests of many nights: the other side of `LineageApi`, no part of our code.

It keeps edges as (source, dataflow, target), reads segments all-to-all, ignores case, and can be told to break at
a given call: before the work is done, after it, or while the job is followed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from extractor.alation import JobRef, JobStatus
from extractor.errors import JobFailed, RoleMissing
from extractor.models import Node

Edge = tuple[str, str, str]


class Killed(BaseException):
    """The process dies here."""


class LineageService:
    """What Alation would hold."""

    def __init__(self) -> None:
        self.edges: set[Edge] = set()
        self.dataflows: dict[str, dict[str, Any]] = {}
        self.calls: list[tuple[str, Any]] = []
        self.may_delete_dataflows = True
        self.before_call: Callable[[int], None] = lambda _: None
        self.after_call: Callable[[int], None] = lambda _: None
        self.on_wait: Callable[[int], JobStatus | None] = lambda _: None
        self.objects_created = 0

    def post_lineage(self, dataflow_objects: Sequence[dict[str, Any]], paths: Sequence[Any]) -> JobRef:
        """Add, never remove."""
        return self._call("post", (dataflow_objects, paths), lambda: self._add(dataflow_objects, paths))

    def delete_lineage(self, source: Node, target: Node) -> JobRef:
        """Remove the edges of one end through a dataflow, or between two objects."""

        def work() -> None:
            a, b = _fold(source), _fold(target)
            if source.otype == "dataflow":
                self.edges = {e for e in self.edges if e[1:] != (source.key.lower(), b)}
            elif target.otype == "dataflow":
                self.edges = {e for e in self.edges if e[:2] != (a, target.key.lower())}
            else:
                self.edges = {e for e in self.edges if (e[0], e[2]) != (a, b)}

        return self._call("unlink", (source, target), work)

    def delete_dataflows(self, external_ids: Sequence[str]) -> JobRef:
        """Remove dataflows with their edges; ids that do not exist are no error."""

        def work() -> None:
            if not self.may_delete_dataflows:
                raise RoleMissing("403: deleting dataflows needs the role Server Admin", status=403)
            gone = {name.lower() for name in external_ids}
            self.dataflows = {name: d for name, d in self.dataflows.items() if name not in gone}
            self.edges = {edge for edge in self.edges if edge[1] not in gone}

        return self._call("delete", list(external_ids), work)

    def wait(self, ref: JobRef, deadline_s: float, poll_s: float) -> JobStatus:  # noqa: ARG002 - the protocol's
        """Jobs have ended when they are asked for."""
        status = self.job(ref)
        if status.state == "failed":
            raise JobFailed(f"job {ref} failed")
        return status

    def job(self, ref: JobRef) -> JobStatus:
        """The status that the test decides on, else success."""
        return self.on_wait(ref.id or 0) or JobStatus("successful")

    def edges_of(self, external_id: str) -> set[tuple[str, str]]:
        """The edges through a dataflow."""
        return {(source, target) for source, dataflow, target in self.edges if dataflow == external_id.lower()}

    def count(self, kind: str) -> int:
        """How many calls of a kind came."""
        return sum(1 for call, _ in self.calls if call == kind)

    def _call(self, kind: str, what: Any, work: Callable[[], None]) -> JobRef:
        number = len(self.calls) + 1
        self.calls.append((kind, what))
        self.before_call(number)
        work()
        self.after_call(number)
        return JobRef(id=number)

    def _add(self, dataflow_objects: Sequence[dict[str, Any]], paths: Sequence[Any]) -> None:
        for item in dataflow_objects:
            name = item["external_id"].lower()
            self.objects_created += name not in self.dataflows
            self.dataflows[name] = dict(item)
        for sources, (dataflow,), targets in paths:
            for source in sources:
                for target in targets:
                    self.edges.add((_fold(source), dataflow.key.lower(), _fold(target)))


def _fold(node: Node) -> str:
    return f"{node.otype}:{node.key.lower()}"
