"""What lies on the desk - a text, a log, a folder of scripts - read and analysed in this process."""

from __future__ import annotations

import sys
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from extractor.errors import ConfigError
from extractor.models import BadRecord, Lineage, Outcome, QueryRecord
from extractor.progress import Count, Progress, counter
from extractor.report import visible

if TYPE_CHECKING:
    from extractor.cli.guessing import Guess
    from extractor.outputs.graph import Graph
    from extractor.outputs.of_lineage import Text
    from extractor.sources import InputFile
    from extractor.sources.reader import FileReader

STANDARD_INPUT = "standard input"
_NOT_ANALYSED = frozenset(
    {Outcome.NOT_PARSED, Outcome.UNSUPPORTED, Outcome.TOO_LARGE, Outcome.TIMED_OUT, Outcome.CUT, Outcome.DYNAMIC}
)
_NOT_UNDERSTOOD = frozenset({Outcome.NOT_PARSED, Outcome.UNSUPPORTED})
_FAILED = _NOT_UNDERSTOOD | {Outcome.TOO_LARGE, Outcome.TIMED_OUT}
_OF_ROUTINE = "statement of a routine"
"""Its places speak of the text within the routine."""
_SAMPLE_CHARS = 200_000
_SAMPLE_RECORDS = 200
_COUNTED = 500
"""After so many records of a log it is told how far it is read."""


class Names(NamedTuple):
    """Where names that lack something belong, and which columns are known."""

    schema: dict[str, dict[str, str | None]] | None = None
    database: str | None = None
    default_schema: str | None = None


