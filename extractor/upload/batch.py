"""Packs operations into few requests within the limits, the same way every time.

A request takes Alation some 25 seconds whatever it holds (*Lineage & Dataflows Overview*), so their number is what a
night's upload costs.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from extractor.models import Dataflow, Path
from extractor.upload.operations import DELETED, Operation, dataflow_object, path_object, size_of

_WINDOW_BYTES = 32_000_000
_FRAME_BYTES = 40  # {"dataflow_objects": [], "paths": []}
_POSTS_TOGETHER = 20
_LOOKED_AT = 8

T = TypeVar("T")


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

    @property
    def size(self) -> Size:
        """How much room it takes."""
        return Size(len(self.paths), int(self.dataflow is not None), self.size_bytes)


class Size(NamedTuple):
    """How many paths and dataflows, and how many bytes."""

    paths: int
    dataflows: int
    size_bytes: int

    def with_room_for(self, more: Size, limits: Limits) -> bool:
        """Whether a request of this size has room for more."""
        return (
            self.paths + more.paths <= limits.max_paths
            and self.dataflows + more.dataflows <= limits.max_dataflows
            and self.size_bytes + more.size_bytes <= limits.max_bytes
        )

    def and_also(self, more: Size) -> Size:
        """Both together."""
        return Size(self.paths + more.paths, self.dataflows + more.dataflows, self.size_bytes + more.size_bytes)


class Measure(NamedTuple):
    """What packing asks of an operation: whether it deletes, what it weighs in memory, the sizes of its parcels."""

    deletes: bool
    weight: int
    parcels: Sequence[Size]


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
    measured = ((operation.action in DELETED, _weight(operation), operation) for operation in operations)
    for held in _in_windows(measured, limits):
        deleted = tuple(o for o in held if o.action in DELETED)
        yield Window(deleted, tuple(requests_of((o for o in held if o.paths), limits)))


def measure(operation: Operation, limits: Limits) -> Measure:
    """The size of an operation, by which its requests can be counted without it."""
    parcels = [parcel.size for parcel in _parcels(operation, limits)] if operation.paths else []
    return Measure(operation.action in DELETED, _weight(operation), parcels)


def count_requests(measures: Iterable[Measure], limits: Limits) -> tuple[int, int]:
    """How many POSTs and DELETEs carry out the operations of these sizes, which `windows` would give."""
    posts = deletes = 0
    for held in _in_windows(((m.deletes, m.weight, m) for m in measures), limits):
        posts += len(_packed([m.parcels for m in held if m.parcels], limits))
        deletes += any(m.deletes for m in held)
    return posts, deletes


def _weight(operation: Operation) -> int:
    return len(operation.dataflow.content) + 150 * len(operation.dataflow.edges)


def _in_windows(measured: Iterable[tuple[bool, int, T]], limits: Limits) -> Iterator[list[T]]:
    """What is carried out together, of things that come with whether they delete and what they weigh."""
    held: list[T] = []
    size = 0
    most = limits.max_dataflows
    for deletes, weight, one in measured:
        if held and (len(held) >= most or size + weight > _WINDOW_BYTES):
            yield held
            held, size = [], 0
        if not held:
            most = limits.max_dataflows * (1 if deletes else _POSTS_TOGETHER)
        held.append(one)
        size += weight
    if held:
        yield held


def requests_of(operations: Iterable[Operation], limits: Limits) -> list[Request]:
    """The POSTs for operations, as few as packing them largest first gives.

    A dataflow is split only when it alone exceeds the limits. What fills requests of its own goes first, with its
    object; its rest and all other dataflows go where they leave the least room.
    """
    parcels = [list(_parcels(operation, limits)) for operation in operations]
    requests = []
    for places in _packed([[parcel.size for parcel in own] for own in parcels], limits):
        request = Request()
        for place, number in places:
            request.take(parcels[place][number])
        requests.append(request)
    return requests


_Place = tuple[int, int]
"""Which operation, and which of its parcels."""


class _Begun:
    """A request that is being filled."""

    __slots__ = ("places", "size")

    def __init__(self) -> None:
        self.places: list[_Place] = []
        self.size = Size(0, 0, _FRAME_BYTES)

    def take(self, place: _Place, size: Size) -> None:
        self.places.append(place)
        self.size = self.size.and_also(size)


def _packed(operations: Iterable[Sequence[Size]], limits: Limits) -> list[list[_Place]]:
    """The parcels of each request, by the sizes of each operation's parcels, of which all but the last are full."""
    packed: list[_Begun] = []
    rests: list[tuple[_Place, Size]] = []
    for place, (*full, rest) in enumerate(operations):
        for number, size in enumerate(full):
            packed.append(_Begun())
            packed[-1].take((place, number), size)
        rests.append(((place, len(full)), rest))
    rests.sort(key=lambda item: -item[1].paths)
    by_room: dict[int, list[_Begun]] = {}
    for where, size in rests:
        request = _home(size, by_room, limits)
        if request is None:
            request = _Begun()
            packed.append(request)
        request.take(where, size)
        by_room.setdefault(limits.max_paths - request.size.paths, []).append(request)
    return [request.places for request in packed]


def _home(size: Size, by_room: dict[int, list[_Begun]], limits: Limits) -> _Begun | None:
    """The begun request that has the least room and yet enough, taken out of ``by_room``."""
    for room in range(size.paths, limits.max_paths + 1):
        begun = by_room.get(room, [])
        for place in range(len(begun) - 1, max(-1, len(begun) - 1 - _LOOKED_AT), -1):
            if begun[place].size.with_room_for(size, limits):
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
