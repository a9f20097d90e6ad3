"""Walks through the lineage graph, and the assets, in a real PostgreSQL."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from servers import postgres_server

from extractor.models import Node
from extractor.pipeline.impact import impact
from extractor.pipeline.reach import Question
from extractor.state import Status, Store
from extractor.state.assets import AssetStore
from tests.pipeline.graphs import SHOP, configured, edge, load, map_asset, store_of

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a fresh server with the shop's lineage."""
    with postgres_server(tmp_path_factory.mktemp("pg"), {}) as running:
        found = re.search(r"port=(\d+)", running.dsn)
        assert found is not None
        url = f"postgresql://tester@127.0.0.1:{found[1]}/postgres"
        store_of(url, *SHOP)
        store_of(url, load("gone", edge("12.board.figures", "12.gone.a")), status=Status.DELETING)
        map_asset(url, "a2", "12.board.figures")
        yield url


def test_a_walk_gives_the_same_as_in_sqlite(tmp_path, url: str) -> None:
    """Tables, columns and assets, up and down, without what is being removed."""
    config = configured(tmp_path, url)
    down = impact(config, Question(table="sales.orders"))
    assert [(a.depth, a.node.key) for a in down.tables] == [(1, "12.mart.revenue"), (2, "12.board.figures")]
    assert [a.node.key for a in down.columns] == ["12.mart.revenue.amount", "12.board.figures.x"]
    assert [mapping.asset_id for mapping, _ in down.affected_assets] == ["a2"]
    up = impact(config, Question(asset="a2", upstream=True, depth=1))
    assert [a.node.key for a in up.tables] == ["12.mart.revenue"]


def test_tables_in_alation_and_offers(url: str) -> None:
    """The tables of what is in Alation are told once each, and what was offered is remembered."""
    with Store.open(url) as store:
        assets = AssetStore(store)
        with assets.tables_in_alation("test") as tables:
            held = list(tables)
        assert len(held) == len(set(held)) == 7
        assert Node("table", "12.gone.a") not in held
        assets.offer(held[:2])
        assets.offer(held[:1])
        assert assets.offered(held) == set(held[:2])
        assets.forget_offers()
        assert assets.offered(held) == set()
