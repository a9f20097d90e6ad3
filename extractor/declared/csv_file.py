"""A CSV file with one link a line.

Its header names ``source_otype,source_key,target_otype,target_key`` and, as far as they are wanted, ``dataflow`` (the
external id that the link runs through; empty for a link without one), ``title`` and ``content`` (of the dataflow, on
one of its lines).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from extractor.declared.ends import end
from extractor.declared.records import DeclaredDataflow, DeclaredPath, FileContent, Problem, Wrong
from extractor.models import Node, Origin, Path

_NEEDED = ("source_otype", "source_key", "target_otype", "target_key")
_KNOWN = {*_NEEDED, "dataflow", "title", "content"}


def read_csv(text: str, name: str) -> FileContent:
    """What the lines declare; a line that is wrong costs itself alone."""
    content = FileContent()
    flows: dict[str, DeclaredDataflow] = {}
    try:
        for line, row in _rows(text):
            origin = Origin(name, line)
            try:
                content.paths.append(DeclaredPath(_path(row, line), origin))
                _note_dataflow(flows, row, origin)
            except Wrong as wrong:
                content.problems.append(Problem(wrong.words, origin))
    except Wrong as wrong:
        content.problems.append(Problem(wrong.words, Origin(name, wrong.line)))
    content.dataflows += flows.values()
    return content


def _rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] | None = None
    begins = 1
    try:
        for cells in reader:
            line, begins = begins, reader.line_num + 1
            if header is None:
                header = _header(cells, line)
            elif cells:
                if len(cells) > len(header):
                    raise Wrong(line, f"the line has {len(cells)} values and the header {len(header)}")
                yield line, dict(zip(header, (cell.strip() for cell in cells), strict=False))
    except csv.Error as error:
        raise Wrong(begins, f"this is no CSV: {error}") from None


def _header(cells: list[str], line: int) -> list[str]:
    header = [cell.strip().lower() for cell in cells]
    missing = [name for name in _NEEDED if name not in header]
    others = [name for name in header if name not in _KNOWN]
    if missing or others:
        words = [f"lacks {', '.join(missing)}"] if missing else []
        words += [f"has {', '.join(map(repr, others))}, which nothing is called"] if others else []
        raise Wrong(line, f"the header {' and '.join(words)}")
    return header


def _path(row: dict[str, str], line: int) -> Path:
    source = _end(row, "source", line)
    target = _end(row, "target", line)
    if not (flow := row.get("dataflow", "")):
        return ((source,), (target,))
    try:
        return ((source,), (end("dataflow", flow),), (target,))
    except ValueError as error:
        raise Wrong(line, str(error)) from None


def _end(row: dict[str, str], side: str, line: int) -> Node:
    try:
        return end(row.get(f"{side}_otype", ""), row.get(f"{side}_key", ""))
    except ValueError as error:
        raise Wrong(line, f"{side}: {error}") from None


def _note_dataflow(flows: dict[str, DeclaredDataflow], row: dict[str, str], origin: Origin) -> None:
    """The first line that gives a dataflow words gives it its words."""
    if not (external_id := row.get("dataflow", "")):
        return
    title, content = row.get("title", ""), row.get("content", "")
    held = flows.get(external_id)
    if held is None:
        flows[external_id] = DeclaredDataflow(external_id, title, content, origin)
    else:
        flows[external_id] = held._replace(title=held.title or title, content=held.content or content)
