"""Reading a file, by our sources or by the barest means. Arguments: FILE HOW."""

import csv
import gzip
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

import orjson

from benchmarks.measure import peak_mb
from extractor import sources
from extractor.config import SourceSettings

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_BLOCK = 1 << 18


def ours(path: Path) -> int:
    """All records, as the run reads them."""
    source = SourceSettings.model_validate(
        {"name": "log", "paths": [str(path)], "dialect": "postgres", "data_source_id": 1}
    )
    return sum(1 for _ in sources.read_file(path, source))


def loads(path: Path) -> int:
    """Orjson on each line."""
    with path.open("rb") as lines:
        return sum(1 for line in lines if orjson.loads(line))


def lines_alone(path: Path) -> int:
    """Decoded lines."""
    with path.open(encoding="utf-8") as lines:
        return sum(1 for _ in lines)


def rows(path: Path) -> int:
    """The standard library's CSV reader."""
    with path.open(encoding="utf-8", newline="") as lines:
        return sum(1 for _ in csv.reader(lines))


def gunzip(path: Path) -> int:
    """Decompression alone."""
    with gzip.open(path) as stream:
        return _drain(stream)


def unzstd(path: Path) -> int:
    """Decompression alone."""
    with zstd.open(path) as stream:
        return _drain(stream)


def columns(path: Path) -> int:
    """The values of all columns, as pyarrow gives them."""
    from pyarrow import parquet  # noqa: PLC0415 - the other formats do without it

    return sum(max(len(c.to_pylist()) for c in b.columns) for b in parquet.ParquetFile(path).iter_batches(2_000))


def _drain(stream: IO[bytes]) -> int:
    blocks = 0
    while stream.read(_BLOCK):
        blocks += 1
    return blocks


WAYS: dict[str, Callable[[Path], int]] = {
    "ours": ours,
    "orjson": loads,
    "lines": lines_alone,
    "csv": rows,
    "gzip": gunzip,
    "zstd": unzstd,
    "pyarrow": columns,
}


def main() -> None:
    """Read the file to its end; print the CPU time and the memory."""
    path, how = Path(sys.argv[1]), sys.argv[2]
    begun = time.process_time()
    found = WAYS[how](path)
    cpu_s = time.process_time() - begun
    print(json.dumps({"cpu_s": cpu_s, "records": found, "peak_mb": peak_mb(os.getpid())}))


main()
