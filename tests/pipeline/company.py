"""A small installation for pipeline tests: one PostgreSQL source, logs as JSON lines, a running sandbox."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from extractor import pipeline
from extractor.config import Config, load_config
from extractor.report import Report

CATALOG = {
    "data_sources": [
        {
            "id": 12,
            "title": "Warehouse",
            "dbtype": "postgresql",
            "uri": "postgresql://dwh.example.com/wh",
            "schemas": {
                "raw": {"sales": ["shop", "net", "day"], "shops": ["shop", "town"]},
                "mart": {"net": ["shop", "net"], "towns": ["town", "net"], "shops_v": ["shop", "town"]},
            },
        }
    ]
}
LOAD = "insert into mart.net (shop, net) select shop, net from raw.sales where day = '{day}'"


def record(sql: str, at: str = "2024-03-02T02:00:00Z", session: str = "s1", **fields: Any) -> dict[str, Any]:
    """A row of the log."""
    return {"sql": sql, "started_at": at, "session": session, "user": "etl", "database": "wh", **fields}


def write_log(folder: Path, name: str, rows: list[dict[str, Any]]) -> Path:
    """A log as JSON lines below ``logs/``."""
    path = folder / "logs" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def configure(folder: Path, url: str = "http://127.0.0.1:9", extra: str = "", top: str = "") -> Config:
    """The configuration, written to a file and read back."""
    path = folder / "lineage.toml"
    path.write_text(
        f'namespace = "test"\n{top}\n'
        f'[alation]\nurl = "{url}"\nuser_id = 1\nretries = 1\njob_poll_s = 0.05\n[limits]\nworkers = 1\n'
        '[[source]]\nname = "wh"\npaths = ["logs"]\ndialect = "postgres"\ndata_source_id = 12\n'
        f'database = "wh"\n{extra}\n',
        encoding="utf-8",
    )
    return load_config(path)


def run(config: Config) -> Report:
    """A run over everything, in silence."""
    return pipeline.run(config, window=pipeline.Window(), progress=lambda _: None)


def plan(config: Config, out: Path | None = None, window: pipeline.Window | None = None) -> Report:
    """A plan, in silence."""
    return pipeline.plan(config, out=out, window=window or pipeline.Window(), progress=lambda _: None)
