"""schemathesis against the sandbox's own OpenAPI document, in an environment of its own (it is large).

Run by ``make sandbox-contract``. Arguments are handed on to ``schemathesis run``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from urllib.request import ProxyHandler, Request, build_opener

from extractor.sandbox import Sandbox

PINNED = "schemathesis==4.32.5"
ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / "build" / "contract"
SETTINGS = """
# OpenAPI cannot say that the first and the last segment of a path hold no dataflow and one between them does, so what
# is valid by it may be refused.
[[operations]]
include-operation-id = "postDataflows"
checks.positive_data_acceptance.enabled = false
"""
OBSERVABILITY = "^/api/backend/"
CATALOG = {
    "data_sources": [
        {"id": 12, "dbtype": "mysql", "schemas": {"s": {"a": ["x"], "b": ["y"]}}},
        {"id": 31, "dbtype": "snowflake", "connector_id": 2, "schemas": {"D.P": {"t": ["c"]}}},
    ],
    "assets": [{"asset_id": "asset", "data_source_id": 12, "table": "s.a"}],
}


def program() -> Path:
    """Where schemathesis is, installed if need be."""
    found = HOME / "bin" / "schemathesis"
    if not found.exists():
        venv.create(HOME, with_pip=True, clear=True)
        subprocess.run([HOME / "bin" / "python", "-m", "pip", "install", "-q", PINNED], check=True)
    return found


def access_token(url: str, user_id: int, refresh_token: str) -> str:
    """A token for the run."""
    body = json.dumps({"refresh_token": refresh_token, "user_id": user_id}).encode()
    wanted = Request(f"{url}/integration/v1/createAPIAccessToken/", data=body, method="POST")  # noqa: S310 - loopback
    with build_opener(ProxyHandler({})).open(wanted, timeout=30) as answer:
        return str(json.load(answer)["api_access_token"])


def main(arguments: list[str]) -> int:
    """The exit code of schemathesis."""
    command = program()
    with tempfile.TemporaryDirectory() as folder:
        catalog = Path(folder) / "catalog.json"
        catalog.write_text(json.dumps(CATALOG), encoding="utf-8")
        settings = Path(folder) / "schemathesis.toml"
        settings.write_text(SETTINGS, encoding="utf-8")
        with Sandbox(0, None, catalog) as server:
            url = server.ready.url
            token = access_token(url, server.ready.user_id, server.ready.refresh_token)
            run = [command, "--config-file", settings, "run", f"{url}/sandbox/openapi.json", "-H", f"TOKEN: {token}"]
            run += ["-H", f"X-TLM-Key: {server.ready.api_key}"]
            # Two services, whose jobs are not each other's.
            codes = [
                subprocess.run(
                    [*run, which, OBSERVABILITY, *arguments],
                    cwd=folder,
                    check=False,
                    env={**os.environ, "NO_PROXY": "127.0.0.1"},
                ).returncode
                for which in ("--exclude-path-regex", "--include-path-regex")
            ]
    return max(codes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
