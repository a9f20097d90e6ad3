"""An answer about impact, as rows for a person, as JSON and as a Mermaid graph."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from extractor.models import AssetMapping, Node
from extractor.pipeline.impact import Impact, Link
from extractor.pipeline.names import last_part, table_of_column
from extractor.pipeline.reach import Affected
from extractor.report import counted, visible

_COLUMNS_IN_A_ROW = 8
_ENTITIES = {ord(c): f"#{ord(c)};" for c in '"#<>&`[]{}|'}


def as_table(found: Impact) -> list[str]:
    """Rows: what was asked, the sum, then a row a table with its columns and assets, the nearest first."""
    rows = [f"{_way(found)} of {found.start.otype} {visible(found.start.key)}: {_sum(found)}"]
    own = ", ".join(m.asset_id for m in found.assets_of(found.start))
    rows += [f"it is asset {visible(own)}"] if own else []
    rows += [f"note: {visible(note)}" for note in found.notes]
    if not found.tables and not found.columns:
        return rows
    columns = _columns_by_table(found.columns)
    cells = [_cells(found, a, columns.pop(a.node.key.lower(), [])) for a in found.tables]
    own_columns = columns.get(_table_key(found.start).lower(), [])
    if own_columns:
        cells.insert(0, ("-", visible(_table_key(found.start)), _names(own_columns), ""))
    rows += ["", *_aligned([("depth", "table", "columns", "asset"), *cells])]
    if left := found.tables_met - len(found.tables):
        rows.append(f"and {left:,} more tables (--limit; 0 shows all)")
    return rows


def as_json(found: Impact) -> dict[str, Any]:
    """``start``, ``tables`` up to the limit with ``columns`` and ``edges``; all ``assets``; ``notes`` and counts."""
    asked = found.question
    return {
        "start": _plain(found.start) | {"assets": [m.asset_id for m in found.assets_of(found.start)]},
        "direction": "upstream" if asked.upstream else "downstream",
        "kind": asked.kind or "all",
        "depth": asked.depth,
        "tables": [
            _plain(a.node) | {"depth": a.depth, "assets": [m.asset_id for m in found.assets_of(a.node)]}
            for a in found.tables
        ],
        "columns": [_plain(a.node) | {"depth": a.depth} for a in found.columns],
        "assets": [_asset(mapping) | {"depth": depth} for mapping, depth in found.affected_assets],
        "edges": [{"source": _plain(s), "target": _plain(t), "kind": kind} for s, t, kind in found.links],
        "notes": list(found.notes),
        "tables_met": found.tables_met,
        "columns_met": found.columns_met,
    }


def as_mermaid(found: Impact) -> list[str]:
    """A Mermaid flow chart of the tables, or of the columns in their tables when a column was asked for.

    A comment says how many tables the limit left out.
    """
    tables = [found.start.key if found.start.otype != "column" else table_of_column(found.start.key)]
    tables += [a.node.key for a in found.tables]
    shown = {key.lower(): f"t{number}" for number, key in enumerate(tables)}
    by_column = found.start.otype == "column"
    drawn = _columns_drawn(found, shown, tables) if by_column else _tables_drawn(found, shown, tables)
    rows = ["flowchart LR", *drawn, "  classDef start stroke-width:4px", "  classDef asset stroke-dasharray:4"]
    if left := found.tables_met - len(found.tables):
        rows.append(f"  %% {left} more tables are left out (--limit)")
    return rows


def _tables_drawn(found: Impact, shown: dict[str, str], tables: Sequence[str]) -> list[str]:
    rows = [f'  {shown[key.lower()]}["{_label(found, key)}"]{_class(found, key)}' for key in tables]
    return rows + _arrows((link for link in found.links if link.source.otype != "column"), shown)


def _columns_drawn(found: Impact, shown: dict[str, str], tables: Sequence[str]) -> list[str]:
    of_table = _columns_by_table([Affected(found.start, 0), *found.columns])
    numbers: dict[str, str] = {}
    rows: list[str] = []
    for key in tables:
        rows.append(f'  subgraph {shown[key.lower()]}["{_label(found, key)}"]')
        for column in of_table.get(key.lower(), []):
            number = numbers[column.key.lower()] = f"c{len(numbers)}"
            mark = ":::start" if column == found.start else ""
            rows.append(f'    {number}["{_escaped(last_part(column.key))}"]{mark}')
        rows.append("  end")
    return rows + _arrows(found.links, numbers)


def _arrows(links: Iterable[Link], numbers: dict[str, str]) -> list[str]:
    """An arrow for each pair of what is shown, drawn through where one of its edges is direct."""
    arrows: dict[tuple[str, str], str] = {}
    for source, target, kind in links:
        ends = numbers.get(source.key.lower()), numbers.get(target.key.lower())
        if ends[0] is not None and ends[1] is not None and arrows.get((ends[0], ends[1])) != "-->":
            arrows[ends[0], ends[1]] = "-->" if kind == "direct" else "-.->"
    return [f"  {source} {arrow} {target}" for (source, target), arrow in arrows.items()]


def _label(found: Impact, key: str) -> str:
    assets = ", ".join(m.asset_id for m in found.assets.get(key.lower(), ()))
    return _escaped(key) + (f"<br/>asset {_escaped(assets)}" if assets else "")


def _class(found: Impact, key: str) -> str:
    if key == found.start.key:
        return ":::start"
    return ":::asset" if found.assets.get(key.lower()) else ""


def _escaped(text: str) -> str:
    return visible(text).translate(_ENTITIES)


def _way(found: Impact) -> str:
    return "upstream" if found.question.upstream else "downstream"


def _sum(found: Impact) -> str:
    assets = len(found.affected_assets)
    return ", ".join(
        (
            counted(found.tables_met, "table"),
            counted(found.columns_met, "column"),
            counted(assets, "mapped asset"),
        )
    )


def _cells(found: Impact, affected: Affected, columns: Sequence[Node]) -> tuple[str, str, str, str]:
    node = affected.node
    name = visible(node.key if node.otype == "table" else f"{node.key} ({node.otype})")
    assets = ", ".join(m.asset_id for m in found.assets_of(node))
    return (str(affected.depth), name, _names(columns), visible(assets))


def _names(columns: Sequence[Node]) -> str:
    names = [visible(last_part(column.key)) for column in columns[:_COLUMNS_IN_A_ROW]]
    more = len(columns) - _COLUMNS_IN_A_ROW
    return ", ".join(names) + (f" and {more} more" if more > 0 else "")


def _columns_by_table(columns: Iterable[Affected]) -> dict[str, list[Node]]:
    of_table: dict[str, list[Node]] = defaultdict(list)
    for affected in columns:
        of_table[table_of_column(affected.node.key).lower()].append(affected.node)
    return of_table


def _table_key(node: Node) -> str:
    return table_of_column(node.key) if node.otype == "column" else node.key


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _plain(node: Node) -> dict[str, Any]:
    return {"otype": node.otype, "key": node.key}


def _asset(mapping: AssetMapping) -> dict[str, Any]:
    return mapping._asdict()
