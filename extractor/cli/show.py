"""A report in words, one screen of it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from extractor.report import ExitCode, Lines, Report, visible

_SHOWN = 8


def write_json(content: object, target: Path | None) -> str:
    """Write plain values as JSON where the user wants them; the answer says why they could not be, or is empty."""
    if target is None:
        return ""
    text = orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
    if str(target) == "-":
        sys.stdout.write(text.decode() + "\n")
        return ""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text + b"\n")
    except OSError as error:
        return f"the report cannot be written to {target}: {error.strerror}"
    return ""


def write_metrics(report: Report, target: Path | None, command: str, max_unparsed: float) -> str:
    """Write the counts for Prometheus where the user wants them; the answer says why they could not be, or is empty."""
    from extractor.outputs import metrics

    if target is None:
        return ""
    try:
        metrics.write_metrics(target, metrics.metrics(report, command, report.exit_code(max_unparsed)))
    except OSError as error:
        return f"the metrics cannot be written to {target}: {error.strerror}"
    return ""


def report_in_words(report: Report) -> str:
    """The report for a person: what was read, how each record and statement ended, what needs attention."""
    parts = [_files(report), _outcomes(report), _derived(report)]
    parts += [_upload(report)] if report.plan or report.upload else []
    parts += [
        _lines("needs a look", report.problems, with_what=True),
        _lines("names that are not in the catalog", report.names, with_what=True),
        _lines("servers, databases and stores that nothing maps", report.unmapped, with_what=True),
        _lines("what stands for its parts", report.folds, with_what=True),
        _lines("tables whose columns nobody knows, by what that costs", report.unlisted, with_what=True),
        _lines("notes", report.notes, with_what=True),
        _cut(["different in Alation:", *(f"  {d}" for d in report.differences)], _SHOWN, "lines")
        if report.differences
        else "",
        "\n".join(visible(f"warning: {w}") for w in report.warnings),
        "\n".join(visible(f"failed: {f}") for f in report.failures),
    ]
    return "\n".join(p for p in parts if p)


def end_in_words(code: ExitCode, report: Report, max_unparsed: float) -> str:
    """One sentence on how it ended, for every exit code but 0."""
    if code is ExitCode.NO_EDGES:
        return (
            f"exit 1: statements of {', '.join(report.without_edges)} read one table and write another, but no edge is "
            "known for any of them. See the names above; often the catalog, the database or the schema of a source is "
            "wrong (alation-lineage check)."
        )
    if code is ExitCode.FAILED and report.unparsed_share > max_unparsed:
        return (
            f"exit 3: {report.unparsed_share:.1%} of the statements could not be analysed, the limit is "
            f"{max_unparsed:.1%} (limits.max_unparsed). Is the dialect of each source right?"
        )
    if code is ExitCode.DIFFERENCE:
        return "exit 4: Alation does not hold what it should; the plan's changes, or the next run, mend it."
    return "exit 3: an upload or a file failed; what was finished is kept, run again to go on."


def _files(report: Report) -> str:
    lines = [f"read {len(report.files)} files, {report.records_read} records, {report.statements_read} statements"]
    for item in report.files:
        extras = [f"{item.unreadable} unreadable"] if item.unreadable else []
        extras += [f"{item.replaced_characters} characters replaced"] if item.replaced_characters else []
        extras += [f"read as {item.encoding}"] if item.encoding else []
        extras += [item.problem] if item.problem else []
        tail = f" ({'; '.join(extras)})" if extras else ""
        lines.append(f"  {item.path}: {item.format or 'not read'}, {item.records} records{tail}")
    return _cut(lines, 2 * _SHOWN, "files")


def _outcomes(report: Report) -> str:
    rows = ["outcome                      records  statements"]
    known = sorted({*report.records, *report.statements}, key=lambda o: -report.statements[o])
    rows += [f"  {o.value:<26} {report.records[o]:>7}  {report.statements[o]:>10}" for o in known]
    rows.append(f"  {'sum':<26} {sum(report.records.values()):>7}  {sum(report.statements.values()):>10}")
    return "\n".join(rows)


def _derived(report: Report) -> str:
    return (
        f"distinct statements {report.distinct}, parsed now {report.parsed}; "
        f"dataflows {report.dataflows}, edges derived {report.edges_derived}, edges known in all {report.edges_known}"
    )


def _upload(report: Report) -> str:
    lines = []
    if report.plan:
        lines.append("planned: " + ", ".join(f"{name} {value}" for name, value in report.plan.items()))
        lines += [f"  {wanted}"] if (wanted := _requests(report.plan)) else []
    if report.upload:
        lines.append("uploaded: " + ", ".join(f"{name} {value}" for name, value in report.upload.items()))
    if report.mapping:
        lines.append("assets: " + ", ".join(f"{name} {value}" for name, value in report.mapping.items()))
    return "\n".join(lines)


def _requests(plan: Mapping[str, Any]) -> str:
    """How many requests a plan needs, one after the other, and how long Alation takes for them on average."""
    posts, deletes, expected_s = (plan.get(name, 0) for name in ("posts", "deletes", "expected_s"))
    if not posts + deletes:
        return ""
    time = f"{expected_s:.0f} s" if expected_s < 120 else f"{expected_s / 60:.0f} minutes"
    return f"in {posts} uploads and {deletes} deletions, one at a time: about {time} in Alation"


def _lines(title: str, lines: Lines, *, with_what: bool) -> str:
    ranked = lines.ranked()
    if not ranked:
        return ""
    rows = [f"{title}:"]
    for p in ranked:
        what = f"{p.what}: " if with_what and p.reason else p.what
        times = f" ({p.count} times)" if p.count > 1 else ""
        place = f" at {p.origin}" if p.origin else ""
        rows.append(f"  {what}{p.reason}{place}{times}")
    if lines.beyond:
        rows.append(f"  and {lines.beyond} more that are not kept")
    return _cut(rows, _SHOWN, "lines")


def _cut(rows: list[str], most: int, what: str) -> str:
    rows = [visible(row) for row in rows]
    if len(rows) <= most + 1:
        return "\n".join(rows)
    return "\n".join([*rows[: most + 1], f"  ... and {len(rows) - most - 1} more {what} (all with --json FILE)"])
