"""The commands about Data Observability: what they print, what they remember, and that no secret is seen."""

from __future__ import annotations

import json

import pytest
from sandbox_server import sandbox
from typer.testing import CliRunner

from extractor.cli.app import app
from extractor.errors import ConfigError, JobFailed, Rejected
from extractor.settings_of_observability import CONNECT_VARIABLE, KEY_VARIABLE
from extractor.state import Store
from extractor.state.assets import AssetStore
from extractor.state.catalog import CatalogStore
from tests.observability.service import CATALOG, connect

CONFIG = """namespace = "test"
[alation]
url = "{url}"
user_id = 1
retries = 1
[observability]
backend_service_host = "{url}/api/backend"
tenant = "sandbox"
retries = 1
job_deadline_s = 5
job_poll_s = 0.05
[[source]]
name = "warehouse"
paths = ["logs"]
dialect = "postgres"
data_source_id = 12
"""


@pytest.fixture
def service(tmp_path, monkeypatch):
    """A sandbox with assets, its secrets in the environment, and a configuration beside it."""
    with sandbox(tmp_path, CATALOG) as running:
        monkeypatch.setenv(KEY_VARIABLE, running.api_key)
        monkeypatch.setenv("ALATION_LINEAGE_REFRESH_TOKEN", running.token)
        (tmp_path / "lineage.toml").write_text(CONFIG.format(url=running.url), encoding="utf-8")
        yield running


@pytest.fixture
def ask(tmp_path, service):
    """Run a command below ``observability``; gives what is printed, in which no secret may be."""

    def run(*words: str) -> str:
        config = ["--config", str(tmp_path / "lineage.toml")]
        result = CliRunner().invoke(app, ["observability", *words, *config])
        for secret in (service.api_key, service.token):
            assert secret not in result.output
            assert secret not in str(result.exception)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.output

    return run


def remembered(tmp_path) -> dict[str, str]:
    """The mapping list of the state: the key of each asset's table."""
    with Store.open(f"sqlite:///{tmp_path / 'lineage-state.db'}") as store:
        return {table.mapping.asset_id: table.key for table in AssetStore(store).all()}


def test_connect_show_disconnect(service, ask):
    """The connection of [alation] is made with the token from the environment, shown, and removed when told twice."""
    assert "not connected" in ask("show")
    assert ask("connect") == f"connected to {service.url}/ as user 1\n"
    assert json.loads(ask("show", "--json")) == {"url": f"{service.url}/", "user_id": 1}
    with pytest.raises(ConfigError, match="say --yes"):
        ask("disconnect")
    assert "connected to" in ask("show")
    assert "deleted" in ask("disconnect", "--yes")
    assert "nothing to remove" in ask("disconnect", "--yes")


def test_another_alation_and_another_token_can_be_given(service, ask, tmp_path, monkeypatch):
    """The service may reach Alation elsewhere, as another user, with a token of its own out of a file."""
    (tmp_path / "token").write_text("of-its-own\n", encoding="utf-8")
    monkeypatch.setenv(f"{CONNECT_VARIABLE}_FILE", str(tmp_path / "token"))
    told = ask("connect", "--url", "https://inside.example.com/", "--user-id", "9")
    assert told == "connected to https://inside.example.com/ as user 9\n"
    with pytest.raises(JobFailed, match="refuses the refresh token"):
        ask("map", "--auto", "--wait")


def test_map_auto_waits_and_remembers(service, ask, tmp_path):
    """With --wait what was mapped is listed, and the state knows it."""
    connect(service)
    told = ask("map", "--auto", "--wait")
    assert "a-orders  sales.Orders" in told
    assert "completed: 3 mapped" in told
    assert remembered(tmp_path) == {
        "a-orders": "12.sales.Orders",
        "a-shops": "12.sales.shops",
        "a-snow": "31.DWH.SALES.ORDERS",
    }


def test_map_auto_without_waiting_names_its_job(service, ask):
    """The job can be looked at, and followed, afterwards."""
    connect(service)
    number = json.loads(ask("map", "--auto", "--json"))["job_id"]
    assert "IN_PROGRESS" in ask("job", number)
    assert "completed: 3 mapped" in ask("job", number, "--wait")
    assert json.loads(ask("job", number, "--json"))["status"] == "COMPLETED"


def test_a_job_that_failed_ends_the_command(service, ask):
    """FAILED is a failure, with the service's reason, waited for or asked later."""
    with pytest.raises(JobFailed, match="no Alation integration"):
        ask("map", "--auto", "--wait")
    number = json.loads(ask("map", "--auto", "--json"))["job_id"]
    ask("job", number)
    with pytest.raises(JobFailed, match="no Alation integration"):
        ask("job", number)


