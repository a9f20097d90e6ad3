"""``GET /``: the lineage page, on which a rehearsal can be looked at. One document that loads nothing else.

What users wrote (titles, keys, SQL) stands in it as JSON inside a script element that is never run; the page's own
script puts it into the document as text alone, and the policy in the header lets no other script or style run.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from importlib.resources import files
from typing import Any

from sqlalchemy import Connection, func, select
from starlette.responses import HTMLResponse

from extractor.sandbox.call import Call
from extractor.sandbox.graph import Edge, Names
from extractor.sandbox.tables import COLUMNS, DATA_SOURCES, DATAFLOWS, EDGES, NO_DATAFLOW, NODES, TABLES

MOST_EDGES = 20_000
"""More edges than this are left out of the page, columns' edges first, which then says so."""

MOST_DRAWN = 300
"""With more tables than this the page has its list only and no drawing."""

_PAGE = files("extractor.sandbox").joinpath("page.html").read_text(encoding="utf-8")
_BATCH = 500


def show(call: Call) -> HTMLResponse:
    """The page with the graph as it is now."""
    data = embedded(content(call.db))
    page = _PAGE.replace('"data"</script>', f"{data}</script>", 1)
    return HTMLResponse(page, headers={"Content-Security-Policy": _policy()})


def embedded(value: Any) -> str:
    """JSON that may stand in an HTML script element: ASCII, and nothing in it that HTML could take for a tag."""
    return json.dumps(value).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def content(db: Connection, most_edges: int = MOST_EDGES) -> dict[str, Any]:
    """What the page shows.

    ``objects``: otype, key, name, group, temp and, for a table, ``columns``; ``layer`` where a drawing is made.
    ``flows``: the dataflows by external id. ``edges``: [object, column, dataflow, object, column], objects as
    positions, an empty column for the object itself, an empty dataflow for a direct edge. ``left_out``: how many
    edges there are beyond these.
    """
    names, objects, edges, links = Names(db), _Objects(db), [], set()
    flow_names = {NO_DATAFLOW: ""}
    flow_names |= {row.id: row.external_id for row in db.execute(select(DATAFLOWS.c.id, DATAFLOWS.c.external_id))}
    chosen = _edges(db, most_edges)
    names.load(sorted({number for edge in chosen for number in (edge.source, edge.target)}))
    for edge in chosen:
        source, from_column = objects.place(names.node(edge.source))
        target, to_column = objects.place(names.node(edge.target))
        edges.append((source, from_column, flow_names[edge.dataflow], target, to_column))
        links.add((source, target))
    total = db.execute(select(func.count()).select_from(EDGES)).scalar_one()
    found = objects.finished()
    if len(found) <= MOST_DRAWN:
        for one, layer in zip(found, layers(len(found), links), strict=True):
            one["layer"] = layer
    rows = db.execute(select(DATAFLOWS).order_by(DATAFLOWS.c.folded).limit(most_edges))
    flows = {row.external_id: _content_of(row) for row in rows}
    return {"objects": found, "flows": flows, "edges": edges, "left_out": total - len(edges)}


def layers(count: int, links: Iterable[tuple[int, int]]) -> list[int]:
    """For each of ``count`` objects its distance, by the longest way, from one that nothing feeds.

    An object that nothing feeds stands right before the first that it feeds. A cycle is broken at the object that
    waits for the fewest others.
    """
    waiting: dict[int, set[int]] = {number: set() for number in range(count)}
    fed: dict[int, set[int]] = {number: set() for number in range(count)}
    for source, target in links:
        if source != target:
            waiting[target].add(source)
            fed[source].add(target)
    roots = [number for number in waiting if fed[number] and not waiting[number]]
    layer = [0] * count
    step = 0
    while waiting:
        ready = [n for n, sources in waiting.items() if not sources] or [min(waiting, key=lambda n: len(waiting[n]))]
        for number in ready:
            layer[number] = step
            del waiting[number]
        for sources in waiting.values():
            sources.difference_update(ready)
        step += 1
    for number in roots:
        layer[number] = min(layer[target] for target in fed[number]) - 1
    return layer