@dataclass(slots=True)
class Desk:
    """What was read: the lineage of each input by its name, its text, and lines about what could not be read."""

    dialect: str
    guess: Guess | None = None
    found: dict[str, Lineage] = field(default_factory=dict)
    contents: dict[str, str | list[QueryRecord]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    _texts: dict[str, dict[str, Text]] = field(default_factory=dict)

    def text_of(self, name: str, fingerprint: str) -> Text:
        """The text of a statement of an input, without credentials, and when it ran."""
        from extractor.outputs.of_lineage import Text

        if name not in self._texts:
            self._texts[name] = _texts_of(self.contents[name], self.dialect)
        return self._texts[name].get(fingerprint, Text(""))

    def not_analysed(self) -> list[str]:
        """Lines about the statements whose lineage is missing, since nothing could read them."""
        return [
            f"{name}, statement {s.index + 1}: {s.outcome.value}{f' ({s.reason})' if s.reason else ''}"
            for name, lineage in self.found.items()
            for s in lineage.statements
            if s.outcome in _NOT_ANALYSED
        ]

    def failed(self) -> tuple[int, int]:
        """How many statements could not be analysed, and how many there are."""
        outcomes = [s.outcome for lineage in self.found.values() for s in lineage.statements]
        return sum(outcome in _FAILED for outcome in outcomes), len(outcomes)

    def excerpts(self) -> list[str]:
        """Lines that show where the statements that cannot be parsed stop making sense, without credentials."""
        from extractor.outputs.excerpt import excerpt, place_of, place_of_beginning

        rows: list[str] = []
        for name, lineage in self.found.items():
            failed = [s for s in lineage.statements if s.outcome in _NOT_UNDERSTOOD and s.kind != _OF_ROUTINE]
            pieces = _pieces_of(self.contents[name], self.dialect) if failed else {}
            for statement in failed:
                line, raw = pieces.get(statement.fingerprint, (0, ""))
                place = place_of(statement.reason) or place_of_beginning(raw, statement.reason)
                if place is not None and line:
                    where = f"{name}:{line + place.line - 1}:{place.first_column}"
                    rows.append(f"{where}: {statement.outcome.value}: {place.reason}")
                    rows += excerpt(self.text_of(name, statement.fingerprint).sql, place, line, raw=raw)
        return rows

    def graph(self, title: str, made_at: datetime) -> Graph:
        """All of it as one graph."""
        from extractor.outputs.of_lineage import graph_of_lineage

        return graph_of_lineage(self.found, self.text_of, title=title, made_at=made_at)


def read_desk(
    source: str,
    dialect: str,
    names: Names,
    *,
    inputs: list[Input] | None = None,
    progress: Progress = lambda _: None,
) -> Desk:
    """Read and analyse what ``source`` names; without a dialect, it is guessed.

    ``inputs`` gives the inputs where they are known already (two versions that must be read in one dialect).

    Raises:
        ConfigError: there is nothing to read, or no such dialect.
    """
    import dialects as known
    from extractor.api import extract_lineage

    inputs = inputs if inputs is not None else inputs_of(source)
    guess = None if dialect else guess_of(inputs)
    desk = Desk(guess.name if guess else dialect, guess)
    way = _Way(inputs, progress)
    for item in inputs:
        content = item.read(desk.dialect, desk.problems, way.reading(item))
        if content is None:
            way.is_past(item)
            continue
        try:
            desk.found[item.name] = extract_lineage(
                content,
                dialect=desk.dialect,
                schema=names.schema,
                default_database=names.database,
                default_schema=names.default_schema,
                progress=way.analysing(item),
            )
        except known.UnknownDialect as error:
            raise ConfigError(str(error)) from None
        desk.contents[item.name] = content
        way.is_past(item)
    return desk


class Input(NamedTuple):
    """One input: standard input with its ``text``, or a file (one of an archive, too)."""

    name: str
    text: str | None = None
    file: InputFile | None = None

    @property
    def size_bytes(self) -> int:
        """How large it is, as it lies there; 0 where nobody knows."""
        if self.file is None:
            return len(self.text or "")
        if self.file.size_bytes or not isinstance(self.file.path, Path):
            return self.file.size_bytes
        return self.file.path.stat().st_size if self.file.path.is_file() else 0

    def read(
        self, dialect: str, problems: list[str], told: Callable[[int], None] | None = None
    ) -> str | list[QueryRecord] | None:
        """Its text, or its records where it is a log or compressed; None, and a line about it, where it is neither.

        ``told`` is called now and then with the bytes that are read.
        """
        return self.text if self.file is None else _content_of(self.file, dialect, problems, told)


class _Way:
    """Tells how far the inputs are: of a log, how much is read; of all together, how much is analysed."""

    def __init__(self, inputs: list[Input], progress: Progress) -> None:
        self._told = counter(progress)
        self._total = sum(item.size_bytes for item in inputs)
        self._done = 0

    def reading(self, item: Input) -> Callable[[int], None]:
        what, size = f"{item.name}: reading", item.size_bytes
        return lambda done: self._told(Count(what, min(done, size), size, "bytes"))

    def analysing(self, item: Input) -> Callable[[float], None]:
        done, size = self._done, item.size_bytes
        return lambda share: self._told(Count("analysing", done + round(size * share), self._total, "bytes"))

    def is_past(self, item: Input) -> None:
        self._done += item.size_bytes
        self._told(Count("analysing", self._done, self._total, "bytes"))


def inputs_of(source: str) -> list[Input]:
    """The inputs that a word of the command line names: a file, a folder of scripts, or '-'.

    Raises:
        ConfigError: there is no such place, the folder holds no script, or what is piped in is no text.
    """
    if source == "-":
        return [Input(STANDARD_INPUT, text=_standard_input())]
    path = Path(source)
    if not path.exists():
        raise ConfigError(f"{source}: there is no such file or folder")
    files = sorted(p for p in path.rglob("*.sql") if p.is_file()) if path.is_dir() else [path]
    if not files:
        raise ConfigError(f"{path} holds no .sql file; a log is read where it is named itself")
    from extractor import sources

    items = (item for file in files for item in sources.expand(sources.InputFile(file, str(file))))
    return [Input(visible(item.name), file=item) for item in items]


def _standard_input() -> str:
    """What is piped in: UTF-8, UTF-16 with its mark, else Windows-1252, whatever the terminal is said to have."""
    data = sys.stdin.buffer.read()
    try:
        text = data.decode("utf-16" if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else "utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    if "\0" in text:
        raise ConfigError(f"{STANDARD_INPUT} is no text; name the file itself, if it is a compressed one")
    return text


def guess_of(inputs: Iterable[Input]) -> Guess:
    """The dialect of inputs: from the first log that is an engine's own, else from their text."""
    from extractor import sources
    from extractor.cli.guessing import guess_by_format, guess_by_text

    sample: list[str] = []
    for item in inputs:
        if item.file is not None and (named := guess_by_format(sources.recognise(item.file).format)):
            return named
        content = item.read("generic", [])
        if isinstance(content, str):
            sample.append(content)
        else:
            sample += [record.sql for record in (content or ())[:_SAMPLE_RECORDS]]
        if sum(map(len, sample)) > _SAMPLE_CHARS:
            break
    return guess_by_text(";\n".join(sample)[:_SAMPLE_CHARS])


def schema_of(path: Path | None) -> dict[str, dict[str, str | None]] | None:
    """The columns that a file of JSON tells.

    Raises:
        ConfigError: it cannot be read, or is something else.
    """
    if path is None:
        return None
    try:
        loaded = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise ConfigError(f"{path} cannot be read as JSON: {error}") from None
    if not isinstance(loaded, dict) or not all(isinstance(v, dict) for v in loaded.values()):
        raise ConfigError(f'{path}: expected {{"schema.table": {{"column": "type or null"}}}}')
    return loaded


def _content_of(
    item: InputFile, dialect: str, problems: list[str], told: Callable[[int], None] | None = None
) -> str | list[QueryRecord] | None:
    from extractor import sources
    from extractor.config import SourceSettings

    found = sources.Recognition("", item.problem) if item.problem else sources.recognise(item)
    if not found.format:
        problems.append(f"{visible(item.name)} cannot be read: {found.reason}")
        return None
    text: str | None = None
    try:
        if found.format == sources.SCRIPTS and not item.member and isinstance(item.path, Path):
            text = item.path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError(f"{error.filename} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        pass  # compressed, or in another encoding: the reader of logs knows both
    settings = SourceSettings(name="desk", paths=[str(item.path)], dialect=dialect or "generic", data_source_id=0)
    reader = sources.read_file(item, settings)
    records = list(_good_records(_watched(reader, told) if told is not None else reader, problems))
    return text if text is not None and _is_as_it_stands(records, text) else records


def _watched(reader: FileReader, told: Callable[[int], None]) -> Iterator[QueryRecord | BadRecord]:
    for number, record in enumerate(reader):
        if not number % _COUNTED:
            told(reader.position_bytes)
        yield record


def _is_as_it_stands(records: list[QueryRecord], text: str) -> bool:
    """Whether a script is sent as its text stands, nothing put into it and nothing called."""
    return not records or "".join(r.sql for r in records).split() == text.split()


def _good_records(items: Iterable[QueryRecord | BadRecord], problems: list[str]) -> Iterator[QueryRecord]:
    for item in items:
        if isinstance(item, BadRecord):
            problems.append(f"{item.origin}: {item.problem}")
        else:
            yield item


def _pieces_of(content: str | list[QueryRecord], dialect: str) -> dict[str, tuple[int, str]]:
    """Of each statement, by its fingerprint, the line on which it begins first, and its text."""
    import dialects as known
    from extractor.statements import fingerprint, pieces

    chosen = known.get(dialect)
    found: dict[str, tuple[int, str]] = {}
    for record in [QueryRecord(content)] if isinstance(content, str) else content:
        first = record.origin.line if record.origin is not None else 1
        for piece in pieces(record.sql, chosen):
            found.setdefault(fingerprint(piece.text, chosen), (first + piece.line - 1, piece.text))
    return found


def _texts_of(content: str | list[QueryRecord], dialect: str) -> dict[str, Text]:
    import dialects as known
    from extractor.outputs.of_lineage import Text
    from extractor.statements import fingerprint, pieces, redact

    chosen = known.get(dialect)
    found: dict[str, Text] = {}
    for record in [QueryRecord(content)] if isinstance(content, str) else content:
        for piece in pieces(record.sql, chosen):
            mark, at = fingerprint(piece.text, chosen), record.started_at
            held = found.get(mark) or Text(redact(piece.text, chosen).strip(), at, at)
            times: list[Any] = [t for t in (held.first_seen, held.last_seen, at) if t is not None]
            found[mark] = Text(held.sql, min(times, default=None), max(times, default=None))
    return found
