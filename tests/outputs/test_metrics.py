"""The counts of a run for Prometheus."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sandbox_server import sandbox

from extractor.models import Outcome
from extractor.outputs.metrics import metrics
from extractor.report import ExitCode, FileReport, Report
from tests.cli.shell import shell
from tests.pipeline.company import CATALOG, LOAD, configure, record, write_log

START = datetime(2024, 3, 2, 4, 30, tzinfo=UTC)
LINE = re.compile(
    r'(?P<name>[a-z_]+)\{(?P<labels>[a-z]+="[^"]*"(?:,[a-z]+="[^"]*")*)\} (?P<value>-?[0-9.]+(?:e[+-]?\d+)?)'
)


def read(text: str) -> dict[str, float]:
    """The values by name and labels, of a file whose every line is one of the format's."""
    found = {}
    for line in text.splitlines():
        if not line.startswith(("# HELP alation_lineage_", "# TYPE alation_lineage_")):
            match = LINE.fullmatch(line)
            assert match is not None, line
            found[f"{match['name']}{{{match['labels']}}}"] = float(match["value"])
    return found


def a_report() -> Report:
    """A run that took a minute and a half."""
    report = Report(START)
    report.files = [FileReport("a", format="csv"), FileReport("b", problem="gone")]
    report.whole_record(Outcome.READ_ONLY)
    report.read(2)
    report.record(Outcome.LINEAGE)
    report.statement(Outcome.LINEAGE)
    report.statement(Outcome.NOT_PARSED, "why", "a:3")
    report.upload = {"sent": 3, "jobs": ["job 1"], "failed": 0}
    return report


def test_every_count_of_the_report_is_a_metric() -> None:
    """Outcomes have a label, whole numbers stay whole, and the time is the one at which the run ended."""
    ended = START + timedelta(seconds=90)
    found = read(metrics(a_report(), "run", ExitCode.FAILED, ended_at=ended))
    of = 'command="run"'
    assert found[f"alation_lineage_run_ended_timestamp_seconds{{{of}}}"] == ended.timestamp()
    assert found[f"alation_lineage_run_duration_seconds{{{of}}}"] == 90
    assert found[f"alation_lineage_run_exit_code{{{of}}}"] == 3
    assert (found[f"alation_lineage_files{{{of}}}"], found[f"alation_lineage_files_read{{{of}}}"]) == (2, 1)
    assert found[f'alation_lineage_statements{{{of},outcome="{Outcome.LINEAGE.value}"}}'] == 1
    assert found[f'alation_lineage_records{{{of},outcome="{Outcome.READ_ONLY.value}"}}'] == 1
    assert found[f"alation_lineage_unparsed_ratio{{{of}}}"] == 0.5
    assert found[f'alation_lineage_uploaded{{{of},what="sent"}}'] == 3


def test_each_metric_is_declared_once() -> None:
    """HELP and TYPE stand once, in front of the values of their metric."""
    lines = metrics(a_report(), "run", ExitCode.DONE).splitlines()
    declared = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(declared) == len(set(declared))
    current = ""
    for line in lines:
        if line.startswith("# TYPE"):
            current = line.split()[2]
        elif not line.startswith("#"):
            assert line.startswith(f"{current}{{")


def test_a_run_leaves_its_metrics_for_everybody_to_read(tmp_path: Path) -> None:
    """The file is written in one step beside others, readable by the user who scrapes, with the counts of the run."""
    with sandbox(tmp_path, catalog=CATALOG) as alation:
        write_log(tmp_path, "a.jsonl", [record(LOAD.format(day="x")), record("select 1")])
        configure(tmp_path, alation.url)
        target = tmp_path / "collector" / "lineage.prom"
        done = shell("run", "--quiet", "--metrics", str(target), cwd=tmp_path, **alation.environment())
    assert done.returncode == 0, done.stderr
    found = read(target.read_text())
    assert found['alation_lineage_records{command="run",outcome="lineage"}'] == 1
    assert found['alation_lineage_uploaded{command="run",what="sent"}'] == 1
    assert target.stat().st_mode & 0o777 == 0o644
    assert [path.name for path in target.parent.iterdir()] == ["lineage.prom"]


def test_metrics_that_cannot_be_written_end_with_a_failure(tmp_path: Path) -> None:
    """What was uploaded stays; the exit code is 3 and a line says where the metrics should have gone."""
    (tmp_path / "blocked").write_text("a file where a folder should be")
    with sandbox(tmp_path, catalog=CATALOG) as alation:
        write_log(tmp_path, "a.jsonl", [record(LOAD.format(day="x"))])
        configure(tmp_path, alation.url)
        done = shell("run", "--quiet", "--metrics", "blocked/m.prom", cwd=tmp_path, **alation.environment())
        assert len(alation.dataflows()) == 1
    assert done.returncode == ExitCode.FAILED
    assert "metrics cannot be written to blocked/m.prom" in done.stderr
