"""Tables that a change names in its expressions alone: Teradata joins them as if they stood in FROM.

https://docs.teradata.com/r/Enterprise_IntelliFlex_VMware/SQL-Data-Manipulation-Language, "DELETE", "UPDATE".
"""

from __future__ import annotations

from collections.abc import Iterable

from extractor.lineage.lowering.context import Walk
from extractor.lineage.model import Flow, Source


def implied_sources(flows: Iterable[Flow], sources: list[Source], walk: Walk) -> list[Source]:
    """One relation for each table (``db.t.column``, ``t.column``) that no relation of the statement is."""
    if walk.engine != "teradata" or any(source.kind != "table" for source in sources):
        return []
    known = {tuple(part.lower() for part, _ in source.name[-length:]) for source in sources for length in (1, 2)}
    known |= {(source.alias.lower(),) for source in sources}
    found: dict[tuple[str, ...], Source] = {}
    for flow in flows:
        for ref in flow.refs:
            key = tuple(part.lower() for part, _ in ref[:-1])
            if 1 <= len(key) <= 2 and key not in known:
                found.setdefault(key, Source("table", ref[:-1]))
    return list(found.values())
