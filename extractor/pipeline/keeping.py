"""The state's own commands: look at it, move it, make it anew."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from extractor.config import Config
from extractor.pipeline.runs import alation_of, connect, opened, state_url
from extractor.progress import Progress, unheard
from extractor.state import Run, Store
from extractor.upload.rebuild import rebuild

_RUNS_SHOWN = 20


@dataclass(slots=True)
class Shown:
    """What the state holds: dataflows by status, edges, what is known beside, nights by source, the last runs."""

    where: str
    namespace: str
    statuses: dict[str, int]
    edges: int
    known: int
    temporary: int
    nights: dict[str, tuple[int, date]]
    runs: list[Run] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """As plain values, for machines."""
        return {
            "state": self.where,
            "namespace": self.namespace,
            "dataflows": self.statuses,
            "edges": self.edges,
            "known": self.known,
            "temporary_nodes": self.temporary,
            "nights": {name: {"read": n, "last": day.isoformat()} for name, (n, day) in self.nights.items()},
            "runs": [
                {
                    "id": run.id,
                    "command": run.command,
                    "started_at": run.started_at.isoformat(),
                    "finished_at": run.finished_at.isoformat() if run.finished_at else None,
                    "status": run.status,
                }
                for run in self.runs
            ],
        }


def show_state(config: Config) -> Shown:
    """What the state holds of the configured namespace.

    Raises:
        StateError: it cannot be read.
    """
    with Store.open(state_url(config)) as store:
        statuses = store.statuses(config.namespace)
        nights = store.nights(config.namespace)
        return Shown(
            store.where,
            config.namespace,
            statuses,
            store.counts(config.namespace)[1],
            store.count_known(config.namespace),
            len(store.temporary()),
            {name: (len(days), date.fromordinal(days[-1])) for name, days in nights.items()},
            store.runs()[:_RUNS_SHOWN],
        )


def export_state(config: Config, target: Path) -> int:
    """Write the state as JSON lines, readable by its owner alone, and give the number of rows.

    Raises:
        StateError: a run is under way, or the file cannot be written.
    """
    with Store.open(state_url(config)) as store, store.lock():
        return store.export(target)


def import_state(config: Config, source: Path) -> int:
    """Read what `export_state` wrote into a state that holds nothing yet; all of it, or nothing.

    Raises:
        StateError: the file is none or is wrong somewhere, or the state is not empty.
    """
    with Store.open(state_url(config)) as store, store.lock():
        return store.import_(source)


def rebuild_state(config: Config, progress: Progress = unheard) -> tuple[int, int]:
    """Take what Alation holds under our namespace into the state; how many dataflows, and how many it knew.

    Raises:
        ConfigError, StateError, AlationError: as for `run`.
    """
    with opened(config, "rebuild") as (store, run_id, _), connect(alation_of(config)) as client:
        try:
            counts = rebuild(store, client, config.namespace, run_id, progress)
        except BaseException:
            store.finish_run(run_id, "failed")
            raise
        store.finish_run(run_id, "done")
        return counts
