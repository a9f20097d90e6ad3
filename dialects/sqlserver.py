"""SQL Server and the engines that speak its language: Azure SQL, Synapse, Fabric, and SAP ASE beside them.

Names: https://learn.microsoft.com/sql/relational-databases/databases/database-identifiers (regular and delimited
identifiers, ``#`` and ``##`` for temporary ones); batches: the documentation of GO in the SQL Server utilities.
Folding follows the default collations, which ignore case.
"""

from __future__ import annotations

from dataclasses import replace

from dialects.base import Dialect, Folding, LexicalRules, TemporaryRule
from dialects.rewriting import Rewrite, rewriting

_LEXICAL = LexicalRules(
    identifier_quotes=(("[", "]"), ('"', '"')),
    nested_comments=True,
    word_start="@#",
    word_more="$",
    go_batches=True,
    blocks="tsql",
)

_REWRITES = (
    Rewrite("INSERT INTO? <name> WITH (...)", "INSERT INTO {2}"),
    Rewrite("DELETE FROM <name> FROM", "DELETE {2} FROM"),
    Rewrite("^ BULK INSERT <name> FROM <string> ...", "COPY INTO {2} FROM {4}"),
)
_ASE = (
    *_REWRITES,
    Rewrite("AT ISOLATION READ|REPEATABLE? <any>"),
    Rewrite("LOCK DATAROWS|DATAPAGES|ALLPAGES"),
    Rewrite("( INDEX <any> LRU|MRU? )"),
    Rewrite("* =", "="),
    Rewrite("= * <name>", "= {2}"),
)

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
    temporary=TemporaryRule(prefixes=("#",)),
    system_schemas=frozenset({"sys", "information_schema"}),
    lexical=_LEXICAL,
    prepare=rewriting(*_REWRITES),
)

AZURESQL = replace(SQLSERVER, name="azuresql", title="Azure SQL Database", aliases=("azure_sql",), max_parts=3)
SYNAPSE = replace(SQLSERVER, name="synapse", title="Azure Synapse Analytics", aliases=("azuredw", "sqldw"), max_parts=3)
FABRIC = replace(SQLSERVER, name="fabric", title="Microsoft Fabric", parser="fabric", aliases=(), max_parts=3)
ASE = replace(
    SQLSERVER,
    name="ase",
    title="SAP ASE",
    aliases=("sybase", "sap_ase"),
    case_sensitive_tables=True,
    system_schemas=frozenset({"sys", "sybsystemprocs", "information_schema"}),
    prepare=rewriting(*_ASE),
)

DIALECTS = (SQLSERVER, AZURESQL, SYNAPSE, FABRIC, ASE)
