"""A sandbox for tests: a real server in a thread on a free port, with its controls.

    def test_something(tmp_path):
        with sandbox(tmp_path, catalog={"data_sources": [...]}) as alation:
            with alation.client() as client: ...
            alation.fault("status", method="POST", status=503, times=2, retry_after_s=0)
            assert alation.edges() == [...]

State lies in ``tmp_path / "sandbox"``: a second `sandbox` with the same folder goes on with it, same token.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

from pydantic import SecretStr

from extractor.alation import AlationClient
from extractor.config import AlationSettings
from extractor.sandbox import Sandbox

_OPENER = build_opener(ProxyHandler({}))


class SandboxControl:
    """A running sandbox: where it is, who may enter, what it holds, and how it is to misbehave."""

    def __init__(self, url: str, user_id: int, token: str, api_key: str = "") -> None:
        self.url = url
        self.user_id = user_id
        self.token = token
        self.api_key = api_key

    def settings(self, **changes: Any) -> AlationSettings:
        """The ``[alation]`` section for it, with short times unless said otherwise."""
        values = {"url": self.url, "user_id": self.user_id, "timeout_s": 10, "job_deadline_s": 20, "job_poll_s": 0.2}
        return AlationSettings.model_validate({**values, "retries": 3, **changes})

    def secret(self) -> SecretStr:
        """The refresh token."""
        return SecretStr(self.token)

    def client(self, **changes: Any) -> AlationClient:
        """A client with `settings`; use it as a context manager."""
        return AlationClient.from_settings(self.settings(**changes), self.secret())

    def environment(self) -> dict[str, str]:
        """What a process needs in its environment to enter."""
        return {"ALATION_LINEAGE_REFRESH_TOKEN": self.token, "NO_PROXY": "127.0.0.1"}

    def fault(self, kind: str, **fields: Any) -> None:
        """Put a fault in force; the fields are those of `extractor.sandbox.faults.Fault`."""
        self._ask("POST", "/sandbox/faults", {"kind": kind, **fields})

    def clear_faults(self) -> None:
        """End all faults."""
        self._ask("DELETE", "/sandbox/faults")

    def graph(self) -> dict[str, Any]:
        """``{"dataflows": [...], "edges": [...]}``, sorted."""
        return self._ask("GET", "/sandbox/graph")

    def edges(self) -> list[tuple[str, str | None, str]]:
        """The edges as (source key, dataflow or None, target key), sorted."""
        return [(e["source"]["key"], e["dataflow"], e["target"]["key"]) for e in self.graph()["edges"]]

    def temporary(self) -> set[str]:
        """The keys of all TMP ends."""
        ends = [end for edge in self.graph()["edges"] for end in (edge["source"], edge["target"])]
        return {end["key"] for end in ends if end.get("is_temp")}

    def dataflows(self) -> dict[str, dict[str, Any]]:
        """The dataflows by external id."""
        return {dataflow["external_id"]: dataflow for dataflow in self.graph()["dataflows"]}

    def jobs(self) -> list[dict[str, Any]]:
        """All jobs, oldest first: id, name, status."""
        return self._ask("GET", "/sandbox/jobs")

    def requests(self, method: str | None = None, path: str = "/") -> list[dict[str, Any]]:
        """The requests so far, oldest first: method, path, query, status (absent when the connection was dropped)."""
        seen = self._ask("GET", "/sandbox/requests")
        return [r for r in seen if method in {None, r["method"]} and r["path"].startswith(path)]

    def writes(self) -> list[dict[str, Any]]:
        """The requests so far that change lineage or dataflows."""
        return [r for r in self.requests(path="/integration/v2/") if r["method"] != "GET"]

    def forget_requests(self) -> None:
        """Begin counting requests anew."""
        self._ask("DELETE", "/sandbox/requests")

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        with _OPENER.open(Request(self.url + path, data=data, method=method), timeout=30) as answer:
            return json.load(answer)


@contextmanager
def sandbox(tmp_path: Path, catalog: dict[str, Any] | Path | None = None, port: int = 0) -> Iterator[SandboxControl]:
    """A running sandbox; the catalog is a file, or the content of one."""
    if isinstance(catalog, dict):
        path = tmp_path / "catalog.json"
        path.write_text(json.dumps(catalog), encoding="utf-8")
        catalog = path
    with Sandbox(port, tmp_path / "sandbox", catalog) as server:
        yield SandboxControl(*server.ready)
