"""Snowflake's ACCESS_HISTORY: what was read and written by which query, without the query's text.

https://docs.snowflake.com/en/sql-reference/account-usage/access_history
"""

from __future__ import annotations

from extractor.models import Origin
from extractor.sources.executions import NOISE, Shown
from extractor.sources.interface import Reading
from extractor.sources.row_formats import Row, RowFormat, Shows


def _shows(_: Reading, __: list[str]) -> Shows:
    def shows(_: Row, __: Origin, ___: bool) -> Shown:  # noqa: FBT001 - the form of all formats of rows
        return NOISE

    return shows


FORMAT = RowFormat(
    "snowflake-access-history",
    "Snowflake ACCESS_HISTORY, which holds no SQL text: export QUERY_HISTORY",
    frozenset({"queryid", "directobjectsaccessed", "baseobjectsaccessed"}),
    _shows,
)
