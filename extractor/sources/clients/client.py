"""The commands and variables of each command-line client, as values; which client reads a script tells its dialect.

psql: https://www.postgresql.org/docs/current/app-psql.html (vsql and nzsql are alike); sqlcmd:
https://learn.microsoft.com/en-us/sql/tools/sqlcmd/sqlcmd-use-scripting-variables; SQL*Plus:
https://docs.oracle.com/en/database/oracle/oracle-database/19/sqpug/; BTEQ: Basic Teradata Query Reference; SnowSQL:
https://docs.snowflake.com/en/user-guide/snowsql-use; Hive: LanguageManual VariableSubstitution; impala-shell:
https://impala.apache.org/docs/build/html/topics/impala_shell_commands.html
"""

from __future__ import annotations

import re
from typing import NamedTuple

from dialects import Dialect

_PATH = r"(?P<quote>[\"']?)(?P<file>[^\s;\"']+|(?<=[\"'])[^\"'\n]+)(?P=quote)"
_NAMED = r"\$\{|\{\{|\{%"
_NOTHING = re.compile(r"(?!)")


class Client(NamedTuple):
    """What a client does before the database sees the text; each expression is tried on one line, or on plain text.

    ``signs`` finds anything that calls for a closer look at a text.
    ``includes`` finds ``file`` (and ``arguments``), ``defines`` a ``name`` with its ``value``, ``undefines`` a
    ``name``; ``uses`` the place of a variable (``name``), in strings too where ``in_strings``. Where ``only_known``,
    what looks like a variable and has no value is taken as it stands, unless a name must stand there.
    """

    name: str
    signs: re.Pattern[str]
    includes: re.Pattern[str] = _NOTHING
    defines: re.Pattern[str] = _NOTHING
    undefines: re.Pattern[str] = _NOTHING
    uses: re.Pattern[str] = _NOTHING
    in_strings: bool = False
    only_known: bool = False
    ending: str = ""
    ignores_case: bool = False


def _signs(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"{_NAMED}|{pattern}", re.IGNORECASE | re.MULTILINE)


def _line(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"[ \t]*(?:{pattern})[ \t\r;]*$", re.IGNORECASE)


PSQL = Client(
    "psql",
    _signs(r"^[ \t]*\\|\\g|(?<![:\w]):[\"'A-Z_]|\w:[A-Z_]"),
    includes=_line(rf"\\(?:i|ir|include|include_relative)[ \t]+{_PATH}"),
    defines=_line(r"\\set[ \t]+(?P<name>\w+)[ \t]+(?P<value>[^\n]*?)"),
    undefines=_line(r"\\(?:unset[ \t]+|prompt[ \t]+(?:'[^']*'[ \t]+)?)(?P<name>\w+)"),
    uses=re.compile(r"(?<![:\w]):(?P<name>[A-Za-z_]\w*)(?!:)|(?<=\w):(?P<after>[A-Za-z_]\w*)(?=\s|\.|;|$)(?!:)"),
    only_known=True,
)
SQLCMD = Client(
    "sqlcmd",
    _signs(r"\$\(|^[ \t]*:(?:r|setvar)\b"),
    includes=_line(rf":r[ \t]+{_PATH}"),
    defines=_line(r":setvar[ \t]+(?P<name>\w+)[ \t]+(?P<value>\"[^\"]*\"|\S+)"),
    undefines=_line(r":setvar[ \t]+(?P<name>\w+)"),
    uses=re.compile(r"\$\((?P<name>\w+)\)"),
    in_strings=True,
    ignores_case=True,
)
SQLPLUS = Client(
    "SQL*Plus",
    _signs(r"&|^[ \t]*(?:@|start\b|acc|def|undef|col)"),
    includes=_line(
        r"(?:@@?|START[ \t]+(?!WITH\b))[ \t]*(?P<quote>[\"']?)(?P<file>[^\s;\"']+)(?P=quote)"
        r"(?P<arguments>(?:[ \t]+[^\s;]+)*)"
    ),
    defines=_line(r"DEF(?:INE)?[ \t]+(?P<name>\w+)[ \t]*=[ \t]*(?P<value>\"[^\"]*\"|'[^']*'|\S+)"),
    undefines=_line(
        r"(?:UNDEF(?:INE)?|ACC(?:EPT)?|COL(?:UMN)?[ \t]+\S+[ \t]+NEW_V(?:ALUE)?)[ \t]+(?P<name>\w+)(?:[ \t][^\n]*)?"
    ),
    uses=re.compile(r"&&?(?P<name>\w+)\.?"),
    in_strings=True,
    ending=".sql",
    ignores_case=True,
)
HDBSQL = Client("hdbsql", _signs(r"^[ \t]*\\"), includes=_line(rf"\\i[ \t]+{_PATH}"))
BTEQ = Client(
    "BTEQ", _signs(r"^[ \t]*\."), includes=_line(rf"\.RUN[ \t]+(?:DDNAME|FILE)[ \t]*=?[ \t]*{_PATH}(?:,[^\n]*)?")
)
SNOWSQL = Client(
    "SnowSQL",
    _signs(r"&|<%|^[ \t]*!"),
    includes=_line(rf"!(?:source|load)[ \t]+{_PATH}"),
    defines=_line(r"!(?:define|set)[ \t]+(?P<name>\w+)[ \t]*=[ \t]*(?P<value>\"[^\"]*\"|'[^']*'|\S+)"),
    uses=re.compile(r"(?<!&)&(?P<name>[A-Za-z_]\w*)\b|(?<!&)&\{(?P<after>\w+)\}|<%[ \t]*(?P<marked>\w+)[ \t]*%>"),
    in_strings=True,
    ignores_case=True,
)
_HIVE_USES = r"\$\{(?:(?:hiveconf|hivevar|system|env|spark|var):)?(?P<name>[\w.]+)\}"
HIVE = Client(
    "beeline",
    _signs(r"^[ \t]*(?:source\b|set\b|!run\b)"),
    includes=_line(rf"(?:source|!run)[ \t]+{_PATH}"),
    defines=_line(
        r"SET[ \t]+(?:(?:hiveconf|hivevar|var|metaconf|system|env):)?(?P<name>[\w.]+)[ \t]*=[ \t]*"
        r"(?P<value>[^\n;]*?)[ \t]*(?:;[^\n]*)?"
    ),
    uses=re.compile(_HIVE_USES, re.IGNORECASE),
    in_strings=True,
)
MYSQL = Client(
    "mysql", _signs(r"^[ \t]*(?:source\b|\\\.|delimiter\b)"), includes=_line(rf"(?:source[ \t]+|\\\.[ \t]*){_PATH}")
)
DUCKDB = Client("DuckDB", _signs(r"^[ \t]*\."), includes=_line(rf"\.read[ \t]+{_PATH}"))
PLAIN = Client("client", re.compile(_NAMED))


def client_of(dialect: Dialect) -> Client:
    """The client that scripts of a dialect are written for."""
    rules, parser = dialect.lexical, dialect.parser
    if dialect.name == "hana":
        return HDBSQL  # whose :x are variables of SQLScript, tables among them
    if rules.backslash_commands:
        return PSQL
    if rules.go_batches:
        return SQLCMD
    if rules.slash_line:
        return SQLPLUS
    if rules.bang_commands:
        return SNOWSQL if parser == "snowflake" else HIVE
    if rules.source_commands:
        return MYSQL
    if rules.dot_commands:
        return BTEQ if parser == "teradata" else DUCKDB
    return PLAIN
