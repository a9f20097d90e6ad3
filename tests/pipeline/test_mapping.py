"""Assets beside a night: what is planned, shown and mapped after an upload, and what that teaches about keys."""

from __future__ import annotations

import pytest
from sandbox_server import sandbox

from extractor import pipeline
from extractor.config import TOKEN_VARIABLE, load_config
from extractor.errors import ConfigError
from extractor.pipeline import Level
from extractor.pipeline.impact import impact
from extractor.pipeline.mapping import with_map_tables
from extractor.pipeline.reach import Question
from extractor.settings_of_observability import KEY_VARIABLE
from tests.observability.service import client, connect
from tests.pipeline.company import plan, record, run, write_log

TABLES = {
    "raw": {"sales": ["shop", "amount"], "shops": ["shop"]},
    "mart": {"net": ["shop", "amount"], "board": ["shop"]},
}
SOURCE = {"id": 12, "title": "Warehouse", "dbtype": "postgresql", "schemas": TABLES}
ASSETS = [
    {"asset_id": "a-sales", "table": "raw.sales"},
    {"asset_id": "a-net", "table": "mart.net"},
    {"asset_id": "a-board", "table": "mart.board"},
]
LOAD = "insert into mart.net select shop, amount from raw.sales"
SECOND = "insert into mart.board select shop from raw.shops"
CONFIG = """namespace = "test"
[alation]
url = "{url}"
user_id = 1
retries = 1
job_poll_s = 0.05
[limits]
workers = 1
[observability]
backend_service_host = "{url}/api/backend"
tenant = "sandbox"
retries = 1
job_deadline_s = 2
job_poll_s = 0.05
{mapping}
[[source]]
name = "wh"
paths = ["logs"]
dialect = "postgres"
data_source_id = 12
database = "wh"
{source}
"""


@pytest.fixture
def service(tmp_path, monkeypatch):
    """A sandbox with assets that is connected, its secrets in the environment, and a night's log."""
    with sandbox(tmp_path, {"data_sources": [SOURCE], "assets": ASSETS}) as running:
        monkeypatch.setenv(TOKEN_VARIABLE, running.token)
        monkeypatch.setenv(KEY_VARIABLE, running.api_key)
        connect(running)
        write_log(tmp_path, "a.jsonl", [record(LOAD)])
        yield running


def configure(folder, service, mapping: str = "", source: str = ""):
    """The configuration with these lines in [observability] and [[source]]."""
    path = folder / "lineage.toml"
    path.write_text(CONFIG.format(url=service.url, mapping=mapping, source=source), encoding="utf-8")
    return load_config(path)


def mapped(service) -> dict[str, str]:
    """What the service holds: the table of each asset."""
    with client(service) as asked:
        return {m.asset_id: m.table for m in asked.mappings()}


def assets_file(folder, *rows: str) -> None:
    """The user's list of assets."""
    (folder / "assets.csv").write_text("\n".join(["asset_id,table", *rows]) + "\n", encoding="utf-8")


def jobs(service) -> int:
    """How many automatic mappings were started."""
    return len(service.requests("POST", "/api/backend/sandbox/configuration/mappings/alation/auto"))


def test_nothing_is_mapped_unless_it_is_asked_for(tmp_path, service):
    """By default a run reads the list and changes nothing."""
    report = run(configure(tmp_path, service))
    assert (report.failures, report.mapping, mapped(service)) == ([], {}, {})


def test_one_automatic_mapping_when_tables_entered_the_lineage(tmp_path, service):
    """The first night starts a job, the same night again none, and a new table another one."""
    config = configure(tmp_path, service, 'map_tables = "automatic"')
    told: list[str] = []
    report = pipeline.run(config, window=pipeline.Window(), progress=told.append)
    assert report.mapping == {"how": "automatic", "tables": 2, "job": report.mapping["job"], "mapped": 3}
    assert mapped(service) == {"a-sales": "raw.sales", "a-net": "mart.net", "a-board": "mart.board"}
    assert "mapping: 2 tables entered the lineage; one automatic mapping" in told
    assert run(config).mapping == {"how": "automatic", "tables": 0}
    write_log(tmp_path, "b.jsonl", [record(SECOND)])
    assert run(config).mapping["tables"] == 1
    assert run(config).mapping["tables"] == 0
    assert jobs(service) == 2


