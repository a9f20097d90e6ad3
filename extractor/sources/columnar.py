"""Files of columns that are no text: Parquet, Avro and Excel, with any names of columns.

The libraries are the extra ``formats``. A file of this sort needs to be read at any place; one that is compressed or
lies in an archive is copied to a nameless temporary file first.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from typing import IO, Any, Literal, NamedTuple, cast

from extractor.models import BadRecord, Origin
from extractor.sources.archives import open_input, stream_of
from extractor.sources.chunks import Piece, PieceReader, joined
from extractor.sources.columns import choose_columns
from extractor.sources.interface import InputFile, Item, Reading, Sample, SourceFormat, Verdict
from extractor.sources.json_lines import find_columns
from extractor.sources.known_row_formats import ROW_FORMATS
from extractor.sources.layouts import layout_of
from extractor.sources.row_formats import placed_rows, read_shown, row_format_of
from extractor.sources.rows import RowReader
from extractor.sources.stored import open_bytes
from extractor.sources.wrappers import unwrap

_COPY_BYTES = 1 << 20
_BATCH_ROWS = 2_000
_ZIP, _OLD_OFFICE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_MISSING = "{0} is read with a library that is missing: install alation-lineage[formats]"


class Table(NamedTuple):
    """An open file: the names of its columns, and its rows when they are wanted; the given names are enough."""

    names: list[str]
    rows: Callable[[list[str]], Iterator[Mapping[str, Any]]]


def _seekable(item: InputFile) -> IO[bytes]:
    """The file, open for reading at any place."""
    with closing(open_input(item)) as file:
        unwrapped, wrappers = unwrap(stream_of(item, file))
        if not item.member and not wrappers:
            return open_bytes(item.path)
        plain = tempfile.TemporaryFile()  # noqa: SIM115 - whoever reads it closes it
        while block := unwrapped.read(_COPY_BYTES):
            plain.write(block)
    plain.seek(0)
    return plain


def _open_parquet(file: IO[bytes]) -> Table:
    import pyarrow as pa  # noqa: PLC0415 - of an extra that may be missing
    import pyarrow.parquet as pq  # noqa: PLC0415 - as above

    opened = pq.ParquetFile(file, page_checksum_verification=True)

    def rows(wanted: list[str]) -> Iterator[Mapping[str, Any]]:
        for batch in opened.iter_batches(batch_size=_BATCH_ROWS, columns=wanted):
            columns = [_values(column, pa) for column in batch.columns]
            names = batch.schema.names
            for cells in zip(*columns, strict=True):
                yield dict(zip(names, cells))  # noqa: B905 - zipped strictly just above

    return Table(list(opened.schema_arrow.names), rows)


def _values(column: Any, pa: Any) -> list[Any]:
    """The values of a column; times to the microsecond, which is what Python's have."""
    is_time = pa.types.is_timestamp(column.type)
    if is_time and column.type.unit != "us":
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False)
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        values: list[Any] = _texts(column, "i" if pa.types.is_string(column.type) else "q")
    elif is_time and column.type.tz in (None, "UTC"):
        first = datetime(1970, 1, 1, tzinfo=UTC if column.type.tz else None)
        numbers = memoryview(column.buffers()[1]).cast("q")[column.offset : column.offset + len(column)]
        values = [_moment(first, number) for number in numbers]
    else:
        return list(column.to_pylist())
    if column.null_count:
        bits, offset = memoryview(column.buffers()[0]), column.offset
        return [value if bits[n >> 3] >> (n & 7) & 1 else None for n, value in enumerate(values, offset)]
    return values


def _texts(column: Any, size: Literal["i", "q"]) -> list[Any]:
    """The values of a column of texts from its memory: the library makes an object for each before the text."""
    _, offsets, data = column.buffers()
    places = memoryview(offsets).cast(size)[column.offset : column.offset + len(column) + 1].tolist()
    if data is None or not places:
        return [""] * len(column)
    start = places[0]
    view = memoryview(data)[start : places[-1]]
    whole = str(view, "utf-8")
    if len(whole) == len(view):  # one character a byte
        return [whole[a - start : b - start] for a, b in pairwise(places)]
    return [str(view[a - start : b - start], "utf-8") for a, b in pairwise(places)]


def _moment(first: datetime, microseconds: int) -> datetime | None:
    try:
        return first + timedelta(microseconds=microseconds)
    except OverflowError:
        return None


def _open_avro(file: IO[bytes]) -> Table:
    import fastavro  # noqa: PLC0415 - of an extra that may be missing

    opened = fastavro.reader(file)
    schema = cast("dict[str, Any]", opened.writer_schema or {})
    names = [field["name"] for field in schema.get("fields", ())]
    return Table(names, lambda _: (row for row in opened if isinstance(row, dict)))


def _open_excel(file: IO[bytes]) -> Table:
    """The first sheet with a header that names a column of SQL; else the first sheet."""
    import python_calamine  # noqa: PLC0415 - of an extra that may be missing

    workbook = python_calamine.CalamineWorkbook.from_filelike(file)
    sheets = [workbook.get_sheet_by_name(name) for name in workbook.sheet_names]
    headers = [[str(cell) for cell in next(iter(sheet.iter_rows()), [])] for sheet in sheets]
    fitting = (n for n, names in enumerate(headers) if "sql" in choose_columns(names, {}).found)
    number = next(fitting, 0)
    names = headers[number] if headers else []

    def rows(_: list[str]) -> Iterator[Mapping[str, Any]]:
        for row in list(sheets[number].iter_rows())[1:] if sheets else ():
            yield dict(zip(names, row, strict=False))

    return Table(names, rows)


