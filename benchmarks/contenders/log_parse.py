"""The yardstick of a log: sqlglot's parse of every text in it. Arguments: LOG DIALECT."""

import json
import logging
import sys
import time
from importlib import metadata
from pathlib import Path

import sqlglot
from sqlglot.errors import SqlglotError


def main() -> None:
    """Parse all texts; print the CPU time."""
    logging.disable(logging.CRITICAL)
    log, dialect = sys.argv[1:]
    with Path(log).open(encoding="utf-8") as lines:
        texts = [json.loads(line)["query"] for line in lines]
    sqlglot.parse(texts[0], read=dialect)
    refused = 0
    begun = time.process_time()
    for text in texts:
        try:
            sqlglot.parse(text, read=dialect)
        except (SqlglotError, RecursionError):
            refused += 1
    cpu_s = time.process_time() - begun
    print(
        json.dumps({"events": len(texts), "cpu_s": cpu_s, "refused": refused, "version": metadata.version("sqlglot")})
    )


main()
