"""OpenLineage events as a source: runs put together, datasets given Alation's keys, jobs as dataflows of ours."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from extractor import pipeline
from extractor.config import Config, load_config
from extractor.errors import ConfigError
from extractor.models import Origin
from extractor.pipeline.windows import Window
from extractor.sources.openlineage_events import JobRuns
from extractor.upload import Operation, Plan

PG = "postgres://db.example.com:5432"
CONFIG = (
    'namespace = "t"\n[[source]]\nname = "wh"\npaths = ["sql"]\ndialect = "postgres"\ndata_source_id = 12\n'
    'database = "wh"\nunknown_tables = "upload"\ncatalog = { from_alation = false }\n'
    '[[events]]\nname = "spark"\npaths = ["events"]\nnamespaces = { "postgres://" = "wh" }\n'
)


def dataset(name: str, namespace: str = PG, **facets: Any) -> dict[str, Any]:
    """A dataset of an event."""
    return {"namespace": namespace, "name": name, "facets": facets}


def columns(**fields: list[tuple[str, str, str]]) -> dict[str, Any]:
    """A column lineage facet: by field the (dataset, field, type) that feed it."""
    return {
        "fields": {
            name: {
                "inputFields": [
                    {
                        "namespace": PG,
                        "name": table,
                        "field": column,
                        "transformations": [{"type": kind, "subtype": "X"}],
                    }
                    for table, column, kind in reads
                ]
            }
            for name, reads in fields.items()
        }
    }


def event(
    kind: str = "COMPLETE",
    at: str = "2026-02-03T04:05:06Z",
    run: str = "r1",
    inputs: list[dict[str, Any]] | None = None,
    outputs: list[dict[str, Any]] | None = None,
    job: str = "nightly.load",
    **facets: Any,
) -> dict[str, Any]:
    """One event of a run."""
    return {
        "eventType": kind,
        "eventTime": at,
        "run": {"runId": run},
        "job": {"namespace": "spark", "name": job, "facets": facets},
        "inputs": inputs or [],
        "outputs": outputs or [],
    }


LOAD = event(
    inputs=[dataset("wh.raw.sales")],
    outputs=[dataset("wh.mart.net", columnLineage=columns(net=[("wh.raw.sales", "amount", "DIRECT")]))],
    sql={"query": "INSERT INTO mart.net SELECT amount FROM raw.sales -- password=hunter22\n"},
)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """A source that holds one harmless script, and a folder for events."""
    for name in ("sql", "events"):
        (tmp_path / name).mkdir()
    (tmp_path / "sql" / "a.sql").write_text("select 1;")
    (tmp_path / "lineage.toml").write_text(CONFIG)
    return load_config(tmp_path / "lineage.toml")


def planned(config: Config, *events: dict[str, Any], window: Window | None = None) -> list[Operation]:
    """What a plan of these events would send."""
    (config.root / "events" / "e.jsonl").write_text("".join(json.dumps(e) + "\n" for e in events))
    out = config.root / "plan.json"
    report = pipeline.plan(config, out=out, window=window or Window(), progress=lambda _: None)
    assert report.failures == []
    with Plan.load(out) as plan:
        return list(plan.operations())


def edges(operations: list[Operation]) -> set[tuple[str, str, str]]:
    """(source key, target key, kind) of all edges."""
    return {(e.source.key, e.target.key, e.kind) for o in operations for e in o.dataflow.edges}


def test_a_job_becomes_a_dataflow(config):
    """Tables and columns by the keys of the source that the namespace belongs to; SQL without its secrets."""
    (operation,) = planned(config, LOAD)
    assert operation.dataflow.external_id.startswith("api/t/spark/")
    assert "INSERT INTO mart.net" in operation.dataflow.content
    assert "hunter22" not in operation.dataflow.content
    assert edges([operation]) == {
        ("12.raw.sales", "12.mart.net", "direct"),
        ("12.raw.sales.amount", "12.mart.net.net", "direct"),
    }
    assert str(operation.dataflow.last_seen) == "2026-02-03 04:05:06+00:00"
    assert {e.reason for e in operation.dataflow.edges} == {"told by OpenLineage", "told by OpenLineage: x"}


def test_a_run_is_put_together_from_its_events(config):
    """Inputs of one event and outputs of another are of the same run."""
    start = event("START", inputs=[dataset("wh.raw.sales")])
    end = event("COMPLETE", outputs=[dataset("wh.mart.net")])
    assert edges(planned(config, start, end)) == {("12.raw.sales", "12.mart.net", "direct")}


def test_only_the_last_completed_run_of_a_job_counts(config):
    """Neither an older run, in whatever order the file has them, nor one that failed or is under way."""
    old = event(at="2026-01-01T00:00:00Z", run="r0", inputs=[dataset("wh.raw.old")], outputs=[dataset("wh.mart.net")])
    failed = event("FAIL", at="2026-03-01T00:00:00Z", run="r2", inputs=[dataset("wh.raw.bad")], outputs=old["outputs"])
    begun = {**failed, "eventType": "START", "run": {"runId": "r3"}}
    assert {s for s, _, _ in edges(planned(config, LOAD, old, failed, begun))} == {
        "12.raw.sales",
        "12.raw.sales.amount",
    }


def test_the_window_chooses_among_the_runs(config):
    """A run at another time than the window's is as if it were not there."""
    old = event(at="2026-01-01T00:00:00Z", run="r0", inputs=[dataset("wh.raw.old")], outputs=[dataset("wh.mart.net")])
    from datetime import UTC, datetime

    window = Window(until=datetime(2026, 1, 15, tzinfo=UTC))
    assert {s for s, _, _ in edges(planned(config, LOAD, old, window=window))} == {"12.raw.old"}


