"""Files of columns that are no text: Parquet, Avro and Excel, with any names of columns.

The libraries are the extra ``formats``. A file of this sort needs to be read at any place; one that is compressed or
lies in an archive is copied to a nameless temporary file first.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from itertools import islice
from typing import IO, Any, NamedTuple, cast

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
                yield dict(zip(names, cells, strict=True))

    return Table(list(opened.schema_arrow.names), rows)


def _values(column: Any, pa: Any) -> list[Any]:
    """The values of a column; times to the microsecond, which is what Python's have."""
    if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False)
    values: list[Any] = column.to_pylist()
    return values


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
    for number, row in enumerate(table.rows(wanted), 1):
        reading.stats.entries += 1
        item = _item(to_record, row, Origin(reading.lines.file, number), reading)
        if item is None:
            reading.stats.noise += 1
        else:
            yield item


def _item(
    to_record: RowReader | PieceReader, row: Mapping[str, Any], origin: Origin, reading: Reading
) -> Item | Piece | None:
    record = to_record(row, origin.file, origin.line)
    return reading.bad(record, origin) if isinstance(record, str) else record


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
