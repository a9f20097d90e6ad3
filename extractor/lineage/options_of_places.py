"""Where the rows of a table of Spark lie, by its options: a path, or a table behind a JDBC connection."""

from __future__ import annotations

import re
from collections.abc import Mapping

_SETTINGS = re.compile(r"[?;]|[:/,]\w+=")
"""Behind these stand a connection's settings, who logs in among them: ``?``, ``;``, ``/DATABASE=``, ``:user=``."""
_LOGIN = re.compile(r"(?<=//).*@|(?<=:)[^/:@]+/.*@")
"""Who logs in, ``//user:word@`` or Oracle's ``:user/word@``."""


def place_of(options: Mapping[str, str]) -> str:
    """The place that options (in lower case) name, without who logs in there; empty where they name none."""
    table = options.get("dbtable", "")
    if "path" in options or not table or table.lstrip().startswith("("):
        return options.get("path", "")
    place = _SETTINGS.split(options.get("url", "jdbc:"), maxsplit=1)[0]
    return f"{_LOGIN.sub('', place)}/{table}"
