"""Two nights of the demo's company through the real command line against the sandbox process."""

from __future__ import annotations

import subprocess
import sys

from fixtures.demo.rehearsal import Sandbox
from tests.demo.company import DEMO, Company, expected_columns, expected_tables, graph_of, jobs_of
from tests.demo.conftest import FirstNight


def test_first_run_uploads_what_was_worked_out_by_hand(first_night: FirstNight) -> None:
    """The table lineage in Alation after the first night is exactly the one a person reads out of the SQL."""
    assert first_night.done.code == 0, first_night.done.output
    assert first_night.graph.tables == expected_tables(night=1)


def test_columns_are_those_worked_out_by_hand(first_night: FirstNight) -> None:
    """The column lineage in Alation, through temporary tables too, is exactly the one a person reads out of the SQL."""
    assert first_night.graph.columns == expected_columns(night=1)


def test_two_sessions_with_one_temporary_name_stay_apart(first_night: FirstNight) -> None:
    """A temporary table of another session, though it has the same name, feeds nothing here."""
    sources = {a for a, b in first_night.graph.tables if b == "44.erp.dbo.purchaseorderline"}
    assert sources == {"44.erp.dbo.goodsreceipt"}


def test_swapped_table_carries_the_lineage_of_its_builder(first_night: FirstNight) -> None:
    """A table built under another name and renamed into place has its lineage under the final name."""
    graph = first_night.graph
    assert ("12.staging.sale.cost", "12.mart.product_margin.margin") in graph.columns
    assert not any("product_margin_new" in end for edge in graph.edges for end in (edge[0], edge[2]))


def test_tables_unknown_to_the_catalog_are_reported_and_left_out(first_night: FirstNight) -> None:
    """A table that the catalog does not hold gets no key in Alation and one line in the report."""
    names = " ".join(str(line) for line in first_night.done.report["unknown_names"]["lines"]).lower()
    uploaded = " ".join(end for edge in first_night.graph.edges for end in edge)
    for unknown in ("job_journal", "supplierscore"):
        assert unknown in names
        assert unknown not in uploaded


def test_failed_statement_moves_no_data(first_night: FirstNight) -> None:
    """The statement that PostgreSQL refused is counted as failed in the database."""
    assert first_night.done.report["statements"]["failed in the database"] == 1


def test_counts_add_up(first_night: FirstNight) -> None:
    """Every record and every statement that was read ends in exactly one outcome."""
    counted = {"read", "distinct", "parsed"}
    for kind in ("records", "statements"):
        counts = first_night.done.report[kind]
        assert counts["read"] == sum(n for name, n in counts.items() if name not in counted)


def test_credentials_stay_at_home(first_night: FirstNight) -> None:
    """The secret of a COPY reaches neither Alation nor the report nor the terminal."""
    contents = "\n".join(content for _, _, content in first_night.graph.dataflows)
    for place in (contents, str(first_night.done.report), first_night.done.output):
        assert "notARealSecret" not in place


def test_second_run_over_the_same_files_sends_nothing(company: Company, alation: Sandbox) -> None:
    """Nothing new in the logs means no job in Alation and the same graph."""
    company.run()
    jobs, before = jobs_of(alation), graph_of(alation)
    assert jobs
    assert set(jobs) == {"successful"}
    again = company.run()
    assert again.code == 0, again.output
    assert jobs_of(alation) == jobs
    assert graph_of(alation) == before


def test_next_night_uploads_only_what_is_new(company: Company, alation: Sandbox) -> None:
    """The second night adds its new statements' dataflows and leaves those of the first as they are."""
    company.run()
    before = graph_of(alation)
    company.add_night(2)
    second = company.run()
    assert second.code == 0, second.output
    after = graph_of(alation)
    assert after.tables == expected_tables(night=2)
    assert after.columns == expected_columns(night=2)
    assert set(before.dataflows) <= set(after.dataflows)
    new = {flow for flow, _, _ in after.dataflows} - {flow for flow, _, _ in before.dataflows}
    assert {flow for _, flow, _ in after.edges - before.edges} == new


def test_both_nights_at_once_give_the_same_graph(company: Company, alation: Sandbox) -> None:
    """It does not matter whether the nights come one after the other or together."""
    company.run()
    company.add_night(2)
    company.run()
    one_by_one = graph_of(alation)
    with Sandbox(company.folder / "other", DEMO / "catalog.json") as other:
        together = Company(company.folder / "together", other, nights=(1, 2))
        together.run()
        assert graph_of(other) == one_by_one


def test_plan_then_apply_equals_run(company: Company, alation: Sandbox) -> None:
    """A saved plan changes nothing until it is applied, and then does what run would have done."""
    planned = company.call("plan", "--out", "plan.json")
    assert planned.code == 0, planned.output
    assert not graph_of(alation).dataflows
    applied = company.call("apply", "plan.json")
    assert applied.code == 0, applied.output
    assert graph_of(alation).tables == expected_tables(night=1)


def test_the_demo_itself_keeps_its_promises() -> None:
    """The script behind `make demo` ends without a complaint."""
    done = subprocess.run(
        [sys.executable, str(DEMO / "demo.py")], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 0, done.stdout + done.stderr
