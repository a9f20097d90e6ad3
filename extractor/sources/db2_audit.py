"""Db2's audit of executed statements: ``db2audit extract`` as delimited files, and as a report.

The delimited file holds a reference to each text (``auditlobs.OFFSET.LENGTH/``), which lies in a file beside it; a row
for each value of a parameter follows. The report holds the text itself, between its other fields.
https://www.ibm.com/docs/en/db2/11.5?topic=layouts-audit-record-layout-execute-events
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import count
from pathlib import Path, PurePath
from typing import BinaryIO

from extractor.models import BadRecord, Origin, QueryOutcome, QueryRecord
from extractor.sources.companions import has_beside, open_beside
from extractor.sources.executions import NOISE, REPEAT, Part, Shown
from extractor.sources.headed import Headed, headed_records
from extractor.sources.interface import Item, Reading, Sample, SourceFormat, Verdict
from extractor.sources.row_formats import Placed, Row, RowFormat, Shows, read_shown
from extractor.sources.stored import StoredObject

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


class _Texts:
    """The texts that lie in files beside a log; those files stay open until ``close``."""

    def __init__(self, log: Path | StoredObject) -> None:
        self._log = log
        self._files: dict[str, BinaryIO | None] = {}

    def at(self, reference: re.Match[str], limit: int) -> bytes | None:
        """The bytes of a text, at most one more than a statement may have; None where they are not there."""
        name = reference["file"]
        if name not in self._files:
            self._files[name] = open_beside(self._log, name)
        file = self._files[name]
        if file is None:
            return None
        wanted = min(int(reference["length"]), limit + 1)
        file.seek(int(reference["start"]))
        found = file.read(wanted)
        return found if len(found) == wanted else None

    def close(self) -> None:
        """Close all files."""
        for file in self._files.values():
            if file is not None:
                file.close()


def _read(reading: Reading, names: list[str], placed: Iterable[Placed | BadRecord]) -> Iterator[Item]:
    with closing(_Texts(reading.sample.item.path)) as texts:
        rows = DELIMITED._replace(shows=lambda reading, _: _shows(reading, texts), reads=None)
        yield from read_shown(rows, names, placed, reading)


def _shows(reading: Reading, texts: _Texts) -> Shows:
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
        data = texts.at(reference, limit)
        if data is None:
            return Shown(Part.NOISE, problem=f"its text lies in {reference['file']}, which is not beside the file")
        sql = reading.text(data)
        record = QueryRecord(
            sql[:limit],
            reading.clock.read(row.get("timestamp")),
            next((cell for cell in cells if _APPLICATION.fullmatch(cell)), ""),
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
    if PurePath(sample.name).name != _LOBS or not has_beside(sample.item.path, ".del"):
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
    None,
    names_without_header=_names_without_header,
    reads=_read,
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
