"""From declared paths to dataflows of ours, as the state and the plan know them.

A path of several hops, or with mixed segments, is the same lineage as its single steps: each data object of a segment
feeds each of the next one, directly where both segments hold data objects, and through every dataflow between. So it
is kept as edges, like all other lineage: those through a dataflow with it, those without one by target.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

from extractor.dataflows import direct_id
from extractor.declared.records import DeclaredDataflow, DeclaredPath, FileContent, Problem
from extractor.models import Dataflow, KeyedEdge, Node, Origin, Path, Segment
from extractor.state import node_identity, storable, united
from extractor.statements import mask_text

_LONGEST_ID = 255
_TITLE_CHARS = 200
Check = Callable[[Node, Origin], Node | None]
"""Gives the object as the catalog spells it, or None when its links are to be left out."""


class Declared:
    """Puts the files of one ``[[paths]]`` together.

    ``problems`` fills up while `add` and `dataflows` are called; what they name is left out.
    """

    def __init__(self, namespace: str, source_name: str, max_content_chars: int) -> None:
        self.problems: list[Problem] = []
        self._prefix = f"api/{namespace}/{source_name}/"
        self._namespace = namespace
        self._source_name = source_name
        self._max_content_chars = max_content_chars
        self._flows: dict[str, DeclaredDataflow] = {}
        self._paths: list[DeclaredPath] = []

    def add(self, content: FileContent) -> None:
        """Take what a file declares."""
        self.problems += content.problems
        self._paths += content.paths
        for flow in content.dataflows:
            identity = self._id_of(flow.external_id).lower()
            if problem := self._why_not(flow, identity):
                self.problems.append(Problem(problem, flow.origin))
            else:
                self._flows[identity] = flow

    def dataflows(self, check: Check) -> Iterator[Dataflow]:
        """The dataflows with their edges, then the links without one, by target."""
        through: dict[str, list[KeyedEdge]] = {}
        direct: dict[str, list[KeyedEdge]] = {}
        for path in self._paths:
            if problem := self._wrong(path):
                self.problems.append(Problem(problem, path.origin))
                continue
            checked = _checked(path, check)
            for source, flow, target in steps(checked):
                edge = KeyedEdge(source, target)
                if flow is None:
                    direct.setdefault(node_identity(target), []).append(edge)
                else:
                    through.setdefault(self._id_of(flow.key).lower(), []).append(edge)
        for identity in sorted(through):
            yield self._dataflow(self._flows[identity], through[identity])
        for identity in sorted(direct):
            yield self._direct(identity, direct[identity])

    def _id_of(self, external_id: str) -> str:
        """The id below our own prefix, where alone something is ever changed."""
        return external_id if external_id.startswith(self._prefix) else self._prefix + external_id.removeprefix("api/")

    def _why_not(self, flow: DeclaredDataflow, identity: str) -> str:
        if identity in self._flows:
            return f"the dataflow {flow.external_id} is declared already, at {self._flows[identity].origin}"
        if len(identity) > _LONGEST_ID:
            return f"the dataflow's id is too long: {identity} has more than {_LONGEST_ID} characters"
        if identity.startswith(f"{self._prefix}direct/".lower()):
            return "the ids that begin with direct/ are kept for links without a dataflow: choose another one"
        if not identity.isprintable() or re.search(r"\s", identity):
            return f"the dataflow's id {flow.external_id!r} holds blanks or control characters"
        return ""

    def _wrong(self, path: DeclaredPath) -> str:
        """What keeps a path from being uploaded; empty when nothing does."""
        if any(node.otype == "dataflow" for node in (*path.segments[0], *path.segments[-1])):
            return "a path must not begin or end with a dataflow: name the objects that it reads and writes"
        for here, following in pairwise(path.segments):
            if any(n.otype == "dataflow" for n in here) and any(n.otype == "dataflow" for n in following):
                return (
                    "a dataflow must not follow a dataflow: put between them what the first one writes and the second "
                    "one reads, or both into one segment"
                )
        for segment in path.segments:
            for node in segment:
                if node.otype == "dataflow" and self._id_of(node.key).lower() not in self._flows:
                    return (
                        f"the dataflow {node.key} is not declared in the files of this [[paths]]: dataflows of others "
                        "are never changed, so add it to dataflow_objects"
                    )
        return ""

    def _dataflow(self, flow: DeclaredDataflow, edges: list[KeyedEdge]) -> Dataflow:
        content = storable(mask_text(flow.content))[: self._max_content_chars]
        title = storable(" ".join((flow.title or content.partition("\n")[0]).split()))[:_TITLE_CHARS]
        return self._made(self._id_of(flow.external_id), mask_text(title), content, edges)

    def _direct(self, identity: str, edges: list[KeyedEdge]) -> Dataflow:
        return self._made(direct_id(self._namespace, self._source_name, identity), "", "", edges)

    def _made(self, external_id: str, title: str, content: str, edges: list[KeyedEdge]) -> Dataflow:
        # The words are a part of what identifies the dataflow's text: when they change, it is sent anew.
        words = hashlib.blake2b(f"{title}\0{content}".encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
        return Dataflow(external_id, title, content, self._source_name, words, (), united(edges))


def steps(path: Path) -> Iterator[tuple[Node, Node | None, Node]]:
    """The single steps of a path, as (source, dataflow or None, target)."""
    for here, following in pairwise(path):
        for source in _data(here):
            for target in _data(following):
                yield source, None, target
    for before, between, after in zip(path, path[1:], path[2:], strict=False):
        for flow in (node for node in between if node.otype == "dataflow"):
            for source in _data(before):
                for target in _data(after):
                    yield source, flow, target


def _data(segment: Segment) -> list[Node]:
    return [node for node in segment if node.otype != "dataflow"]


def _checked(path: DeclaredPath, check: Check) -> Path:
    """The path as the catalog spells its objects, without those that are to be left out."""

    def kept(nodes: Iterable[Node]) -> Iterator[Node]:
        for node in nodes:
            found = node if node.otype == "dataflow" else check(node, path.origin)
            if found is not None:
                yield found

    return tuple(tuple(kept(segment)) for segment in path.segments)
