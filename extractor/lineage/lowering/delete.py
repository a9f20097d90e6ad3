"""DELETE and TRUNCATE: what decides about the rows is a dependency of the target."""

from __future__ import annotations

from sqlglot import exp

from extractor.lineage.lowering.context import Node, Walk, arg, args_of
from extractor.lineage.lowering.expressions import flow_of
from extractor.lineage.lowering.implied import implied_sources
from extractor.lineage.lowering.names import table_name
from extractor.lineage.lowering.output import output_writes
from extractor.lineage.lowering.queries import lower_ctes
from extractor.lineage.lowering.sources import lower_source
from extractor.lineage.lowering.update import find_target, target_name
from extractor.lineage.model import Empty, Other, Select, Source, Statement, Write


def lower_delete(node: Node, walk: Walk) -> tuple[Statement, ...]:
    """One write for each table that rows are deleted from."""
    ctes = lower_ctes(node, walk)
    conditions: list[Node] = []
    targets = [Source("table", table_name(t, walk)) for t in args_of(node, "tables")]
    sources: list[Source] = []
    if arg(node, "this") is not None:
        sources.extend(lower_source(arg(node, "this"), walk, conditions=conditions))
    using = arg(node, "using")
    for item in using if isinstance(using, list) else []:
        sources.extend(lower_source(item, walk, conditions=conditions))
    if using and walk.engine == "mysql":  # DELETE FROM a, b USING t1 a JOIN t2 b: names of what is read
        named = len(lower_source(arg(node, "this"), walk))
        targets, sources = sources[:named], sources[named:]
    if not sources:  # DELETE t WHERE ..., without FROM
        sources = targets
    filters = flow_of([arg(node, "where"), *conditions], walk)
    sources = [*sources, *implied_sources([filters], sources, walk)]
    query = Select((), tuple(sources), filters, (), ctes)
    found: list[Statement] = []
    empties = len(sources) == 1 and len(targets) <= 1 and not any(arg(node, k) for k in ("where", "limit", "using"))
    rows: dict[str, Source] = {}
    for target in targets or sources[:1]:
        position, rest = find_target([target, *sources] if targets else sources, ctes)
        found.append(Write("delete", target_name(rest[position], ctes), "delete", query, empties=empties))
        rows = {"deleted": rest[position]._replace(alias="deleted", using=(), natural=False)}
    return (*found, *output_writes(node, walk, rows, sources))


def lower_truncate(node: Node, walk: Walk) -> tuple[Statement, ...]:
    """TRUNCATE takes all rows away, unless it names partitions; no lineage comes of it."""
    names = tuple(table_name(table, walk) for table in args_of(node, "expressions") if table.__class__ is exp.Table)
    if arg(node, "partition") or arg(node, "is_database") or not all(names) or not names:
        return (Other("truncate", "no lineage by nature"),)
    return (Empty("truncate", names),)
