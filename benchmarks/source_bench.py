"""Reading alone: megabytes and records a second of each kind of file, beside the barest reading of the same file."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.environments import Pythons
from benchmarks.log_generator import Shape, write_log
from benchmarks.measure import ROOT, Spread, answer_of, environment
from benchmarks.results import Table, figure, ratio

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


class _Kind(NamedTuple):
    """A file, and the barest way to read it; where that only unpacks it, ``plain`` is what lies in it."""

    title: str
    name: str
    bare: str
    bare_title: str
    plain: str = ""


_KINDS = (
    _Kind("JSON lines", "log.jsonl", "orjson", "orjson on each line"),
    _Kind("JSON lines, gzip", "log.jsonl.gz", "gzip", "decompression and reading what it gives", "log.jsonl"),
    _Kind("JSON lines, zstd", "log.jsonl.zst", "zstd", "decompression and reading what it gives", "log.jsonl"),
    _Kind("PostgreSQL csvlog", "postgresql.csv", "csv", "csv.reader alone"),
    _Kind("PostgreSQL stderr", "postgresql.log", "lines", "decoded lines alone"),
    _Kind("Parquet, snappy", "log.parquet", "pyarrow", "pyarrow's lists of values"),
)


def measure_sources(folder: Path, pythons: Pythons, *, events: int, rounds: int) -> list[Table]:
    """Write the files, read each in turns, say how fast."""
    sizes = write_files(folder, events)
    to_parquet = [pythons.compiled, "-m", "benchmarks.contenders.to_parquet"]
    done = subprocess.run(
        [*to_parquet, str(folder / "log.jsonl"), str(folder / "log.parquet")],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        check=True,
    )
    sizes["log.parquet"] = int(done.stdout)
    costs: dict[tuple[str, str], list[float]] = defaultdict(list)
    records: dict[str, int] = {}
    peaks: dict[str, float] = defaultdict(float)
    for number in range(rounds):
        print(f"  sources: round {number + 1} of {rounds}", flush=True)
        for kind in _KINDS:
            for how in ("ours", kind.bare):
                path = str(folder / kind.name)
                found = answer_of([pythons.compiled, "-m", "benchmarks.contenders.reading", path, how])
                costs[kind.name, how].append(found["cpu_s"])
                if how == "ours":
                    records[kind.name] = found["records"]
                    peaks[kind.name] = max(peaks[kind.name], found["peak_mb"])
    rows = []
    for kind in _KINDS:
        ours, bare = costs[kind.name, "ours"], costs[kind.name, kind.bare]
        if kind.plain:
            bare = [a + b for a, b in zip(bare, costs[kind.plain, "ours"], strict=True)]
        speed = Spread.of(sizes[kind.name] / 1e6 / cost for cost in ours)
        rate = Spread.of(records[kind.name] / cost for cost in ours)
        against = Spread.of(a / b for a, b in zip(ours, bare, strict=True))
        cells = [f"{records[kind.name]:,}", figure(speed, 0), figure(rate, 0), f"{ratio(against)} {kind.bare_title}"]
        rows.append([kind.title, *cells, figure(Spread.of([peaks[kind.name]]), 0)])
    head = ["format", "records", "MB / CPU s, uncompressed", "records / CPU s", "CPU time", "peak MB"]
    note = "Recognition of the format is in the figures. The megabytes of Parquet are those of its SQL."
    return [Table("Sources: reading alone", head, rows, note)]


def write_files(folder: Path, events: int) -> dict[str, int]:
    """The same events in each format; the uncompressed size of each file by its name."""
    write_log(folder, Shape(events))
    log = (folder / "log.jsonl").read_bytes()
    (folder / "log.jsonl.gz").write_bytes(gzip.compress(log, 6))
    (folder / "log.jsonl.zst").write_bytes(zstd.compress(log))
    (folder / "postgresql.csv").write_text("".join(_csv_rows(log)), encoding="utf-8")
    (folder / "postgresql.log").write_text("".join(_stderr_entries(log)), encoding="utf-8")
    plain = {name: (folder / name).stat().st_size for name in ("log.jsonl", "postgresql.csv", "postgresql.log")}
    return plain | {"log.jsonl.gz": len(log), "log.jsonl.zst": len(log)}


def _entries(log: bytes) -> Iterator[tuple[str, str, str, int]]:
    """(time, user, text, number of the session) of each line."""
    numbers: dict[str, int] = {}
    for line in log.splitlines():
        row = json.loads(line)
        at = row["timestamp"].replace("T", " ").replace("Z", " UTC")
        yield at, row["user"], row["query"], numbers.setdefault(row["session_id"], len(numbers) + 1000)


def _csv_rows(log: bytes) -> Iterator[str]:
    """Csvlog of PostgreSQL 14 and later: 26 columns, what is text always in quotes, as the server writes it."""
    for line, (at, user, text, session) in enumerate(_entries(log), 1):
        head = (
            f'{at},"{user}","wh",{session},"10.0.0.9:51044",65e28800.{session:x},{line},"SELECT",{at},5/21,0,LOG,00000'
        )
        told = text.replace('"', '""')
        yield f'{head},"statement: {told}",,,,,,,,,"report","client backend",,0\n'


def _stderr_entries(log: bytes) -> Iterator[str]:
    """The text log with the default prefix; further lines of a statement begin with a tab."""
    for at, _, text, session in _entries(log):
        told = text.replace("\n", "\n\t")
        yield f"{at} [{session}] LOG:  statement: {told}\n"
