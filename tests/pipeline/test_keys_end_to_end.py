"""From logs of each engine to Alation's graph: keys with and without a database part, found in the catalog."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sandbox_server import SandboxControl, sandbox

from extractor import pipeline
from extractor.config import TOKEN_VARIABLE, load_config
from extractor.report import ExitCode, Report
from extractor.state import Store
from extractor.state.catalog import CatalogStore

LOGS = Path(__file__).parents[2] / "fixtures" / "keys" / "logs"


class Night(NamedTuple):
    """The file of a log, the settings and the catalog of its source, and the edges that must come out."""

    log: str
    dialect: str
    schemas: dict[str, Any]
    edges: set[tuple[str, str]]
    extra: str = ""
    others: tuple[dict[str, Any], ...] = ()
    objects: tuple[dict[str, str], ...] = ()


NIGHTS = {
    "redshift": Night(
        "redshift.log",
        "redshift",
        {
            "lake.mart": {"Funnel": ["shop", "net"]},
            "lake.raw": {"visit": ["shop", "net"]},
            "crm.public": {"Order.Book": ["name"]},
        },
        {
            ("9.lake.raw.visit", "9.lake.mart.Funnel"),
            ("9.lake.raw.visit.shop", "9.lake.mart.Funnel.shop"),
            ("9.lake.raw.visit.net", "9.lake.mart.Funnel.net"),
            ('9.crm.public."Order.Book"', "9.lake.mart.Funnel"),
            ('9.crm.public."Order.Book".name', "9.lake.mart.Funnel.shop"),
        },
    ),
    "sqlserver": Night(
        "sqlserver.csv",
        "sqlserver",
        {
            "Sales.dbo": {"Orders": ["Id", "Amount"]},
            "DW.dbo": {"Fact_Orders": ["Id", "Amount"], "hr.2031": ["id"]},
        },
        {
            ("9.Sales.dbo.Orders", "9.DW.dbo.Fact_Orders"),
            ("9.Sales.dbo.Orders.Id", "9.DW.dbo.Fact_Orders.Id"),
            ("9.Sales.dbo.Orders.Amount", "9.DW.dbo.Fact_Orders.Amount"),
            ("31.Purchasing.dbo.Supplier", '9.DW.dbo."hr.2031"'),
            ("31.Purchasing.dbo.Supplier.id", '9.DW.dbo."hr.2031".id'),
        },
        extra='[[map]]\nserver = "erp"\ndata_source_id = 31\n',
        others=(
            {
                "id": 31,
                "title": "ERP",
                "dbtype": "sqlserver",
                "uri": "sqlserver://erp",
                "schemas": {"Purchasing.dbo": {"Supplier": ["id"]}},
            },
        ),
    ),
    "netezza": Night(
        "netezza.csv",
        "netezza",
        {
            "MART.ADMIN": {"NET": ["SHOP", "NET"]},
            "STG.ADMIN": {"SALES": ["SHOP", "NET"]},
            "STG.BOB": {"SHOPS": ["Shop Name"]},
        },
        {
            ("9.STG.ADMIN.SALES", "9.MART.ADMIN.NET"),
            ("9.STG.ADMIN.SALES.SHOP", "9.MART.ADMIN.NET.SHOP"),
            ("9.STG.ADMIN.SALES.NET", "9.MART.ADMIN.NET.NET"),
            ("9.STG.BOB.SHOPS", "9.MART.ADMIN.NET"),
            ("9.STG.BOB.SHOPS.Shop Name", "9.MART.ADMIN.NET.SHOP"),
        },
    ),
    "postgres": Night(
        "postgres.log",  # partitions, of which the catalog holds one
        "postgres",
        {
            "mart": {"sales": ["id", "net"], "sales_west": ["id", "net"]},
            "raw": {"bill": ["id", "net"], "till": ["id", "net"]},
        },
        {
            ("9.raw.bill", "9.mart.sales"),
            ("9.raw.bill.id", "9.mart.sales.id"),
            ("9.raw.bill.net", "9.mart.sales.net"),
            ("9.raw.till", "9.mart.sales"),
            ("9.raw.till.id", "9.mart.sales.id"),
            ("9.raw.till.net", "9.mart.sales.net"),
            ("9.mart.sales", "9.mart.sales_west"),
            ("9.mart.sales.id", "9.mart.sales_west.id"),
            ("9.mart.sales.net", "9.mart.sales_west.net"),
        },
        extra='database = "shop"\n',
    ),
    "mysql": Night(
        "mysql.log",
        "mysql",
        {"mart": {"net": ["shop", "net"]}, "raw": {"sales": ["shop", "net"], "shops": ["Shop Name"]}},
        {
            ("9.raw.sales", "9.mart.net"),
            ("9.raw.sales.shop", "9.mart.net.shop"),
            ("9.raw.sales.net", "9.mart.net.net"),
            ("9.raw.shops", "9.mart.net"),
            ("9.raw.shops.Shop Name", "9.mart.net.shop"),
            ("4.in/", "9.raw.sales"),
        },
        extra='[[file_system]]\nprefix = "/landing/"\nid = 4\n',
        objects=({"otype": "directory", "key": "4.in/"},),
    ),
}


def _ran(folder: Path, night: Night, alation: SandboxControl, again: str = "") -> Report:
    """The report of a run over the night's log, and what is sent ``again`` after it."""
    (folder / "logs").mkdir()
    log = (LOGS / night.log).read_text(encoding="utf-8")
    (folder / "logs" / night.log).write_text(log + again, encoding="utf-8")
    (folder / "lineage.toml").write_text(
        f'namespace = "test"\n[alation]\nurl = "{alation.url}"\nuser_id = 1\njob_poll_s = 0.05\n[limits]\nworkers = 1\n'
        f'[[source]]\nname = "s"\npaths = ["logs"]\ndialect = "{night.dialect}"\ndata_source_id = 9\n{night.extra}'
    )
    config = load_config(folder / "lineage.toml")
    return pipeline.run(config, window=pipeline.Window(), progress=lambda _: None)


