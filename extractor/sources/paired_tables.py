"""Histories that lie in two tables, and so in two files: what is known of statements, and their texts in chunks.

Teradata's DBQLogTbl with DBQLSqlTbl, Redshift's STL_QUERY with STL_QUERYTEXT and SYS_QUERY_HISTORY with SYS_QUERY_TEXT,
Netezza's prolog with its overflow. The first goes into a temporary database on disk; then the rows of the second are
read with what the first knows of them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from typing import Any, NamedTuple

import orjson

from extractor.config import SourceSettings
from extractor.models import BadRecord, Origin, QueryRecord
from extractor.sources.chunks import Piece, PieceReader, joined, reader_of
from extractor.sources.columnar import open_rows
from extractor.sources.columns import Layout, choose_columns, fold
from extractor.sources.delimited import shape_of
from extractor.sources.interface import FileStats, InputFile, Item, Reading, Sample
from extractor.sources.known_layouts import names_in
from extractor.sources.layouts import layout_of
from extractor.sources.layouts_of_warehouses import (
    NETEZZA_HISTORY,
    REDSHIFT_QUERY,
    REDSHIFT_QUERYTEXT,
    REDSHIFT_SYS_HISTORY,
    REDSHIFT_SYS_TEXT,
    TERADATA_LOG,
    TERADATA_SQL,
)
from extractor.sources.opening import OpenFile
from extractor.sources.recognition import recognise_sample, sample_of
from extractor.sources.row_formats import Placed, placed_rows, rows_in_text

_CACHE_KIB = 16_000
_BATCH = 1_000
_SIGN_OF_OVERFLOW = "sequenceid"


class Pair(NamedTuple):
    """Two layouts that are one history. Where the layouts are the same, the second has the column ``sign``.

    ``keys`` are the folded columns that both have, of which those that are there count.
    """

    known: Layout
    texts: Layout
    keys: tuple[str, ...]
    sign: str = ""

    def role_of(self, names: list[str]) -> str:
        """What a file with those columns is in this pair: ``known``, ``texts``, or ""."""
        layout = layout_of(names)
        if layout is None or layout.name not in (self.known.name, self.texts.name):
            return ""
        if self.sign:
            return "texts" if self.sign in {fold(name) for name in names} else "known"
        return "known" if layout.name == self.known.name else "texts"


PAIRS = (
    Pair(TERADATA_LOG, TERADATA_SQL, ("procid", "queryid")),
    Pair(REDSHIFT_QUERY, REDSHIFT_QUERYTEXT, ("query",)),
    Pair(REDSHIFT_SYS_HISTORY, REDSHIFT_SYS_TEXT, ("queryid",)),
    Pair(NETEZZA_HISTORY, NETEZZA_HISTORY, ("npsid", "npsinstanceid", "opid"), _SIGN_OF_OVERFLOW),
)
DIALECTS = frozenset({"teradata", "redshift", "netezza"})
"""Whose histories lie in two tables."""


class PairedFiles(list[InputFile]):
    """The files of a pair, those of the first table before those of the second."""

    def __init__(self, pair: Pair, files: Iterable[InputFile]) -> None:
        super().__init__(files)
        self.pair = pair


def pairs_among(logs: Iterable[list[InputFile]], source: SourceSettings) -> Iterator[list[InputFile]]:
    """The same logs, but that files of one folder which are the two tables of a history become one log."""
    if source.dialect not in DIALECTS or source.format != "auto" or source.fields:
        yield from logs
        return
    found: dict[tuple[str, int], dict[str, list[InputFile]]] = {}
    others: list[list[InputFile]] = []
    for log in logs:
        place = _place_of(log[0], source)
        if place is None:
            others.append(log)
            continue
        number, role = place
        folder = log[0].name.rpartition("/")[0]
        found.setdefault((folder, number), {"known": [], "texts": []})[role].extend(log)
    for (_, number), files in found.items():
        if files["known"] and files["texts"]:
            yield PairedFiles(PAIRS[number], [*files["known"], *files["texts"]])
        else:
            others.extend([file] for role in files.values() for file in role)
    yield from others


def _place_of(file: InputFile, source: SourceSettings) -> tuple[int, str] | None:
    """Which pair a file belongs to, and as what; None where it belongs to none, or cannot be opened."""
    try:
        with OpenFile(file, source.encoding) as opened:
            sample = sample_of([opened], source)
            name = recognise_sample(sample, opened).format
    except (OSError, LookupError):
        return None
    if name not in ("parquet", "avro", *(layout.name for pair in PAIRS for layout in (pair.known, pair.texts))):
        return None
    names = names_of(sample)
    return next(((number, role) for number, pair in enumerate(PAIRS) if (role := pair.role_of(names))), None)


def names_of(sample: Sample) -> list[str]:
    """The names of the columns of a file."""
    with open_rows(sample) as table:
        return table.names if table is not None else names_in(sample)


class Part(NamedTuple):
    """A file of a pair that is open: how to read it, its names of columns, what it is in the pair."""

    reading: Reading
    names: list[str]
    role: str


class _Known:
    """What the first table knows, by key, on disk where it is much; each row with its place and whether it was used."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)  # a temporary file that goes with the connection
        self._database.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        self._database.execute(
            "CREATE TABLE known (key TEXT PRIMARY KEY, row BLOB, file TEXT, line INTEGER, used INTEGER DEFAULT 0)"
        )
        self._database.execute("BEGIN")

    def add(self, key: str, row: Mapping[str, Any], origin: Origin) -> bool:
        """Keep a row; false where its key is known already."""
        cells = (key, orjson.dumps(row, default=str), origin.file, origin.line)
        added = self._database.execute("INSERT OR IGNORE INTO known (key, row, file, line) VALUES (?, ?, ?, ?)", cells)
        return added.rowcount > 0

    def use(self, key: str) -> tuple[dict[str, Any], Origin, bool] | None:
        """The row of a key with its place, and whether this is its first use; None where there is none."""
        found = self._database.execute("SELECT row, file, line, used FROM known WHERE key = ?", (key,)).fetchone()
        if found is None:
            return None
        if not found[3]:
            self._database.execute("UPDATE known SET used = 1 WHERE key = ?", (key,))
        return orjson.loads(found[0]), Origin(found[1], found[2]), not found[3]

    def unused(self) -> Iterator[tuple[dict[str, Any], Origin]]:
        """The rows that nothing used, in the order in which they came."""
        found = self._database.execute("SELECT row, file, line FROM known WHERE used = 0 ORDER BY rowid")
        while batch := found.fetchmany(_BATCH):
            for row, file, line in batch:
                yield orjson.loads(row), Origin(file, line)

    def close(self) -> None:
        """Let go of the rows."""
        self._database.close()