def test_a_plan_shows_the_step_and_takes_none(tmp_path, service):
    """What would be mapped is in the plan's report, also for tables that are not in Alation yet."""
    report = plan(configure(tmp_path, service, 'map_tables = "automatic"'))
    assert report.mapping == {"how": "automatic", "tables": 2}
    assert (jobs(service), mapped(service)) == (0, {})


def test_a_saved_plan_is_followed_by_the_step(tmp_path, service):
    """Applying maps as a run does."""
    config = configure(tmp_path, service, 'map_tables = "automatic"')
    plan(config, out=tmp_path / "plan.json")
    report = pipeline.apply(config, tmp_path / "plan.json", progress=lambda _: None)
    assert (report.failures, report.mapping["mapped"]) == ([], 3)


def test_one_by_one_maps_only_what_is_in_the_lineage(tmp_path, service):
    """Assets whose table no edge of ours touches wait; names are found in any case."""
    assets_file(tmp_path, "a-net,MART.Net", "a-board,mart.board", "a-sales,12.raw.sales")
    config = configure(tmp_path, service, 'map_tables = "each"\nassets = "assets.csv"')
    report = run(config)
    assert report.mapping == {"how": "each", "tables": 2, "mapped": 2}
    assert mapped(service) == {"a-sales": "raw.sales", "a-net": "mart.net"}
    assert run(config).mapping == {"how": "each", "tables": 0}


@pytest.mark.parametrize(("overwrite", "table"), [("false", "raw.shops"), ("true", "mart.net")])
def test_one_by_one_changes_a_mapping_only_when_it_may(tmp_path, service, overwrite, table):
    """What somebody mapped otherwise stays and is told, or is changed."""
    with client(service) as asked:
        number = next(t for t in range(1, 9) if _table(service, t) == "raw.shops")
        asked.add_mapping("a-net", number)
    assets_file(tmp_path, "a-net,mart.net")
    config = configure(tmp_path, service, f'map_tables = "each"\nassets = "assets.csv"\noverwrite = {overwrite}')
    report = run(config)
    assert mapped(service) == {"a-net": table}
    assert any("a-net is mapped to 12.raw.shops, and stays" in w for w in report.warnings) is (overwrite == "false")


def test_one_by_one_a_refusal_costs_only_itself(tmp_path, service):
    """An asset that the service does not know is a failure that names it; the others are mapped."""
    assets_file(tmp_path, "a-nobody,mart.net", "a-sales,raw.sales")
    report = run(configure(tmp_path, service, 'map_tables = "each"\nassets = "assets.csv"'))
    assert mapped(service) == {"a-sales": "raw.sales"}
    assert len(report.failures) == 1
    assert "a-nobody" in report.failures[0]


