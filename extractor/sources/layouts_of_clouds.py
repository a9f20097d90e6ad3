"""The layouts of the history tables of cloud warehouses whose rows need nothing but their names."""

from __future__ import annotations

from extractor.sources.columns import Layout

SNOWFLAKE = Layout(
    "snowflake-query-history",
    "Snowflake QUERY_HISTORY",
    # https://docs.snowflake.com/en/sql-reference/account-usage/query_history: what was in force when it ran
    {
        "sql": "querytext",
        "time": "starttime",
        "session": "sessionid",
        "user": "username",
        "database": "databasename",
        "schema": "schemaname",
        "status": "executionstatus",
        "error": "errorcode",
        "statement_id": "queryid",
    },
    frozenset({"queryid", "querytext", "sessionid", "executionstatus", "starttime"}),
)
DATABRICKS = Layout(
    "databricks-query-history",
    "Databricks system.query.history",
    # https://docs.databricks.com/aws/en/admin/system-tables/query-history: no catalog and schema, so USE tells them
    {
        "sql": "statementtext",
        "time": "starttime",
        "session": "sessionid",
        "user": "executedby",
        "status": "executionstatus",
        "error": "errormessage",
        "statement_id": "statementid",
    },
    frozenset({"statementtext", "statementid", "executionstatus", "executedby"}),
)
DATABRICKS_API = Layout(
    "databricks-query-api",
    "Databricks: query history of the REST API",
    # https://docs.databricks.com/api/workspace/queryhistory/list
    {
        "sql": "querytext",
        "time": "querystarttimems",
        "user": "username",
        "status": "status",
        "error": "errormessage",
        "statement_id": "queryid",
    },
    frozenset({"querytext", "queryid", "querystarttimems", "status"}),
)
TRINO_QUERIES = Layout(
    "trino-runtime-queries",
    "Trino and Presto system.runtime.queries",
    # https://trino.io/docs/current/connector/system.html: no catalog, no schema, no session
    {
        "sql": "query",
        "time": "created",
        "user": "user",
        "status": "state",
        "error": "errorcode",
        "statement_id": "queryid",
    },
    frozenset({"queryid", "state", "user", "source", "query", "created"}),
)

CLOUD_LAYOUTS = (SNOWFLAKE, DATABRICKS, DATABRICKS_API, TRINO_QUERIES)
