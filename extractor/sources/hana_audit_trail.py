"""SAP HANA's audit trail as a file (``*.audit_trail.csv``): semicolons between the values, no header, no quotes.

The statement is the 29th value and can hold semicolons and line ends itself; behind it stand the session's id and, by
version, some more. https://help.sap.com/docs/SAP_HANA_PLATFORM: Audit Trail Layout for Trail Target CSV and SYSLOG
"""

from __future__ import annotations

import re
from collections import Counter, OrderedDict
from collections.abc import Iterator

from extractor.models import BadRecord, QueryOutcome, QueryRecord
from extractor.sources.headed import Headed, headed_records
from extractor.sources.interface import Item, Reading, Sample, SourceFormat, Verdict

_HEAD = re.compile(rb'"?\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?"?;"?\w*"?;[^;]*;[^;]*;[^;]*;"?\d*"?;')
_TIME, _HOST, _PORT, _DATABASE, _USER, _STATUS, _SQL = 0, 2, 5, 6, 14, 21, 28
_OUTCOMES = {"SUCCESSFUL": QueryOutcome.OK, "UNSUCCESSFUL": QueryOutcome.FAILED}
_MOST_BEHIND = 8
_MAX_KNOWN = 10_000


def _judge(sample: Sample) -> Verdict:
    heads = [line for line in sample.lines if _HEAD.match(line.encode())]
    told = sum(_cells(line)[_STATUS : _STATUS + 1] in (["SUCCESSFUL"], ["UNSUCCESSFUL"]) for line in heads)
    if not told or told * 2 < len(heads):
        return Verdict(0, "no line has a time, a service, a host ... and whether the action was successful")
    return Verdict(0.96, f"{told} of its first {len(sample.lines)} lines begin with the values of an audit trail")


def _cells(line: str) -> list[str]:
    return [cell.strip('"') for cell in line.split(";")]


def _behind_sql(sample: Sample) -> int:
    """How many values stand behind the statement: those that make the first of them a session's id most often."""
    heads = [_cells(line) for line in sample.lines if _HEAD.match(line.encode())]
    told = Counter(
        behind
        for cells in heads
        for behind in range(1, min(_MOST_BEHIND, len(cells) - _SQL - 1) + 1)
        if cells[-behind].isdecimal()
    )
    return max(sorted(told), key=told.__getitem__, default=1)


class _Trail:
    """Makes records; a statement is told once for each policy and object that it meets."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._behind = _behind_sql(reading.sample)
        self._told: OrderedDict[tuple[str, ...], None] = OrderedDict()
        self._sequence = 0

    def items(self) -> Iterator[Item]:
        for one in headed_records(self._reading, _HEAD):
            self._reading.stats.entries += 1
            if isinstance(one, BadRecord):
                yield one
            elif (item := self._item(one)) is not None:
                yield item

    def _item(self, one: Headed) -> Item | None:
        cells = one.text.rstrip("\n").split(";")
        values = [cell.strip('"') for cell in cells[:_SQL]]
        end = len(cells) if one.is_cut else len(cells) - self._behind
        sql = _unquoted(";".join(cells[_SQL:end]))
        if len(values) < _SQL or not sql.strip():
            self._reading.stats.noise += 1
            return None
        connection = "" if one.is_cut else cells[end].strip('"')
        if values[_STATUS] not in _OUTCOMES or not (one.is_cut or connection.isdecimal()):
            return self._reading.bad("whether it succeeded, or its session, does not stand where it should", one.origin)
        session = "/".join(part for part in (values[_HOST], values[_PORT], connection) if part)
        if self._is_told((session, values[_TIME], sql)):
            self._reading.stats.repeats += 1
            return None
        self._sequence += 1
        limit = self._reading.max_statement_bytes
        return QueryRecord(
            sql[:limit],
            self._reading.clock.read(values[_TIME]),
            session,
            values[_USER] or None,
            values[_DATABASE] or None,
            None,
            _OUTCOMES[values[_STATUS]],
            self._sequence,
            cut=one.is_cut or len(sql) > limit,
            origin=one.origin,
        )

    def _is_told(self, key: tuple[str, ...]) -> bool:
        if key in self._told:
            return True
        self._told[key] = None
        if len(self._told) > _MAX_KNOWN:
            self._told.popitem(last=False)
        return False


def _unquoted(text: str) -> str:
    """A value without the quotes around it, if all quotes within it are doubled."""
    if len(text) > 1 and text[0] == text[-1] == '"' and '"' not in text[1:-1].replace('""', ""):
        return text[1:-1].replace('""', '"')
    return text


def _read(reading: Reading) -> Iterator[Item]:
    return _Trail(reading).items()


FORMAT = SourceFormat("hana-audit-trail", "SAP HANA audit trail file (*.audit_trail.csv)", _judge, _read, lambda _: "")