def test_several_outputs_are_fed_by_what_their_columns_tell(config):
    """With two outputs, an input feeds the one that reads its columns; without columns, every one."""
    two = event(
        inputs=[dataset("wh.raw.a"), dataset("wh.raw.b")],
        outputs=[
            dataset("wh.mart.x", columnLineage=columns(c=[("wh.raw.a", "c", "DIRECT")])),
            dataset("wh.mart.y"),
        ],
    )
    tables = {(s, t) for s, t, _ in edges(planned(config, two)) if s.count(".") == 2}
    assert tables == {("12.raw.a", "12.mart.x"), ("12.raw.a", "12.mart.y"), ("12.raw.b", "12.mart.y")}


def test_indirect_is_indirect(config):
    """A field that only filters, and an input that the facet names for the dataset as a whole."""
    facet = columns(net=[("wh.raw.sales", "day", "INDIRECT")])
    facet["dataset"] = [{"namespace": PG, "name": "wh.raw.sales", "field": "day"}]
    found = edges(
        planned(config, event(inputs=[dataset("wh.raw.sales")], outputs=[dataset("wh.mart.net", columnLineage=facet)]))
    )
    assert ("12.raw.sales.day", "12.mart.net.net", "indirect") in found


def test_a_namespace_that_belongs_to_nobody_is_named(config):
    """Its datasets are left out, and the report says which."""
    (config.root / "events" / "e.json").write_text(
        json.dumps([event(inputs=[dataset("x", "kafka://k")], outputs=[dataset("wh.mart.net")])])
    )
    report = pipeline.plan(config, out=None, window=Window(), progress=lambda _: None)
    assert [(p.what, p.origin) for p in report.names.ranked()] == [("kafka://k x", "events/e.json:1")]
    assert report.plan["add"] == 0


def test_the_same_events_again_change_nothing(config):
    """Their dataflow has the same id and the same edges."""
    first, again = planned(config, LOAD), planned(config, LOAD)
    assert [o.dataflow.external_id for o in first] == [o.dataflow.external_id for o in again]
    assert edges(first) == edges(again)


def test_files_in_any_shape(config):
    """Compressed, as an array, with a broken event between: each event that can be read counts."""
    other = event(job="other", inputs=[dataset("wh.a.b")], outputs=[dataset("wh.c.d")])
    (config.root / "events" / "a.jsonl.gz").write_bytes(gzip.compress(json.dumps([other], indent=1).encode()))
    (config.root / "events" / "b.json").write_text('{"x": 1}\n' + json.dumps(LOAD) + '\n{"eventType": "COMP')
    report = pipeline.plan(config, out=None, window=Window(), progress=lambda _: None)
    assert report.plan["add"] == 2
    assert {(f.path, f.records, f.unreadable) for f in report.files if f.format == "openlineage"} == {
        ("events/a.jsonl.gz", 1, 0),
        ("events/b.json", 1, 2),
    }
    assert report.adds_up()


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ('= "wh" }', '= "nobody" }', "no [[source]] called nobody"),
        ('name = "spark"', 'name = "WH"', "must not share a name"),
    ],
)
def test_a_wrong_section_is_said(config, before, after, words):
    """A source that is not there; a name that is taken."""
    path = config.root / "lineage.toml"
    path.write_text(CONFIG.replace(before, after))
    with pytest.raises(ConfigError) as told:
        pipeline.plan(load_config(path), out=None, window=Window(), progress=lambda _: None)
    assert words in str(told.value)


@pytest.mark.parametrize(
    "broken", [{}, {"run": 1, "job": []}, {"run": {"runId": "x"}}, {"run": {"runId": 1}, "job": {"name": "n"}}]
)
def test_what_is_no_event_is_said_and_ends_nothing(broken):
    """Whatever a file holds, the answer is a sentence; events of datasets or jobs alone are passed over."""
    runs = JobRuns()
    answer = runs.add(broken, Origin("f", 1))
    assert "no OpenLineage event" in answer or runs.skipped == 1
    assert runs.add({**LOAD, "inputs": "no", "outputs": [1, {"name": 7, "facets": []}]}, Origin("f", 2)) == ""
    assert len(runs.completed()) == 1
