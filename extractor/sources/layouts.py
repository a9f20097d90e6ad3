"""The layouts of rows that other tools write and that are known by name."""

from __future__ import annotations

from collections.abc import Iterable

from extractor.sources.columns import Layout, fold
from extractor.sources.layouts_of_clouds import CLOUD_LAYOUTS
from extractor.sources.layouts_of_sqlserver import SQLSERVER_LAYOUTS
from extractor.sources.layouts_of_warehouses import WAREHOUSE_LAYOUTS

ALATION_PUSH = Layout(
    "alation-push",
    "Alation: query log upload (JSON lines)",
    {
        "sql": "text",
        "time": "starttime",
        "session": "sessionid",
        "session_start": "sessionstarttime",
        "user": "username",
        "names": "defaultdatabases",
        "destination": "destinationtable",
    },
    frozenset({"text", "sessionid", "defaultdatabases", "starttime"}),
)
ALATION_VIEW = Layout(
    "alation-view",
    "Alation: view or custom query for query log ingestion",
    {
        "sql": "querystring",
        "time": "starttime",
        "session": "sessionid",
        "session_start": "sessionstarttime",
        "user": "username",
        "names": "defaultdatabases",
        "cancelled": "cancelled",
    },
    frozenset({"querystring", "sessionid", "defaultdatabases"}),
)
DATAHUB_DUMP = Layout(
    "datahub-query-log",
    "DataHub: query log dump",
    {
        "sql": "query",
        "time": "timestamp",
        "session": "sessionid",
        "user": "user",
        "database": "defaultdb",
        "schema": "defaultschema",
    },
    frozenset({"query", "defaultdb", "defaultschema"}),
)
DATAHUB_QUERIES = Layout(
    "datahub-sql-queries",
    "DataHub: sql-queries source",
    {"sql": "query", "time": "timestamp", "session": "sessionid", "user": "user"},
    frozenset({"query", "timestamp"}),
)
OPENMETADATA = Layout(
    "openmetadata-csv",
    "OpenMetadata: query log CSV",
    {
        "sql": "querytext",
        "time": "starttime",
        "user": "username",
        "database": "databasename",
        "schema": "schemaname",
        "failed": "aborted",
    },
    frozenset({"querytext", "databasename", "schemaname"}),
)

LAYOUTS = (
    ALATION_PUSH,
    ALATION_VIEW,
    *CLOUD_LAYOUTS,
    *WAREHOUSE_LAYOUTS,
    *SQLSERVER_LAYOUTS,
    DATAHUB_DUMP,
    OPENMETADATA,
    DATAHUB_QUERIES,
)

_ONLY = {
    DATAHUB_QUERIES.name: frozenset(
        ["query", "timestamp", "user", "sessionid", "operationtype", "upstreamtables", "downstreamtables"]
    ),
    OPENMETADATA.name: frozenset(
        [
            "querytext",
            "databasename",
            "schemaname",
            "username",
            "starttime",
            "endtime",
            "aborted",
            "duration",
            "query",
            "querytype",
        ]
    ),
}


def layout_of(names: Iterable[str]) -> Layout | None:
    """The known layout that column names belong to, or None.

    Layouts whose signs are common words are taken only where no column is foreign to them.
    """
    folded = frozenset(fold(name) for name in names)
    for layout in LAYOUTS:
        if layout.signs <= folded <= _ONLY.get(layout.name, folded):
            return layout
    return None
