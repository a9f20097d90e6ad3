"""The records that the state takes and gives, and the identity of edges."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple, Self

from extractor.models import KeyedEdge, Node

LONGEST_IDENTITY = 600


class StatementText(NamedTuple):
    """The text of a statement as it was first seen, without credentials."""

    fingerprint: str
    dialect: str
    text: str
    first_seen: datetime | None = None


class CachedOutline(NamedTuple):
    """What analysing a statement gave: ``blob`` on success, else ``outcome`` and ``reason``.

    ``engine`` names the version (and limits) that the result depends on.
    """

    fingerprint: str
    dialect: str
    engine: str
    blob: bytes | None = None
    outcome: str | None = None
    reason: str = ""


class Run(NamedTuple):
    """One start of the program that changed the state; ``report`` is JSON or None.

    ``carries_out`` is the run whose saved plan this one applied.
    """

    id: int
    command: str
    started_at: datetime
    finished_at: datetime | None
    status: str
    report: str | None
    carries_out: int | None = None


class Status(StrEnum):
    """How far a dataflow of ours is.

    What is neither ``PRESENT`` nor ``EMPTY`` was left by a run that did not come to its end.
    """

    PRESENT = "present"  # Alation holds exactly the edges of the state
    SENDING = "sending"  # its edges were or are being posted; nothing else of it is in Alation
    REPLACING = "replacing"  # to be deleted, then posted with the edges of the state
    DELETING = "deleting"  # to be deleted for good
    EMPTY = "empty"  # over and without links, but still there, since the role to delete it is missing


class OwnedDataflow(NamedTuple):
    """A dataflow of ours, without its edges. ``observed`` tells whether the present run has seen it."""

    external_id: str
    source_name: str
    fingerprint: str
    title: str
    content: str
    targets: tuple[str, ...]
    defines: bool
    edges_digest: str
    status: Status
    job: str | None
    problem: str | None
    first_seen: datetime
    last_seen: datetime
    run_id: int
    observed: bool = False


class TargetFact(NamedTuple):
    """What is known last of a target: written or dropped when, and which dataflow defined it when.

    ``defined_by`` is "" after a drop: whatever defined it before does not hold any longer.
    """

    target: str
    touched_at: datetime
    gone: bool = False
    defined_at: datetime | None = None
    defined_by: str | None = None

    def followed_by(self, later: TargetFact) -> TargetFact:
        """The fact that holds after a second event of the same run; of two with the same time the second counts."""
        touched = later if later.touched_at >= self.touched_at else self
        defined = later if _is_at_least(later.defined_at, self.defined_at) else self
        return TargetFact(self.target, touched.touched_at, touched.gone, defined.defined_at, defined.defined_by)

    def joined(self, other: TargetFact) -> TargetFact:
        """The fact that holds when two runs are put together, in whichever order they were.

        Of the same time, existing counts more than gone: a log that breaks off between DROP and CREATE must not
        take away what the whole log keeps.
        """
        touched = max(self, other, key=lambda f: (f.touched_at, not f.gone))
        dated = [fact for fact in (self, other) if fact.defined_at is not None]
        defined = max(dated, key=lambda f: (f.defined_at, f.defined_by or ""), default=self)
        return TargetFact(self.target, touched.touched_at, touched.gone, defined.defined_at, defined.defined_by)


class Move(NamedTuple):
    """From the key ``old`` (in lower case) to the key ``new``, as it is spelled; a swap goes the other way as well."""

    old: str
    new: Node
    at: datetime

    def to_json(self) -> list[Any]:
        """As plain values."""
        return [self.old, *self.new, self.at.isoformat()]

    @classmethod
    def from_json(cls, values: Sequence[Any]) -> Self:
        """What `to_json` gave."""
        old, otype, key, at = values
        return cls(old, Node(otype, key), datetime.fromisoformat(at))


def storable(text: str) -> str:
    """The text with NUL and halves of surrogate pairs, which neither JSON nor databases take, as U+FFFD."""
    if "\x00" not in text and (text.isascii() or text.isprintable()):
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\x00", "\ufffd")


def node_identity(node: Node) -> str:
    """What makes a node the same node: Alation looks keys up in lower case.

    A key of thousands of characters counts by its beginning and a digest, since databases cannot index it whole.
    """
    identity = f"{node.otype}:{node.key.lower()}"
    if len(identity) <= LONGEST_IDENTITY:
        return identity
    digest = hashlib.blake2b(identity.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    return f"{identity[: LONGEST_IDENTITY - 33]} {digest}"


def found_by(node: Node) -> str | None:
    """What a node is looked up by: a table by its last name, a column by its table's key, in lower case."""
    folded = node.key.lower()
    # A part that holds a period stands in double quotes (Alation, *Keys with Special Characters*).
    cut = folded.rfind('."') if folded.endswith('"') else folded.rfind(".")
    if cut < 0 or node.otype not in {"table", "external", "column"}:
        return None
    found = folded[:cut] if node.otype == "column" else folded[cut + 1 :].strip('"')
    return found[:LONGEST_IDENTITY]


def edge_identity(edge: KeyedEdge) -> tuple[str, str]:
    """What makes an edge the same edge within a dataflow."""
    return node_identity(edge.source), node_identity(edge.target)


def united(edges: Iterable[KeyedEdge]) -> tuple[KeyedEdge, ...]:
    """The edges without duplicates, sorted; of duplicates the direct and surest one stays, then the first."""
    best: dict[tuple[str, str], KeyedEdge] = {}
    for edge in edges:
        identity = edge_identity(edge)
        held = best.get(identity)
        if held is None or _rank(edge) > _rank(held):
            best[identity] = edge
    return tuple(best[identity] for identity in sorted(best))


def edges_digest(edges: Iterable[KeyedEdge]) -> str:
    """32 hex characters that change exactly when the set of edges (by identity) does."""
    lines = sorted({f"{source}\n{target}\n" for source, target in map(edge_identity, edges)})
    return hashlib.blake2b("\n".join(lines).encode(), digest_size=16).hexdigest()


def _rank(edge: KeyedEdge) -> tuple[bool, float]:
    return edge.kind == "direct", edge.confidence


def _is_at_least(time: datetime | None, other: datetime | None) -> bool:
    return time is not None and (other is None or time >= other)
