"""Broken files among good ones: each gets its own line in the report and costs nothing else."""

from __future__ import annotations

import gzip
import random
from pathlib import Path
from typing import NamedTuple

import pytest

from fixtures.demo.rehearsal import Sandbox
from tests.demo.company import DEMO, Company, Done, Graph, expected_tables, graph_of

GOOD = "INSERT INTO Finance.rpt.SupplierBalance (SupplierId) SELECT SupplierId FROM ERP.dbo.Supplier;\n"
OPEN_INVOICE = "INSERT INTO rpt.OpenInvoice (Amount) SELECT TaxAmount FROM dbo.SupplierInvoice"


class Night(NamedTuple):
    """How the run ended, and what Alation held after it."""

    done: Done
    graph: Graph


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    """One run over the first night with every kind of broken file beside the good ones."""
    root = tmp_path_factory.mktemp("broken")
    with Sandbox(root / "sandbox", DEMO / "catalog.json") as alation:
        company = Company(root / "company", alation)
        _add_broken_files(company)
        return Night(company.run(), graph_of(alation))


@pytest.fixture
def done(night: Night) -> Done:
    """How the run ended."""
    return night.done


def _add_broken_files(company: Company) -> None:
    folder = company.folder / "night1" / "sqlserver"
    whole = gzip.compress(GOOD.encode())
    (folder / "torn.sql.gz").write_bytes(whole + whole[:-12] + bytes(12))
    (folder / "noise.sql").write_bytes(random.Random(5).randbytes(20_000))
    (folder / "huge.sql").write_text(_huge_statement())
    (folder / "mainframe.sql").write_bytes(GOOD.encode("cp500"))
    (folder / "japanese.sql").write_bytes(GOOD.replace("Supplier;", "仕入先;").encode("shift-jis"))
    log = company.folder / "night1" / "csv"
    log.mkdir()
    rows = ('"SELECT 1",ERP,dbo', '"SELECT 2" AS x,ERP,dbo,"more,and more', f'"{OPEN_INVOICE}",Finance,dbo')
    (log / "queries.csv").write_text("\n".join(("query_text,database_name,schema_name", *rows)) + "\n")
    with (company.folder / "lineage.toml").open("a") as settings:
        settings.write(
            '\n[[source]]\nname = "export"\npaths = ["night*/csv"]\ndialect = "sqlserver"\ndata_source_id = 44\n'
        )


def _huge_statement() -> str:
    columns = ",\n".join(f"SupplierId + {n} AS c{n}" for n in range(220_000))
    text = f"INSERT INTO Finance.rpt.SupplierBalance SELECT {columns} FROM ERP.dbo.Supplier;\n"
    assert len(text) > 5_000_000
    return text


def _lines(done: Done, file: str) -> str:
    """Everything the report says of a file."""
    files = [f for f in done.report["files"] if Path(f["path"]).name == file]
    problems = [p for p in done.report["problems"]["lines"] if file in p["origin"]]
    return f"{files} {problems} {[w for w in done.report['warnings'] + done.report['failures'] if file in w]}"


def test_good_files_beside_broken_ones_lose_nothing(night: Night) -> None:
    """All table lineage of the good files is in Alation."""
    assert expected_tables(night=1) <= night.graph.tables, night.done.output


def test_corrupt_gzip_member_is_named_and_what_lies_before_it_is_read(done: Done) -> None:
    """A gzip member that is damaged is told; the member before it is read."""
    (found,) = [f for f in done.report["files"] if f["path"].endswith("torn.sql.gz")]
    assert found["records"] >= 1
    assert "gzip" in _lines(done, "torn.sql.gz").lower()


def test_random_bytes_are_named(done: Done) -> None:
    """A file of random bytes has a line that says that it is no text."""
    (found,) = [f for f in done.report["files"] if f["path"].endswith("noise.sql")]
    assert found["problem"] or found["unreadable"], found


def test_statement_of_five_megabytes_is_too_large(done: Done) -> None:
    """A statement beyond the limit of size ends as too large, with its place."""
    places = [p["origin"] for p in done.report["problems"]["lines"] if p["what"] == "too large"]
    assert any("huge.sql:1" in place for place in places), done.report["problems"]


def test_broken_csv_row_is_named_and_the_next_row_is_read(night: Night) -> None:
    """A row whose quotes do not fit is one unreadable record with its line; the row after it gives lineage."""
    done = night.done
    (found,) = [f for f in done.report["files"] if f["path"].endswith("queries.csv")]
    assert (found["records"], found["unreadable"]) == (3, 1)
    assert "queries.csv:3" in _lines(done, "queries.csv")
    edge = ("44.finance.dbo.supplierinvoice.taxamount", "44.finance.rpt.openinvoice.amount")
    assert edge in night.graph.columns


def test_file_in_an_encoding_that_nobody_named_says_what_to_set(done: Done) -> None:
    """A file that is no text in any encoding it could be has a line that names the setting."""
    assert "encoding" in _lines(done, "mainframe.sql")


def test_bytes_that_do_not_fit_are_replaced_and_told(done: Done) -> None:
    """Single bytes that fit no encoding are replaced and counted at their file."""
    (found,) = [f for f in done.report["files"] if f["path"].endswith("japanese.sql")]
    assert found["replaced_characters"] >= 1, found


def test_counts_add_up_with_broken_files(done: Done) -> None:
    """Unreadable records are counted like all others."""
    counted = {"read", "distinct", "parsed"}
    for kind in ("records", "statements"):
        counts = done.report[kind]
        assert counts["read"] == sum(n for name, n in counts.items() if name not in counted)
