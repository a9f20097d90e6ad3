"""A plan: what has to happen so that Alation holds what the state and the present run say, and nothing else.

A plan's file is one JSON document with one operation a line, so that it can be read as a stream as well as by any
JSON tool; a document that such a tool has laid out anew is read too.
"""

from __future__ import annotations

import os
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path as FilePath
from typing import Annotated, Literal, NamedTuple, Self

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from extractor.errors import StateError
from extractor.upload.batch import Limits, Measure, Size, count_requests, measure
from extractor.upload.lines import Lines, SavedLines, SpooledLines
from extractor.upload.operations import DELETED, Action, Operation, read_operation, write_operation

POST_S = 25.0
"""Average time of a POST (*Lineage & Dataflows Overview*)."""
DELETE_S = 3.0
"""Average time of a DELETE (same page)."""

_FIRST_LINE_END = b',"operations":[\n'


class Counts(BaseModel):
    """How many dataflows each action concerns; ``keep`` are those that stay as they are.

    ``withheld`` counts those that would be removed, or lose most of their edges, but stay since they are too many.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    add: int = 0
    change: int = 0
    resume: int = 0
    remove: int = 0
    keep: int = 0
    withheld: int = 0

    @property
    def operations(self) -> int:
        """How many operations the plan holds."""
        return self.add + self.change + self.resume + self.remove


class PlanHead(BaseModel):
    """All of a plan but its operations; ``withheld_of`` are the sources of which something is held back."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1] = 1
    id: str
    namespace: str
    state_version: str
    run_id: int
    made_at: datetime
    counts: Counts
    posts: int
    deletes: int
    expected_s: float
    max_paths: Annotated[int, Field(ge=1)]
    max_dataflows: Annotated[int, Field(ge=1)]
    max_bytes: Annotated[int, Field(ge=1)]
    withheld_of: tuple[str, ...] = ()