class _Objects:
    """The objects of the page in the order in which they are met; the columns stand inside of their tables."""

    def __init__(self, db: Connection) -> None:
        self._db = db
        self._titles = {str(row.id): row.title for row in db.execute(select(DATA_SOURCES))}
        self._places: dict[tuple[str, str], int] = {}
        self._found: list[dict[str, Any]] = []

    def place(self, node: dict[str, Any]) -> tuple[int, str]:
        """The position of a node's object, and the column's name where the node is one."""
        otype, key, column = node["otype"], node["key"], ""
        if otype == "column" and "." in key:
            otype, (key, column) = "table", _cut(key)
        identity = (otype, key.lower())
        if identity not in self._places:
            self._places[identity] = len(self._found)
            self._found.append(self._new(otype, key, temp="is_temp" in node))
        place = self._places[identity]
        if column:
            self._found[place]["columns"].setdefault(column.lower(), {"name": column, "temp": "is_temp" in node})
        return place, column

    def finished(self) -> list[dict[str, Any]]:
        """All objects, with what the catalog knows of the tables among them."""
        tables = {folded: place for (otype, folded), place in self._places.items() if otype == "table"}
        for batch in _batches(list(tables)):
            known = self._db.execute(select(TABLES.c.id, TABLES.c.folded).where(TABLES.c.folded.in_(batch)))
            places = {row.id: tables[row.folded] for row in known}
            for place in (tables[folded] for folded in batch):
                self._found[place]["temp"] = place not in places.values()
            self._add_columns(places)
        return [{**one, "columns": list(one["columns"].values())} for one in self._found]

    def _add_columns(self, places: dict[int, int]) -> None:
        wanted = select(COLUMNS).where(COLUMNS.c.table_id.in_(places)).order_by(COLUMNS.c.table_id, COLUMNS.c.position)
        for row in self._db.execute(wanted):
            columns, (_, name) = self._found[places[row.table_id]]["columns"], _cut(row.key)
            columns.pop(name.lower(), None)
            columns[name.lower()] = {"name": name, "temp": False, "type": row.column_type}

    def _new(self, otype: str, key: str, *, temp: bool) -> dict[str, Any]:
        number, _, name = key.partition(".")
        is_table = otype == "table" and name
        title = self._titles.get(number)
        group = (f"{title} ({number})" if title else f"Data source {number}") if is_table else otype
        return {
            "otype": otype,
            "key": key,
            "name": name if is_table else key,
            "group": group,
            "temp": temp,
            "columns": {},
        }


def _edges(db: Connection, most: int) -> list[Edge]:
    """The edges in the order of what matters most: those between tables before those between columns."""
    wanted = (
        select(EDGES.c.source_id, EDGES.c.dataflow_id, EDGES.c.target_id)
        .join(NODES, NODES.c.id == EDGES.c.target_id)
        .order_by(NODES.c.otype == "column", EDGES.c.source_id, EDGES.c.dataflow_id, EDGES.c.target_id)
        .limit(most)
    )
    return [Edge(*row) for row in db.execute(wanted)]


def _cut(key: str) -> tuple[str, str]:
    """A column's key as its table's key and its last part, which stands in quotes where it holds a period."""
    quoted = key.rfind('."', 0, -1) if key.endswith('"') else -1
    at = quoted if quoted >= 0 else key.rfind(".")
    return key[:at], key[at + 1 :]


def _content_of(row: Any) -> dict[str, Any]:
    return {
        "title": row.title,
        "description": row.description,
        "content": row.content,
        "group": row.group_name,
        "temp": not row.declared,
    }


def _batches(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), _BATCH):
        yield values[start : start + _BATCH]


def _policy() -> str:
    """Nothing but the page's own style and script, named by their hashes."""
    style, script = (_hash(name) for name in ("style", "script"))
    return (
        f"default-src 'none'; style-src {style}; script-src {script}; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def _hash(element: str) -> str:
    found = re.search(f"<{element}>(.*?)</{element}>", _PAGE, re.DOTALL)
    digest = hashlib.sha256((found[1] if found else "").encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
