"""The page of a plan or a run: the graph before anything is sent, the report when everything is over."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from extractor.config import Config
from extractor.errors import OutputError
from extractor.outputs.graph import Graph
from extractor.outputs.html import write_html
from extractor.outputs.of_plan import graph_of_plan, graph_of_state
from extractor.pipeline.dialect import dialect_of
from extractor.pipeline.resolvers import resolver_of
from extractor.report import Report
from extractor.state import Store
from extractor.state.catalog import CatalogStore
from extractor.upload import Plan

_MOST_LOOKED_UP = 40


class Picture:
    """What a plan would make of Alation's graph, gathered before it is carried out."""

    def __init__(self, path: Path, graph: Graph, config: Config, store: Store) -> None:
        self._path = path
        self._graph = graph
        self._config = config
        self._store = store

    @classmethod
    def of(cls, path: Path | None, plan: Plan, store: Store, config: Config, command: str) -> Self | None:
        """The picture for a page at ``path``; None where nobody asked for one."""
        if path is None:
            return None
        title = f"{command} {plan.head.run_id} of {config.namespace}"
        graph = graph_of_plan(plan, store, config.namespace, title=title, made_at=datetime.now(UTC))
        return cls(path, graph, config, store)

    def write(self, report: Report) -> None:
        """Write the page with the report; where it cannot be written, the report says so."""
        self._graph.report = report.to_json()
        self._add_likely(self._graph.report["unknown_names"]["lines"])
        try:
            write_html(self._graph, self._path)
        except OutputError as error:
            report.failures.append(str(error))

    def _add_likely(self, lines: Iterable[dict[str, Any]]) -> None:
        """To each of the most frequent names that the catalog does not hold, what it holds that is alike."""
        catalogs = CatalogStore(self._store.engine)
        resolvers = [
            resolver_of(self._config, source, dialect_of(source), catalogs)
            for source in {s.data_source_id: s for s in self._config.source}.values()
        ]
        for line, _ in zip(lines, range(_MOST_LOOKED_UP), strict=False):
            near = (key for resolver in resolvers for key in resolver.near(line["what"]))
            line["likely"] = next(near, "")


def graph_of(config: Config, store: Store) -> Graph:
    """All that Alation holds of this configuration's namespace, by the state."""
    return graph_of_state(store, config.namespace, title=f"Lineage of {config.namespace}", made_at=datetime.now(UTC))
