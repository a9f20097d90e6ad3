"""A script as its client sends it: variables with values, includes in their place, without branches that never run.

Lines keep their numbers: what is left out leaves blank lines. Where a script calls another, its text is cut there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from dialects import Dialect
from dialects.lexing import Token, tokens
from extractor.models import BadRecord, Origin
from extractor.sources.clients.branches import Branches
from extractor.sources.clients.client import PSQL, SQLPLUS, Client, client_of
from extractor.sources.clients.includes import Includes, Refused
from extractor.sources.clients.shell import Section, Shell, is_shell, sections
from extractor.sources.clients.substitution import Substitution
from extractor.sources.clients.templates import has_code, rendered
from extractor.sources.clients.variables_file import known_variables
from extractor.sources.interface import InputFile, Reading

_PLAIN = frozenset({"word", "operator", "number", "space", "parameter"})
_DIRECTIVE = re.compile(r"[ \t]*(?:DELIMITER[ \t]+\S+|--#SET[ \t]+TERMINATOR[ \t]+\S+)", re.IGNORECASE)
_ENDS_AT = re.compile(r"@[ \t\r]*$", re.MULTILINE)
_ENDS_SEMICOLON = re.compile(r";[ \t\r]*$", re.MULTILINE)
_ENDS_HERE = re.compile(r"\\(?P<word>g|gx|gexec|gset|gdesc|crosstabview|watch|bind)\b[^\n]*")
_DEFINE_IS = re.compile(r"[ \t]*SET[ \t]+DEF(?:INE)?[ \t]+(?P<is>OFF|ON)\b", re.IGNORECASE)
_LOGON = re.compile(r"[ \t]*(?:\.LOGON\b|CONN(?:ECT)?[ \t]+[\w$]+/\S)", re.IGNORECASE)
_VARIABLE = re.compile(r"\$[({](\w+)|^[&:]+(\w+)")
_ARGUMENT = re.compile(r"'((?:[^']|'')*)'|([^\s']+)")
_COPY = re.compile(r"\\copy\b", re.IGNORECASE)
_THEN = re.compile(
    r"[ \t]*\.IF\b[^\n]*?\bTHEN[ \t]+(?=(?:INS|INSERT|UPD|UPDATE|DEL|DELETE|MERGE|CREATE|CT|DROP|CALL|EXEC|REPLACE)\b)",
    re.IGNORECASE,
)
_DYNAMIC = ("DO $gexec$ BEGIN EXECUTE (", "); END $gexec$;")


class Part(NamedTuple):
    """A piece of a script as it is sent, with the place of its first line; ``call`` counts the client's calls."""

    sql: str
    origin: Origin
    call: int


