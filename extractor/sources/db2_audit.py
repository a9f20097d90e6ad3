"""Db2's audit of executed statements: ``db2audit extract`` as delimited files, and as a report.

The delimited file holds a reference to each text (``auditlobs.OFFSET.LENGTH/``), which lies in a file beside it; a row
for each value of a parameter follows. The report holds the text itself, between its other fields.
https://www.ibm.com/docs/en/db2/11.5?topic=layouts-audit-record-layout-execute-events
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path, PurePath

from extractor.models import BadRecord, Origin, QueryOutcome, QueryRecord
from extractor.sources.executions import NOISE, REPEAT, Part, Shown
from extractor.sources.headed import Headed, headed_records
from extractor.sources.interface import Item, Reading, Sample, SourceFormat, Verdict
from extractor.sources.row_formats import Row, RowFormat, Shows

_TIME = r"\d{4}-\d\d-\d\d-\d\d\.\d\d\.\d\d\.\d+"
_DELIMITED_TIME = re.compile(_TIME)
_REFERENCE = re.compile(r"(?P<file>[\w\-]+(?:\.[A-Za-z]\w*)*)\.(?P<start>\d+)\.(?P<length>\d+)/")
_APPLICATION = re.compile(r"[^\s,]+\.\d{12,}")
_FIXED = ("timestamp", "category", "event", "correlator", "status", "database", "userid", "authid")
_INTERRUPTED = "-952"
_LOBS = "auditlobs"


def _outcome_of(sqlcode: str | None) -> QueryOutcome:
    """The outcome by an SQLCODE: 0 and above are successes, SQL0952N is an interrupt."""
    code = (sqlcode or "").strip()
    if code == _INTERRUPTED:
        return QueryOutcome.CANCELLED
    if not code.lstrip("-").isdecimal():
        return QueryOutcome.UNKNOWN
    return QueryOutcome.FAILED if code.startswith("-") else QueryOutcome.OK


def _names_without_header(cells: list[str]) -> list[str] | None:
    if len(cells) < len(_FIXED) + 3 or cells[1] != "EXECUTE" or not _DELIMITED_TIME.fullmatch(cells[0]):
        return None
    return [*_FIXED, *(f"column {n}" for n in range(len(_FIXED) + 1, len(cells) + 1))]


def _text_at(folder: Path, reference: re.Match[str], limit: int) -> bytes | None:
    """The bytes of a text, at most one more than a statement may have; None where they are not there."""
    beside = folder / reference["file"]
    if not beside.is_file() or beside.is_symlink():
        return None
    wanted = min(int(reference["length"]), limit + 1)
    with beside.open("rb") as file:
        file.seek(int(reference["start"]))
        found = file.read(wanted)
    return found if len(found) == wanted else None


def _shows(reading: Reading, _: list[str]) -> Shows:
    folder = reading.sample.item.path.parent
    limit = reading.max_statement_bytes
    numbers = count(1)

    def shows(row: Row, origin: Origin, is_cut: bool) -> Shown:  # noqa: FBT001 - the form of all formats of rows
        cells = [value if type(value) is str else "" for value in row.values()]
        if row.get("event") == "DATA":
            return REPEAT
        references = (_REFERENCE.fullmatch(cell) for cell in cells)
        reference = next((found for found in references if found is not None), None)
        if row.get("event") != "STATEMENT" or reference is None or int(reference["length"]) == 0:
            return NOISE
        data = _text_at(folder, reference, limit)
        if data is None:
            return Shown(Part.NOISE, problem=f"its text lies in {reference['file']}, which is not beside the file")
        session = next((cell for cell in cells if _APPLICATION.fullmatch(cell)), "")
        sql = reading.text(data)
        record = QueryRecord(
            sql[:limit],
            reading.clock.read(row.get("timestamp")),
            session,
            row.get("authid") or row.get("userid") or None,
            row.get("database") or None,
            None,
            _outcome_of(row.get("status")),
            next(numbers),
            cut=is_cut or len(data) > limit,
            origin=origin,
        )
        return Shown(Part.WHOLE, record)

    return shows


def _judge_texts(sample: Sample) -> Verdict:
    if PurePath(sample.name).name != _LOBS or not any(sample.item.path.parent.glob("*.del")):
        return Verdict(0, f"it is not called {_LOBS}, or no .del file lies beside it")
    return Verdict(1, "the .del files beside it point to its parts")


def _read_texts(reading: Reading) -> Iterator[Item]:
    reading.stats.entries += 1
    reading.stats.noise += 1
    yield from ()


_REPORT_HEAD = re.compile(rf"timestamp={_TIME};".encode())
_FIELD = re.compile(r"^\s*(?P<name>[a-z][a-z _]*)=(?P<value>.*?);?$", re.MULTILINE)
_STATEMENT = re.compile(
    r"^\s*statement text=(?P<sql>.*?)(?:;\n *(?:statement isolation level|compilation environment)=|\Z)",
    re.MULTILINE | re.DOTALL,
)
_SCHEMA = re.compile(r"^\s*schema=(?P<schema>.+?)\s*;?$", re.MULTILINE)


def _judge_report(sample: Sample) -> Verdict:
    if not any(_REPORT_HEAD.match(line.encode()) for line in sample.lines):
        return Verdict(0, "no line begins with timestamp= and a time of Db2")
    if "category=" not in sample.text:
        return Verdict(0, "its records have no category")
    return Verdict(0.97, "its records begin with timestamp= and have a category, as db2audit extract writes them")


def _read_report(reading: Reading) -> Iterator[Item]:
    numbers = count(1)
    for one in headed_records(reading, _REPORT_HEAD):
        reading.stats.entries += 1
        if isinstance(one, BadRecord):
            yield one
            continue
        record = _of_report(reading, one, next(numbers))
        if record is None:
            reading.stats.noise += 1
        else:
            yield record


def _of_report(reading: Reading, one: Headed, number: int) -> QueryRecord | None:
    text = _STATEMENT.search(one.text)
    sql = "" if text is None else text["sql"].rstrip().removesuffix(";")
    if text is None or not sql.strip():
        return None
    told = {match["name"]: match["value"] for match in _FIELD.finditer(one.text[: text.start()])}
    if told.get("category") != "EXECUTE":
        return None
    schema = _SCHEMA.search(one.text, text.end())
    return QueryRecord(
        sql,
        reading.clock.read(told.get("timestamp")),
        told.get("application id", ""),
        told.get("authid") or told.get("userid") or None,
        told.get("database") or None,
        schema["schema"] if schema else None,
        _outcome_of(told.get("event status")),
        number,
        cut=one.is_cut and text.end() == len(one.text),
        origin=one.origin,
    )


DELIMITED = RowFormat(
    "db2-audit",
    "Db2 audit: execute.del of db2audit extract, with auditlobs beside it",
    frozenset({"category", "event", "correlator", "authid"}),
    _shows,
    names_without_header=_names_without_header,
)
TEXTS = SourceFormat(
    "db2-audit-texts",
    "Db2 audit: the texts that the .del files point to, read with them",
    _judge_texts,
    _read_texts,
    is_text=False,
)
REPORT = SourceFormat(
    "db2-audit-report", "Db2 audit: report of db2audit extract", _judge_report, _read_report, lambda _: ""
)
