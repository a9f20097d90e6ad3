"""SQL Server and the engines that speak its language: Azure SQL, Synapse, Fabric, and SAP ASE beside them.

Names: https://learn.microsoft.com/sql/relational-databases/databases/database-identifiers (regular and delimited
identifiers, ``#`` and ``##`` for temporary ones); batches: the documentation of GO in the SQL Server utilities.
Folding follows the default collations, which ignore case.
"""

from __future__ import annotations

from dataclasses import replace

from dialects.base import Dialect, Folding, LexicalRules, SessionStatement, TemporaryRule
from dialects.double_quotes import with_plain_strings
from dialects.empty_parts import with_plain_columns
from dialects.methods import CALLS, with_called_methods
from dialects.rewriting import Prepare, Rewrite, after, rewriting, where_found
from dialects.rowsets import NAMES, with_read_rowsets

_LEXICAL = LexicalRules(
    identifier_quotes=(("[", "]"), ('"', '"')),
    nested_comments=True,
    word_start="@#",
    word_more="$",
    go_batches=True,
    colon_commands=True,
    blocks="tsql",
)

_REWRITES = (
    Rewrite("INSERT INTO? <name> WITH (...)", "INSERT INTO {2}"),
    Rewrite("DELETE FROM <name> FROM", "DELETE {2} FROM"),
    Rewrite("^ CREATE TABLE <name> (...) AS NODE|EDGE", "CREATE TABLE {2} {3}"),
    Rewrite("^ CREATE TABLE <name> AS EDGE", "CREATE TABLE {2} (rowid INT)"),
    Rewrite("^ BULK INSERT <name> FROM <string> ...", "COPY INTO {2} FROM {4}"),
)
_SEARCHED = "CONTAINSTABLE|FREETEXTTABLE|SEMANTICKEYPHRASETABLE|SEMANTICSIMILARITYTABLE|SEMANTICSIMILARITYDETAILSTABLE"
_SEARCHES = (
    Rewrite(f"{_SEARCHED} ( <name> , (..) , ..)", "(SELECT NULL AS [KEY], CONCAT({4}) AS [RANK] FROM {2})"),
    Rewrite(f"{_SEARCHED} ( <name> , * , ..)", "(SELECT NULL AS [KEY], NULL AS [RANK] FROM {2})"),
    Rewrite(f"{_SEARCHED} ( <name> , <name> , ..)", "(SELECT NULL AS [KEY], CONCAT({4}) AS [RANK] FROM {2})"),
)
"""Functions that search a table by its name: they yield its key, whose column they do not say, and a rank."""


def _prepared(*rewrites: Rewrite) -> Prepare:
    return after(
        where_found(NAMES, with_read_rowsets), where_found(CALLS, with_called_methods), rewriting(*rewrites, *_SEARCHES)
    )


_ASE = (
    *_REWRITES,
    Rewrite("AT ISOLATION READ|REPEATABLE? <any>"),
    Rewrite("LOCK DATAROWS|DATAPAGES|ALLPAGES"),
    Rewrite("( INDEX <any> LRU|MRU? )"),
    Rewrite("^ CREATE EXISTING TABLE <name> (...) ...", "CREATE TABLE {3} {4}"),
    Rewrite("^ ALTER TABLE <name> DROP <name> $", "ALTER TABLE {2} DROP COLUMN {4}"),
    Rewrite("* =", "="),
    Rewrite("= * <name>", "= {2}"),
)

