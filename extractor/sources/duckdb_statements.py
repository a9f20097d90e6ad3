"""DuckDB's ``log_query_path``: statements one below the other, without times, and mostly without semicolons.

https://duckdb.org/docs/current/configuration/overview: a statement is written as it was sent, with a line end behind.
Where one ends is told by how the next begins, outside of strings, comments and parentheses, unless what is open still
wants something (``INSERT INTO a`` wants its SELECT). Only for sources in that dialect: T-SQL looks the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dialects.lexing import words
from extractor.models import Origin, QueryRecord
from extractor.sources.interface import Item, Reading, Sample, SourceFormat, Verdict

_ALWAYS = words(
    "ALTER ANALYZE ATTACH BEGIN CALL CHECKPOINT COMMENT COMMIT COPY CREATE DEALLOCATE DETACH DROP EXECUTE EXPLAIN "
    "EXPORT IMPORT INSTALL LOAD PIVOT PRAGMA PREPARE RESET ROLLBACK SHOW DESCRIBE SUMMARIZE TRUNCATE UNPIVOT USE "
    "VACUUM"
)
_WRITES = frozenset({"INSERT", "UPDATE", "DELETE", "MERGE"})
_READS = frozenset({"SELECT", "VALUES", "WITH"})
_WANTS_MORE = words(
    "AS UNION ALL EXCEPT INTERSECT THEN DO EXPLAIN ANALYZE BY FROM SELECT WHERE AND OR NOT ON JOIN SET VALUES INTO "
    "NAME DISTINCT USING IN IS LIKE CASE WHEN ELSE LEFT RIGHT INNER OUTER FULL CROSS HAVING LIMIT MATCHED"
)
_WANTS_A_READ = frozenset({"INSERT", "CREATE", "WITH", "EXPLAIN", "PREPARE", "COPY"})
_MARKS = re.compile(r"--|/\*|'|\"|[();]|\$\w*\$|\w+|[^\s\w]")
_BEGINNING = re.compile(r"\s*([A-Za-z]+)\b")


class _Open:
    """The statement that is open: its lines, and as much of its form as tells whether it can end."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.size = 0
        self._inside = ""
        self._depth = 0
        self._first = self._last = ""
        self._has_read = False
        self._is_closed = False

    def ends_before(self, line: str) -> bool:
        """Whether a line begins another statement."""
        if not self.lines or self._inside or self._depth > 0:
            return False
        if self._is_closed:
            return bool(line.strip())
        begins = _BEGINNING.match(line)
        word = begins[1].upper() if begins else ""
        if self._last in _WANTS_MORE or (
            self._last and not self._last[-1].isalnum() and self._last not in (")", '"', "'")
        ):
            return False
        if word in _WRITES:
            return self._first != "WITH" or self._has_read
        if word in _READS:
            return self._first not in _WANTS_A_READ or self._has_read
        return word in _ALWAYS or (word == "SET" and self._first != "UPDATE")

    def take(self, line: bytes, text: str) -> None:
        """Add a line."""
        self.lines.append(line)
        self.size += len(line) + 1
        position = 0
        while position <= len(text):
            if self._inside:
                end = text.find(self._inside, position)
                if end < 0:
                    return
                position, self._last = end + len(self._inside), self._inside
                self._inside = ""
            mark = _MARKS.search(text, position)
            if mark is None or mark[0] == "--":
                return
            position = mark.end()
            self._note(mark[0])

    def _note(self, mark: str) -> None:
        if mark == "/*":
            self._inside = "*/"
        elif mark in ("'", '"') or (mark[0] == "$" and len(mark) > 1):
            self._inside = mark
        else:
            self._depth += (mark == "(") - (mark == ")")
            self._is_closed = mark == ";" and self._depth <= 0
            word = mark.upper()
            self._first = self._first or word
            self._has_read |= word in ("SELECT", "VALUES", "FROM", "DEFAULT") and self._depth == 0
            self._last = word


def _judge(sample: Sample) -> Verdict:
    if sample.source is None or sample.source.dialect != "duckdb":
        return Verdict(0, "it is read so only where the source's dialect is duckdb")
    statements = list(_statements(iter((line.encode(), 1) for line in sample.lines)))
    unended = sum(not b"".join(lines).rstrip().endswith(b";") for lines, _ in statements[:-1])
    known = sum(_begins_known(lines[0]) for lines, _ in statements)
    if unended < 1 or known < len(statements):
        return Verdict(0, "its statements end with semicolons, or do not begin as statements do")
    return Verdict(0.6, f"{unended} of its first {len(statements)} statements have no semicolon at their end")


def _begins_known(line: bytes) -> bool:
    begins = _BEGINNING.match(line.decode("utf-8", "replace"))
    return begins is not None and begins[1].upper() in (_ALWAYS | _WRITES | _READS | {"SET", "FROM"})


def _statements(lines: Iterator[tuple[bytes, int]], limit: int = 1 << 30) -> Iterator[tuple[list[bytes], int]]:
    """The lines of each statement, with the number of the first; of a longer one than the limit, its beginning."""
    found, first = _Open(), 1
    for line, number in lines:
        text = line.decode("utf-8", "replace")
        if found.ends_before(text):
            yield found.lines, first
            found = _Open()
        if not found.lines:
            if not text.strip():
                continue
            first = number
        if found.size <= limit:
            found.take(line, text)
    if found.lines:
        yield found.lines, first


def _read(reading: Reading) -> Iterator[Item]:
    lines, limit = reading.lines, reading.max_statement_bytes
    numbered = ((line, lines.number) for line in lines)
    for sequence, (statement, first) in enumerate(_statements(numbered, limit)):
        reading.stats.entries += 1
        sql = reading.text(b"\n".join(statement)).rstrip()
        yield QueryRecord(
            sql[:limit],
            session=lines.file,
            sequence=sequence,
            cut=len(sql) >= limit,
            origin=Origin(lines.file, first),
        )


FORMAT = SourceFormat("duckdb-statements", "DuckDB log_query_path: statements without semicolons", _judge, _read)