class Expansion:
    """Expands the pieces of one script, given in their order; what one piece sets holds in the next."""

    def __init__(self, reading: Reading, dialect: Dialect) -> None:
        self._item: InputFile = reading.sample.item
        self._name = reading.lines.file
        self._reading = reading
        self._dialect = dialect
        self._client: Client = client_of(dialect)
        self._given = known_variables(reading.source.variables)
        self._includes = Includes(self._item)
        self._variables = Substitution(self._client, self._given, self._open)
        self._branches = Branches()
        self._directive = ""
        self._call = 0

    def parts(self, text: str, first: int) -> Iterator[Part | BadRecord]:
        """The parts of a piece that begins on that line, and what could not be followed."""
        yield from self._file(text, Origin(self._name, first), (self._includes.first,))

    @property
    def called(self) -> frozenset[Path]:
        """The real paths of the files that were called so far, and read."""
        return frozenset(self._includes.found)

    def _open(self, name: str) -> None:
        found = self._reading.stats.unresolved
        found[name] = found.get(name, 0) + 1

    def _file(self, text: str, at: Origin, stack: tuple[Path, ...]) -> Iterator[Part | BadRecord]:
        if has_code(text):
            text = rendered(text, self._given, self._item, self._open)
        if is_shell(text, at.file):
            shell = Shell(self._given.flat)
            for section in sections(text, shell):
                yield from self._section(section, at, stack)
        elif self._client.signs.search(text) is not None or self._is_db2(text):
            yield from self._script(text, at, stack)
        else:
            yield Part(text, at, self._call)

    def _is_db2(self, text: str) -> bool:
        return self._dialect.lexical.terminator_comments and "@" in text

    def _section(self, section: Section, at: Origin, stack: tuple[Path, ...]) -> Iterator[Part | BadRecord]:
        """What one call of a client in a shell script runs: a session of its own."""
        self._call += 1
        self._variables = Substitution(self._client, self._given, self._open)
        self._branches = Branches()
        self._directive = section.directive
        for name, value in section.variables:
            self._variables.set(name.rpartition(":")[2], value)
        place = Origin(at.file, at.line + section.first - 1)
        if section.file:
            yield from self._include(section.file, place, stack)
        else:
            yield from self._script(section.text, place, stack)

    def _script(self, text: str, at: Origin, stack: tuple[Path, ...]) -> Iterator[Part | BadRecord]:
        rules = self._dialect.lexical
        if self._is_db2(text) and not self._directive and _has_at_ends(text):
            self._directive = "--#SET TERMINATOR @"
        sent = _Sent(text, at, self._directive)
        skip_to = 0
        found = tokens(text, rules, blanks=True)
        for token in found:
            if token.start < skip_to:
                continue
            if token.kind not in ("space", "comment", "string", "quoted") and sent.is_line_start(token.start):
                end = text.find("\n", token.start)
                end = len(text) if end < 0 else end
                line = text[token.start : end]
                if (file := self._called(line)) is not None:
                    yield from self._cut(sent, token.start)
                    if self._branches.are_taken:
                        place = Origin(at.file, at.line + text.count("\n", 0, token.start))
                        yield from self._include(file, place, stack)
                    sent.restart(end, self._directive)
                    skip_to = end
                    continue
                replaced = self._command(line)
                if replaced is not None:
                    self._settle(sent, "")
                    sent.add(replaced, end)
                    skip_to = end
                    continue
            if not self._branches.are_taken:
                sent.add("\n" * token.text.count("\n"), token.end)
            elif token.text == "\\" and self._client is PSQL and (match := _ENDS_HERE.match(text, token.start)):
                self._end_here(sent, match)
                skip_to = match.end()
            else:
                self._take(sent, token)
        yield from self._cut(sent, len(text))

    def _take(self, sent: _Sent, token: Token) -> None:
        """The next token of what is sent."""
        if token.kind in _PLAIN and not token.text.startswith("${"):
            sent.hold(token)
            if token.text == ";":
                self._settle(sent, "")
                sent.begin_statement()
            return
        before = self._settle(sent, token.text)
        if token.kind in ("comment", "line"):
            is_line = token.kind == "line"
            sent.add(self._variables.command(token.text) if is_line else token.text, token.end)
            if is_line:
                sent.begin_statement()
            return
        if token.kind in ("string", "quoted") and self._client is PSQL and before.endswith(":") and before[-2:] != "::":
            sent.drop_colon()
            sent.add(self._variables.quoted(token.text), token.end)
            return
        sent.add(self._variables.token(token), token.end)

    def _settle(self, sent: _Sent, following: str) -> str:
        """Put the values into the plain text that is held; gives the text before the next token."""
        held = sent.held()
        if held:
            sent.add_plain(self._variables.plain(held, following))
        return held or sent.last

    def _end_here(self, sent: _Sent, match: re.Match[str]) -> None:
        r"""``\g`` and its kin end a statement within a line; the rows of ``\gexec`` are statements nobody can see."""
        self._settle(sent, "")
        if match["word"] == "gexec":
            sent.wrap(*_DYNAMIC)
        sent.add(";", match.end())
        sent.begin_statement()

    def _called(self, line: str) -> str | None:
        """The file that a line calls, with the arguments given to it, or None."""
        if self._client.uses.search(line) is not None or "${" in line:
            line = self._variables.command(line)
        match = self._client.includes.match(line)
        if match is None:
            return None
        arguments = (match.groupdict().get("arguments") or "").split()
        for number, value in enumerate(arguments, 1):
            self._variables.set(str(number), value.strip("\"'"))
        return str(match["file"])

    def _command(self, line: str) -> str | None:
        """What is sent in place of a line for the client; None where it is none that matters here."""
        if self._branches.take(line, self._variables.command(line)):
            return ""
        if not self._branches.are_taken:
            return None
        if _LOGON.match(line):
            return ""  # it holds a password
        if _DIRECTIVE.match(line) and (
            self._dialect.lexical.delimiter_command or self._dialect.lexical.terminator_comments
        ):
            self._directive = line
            return line
        if (match := self._client.defines.match(line)) is not None:
            value = self._variables.command(match["value"].strip())
            self._variables.set(match["name"], _unquoted(value) if self._client is not PSQL else _joined(value))
            return line if self._client.name == "beeline" else None
        if self._client is SQLPLUS and (match := _DEFINE_IS.match(line)) is not None:
            self._variables.is_off = match["is"].upper() == "OFF"
        if (match := self._client.undefines.match(line)) is not None:
            self._variables.unset(match["name"])
            return "" if self._dialect.lexical.slash_line else None
        if self._client is PSQL and _COPY.match(line):
            return self._variables.plain(_COPY.sub("COPY", line, count=1).rstrip().rstrip(";"), "") + ";"
        if self._dialect.lexical.dot_commands and (match := _THEN.match(line)):
            return self._variables.plain(line[match.end() :], "")
        return None

    def _include(self, written: str, place: Origin, stack: tuple[Path, ...]) -> Iterator[Part | BadRecord]:
        for found in _VARIABLE.finditer(written):
            self._open(found[1] or found[2])
        try:
            real = self._includes.find(written, stack, self._client.ending)
            data = self._includes.read(real, self._reading.max_statement_bytes)
        except Refused as refusal:
            self._reading.stats.entries += 1
            yield self._reading.bad(f"the script calls {written}, which is not followed: {refusal}", place)
            return
        text = self._reading.text(data).replace("\ufeff", "").rstrip("\x1a")
        yield from self._file(text, Origin(self._includes.name_of(real), 1), (*stack, real))

    def _cut(self, sent: _Sent, end: int) -> Iterator[Part]:
        self._settle(sent, "")
        text, at = sent.all_of()
        if text.strip():
            yield Part(text, at, self._call)
        sent.position = end


