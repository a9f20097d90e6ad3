"""IBM Netezza Performance Server (also PureData for Analytics).

Names: https://www.ibm.com/docs/en/netezza (Database names and identifiers): unquoted names fold to the system
case, upper unless the system was initialised otherwise; ``db..table`` and ``db.schema.table`` reach into another
database of the same system; ``SET CATALOG`` changes the database, ``SET SCHEMA`` the schema.
"""

from __future__ import annotations

from dialects.base import Dialect, Folding, LexicalRules, SessionStatement, TemporaryRule
from dialects.empty_parts import with_plain_calls, with_plain_columns
from dialects.rewriting import Rewrite, after, rewriting

_PREPARE = rewriting(
    Rewrite("DISTRIBUTE ON HASH? (...)"),
    Rewrite("DISTRIBUTE ON RANDOM"),
    Rewrite("ORGANIZE ON (...)"),
    Rewrite("ORGANIZE ON NONE"),
    Rewrite("MINUS ALL|DISTINCT? SELECT|WITH|(", "EXCEPT {1} {2}"),
    Rewrite("^ CREATE EXTERNAL TABLE <string> USING? (...)? AS ...", "COPY ({7}) TO {3}"),
    Rewrite(
        "^ CREATE EXTERNAL TABLE <name> SAMEAS <name> USING ( ..DATAOBJECT (..) ...",
        "CREATE EXTERNAL TABLE {3} (LIKE {5}) LOCATION {9}",
    ),
    Rewrite("^ CREATE EXTERNAL TABLE <name> SAMEAS <name> USING? (...)?", "CREATE TABLE {3} (LIKE {5})"),
    Rewrite("^ CREATE EXTERNAL TABLE <name> USING (...) AS", "CREATE TABLE {3} AS"),
    Rewrite(
        "^ CREATE EXTERNAL TABLE <name> (...) USING ( ..DATAOBJECT (..) ...",
        "CREATE EXTERNAL TABLE {3} {4} LOCATION {8}",
    ),
    Rewrite("^ CREATE EXTERNAL TABLE <name> (...) USING (...)", "CREATE TABLE {3} {4}"),
    Rewrite(
        "^ INSERT INTO <name> (...)? SELECT * FROM EXTERNAL <string> SAMEAS? <name>? (...)? USING? (...)? $",
        "COPY {2} {3} FROM {8}",
    ),
    Rewrite("FROM|JOIN EXTERNAL <string> SAMEAS <name> USING? (...)?", "{0} READ_FILES({2})"),
    Rewrite("FROM|JOIN EXTERNAL <string> (...)? USING? (...)?", "{0} READ_FILES({2})"),
    Rewrite("TABLE WITH FINAL (..)", "{3}"),
    Rewrite("NEXT VALUE FOR <name>", "NULL"),
    Rewrite("NEXT <any> VALUE FOR <name>", "NULL"),
    Rewrite("^ DROP TABLE|VIEW <name> IF EXISTS", "DROP {1} IF EXISTS {2}"),
    Rewrite("BYTEINT", "SMALLINT"),
    Rewrite("FOR SYSTEM_TIME BEFORE", "FOR SYSTEM_TIME AS OF"),
    Rewrite("^ COPY BINARY <name>", "COPY {2}"),
)

_MEND = after(
    rewriting(
        Rewrite("USING >", "DESC"),
        Rewrite("USING <", "ASC"),
        Rewrite("^ CREATE EXTERNAL TABLE <name> <string> USING? (...)? AS", "CREATE TABLE {3} AS"),
    ),
    with_plain_calls,
    with_plain_columns,
)

NETEZZA = Dialect(
    name="netezza",
    title="IBM Netezza",
    parser="postgres",
    aliases=("nz", "nps"),
    unquoted=Folding.UPPER,
    quoted=Folding.EXACT,
    default_schema="ADMIN",
    sole_schema=True,  # https://www.ibm.com/docs/en/netezza?topic=rdo-database-object-naming
    key_has_database=True,
    use_sets="database",
    session=(
        SessionStatement("SET CATALOG name", "database"),
        SessionStatement("SET SCHEMA name", "schema"),
        SessionStatement("\\c name", "database"),
    ),
    temporary=TemporaryRule(made_by=("CREATE TEMP TABLE name AS query",)),
    system_schemas=frozenset({"information_schema", "definition_schema"}),
    system_tables=("_v_*", "_vt_*", "_t_*"),
    lexical=LexicalRules(nested_comments=True, backslash_commands=True),
    prepare=_PREPARE,
    mend=_MEND,
)

DIALECTS = (NETEZZA,)
