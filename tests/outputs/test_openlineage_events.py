"""A graph as OpenLineage events: what the specification demands of each, and where they go."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from dataflow_samples import NAMESPACE, at, flow
from graphs import SQL, evil, retail
from loopback import Answer, answering

from extractor.config import Config, load_config
from extractor.errors import ConfigError
from extractor.outputs.openlineage import events
from extractor.pipeline.openlineage import tell
from extractor.report import Report
from extractor.settings_of_openlineage import KEY_VARIABLE
from extractor.state import Store

_URI = re.compile(r"[a-z][a-z0-9+.-]*:\S+\Z")


def told(event_type: str = "COMPLETE", **options: Any) -> list[dict[str, Any]]:
    """The events of the sample."""
    return [e for e in events(retail(), namespace="night", **options) if e["eventType"] == event_type]


def check(event: dict[str, Any]) -> None:
    """What https://openlineage.io/docs/spec/object-model demands of a run event and of its facets."""
    assert {"eventTime", "eventType", "producer", "schemaURL", "run", "job", "inputs", "outputs"} <= event.keys()
    assert datetime.fromisoformat(event["eventTime"]).tzinfo is not None
    assert event["eventType"] in {"START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"}
    assert _URI.match(event["producer"])
    assert _URI.match(event["schemaURL"])
    uuid.UUID(event["run"]["runId"])
    named = [event["job"], *event["inputs"], *event["outputs"]]
    assert all(isinstance(one["namespace"], str) and isinstance(one["name"], str) for one in named)
    for one in named:
        for facet in one.get("facets", {}).values():
            assert _URI.match(facet["_producer"])
            assert _URI.match(facet["_schemaURL"])
    for dataset in event["outputs"]:
        for field in dataset["facets"].get("columnLineage", {"fields": {}})["fields"].values():
            for read in field["inputFields"]:
                assert {"namespace", "name", "field"} <= read.keys()
                assert all(how["type"] in {"DIRECT", "INDIRECT"} for how in read["transformations"])


@pytest.mark.parametrize("graph", [retail, evil])
def test_each_event_is_as_the_specification_demands(graph):
    """Fields, types, facets with producer and schema: all events, through JSON and back."""
    found = [json.loads(json.dumps(event)) for event in events(graph(), namespace="night")]
    assert found
    for event in found:
        check(event)


def test_a_run_starts_and_completes():
    """The specification asks for one START and one end of each run; the same graph gives the same runs."""
    found = list(events(retail(), namespace="night"))
    assert [e["eventType"] for e in found] == ["START", "COMPLETE"] * 2
    assert found[0]["run"] == found[1]["run"] != found[2]["run"]
    assert [e["run"] for e in events(retail(), namespace="night")] == [e["run"] for e in found]


def test_sql_and_columns_are_facets():
    """The statement is the job's, the columns are the output's, with kind, confidence and reason."""
    first, second = told(datasets={"12": "postgres://db:5432"})
    assert first["job"]["name"] == "api/x/pg/1"
    assert first["job"]["facets"]["sql"]["query"] == SQL
    assert first["eventTime"] == "2026-02-28T23:00:00+00:00"
    (net,) = [o for o in first["outputs"] if o["name"] == "mart.net"]
    assert net["namespace"] == "postgres://db:5432"
    assert [f["name"] for f in net["facets"]["schema"]["fields"]] == ["net"]
    read = net["facets"]["columnLineage"]["fields"]["net"]["inputFields"]
    assert [(r["name"], r["field"], r["transformations"][0]["type"]) for r in read] == [
        ("raw.sales", "amount", "DIRECT"),
        ("raw.sales", "shop", "INDIRECT"),
    ]
    assert read[0]["transformations"][0]["description"] == "confidence 0.90, the only table"
    assert [i["name"] for i in second["inputs"]] == ["mart.net"]


def test_what_goes_is_not_told():
    """An edge that is about to be removed is in no event."""
    assert "raw.old" not in json.dumps(told())


