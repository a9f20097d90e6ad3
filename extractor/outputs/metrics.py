"""A run as metrics, in Prometheus' text format, for the textfile collector of node_exporter or any scraper of files.

The format: https://prometheus.io/docs/instrumenting/exposition_formats/. Every metric is a gauge of the last run.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from extractor.report import ExitCode, Report

_PREFIX = "alation_lineage"
_NOT_COUNTS = frozenset({"jobs"})


class _Metric(NamedTuple):
    """One metric; ``values`` by the value of its one label, or by "" without a label."""

    name: str
    what: str
    values: Mapping[str, float]
    label: str = ""


def metrics(report: Report, command: str, code: ExitCode, *, ended_at: datetime | None = None) -> str:
    """The report of a command as the text of a metrics file."""
    at = ended_at or datetime.now(UTC)
    return "".join(_text_of(metric, command) for metric in _metrics(report, code, at))


def write_metrics(target: Path, text: str) -> None:
    """Write the file in one step, so that nobody reads half of it.

    Raises:
        OSError: it cannot be written; an older file stays as it is.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).chmod(0o644)  # whoever scrapes is another user
        Path(name).replace(target)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def _metrics(report: Report, code: ExitCode, at: datetime) -> Iterator[_Metric]:
    yield _Metric("run_ended_timestamp_seconds", "When the last run ended.", {"": at.timestamp()})
    yield _Metric("run_duration_seconds", "How long it took.", {"": (at - report.started_at).total_seconds()})
    yield _Metric("run_exit_code", "How it ended: 0 is well.", {"": int(code)})
    yield _Metric("files", "Files that were found.", {"": len(report.files)})
    yield _Metric("files_read", "Those of them that were read.", {"": sum(1 for f in report.files if f.format)})
    yield _Metric("records", "Records by how they ended.", {o.value: n for o, n in report.records.items()}, "outcome")
    yield _Metric(
        "statements", "Statements by how they ended.", {o.value: n for o, n in report.statements.items()}, "outcome"
    )
    yield _Metric("statements_distinct", "Distinct statements that may matter.", {"": report.distinct})
    yield _Metric("statements_parsed", "Distinct statements that had to be parsed.", {"": report.parsed})
    yield _Metric("unparsed_ratio", "Share of them that could not be analysed, 0 to 1.", {"": report.unparsed_share})
    yield _Metric("edges_derived", "Edges that the run derived.", {"": report.edges_derived})
    yield _Metric("edges_known", "Edges that are known in all.", {"": report.edges_known})
    yield _Metric("dataflows", "Dataflows of ours.", {"": report.dataflows})
    yield _Metric("names_unknown", "Names that no catalog holds.", {"": len(report.names.kept) + report.names.beyond})
    yield _Metric("planned", "What the plan held.", _numbers(report.plan), "what")
    yield _Metric("uploaded", "What came of it.", _numbers(report.upload), "what")
    yield _Metric("warnings", "Warnings of the run.", {"": len(report.warnings)})
    yield _Metric("failures", "Failures of the run.", {"": len(report.failures)})


def _numbers(values: Mapping[str, object]) -> dict[str, float]:
    return {name: value for name, value in values.items() if isinstance(value, int | float) and name not in _NOT_COUNTS}


def _text_of(metric: _Metric, command: str) -> str:
    if not metric.values:
        return ""
    name = f"{_PREFIX}_{metric.name}"
    lines = [f"# HELP {name} {metric.what}", f"# TYPE {name} gauge"]
    for value, number in sorted(metric.values.items()):
        labels = f'command="{command}"' + (f',{metric.label}="{value}"' if metric.label else "")
        lines.append(f"{name}{{{labels}}} {number:g}" if abs(number) < 1e6 else f"{name}{{{labels}}} {number!r}")
    return "\n".join(lines) + "\n"
