"""SQL scripts: one record a file; a dump of gigabytes is cut at the ends of statements.

A script's session is its path: temporary tables and USE hold for the file. Nothing says who ran it, when, or with
what outcome. The rows of ``COPY ... FROM stdin`` in a dump are data and are left out (blank lines stay for them). What
a client does to a script (variables, includes, here-documents, templates) is done by ``clients``; each call of a client
in a shell script, and each included file where it is called, is a record.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import dialects
from dialects import Dialect
from extractor.models import BadRecord, Origin, QueryRecord
from extractor.sources.clients import Expansion
from extractor.sources.clients.dbt import Project, is_shown_twice, project_of
from extractor.sources.interface import Item, Reading, Sample, SourceFormat, Verdict

SCRIPTS = "sql-script"
"""The name of the format."""
WHOLE_BYTES = 1_000_000
"""A script up to this size is one record."""
_PIECE_BYTES = 256_000
NAMES = re.compile(
    r"\.(sql|ddl|dml|hql|q|bteq|btq|tpt|psql|pgsql|tsql|plsql|pls|pkb|pks|prc|prg|vw|trg|db2|nzsql|snowsql|bq|ksh|sh|bash"
    r"|sproc|udf|view|proc)(\.(gz|zst|bz2|xz|txt|bak))?$",
    re.IGNORECASE,
)
_VERB = re.compile(
    r"^[ \t;(]*(?:insert\s+(?:into|overwrite)|ins\s+into|create\s+(?:or\s+(?:replace|alter)\s+)?(?:\w+\s+){0,4}?"
    r"(?:table|view|procedure|proc|function|schema|database|index|trigger|macro|package|external|sequence|type)\b"
    r"|with\s+[\w\"\[`]+\s*(?:\([^)]{0,2000}\)\s*)?as\s*(?:not\s+)?(?:materialized\s*)?\(|merge\s+into|update\s+[\w\"\[`.#$@{}]+\s+(?:\w+\s+)?set\b"
    r"|delete\s+from|truncate\s+table|drop\s+(?:table|view|procedure|index|schema)|alter\s+(?:table|view|proc\w*|session)"
    r"|copy\s+[\w\"(`.]+|select\b(?!\s+(?:a|an|the)\s|\s*[=.:])|sel\s|replace\s+view|exec(?:ute)?\s+[\w\[]|use\s+[\w\[\"`]+\s*;?\s*$"
    r"|set\s+(?:search_path|schema)|call\s+[\w.\"]+\s*\(|begin\s+(?:tran|work|transaction)|declare\s+@|if\s+object_id"
    r"|rename\s+(?:table|object)|unload\s*\(|refresh\s+materialized|explain\s|grant\s+\w+|lock\w*\s+\w+\s+for\s)",
    re.IGNORECASE | re.MULTILINE,
)
_COMMENTS = re.compile(
    r"--[^\n]*|/\*.*?(?:\*/|\Z)|^[ \t]*(?:#|rem\b|prompt\b)[^\n]*", re.DOTALL | re.IGNORECASE | re.MULTILINE
)
_FOREIGN = re.compile(r"\s*(\{(?![{%#])|<|\[\s*\{)")
_COPY_IN = re.compile(rb"\s*(?:COPY\s.*\sFROM\s+stdin\b.*;|\\copy\s.*\sFROM\s+p?stdin\b.*)\s*$", re.IGNORECASE)
_COPY_END = re.compile(rb"\bFROM\s+stdin\b.*;\s*$", re.IGNORECASE)
_COPY_LINES = 200
"""The columns of a COPY may stand on lines of their own."""
_GO = re.compile(rb"^[ \t]*GO(?:[ \t]+\d+)?[ \t]*;?[ \t]*(?:--.*)?$", re.IGNORECASE | re.MULTILINE)
_SLASH = re.compile(rb"^[ \t]*/[ \t]*$", re.MULTILINE)
_DELIMITER = re.compile(rb"\s*DELIMITER\s+(\S+)\s*$", re.IGNORECASE)
_DBT = re.compile(r"(?:^|/)(?:compiled|run)/[^/]+/.*\.(?:sql|py|yml)", re.IGNORECASE)
_ENDS = {b"'": b"'", b'"': b'"', b"`": b"`", b"[": b"]", b"/*": b"*/"}


def _judge(sample: Sample) -> Verdict:
    is_named = NAMES.search(sample.name) is not None
    if (start := _FOREIGN.match(sample.text)) is not None:
        return Verdict(0, f"it begins with {start[1]}, as no script does")
    bare = _COMMENTS.sub("", sample.text)
    if not bare.strip():
        known = "nothing but comments is in it"
        return Verdict(0.5, f"the name of a script; {known}") if is_named else Verdict(0, known)
    verbs = len(_VERB.findall(bare))
    if not verbs:
        reason = "no line begins with a verb of SQL"
        return Verdict(0.3, f"the name of a script, though {reason}") if is_named else Verdict(0, reason)
    if is_named:
        return Verdict(0.85, f"the name of a script, and {verbs} lines that begin as SQL statements do")
    begins = _VERB.match(bare.lstrip()) is not None
    if begins or ";" in bare:
        return Verdict(0.55 if begins else 0.4, f"{verbs} lines that begin as SQL statements do")
    return Verdict(0.1, "a line or two read like SQL, but no statement begins or ends the text")


@dataclass(slots=True)
class _Boundaries:
    """Knows, line by line, whether a statement ends here: the quotes, comments and delimiters that are open.

    A light reading of the text, for dumps alone; what is cut here is split properly later.
    """

    dialect: Dialect
    by_go: bool
    by_slash: bool
    _inside: bytes = b""
    _delimiter: bytes = b";"
    _pattern: re.Pattern[bytes] = field(init=False)
    _other: re.Pattern[bytes] = field(init=False)

    def __post_init__(self) -> None:
        rules = self.dialect.lexical
        tokens = [rb"--.*", rb"/\*", rb"'", rb'"']
        tokens += [re.escape(a.encode()) for a, _ in rules.identifier_quotes if a in ("`", "[")]
        if rules.dollar_quotes != "none":
            tokens.append(rb"\$(?:[A-Za-z_]\w*)?\$")
        if rules.hash_comments:
            tokens.append(rb"#.*")
        self._pattern = re.compile(b"|".join(tokens))
        openers = [token for token in tokens if token != b"'"]
        self._other = re.compile(b"|".join([*openers, rb"\\"] if rules.backslash_escapes else openers))

    def ends_at(self, line: bytes) -> bool:
        """Take the next line; true when a statement ends with it."""
        if not self._inside and (match := _DELIMITER.match(line)) and self.dialect.lexical.delimiter_command:
            self._delimiter = match[1]
            return False
        self._scan(line)
        if self._inside:
            return False
        if self.by_go:
            return _GO.match(line) is not None
        if self.by_slash:
            return _SLASH.match(line) is not None
        return line.rstrip().endswith(self._delimiter)

    def _scan(self, line: bytes) -> None:
        if not self._inside and line.count(b"'") % 2 == 0 and self._other.search(line) is None:
            return  # nothing but whole strings: a row of data, as most lines of a dump are
        position = 0
        while position <= len(line):
            if self._inside:
                position = self._leave(line, position)
                if position < 0:
                    return
                continue
            match = self._pattern.search(line, position)
            if match is None:
                return
            position = match.end()
            token = match[0]
            if token[:2] == b"--" or token[:1] == b"#":
                return
            self._inside = _ENDS.get(token, token)

    def _leave(self, line: bytes, position: int) -> int:
        """The position after the end of what is open, or -1 when it goes on in the next line."""
        end = line.find(self._inside, position)
        if self._inside in (b"'", b'"') and self.dialect.lexical.backslash_escapes:
            while end > 0 and _is_escaped(line, position, end):
                end = line.find(self._inside, end + 1)
        if end < 0:
            return -1
        end += len(self._inside)
        self._inside = b""
        return end


def _is_escaped(line: bytes, start: int, at: int) -> bool:
    before = line[start:at]
    return (len(before) - len(before.rstrip(b"\\"))) % 2 == 1


class _Script:
    """Gathers lines into records."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._name = reading.lines.file
        self._lines: list[bytes] = []
        self._size = 0
        self._first = 1
        self._pieces = 0
        self._in_data = False
        self._boundaries: _Boundaries | None = None
        self._expansion = Expansion(reading, _dialect_of(reading.source.dialect))
        self._project = project_of(reading.sample.item) if _DBT.search(self._name) else None

    def records(self) -> Iterator[Item]:
        lines = self._reading.lines
        for line in lines:
            if self._in_data or _is_copy(line) or (_COPY_END.search(line) and self._is_of_copy()):
                line = self._data(line)  # noqa: PLW2901 - data gives way to a blank line
            self._lines.append(line)
            self._size += len(line) + 1
            if self._boundaries is None:
                if self._size > WHOLE_BYTES:
                    yield from self._begin_cutting()
            elif self._boundaries.ends_at(line) and self._size > _PIECE_BYTES:
                yield from self._flush(cut=False)
            if self._size > self._reading.max_statement_bytes or lines.is_cut:
                yield from self._flush(cut=True)
        yield from self._flush(cut=lines.is_damaged)

    def _is_of_copy(self) -> bool:
        """Whether the statement that ends with this line is a COPY that began in a line before."""
        for before in reversed(self._lines[-_COPY_LINES:]):
            if before.rstrip().endswith(b";"):
                return False
            if before.lstrip()[:4].upper() == b"COPY":
                return True
        return False

    def _data(self, line: bytes) -> bytes:
        if self._in_data:
            self._in_data = line.rstrip() != b"\\."
            return b""
        self._in_data = True
        return line

    def _begin_cutting(self) -> Iterator[Item]:
        """The file is a big one: cut what was gathered at its last boundary, and go on so."""
        text = b"\n".join(self._lines)
        dialect = _dialect_of(self._reading.source.dialect)
        by_go = dialect.lexical.go_batches and _GO.search(text) is not None
        by_slash = dialect.lexical.slash_line and _SLASH.search(text) is not None
        self._boundaries = _Boundaries(dialect, by_go, by_slash)
        gathered, self._lines, self._size = self._lines, [], 0
        for line in gathered:
            self._lines.append(line)
            self._size += len(line) + 1
            if self._boundaries.ends_at(line) and self._size > _PIECE_BYTES:
                yield from self._flush(cut=False)

    def _flush(self, *, cut: bool) -> Iterator[Item]:
        lines, self._lines, self._size = self._lines, [], 0
        first, self._first = self._first, self._first + len(lines)
        if not any(line.strip() for line in lines):
            return
        text = self._decode(b"\n".join(lines)).replace("\ufeff", "").rstrip("\x1a")
        self._reading.stats.entries += 1
        if not _COMMENTS.sub("", text).strip():
            self._reading.stats.noise += 1
            return
        if self._project is not None:
            yield from self._of_dbt(self._project, text, first, cut=cut)
            return
        found = 0
        for part in self._expansion.parts(text, first):
            if isinstance(part, BadRecord):
                yield part
                continue
            found += 1
            session = self._name if part.call < 2 else f"{self._name} ({part.call})"
            yield self._record(part.sql, session, part.origin, cut=cut)
        self._reading.stats.entries += found - 1

    def _of_dbt(self, project: Project, text: str, first: int, *, cut: bool) -> Iterator[Item]:
        """A compiled query with what dbt makes of it, or the statements that a run sent."""
        path = Path(str(self._reading.sample.item.path))
        if is_shown_twice(path, project):
            self._reading.stats.repeats += 1
            return
        model = project.model_at(path)
        if model is None or "/compiled/" not in path.as_posix():
            yield self._record(text, self._name, Origin(self._name, first), cut=cut)
        elif not model.creates:
            self._reading.stats.noise += 1  # a test, or a model that lives in others only
        else:
            record = self._record(model.creates + text.strip(), self._name, Origin(self._name, first), cut=cut)
            yield record._replace(outcome=model.outcome, started_at=model.started_at)

    def _record(self, text: str, session: str, origin: Origin, *, cut: bool) -> QueryRecord:
        limit = self._reading.max_statement_bytes
        sequence, self._pieces = self._pieces, self._pieces + 1
        is_cut = cut or len(text) > limit
        return QueryRecord(text[:limit], session=session, sequence=sequence, cut=is_cut, origin=origin)

    def _decode(self, data: bytes) -> str:
        """UTF-8 where it is; else Windows' Latin-1, in which old scripts are written, counted as replaced."""
        try:
            text = data.decode()
        except UnicodeDecodeError:
            self._reading.stats.encoding = "cp1252"
            text = data.decode("cp1252", "replace")
            self._reading.stats.replaced += text.count("\ufffd")
        return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _is_copy(line: bytes) -> bool:
    return line[:6].lstrip()[:1] in (b"C", b"c", b"\\") and _COPY_IN.match(line) is not None


def _dialect_of(name: str) -> Dialect:
    try:
        return dialects.get(name)
    except dialects.UnknownDialect:
        return dialects.get("")


def _read(reading: Reading) -> Iterator[Item]:
    return _Script(reading).records()


FORMAT = SourceFormat(SCRIPTS, "SQL scripts", _judge, _read)