def test_files_are_named_as_the_specification_names_them():
    """A bucket is a namespace, the path in it a name."""
    names = {(d["namespace"], d["name"]) for e in told() for d in e["inputs"]}
    assert ("s3://lake", "sales") in names
    assert ("alation://12", "raw.sales") in names


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A state in which a run has seen two dataflows, one of another namespace."""
    with Store.open(f"sqlite:///{tmp_path}/state.db") as opened:
        run = opened.begin_run("run", started_at=at(0))
        other = flow("other", {"z": ["y"]})
        opened.observe(run, [flow("load", {"b": ["a"], "b.x": ["a.x"]})])
        opened.observe(
            run, [type(other)(**{n: getattr(other, n) for n in other.__slots__} | {"external_id": "api/o/l/x"})]
        )
        yield opened


def configured(folder: Path, **settings: Any) -> Config:
    """A configuration with these settings of OpenLineage."""
    source = {"name": "s", "paths": ["x"], "dialect": "postgres", "data_source_id": 12}
    return Config(namespace=NAMESPACE, source=[source], root=folder, openlineage=settings)  # type: ignore[arg-type]


def test_a_run_is_told_to_a_file(tmp_path, store):
    """One line an event, of what this run saw under this namespace."""
    report = Report(datetime.now(UTC))
    assert tell(configured(tmp_path, file="out/events.jsonl"), store, 1, report) == 2
    lines = [json.loads(line) for line in (tmp_path / "out" / "events.jsonl").read_text().splitlines()]
    assert [(e["eventType"], e["job"]["namespace"], e["job"]["name"]) for e in lines] == [
        ("START", "test", "api/test/logs/load"),
        ("COMPLETE", "test", "api/test/logs/load"),
    ]
    for event in lines:
        check(event)
    assert report.failures == []


def test_a_run_is_told_to_a_server(tmp_path, store, monkeypatch):
    """Each event is one POST with the key from the environment."""
    monkeypatch.setenv(KEY_VARIABLE, "k3y")
    report = Report(datetime.now(UTC))
    with answering(Answer(201)) as server:
        tell(configured(tmp_path, url=server.url), store, 1, report)
    assert [(r.method, r.path, r.headers["authorization"]) for r in server.requests] == [
        ("POST", "/api/v1/lineage", "Bearer k3y")
    ] * 2
    assert json.loads(server.requests[1].body)["eventType"] == "COMPLETE"
    assert report.failures == []


def test_a_server_that_refuses_is_a_failure_of_the_run(tmp_path, store, monkeypatch):
    """The report names status and answer, not the key; the rest is not sent."""
    monkeypatch.setenv(KEY_VARIABLE, "k3y")
    report = Report(datetime.now(UTC))
    with answering(Answer(401, {"no": "k3y"})) as server:
        tell(configured(tmp_path, url=server.url), store, 1, report)
    (failure,) = report.failures
    assert "401 to event 1 of 2" in failure
    assert "k3y" not in failure
    assert len(server.requests) == 1


def test_nothing_is_told_where_nobody_asked(tmp_path, store):
    """Without the section there are no events."""
    config = Config(namespace=NAMESPACE, source=configured(tmp_path, file="x").source, root=tmp_path)
    assert tell(config, store, 1, Report(datetime.now(UTC))) == 0


def test_a_file_in_the_way_is_a_failure(tmp_path, store):
    """A folder where the file should be is a line of the report."""
    (tmp_path / "events").mkdir()
    report = Report(datetime.now(UTC))
    tell(configured(tmp_path, file="events"), store, 1, report)
    assert report.failures[0].startswith("OpenLineage: ")


def test_the_section_of_the_configuration(tmp_path):
    """All settings as the documentation names them; without anywhere to go, the section is refused."""
    path = tmp_path / "lineage.toml"
    source = '[[source]]\npaths = ["x"]\ndialect = "postgres"\ndata_source_id = 12\n'
    path.write_text(
        f'[openlineage]\nurl = "https://ol.example.com"\nendpoint = "/x"\ndatasets = {{ 12 = "a://b" }}\n{source}'
    )
    told = load_config(path).openlineage
    assert told is not None
    assert (str(told.url), told.endpoint, told.datasets) == ("https://ol.example.com/", "/x", {"12": "a://b"})
    path.write_text(f'[openlineage]\nnamespace = "n"\n{source}')
    with pytest.raises(ConfigError, match="events need a file or a url"):
        load_config(path)
