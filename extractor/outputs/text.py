"""Lineage as a tree of text: statement, tables, columns; or, of a whole graph, table by table."""

from __future__ import annotations

from extractor.models import ColumnEdge, Lineage, Outcome, StatementLineage, TableEdge
from extractor.outputs.graph import Edge, Graph, change_of, strongest
from extractor.outputs.lines import Line, Node, Part, Style

_STYLES: dict[Outcome, Style] = {
    Outcome.LINEAGE: "good",
    Outcome.READ_ONLY: "soft",
    Outcome.NO_LINEAGE: "soft",
    Outcome.NOT_PARSED: "bad",
    Outcome.UNSUPPORTED: "bad",
    Outcome.TOO_LARGE: "bad",
    Outcome.TIMED_OUT: "bad",
}
_SIGNS: dict[str, tuple[str, Style]] = {"add": ("+ ", "good"), "change": ("~ ", "odd"), "remove": ("- ", "bad")}


def tree_of_lineage(name: str, lineage: Lineage) -> Node:
    """One input: its statements, under each its table edges, under each of these its column edges."""
    return Node((Part(name, "strong"),), tuple(_statement(s) for s in lineage.statements))


def tree_of_graph(graph: Graph) -> list[Node]:
    """Each table that is fed, under it what feeds it, under that the columns."""
    by_target: dict[int, list[Node]] = {}
    for (source, target), edges in sorted(graph.table_edges().items(), key=lambda item: graph.shown(item[0][0])):
        best = strongest(edges)
        by_columns: dict[tuple[str, str, str, str], list[Edge]] = {}
        for edge in edges:
            if edge.is_of_columns:
                mark = (edge.source_column, edge.target_column, edge.kind, edge.change)
                by_columns.setdefault(mark, []).append(edge)
        columns = tuple(Node(_graph_edge(graph, strongest(same))) for same in by_columns.values())
        table_edge = best._replace(source_column="", target_column="", source=source, change=change_of(edges))
        by_target.setdefault(target, []).append(Node(_graph_edge(graph, table_edge), columns))
    ordered = sorted(by_target.items(), key=lambda item: graph.shown(item[0]))
    return [Node((Part(graph.shown(target), "strong"),), tuple(nodes)) for target, nodes in ordered]


def _graph_edge(graph: Graph, edge: Edge) -> Line:
    sign, style = _SIGNS.get(edge.change, ("", ""))
    names = f"{graph.shown(edge.source, edge.source_column)} -> {graph.shown(edge.target, edge.target_column)}"
    return (Part(sign + names, style), _sureness(edge.kind, edge.confidence, edge.reason))


def _statement(statement: StatementLineage) -> Node:
    why = f" ({statement.reason})" if statement.reason else ""
    head: Line = (
        Part(f"statement {statement.index + 1}: {statement.kind}, "),
        Part(statement.outcome.value, _STYLES.get(statement.outcome, "odd")),
        Part(why, "soft"),
    )
    rest = list(statement.columns)
    children = []
    for edge in statement.tables:
        mine = [c for c in rest if (c.source_table, c.target_table) == (edge.source, edge.target)]
        rest = [c for c in rest if (c.source_table, c.target_table) != (edge.source, edge.target)]
        children.append(Node(_table(edge), tuple(Node(_column(c)) for c in mine)))
    children += [Node(_column(c)) for c in rest]
    children += [Node((Part(f"note: {note}", "odd"),)) for note in statement.notes]
    return Node(head, tuple(children))


def _table(edge: TableEdge) -> Line:
    names = Part(f"{edge.source} -> {edge.target or '(result)'}")
    return (names, _sureness(edge.kind, edge.confidence, edge.reason))


def _column(edge: ColumnEdge) -> Line:
    target = f"{edge.target_table}.{edge.target_column}" if edge.target_table else edge.target_column
    names = Part(f"{edge.source_table}.{edge.source_column} -> {target}")
    return (names, _sureness(edge.kind, edge.confidence, edge.reason))


def _sureness(kind: str, confidence: float, reason: str) -> Part:
    words = " ".join(word for word in (f"{confidence:.2f}", reason) if word)
    return Part(f" [{kind}, {words}]", "soft" if confidence >= 1 else "odd")
