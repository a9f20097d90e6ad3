"""A file of paths, by its ending."""

from __future__ import annotations

from pathlib import Path

from extractor.declared.csv_file import read_csv
from extractor.declared.json_file import read_json
from extractor.declared.records import FileContent, Problem
from extractor.models import Origin


def read_file(path: Path, name: str) -> FileContent:
    """What a file declares; ``name`` is how messages call it. A file that cannot be read is a problem, no exception."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        return FileContent(problems=[Problem(f"the file cannot be read: {error.strerror}", Origin(name, 1))])
    except UnicodeDecodeError as error:
        return FileContent(problems=[Problem(f"the file is not in UTF-8: {error.reason}", Origin(name, 1))])
    return read_csv(text, name) if path.suffix.lower() == ".csv" else read_json(text, name)