@pytest.mark.parametrize(
    ("text", "words"),
    [("asset,table\n", "header lacks asset_id"), ("asset_id,table\na,\n", "assets.csv:2"), (None, "cannot be read")],
)
def test_a_wrong_list_of_assets_is_told_with_its_line(tmp_path, service, text, words):
    """The upload stands; the step is a failure that names the place."""
    if text is not None:
        (tmp_path / "assets.csv").write_text(text, encoding="utf-8")
    report = run(configure(tmp_path, service, 'map_tables = "each"\nassets = "assets.csv"'))
    assert words in report.failures[0]
    assert service.edges()


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "job_failed"},
        {"kind": "job_endless"},
        {"kind": "job_vanished"},
        {"kind": "status", "status": 403, "method": "POST"},
        {"kind": "status", "status": 503, "method": "POST", "retry_after_s": 0},
        {"kind": "html", "status": 200, "method": "POST"},
        {"kind": "drop", "method": "POST"},
    ],
)
def test_trouble_with_the_service_leaves_the_upload_and_is_tried_again(tmp_path, service, fault):
    """Alation's graph is whole, the run ends as failed with the reason, and the next night maps."""
    config = configure(tmp_path, service, 'map_tables = "automatic"')
    if fault["kind"].startswith("job"):
        service.fault(**fault, path="/api/backend/")
    else:
        service.fault(**fault, path="/api/backend/sandbox/configuration/mappings/alation/auto")
    report = run(config)
    assert "mapping of assets: " in report.failures[0]
    assert len(service.dataflows()) == 1
    service.clear_faults()
    assert (run(config).failures, len(mapped(service))) == ([], 3)


def test_a_service_that_is_away_costs_a_warning_when_nothing_is_to_be_mapped(tmp_path, service):
    """Only the list could not be read; the lineage does not wait for it."""
    service.fault("status", status=503, retry_after_s=0, path="/api/backend/")
    report = run(configure(tmp_path, service))
    assert report.failures == []
    assert any("mapping list of Data Observability cannot be read" in w for w in report.warnings)


def test_without_a_key_a_run_that_is_to_map_does_not_begin(tmp_path, service, monkeypatch):
    """A missing secret is told before anything is uploaded."""
    monkeypatch.delenv(KEY_VARIABLE)
    with pytest.raises(ConfigError, match=KEY_VARIABLE):
        run(configure(tmp_path, service, 'map_tables = "automatic"'))
    assert service.edges() == []
    assert run(configure(tmp_path, service)).failures == []


def test_the_switch_of_a_run_wins_over_the_setting(tmp_path, service):
    """It can be turned off and on for one run, and needs what the setting needs."""
    config = configure(tmp_path, service, 'map_tables = "automatic"')
    assert run(with_map_tables(config, "no")).mapping == {}
    assert run(with_map_tables(configure(tmp_path, service), "automatic")).mapping["mapped"] == 3
    with pytest.raises(ConfigError, match="assets"):
        with_map_tables(config, "each")


def test_impact_knows_the_assets_after_a_run(tmp_path, service):
    """The mapping list of the night answers for assets."""
    config = configure(tmp_path, service, 'map_tables = "automatic"')
    run(config)
    found = impact(config, Question(asset="a-sales"))
    assert [(m.asset_id, depth) for m, depth in found.affected_assets] == [("a-net", 1)]


def test_the_list_stands_in_for_a_catalog_that_is_not_there(tmp_path, service):
    """Without a catalog, mapped tables have keys and all others are left out."""
    with client(service) as asked:
        asked.wait(asked.start_mapping(), 5, 0.05)
    write_log(tmp_path, "b.jsonl", [record(SECOND)])
    config = configure(tmp_path, service, source="catalog = { from_alation = false }")
    assert [text for level, text in pipeline.check(config) if "stands in for it" in text]
    run(config)
    assert ("12.raw.sales", "12.mart.net") in {(a, b) for a, _, b in service.edges()}
    assert not any("board" in b for _, _, b in service.edges())


def test_alations_own_catalog_is_never_overruled(tmp_path, service):
    """A mapping to a table that Alation's catalog does not hold makes no key."""
    config = configure(tmp_path, service, 'map_tables = "automatic"')
    run(config)
    from extractor.models import AssetMapping
    from extractor.pipeline.runs import state_url
    from extractor.pipeline.service import remember
    from extractor.state import Store

    with Store.open(state_url(config)) as store:
        from extractor.keys.mapped import with_mapped_tables
        from extractor.state.catalog import CatalogStore

        remember(store, [AssetMapping("a-x", 12, "Warehouse", 1, "raw", 77, "gone")])
        reader = with_mapped_tables(CatalogStore(store.engine), 12)
        assert reader.table((None, "raw", "gone")) == []
        assert reader.table((None, "raw", "sales"))


