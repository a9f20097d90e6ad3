"""The graph as one JSON document, for machines: written here, and read back to be compared."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from extractor.errors import OutputError
from extractor.models import ColumnEdge, Lineage, TableEdge
from extractor.outputs.graph import Change, Edge, Flow, Graph, Table, TableKind

FORMAT = "alation-lineage graph"


def document(graph: Graph) -> dict[str, Any]:
    """The graph as plain values; the ends of an edge are positions in ``tables``, its ``flow`` is one in ``flows``."""
    return {
        "format": FORMAT,
        "version": 1,
        "title": graph.title,
        "made_at": graph.made_at,
        "tables": [
            {**table._asdict(), "columns": list(columns.values())}
            for table, columns in zip(graph.tables, graph.columns, strict=True)
        ],
        "flows": [flow._asdict() for flow in graph.flows],
        "edges": [edge._asdict() for edge in graph.edges],
        "report": graph.report,
    }


def read_document(content: Any, name: str) -> Graph:
    """The graph of a document.

    Raises:
        OutputError: it is none, or is not whole; the message names the place.
    """
    try:
        read = _Document.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(p) for p in first["loc"])
        raise OutputError(f"{name} is no graph of alation-lineage: {place}: {first['msg']}") from None
    graph = Graph(read.title, read.made_at, report=read.report)
    for table in read.tables:
        graph.table(Table(table.key, table.source, table.schema_, table.name, table.kind))
    for flow in read.flows:
        graph.flow(Flow(**flow.model_dump()))
    for edge in read.edges:
        if max(edge.source, edge.target) >= len(graph.tables) or edge.flow >= len(graph.flows):
            raise OutputError(f"{name} is no whole graph: an edge names a table or a statement that is not there")
        graph.edge(Edge(**edge.model_dump()))
    return graph


def lineage_document(lineage: Lineage) -> dict[str, Any]:
    """The lineage of one input as plain values, by name."""
    return {
        "sources": [str(t) for t in lineage.sources],
        "targets": [str(t) for t in lineage.targets],
        "tables": [table_edge(edge) for edge in lineage.tables],
        "columns": [column_edge(edge) for edge in lineage.columns],
        "statements": [
            {"index": s.index, "kind": s.kind, "outcome": s.outcome.value, "reason": s.reason, "notes": list(s.notes)}
            for s in lineage.statements
        ],
    }


def table_edge(edge: TableEdge) -> dict[str, Any]:
    """One edge between tables, by their names; ``target`` is null for the result of a query."""
    return {
        "source": str(edge.source),
        "target": str(edge.target) if edge.target else None,
        "kind": edge.kind,
        "confidence": edge.confidence,
        "reason": edge.reason,
    }


def column_edge(edge: ColumnEdge) -> dict[str, Any]:
    """One edge between columns, by their names; ``target_table`` is null for the result of a query."""
    return {
        "source_table": str(edge.source_table),
        "source_column": edge.source_column,
        "target_table": str(edge.target_table) if edge.target_table else None,
        "target_column": edge.target_column,
        "kind": edge.kind,
        "confidence": edge.confidence,
        "reason": edge.reason,
    }


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Table(_Part):
    key: str
    source: str
    schema_: Annotated[str, Field(alias="schema")]
    name: str
    kind: TableKind


class _Flow(_Part):
    id: str
    title: str
    sql: str = ""
    source_name: str = ""
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    change: Change = "keep"
    why: str = ""


class _Edge(_Part):
    source: Annotated[int, Field(ge=0)]
    source_column: str
    target: Annotated[int, Field(ge=0)]
    target_column: str
    kind: Literal["direct", "indirect"]
    confidence: float
    reason: str
    flow: Annotated[int, Field(ge=0)]
    change: Change = "keep"
    first_seen: datetime | None = None
    last_seen: datetime | None = None


class _Document(_Part):
    format: Literal["alation-lineage graph"]
    version: Literal[1]
    title: str
    made_at: datetime
    tables: list[_Table]
    flows: list[_Flow]
    edges: list[_Edge]
    report: dict[str, Any] = {}
