"""What one night's log begins and the next one's ends, when the first log is gone: in a sandbox, over HTTP."""

from __future__ import annotations

from pathlib import Path

import pytest
from sandbox_server import SandboxControl, sandbox

from extractor.config import TOKEN_VARIABLE, Config
from tests.pipeline.company import CATALOG, configure, record, run, write_log

SOURCE = CATALOG["data_sources"][0]
TABLES = {**SOURCE["schemas"]["mart"], "net_new": ["shop", "net"], "net_old": ["shop", "net"]}
WIDER = {"data_sources": [{**SOURCE, "schemas": {**SOURCE["schemas"], "mart": TABLES}}]}
LOAD = "insert into mart.net (shop, net) select shop, net from raw.sales"
FROM_TOWNS = "insert into mart.net (shop, net) select shop, 1 from raw.shops"


@pytest.fixture(scope="module")
def alation(tmp_path_factory):
    """A sandbox for all tests; each has a namespace of its own."""
    with pytest.MonkeyPatch.context() as patch, sandbox(tmp_path_factory.mktemp("sandbox"), catalog=WIDER) as running:
        patch.setenv(TOKEN_VARIABLE, running.token)
        yield running


@pytest.fixture
def config(tmp_path, alation, request) -> Config:
    """The small company under a namespace that no other test has."""
    config = configure(tmp_path, alation.url)
    return config.model_copy(update={"namespace": request.node.name.removeprefix("test_")[:30].replace("_", "-")})


def night(config: Config, number: int, *statements: str, hour: int = 2) -> None:
    """One night's log alone, read by a run."""
    for old in Path(config.root).glob("logs/*"):
        old.unlink()
    rows = [
        record(sql, f"2024-03-{number:02}T{hour:02}:00:{n:02}Z", session=f"n{number}")
        for n, sql in enumerate(statements)
    ]
    write_log(Path(config.root), f"night{number}-{hour}.jsonl", rows)
    report = run(config)
    assert report.failures == []


def tables(alation: SandboxControl, config: Config) -> set[tuple[str, str]]:
    """The edges between tables that run through our dataflows, by key without the data source."""
    ours = f"api/{config.namespace}/"
    edges = [e for e in alation.graph()["edges"] if (e["dataflow"] or "").startswith(ours)]
    return {(e["source"]["key"][3:], e["target"]["key"][3:]) for e in edges if e["source"]["otype"] == "table"}


def test_a_table_emptied_in_one_log_and_filled_in_the_next_is_overwritten(alation, config):
    """TRUNCATE ends one log and INSERT begins the next: the load before them is over, one beside it is not."""
    night(config, 1, "truncate mart.net", LOAD)
    assert tables(alation, config) == {("raw.sales", "mart.net")}
    night(config, 2, "truncate mart.net")
    assert tables(alation, config) == {("raw.sales", "mart.net")}
    night(config, 3, FROM_TOWNS)
    assert tables(alation, config) == {("raw.shops", "mart.net")}
    night(config, 3, FROM_TOWNS)
    night(config, 4, LOAD)
    assert tables(alation, config) == {("raw.shops", "mart.net"), ("raw.sales", "mart.net")}
    night(config, 5, "delete from mart.net")
    night(config, 6, "insert into mart.net values ('a', 1)", LOAD)
    assert tables(alation, config) == {("raw.sales", "mart.net")}


def test_a_copy_between_keeps_the_next_load_from_counting_as_the_first(alation, config):
    """Rows that came from a file after the TRUNCATE are there, so the INSERT that follows only appends."""
    night(config, 1, "truncate mart.net", LOAD)
    night(config, 2, "truncate mart.net", "copy mart.net from '/landing/net.csv'")
    night(config, 3, FROM_TOWNS)
    assert tables(alation, config) == {("raw.sales", "mart.net"), ("raw.shops", "mart.net")}


def test_a_load_of_one_night_is_renamed_into_place_by_the_next(alation, config):
    """Load, then rename in another log: the lineage ends on the real table, and goes when that is dropped."""
    night(config, 1, "create table mart.net as select shop, 1 as net from raw.shops")
    night(config, 2, "insert into mart.net_new (shop, net) select shop, net from raw.sales")
    assert tables(alation, config) == {("raw.shops", "mart.net"), ("raw.sales", "mart.net_new")}
    into_place = ["alter table mart.net rename to net_old", "alter table mart.net_new rename to net"]
    night(config, 3, *into_place)
    assert tables(alation, config) == {("raw.sales", "mart.net"), ("raw.shops", "mart.net_old")}
    night(config, 3, *into_place)
    night(config, 4, "drop table mart.net_old")
    assert tables(alation, config) == {("raw.sales", "mart.net")}
    night(config, 5, "drop table mart.net")
    assert tables(alation, config) == set()


def test_a_dropped_schema_takes_its_tables_along(alation, config):
    """DROP SCHEMA ... CASCADE is a drop of all its tables and views; without CASCADE it tells nothing."""
    view = "create view mart.shops_v as select shop, town from raw.shops"
    night(config, 1, LOAD, view)
    night(config, 2, "drop schema mart")
    assert tables(alation, config) == {("raw.sales", "mart.net"), ("raw.shops", "mart.shops_v")}
    night(config, 3, "drop schema if exists stage, mart cascade")
    assert tables(alation, config) == set()
    night(config, 4, "create schema mart", "create table mart.net (shop text, net int)", LOAD)
    assert tables(alation, config) == {("raw.sales", "mart.net")}


def test_a_dropped_view_and_a_definition_without_keys_end_what_was_before(alation, config):
    """DROP VIEW takes its dataflow along; a new definition from a table without a key replaces the old one too."""
    view = "create or replace view mart.shops_v as select shop, town from {}"
    night(config, 1, view.format("raw.shops"))
    night(config, 2, view.format("raw.unheard_of"))
    assert tables(alation, config) == set()
    night(config, 3, view.format("raw.shops"))
    assert tables(alation, config) == {("raw.shops", "mart.shops_v")}
    night(config, 4, "drop view mart.shops_v")
    assert tables(alation, config) == set()


def test_the_same_insert_before_and_after_a_truncate_defines_its_table(alation, config):
    """An INSERT that ran once more, after TRUNCATE, is an overwrite, though it was an append a moment before."""
    night(
        config, 1, "create or replace view mart.shops_v as select shop, town from raw.shops", "truncate mart.net", LOAD
    )
    night(config, 2, FROM_TOWNS, "truncate mart.net", FROM_TOWNS)
    assert tables(alation, config) == {("raw.shops", "mart.net"), ("raw.shops", "mart.shops_v")}
