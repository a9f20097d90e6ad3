"""What a run observed, told to others as OpenLineage events: into a file, to a server, or both."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from extractor.config import Config
from extractor.errors import LineageError
from extractor.http import HttpClient
from extractor.outputs.of_plan import graph_of_dataflows
from extractor.outputs.openlineage import events
from extractor.outputs.plain import plain
from extractor.report import Report
from extractor.settings_of_openlineage import OpenLineageSettings, api_key
from extractor.state import Store


def tell(config: Config, store: Store, run_id: int, report: Report) -> int:
    """Send the events of all dataflows that the run saw; the number of events. A failure is a line of the report."""
    settings = config.openlineage
    if settings is None:
        return 0
    prefix = f"api/{config.namespace}/"
    seen = (d for d in store.observed(run_id) if d.external_id.startswith(prefix))
    graph = graph_of_dataflows(seen, title=f"Run {run_id}", made_at=datetime.now(UTC))
    told = list(events(graph, namespace=settings.namespace or config.namespace, datasets=settings.datasets))
    try:
        if settings.file is not None:
            _write(config.root / settings.file, told)
        if settings.url is not None:
            _post(settings, told)
    except (OSError, LineageError) as error:
        report.failures.append(f"OpenLineage: {error}")
    return len(told)


def lines_of(told: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """Each event as one line of JSON."""
    for event in told:
        yield orjson.dumps(plain(event)) + b"\n"


def _write(path: Path, told: list[dict[str, Any]]) -> None:
    """The whole file at once: nobody reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partly = path.with_name(f".{path.name}.partly")
    with partly.open("wb") as file:
        file.writelines(lines_of(told))
    partly.replace(path)


def _post(settings: OpenLineageSettings, told: list[dict[str, Any]]) -> None:
    key = api_key()
    headers = {"Authorization": f"Bearer {key.get_secret_value()}"} if key else {}
    with HttpClient(str(settings.url), timeout_s=settings.timeout_s, ca_bundle=settings.ca_bundle) as client:
        if key:
            client.hide(key)
        for number, event in enumerate(told):
            answer = client.request("POST", settings.endpoint, json=plain(event), headers=headers)
            if not answer.succeeded:
                raise LineageError(
                    f"{answer.where} answered {answer.status} to event {number + 1} of {len(told)} "
                    f"({client.excerpt(answer)}); the rest was not sent"
                )
