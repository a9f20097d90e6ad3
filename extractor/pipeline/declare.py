"""From ``[[paths]]`` to observed dataflows: what people wrote down, checked against the catalogs that are held."""

from __future__ import annotations

import glob
from collections.abc import Iterator
from pathlib import Path

from extractor.config import Config
from extractor.declared import Declared, FileContent, read_file
from extractor.errors import UnwritableKey
from extractor.keys import read_key, write_key
from extractor.models import Node, Origin
from extractor.report import FileReport, Report
from extractor.settings_of_paths import PathsSettings
from extractor.state import Store
from extractor.state.catalog import CatalogStore

_NOT_HELD = "it is not in the catalog, so its links in the paths files are left out (unknown_keys)"


def declare(config: Config, store: Store, catalogs: CatalogStore, report: Report, run_id: int) -> None:
    """Observe what the files of each ``[[paths]]`` declare.

    What is wrong costs itself, a failure in the report, and that nothing of its ``[[paths]]`` is removed in this run.
    """
    for settings in config.paths:
        declared = Declared(config.namespace, settings.name, config.upload.max_content_chars)
        found = 0
        for name, content in contents(config, settings):
            found += 1
            declared.add(content)
            report.files.append(FileReport(name, format="paths", reason=f"[[paths]] {settings.name}"))
        checker = _Checker(settings, catalogs, report)
        for dataflow in declared.dataflows(checker.check):
            store.observe(run_id, [dataflow])
            report.edges_derived += len(dataflow.edges)
        report.failures += [f"{p.origin}: {p.words}" for p in declared.problems]
        if not found:
            report.failures.append(f"[[paths]] {settings.name}: {', '.join(settings.files)} match no file")
        elif away := [pattern for pattern in settings.files if _is_away(config, pattern)]:
            report.failures.append(
                f"[[paths]] {settings.name}: {', '.join(away)}: there is no such file, or nothing in its folder, so "
                "nothing that is no longer declared is removed; take out of files what is not to come back"
            )
        elif not declared.problems:
            store.read_whole(run_id, settings.name)


def contents(config: Config, settings: PathsSettings) -> Iterator[tuple[str, FileContent]]:
    """The files of a ``[[paths]]`` by name, with what they declare."""
    seen: set[Path] = set()
    for pattern in settings.files:
        for path in _matching(config, pattern):
            if path not in seen:
                seen.add(path)
                name = str(path.relative_to(config.root)) if path.is_relative_to(config.root) else str(path)
                yield name, read_file(path, name)


def _matching(config: Config, pattern: str) -> list[Path]:
    anchor = Path(pattern).anchor
    root = Path(anchor) if anchor else config.root
    found = root.glob(str(Path(pattern).relative_to(anchor) if anchor else pattern))
    return sorted(path for path in found if path.is_file())


def _is_away(config: Config, pattern: str) -> bool:
    """Whether a file is missing, or all of the folder that a glob begins with, as when it is not mounted."""
    place = config.root / pattern
    if not glob.has_magic(pattern):
        return not place.exists()
    while glob.has_magic(str(place)):
        place = place.parent
    return not place.is_dir() or next(place.iterdir(), None) is None


class _Checker:
    """Spells tables and columns as the catalogs that are held do; all else stays as it was written."""

    def __init__(self, settings: PathsSettings, catalogs: CatalogStore, report: Report) -> None:
        self._leave_out = settings.unknown_keys == "leave_out"
        self._catalogs = catalogs
        self._report = report
        self._known: dict[Node, Node | None] = {}

    def check(self, node: Node, origin: Origin) -> Node | None:
        """The object as the catalog spells it; None when it is to be left out, which the report says."""
        if node not in self._known:
            self._known[node] = self._looked_up(node)
        found = self._known[node]
        if found is None:
            self._report.names.add(node.key, _NOT_HELD, origin)
        return found

    def _looked_up(self, node: Node) -> Node | None:
        if node.otype not in {"table", "column"}:
            return node
        catalog = self._catalogs.reader(int(node.key.partition(".")[0]))
        if catalog is None or catalog.is_empty():
            return node
        wanted = node.key.lower()
        if node.otype == "table":
            keys = [table.key for table in catalog.by_key(node.key)]
        else:
            tables = catalog.by_key(_table_of(node.key))
            keys = [c.key for table in tables for c in catalog.columns(table.key) if c.key.lower() == wanted]
        if keys:
            return Node(node.otype, node.key if node.key in keys else keys[0])
        return None if self._leave_out else node


def _table_of(column_key: str) -> str:
    try:
        return write_key(read_key(column_key)[:-1])
    except UnwritableKey:
        return column_key.rpartition(".")[0]
