"""openlineage-sql called for each event of a log. Arguments: LOG DIALECT."""

import json
import sys
import time
from importlib import metadata
from pathlib import Path

import openlineage_sql


def main() -> None:
    """Ask for the lineage of all texts; print the CPU time."""
    log, dialect = sys.argv[1:]
    with Path(log).open(encoding="utf-8") as lines:
        texts = [json.loads(line)["query"] for line in lines]
    refused = 0
    begun = time.process_time()
    for text in texts:
        found = openlineage_sql.parse([text], dialect=dialect, default_schema=None)
        refused += found is None or bool(found.errors)
    cpu_s = time.process_time() - begun
    version = metadata.version("openlineage-sql")
    print(json.dumps({"events": len(texts), "cpu_s": cpu_s, "refused": refused, "version": version}))


main()