def read_pair(pair: Pair, parts: Iterable[Part]) -> Iterator[Item]:
    """The records of a pair's files; those with the first role come before those with the second."""
    with closing(_Known()) as known:
        last: Part | None = None
        names: dict[str, None] = {}
        stats: dict[str, FileStats] = {}
        for part in parts:
            folded = [fold(name) for name in part.names]
            stats[part.reading.lines.file] = part.reading.stats
            if part.role == "known":
                names.update(dict.fromkeys(folded))
                yield from _keep(pair, part, known)
                last = part
                continue
            yield from _joined(pair, part, known, [*folded, *(name for name in names if name not in folded)], stats)
        if last is not None:
            yield from _left(pair, last, known, list(names), stats)


def _key_of(pair: Pair, row: Mapping[str, Any]) -> str:
    return "\x1f".join(str(row[key]) for key in pair.keys if row.get(key) not in (None, ""))


def _folded_rows(part: Part) -> Iterator[Placed | BadRecord]:
    folded = {name: fold(name) for name in part.names}
    for one in _placed(part.reading):
        if isinstance(one, BadRecord):
            yield one
        else:
            yield one._replace(row={folded.get(name) or fold(name): value for name, value in one.row.items()})


def _placed(reading: Reading) -> Iterator[Placed | BadRecord]:
    with open_rows(reading.sample) as table:
        if table is not None:
            yield from placed_rows(table.rows(table.names), reading.lines.file)
            return
    shape = shape_of(reading.sample)
    yield from rows_in_text(reading, shape.separator if shape else ",", list(shape.names) if shape else [])


def _keep(pair: Pair, part: Part, known: _Known) -> Iterator[Item]:
    """Take in the rows of the first table; each counts where it becomes a record, or goes into one."""
    for one in _folded_rows(part):
        part.reading.stats.entries += 1
        if isinstance(one, BadRecord):
            yield one
        elif not (key := _key_of(pair, one.row)):
            part.reading.stats.noise += 1
        elif not known.add(key, one.row, one.origin):
            part.reading.stats.repeats += 1


def _joined(pair: Pair, part: Part, known: _Known, names: list[str], stats: Mapping[str, FileStats]) -> Iterator[Item]:
    """The records of texts, with what the first table knows of them."""
    columns = choose_columns(names, {}, pair.texts)
    reader = reader_of(columns, part.reading)

    def pieces() -> Iterator[Item | Piece]:
        for one in _folded_rows(part):
            part.reading.stats.entries += 1
            if isinstance(one, BadRecord):
                yield one
                continue
            found = known.use(_key_of(pair, one.row))
            row = one.row
            if found is not None:
                facts, origin, is_first = found
                if is_first:
                    stats[origin.file].repeats += 1
                if is_first and pair.sign:  # its text is the piece before the first
                    yield Piece({**facts, pair.sign: None}, one.origin)
                    part.reading.stats.repeats -= 1
                row = {**facts, **{name: value for name, value in row.items() if value not in (None, "")}}
            item = reader(row, one.origin.file, one.origin.line)
            if isinstance(item, QueryRecord | Piece):
                yield item._replace(cut=True) if one.is_cut else item
            elif item:
                yield part.reading.bad(item, one.origin)
            else:
                part.reading.stats.noise += 1

    yield from joined(pieces(), reader)


def _left(pair: Pair, last: Part, known: _Known, names: list[str], stats: Mapping[str, FileStats]) -> Iterator[Item]:
    """The records of statements of which only the first table knows."""
    reader = reader_of(choose_columns(names, {}, pair.known), last.reading)

    def pieces() -> Iterator[Item | Piece]:
        for row, origin in known.unused():
            item = reader(row, origin.file, origin.line)
            if isinstance(item, QueryRecord | Piece):
                yield item
            elif item:
                yield last.reading.bad(item, origin)
            else:
                stats[origin.file].noise += 1

    if isinstance(reader, PieceReader):
        yield from reader.join(pieces())
    else:
        yield from joined(pieces(), reader)
