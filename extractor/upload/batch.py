"""Packs operations into as few requests as the limits allow, in their order, the same way every time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from extractor.models import Dataflow, Path
from extractor.upload.operations import DELETED, Operation, dataflow_object, path_object, size_of

_WINDOW_BYTES = 32_000_000
_FRAME_BYTES = 40  # {"dataflow_objects": [], "paths": []}


class Limits(NamedTuple):
    """What one request may hold."""

    max_paths: int = 100
    max_dataflows: int = 1_000
    max_bytes: int = 4_000_000


@dataclass(slots=True)
class Request:
    """One POST. ``ends`` names the dataflows whose last path is in it."""

    dataflows: list[Dataflow] = field(default_factory=list)
    paths: list[tuple[str, Path]] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)
    size_bytes: int = _FRAME_BYTES

    @property
    def external_ids(self) -> list[str]:
        """The dataflows that the request is about, each once."""
        return list(dict.fromkeys([*(d.external_id for d in self.dataflows), *(i for i, _ in self.paths)]))

    def without(self, external_ids: Collection[str]) -> Request:
        """The request without what belongs to these dataflows."""
        return Request(
            [d for d in self.dataflows if d.external_id not in external_ids],
            [(i, path) for i, path in self.paths if i not in external_ids],
            [i for i in self.ends if i not in external_ids],
            self.size_bytes,
        )

    def only(self, external_ids: Collection[str]) -> Request:
        """The part of the request that belongs to these dataflows."""
        return self.without([i for i in self.external_ids if i not in external_ids])


class Window(NamedTuple):
    """Operations that are carried out together: first one DELETE of ``deleted``, then the POSTs."""

    deleted: tuple[Operation, ...]
    requests: tuple[Request, ...]


def windows(operations: Iterable[Operation], limits: Limits) -> Iterator[Window]:
    """The operations in windows, in order.

    A window holds at most ``max_dataflows`` operations and some 32 MB, so that a dataflow that is replaced is
    away for a short time only and memory stays bounded.
    """
    held: list[Operation] = []
    size = 0
    for operation in operations:
        size_bytes = len(operation.dataflow.content) + 150 * len(operation.dataflow.edges)
        if held and (len(held) >= limits.max_dataflows or size + size_bytes > _WINDOW_BYTES):
            yield _window(held, limits)
            held, size = [], 0
        held.append(operation)
        size += size_bytes
    if held:
        yield _window(held, limits)


def _window(operations: list[Operation], limits: Limits) -> Window:
    deleted = tuple(o for o in operations if o.action in DELETED)
    return Window(deleted, tuple(requests_of((o for o in operations if o.paths), limits)))


def requests_of(operations: Iterable[Operation], limits: Limits) -> Iterator[Request]:
    """The POSTs for operations: a dataflow is split only when it alone exceeds the limits.

    Of a split dataflow the object is in the first of its requests, and its last one may take others along.
    """
    request = Request()
    for operation in operations:
        object_bytes = size_of(dataflow_object(operation.dataflow)) + 1
        paths = [piece for path in operation.paths for piece in _pieces(path, limits.max_bytes - _FRAME_BYTES)]
        if request.paths and not _fits(request, len(paths), object_bytes + sum(s for _, s in paths), limits):
            yield request
            request = Request()
        request.dataflows.append(operation.dataflow)
        request.size_bytes += object_bytes
        for path, size_bytes in paths:
            full = len(request.paths) >= limits.max_paths or request.size_bytes + size_bytes > limits.max_bytes
            if full and request.paths:
                yield request
                request = Request()
            request.paths.append((operation.dataflow.external_id, path))
            request.size_bytes += size_bytes
        request.ends.append(operation.dataflow.external_id)
    if request.paths:
        yield request


def _fits(request: Request, paths: int, size_bytes: int, limits: Limits) -> bool:
    return (
        len(request.paths) + paths <= limits.max_paths
        and len(request.dataflows) < limits.max_dataflows
        and request.size_bytes + size_bytes <= limits.max_bytes
    )


def _pieces(path: Path, max_bytes: int) -> Iterator[tuple[Path, int]]:
    """The path with its size, cut into several of the same meaning when it alone is too large for a request."""
    size_bytes = size_of(path_object(path)) + 1
    sources, dataflow, targets = path
    longer = max(len(sources), len(targets))
    if size_bytes <= max_bytes or longer == 1:
        yield path, size_bytes
        return
    half = longer // 2
    if len(sources) == longer:
        parts: tuple[Path, Path] = ((sources[:half], dataflow, targets), (sources[half:], dataflow, targets))
    else:
        parts = ((sources, dataflow, targets[:half]), (sources, dataflow, targets[half:]))
    for part in parts:
        yield from _pieces(part, max_bytes)
