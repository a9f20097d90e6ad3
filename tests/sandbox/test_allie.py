"""Alation's own SDK works against the sandbox unchanged."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rawcall import CATALOG
from sandbox_server import SandboxControl, sandbox

from extractor.dataflows import paths_of
from extractor.models import KeyedEdge, Node


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    """What one session of the SDK saw, and the graph that it left."""
    folder = tmp_path_factory.mktemp("allie")
    with sandbox(folder, CATALOG) as control:
        control.fault("job_polls", value=0)
        return {**speak(control, folder), "edges": control.edges()}


def speak(control: SandboxControl, folder: Path, *arguments: str) -> dict[str, Any]:
    """What one run of the session saw."""
    script = Path(__file__).with_name("allie_session.py")
    command = [sys.executable, str(script), control.url, str(control.user_id), control.token, *arguments]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stderr[-2000:]
    return dict(json.loads(ran.stderr))


def test_creates_reads_patches_and_deletes_dataflows(session):
    """Every dataflow method of the SDK ends as it should, its results in the SDK's own classes."""
    assert session["dataflows"] == {
        "statuses": ["successful"] * 4,
        "replaced": [False, True],
        "read": ["orders again", 2, "api/etl/o1"],
        "patched": "patched",
        "deleted": ["api/etl/o1", [{"id": "api/none"}]],
        "left": 0,
    }


def test_reads_the_catalog(session):
    """Schemas, tables, columns and data sources come as the SDK expects them."""
    assert session["catalog"] == {
        "schemas": ["12.sales", "12.mart"],
        "tables": [["12.sales.Orders", "sales"], ["12.sales.customers", "sales"], ["12.mart.revenue", "mart"]],
        "columns": 2,
        "all_columns": 8,
        "native": [12, 40],
        "connected": [31],
    }


def test_posts_lineage(session):
    """A lineage upload through the SDK's own poster is followed to its end and leaves its edges."""
    assert session["lineage"] == ["successful"]
    assert session["edges"] == [
        ("12.sales.Orders.amount", "api/etl/o1", "12.mart.revenue.amount"),
        ("12.sales.Orders", "api/etl/o1", "12.mart.revenue"),
    ]


def test_is_refused_in_the_documented_way(session):
    """A wrong token is 401 and a wrong payload has its code."""
    assert session["refusals"] == {"wrong_token": 401, "wrong_body": "400010"}


def test_logs_in_by_oauth(session):
    """The SDK's OAuth log-in works, on the route without a slash."""
    assert session["oauth"] == 4


def test_reads_back_what_we_uploaded(tmp_path):
    """A dataflow that our client sent has its words and its paths in the SDK, in the catalog's spelling."""
    name = "api/test/wh/one"
    ends = [
        ("table", "12.sales.orders", "12.mart.revenue"),
        ("column", "12.sales.orders.amount", "12.mart.revenue.amount"),
    ]
    edges = [KeyedEdge(Node(otype, source), Node(otype, target)) for otype, source, target in ends]
    with sandbox(tmp_path, CATALOG) as control:
        control.fault("job_polls", value=0)
        with control.client() as client:
            objects = [{"external_id": name, "title": "Insert into mart.revenue", "content": "INSERT ..."}]
            client.wait(client.post_lineage(objects, paths_of(name, edges)), 5, 0.05)
        seen = speak(control, tmp_path, "read_back")
        assert control.dataflows() == {}
    assert seen == {
        "words": [name, "Insert into mart.revenue", "INSERT ..."],
        "paths": [
            [[["column", "12.sales.Orders.amount"]], [["dataflow", name]], [["column", "12.mart.revenue.amount"]]],
            [[["table", "12.sales.Orders"]], [["dataflow", name]], [["table", "12.mart.revenue"]]],
        ],
        "deleted": "successful",
    }