def _format(
    name: str, title: str, is_own: Callable[[bytes], bool], open_table: Callable[[IO[bytes]], Table]
) -> SourceFormat:
    """A format of columns from how its bytes begin and how it is opened."""

    def judge(sample: Sample) -> Verdict:
        if not is_own(sample.raw):
            return Verdict(0, f"it does not begin as {title} does")
        try:
            with closing(_seekable(sample.item)) as file:
                names = open_table(file).names
        except ImportError:
            return Verdict(0.9, _MISSING.format(title))
        except Exception as error:  # noqa: BLE001 - the libraries' errors have no common base
            return Verdict(0.9, f"it is {title} that cannot be opened: {_in_words(error)}")
        fields = sample.source.fields if sample.source else {}
        known_rows = None if fields else row_format_of(ROW_FORMATS, names)
        if known_rows is not None:
            return Verdict(0.95, f"{title} with the columns of {known_rows.title}")
        columns = choose_columns(names, fields, layout_of(names))
        if "sql" not in columns.found:
            known = ", ".join(names[:8])
            return Verdict(0.9, f"{title}, but none of the columns {known} is known to hold SQL: set fields.sql")
        return Verdict(0.95, f"{title} with {columns.in_words()}")

    def read(reading: Reading) -> Iterator[Item]:
        try:
            with closing(_seekable(reading.sample.item)) as file:
                yield from _items(open_table(file), reading)
        except ImportError:
            yield _whole_file(reading, _MISSING.format(title))
        except Exception as error:  # noqa: BLE001 - the libraries' errors have no common base
            yield _whole_file(reading, f"reading stopped: {_in_words(error)}")

    return SourceFormat(name, title, judge, read, is_text=False)


def _in_words(error: Exception) -> str:
    """An error of a library, shortened: some of them quote what they read."""
    return f"{type(error).__name__}: {str(error).splitlines()[0][:120] if str(error) else ''}".rstrip(": ")


def _whole_file(reading: Reading, problem: str) -> BadRecord:
    reading.stats.entries += 1
    reading.stats.problem = reading.stats.problem or problem
    return reading.bad(problem, Origin(reading.lines.file, 1))


def _items(table: Table, reading: Reading) -> Iterator[Item]:
    known_rows = None if reading.source.fields else row_format_of(ROW_FORMATS, table.names)
    if known_rows is not None:
        placed = placed_rows(table.rows(table.names), reading.lines.file)
        yield from read_shown(known_rows, table.names, placed, reading)
        return
    to_record, problems = find_columns(table.names, reading, None)
    for problem in problems:
        yield _whole_file(reading, problem)
    if to_record is None:
        yield _whole_file(reading, f"none of the columns {', '.join(table.names[:8])} is known to hold SQL")
        return
    yield from joined(_items_of(table, reading, to_record), to_record)


def _items_of(table: Table, reading: Reading, to_record: RowReader | PieceReader) -> Iterator[Item | Piece]:
    wanted = [name for name in table.names if name in to_record.column_names]
    stats, file = reading.stats, reading.lines.file
    for number, row in enumerate(table.rows(wanted), 1):
        stats.entries += 1
        record = to_record(row, file, number)
        if record is None:
            stats.noise += 1
        elif isinstance(record, str):
            yield reading.bad(record, Origin(file, number))
        else:
            yield record


def _is_excel(head: bytes) -> bool:
    return head.startswith(_OLD_OFFICE) or (head.startswith(_ZIP) and b"xl/" in head)


@contextmanager
def open_rows(sample: Sample) -> Iterator[Table | None]:
    """The table in a file of columns, open; None where the file is none, or cannot be opened."""
    open_table = next((open_table for _, is_own, open_table in _KNOWN.values() if is_own(sample.raw)), None)
    if open_table is None:
        yield None
        return
    with closing(_seekable(sample.item)) as file:
        try:
            table = open_table(file)
        except Exception:  # noqa: BLE001 - the libraries' errors have no common base; recognition tells them
            table = None
        yield table


def first_rows(name: str, sample: Sample, limit: int) -> list[Mapping[str, Any]] | None:
    """The first rows of a file in that format; None where it is in another, or cannot be opened."""
    _, is_own, open_table = _KNOWN[name]
    if not is_own(sample.raw):
        return None
    try:
        with closing(_seekable(sample.item)) as file:
            table = open_table(file)
            return list(islice(table.rows(table.names), limit))
    except Exception:  # noqa: BLE001 - the libraries' errors have no common base; recognition tells them
        return None


_KNOWN: dict[str, tuple[str, Callable[[bytes], bool], Callable[[IO[bytes]], Table]]] = {
    "parquet": ("Apache Parquet", lambda head: head.startswith(b"PAR1"), _open_parquet),
    "avro": ("Apache Avro", lambda head: head.startswith(b"Obj\x01"), _open_avro),
    "excel": ("an Excel workbook", _is_excel, _open_excel),
}
FORMATS = tuple(_format(name, *known) for name, known in _KNOWN.items())
