"""A log of JSON lines as Parquet, in the columns of a query history. Arguments: LOG FILE."""

import sys
from pathlib import Path

import orjson
import pyarrow as pa
from pyarrow import parquet

from extractor.sources.times import Clock


def main() -> None:
    """Write the file; print the bytes of SQL in it."""
    log, target = sys.argv[1:]
    rows = [orjson.loads(line) for line in Path(log).read_bytes().splitlines()]
    read = Clock().read
    table = {
        "query_text": [row["query"] for row in rows],
        "start_time": pa.array([read(row["timestamp"]) for row in rows], pa.timestamp("us", "UTC")),
        "user_name": [row["user"] for row in rows],
        "session_id": [row["session_id"] for row in rows],
    }
    parquet.write_table(pa.table(table), target, compression="snappy")
    print(sum(len(row["query"].encode()) for row in rows))


main()
