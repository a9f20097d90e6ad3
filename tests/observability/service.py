"""The sandbox's Data Observability for tests: a catalog with assets, its settings and its client."""

from __future__ import annotations

from typing import Any

from pydantic import SecretStr
from sandbox_server import SandboxControl

from extractor.observability import ObservabilityClient
from extractor.settings_of_observability import ObservabilitySettings

CATALOG = {
    "data_sources": [
        {
            "id": 12,
            "title": "Warehouse",
            "dbtype": "postgresql",
            "schemas": {"sales": {"Orders": ["id", "amount"], "shops": ["id"]}, "mart": {"revenue": ["amount"]}},
        },
        {"id": 31, "title": "Snow", "dbtype": "snowflake", "schemas": {"DWH.SALES": {"ORDERS": ["ID"]}}},
    ],
    "assets": [
        {"asset_id": "a-orders", "table": "sales.orders"},
        {"asset_id": "a-shops", "table": "sales.shops", "data_source_id": 12},
        {"asset_id": "a-snow", "table": "dwh.sales.orders"},
        {"asset_id": "a-lost", "table": "sales.nowhere"},
    ],
}


def settings(sandbox: SandboxControl, **changes: Any) -> ObservabilitySettings:
    """The ``[observability]`` section for a sandbox, with short times unless said otherwise."""
    values = {"backend_service_host": f"{sandbox.url}/api/backend", "tenant": "sandbox", "retries": 3, "timeout_s": 10}
    return ObservabilitySettings.model_validate({**values, "job_deadline_s": 10, "job_poll_s": 0.05, **changes})


def client(sandbox: SandboxControl, key: str | None = None, **changes: Any) -> ObservabilityClient:
    """A client of a sandbox; use it as a context manager."""
    return ObservabilityClient.from_settings(
        settings(sandbox, **changes), SecretStr(sandbox.api_key if key is None else key)
    )


def connect(sandbox: SandboxControl) -> None:
    """Connect the sandbox's Data Observability to its Alation."""
    with client(sandbox) as service:
        service.connect(sandbox.url, sandbox.user_id, sandbox.secret())
