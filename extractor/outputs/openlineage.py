"""A graph as OpenLineage events: for each statement one run of one job, with its SQL and its column lineage.

The object model and the facets are those of https://openlineage.io/docs/spec; names of datasets in files follow
https://openlineage.io/docs/spec/naming. A statement is one job, whose last execution is the run.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from extractor import __version__
from extractor.outputs.graph import Edge, Flow, Graph

PRODUCER = f"urn:alation-lineage:{__version__}"
_SPEC = "https://openlineage.io/spec"
_EVENT = f"{_SPEC}/2-0-2/OpenLineage.json#/$defs/RunEvent"
_SQL = f"{_SPEC}/facets/1-1-0/SQLJobFacet.json#/$defs/SQLJobFacet"
_COLUMNS = f"{_SPEC}/facets/1-2-0/ColumnLineageDatasetFacet.json#/$defs/ColumnLineageDatasetFacet"
_SCHEMA = f"{_SPEC}/facets/1-2-0/SchemaDatasetFacet.json#/$defs/SchemaDatasetFacet"
_DOCUMENTATION = f"{_SPEC}/facets/1-1-0/DocumentationJobFacet.json#/$defs/DocumentationJobFacet"
_RUNS = uuid.UUID("6f1d7a52-0f0b-5c1e-9a6e-3b1d5b9d0c11")
_BUCKETS = frozenset({"s3", "gs", "wasbs", "abfss"})


def events(graph: Graph, *, namespace: str, datasets: Mapping[str, str] | None = None) -> Iterator[dict[str, Any]]:
    """A START and a COMPLETE event for each statement that is not about to be removed.

    ``datasets`` gives the namespace of tables by what they lie in (a data source's id, or a database); others get
    ``alation://<that>``.
    """
    by_flow: dict[int, list[Edge]] = {}
    for edge in graph.edges:
        if edge.change != "remove":
            by_flow.setdefault(edge.flow, []).append(edge)
    for place, flow in enumerate(graph.flows):
        if flow.change != "remove" and place in by_flow:
            at = (flow.last_seen or graph.made_at).isoformat()
            run = {"runId": str(uuid.uuid5(_RUNS, f"{namespace} {flow.id} {at}"))}
            job = {"namespace": namespace, "name": flow.id, "facets": _job_facets(flow)}
            head = {"eventTime": at, "producer": PRODUCER, "schemaURL": _EVENT, "run": run, "job": job}
            yield {**head, "eventType": "START", "inputs": [], "outputs": []}
            yield {**head, "eventType": "COMPLETE", **_ends(graph, by_flow[place], datasets or {})}


def _job_facets(flow: Flow) -> dict[str, Any]:
    facets = {"documentation": _facet(_DOCUMENTATION, description=flow.title or flow.id)}
    if flow.sql:
        facets["sql"] = _facet(_SQL, query=flow.sql)
    return facets


def _ends(graph: Graph, edges: list[Edge], datasets: Mapping[str, str]) -> dict[str, Any]:
    sources = dict.fromkeys(e.source for e in edges)
    targets = [t for t in dict.fromkeys(e.target for e in edges) if graph.tables[t].kind != "result"]
    names = {place: _dataset(graph, place, datasets) for place in (*sources, *targets)}
    return {
        "inputs": [{**names[s], "facets": _schema(e.source_column for e in edges if e.source == s)} for s in sources],
        "outputs": [
            {
                **names[target],
                "facets": {
                    **_schema(e.target_column for e in edges if e.target == target),
                    **_column_lineage([e for e in edges if e.target == target and e.is_of_columns], names),
                },
            }
            for target in targets
        ],
    }


def _column_lineage(edges: Collection[Edge], names: Mapping[int, dict[str, str]]) -> dict[str, Any]:
    fields: dict[str, list[dict[str, Any]]] = {}
    for edge in edges:
        how = {
            "type": edge.kind.upper(),
            "description": f"confidence {edge.confidence:.2f}, {edge.reason}".rstrip(", "),
        }
        read = {**names[edge.source], "field": edge.source_column, "transformations": [how]}
        fields.setdefault(edge.target_column, []).append(read)
    if not fields:
        return {}
    return {"columnLineage": _facet(_COLUMNS, fields={name: {"inputFields": read} for name, read in fields.items()})}


def _schema(columns: Iterable[str]) -> dict[str, Any]:
    named = [{"name": name} for name in dict.fromkeys(columns) if name]
    return {"schema": _facet(_SCHEMA, fields=named)} if named else {}


def _dataset(graph: Graph, place: int, datasets: Mapping[str, str]) -> dict[str, str]:
    table = graph.tables[place]
    split = urlsplit(table.name) if "://" in table.name and table.kind != "table" else None
    if split is not None and split.netloc:
        path = split.path.strip("/") if split.scheme in _BUCKETS else split.path
        return {"namespace": f"{split.scheme}://{split.netloc}", "name": path or "/"}
    namespace = datasets.get(table.source, f"alation://{table.source or 'sql'}")
    return {"namespace": namespace, "name": ".".join(part for part in (table.schema, table.name) if part)}


def _facet(schema: str, **content: Any) -> dict[str, Any]:
    return {"_producer": PRODUCER, "_schemaURL": schema, **content}
