"""Oracle, Teradata, Db2 and SAP HANA: names of two parts, upper case at rest.

Oracle: https://docs.oracle.com/en/database/oracle/oracle-database/19/sqlrf (Database Object Naming Rules).
Teradata: SQL Fundamentals, "Name validation" (comparison of names ignores case, quoted or not).
Db2: SQL reference, "Identifiers"; session tables have the schema SESSION. HANA: SQL reference, "Identifiers".
"""

from __future__ import annotations

from dialects.base import Dialect, Folding, LexicalRules, TemporaryRule

ORACLE = Dialect(
    name="oracle",
    title="Oracle Database",
    parser="oracle",
    aliases=("plsql",),
    unquoted=Folding.UPPER,
    quoted=Folding.EXACT,
    levels=("schema", "table"),
    temporary=TemporaryRule(prefixes=("ORA$PTT_", "ora$ptt_")),
    system_schemas=frozenset({"sys", "system", "sysman", "dbsnmp", "xdb", "mdsys", "ctxsys", "audsys", "outln"}),
    lexical=LexicalRules(q_quotes=True, slash_line=True, word_more="$#", blocks="plsql"),
)

TERADATA = Dialect(
    name="teradata",
    title="Teradata Vantage",
    parser="teradata",
    levels=("schema", "table"),
    system_schemas=frozenset({"dbc", "sysudtlib", "syslib", "td_sysfnlib", "tdwm", "systemfe", "sysadmin"}),
    lexical=LexicalRules(word_start="#", word_more="$", dot_commands=True),
)

DB2 = Dialect(
    name="db2",
    title="IBM Db2",
    parser="",
    aliases=("db2luw", "db2zos", "dashdb"),
    unquoted=Folding.UPPER,
    quoted=Folding.EXACT,
    levels=("schema", "table"),
    temporary=TemporaryRule(schemas=("session",)),
    system_schemas=frozenset({"sysibm", "syscat", "sysstat", "sysproc", "sysfun", "systools", "sysibmadm"}),
    lexical=LexicalRules(nested_comments=True, word_start="#@", word_more="$", terminator_comments=True),
)

HANA = Dialect(
    name="hana",
    title="SAP HANA",
    parser="",
    aliases=("sap_hana", "hdb"),
    unquoted=Folding.UPPER,
    quoted=Folding.EXACT,
    levels=("schema", "table"),
    temporary=TemporaryRule(prefixes=("#",)),
    system_schemas=frozenset({"sys", "system", "_sys_bic", "_sys_bi", "_sys_repo", "_sys_statistics"}),
    lexical=LexicalRules(word_start="#", word_more="$"),
)

DIALECTS = (ORACLE, TERADATA, DB2, HANA)
