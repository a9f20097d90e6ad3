"""auto_explain's messages: the text of a statement and its plan, as TEXT, JSON, XML or YAML.

https://www.postgresql.org/docs/current/auto-explain.html: the keys of EXPLAIN, with ``Query Text`` and, from 16
on, ``Query Parameters`` before the plan.
"""

from __future__ import annotations

import html
import re
from typing import NamedTuple

import orjson

from extractor.sources.postgresql_words import without_prepare

_STRING = r'"(?:[^"\\]|\\.)*+"'
_COST = r"\(cost=\d+\.\d+\.\.\d+\.\d+ rows=\d+ width=\d+\)"
_JSON = re.compile(rf'\s*\{{\s*"Query Text": (?P<text>{_STRING})')
_XML = re.compile(r"\s*<explain\b[^>]*>\s*<Query-Text>(?P<text>.*?)</Query-Text>", re.DOTALL)
_YAML = re.compile(rf"\s*Query Text: (?P<text>{_STRING})\n(?:Query Parameters: [^\n]*\n)?Plan:")
_TEXT = re.compile(rf"\s*Query Text: (?P<text>.*?)(?=\n(?:Query Parameters: \$1 = |[^\n]*  {_COST})|\Z)", re.DOTALL)
_TOP_NODE = re.compile(rf"\n(?P<node>[^\n]*)  {_COST}")
_OPERATION = re.compile(r'Operation"?(?:: "?|>)(?P<node>Insert|Update|Delete|Merge)')
_FIRST_NODE = re.compile(r'Node[ -]Type"?(?:: "?|>)(?P<node>[A-Za-z]+)')
_WRITES = {"Insert": "INSERT", "Update": "UPDATE", "Delete": "DELETE", "Merge": "MERGE"}


class Plan(NamedTuple):
    """The text that was planned, and which kind of statement the plan is of (``INSERT``, ``SELECT`` ...)."""

    sql: str
    command: str


def plan_of(text: str) -> Plan | None:
    """What stands behind ``plan:`` in a message, or None where no text is in it."""
    if match := _JSON.match(text) or _YAML.match(text):
        return Plan(without_prepare(_unquoted(match["text"])), _command_of_keys(text, match.end()))
    if match := _XML.match(text):
        return Plan(without_prepare(html.unescape(match["text"])), _command_of_keys(text, match.end()))
    if match := _TEXT.match(text):
        node = _TOP_NODE.search(text, match.end())
        word = node["node"].split(" ", 1)[0] if node else ""
        return Plan(without_prepare(match["text"]), _WRITES.get(word, "SELECT"))
    return None


def _command_of_keys(text: str, start: int) -> str:
    first = _FIRST_NODE.search(text, start)
    if first is None or first["node"] != "ModifyTable":
        return "SELECT"
    operation = _OPERATION.search(text, first.end())
    return _WRITES[operation["node"]] if operation else "SELECT"


def _unquoted(literal: str) -> str:
    try:
        return str(orjson.loads(literal))
    except orjson.JSONDecodeError:
        return literal
