"""The graph of an extraction: lineage of texts, without keys, plan or state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from extractor.dataflows.words import title_of
from extractor.models import Lineage, StatementLineage, TableName
from extractor.outputs.graph import Edge, Flow, Graph, Table
from extractor.report import Report

_RESULT = "result"
_TOLD = ("started_at", "statements", "problems", "notes", "unlisted_tables")


class Text(NamedTuple):
    """The text of a statement, without credentials, and when it was seen first and last."""

    sql: str
    first_seen: datetime | None = None
    last_seen: datetime | None = None


def graph_of_lineage(
    found: Mapping[str, Lineage], text_of: Callable[[str, str], Text], *, title: str, made_at: datetime
) -> Graph:
    """The graph of the lineage of inputs by their name; ``text_of`` gives an input's statement by its fingerprint."""
    graph = Graph(title, made_at)
    for name, lineage in found.items():
        several = len(found) > 1 or len(lineage.statements) > 1
        for number, statement in enumerate(lineage.statements):
            if statement.tables or statement.columns:
                result = f"{_RESULT} of {name}, statement {statement.index + 1}" if several else _RESULT
                _add(graph, name, number, statement, text_of(name, statement.fingerprint), result)
    graph.report = _report(found, made_at)
    return graph


def table_of(name: TableName) -> Table:
    """A name of the lineage as a table of the graph: the database is its source, where it has one."""
    *before, last = name.parts or ("",)
    source = before[0] if len(before) > 1 else ""
    return Table(str(name), source, ".".join(before[1:] if source else before), last, name.kind)


def _add(graph: Graph, name: str, number: int, statement: StatementLineage, text: Text, result: str) -> None:
    place = str(statement.origin) if statement.origin else name
    title = title_of(statement) if statement.targets else f"Query of {place}"
    flow = graph.flow(
        Flow(f"{name}#{number + 1}", title, text.sql, place, text.first_seen, text.last_seen, why=statement.reason)
    )

    def end(table: TableName | None) -> int:
        return graph.table(Table(result, "", "", result, "result") if table is None else table_of(table))

    for e in statement.tables:
        graph.edge(Edge(end(e.source), "", end(e.target), "", e.kind, e.confidence, e.reason, flow))
    for c in statement.columns:
        source, target = end(c.source_table), end(c.target_table)
        graph.edge(Edge(source, c.source_column, target, c.target_column, c.kind, c.confidence, c.reason, flow))


def _report(found: Mapping[str, Lineage], made_at: datetime) -> dict[str, Any]:
    """What an extraction has to say for itself, in the form of a run's report."""
    report = Report(made_at)
    for name, lineage in found.items():
        for statement in lineage.statements:
            origin = statement.origin or f"{name}, statement {statement.index + 1}"
            report.read(1)
            report.statement(statement.outcome, statement.reason, origin)
            for note in statement.notes:
                report.notes.add(note, "", origin)
            for table, lost in statement.unlisted:
                report.unlisted.add(str(table), "", origin, lost)
    return {name: part for name, part in report.to_json().items() if name in _TOLD}
