"""Edges of dataflows of ours, each with when it was seen first and last."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, false, select

from extractor.models import KeyedEdge, Node
from extractor.state.tables import dataflows, edges, nodes
from extractor.state.upsert import slices


class SeenEdge(NamedTuple):
    """An edge with the times, in UTC, at which it was seen first and last."""

    edge: KeyedEdge
    first_seen: datetime
    last_seen: datetime


def find_seen(connection: Connection, external_ids: Collection[str]) -> dict[str, list[SeenEdge]]:
    """The edges that hold of each dataflow, in the order in which they were written down."""
    source, target, c = nodes.alias("source"), nodes.alias("target"), edges.c
    ends = (source.c.otype, source.c.key, target.c.otype, target.c.key)
    found: dict[str, list[SeenEdge]] = {}
    for keys in slices(external_ids):
        query = (
            select(dataflows.c.external_id, *ends, c.kind, c.confidence, c.reason, c.first_seen, c.last_seen)
            .join_from(edges, dataflows, dataflows.c.id == c.dataflow_id)
            .join(source, source.c.id == c.source_id)
            .join(target, target.c.id == c.target_id)
            .where(dataflows.c.external_id.in_(keys), c.stale == false())
            .order_by(c.dataflow_id, c.source_id, c.target_id)
        )
        for row in connection.execute(query):
            edge = KeyedEdge(Node(row[1], row[2]), Node(row[3], row[4]), *row[5:8])
            found.setdefault(row.external_id, []).append(SeenEdge(edge, row[8], row[9]))
    return found


def find_namespaces(connection: Connection) -> list[str]:
    """The namespaces that have dataflows, sorted."""
    return sorted(connection.scalars(select(dataflows.c.namespace).distinct()))
