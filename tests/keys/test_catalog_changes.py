"""The catalog is refreshed from Alation by what has changed, and in full from time to time."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sandbox_server import sandbox

from extractor.keys import CatalogLoad, refresh_alation
from extractor.state.catalog import CatalogStore

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(hours=20)
BASE: dict[str, Any] = {
    "a": {"kept": ["x", "y"], "wider": ["x", "y"], "gone": ["x"], "turned": ["x", "y"], "less": ["x", "y", "z"]},
}
CHANGED: dict[str, Any] = {
    "a": {
        "kept": ["x", "y"],
        "wider": ["x", "new", "y"],
        "turned": {"type": "VIEW", "columns": ["x"]},
        "less": ["x", "y", "z"],
    },
    "b": {"fresh": ["p", "q"]},
}
LESS: dict[str, Any] = {**CHANGED, "a": {**CHANGED["a"], "less": ["x", "z"]}}


class Pulls:
    """Serves one catalog after the other from one Alation, and pulls each."""

    def __init__(self, catalogs: CatalogStore, folder: Path) -> None:
        self._catalogs = catalogs
        self._folder = folder
        self.asked: list[str] = []

    def pull(self, schemas: dict[str, Any], now: datetime = NOON, full_every: timedelta = DAY) -> CatalogLoad:
        source = {"id": 12, "title": "t", "dbtype": "postgresql", "uri": "x", "schemas": schemas}
        (self._folder / "served.json").write_text(json.dumps({"data_sources": [source]}))
        with sandbox(self._folder, catalog=self._folder / "served.json") as alation, alation.client() as client:
            alation.forget_requests()
            load = refresh_alation(self._catalogs, 12, client, detail="it", full_every=full_every, now=now)
            self.asked = [r["query"] for r in alation.requests("GET", "/integration/v2/column/")]
        return load

    def held_of(self, *tables: str) -> list[list[str]]:
        reader = self._catalogs.reader(12)
        assert reader is not None
        return [[column.name for column in reader.columns(f"12.a.{name}")] for name in tables]

    def held(self) -> dict[str, list[str]]:
        reader = self._catalogs.reader(12)
        assert reader is not None
        keys = [f"12.a.{name}" for name in BASE["a"]] + ["12.b.fresh"]
        return {
            key.removeprefix("12."): [column.name for column in reader.columns(key)]
            for key in keys
            if reader.by_key(key)
        }


@pytest.fixture
def pulls(catalogs: CatalogStore, tmp_path: Path) -> Pulls:
    """Nothing is pulled yet."""
    return Pulls(catalogs, tmp_path)


def test_only_what_changed_is_read_again(pulls: Pulls) -> None:
    """New tables, tables that became something else and tables with new columns are read; others keep their columns."""
    pulls.pull(BASE)
    load = pulls.pull(CHANGED, NOON + timedelta(hours=1))
    assert pulls.held() == {
        "a.kept": ["x", "y"],
        "a.wider": ["x", "new", "y"],
        "a.turned": ["x"],
        "a.less": ["x", "y", "z"],
        "b.fresh": ["p", "q"],
    }
    assert (load.version.tables, load.version.columns, load.version.full_at) == (5, 11, NOON)
    assert len(pulls.asked) == 5
    assert "id__gt=10" in pulls.asked[0]
    assert all("table_id=" in query for query in pulls.asked[1:-1])
    assert "skip=10&limit=2" in pulls.asked[-1] or "limit=2&skip=10" in pulls.asked[-1]


@pytest.mark.parametrize("before", [BASE, CHANGED])
def test_a_column_that_is_gone_is_noticed_at_once(pulls: Pulls, before: dict[str, Any]) -> None:
    """Alation's count does not come out, whatever else has changed meanwhile; so all is read, once."""
    pulls.pull(before)
    load = pulls.pull(LESS, NOON + timedelta(hours=1))
    assert pulls.held()["a.less"] == ["x", "z"]
    assert (load.version.columns, load.version.full_at) == (10, NOON + timedelta(hours=1))
    pulls.pull(LESS, NOON + timedelta(hours=2))
    assert len(pulls.asked) == 2


def test_a_dropped_column_and_a_new_one_do_not_hide_each_other(pulls: Pulls) -> None:
    """As many columns as before, but not the same ones; also where it is the newest column that went."""
    pulls.pull({"a": {"one": ["x", "y"], "two": ["x", "y"]}})
    pulls.pull({"a": {"one": ["x"], "two": ["x", "y", "z"]}}, NOON + timedelta(hours=1))
    assert pulls.held_of("one", "two") == [["x"], ["x", "y", "z"]]
    pulls.pull({"a": {"one": ["x"], "two": ["x", "y"]}}, NOON + timedelta(hours=2))
    assert pulls.held_of("one", "two") == [["x"], ["x", "y"]]
    pulls.pull({"a": {"two": ["x", "y"]}}, NOON + timedelta(hours=3))
    assert pulls.held_of("one", "two") == [[], ["x", "y"]]


def test_all_is_read_when_the_last_time_was_long_ago(pulls: Pulls) -> None:
    """Then a column that was dropped goes, too, and the time begins anew."""
    pulls.pull(BASE)
    load = pulls.pull(LESS, NOON + DAY)
    assert pulls.held()["a.less"] == ["x", "z"]
    assert load.version.full_at == NOON + DAY
    assert not any("table_id" in query or "id__gt" in query for query in pulls.asked)


def test_changes_build_on_changes(pulls: Pulls) -> None:
    """A second refresh by changes begins where the first ended, and the full reading keeps its time."""
    pulls.pull(BASE)
    pulls.pull(CHANGED, NOON + timedelta(hours=1))
    load = pulls.pull(CHANGED, NOON + timedelta(hours=2))
    assert len(pulls.asked) == 2
    assert (load.version.columns, load.version.full_at) == (11, NOON)
    assert pulls.held()["b.fresh"] == ["p", "q"]


def test_a_refresh_in_full_can_be_asked_for(pulls: Pulls) -> None:
    """With no time between two full readings, each is one."""
    pulls.pull(BASE)
    pulls.pull(LESS, NOON + timedelta(hours=1), timedelta())
    assert pulls.held()["a.less"] == ["x", "z"]
    assert not any("table_id" in query or "id__gt" in query for query in pulls.asked)


def test_a_catalog_of_elsewhere_is_no_basis(pulls: Pulls, catalogs: CatalogStore) -> None:
    """What another Alation gave, or a file, says nothing of ids here: all is read."""
    pulls.pull(BASE)
    begun = catalogs.begin(12, origin="alation", detail="another", fetched_at=NOON)
    begun.finish(last_column_id=3, columns_given=3, full_at=NOON)
    pulls.pull(LESS, NOON + timedelta(hours=1))
    assert pulls.held()["a.less"] == ["x", "z"]


def test_many_changes_are_read_in_full(pulls: Pulls) -> None:
    """Asking for each of very many tables would take longer than asking for all."""
    pulls.pull({"a": {f"t{n}": ["x"] for n in range(3)}})
    load = pulls.pull({"a": {f"t{n}": ["x"] for n in range(600)}}, NOON + timedelta(hours=1))
    assert (load.version.columns, load.version.full_at) == (600, NOON + timedelta(hours=1))
