"""Packs operations into few requests within the limits, the same way every time.

A request takes Alation some 25 seconds whatever it holds (*Lineage & Dataflows Overview*), so their number is what a
night's upload costs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from extractor.models import Dataflow, Path
from extractor.upload.operations import DELETED, Operation, dataflow_object, path_object, size_of

_WINDOW_BYTES = 32_000_000
_FRAME_BYTES = 40  # {"dataflow_objects": [], "paths": []}
_POSTS_TOGETHER = 20
_LOOKED_AT = 8


class Limits(NamedTuple):
    """What one request may hold."""

    max_paths: int = 100
    max_dataflows: int = 1_000
    max_bytes: int = 4_000_000


class Parcel(NamedTuple):
    """What has to go together: paths of one dataflow with their sizes, and its object unless that went before."""

    external_id: str
    dataflow: Dataflow | None
    paths: list[tuple[Path, int]]
    size_bytes: int
    is_last: bool = True


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

    def holds(self, parcel: Parcel, limits: Limits) -> bool:
        """Whether there is room for all of a parcel."""
        return (
            len(self.paths) + len(parcel.paths) <= limits.max_paths
            and len(self.dataflows) + (parcel.dataflow is not None) <= limits.max_dataflows
            and self.size_bytes + parcel.size_bytes <= limits.max_bytes
        )

    def take(self, parcel: Parcel) -> None:
        """Put a parcel in."""
        self.dataflows += [parcel.dataflow] if parcel.dataflow else []
        self.paths += [(parcel.external_id, path) for path, _ in parcel.paths]
        self.ends += [parcel.external_id] if parcel.is_last else []
        self.size_bytes += parcel.size_bytes

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

    A window that deletes holds at most ``max_dataflows`` operations, so that a dataflow that is replaced is away for
    a short time only; one that only posts holds more, so that few requests are left half empty. Neither holds more
    than some 32 MB, so that memory stays bounded.
    """
    held: list[Operation] = []
    size = 0
    most = limits.max_dataflows
    for operation in operations:
        size_bytes = len(operation.dataflow.content) + 150 * len(operation.dataflow.edges)
        if held and (len(held) >= most or size + size_bytes > _WINDOW_BYTES):
            yield _window(held, limits)
            held, size = [], 0
        if not held:
            most = limits.max_dataflows * (1 if operation.action in DELETED else _POSTS_TOGETHER)
        held.append(operation)
        size += size_bytes
    if held:
        yield _window(held, limits)


def _window(operations: list[Operation], limits: Limits) -> Window:
    deleted = tuple(o for o in operations if o.action in DELETED)
    return Window(deleted, tuple(requests_of((o for o in operations if o.paths), limits)))


def requests_of(operations: Iterable[Operation], limits: Limits) -> list[Request]:
    """The POSTs for operations, as few as packing them largest first gives.

    A dataflow is split only when it alone exceeds the limits. What fills requests of its own goes first, with its
    object; its rest and all other dataflows go where they leave the least room.
    """
    packed: list[Request] = []
    parcels = []
    for operation in operations:
        *full, rest = _parcels(operation, limits)
        for parcel in full:
            packed.append(Request())
            packed[-1].take(parcel)
        parcels.append(rest)
    parcels.sort(key=lambda parcel: -len(parcel.paths))
    by_room: dict[int, list[Request]] = {}
    for parcel in parcels:
        request = _home(parcel, by_room, limits)
        if request is None:
            request = Request()
            packed.append(request)
        request.take(parcel)
        by_room.setdefault(limits.max_paths - len(request.paths), []).append(request)
    return packed


def _home(parcel: Parcel, by_room: dict[int, list[Request]], limits: Limits) -> Request | None:
    """The begun request that has the least room and yet enough, taken out of ``by_room``."""
    for room in range(len(parcel.paths), limits.max_paths + 1):
        begun = by_room.get(room, [])
        for place in range(len(begun) - 1, max(-1, len(begun) - 1 - _LOOKED_AT), -1):
            if begun[place].holds(parcel, limits):
                return begun.pop(place)
    return None


def _parcels(operation: Operation, limits: Limits) -> Iterator[Parcel]:
    """A dataflow as one parcel or, when it alone exceeds the limits, as several of which all but the last are full."""
    dataflow: Dataflow | None = operation.dataflow
    external_id, size_bytes = operation.dataflow.external_id, size_of(dataflow_object(operation.dataflow)) + 1
    held: list[tuple[Path, int]] = []
    for path in operation.paths:
        for piece in _pieces(path, limits.max_bytes - _FRAME_BYTES):
            if held and (len(held) >= limits.max_paths or size_bytes + piece[1] + _FRAME_BYTES > limits.max_bytes):
                yield Parcel(external_id, dataflow, held, size_bytes, is_last=False)
                dataflow, held, size_bytes = None, [], 0
            held.append(piece)
            size_bytes += piece[1]
    yield Parcel(external_id, dataflow, held, size_bytes)


def _pieces(path: Path, max_bytes: int) -> Iterator[tuple[Path, int]]:
    """The path with its size, cut into several of the same meaning when it alone is too large for a request."""
    size_bytes = size_of(path_object(path)) + 1
    sources, *between, targets = path
    longer = max(len(sources), len(targets))
    if size_bytes <= max_bytes or longer == 1:
        yield path, size_bytes
        return
    half = longer // 2
    parts: tuple[Path, Path]
    if len(sources) == longer:
        parts = (sources[:half], *between, targets), (sources[half:], *between, targets)
    else:
        parts = (sources, *between, targets[:half]), (sources, *between, targets[half:])
    for part in parts:
        yield from _pieces(part, max_bytes)