@pytest.mark.parametrize("name", NIGHTS)
def test_a_log_becomes_edges_between_catalogued_objects(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Each end of each edge is an object of the catalog by its own key; nothing is temporary in Alation's graph."""
    night = NIGHTS[name]
    own = {"id": 9, "title": name, "dbtype": name, "uri": f"{name}://host", "schemas": night.schemas}
    catalog = {"data_sources": [own, *night.others], "objects": list(night.objects)}
    with sandbox(tmp_path, catalog=catalog) as alation:
        monkeypatch.setenv(TOKEN_VARIABLE, alation.token)
        report = _ran(tmp_path, night, alation)
        assert report.exit_code(0) is ExitCode.DONE, json.dumps(report.to_json(), indent=1)
        assert {(source, target) for source, _, target in alation.edges()} == night.edges
        assert not alation.temporary()
    with Store.open(f"sqlite:///{tmp_path}/lineage-state.db") as store:
        reader = CatalogStore(store.engine).reader(9)
        assert reader is not None
        tables = {key for edge in night.edges for key in edge if key.startswith("9.")}
        assert any(reader.by_key(key) for key in tables)


def test_a_linked_server_that_nothing_maps_is_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The report names it with its count and what to add; what is mapped is not listed."""
    night = NIGHTS["sqlserver"]
    own = {"id": 9, "title": "s", "dbtype": "sqlserver", "uri": "sqlserver://host", "schemas": night.schemas}
    with sandbox(tmp_path, catalog={"data_sources": [own, *night.others]}) as alation:
        monkeypatch.setenv(TOKEN_VARIABLE, alation.token)
        last = (LOGS / night.log).read_text(encoding="utf-8").splitlines()[-1]
        report = _ran(tmp_path, night, alation, last.replace("14.4", "15.4") + "\n")
    (line,) = report.to_json()["unmapped_places"]["lines"]
    assert (line["what"], line["count"]) == ("server old, database purchasing", 2)
    assert line["reason"].startswith('add a [[map]] with server = "old", database = "purchasing"')


def test_what_stands_for_its_parts_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A table by date and a file by date are listed as what they became, with the rule."""
    for name, what in (
        ("netezza", ("9.STG.ADMIN.SALES", "stands for a table by date")),
        ("mysql", ("4.in/", "stands for a file by date")),
    ):
        night = NIGHTS[name]
        folder = tmp_path / name
        folder.mkdir()
        own = {"id": 9, "title": "s", "dbtype": name, "uri": f"{name}://host", "schemas": night.schemas}
        with sandbox(folder, catalog={"data_sources": [own], "objects": list(night.objects)}) as alation:
            monkeypatch.setenv(TOKEN_VARIABLE, alation.token)
            report = _ran(folder, night, alation)
        assert [(line["what"], line["reason"]) for line in report.to_json()["folded_parts"]["lines"]] == [what]
