"""The command impact: what it prints in each form, and how it ends."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from extractor.cli.app import app
from extractor.errors import ConfigError
from tests.pipeline.graphs import SHOP, configured, edge, load, map_asset, store_of


@pytest.fixture
def ask(tmp_path):
    """Ask a state that holds the shop's lineage and one asset; gives what is printed."""
    url = f"sqlite:///{tmp_path / 'state.db'}"
    store_of(url, *SHOP)
    map_asset(url, "a2", "12.board.figures")
    configured(tmp_path, url)

    def run(*words: str) -> str:
        result = CliRunner().invoke(app, ["impact", "--config", str(tmp_path / "lineage.toml"), *words])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.output

    run.url = url
    return run


def test_a_table_of_what_is_affected(ask):
    """A row a table with its distance, its columns and its asset, under a sum."""
    assert ask("--table", "sales.orders").splitlines() == [
        "downstream of table 12.sales.orders: 2 tables, 2 columns, 1 mapped asset",
        "",
        "depth  table             columns  asset",
        "1      12.mart.revenue   amount",
        "2      12.board.figures  x        a2",
    ]


def test_json_holds_all_of_it(ask):
    """Tables, columns, assets and edges as plain values; with a limit fewer tables, and how many there are."""
    few = json.loads(ask("--table", "sales.orders", "--format", "json", "--limit", "1", "--depth", "2"))
    assert (len(few["tables"]), few["tables_met"]) == (1, 2)
    told = json.loads(ask("--table", "sales.orders", "--format", "json", "--limit", "0", "--depth", "2"))
    assert told["start"] == {"otype": "table", "key": "12.sales.orders", "assets": []}
    assert (told["direction"], told["depth"], told["kind"]) == ("downstream", 2, "all")
    assert told["tables"][1] == {"otype": "table", "key": "12.board.figures", "depth": 2, "assets": ["a2"]}
    assert told["columns"][0] == {"otype": "column", "key": "12.mart.revenue.amount", "depth": 1}
    assert [(a["asset_id"], a["table_name"], a["depth"]) for a in told["assets"]] == [("a2", "figures", 2)]
    assert {
        "source": {"otype": "table", "key": "12.sales.orders"},
        "target": {"otype": "table", "key": "12.mart.revenue"},
        "kind": "direct",
    } in told["edges"]


def test_mermaid_draws_tables_and_marks_assets(ask):
    """Each table once, arrows in the direction of the data, filters dotted, assets named."""
    assert ask("--table", "revenue", "--up", "--format", "mermaid").splitlines() == [
        "flowchart LR",
        '  t0["12.mart.revenue"]:::start',
        '  t1["12.sales.orders"]',
        '  t2["12.sales.shops"]',
        '  t3["12.raw.orders"]',
        "  t3 --> t1",
        "  t1 --> t0",
        "  t2 -.-> t0",
        "  classDef start stroke-width:4px",
        "  classDef asset stroke-dasharray:4",
    ]
    assert '["12.board.figures<br/>asset a2"]:::asset' in ask("--table", "revenue", "--format", "mermaid")


def test_mermaid_of_a_column_draws_columns_in_their_tables(ask):
    """A frame for each table, and the way of the value from column to column."""
    told = ask("--table", "sales.orders", "--column", "amount", "--format", "mermaid")
    assert told.splitlines()[1:10] == [
        '  subgraph t0["12.sales.orders"]',
        '    c0["amount"]:::start',
        "  end",
        '  subgraph t1["12.mart.revenue"]',
        '    c1["amount"]',
        "  end",
        '  subgraph t2["12.board.figures<br/>asset a2"]',
        '    c2["x"]',
        "  end",
    ]
    assert "  c0 --> c1" in told


def test_mermaid_is_not_steered_by_names(ask):
    """Quotes, brackets, tags and line breaks of a name are spelled as entities."""
    store_of(ask.url, load("bad", edge("12.board.figures", '12.bad.x"]\n<script>')))
    told = ask("--table", "board.figures", "--format", "mermaid")
    assert '["12.bad.x#34;#93;\\x0a#60;script#62;"]' in told


def test_what_is_beyond_the_limit_is_said(ask):
    """Rows and drawings end at the limit and say how many are left out."""
    assert "and 1 more tables" in ask("--table", "sales.orders", "--limit", "1")
    assert "%% 1 more tables are left out" in ask("--table", "sales.orders", "--limit", "1", "--format", "mermaid")


def test_nothing_downstream_is_an_answer(ask):
    """An end of the graph says so."""
    assert "note: no lineage is known downstream of 12.board.figures" in ask("--table", "board.figures")
    assert "it is asset a2" in ask("--asset", "a2")


@pytest.mark.parametrize("words", [(), ("--table", "a", "--asset", "b")])
def test_one_thing_has_to_be_asked_for(ask, words):
    """Neither or both of --table and --asset are refused."""
    with pytest.raises(ConfigError, match="either --table NAME or --asset ID"):
        ask(*words)