_ASE_MENDS = (
    Rewrite("INTO <name> LOCK DATAROWS|DATAPAGES|ALLPAGES WITH <any> = <any> FROM", "INTO {1} FROM"),
    Rewrite("^ SELECT ..INTO EXISTING TABLE <name>", "INSERT INTO {4} SELECT {1}"),
    Rewrite("( INDEX <any> PREFETCH <any> LRU|MRU? )"),
    Rewrite("( PREFETCH <any> LRU|MRU? )"),
    Rewrite("COMPUTE SUM|AVG|MIN|MAX|COUNT (...) ...", ""),
    Rewrite("PLAN <string> $"),
    Rewrite("NOHOLDLOCK"),
    Rewrite("HOLDLOCK WHERE|GROUP|ORDER|,", "{1}"),
    Rewrite("FOR READ ONLY $"),
    Rewrite("FOR UPDATE OF? <name>? $"),
    Rewrite("^ TRUNCATE TABLE <name> PARTITION <any>", "DELETE FROM {2} WHERE 1 = 0"),
    Rewrite("CONSTRAINT <name> UNIQUE (...)"),
    Rewrite(", UNIQUE (...) )", ")"),
    Rewrite("^ CREATE PRECOMPUTED RESULT SET <name> (...) ..AS SELECT|WITH|( ...", "CREATE VIEW {4} {5} AS {7} {8}"),
    Rewrite("^ CREATE PRECOMPUTED RESULT SET <name> ..AS SELECT|WITH|( ...", "CREATE VIEW {4} AS {6} {7}"),
    Rewrite("^ CREATE MATERIALIZED VIEW <name> (...) ..AS SELECT|WITH|( ...", "CREATE VIEW {3} {4} AS {6} {7}"),
    Rewrite("^ CREATE MATERIALIZED VIEW <name> ..AS SELECT|WITH|( ...", "CREATE VIEW {3} AS {5} {6}"),
    Rewrite("^ DROP PRECOMPUTED RESULT SET <name>", "DROP VIEW {4}"),
    Rewrite("^ DROP MATERIALIZED VIEW <name>", "DROP VIEW {3}"),
    Rewrite("^ WRITETEXT <name> ...", "SET written = 1"),
    Rewrite("XMLTEST <any>", "LIKE {1}"),
    Rewrite("! >", "<="),
    Rewrite("! <", ">="),
    Rewrite("^ ALTER TABLE <name> REPLACE <name> DEFAULT ...", "SET altered = 1"),
    Rewrite("RETURNS CHAR|VARCHAR|UNICHAR|UNIVARCHAR|TEXT|UNITEXT|IMAGE (...)? )", ")"),
)
"""What the parser refuses: how tables are locked and read, totals under a result, tables that are filled by name."""

SQLSERVER = Dialect(
    name="sqlserver",
    title="Microsoft SQL Server",
    parser="tsql",
    aliases=("tsql", "mssql", "sql_server"),
    unquoted=Folding.INSENSITIVE,
    quoted=Folding.INSENSITIVE,
    max_parts=4,
    default_schema="dbo",
    key_has_database=True,
    use_sets="database",
    session=(SessionStatement("USE name", "database"),),
    temporary=TemporaryRule(prefixes=("#",), databases=("tempdb",), made_by=("SELECT * INTO #name FROM (query) q",)),
    system_schemas=frozenset({"sys", "information_schema"}),
    system_tables=("sysobjects", "syscolumns", "sysindexes", "sysusers", "systypes", "sysdatabases", "sysprocesses"),
    lexical=_LEXICAL,
    prepare=_prepared(*_REWRITES),
    mend=with_plain_columns,
)

AZURESQL = replace(SQLSERVER, name="azuresql", title="Azure SQL Database", aliases=("azure_sql",), max_parts=3)
SYNAPSE = replace(
    SQLSERVER,
    name="synapse",
    title="Azure Synapse, dedicated SQL pool",
    aliases=("azuredw", "sqldw", "synapse_dedicated"),
    max_parts=3,
    session=(),
    temporary=TemporaryRule(
        prefixes=("#",),
        made_by=("CREATE TABLE #name WITH (DISTRIBUTION = ROUND_ROBIN) AS query", "SELECT * INTO #name FROM (query) q"),
    ),
)
"""It has no USE: https://learn.microsoft.com/azure/synapse-analytics/sql-data-warehouse (T-SQL features)."""

SYNAPSE_SERVERLESS = replace(
    SQLSERVER,
    name="synapse_serverless",
    title="Azure Synapse, serverless SQL pool",
    aliases=("synapse_ondemand",),
    max_parts=3,
)

FABRIC = replace(
    SQLSERVER,
    name="fabric",
    title="Microsoft Fabric",
    parser="fabric",
    aliases=(),
    case_sensitive_tables=True,
    max_parts=3,
    session=(),
)
"""Its warehouses compare names by their case unless they were made otherwise, and have no USE.

https://learn.microsoft.com/fabric/data-warehouse/collation
"""

ASE = replace(
    SQLSERVER,
    name="ase",
    title="SAP ASE",
    aliases=("sybase", "sap_ase"),
    words=("database", "owner", "table"),
    own_schemas=True,  # the user's own tables come before those of dbo
    trailing_blanks=False,  # https://infocenter.sybase.com, Reference Manual: Commands, "Bracketed Identifiers"
    max_parts=3,
    case_sensitive_tables=True,
    system_schemas=frozenset({"sys", "sybsystemprocs", "information_schema"}),
    lexical=replace(_LEXICAL, string_quotes=("'", '"')),
    prepare=after(where_found('"', with_plain_strings), _prepared(*_ASE)),
    mend=after(rewriting(*_ASE_MENDS), with_plain_columns),
)

DIALECTS = (SQLSERVER, AZURESQL, SYNAPSE, SYNAPSE_SERVERLESS, FABRIC, ASE)
