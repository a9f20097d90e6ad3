"""dbt's compiled folders: what a model becomes says ``manifest.json``, how it went says ``run_results.json``.

``target/compiled/PROJECT/models/x.sql`` holds the query of a model alone; what it makes stands in the manifest.
https://docs.getdbt.com/reference/artifacts/manifest-json, https://docs.getdbt.com/reference/artifacts/run-results-json
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from extractor.models import QueryOutcome
from extractor.sources.interface import InputFile

_MAX_BYTES = 500_000_000
_MAKES = {"view": "VIEW", "table": "TABLE", "incremental": "TABLE", "snapshot": "TABLE", "materialized_view": "VIEW"}
_MAKES |= {"dynamic_table": "TABLE", "materializedview": "VIEW", "streaming_table": "TABLE"}
_OUTCOMES = {"success": QueryOutcome.OK, "error": QueryOutcome.FAILED, "skipped": QueryOutcome.CANCELLED}


class Model(NamedTuple):
    """A node of the manifest. ``relation`` is its quoted name, ``materialized`` how it is made."""

    kind: str
    materialized: str
    relation: str
    outcome: QueryOutcome = QueryOutcome.UNKNOWN
    started_at: datetime | None = None

    @property
    def creates(self) -> str:
        """The words that make a statement of the model's query; empty where nothing is made of it."""
        made = _MAKES.get(self.materialized) if self.kind in ("model", "snapshot") else None
        return f"CREATE {made} {self.relation} AS " if made and self.relation else ""


class Project:
    """A project's manifest: models by their file (``PROJECT/models/x.sql``), relations by name."""

    def __init__(
        self, target: Path, manifest: dict[str, Any], results: dict[str, tuple[QueryOutcome, datetime | None]]
    ) -> None:
        self.target = target
        self._models: dict[str, Model] = {}
        self._relations: dict[str, str] = {}
        self._sources: dict[tuple[str, str], str] = {}
        for unique_id, node in _nodes(manifest, "nodes"):
            relation = str(node.get("relation_name") or "")
            config = node.get("config")
            materialized = str(config.get("materialized", "")) if isinstance(config, dict) else ""
            model = Model(str(node.get("resource_type", "")), materialized, relation)
            outcome, started_at = results.get(unique_id, (QueryOutcome.UNKNOWN, None))
            path = f"{node.get('package_name', '')}/{node.get('original_file_path', '')}".replace("\\", "/")
            self._models[path] = model._replace(outcome=outcome, started_at=started_at)
            if relation and model.kind in ("model", "seed", "snapshot"):
                self._relations[str(node.get("name", ""))] = relation
        for _, node in _nodes(manifest, "sources"):
            if node.get("relation_name"):
                key = str(node.get("source_name", "")), str(node.get("name", ""))
                self._sources[key] = str(node["relation_name"])

    def model_at(self, path: Path) -> Model | None:
        """The model whose compiled query, or whose run, lies at a path."""
        parts = path.relative_to(self.target).parts if path.is_relative_to(self.target) else ()
        return self._models.get("/".join(parts[1:])) if parts[:1] in (("compiled",), ("run",)) else None

    def relation_of(self, name: str) -> str | None:
        """The relation of a model, seed or snapshot."""
        return self._relations.get(name)

    def source_of(self, source: str, name: str = "") -> str | None:
        """The relation of a table of a source."""
        return self._sources.get((source, name))


def project_of(item: InputFile) -> Project | None:
    """The project that a file belongs to; None where there is no manifest.

    It lies beside the folders ``compiled`` and ``run``, or in ``target`` of a folder above the file.
    """
    if item.member or not isinstance(item.path, Path):
        return None
    for folder in item.path.parents:
        target = folder.parent if folder.name in ("compiled", "run") else folder / "target"
        manifest = target / "manifest.json"
        if manifest.is_file():
            return _read(target, _stamp(manifest), _stamp(target / "run_results.json"))
        if (folder / "dbt_project.yml").exists():
            return None
    return None


def is_shown_twice(path: Path, project: Project) -> bool:
    """Whether a file under ``target/run`` shows a model whose query lies under ``target/compiled`` as well."""
    parts = path.relative_to(project.target).parts if path.is_relative_to(project.target) else ()
    return parts[:1] == ("run",) and project.target.joinpath("compiled", *parts[1:]).is_file()


def _stamp(path: Path) -> tuple[int, int]:
    try:
        facts = path.stat()
    except OSError:
        return 0, 0
    return facts.st_mtime_ns, facts.st_size


@lru_cache(maxsize=8)
def _read(target: Path, manifest: tuple[int, int], results: tuple[int, int]) -> Project | None:
    held = _json(target / "manifest.json", manifest[1])
    return (
        None if held is None else Project(target, held, _results(_json(target / "run_results.json", results[1]) or {}))
    )


def _json(path: Path, size_bytes: int) -> dict[str, Any] | None:
    if not 0 < size_bytes <= _MAX_BYTES:
        return None
    try:
        held = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return None  # another one's file of that name, or one that is being written
    return held if isinstance(held, dict) else None


def _results(held: dict[str, Any]) -> dict[str, tuple[QueryOutcome, datetime | None]]:
    found: dict[str, tuple[QueryOutcome, datetime | None]] = {}
    rows = held.get("results")
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict):
            outcome = _OUTCOMES.get(str(row.get("status")), QueryOutcome.UNKNOWN)
            found[str(row.get("unique_id"))] = outcome, _started(row.get("timing"))
    return found


def _started(timing: Any) -> datetime | None:
    for step in timing if isinstance(timing, list) else ():
        if isinstance(step, dict) and step.get("name") == "execute" and isinstance(step.get("started_at"), str):
            try:
                at = datetime.fromisoformat(step["started_at"])
            except ValueError:
                return None
            return at if at.tzinfo else at.replace(tzinfo=UTC)
    return None


def _nodes(manifest: dict[str, Any], kind: str) -> list[tuple[str, dict[str, Any]]]:
    held = manifest.get(kind)
    return [(str(k), v) for k, v in held.items() if isinstance(v, dict)] if isinstance(held, dict) else []
