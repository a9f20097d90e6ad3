"""A report in words, one screen of it."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from extractor.cli.screen import Screen, Section, on_a_screen
from extractor.report import ExitCode, Lines, Report, counted

_SHOWN = 8
_JOBS = 5


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


def report_in_words(report: Report, screen: Screen | None = None) -> str:
    """The report for a person: what was read, how each record and statement ended, what needs attention.

    It fits the screen (that of standard output, unless told), as far as lists can be cut.
    """
    sections = [_files(report), _outcomes(report), _derived(report), _upload(report)]
    sections += [
        _ranked("needs a look (alation-lineage explain FILE:LINE shows one)", report.problems),
        _ranked("names that are not in the catalog", report.names),
        _ranked("servers, databases and stores that nothing maps", report.unmapped),
        _ranked("what stands for its parts", report.folds),
        _ranked("tables whose columns nobody knows, by what that costs", report.unlisted),
        _ranked("notes", report.notes),
        _list("different in Alation", report.differences),
        _list("warnings", [f"warning: {w}" for w in report.warnings]),
        _list("failures", [f"failed: {f}" for f in report.failures]),
    ]
    return "\n".join(on_a_screen([s for s in sections if s.head], screen or Screen.of_output()))


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


def _files(report: Report) -> Section:
    rows = []
    for item in sorted(report.files, key=lambda item: not (item.problem or item.unreadable or item.encoding)):
        extras = [f"{item.unreadable} unreadable"] if item.unreadable else []
        extras += [f"{counted(item.replaced_characters, 'character')} replaced"] if item.replaced_characters else []
        extras += [f"read as {item.encoding}"] if item.encoding else []
        extras += [item.problem] if item.problem else []
        tail = f" ({'; '.join(extras)})" if extras else ""
        rows.append(f"  {item.path}: {item.format or 'not read'}, {counted(item.records, 'record')}{tail}")
    read = (len(report.files), "file"), (report.records_read, "record"), (report.statements_read, "statement")
    head = f"read {', '.join(counted(number, what) for number, what in read)}"
    return Section(head, rows, "files", 2 * _SHOWN)


def _outcomes(report: Report) -> Section:
    known = sorted({*report.records, *report.statements}, key=lambda o: -report.statements[o])
    rows = [f"  {o.value:<26} {report.records[o]:>7}  {report.statements[o]:>10}" for o in known]
    rows.append(f"  {'sum':<26} {sum(report.records.values()):>7}  {sum(report.statements.values()):>10}")
    return Section("outcome                      records  statements", rows)


def _derived(report: Report) -> Section:
    return Section(
        f"distinct statements {report.distinct}, parsed now {report.parsed}; "
        f"dataflows {report.dataflows}, edges derived {report.edges_derived}, edges known in all {report.edges_known}"
    )


def _upload(report: Report) -> Section:
    lines = []
    if report.plan:
        counts = (f"{name} {value}" for name, value in report.plan.items() if name not in _OF_REQUESTS)
        lines.append("planned: " + ", ".join(counts))
        lines += [f"  {wanted}"] if (wanted := _requests(report.plan)) else []
    if report.upload:
        lines.append("uploaded: " + _uploaded(report.upload))
    if report.mapping:
        lines.append("assets: " + ", ".join(f"{name} {value}" for name, value in report.mapping.items()))
    return Section(lines[0], lines[1:]) if lines else Section("")


_OF_REQUESTS = frozenset({"posts", "deletes", "expected_s"})
"""What a plan says of its requests has a line of its own."""


def _uploaded(upload: Mapping[str, Any]) -> str:
    """The counts of an upload; of its jobs the last ones only."""
    words = [f"{name} {value}" for name, value in upload.items() if name != "jobs"]
    if jobs := upload.get("jobs"):
        before = f"{len(jobs) - _JOBS} more and " if len(jobs) > _JOBS else ""
        words.append(f"jobs {before}{', '.join(str(job) for job in jobs[-_JOBS:])}")
    return ", ".join(words)


def _requests(plan: Mapping[str, Any]) -> str:
    """How many requests a plan needs, one after the other, and how long Alation takes for them on average."""
    posts, deletes, expected_s = (plan.get(name, 0) for name in ("posts", "deletes", "expected_s"))
    if not posts + deletes:
        return ""
    time = f"{expected_s:.0f} s" if expected_s < 120 else counted(round(expected_s / 60), "minute")
    return f"in {counted(posts, 'upload')} and {counted(deletes, 'deletion')}, one at a time: about {time} in Alation"


def _ranked(title: str, lines: Lines) -> Section:
    rows = []
    for p in lines.ranked():
        what = f"{p.what}: " if p.reason else p.what
        times = f" ({p.count} times)" if p.count > 1 else ""
        place = f" at {p.origin}" if p.origin else ""
        rows.append(f"  {what}{p.reason}{place}{times}")
    if lines.beyond:
        rows.append(f"  and {lines.beyond} more that are not kept")
    return _list(title, rows, indent="")


def _list(title: str, rows: Sequence[str], *, indent: str = "  ") -> Section:
    return Section(f"{title}:", [f"{indent}{row}" for row in rows], "lines", _SHOWN) if rows else Section("")
