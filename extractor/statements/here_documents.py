"""Shell scripts that hand SQL to an engine's client: what stands in their here-documents.

https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html, "Here-Document".
"""

from __future__ import annotations

import re

_CLIENTS = (
    "bteq|sqlplus|psql|vsql|nzsql|mysql|mariadb|beeline|hive|spark-sql|impala-shell|snowsql|snow|db2|hdbsql|isql|sqlcmd"
    "|duckdb|sqlite3|clickhouse-client|clickhouse|trino|presto|bq|gsql|rsql|cat"
)
_OPENING = re.compile(
    rf"(?:^|[|&;(`\s/])(?:{_CLIENTS})\b[^\n]*?<<(?P<tabs>-?)\s*(?P<quote>['\"\\]?)(?P<word>[A-Za-z_!]\w*)"
)


def without_shell(text: str) -> str:
    """The SQL that a shell script sends to a client, each line on its own line; any other text as it is."""
    if "<<" not in text or _OPENING.search(text) is None:
        return text
    kept: list[str] = []
    end = ""
    strips_tabs = False
    for line in text.split("\n"):
        if end:
            is_end = (line.lstrip("\t") if strips_tabs else line).rstrip() == end
            kept.append("" if is_end else line)
            end = "" if is_end else end
            continue
        opening = _OPENING.search(line) if not line.lstrip().startswith("#") else None
        if opening is not None:
            end, strips_tabs = opening["word"], opening["tabs"] == "-"
        kept.append("")
    return "\n".join(kept) if any(line.strip() for line in kept) else text