def findings(config, level: Level) -> str:
    """What check says at that level about Data Observability."""
    found = [f.text for f in pipeline.check(config) if f.level is level and "Data Observability" in f.text]
    return "\n".join(found)


def test_check_tells_of_a_connection_and_a_list_that_agree(tmp_path, service):
    """All is well: connected, so many assets, no contradiction."""
    config = configure(tmp_path, service, 'map_tables = "automatic"')
    run(config)
    told = findings(config, Level.OK)
    assert all(part in told for part in ("it is connected to", "3 mapped assets", "agrees with the catalog"))
    assert findings(config, Level.WARNING) == ""


def test_check_tells_every_contradiction(tmp_path, service):
    """Another table under the id, another id of the table, no such table, another title, an unseen data source."""
    from extractor.models import AssetMapping
    from extractor.pipeline.contradictions import contradictions
    from extractor.pipeline.runs import state_url
    from extractor.state import Store
    from extractor.state.catalog import CatalogStore

    config = configure(tmp_path, service)
    pipeline.check(config)
    ids = {_table(service, number): number for number in range(1, 5)}
    given = [
        AssetMapping("same", 12, "Warehouse", 1, "RAW", ids["raw.sales"], "Sales"),
        AssetMapping("renamed", 12, "Warehouse", 1, "raw", ids["raw.shops"], "stores"),
        AssetMapping("moved", 12, "Warehouse", 1, "mart", 999, "net"),
        AssetMapping("gone", 12, "Lakehouse", 1, "mart", 998, "nothing"),
        AssetMapping("elsewhere", 99, "Other", 1, "a", 1, "b"),
    ]
    with Store.open(state_url(config)) as store:
        told = list(contradictions(CatalogStore(store.engine), given, {12: "Warehouse"}))
    assert told == [
        "data source 12 is called 'Warehouse' in Alation and 'Lakehouse' in Data Observability",
        f"asset renamed is raw.stores (table {ids['raw.shops']}): the catalog has 12.raw.shops under that id",
        f"asset moved is mart.net (table 999): the catalog has that table under the id {ids['mart.net']}",
        "asset gone is mart.nothing (table 998): the catalog holds no such table",
        "1 asset of data source 99, which Alation does not show to this token",
    ]


def test_check_warns_of_a_contradicting_list_over_the_wire(tmp_path, service):
    """A catalog file of the user's that lacks a mapped table is a contradiction."""
    with client(service) as asked:
        asked.wait(asked.start_mapping(), 5, 0.05)
    (tmp_path / "columns.csv").write_text("schema,table,column\nraw,sales,shop\nmart,net,shop\n", encoding="utf-8")
    config = configure(tmp_path, service, source='catalog = { file = "columns.csv" }')
    assert "asset a-board is mart.board" in findings(config, Level.WARNING)


def test_check_tells_of_no_connection_and_of_a_wrong_key(tmp_path, service, monkeypatch):
    """No connection is a warning; no way in is one too, and an error when a run is to map."""
    with client(service) as asked:
        asked.disconnect()
    assert "not connected to Alation" in findings(configure(tmp_path, service), Level.WARNING)
    monkeypatch.setenv(KEY_VARIABLE, "wr0ng")
    assert "401" in findings(configure(tmp_path, service), Level.WARNING)
    told = findings(configure(tmp_path, service, 'map_tables = "automatic"'), Level.ERROR)
    assert "401" in told
    assert "wr0ng" not in told


def _table(service, number: int) -> str:
    """The name of the table with that id, as Alation tells it."""
    with service.client() as alation:
        return {t.table_id: f"{t.schema_name}.{t.name}" for t in alation.tables(12)}[number]
