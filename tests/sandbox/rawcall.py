"""Requests to a sandbox without any client of ours between: bytes in, status, headers and JSON out."""

from __future__ import annotations

import http.client
import json
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from sandbox_server import SandboxControl

LINEAGE = "/integration/v2/lineage/"
DATAFLOW = "/integration/v2/dataflow/"
JOB = "/api/v1/bulk_metadata/job/"
CATALOG = {
    "data_sources": [
        {
            "id": 12,
            "title": "Warehouse",
            "dbtype": "postgresql",
            "uri": "postgresql://dwh/shop",
            "schemas": {
                "sales": {"Orders": {"id": "bigint", "amount": "numeric"}, "customers": ["id", "Full.Name"]},
                "mart": {"revenue": {"columns": ["day", "amount"], "type": "VIEW", "sql": "select 1"}},
            },
        },
        {"id": 31, "title": "Lake", "connector_id": 5, "uri": "snowflake://x", "schemas": {"DWH.MART": {"T": ["A"]}}},
        {"id": 40, "title": "Old", "dbtype": "mysql", "deleted": True, "schemas": {}},
        {"id": 41, "title": "Quiet", "dbtype": "mysql", "hidden": True, "schemas": {'"HR.2031"': {"Emp.Full": ["n"]}}},
    ],
    "objects": [{"otype": "file", "key": "4.landing/orders.csv"}],
}


class Raw(NamedTuple):
    """An answer: ``body`` is JSON where it can be read as such, else text."""

    status: int
    body: Any
    headers: dict[str, str]


class Caller:
    """Calls one sandbox, with a token of its own unless told otherwise."""

    def __init__(self, control: SandboxControl) -> None:
        self.control = control
        created = self.ask("POST", "/integration/v1/createAPIAccessToken/", self.credentials(), token=None)
        self.token = created.body["api_access_token"]

    def credentials(self, **changes: Any) -> dict[str, Any]:
        return {"refresh_token": self.control.token, "user_id": self.control.user_id, **changes}

    def ask(self, method: str, path: str, body: Any = None, token: str | None = "own", **headers: str) -> Raw:
        where = urlsplit(self.control.url)
        connection = http.client.HTTPConnection(str(where.hostname), where.port, timeout=30)
        if token:
            headers["Token"] = self.token if token == "own" else token
        data = body if isinstance(body, (bytes, type(None))) else json.dumps(body).encode()
        try:
            connection.request(method, path, data, headers)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        try:
            shown = json.loads(content)
        except ValueError:
            shown = content.decode()
        return Raw(answer.status, shown, {k.lower(): v for k, v in answer.headers.items()})

    def get(self, path: str, **params: Any) -> Raw:
        return self.ask("GET", f"{path}?{urlencode(params)}")

    def finished(self, answer: Raw) -> dict[str, Any]:
        """The end of the job that an answer names."""
        while (status := self.get(JOB, id=answer.body["job_id"]).body)["status"] == "running":
            pass
        return dict(status)


def table(key: str) -> dict[str, str]:
    """An end of a path."""
    return {"otype": "table", "key": key}


def column(key: str) -> dict[str, str]:
    """An end of a path."""
    return {"otype": "column", "key": key}


def flow(key: str) -> dict[str, str]:
    """An end of a path."""
    return {"otype": "dataflow", "key": key}
