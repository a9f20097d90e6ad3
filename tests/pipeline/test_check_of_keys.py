"""What ``check`` tells of keys: their form, and who decided it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from extractor import pipeline
from extractor.config import load_config
from extractor.errors import ConfigError


@pytest.mark.parametrize("dialect", ["postgres", "vertica"])
@pytest.mark.parametrize(
    ("catalog", "setting", "told"),
    [
        ("12.dwh.mart.net", "", "<ds_id>.<db>.<schema>.<table>, as the catalog says"),
        ("12.mart.net", "", "<ds_id>.<schema>.<table>, as the catalog says"),
        ("12.mart.net", 'key_database_part = "yes"\n', "<ds_id>.<db>.<schema>.<table>, as the configuration says"),
        ("", "", "<ds_id>.<schema>.<table>, as the dialect says"),
    ],
)
def test_check_says_who_decides_on_the_database_part(
    tmp_path: Path, dialect: str, catalog: str, setting: str, told: str
) -> None:
    """The configuration, else the catalog's own schema names, else the dialect's rule; two engines of either form."""
    where = "catalog = { from_alation = false }\n"
    if catalog:
        (tmp_path / "c.csv").write_text(f"key,table,schema\n{catalog},net,{catalog[3:-4]}\n")
        where = 'catalog = { file = "c.csv" }\n'
    path = tmp_path / "lineage.toml"
    head = f'[[source]]\nname = "s"\npaths = ["logs"]\ndialect = "{dialect}"\ndata_source_id = 12\n'
    path.write_text(head + where + setting)
    assert any(f"keys are written {told}" in finding.text for finding in pipeline.check(load_config(path)))


@pytest.mark.parametrize(
    ("dialect", "setting", "told"),
    [
        ("postgres", "", "<ds_id>.<schema>.<table>, as the dialect says"),
        ("sqlserver", "", "<ds_id>.<db>.<schema>.<table>, as the dialect says"),
        ("postgres", 'key_database_part = "yes"\n', "<ds_id>.<db>.<schema>.<table>, as the configuration says"),
    ],
)
def test_a_file_without_keys_does_not_decide(tmp_path: Path, dialect: str, setting: str, told: str) -> None:
    """An export of information_schema knows nothing of Alation's keys: check says whose rule wrote them."""
    (tmp_path / "c.csv").write_text("table_catalog,table_schema,table_name\ndwh,mart,net\n")
    path = tmp_path / "lineage.toml"
    head = f'[[source]]\nname = "s"\npaths = ["logs"]\ndialect = "{dialect}"\ndata_source_id = 12\n'
    path.write_text(f'{head}database = "dwh"\ncatalog = {{ file = "c.csv" }}\n{setting}')
    said = [finding.text for finding in pipeline.check(load_config(path)) if "keys are written" in finding.text]
    assert said == [f"source s: keys are written {told}"]


def test_a_live_database_does_not_decide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It knows nothing of Alation's keys: those of its tables are written by the dialect's rule, and check says so."""
    with closing(sqlite3.connect(tmp_path / "shop.db")) as database:
        database.execute("CREATE TABLE net (id int)")
    monkeypatch.setenv("SHOP_URL", f"sqlite:///{tmp_path}/shop.db")
    path = tmp_path / "lineage.toml"
    head = '[[source]]\nname = "s"\npaths = ["logs"]\ndialect = "sqlite"\ndata_source_id = 12\n'
    path.write_text(head + 'catalog = { live = "SHOP_URL" }\n')
    told = [finding.text for finding in pipeline.check(load_config(path)) if "keys are written" in finding.text]
    assert told == ["source s: keys are written <ds_id>.<schema>.<table>, as the dialect says"]


def test_a_dialect_of_a_map_is_checked_before_a_run(tmp_path: Path) -> None:
    """A map with a dialect that nobody knows ends a run before it has begun."""
    path = tmp_path / "lineage.toml"
    path.write_text(
        '[[source]]\nname = "s"\npaths = ["logs"]\ndialect = "hive"\ndata_source_id = 1\n'
        '[[map]]\nserver = "x"\ndata_source_id = 2\ndialect = "klingon"\n'
    )
    with pytest.raises(ConfigError, match="klingon"):
        pipeline.plan(load_config(path), out=None, window=pipeline.Window(), progress=lambda _: None)
    assert not (tmp_path / "lineage-state.db").exists()
