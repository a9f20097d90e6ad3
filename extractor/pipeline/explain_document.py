"""The way of one statement as plain values, for machines: what ``explain --json`` prints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from extractor.config import SourceSettings
from extractor.keys import KeyResolver
from extractor.models import Dataflow, StatementLineage
from extractor.outputs.document import column_edge, table_edge
from extractor.pipeline.observe import Derived
from extractor.pipeline.read import Aside
from extractor.pipeline.walk import Step, time_of
from extractor.state import Store


def of_nothing(place: str, reason: str) -> dict[str, Any]:
    """The document of a place that holds no statement; it has every field, as all of them do."""
    return {
        "matched": False,
        "place": place,
        "source": None,
        "record": None,
        "fingerprint": None,
        "outcome": None,
        "reason": reason,
        "text": None,
        "lineages": [],
        "keys": [],
        "missing_keys": [],
        "dataflows": [],
    }


def of_aside(aside: Aside) -> dict[str, Any]:
    """The document of what went no further than reading."""
    record = aside.record
    return of_nothing(str(aside.origin), aside.reason) | {
        "matched": True,
        "outcome": aside.outcome.value,
        "record": None
        if record is None
        else {
            "session": record.session or None,
            "user": record.user,
            "database": record.database,
            "schema": record.schema,
            "time": record.started_at,
            "outcome": record.outcome.value,
        },
    }


def of_step(step: Step, source: SourceSettings, resolver: KeyResolver, text: str, store: Store) -> dict[str, Any]:
    """The document of a statement that was analysed, with what became of each lineage of it."""
    event = step.event
    flows = [derived.dataflow for derived in step.derived if derived.dataflow is not None]
    return of_nothing(str(step.origin), step.reason) | {
        "matched": True,
        "source": {"name": source.name, "data_source_id": source.data_source_id, "dialect": source.dialect},
        "record": {
            "session": event.session.partition("\x00")[2] or None,
            "user": event.user,
            "database": event.database,
            "schema": event.schema,
            "time": time_of(event),
            "outcome": None,
        },
        "fingerprint": event.fingerprint,
        "outcome": step.outcome.value,
        "text": text,
        "lineages": [_lineage(lineage) for lineage in step.lineages],
        "keys": _keys(step.derived),
        "missing_keys": _missing(step.derived, resolver),
        "dataflows": [_dataflow(flow, store) for flow in flows],
    }


def _lineage(lineage: StatementLineage) -> dict[str, Any]:
    return {
        "kind": lineage.kind,
        "outcome": lineage.outcome.value,
        "reason": lineage.reason,
        "chain": list(lineage.chain),
        "tables": [table_edge(edge) for edge in lineage.tables],
        "columns": [column_edge(edge) for edge in lineage.columns],
        "notes": list(lineage.notes),
    }


def _keys(lineages: Sequence[Derived]) -> list[dict[str, Any]]:
    return [
        {
            "source": edge.source._asdict(),
            "target": edge.target._asdict(),
            "kind": edge.kind,
            "confidence": edge.confidence,
            "reason": edge.reason,
        }
        for derived in lineages
        for edge in derived.keyed.edges
    ]


def _missing(lineages: Sequence[Derived], resolver: KeyResolver) -> list[dict[str, Any]]:
    return [
        {
            "name": missing.name,
            "reason": missing.reason,
            "steps": resolver.explain_name(missing.table) if missing.column is None else [],
        }
        for derived in lineages
        for missing in derived.keyed.missing
    ]


def _dataflow(dataflow: Dataflow, store: Store) -> dict[str, Any]:
    known = store.dataflows([dataflow.external_id]).get(dataflow.external_id)
    return {
        "external_id": dataflow.external_id,
        "title": dataflow.title,
        "status": known.status if known else None,
        "job": known.job if known else None,
        "run": known.run_id if known else None,
        "first_seen": known.first_seen if known else None,
        "last_seen": known.last_seen if known else None,
    }
