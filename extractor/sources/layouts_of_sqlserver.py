"""The layouts of SQL Server's and its relatives' tables: audit, Query Store, requests of Synapse and Fabric."""

from __future__ import annotations

from extractor.sources.columns import Joining, Layout

_PERMITTED = {"0": "failed", "false": "failed", "1": "unknown", "true": "unknown"}
"""What ``succeeded`` tells is whether the statement was permitted, not whether it ran to its end."""
# https://learn.microsoft.com/en-us/sql/relational-databases/system-functions/sys-fn-get-audit-file-transact-sql: a
# statement beyond 4,000 characters goes on in the next row; there is a row for each object that it touches, and
# schema_name is that object's
AUDIT = Layout(
    "sqlserver-audit",
    "SQL Server audit (sys.fn_get_audit_file, Azure SQL)",
    {
        "sql": "statement",
        "time": "eventtime",
        "session": "sessionid",
        "user": "serverprincipalname|sessionserverprincipalname",
        "database": "databasename",
        "schema": "",
        "success": "",
        "status": "succeeded",
        "error": "",
        "statement_id": "",
        "sequence": "",
    },
    frozenset({"eventtime", "actionid", "sequencenumber", "statement"}),
    Joining(("serverinstancename", "sessionid", "eventtime"), "sequencenumber", 1),
    ("serverinstancename",),
    _PERMITTED,
)
AZURE_AUDIT = Layout(
    "azure-sql-audit",
    "Azure SQL audit in Log Analytics (AzureDiagnostics, SQLSecurityAuditEvents)",
    {
        "sql": "statements",
        "time": "eventtimet",
        "session": "sessionids|sessionidd",
        "user": "serverprincipalnames",
        "database": "databasenames",
        "schema": "",
        "success": "",
        "status": "succeededs",
        "error": "",
        "statement_id": "",
        "sequence": "",
    },
    frozenset({"eventtimet", "statements", "databasenames"}),
    Joining(
        ("logicalservernames", "serverinstancenames", "sessionids", "sessionidd", "eventtimet"), "sequencenumberd", 1
    ),
    ("logicalservernames",),
    _PERMITTED,
)
# https://learn.microsoft.com/en-us/sql/relational-databases/system-catalog-views/sys-query-store-query-text-transact-sql:
# no session is known, so each query is a session of its own; a row for each plan and interval is one statement
QUERY_STORE = Layout(
    "sqlserver-query-store",
    "SQL Server Query Store",
    {
        "sql": "querysqltext",
        "time": "lastexecutiontime|starttime|endtime",
        "session": "queryid",
        "user": "",
        "database": "databasename",
        "schema": "schemaname",
        "status": "executiontypedesc|executiontype",
        "error": "",
        "statement_id": "queryid",
    },
    frozenset({"querysqltext", "queryid"}),
    Joining(("databasename", "queryid", "executiontype", "executiontypedesc")),
    ("databasename",),
    {"regular": "ok", "aborted": "cancelled", "exception": "failed", "0": "ok", "3": "cancelled", "4": "failed"},
    frozenset(),
)
# https://learn.microsoft.com/en-us/sql/relational-databases/system-dynamic-management-views/sys-dm-pdw-exec-requests-transact-sql
SYNAPSE = Layout(
    "synapse-requests",
    "Azure Synapse dedicated pool: dm_pdw_exec_requests, SynapseSqlPoolExecRequests",
    {
        "sql": "command",
        "time": "submittime|starttime",
        "session": "sessionid",
        "user": "loginname",
        "database": "databasename",
        "schema": "",
        "status": "status",
        "error": "errorid",
        "statement_id": "requestid",
    },
    frozenset({"requestid", "command", "status", "starttime"}),
)
# https://learn.microsoft.com/en-us/sql/relational-databases/system-views/queryinsights-exec-requests-history-transact-sql
FABRIC = Layout(
    "fabric-requests",
    "Microsoft Fabric queryinsights.exec_requests_history, Synapse serverless dm_exec_requests_history",
    {
        "sql": "command|querytext",
        "time": "submittime|starttime",
        "session": "sessionid|transactionid",
        "user": "loginname",
        "database": "databasename",
        "schema": "",
        "status": "status",
        "error": "errorcode|error",
        "statement_id": "distributedstatementid",
    },
    frozenset({"distributedstatementid", "loginname", "status"}),
)

SQLSERVER_LAYOUTS = (AUDIT, AZURE_AUDIT, QUERY_STORE, FABRIC, SYNAPSE)
