"""Metric views of Databricks, whose text is YAML, read as the plain views that they are.

https://docs.databricks.com/aws/en/metric-views/data-modeling/syntax
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_VIEW = re.compile(
    r"\s*(?:CREATE\s+(?:OR\s+REPLACE\s+)?|ALTER\s+)VIEW\s+(?:IF\s+NOT\s+EXISTS\s+)?(?P<name>[^\s(]+).*?"
    r"\bAS\s+\$\$(?P<yaml>.*)\$\$",
    re.IGNORECASE | re.DOTALL,
)
_ENTRY = re.compile(r"""(?P<key>[\w-]+|'[^']*'|"[^"]*")\s*:(?:\s+(?P<value>.*))?\Z""", re.DOTALL)
_COMMENT = re.compile(r"\s+#.*\Z")
_Line = tuple[int, str]


def metric_view(text: str) -> str | None:
    """A plain view with the dimensions and measures as its columns, or None for any other text."""
    match = _VIEW.match(text) if "$$" in text else None
    found = _read(match["yaml"]) if match is not None else None
    if match is None or not isinstance(found, dict) or not isinstance(found.get("source"), str):
        return None
    items = [*_listed(found, "dimensions"), *_listed(found, "fields"), *_listed(found, "measures")]
    columns = [f"{item.get('expr', item['name'])} AS `{item['name']}`" for item in items if "name" in item]
    tables = [f"{_source(found['source'])} AS source", *_joins(found, "source")]
    where = f" WHERE {found['filter']}" if found.get("filter") else ""
    query = f"SELECT {', '.join(columns) or '*'} FROM {' '.join(tables)}{where}"  # noqa: S608 - for the parser only
    return f"CREATE VIEW {match['name']} AS {query}"


def _listed(found: dict[str, Any], key: str) -> list[dict[str, Any]]:
    value = found.get(key)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _source(text: str) -> str:
    """A table by its name, or a query in brackets."""
    return f"({text})" if re.match(r"\(?\s*(?:SELECT|WITH)\b", text, re.IGNORECASE) else text


def _joins(found: dict[str, Any], outer: str) -> Iterator[str]:
    """The joined tables, those of a snowflake schema too.

    They are asked for by their names alone; a bare column is one of the source's, as it is beside a semi join.
    """
    for join in _listed(found, "joins"):
        name = join.get("name", "")
        using = join.get("using")
        columns = using.strip("[]") if isinstance(using, str) else ", ".join(map(str, using or ()))
        condition = f"USING ({columns})" if columns else f"ON {join.get('on', 'TRUE')}"
        yield f"LEFT SEMI JOIN {_source(join.get('source', outer))} AS {name} {condition}"
        yield from _joins(join, name)


def _read(text: str) -> Any:
    """The part of YAML that such views are written in: mappings, lists, plain, quoted and block scalars."""
    lines: list[_Line] = []
    for line in text.splitlines():
        plain = line.strip()
        if plain and not plain.startswith("#"):
            lines.append((len(line) - len(line.lstrip()), plain))
    if len(lines) > 1 and text[:1] not in "\r\n":  # it begins on the line of the dollars
        lines[0] = (min(indent for indent, _ in lines[1:]), lines[0][1])
    return _block(lines, 0, lines[0][0])[0] if lines else None


def _block(lines: list[_Line], at: int, indent: int) -> tuple[Any, int]:
    """The mapping or list whose lines begin at ``indent``, and the place of the line behind it."""
    found: Any = [] if lines[at][1].startswith("- ") else {}
    while at < len(lines) and lines[at][0] == indent and lines[at][1].startswith("- ") == isinstance(found, list):
        if isinstance(found, list):
            rest = lines[at][1][2:]
            inner = indent + 2 + len(rest) - len(rest.lstrip())
            lines[at] = (inner, rest.strip())
            is_map = _ENTRY.match(rest.strip()) is not None
            value, at = _block(lines, at, inner) if is_map else (_scalar(rest), at + 1)
            found.append(value)
            continue
        entry = _ENTRY.match(lines[at][1])
        if entry is None:
            return found, len(lines)
        found[entry["key"].strip("'\"")], at = _value(entry["value"] or "", lines, at + 1, indent)
    return found, at


def _value(first: str, lines: list[_Line], at: int, indent: int) -> tuple[Any, int]:
    """The value behind a key: what stands on its line, or the deeper lines below it."""
    nested = at < len(lines) and (lines[at][0] > indent or (lines[at][0] == indent and lines[at][1].startswith("- ")))
    if not _COMMENT.sub("", " " + first).strip() and nested:
        return _block(lines, at, lines[at][0])
    pieces = [] if re.fullmatch(r"[|>][+-]?\d?", first.strip()) else [first]
    while at < len(lines) and lines[at][0] > indent:
        pieces.append(lines[at][1])
        at += 1
    return _scalar(" ".join(pieces)), at


def _scalar(text: str) -> str:
    plain = text.strip()
    if plain[:1] in ("'", '"'):
        quote = plain[0]
        end = plain.rfind(quote)
        return plain[1:end].replace(quote * 2, quote) if quote == "'" else plain[1:end].replace('\\"', '"')
    return _COMMENT.sub("", plain)