class _Sent:
    """Gathers what is sent of a text, from one include to the next."""

    def __init__(self, text: str, at: Origin, directive: str) -> None:
        self._source = text
        self._at = at
        self._out: list[str] = []
        self._held: list[str] = []
        self._statement = 0
        self.position = 0
        self._line = at.line
        self.restart(0, directive)

    @property
    def last(self) -> str:
        """The text before the next token, as far as it matters."""
        return self._out[-1] if self._out else ""

    def restart(self, position: int, directive: str) -> None:
        """Begin another part at that place of the text, under the directive that holds there."""
        self._line = self._at.line + self._source.count("\n", 0, position) - bool(directive)
        self._out = [directive + "\n"] if directive else []
        self.position = position
        self.begin_statement()

    def is_line_start(self, position: int) -> bool:
        """Whether nothing but blanks stands before a place in its line."""
        before = position - 1
        while before >= 0 and self._source[before] in " \t":
            before -= 1
        return before < 0 or self._source[before] == "\n"

    def hold(self, token: Token) -> None:
        """Plain text, in which the values are put when its end is known."""
        self._held.append(token.text)
        self.position = token.end

    def held(self) -> str:
        """The plain text that is held, which is then no longer."""
        text = "".join(self._held)
        self._held.clear()
        return text

    def add(self, text: str, end: int) -> None:
        """What is sent for the source up to ``end``."""
        self._out.append(text)
        self.position = end

    def add_plain(self, text: str) -> None:
        """Plain text with its values."""
        self._out.append(text)

    def drop_colon(self) -> None:
        """Take back the colon before a quoted variable."""
        self._out[-1] = self._out[-1].removesuffix(":")

    def begin_statement(self) -> None:
        """Note that a statement begins here."""
        self._statement = len(self._out)

    def wrap(self, before: str, after: str) -> None:
        """Put something around the statement that is being gathered."""
        text = "".join(self._out[self._statement :])
        body = text.lstrip()
        self._out[self._statement :] = [text[: len(text) - len(body)], before, body.rstrip(), after]

    def all_of(self) -> tuple[str, Origin]:
        """The part, and the place of its first line."""
        return "".join(self._out), Origin(self._at.file, self._line)


def _has_at_ends(text: str) -> bool:
    """Whether the statements of a Db2 script end with ``@``, though no line says so."""
    ends = len(_ENDS_AT.findall(text))
    return ends > 0 and "--#SET" not in text.upper() and not _ENDS_SEMICOLON.search(text[text.rfind("@") :])


def _joined(value: str) -> str:
    r"""What ``\set`` makes of its arguments: one text, in which ``''`` within quotes is a quote."""
    return "".join(match[2] or (match[1] or "").replace("''", "'") for match in _ARGUMENT.finditer(value))


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value
