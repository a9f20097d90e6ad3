"""What lies downstream and upstream, asked by every kind of name."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from extractor.errors import ConfigError
from extractor.models import Node
from extractor.pipeline.impact import Impact, impact
from extractor.pipeline.reach import Question
from extractor.state import Status, Store, node_identity
from extractor.state.records import found_by
from tests.pipeline.graphs import SHOP, columns, configured, edge, load, map_asset, store_of


@pytest.fixture
def url(tmp_path) -> str:
    """The URL of a state that holds the shop's lineage."""
    found = f"sqlite:///{tmp_path / 'state.db'}"
    store_of(found, *SHOP)
    return found


@pytest.fixture
def config(tmp_path, url):
    """Its configuration."""
    return configured(tmp_path, url)


def keys(found: Impact) -> list[tuple[int, str]]:
    """The tables that were met, with their depth."""
    return [(a.depth, a.node.key) for a in found.tables]


def column_keys(found: Impact) -> list[tuple[int, str]]:
    """The columns that were met, with their depth."""
    return [(a.depth, a.node.key) for a in found.columns]


def test_everything_downstream_of_a_table_by_distance(config):
    """Tables and columns come with how many edges they are away; what lies apart is not met."""
    found = impact(config, Question(table="sales.orders"))
    assert keys(found) == [(1, "12.mart.revenue"), (2, "12.board.figures")]
    assert column_keys(found) == [(1, "12.mart.revenue.amount"), (2, "12.board.figures.x")]
    assert {(link.source.key, link.target.key) for link in found.links if link.source.otype == "table"} == {
        ("12.sales.orders", "12.mart.revenue"),
        ("12.mart.revenue", "12.board.figures"),
    }


def test_everything_upstream_of_a_table(config):
    """Upstream goes against the flow; edges keep the direction of the data."""
    found = impact(config, Question(table="revenue", upstream=True))
    assert keys(found) == [(1, "12.sales.orders"), (1, "12.sales.shops"), (2, "12.raw.orders")]
    assert (Node("table", "12.raw.orders"), Node("table", "12.sales.orders"), "direct") in found.links


def test_a_column_affects_the_columns_that_its_value_reaches_and_their_tables(config):
    """Another column of the same table leads nowhere; the tables are those of the columns that were met."""
    found = impact(config, Question(table="raw.orders", column="TOTAL"))
    assert column_keys(found) == [
        (1, "12.sales.orders.amount"),
        (2, "12.mart.revenue.amount"),
        (3, "12.board.figures.x"),
    ]
    assert keys(found) == [(1, "12.sales.orders"), (2, "12.mart.revenue"), (3, "12.board.figures")]
    assert keys(impact(config, Question(table="raw.orders", column="id"))) == [(1, "12.sales.orders")]


def test_depth_ends_the_walk(config):
    """Nothing farther than the limit is met."""
    assert keys(impact(config, Question(table="raw.orders", depth=2))) == [
        (1, "12.sales.orders"),
        (2, "12.mart.revenue"),
    ]


@pytest.mark.parametrize(("kind", "met"), [("direct", []), ("indirect", [(1, "12.mart.revenue")])])
def test_only_edges_of_one_kind(config, kind, met):
    """A table that only filters another is met by indirect edges alone."""
    assert keys(impact(config, Question(table="shops", kind=kind))) == met


def test_a_cycle_ends(tmp_path, url, config):
    """Tables that feed each other are met once, and the start never."""
    store_of(url, load("back", edge("12.board.figures", "12.raw.orders")))
    found = impact(config, Question(table="sales.orders"))
    assert keys(found) == [(1, "12.mart.revenue"), (2, "12.board.figures"), (3, "12.raw.orders")]


@pytest.mark.parametrize(
    "name",
    [
        "sales.orders",
        "SALES.Orders",
        "12.sales.orders",
        '"sales"."orders"',
        "[sales].[orders]",
        "`sales`.orders",
        "warehouse.sales.orders",
        "dwh.sales.orders",
    ],
)
def test_a_name_is_understood_as_people_write_it(config, name):
    """In any case, with quotes, with the data source's number, the source's name or a database that keys lack."""
    assert impact(config, Question(table=name)).start == Node("table", "12.sales.orders")


def test_an_ambiguous_name_lists_all_that_it_may_mean(config):
    """Nothing is picked; the message holds every candidate."""
    with pytest.raises(ConfigError) as told:
        impact(config, Question(table="orders"))
    assert all(key in str(told.value) for key in ("12.raw.orders", "12.sales.orders", "12.old.orders"))


def test_an_unknown_name_tells_what_is_near(config):
    """A typing mistake, and a right table in a wrong schema, are answered with what there is."""
    with pytest.raises(ConfigError, match="revenue"):
        impact(config, Question(table="mart.revnue"))
    with pytest.raises(ConfigError, match=r"12\.mart\.revenue"):
        impact(config, Question(table="sales.revenue"))


