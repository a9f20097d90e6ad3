"""A file in the shape of Alation's lineage API: ``{"dataflow_objects": [...], "paths": [...]}``.

Source: *Lineage & Dataflows Overview*, Data Format.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from extractor.declared.ends import end
from extractor.declared.located import Value, parse
from extractor.declared.records import DeclaredDataflow, DeclaredPath, FileContent, Problem, Wrong
from extractor.models import Node, Origin, Segment

_T = TypeVar("_T")


def read_json(text: str, name: str) -> FileContent:
    """What the document declares; a dataflow or path that is wrong costs itself alone."""
    content = FileContent()
    try:
        document = _object(parse(text), "the document", {"dataflow_objects", "paths"})
        objects = _list(document.get("dataflow_objects", Value([], 1)), "dataflow_objects")
        paths = _list(document.get("paths", Value([], 1)), "paths")
    except Wrong as wrong:
        content.problems.append(Problem(wrong.words, Origin(name, wrong.line)))
        return content
    content.dataflows += _each(objects, lambda value: _dataflow(value, name), content, name)
    content.paths += _each(paths, lambda value: _path(value, name), content, name)
    return content


def _each(values: list[Value], read: Callable[[Value], _T], content: FileContent, name: str) -> Iterator[_T]:
    for value in values:
        try:
            yield read(value)
        except Wrong as wrong:
            content.problems.append(Problem(wrong.words, Origin(name, wrong.line)))


def _dataflow(value: Value, name: str) -> DeclaredDataflow:
    fields = _object(value, "a dataflow", {"external_id", "title", "content"})
    texts = {field: _text(fields[field], field) for field in fields}
    external_id = texts.get("external_id", "")
    if not external_id.startswith("api/"):
        line = fields["external_id"].line if "external_id" in fields else value.line
        raise Wrong(line, "a dataflow needs an external_id that begins with api/")
    return DeclaredDataflow(external_id, texts.get("title", ""), texts.get("content", ""), Origin(name, value.line))


def _path(value: Value, name: str) -> DeclaredPath:
    segments = tuple(_segment(segment) for segment in _list(value, "a path"))
    if len(segments) < 2:
        raise Wrong(value.line, "a path needs two segments or more: where the data is from, and where it goes")
    return DeclaredPath(segments, Origin(name, value.line))


def _segment(value: Value) -> Segment:
    nodes = tuple(_node(node) for node in _list(value, "a segment"))
    if not nodes:
        raise Wrong(value.line, "a segment needs one object or more")
    return nodes


def _node(value: Value) -> Node:
    fields = _object(value, "an object", {"otype", "key"})
    missing = {"otype", "key"} - fields.keys()
    if missing:
        raise Wrong(value.line, f"an object of a path lacks its {' and '.join(sorted(missing))}")
    otype, key = _text(fields["otype"], "otype"), _text(fields["key"], "key")
    try:
        return end(otype, key)
    except ValueError as error:
        raise Wrong(value.line, str(error)) from None


def _object(value: Value, what: str, allowed: set[str]) -> dict[str, Value]:
    if not isinstance(value.data, dict):
        raise Wrong(value.line, f"{what} must be an object, {{...}}, with {' and '.join(sorted(allowed))}")
    for name, inner in value.data.items():
        if name not in allowed:
            raise Wrong(inner.line, f"{what} has no field {name!r}; there are {', '.join(sorted(allowed))}")
    return value.data


def _list(value: Value, what: str) -> list[Any]:
    if not isinstance(value.data, list):
        raise Wrong(value.line, f"{what} must be a list, [...]")
    return value.data


def _text(value: Value, name: str) -> str:
    if not isinstance(value.data, str):
        raise Wrong(value.line, f"{name} must be a text in double quotes")
    return value.data
