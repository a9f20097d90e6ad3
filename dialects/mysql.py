"""MySQL and MariaDB: a database is a schema; double quotes hold strings unless ANSI_QUOTES is set.

https://dev.mysql.com/doc/refman/8.4/en/identifier-case-sensitivity.html: table names regard case where the file
system does, columns and aliases never do; one rule must serve all, so names fold.
"""

from __future__ import annotations

from dataclasses import replace

from dialects.base import Dialect, LexicalRules

MYSQL = Dialect(
    name="mysql",
    title="MySQL",
    parser="mysql",
    case_sensitive_tables=True,
    levels=("schema", "table"),
    system_schemas=frozenset({"mysql", "information_schema", "performance_schema", "sys"}),
    lexical=LexicalRules(
        identifier_quotes=(("`", "`"),),
        string_quotes=("'", '"'),
        backslash_escapes=True,
        hash_comments=True,
        dash_needs_space=True,
        executable_comments=True,
        delimiter_command=True,
    ),
)

MARIADB = replace(MYSQL, name="mariadb", title="MariaDB", aliases=())

DIALECTS = (MYSQL, MARIADB)