def test_an_unknown_column_tells_what_there_is(config):
    """The columns with lineage are listed, and the nearest is offered."""
    with pytest.raises(ConfigError, match="Did you mean amount"):
        impact(config, Question(table="sales.orders", column="amont"))
    with pytest.raises(ConfigError, match="without --column"):
        impact(config, Question(table="old.archive", column="x"))


def test_parts_with_periods_stand_in_quotes(url, config):
    """A table and a column whose names hold a period are found by their quoted names."""
    store_of(
        url,
        load(
            "odd",
            edge('12."HR.2031"."Emp.Full"', "12.hr.staff"),
            columns('12."HR.2031"."Emp.Full"."first.name"', "12.hr.staff.name"),
        ),
    )
    found = impact(config, Question(table='"HR.2031"."emp.full"', column='"First.Name"'))
    assert column_keys(found) == [(1, "12.hr.staff.name")]
    assert keys(impact(config, Question(table="staff", upstream=True))) == [(1, '12."HR.2031"."Emp.Full"')]


def test_objects_that_are_no_tables_are_found_by_their_keys(url, config):
    """A report and a file are named by the whole key, in any case."""
    store_of(url, load("bi", edge("2.bi_report.Q1", "2.bi_report.Q2", otype="bi_report")))
    assert keys(impact(config, Question(table="2.bi_report.q1"))) == [(1, "2.bi_report.Q2")]


def test_an_asset_is_the_table_that_it_is_mapped_to(url, config):
    """The walk begins at its table, and the assets that are met come with their distance."""
    map_asset(url, "a1", "12.sales.orders")
    map_asset(url, "a2", "12.board.figures")
    found = impact(config, Question(asset="a1"))
    assert found.start == Node("table", "12.sales.orders")
    assert [(mapping.asset_id, depth) for mapping, depth in found.affected_assets] == [("a2", 2)]


def test_an_asset_without_lineage_is_an_empty_answer_that_says_so(url, config):
    """A mapped table that no log has shown is no error."""
    map_asset(url, "a3", "12.sales.nowhere")
    found = impact(config, Question(asset="a3"))
    assert (found.tables, found.columns) == ((), ())
    assert "no lineage is known downstream of 12.sales.nowhere" in found.notes


def test_an_unknown_asset_tells_how_the_list_is_read(config):
    """The message names the command."""
    with pytest.raises(ConfigError, match="observability mappings list"):
        impact(config, Question(asset="nobody"))


def test_edges_that_hold_no_longer_are_not_gone_along(url, config):
    """Stale edges, dataflows that are being removed, and other namespaces do not count."""
    store_of(url, load("gone", edge("12.board.figures", "12.gone.a")), status=Status.DELETING)
    store_of(url, load("theirs", edge("12.board.figures", "12.gone.b"), namespace="other"))
    replaced = load("again", edge("12.board.figures", "12.gone.c"))
    store_of(url, replaced)
    with Store.open(url) as store:
        store.intend([load("again", edge("12.raw.x", "12.gone.c"))], Status.REPLACING, 2)
    assert keys(impact(config, Question(table="board.figures"))) == []
    assert keys(impact(config, Question(table="gone.c", upstream=True))) == [(1, "12.raw.x")]


def test_without_a_state_it_says_how_one_is_made(tmp_path):
    """No empty state is made by asking."""
    with pytest.raises(ConfigError, match="alation-lineage run"):
        impact(configured(tmp_path, f"sqlite:///{tmp_path / 'none.db'}"), Question(table="a"))
    assert not (tmp_path / "none.db").exists()


def test_a_state_of_an_older_version_learns_to_look_up_its_nodes(tmp_path):
    """Upgrading fills in what nodes are looked up by, for tables, columns and names with periods, as writing does."""
    from alembic import command
    from alembic.config import Config as Alembic
    from sqlalchemy import create_engine

    from extractor.state import migrate

    url = f"sqlite:///{tmp_path / 'state.db'}"
    odd = load("odd", edge('12."H.R"."E.F"', "12.hr.staff"), columns('12."H.R"."E.F".n', "12.hr.staff.n"))
    nodes = [node for held in odd.edges for node in held[:2]]
    engine = create_engine(url)
    with engine.begin() as connection:
        steps = Alembic()
        steps.set_main_option("script_location", str(migrate._FOLDER))
        steps.attributes["connection"] = connection
        command.upgrade(steps, "0002")
        rows = [{"identity": node_identity(node), "otype": node.otype, "key": node.key} for node in nodes]
        connection.execute(text("INSERT INTO nodes (identity, otype, key) VALUES (:identity, :otype, :key)"), rows)
    engine.dispose()
    with Store.open(url) as store, store.read() as connection:
        filled = {row[0]: row[1] for row in connection.execute(text("SELECT identity, found_by FROM nodes"))}
    assert filled == {node_identity(node): found_by(node) for node in nodes}
    store_of(url, odd)
    assert keys(impact(configured(tmp_path, url), Question(table='"h.r"."e.f"'))) == [(1, "12.hr.staff")]
