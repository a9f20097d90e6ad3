"""Edges as one value of a row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import orjson

from extractor.models import KeyedEdge, Node


def pack_edges(edges: Iterable[KeyedEdge]) -> bytes:
    """Edges as JSON."""
    return orjson.dumps([(*e.source, *e.target, e.kind, e.confidence, e.reason) for e in edges])


def unpack_edges(blob: bytes) -> Iterator[KeyedEdge]:
    """The edges that `pack_edges` wrote."""
    for otype, key, target_otype, target_key, kind, confidence, reason in orjson.loads(blob):
        yield KeyedEdge(Node(otype, key), Node(target_otype, target_key), kind, confidence, reason)
