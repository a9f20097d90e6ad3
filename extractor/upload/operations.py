"""One line of a plan: what is to happen to one dataflow, as a record and as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from extractor.dataflows import paths_of
from extractor.models import Dataflow, EdgeKind, KeyedEdge, Node, Path


class Action(StrEnum):
    """What happens to a dataflow."""

    ADD = "add"  # it is new: post it
    CHANGE = "change"  # its edges differ: delete it, then post it
    RESUME = "resume"  # an earlier run did not come to its end: post it again as it is
    REMOVE = "remove"  # it does not hold any longer: delete it


POSTED = frozenset({Action.ADD, Action.CHANGE, Action.RESUME})
DELETED = frozenset({Action.CHANGE, Action.REMOVE})


@dataclass(frozen=True, slots=True)
class Operation:
    """What happens to one dataflow, why, and with which paths; a removal has no edges and no paths."""

    action: Action
    dataflow: Dataflow
    paths: tuple[Path, ...] = ()
    reason: str = ""

    @property
    def mark(self) -> tuple[str, Action]:
        """What happens to which dataflow."""
        return self.dataflow.external_id, self.action

    @classmethod
    def of(cls, action: Action, dataflow: Dataflow, reason: str = "") -> Operation:
        """The operation with the paths that its dataflow's edges need."""
        paths = paths_of(dataflow.external_id, dataflow.edges) if action in POSTED else ()
        return cls(action, dataflow, paths, reason)


def dataflow_object(dataflow: Dataflow) -> dict[str, str]:
    """A dataflow as the lineage API takes it."""
    return {"external_id": dataflow.external_id, "title": dataflow.title, "content": dataflow.content}


def path_object(path: Path) -> list[list[dict[str, str]]]:
    """A path as the lineage API takes it."""
    return [[{"otype": node.otype, "key": node.key} for node in segment] for segment in path]


def write_operation(operation: Operation) -> bytes:
    """One line of JSON, without a line break."""
    dataflow = operation.dataflow
    nodes = {node: place for place, node in enumerate(dict.fromkeys(n for e in dataflow.edges for n in e[:2]))}
    return orjson.dumps(
        {
            "action": operation.action,
            "reason": operation.reason,
            "dataflow": dataflow_object(dataflow),
            "paths": [path_object(path) for path in operation.paths],
            "state": {
                "source_name": dataflow.source_name,
                "fingerprint": dataflow.fingerprint,
                "targets": dataflow.targets,
                "defines": dataflow.defines,
                "first_seen": dataflow.first_seen,
                "last_seen": dataflow.last_seen,
                "nodes": [list(node) for node in nodes],
                "edges": [[nodes[e.source], nodes[e.target], e.kind, e.confidence, e.reason] for e in dataflow.edges],
            },
        }
    )


def read_operation(line: bytes) -> Operation:
    """The operation that `write_operation` wrote.

    Raises:
        ValueError: it is none; the message says what is wrong with it.
    """
    try:
        document = _Document.model_validate(orjson.loads(line))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise ValueError(f"{'.'.join(str(p) for p in first['loc'])}: {first['msg']}") from None
    return document.operation()


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Object(_Strict):
    external_id: Annotated[str, Field(pattern=r"^api/[^/]+/[^/]+/.+$", max_length=255)]
    title: str
    content: str


class _Node(_Strict):
    otype: str
    key: str


class _State(_Strict):
    source_name: str
    fingerprint: str
    targets: tuple[str, ...]
    defines: bool
    first_seen: datetime
    last_seen: datetime
    nodes: list[tuple[str, str]]
    edges: list[tuple[int, int, EdgeKind, float, str]]


class _Document(_Strict):
    action: Action
    reason: str
    dataflow: _Object
    paths: list[list[list[_Node]]]
    state: _State

    def operation(self) -> Operation:
        state = self.state
        nodes = [Node(*pair) for pair in state.nodes]
        if any(not 0 <= end < len(nodes) for edge in state.edges for end in edge[:2]):
            raise ValueError("state.edges: an edge names a node that is not in state.nodes")
        dataflow = Dataflow(
            external_id=self.dataflow.external_id,
            title=self.dataflow.title,
            content=self.dataflow.content,
            source_name=state.source_name,
            fingerprint=state.fingerprint,
            targets=state.targets,
            edges=tuple(KeyedEdge(nodes[s], nodes[t], kind, sure, why) for s, t, kind, sure, why in state.edges),
            defines=state.defines,
            first_seen=state.first_seen,
            last_seen=state.last_seen,
        )
        paths = tuple(tuple(tuple(Node(n.otype, n.key) for n in segment) for segment in path) for path in self.paths)
        return Operation(self.action, dataflow, paths, self.reason)


def size_of(value: Any) -> int:
    """Bytes of a value as JSON on the wire."""
    return len(orjson.dumps(value))
