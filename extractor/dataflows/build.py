"""From the lineage of one statement to the dataflow that stands for it in Alation."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from dialects import Dialect
from extractor.config import UploadSettings
from extractor.dataflows.paths import is_column
from extractor.dataflows.words import content_of, title_of
from extractor.models import Dataflow, KeyedEdge, Node, StatementLineage, TableName
from extractor.state import storable, united


def build_dataflow(
    *,
    namespace: str,
    source_name: str,
    lineage: StatementLineage,
    edges: Sequence[KeyedEdge],
    texts: Sequence[str],
    settings: UploadSettings,
    dialect: Dialect,
    seen_at: datetime | None = None,
) -> Dataflow:
    """The dataflow of a statement: the same statement and targets give the same ``external_id``, always.

    ``texts`` are those of ``lineage.chain``, in its order. ``seen_at`` is when it ran, None when unknown.
    """
    distinct = united(map(_storable, edges))
    content = content_of(texts, dialect, mask_literals=settings.mask_literals, max_chars=settings.max_content_chars)
    return Dataflow(
        external_id=external_id(namespace, source_name, lineage),
        title=storable(title_of(lineage)),
        content=storable(content),
        source_name=source_name,
        fingerprint=lineage.fingerprint,
        targets=_target_keys(distinct, lineage),
        edges=distinct,
        defines=lineage.defines,
        first_seen=seen_at,
        last_seen=seen_at,
    )


def external_id(namespace: str, source_name: str, lineage: StatementLineage) -> str:
    """``api/<namespace>/<source>/<digest>``: 24 hex characters over the targets' identities and the fingerprint.

    The names of the targets count, not their keys: a table that enters the catalog later keeps its dataflow.
    """
    names = lineage.targets or tuple(edge.target for edge in lineage.tables if edge.target is not None)
    lines = sorted({_identity(name) for name in names})
    digest = hashlib.blake2b("\n".join([lineage.fingerprint, *lines]).encode("utf-8", "surrogatepass"), digest_size=12)
    return f"api/{namespace}/{source_name}/{digest.hexdigest()}"


def _storable(edge: KeyedEdge) -> KeyedEdge:
    """The edge, fit for JSON: names in logs can hold anything."""
    source, target = edge.source, edge.target
    if source.key.isprintable() and target.key.isprintable():
        return edge
    return edge._replace(
        source=Node(source.otype, storable(source.key)), target=Node(target.otype, storable(target.key))
    )


def _identity(name: TableName) -> str:
    return f"{name.kind}\x1f" + "\x1f".join(name.identity)


def _target_keys(edges: Sequence[KeyedEdge], lineage: StatementLineage) -> tuple[str, ...]:
    """The folded keys of what the dataflow writes; names stand in where only columns are known."""
    keys = {edge.target.key.lower() for edge in edges if not is_column(edge.target)}
    return tuple(sorted(keys or {_identity(name) for name in lineage.targets}))