def test_overwrite_changes_what_was_mapped_by_hand(service, ask, tmp_path):
    """Without it the hand's mapping stays."""
    connect(service)
    ask("mappings", "add", "a-orders", "3")
    ask("map", "--auto", "--wait")
    assert remembered(tmp_path)["a-orders"] == "12.mart.revenue"
    ask("map", "--auto", "--overwrite", "--wait")
    assert remembered(tmp_path)["a-orders"] == "12.sales.Orders"


def test_map_needs_to_be_told_how(ask):
    """Without --auto nothing is started."""
    with pytest.raises(ConfigError, match="--auto"):
        ask("map")


def test_mappings_are_added_listed_and_removed(service, ask, tmp_path):
    """By id, and by a name that the kept catalog knows; the state follows."""
    from extractor.config import load_config
    from extractor.pipeline import check

    assert "Orders" in ask("mappings", "add", "a-orders", "1")
    with pytest.raises(ConfigError, match="check reads them"):
        ask("mappings", "add", "a-shops", "sales.shops")
    check(load_config(tmp_path / "lineage.toml"))
    for name in ("sales.shops", "12.Sales.SHOPS", "shops"):
        assert "12 Warehouse" in ask("mappings", "add", "a-shops", name)
        assert remembered(tmp_path) == {"a-orders": "12.sales.Orders", "a-shops": "12.sales.shops"}
        assert "deleted" in ask("mappings", "remove", "a-shops")
    assert [m["asset_id"] for m in json.loads(ask("mappings", "list", "--json"))] == ["a-orders"]
    assert ask("mappings", "list").splitlines()[-1] == "1 mapping"
    with pytest.raises(Rejected, match="has no mapping"):
        ask("mappings", "remove", "a-shops")
    with pytest.raises(ConfigError, match=r"no table 'sales\.nothing'"):
        ask("mappings", "add", "a-shops", "sales.nothing")


def test_the_mapped_tables_are_a_layer_of_the_catalog(ask, tmp_path):
    """They are kept by data source, and leave with the last mapping."""
    ask("mappings", "add", "a-snow", "4")
    with Store.open(f"sqlite:///{tmp_path / 'lineage-state.db'}") as store:
        layer = CatalogStore(store.engine).reader(31, "mapping")
        assert [t.key for t in layer.table(("dwh", "sales", "orders"))] == ["31.DWH.SALES.ORDERS"]
    ask("mappings", "remove", "a-snow")
    with Store.open(f"sqlite:///{tmp_path / 'lineage-state.db'}") as store:
        assert CatalogStore(store.engine).reader(31, "mapping") is None


def test_a_state_that_a_run_holds_is_left_alone(service, ask, tmp_path):
    """The command does its work and says that the list is not remembered."""
    with Store.open(f"sqlite:///{tmp_path / 'lineage-state.db'}") as store, store.lock():
        assert "the list is not remembered" in ask("mappings", "add", "a-orders", "1")
    assert remembered(tmp_path) == {}
    ask("mappings", "list")
    assert remembered(tmp_path) == {"a-orders": "12.sales.Orders"}


def test_without_a_key_or_a_section_it_says_what_to_set(ask, tmp_path, monkeypatch):
    """The variable, its file, the keyring's account; and the section."""
    monkeypatch.delenv(KEY_VARIABLE)
    with pytest.raises(ConfigError, match=rf"{KEY_VARIABLE}_FILE.*keyring set alation-lineage http.*/sandbox"):
        ask("show")
    monkeypatch.setenv(f"{KEY_VARIABLE}_FILE", str(tmp_path / "nothing"))
    with pytest.raises(ConfigError, match="cannot be read"):
        ask("show")
    (tmp_path / "nothing").write_text(" \n", encoding="utf-8")
    with pytest.raises(ConfigError, match="is empty"):
        ask("show")
    path = tmp_path / "lineage.toml"
    text = path.read_text(encoding="utf-8")
    start, end = text.index("[observability]"), text.index("[[source]]")
    path.write_text(text[:start] + text[end:], encoding="utf-8")
    with pytest.raises(ConfigError, match=r"no \[observability\] section"):
        ask("show")


def test_a_key_from_a_file_works(service, ask, tmp_path, monkeypatch):
    """The file's content counts, without its line break."""
    monkeypatch.delenv(KEY_VARIABLE)
    (tmp_path / "key").write_text(f"{service.api_key}\n", encoding="utf-8")
    monkeypatch.setenv(f"{KEY_VARIABLE}_FILE", str(tmp_path / "key"))
    assert "not connected" in ask("show")
