"""Memory stays bounded, whatever a file holds."""

from __future__ import annotations

import gzip
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from reading import source

from extractor.models import QueryRecord
from extractor.sources import read_file

LIMIT = 1_000_000
LONG = "INSERT INTO a VALUES " + "(1, 'some text'), " * 40
MANY_LINES = 40_000


def _endless(head: str, joint: str, foot: str) -> Iterator[str]:
    """A statement of some 30 MB between two ordinary ones, written as a format writes it."""
    yield head + LONG
    for _ in range(MANY_LINES):
        yield joint + LONG
    yield foot


CASES = {
    "stderr": ("2026-03-02 02:00:11.402 UTC [7] LOG:  statement: ", "\n\t", "\n"),
    "csvlog": (
        '2026-03-02 02:00:11 UTC,"etl","wh",7,"[local]",65e2882b.7,3,,,,0,LOG,00000,"statement: ',
        "\n",
        '",,,,,,,,,"nightly"\n',
    ),
    "jsonlog": (
        '{"timestamp":"2026-03-02 02:00:11.402 UTC","pid":7,"error_severity":"LOG","message":"statement: ',
        " ",
        '"}\n',
    ),
    "redshift": ("'2026-03-02T02:00:11Z UTC [ db=wh user=etl pid=7 userid=104 xid=8 ]' LOG: ", "\n", "\n"),
    "json-lines": ('{"timestamp":1,"query":"', " ", '"}\n'),
    "json": ('[{"timestamp":1,\n"query":"', " ", '"}]\n'),
    "csv": ('query,user\n"', "\n", '",etl\n'),
    "script": ("", "\n", ";\n"),
}


@pytest.mark.parametrize("is_packed", [False, True])
@pytest.mark.parametrize("name", sorted(CASES))
def test_a_statement_of_30_megabytes_is_cut_and_never_held(tmp_path: Path, name: str, *, is_packed: bool) -> None:
    """The record is given with its text cut at the limit, and memory stays a small multiple of the limit."""
    path = tmp_path / ("x.sql" if name == "script" else "x")
    with gzip.open(path, "wt", compresslevel=1) if is_packed else path.open("w") as file:
        file.writelines(_endless(*CASES[name]))
    tracemalloc.start()
    try:
        reader = read_file(path, source(), max_statement_bytes=LIMIT)
        longest = [len(item.sql) for item in reader if isinstance(item, QueryRecord) and item.cut]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert longest
    assert LIMIT / 2 < max(longest) <= LIMIT
    assert peak < 24 * LIMIT  # the parser of JSON alone takes twelve times what it parses
    assert reader.stats.cut >= 1
