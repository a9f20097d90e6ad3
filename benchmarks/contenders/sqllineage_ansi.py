"""sqllineage with its dialect-free parser."""

from importlib import metadata

from sqllineage.runner import LineageRunner

from benchmarks.contenders.serving import Statement, serve


def prepare(statement: Statement) -> str:
    """The text."""
    text: str = statement["text"]
    return text


def work(text: str) -> int:
    """Tables and columns."""
    return len(LineageRunner(text, dialect="non-validating").get_column_lineage())


serve(prepare, work, f"sqllineage {metadata.version('sqllineage')}")
