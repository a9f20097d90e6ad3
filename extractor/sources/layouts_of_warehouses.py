"""The layouts of the history tables of warehouses: Teradata, Redshift, Netezza, Vertica, and of SAP HANA and Oracle."""

from __future__ import annotations

from extractor.sources.columns import Joining, Layout

_TERADATA = {
    "time": "starttime|collecttimestamp",
    "session": "sessionid",
    "session_start": "logondatetime",
    "user": "username",
    "names": "defaultdatabase",
    "sequence": "internalrequestnum|requestnum",
    "statement_id": "queryid",
    "error": "errorcode",
    "failed": "abortflag",
    "status": "",
    "success": "",
}
_PIECES_FROM_0 = Joining(("query",), "sequence", escapes_newlines=True)
_PIDS = {"session": "pid", "user": "usename|username", "schema": "", "sql": "text", "sequence": "xid"}
# https://docs.teradata.com/r/Enterprise_IntelliFlex_VMware/Database-Administration: the tables of the query log
TERADATA_SQL = Layout(
    "teradata-dbql-sql",
    "Teradata DBQLSqlTbl (QryLogSQL)",
    {**_TERADATA, "sql": "sqltextinfo"},
    frozenset({"queryid", "sqlrowno", "sqltextinfo"}),
    Joining(("procid", "queryid"), "sqlrowno", 1),
    ("logicalhostid",),
    limits=frozenset(),
)
TERADATA_LOG = Layout(
    "teradata-dbql-log",
    "Teradata DBQLogTbl (QryLog)",
    {**_TERADATA, "sql": "querytext"},
    frozenset({"queryid", "querytext", "sessionid", "defaultdatabase"}),
    None,
    ("logicalhostid",),
    limits=frozenset({200, 1_000, 4_000, 10_000}),
)
# https://docs.aws.amazon.com/redshift/latest/dg/r_STL_QUERYTEXT.html, r_STL_DDLTEXT, r_SVL_STATEMENTTEXT, r_STL_QUERY,
# SYS_QUERY_TEXT, SYS_QUERY_HISTORY: newlines are written as \n; a chunk is padded to its column's width
REDSHIFT_QUERYTEXT = Layout(
    "redshift-querytext",
    "Amazon Redshift STL_QUERYTEXT",
    {**_PIDS, "statement_id": "query", "sequence": "query"},
    frozenset({"query", "sequence", "text"}),
    _PIECES_FROM_0,
    limits=frozenset(),
)
REDSHIFT_STATEMENTTEXT = Layout(
    "redshift-statementtext",
    "Amazon Redshift SVL_STATEMENTTEXT, STL_DDLTEXT or STL_UTILITYTEXT",
    {**_PIDS, "time": "starttime", "statement_id": ""},
    frozenset({"xid", "pid", "starttime", "sequence", "text"}),
    _PIECES_FROM_0._replace(keys=("xid", "pid", "starttime", "type")),
    limits=frozenset(),
)
REDSHIFT_QUERY = Layout(
    "redshift-query",
    "Amazon Redshift STL_QUERY",
    {**_PIDS, "sql": "querytxt", "statement_id": "query", "sequence": "query"},
    frozenset({"query", "querytxt", "pid"}),
    _PIECES_FROM_0._replace(number=""),
    limits=frozenset({4_000}),
)
REDSHIFT_SYS_TEXT = Layout(
    "redshift-sys-query-text",
    "Amazon Redshift SYS_QUERY_TEXT",
    {"sql": "text", "time": "starttime", "session": "sessionid", "statement_id": "queryid", "sequence": "queryid"},
    frozenset({"queryid", "sequence", "text"}),
    _PIECES_FROM_0._replace(keys=("queryid",)),
    limits=frozenset(),
)
REDSHIFT_SYS_HISTORY = Layout(
    "redshift-sys-query-history",
    "Amazon Redshift SYS_QUERY_HISTORY",
    {
        "sql": "querytext",
        "time": "starttime",
        "session": "sessionid",
        "database": "databasename",
        "status": "status",
        "error": "",
        "statement_id": "queryid",
        "sequence": "queryid",
    },
    frozenset({"queryid", "querytext", "querytype", "transactionid", "databasename", "status"}),
    _PIECES_FROM_0._replace(keys=("queryid",), number=""),
    limits=frozenset({4_000}),
)
# https://www.ibm.com/docs/en/netezza: query history views and tables; the prolog is the piece before overflow 0
NETEZZA_HISTORY = Layout(
    "netezza-history",
    "Netezza query history: prolog, with its overflow where it is joined to it",
    {
        "sql": "querytext",
        "time": "submittime",
        "session": "sessionid",
        "user": "username",
        "database": "dbname|databasename",
        "statement_id": "opid",
        "sequence": "opid",
        "status": "status",
    },
    frozenset({"npsid", "opid", "querytext"}),
    Joining(("npsid", "npsinstanceid", "opid"), "sequenceid", -1, "next"),
    ("npsid", "npsinstanceid"),
    {"-1": "aborted", "-2": "cancelled", **{str(-number): "failed" for number in range(3, 20)}},
)
NETEZZA_QRYHIST = Layout(
    "netezza-qryhist",
    "Netezza _v_qryhist",
    {
        "sql": "qhsql",
        "time": "qhtstart|qhtsubmit",
        "session": "qhsessionid",
        "user": "qhuser",
        "database": "qhdatabase",
        "statement_id": "qhplanid",
        "sequence": "qhplanid",
    },
    frozenset({"qhsessionid", "qhsql"}),
)
# https://docs.vertica.com/latest/en/sql-reference/system-tables/v-monitor-schema/query-requests/
VERTICA = Layout(
    "vertica-requests",
    "Vertica QUERY_REQUESTS or dc_requests_issued",
    {
        "sql": "request",
        "time": "starttimestamp|time",
        "session": "sessionid",
        "user": "username",
        "search_path": "searchpath",
        "success": "success",
        "error": "",
        "statement_id": "statementid",
        "sequence": "requestid",
    },
    frozenset({"request", "requesttype", "searchpath", "sessionid"}),
    Joining(("sessionid", "transactionid", "statementid", "requestid")),
)
# https://help.sap.com/docs/SAP_HANA_PLATFORM: system views M_EXECUTED_STATEMENTS, M_EXPENSIVE_STATEMENTS, AUDIT_LOG
HANA_STATEMENTS = Layout(
    "hana-statements",
    "SAP HANA M_EXECUTED_STATEMENTS or M_EXPENSIVE_STATEMENTS",
    {
        "sql": "statementstring",
        "time": "starttime",
        "session": "connectionid",
        "user": "dbuser",
        "schema": "schemaname",
        "error": "errorcode",
        "statement_id": "statementid",
    },
    frozenset({"statementstring", "connectionid", "dbuser"}),
    Joining(
        ("host", "port", "connectionid", "statementid", "starttime"),
        operation="operation",
        shown_again=frozenset({"COMPILE", "FETCH", "CURSOR_CLOSE", "CLOSE_STATEMENT"}),
    ),
    ("host", "port"),
)
HANA_AUDIT = Layout(
    "hana-audit-log",
    "SAP HANA AUDIT_LOG",
    {
        "sql": "statementstring",
        "time": "timestamp",
        "session": "connectionid",
        "user": "username",
        "schema": "",
        "status": "eventstatus",
    },
    frozenset({"statementstring", "timestamp", "eventstatus"}),
    Joining(("host", "port", "connectionid", "timestamp")),
    ("host", "port"),
    {"successful": "ok", "unsuccessful": "failed"},
)
# https://docs.oracle.com/en/database/oracle/oracle-database/19/refrn/UNIFIED_AUDIT_TRAIL.html: a row for each object
ORACLE_UNIFIED = Layout(
    "oracle-unified-audit",
    "Oracle UNIFIED_AUDIT_TRAIL",
    {
        "sql": "sqltext",
        "time": "eventtimestamputc|eventtimestamp",
        "session": "sessionid",
        "user": "dbusername",
        "schema": "currentuser",
        "error": "returncode",
        "status": "",
        "statement_id": "statementid",
        "sequence": "statementid",
    },
    frozenset({"sqltext", "actionname", "dbusername", "sessionid"}),
    Joining(("dbid", "instanceid", "sessionid", "statementid")),
    ("instanceid",),
    limits=frozenset(),
)
# https://www.ibm.com/docs/en/db2/11.5: MON_GET_PKG_CACHE_STMT, and the tables of an event monitor for activities
DB2_PACKAGE_CACHE = Layout(
    "db2-package-cache",
    "Db2 MON_GET_PKG_CACHE_STMT, or an event monitor for the package cache",
    {
        "sql": "stmttext",
        "time": "inserttimestamp|lastmetricsupdate|eventtimestamp",
        "session": "executableid",
        "user": "",
        "schema": "defaultschema|currentschema",
        "status": "",
        "error": "",
        "statement_id": "executableid",
    },
    frozenset({"stmttext", "executableid", "numexecutions"}),
    Joining(("executableid", "inserttimestamp")),
)
DB2_ACTIVITIES = Layout(
    "db2-activities",
    "Db2 event monitor for activities: statements, joined with their activities",
    {
        "sql": "stmttext",
        "time": "timestarted|timecreated|eventtimestamp",
        "session": "applid",
        "user": "sessionauthid|tpmonuserid|authid",
        "schema": "currentschema|defaultschema",
        "status": "",
        "error": "sqlcode",
        "statement_id": "activityid",
        "sequence": "activityid",
    },
    frozenset({"applid", "uowid", "activityid", "stmttext"}),
    Joining(("applid", "uowid", "activityid")),
)
# https://docs.vmware.com/en/VMware-Greenplum/: queries_history of the database gpperfmon
GREENPLUM_HISTORY = Layout(
    "greenplum-queries-history",
    "Greenplum queries_history (gpperfmon)",
    {
        "sql": "querytext",
        "time": "tstart|tsubmit",
        "session": "ssid",
        "user": "username",
        "database": "db",
        "status": "status",
        "sequence": "ccnt",
        "statement_id": "",
    },
    frozenset({"tmid", "ssid", "ccnt", "querytext"}),
    None,
    ("tmid",),
)

WAREHOUSE_LAYOUTS = (
    DB2_ACTIVITIES,
    DB2_PACKAGE_CACHE,
    GREENPLUM_HISTORY,
    TERADATA_SQL,
    TERADATA_LOG,
    REDSHIFT_QUERYTEXT,
    REDSHIFT_STATEMENTTEXT,
    REDSHIFT_QUERY,
    REDSHIFT_SYS_TEXT,
    REDSHIFT_SYS_HISTORY,
    NETEZZA_HISTORY,
    NETEZZA_QRYHIST,
    VERTICA,
    HANA_STATEMENTS,
    HANA_AUDIT,
    ORACLE_UNIFIED,
)
