"""Oracle: names of two parts, upper case at rest.

https://docs.oracle.com/en/database/oracle/oracle-database/19/sqlrf (Database Object Naming Rules).
"""

from __future__ import annotations

from dialects.base import Dialect, Folding, LexicalRules, SessionStatement, TemporaryRule
from dialects.rewriting import Rewrite, rewriting

_STORAGE = "PARALLEL|NOPARALLEL|LOGGING|NOLOGGING|COMPRESS|NOCOMPRESS|TABLESPACE|PCTFREE|STORAGE|CACHE|NOCACHE|SEGMENT"
_ORACLE = (
    Rewrite("DELETE WHERE ..WHEN NOT", " WHEN NOT"),
    Rewrite("DELETE WHERE ..WHEN MATCHED", " WHEN MATCHED"),
    Rewrite("DELETE WHERE ... $"),
    Rewrite("VIEW <name> OF <name> WITH OBJECT IDENTIFIER|ID|OID (...) AS", "VIEW {1} AS"),
    Rewrite("VIEW <name> OF <name> WITH OBJECT IDENTIFIER|ID|OID DEFAULT AS", "VIEW {1} AS"),
    Rewrite("VIEW <name> OF <name> UNDER <name> AS", "VIEW {1} AS"),
    Rewrite(f"^ CREATE TABLE <name> {_STORAGE} ..AS ...", "CREATE TABLE {2} AS {5}"),
    Rewrite("^ CREATE MATERIALIZED VIEW <name> (...)? ..AS ...", "CREATE MATERIALIZED VIEW {3} {4} AS {6}"),
    Rewrite("FROM|JOIN|, CONTAINERS|SHARDS ( <name> )", "{0} {3}"),  # the table in all of them
)

ORACLE = Dialect(
    name="oracle",
    public_synonyms="PUBLIC",
    title="Oracle Database",
    parser="oracle",
    aliases=("plsql",),
    unquoted=Folding.UPPER,
    quoted=Folding.EXACT,
    levels=("schema", "table"),
    own_schemas=True,
    max_parts=2,
    session=(SessionStatement("ALTER SESSION SET CURRENT_SCHEMA = name", "schema"),),
    temporary=TemporaryRule(
        prefixes=("ORA$PTT_", "ora$ptt_"),
        made_by=(
            "CREATE GLOBAL TEMPORARY TABLE name AS query",
            "CREATE PRIVATE TEMPORARY TABLE ora$ptt_name AS query",
        ),
    ),
    system_schemas=frozenset({"sys", "system", "sysman", "dbsnmp", "xdb", "mdsys", "ctxsys", "audsys", "outln"}),
    system_tables=("dual", "v$*", "gv$*", "v_$*"),
    lexical=LexicalRules(q_quotes=True, slash_line=True, word_more="$#", blocks="plsql"),
    prepare=rewriting(*_ORACLE),
)

DIALECTS = (ORACLE,)
