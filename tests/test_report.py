"""The report: counts that add up and the exit code they ask for."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from extractor.models import Origin, Outcome
from extractor.report import MAX_LINES, ExitCode, FileReport, Report, outcome_of_record


@pytest.fixture
def report() -> Report:
    """An empty report."""
    return Report(datetime(2024, 3, 2, tzinfo=UTC))


def test_every_outcome_has_a_rank():
    """A record's outcome can be chosen among any statements' outcomes, lineage first."""
    assert outcome_of_record(Outcome) is Outcome.LINEAGE


def test_a_record_without_statements_has_no_lineage_by_nature():
    """An empty record still ends in one outcome."""
    assert outcome_of_record([]) is Outcome.NO_LINEAGE


def test_counts_add_up_only_when_every_record_and_statement_ended(report):
    """A record that was read and never ended is noticed."""
    report.whole_record(Outcome.FAILED)
    assert report.adds_up()
    report.read(2)
    report.record(Outcome.LINEAGE)
    report.statement(Outcome.LINEAGE)
    assert not report.adds_up()
    report.statement(Outcome.READ_ONLY)
    assert report.adds_up()


def test_a_bad_record_alone_is_a_warning(report):
    """An unreadable record does not fail the run."""
    report.whole_record(Outcome.UNREADABLE, "broken row", Origin("a.csv", 7))
    assert report.exit_code(0.05) is ExitCode.DONE
    assert report.problems.ranked()[0].origin == "a.csv:7"


def test_writes_without_a_single_known_edge_are_an_error(report):
    """Green run, empty graph must not happen."""
    assert report.exit_code(0.05) is ExitCode.DONE
    report.without_edges.append("warehouse")
    assert report.exit_code(0.05) is ExitCode.NO_EDGES


def test_too_many_statements_that_cannot_be_analysed_fail_the_run(report):
    """The share counts statements that may hold lineage, not reads."""
    report.statement(Outcome.READ_ONLY, times=1000)
    report.statement(Outcome.LINEAGE, times=9)
    report.statement(Outcome.NOT_PARSED, "x")
    assert report.unparsed_share == 0.1
    assert report.exit_code(0.1) is ExitCode.DONE
    assert report.exit_code(0.05) is ExitCode.FAILED


def test_a_failed_file_fails_the_run_and_is_named(report):
    """The file stands in the list of files and among the failures."""
    report.fail_file(FileReport("x.gz", problem="damaged"))
    assert report.exit_code(0.05) is ExitCode.FAILED
    assert report.failures == ["x.gz: damaged"]


def test_lines_are_bounded_and_what_is_not_kept_is_counted(report):
    """However many different problems there are, memory stays and the number is told."""
    for number in range(MAX_LINES + 5):
        report.statement(Outcome.NOT_PARSED, f"reason {number}")
    report.statement(Outcome.NOT_PARSED, "reason 0")
    shown = report.to_json()["problems"]
    assert (len(shown["lines"]), shown["not_shown"]) == (MAX_LINES, 5)
    assert shown["lines"][0]["count"] == 2
