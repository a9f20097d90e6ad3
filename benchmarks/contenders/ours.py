"""Our library call: split, classify, fingerprint, parse, resolve, all columns."""

from typing import Any

from benchmarks.contenders.serving import Statement, serve
from extractor import __version__, extract_lineage


def prepare(statement: Statement) -> dict[str, Any]:
    """The arguments of the call."""
    return {"sql_or_records": statement["text"], "dialect": statement["dialect"], "schema": statement["schema"]}


def work(call: dict[str, Any]) -> int:
    """The lineage of all columns; a text none of whose statements could be analysed is refused."""
    found = extract_lineage(**call)
    if found.statements and all(s.outcome.value == "not parsed" for s in found.statements):
        raise ValueError(found.statements[0].reason)
    return len(found.columns)


serve(prepare, work, f"alation-lineage {__version__}")