class Plan:
    """A plan whose operations lie in a file (a temporary one until it is saved) and are read as a stream.

    ``head`` has the counts, the expected numbers of requests and the expected time. Use it as a context manager or
    call `close`; an unsaved plan is gone then.
    """

    def __init__(self, head: PlanHead, lines: Lines) -> None:
        self.head = head
        self._lines = lines

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the operations."""
        self._lines.close()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return self.head.counts.operations == 0

    @property
    def limits(self) -> Limits:
        """What one request may hold."""
        return Limits(self.head.max_paths, self.head.max_dataflows, self.head.max_bytes)

    def operations(self) -> Iterator[Operation]:
        """The operations in their order; may be called again and again.

        Raises:
            StateError: the file was changed by hand into something that is no operation.
        """
        for number, line in enumerate(self._lines.read(), start=1):
            try:
                operation = read_operation(line)
            except ValueError as error:
                raise StateError(f"operation {number} of the plan cannot be read: {error}") from None
            if operation.dataflow.external_id.split("/")[1] != self.head.namespace:
                raise StateError(
                    f"operation {number} of the plan concerns {operation.dataflow.external_id}, which is not of its "
                    f"namespace {self.head.namespace}: nothing else is ever touched"
                )
            yield operation

    def check(self, namespace: str) -> None:
        """Make sure, before anything is sent, that the plan is whole and concerns nothing outside ``namespace``.

        Raises:
            StateError: it is of another namespace, an operation cannot be read, or some are missing or too many.
        """
        if self.head.namespace != namespace:
            raise StateError(
                f"the plan is of the namespace {self.head.namespace}, the configuration's is {namespace}: nothing "
                "outside of it is ever touched. Use the configuration that the plan was made with"
            )
        found = Counter(operation.action.value for operation in self.operations())
        told = {action.value: getattr(self.head.counts, action.value) for action in Action}
        if any(found[action] != count for action, count in told.items()):
            raise StateError(
                f"the plan says that it holds {self.head.counts.operations} operations, but holds "
                f"{found.total()}, or others: it is not whole. Plan again, then apply the new plan"
            )

    def save(self, path: FilePath) -> None:
        """Write the plan as a JSON document, readable by its owner alone (it holds SQL)."""
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                os.fchmod(file.fileno(), 0o600)  # a file that was there keeps its own rights otherwise
                file.write(self.head.model_dump_json().encode()[:-1] + _FIRST_LINE_END)
                first = True
                for line in self._lines.read():
                    file.write(line if first else b",\n" + line)
                    first = False
                file.write(b"\n]}\n")
        except OSError as error:
            raise StateError(f"the plan cannot be written to {path}: {error.strerror}") from None

    @classmethod
    def load(cls, path: FilePath) -> Plan:
        """Read a plan that `save` wrote.

        Raises:
            StateError: the file is missing, is no plan, or a newer version wrote it.
        """
        try:
            with path.open("rb") as file:
                first = file.readline()
        except OSError as error:
            raise StateError(f"the plan {path} cannot be read: {error.strerror}") from None
        if first.endswith(_FIRST_LINE_END):
            return cls(_read_head(first[: -len(_FIRST_LINE_END)] + b"}", path), SavedLines(path))
        return cls._load_laid_out(path)

    @classmethod
    def _load_laid_out(cls, path: FilePath) -> Plan:
        try:
            document = orjson.loads(path.read_bytes())
            operations = document.pop("operations")
        except (ValueError, AttributeError, KeyError, TypeError):
            raise StateError(f"{path} is no plan of alation-lineage") from None
        head = _read_head(orjson.dumps(document), path)
        lines = SpooledLines()
        lines.add(orjson.dumps(operation) for operation in operations)
        return cls(head, lines)


class Removals(NamedTuple):
    """How many dataflows a plan may take away of each source, and of all: ``always``, or a ``share`` of those held."""

    always: int
    share: float

    def withhold(self, taken: Counter[str], held: Counter[str]) -> set[str]:
        """The sources of which nothing may be taken away.

        A source that would lose too much keeps all; when the others together would still lose too much, they do too.
        """
        too_much = {source for source, count in taken.items() if not self._allow(count, held[source])}
        rest = sum(count for source, count in taken.items() if source not in too_much)
        return too_much if self._allow(rest, held.total()) else set(taken)

    def _allow(self, count: int, held: int) -> bool:
        return count <= max(self.always, self.share * held)


def spool_plan(
    steps: Iterable[tuple[Operation, bool]],
    kept: Counter[str],
    held: Counter[str],
    *,
    namespace: str,
    state_version: str,
    run_id: int,
    limits: Limits,
    removals: Removals | None = None,
) -> Plan:
    """A plan of operations that come as a stream, each with whether it takes something away.

    ``kept["keep"]`` and ``held`` (the dataflows that Alation holds, by source) are read when the stream has ended.
    ``removals`` limits what is taken away; None is no limit.
    """
    lines = SpooledLines()
    try:
        counts, withheld_of, (posts, deletes) = _spool(steps, kept, held, lines, removals, limits)
    except BaseException:
        lines.close()
        raise
    head = PlanHead(
        id=uuid.uuid4().hex,
        namespace=namespace,
        state_version=state_version,
        run_id=run_id,
        made_at=datetime.now(UTC),
        counts=counts,
        posts=posts,
        deletes=deletes,
        expected_s=posts * POST_S + deletes * DELETE_S,
        withheld_of=withheld_of,
        **limits._asdict(),
    )
    return Plan(head, lines)


def _spool(
    steps: Iterable[tuple[Operation, bool]],
    kept: Counter[str],
    held: Counter[str],
    lines: SpooledLines,
    removals: Removals | None,
    limits: Limits,
) -> tuple[Counts, tuple[str, ...], tuple[int, int]]:
    """Write the operations, those that take something away first, so that windows with a DELETE are few.

    Gives the counts, the sources of which nothing is taken away, and the numbers of POSTs and DELETEs.
    """
    counts: Counter[str] = Counter()
    taken: Counter[str] = Counter()
    with _Measured(kept=lines) as first, _Measured() as late, _Measured() as doubted:
        for operation, takes_away in steps:
            if takes_away:
                taken[operation.dataflow.source_name] += 1
            else:
                counts[operation.action] += 1
            part = doubted if takes_away else first if operation.action in DELETED else late
            part.add(operation, limits)
        withheld_of = removals.withhold(taken, held) if removals is not None else set[str]()
        for line, size in doubted.read():
            operation = read_operation(line)
            if operation.dataflow.source_name not in withheld_of:
                counts[operation.action] += 1
                first.take(line, size)
        for line, size in late.read():
            first.take(line, size)
        requests = count_requests(first.measures(), limits)
    withheld = sum(taken[source] for source in withheld_of)
    found = Counts(**{a.value: counts[a] for a in Action}, keep=kept["keep"] + withheld, withheld=withheld)
    return found, tuple(sorted(withheld_of)), requests


class _Measured:
    """Operations as lines, each with its size beside it: to count requests, no operation is read again.

    ``kept`` takes the lines and stays; without it they go when this does.
    """

    def __init__(self, kept: SpooledLines | None = None) -> None:
        self._lines = SpooledLines() if kept is None else kept
        self._sizes = SpooledLines()
        self._passing = [self._sizes] if kept is not None else [self._lines, self._sizes]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for lines in self._passing:
            lines.close()

    def add(self, operation: Operation, limits: Limits) -> None:
        deletes, weight, parcels = measure(operation, limits)
        self.take(write_operation(operation), orjson.dumps([deletes, weight, [list(size) for size in parcels]]))

    def take(self, line: bytes, size: bytes) -> None:
        self._lines.add([line])
        self._sizes.add([size])

    def read(self) -> Iterator[tuple[bytes, bytes]]:
        return zip(self._lines.read(), self._sizes.read(), strict=True)

    def measures(self) -> Iterator[Measure]:
        for deletes, weight, parcels in map(orjson.loads, self._sizes.read()):
            yield Measure(deletes, weight, [Size(*parcel) for parcel in parcels])


def _read_head(text: bytes, path: FilePath) -> PlanHead:
    try:
        return PlanHead.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(p) for p in first["loc"])
        if place == "format":
            raise StateError(f"the plan {path} was written by another version of alation-lineage: plan again") from None
        raise StateError(f"{path} is no plan of alation-lineage: {place}: {first['msg']}") from None
