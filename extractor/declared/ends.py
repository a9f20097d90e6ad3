"""The ends of paths: which object types there are and what their keys look like. Source: *Object Keys & Object IDs*."""

from __future__ import annotations

import re

from extractor.models import Node
from extractor.otypes import OTYPES

_ALIASES = {"attribute": "column"}
_PART = r'(?:"[^"]+"|[^".]+)'
_FORMS = {
    "table": (re.compile(rf"\d+(?:\.{_PART}){{2,3}}"), "<data source id>.[<database>.]<schema>.<table>"),
    "column": (re.compile(rf"\d+(?:\.{_PART}){{3,4}}"), "<data source id>.[<database>.]<schema>.<table>.<column>"),
    "file": (re.compile(r"\d+\..+", re.DOTALL), "<file system id>.<path>"),
    "directory": (re.compile(r"\d+\..+", re.DOTALL), "<file system id>.<path>"),
    **{
        name: (re.compile(rf"\d+\.{name}\..+", re.DOTALL), f"<BI server id>.{name}.<id on the server>")
        for name in ("bi_report", "bi_report_column", "bi_datasource", "bi_datasource_column")
    },
    "external": (re.compile(r".+", re.DOTALL), "any name"),
    "dataflow": (re.compile(r"api/.+", re.DOTALL), "api/<id>"),
}


def end(otype: str, key: str) -> Node:
    """The object of that type and key.

    Raises:
        ValueError: there is no such type, or the key cannot be one of it; the message says what it looks like.
    """
    known = _ALIASES.get(otype, otype)
    if known not in OTYPES:
        raise ValueError(f"the otype {otype!r} is none of {', '.join(OTYPES)}")
    pattern, form = _FORMS[known]
    if not pattern.fullmatch(key) or key != key.strip():
        raise ValueError(f"the key {key!r} is none of a {known}, which looks like {form}")
    return Node(known, key)
