"""The cheap steps of our own log path alone. Arguments: LOG DIALECT STEP, the step one of read, filter, fingerprint."""

import json
import sys
import time
from pathlib import Path

import dialects
from extractor import sources, statements
from extractor.config import SourceSettings
from extractor.models import QueryRecord


def main() -> None:
    """Take all records through the steps up to the one that was asked for; print the CPU time."""
    log, name, step = sys.argv[1:]
    dialect = dialects.get(name)
    source = SourceSettings.model_validate({"name": "log", "paths": [log], "dialect": name, "data_source_id": 1})
    events = kept = 0
    distinct: set[str] = set()
    begun = time.process_time()
    for record in sources.read_file(Path(log), source):
        events += 1
        if step == "read" or not isinstance(record, QueryRecord):
            continue
        if not statements.may_matter_in(record.sql, dialect):
            continue
        kept += 1
        if step == "fingerprint":
            for piece in statements.split(record.sql, dialect):
                if statements.classify(piece.text, dialect) is statements.StatementClass.WRITES:
                    distinct.add(statements.fingerprint(piece.text, dialect))
    cpu_s = time.process_time() - begun
    print(json.dumps({"events": events, "cpu_s": cpu_s, "kept": kept, "distinct": len(distinct)}))


main()
