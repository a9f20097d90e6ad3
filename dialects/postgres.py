"""PostgreSQL and the engines that grew out of it: Greenplum, Vertica's relatives, Redshift, Netezza.

Names: https://www.postgresql.org/docs/current/sql-syntax-lexical.html (unquoted names fold to lower case,
quoted ones are exact). Redshift folds quoted names too unless ``enable_case_sensitive_identifier`` is on.
"""

from __future__ import annotations

from dataclasses import replace

from dialects.base import Dialect, Folding, LexicalRules, TemporaryRule

_LEXICAL = LexicalRules(
    escape_prefix=True,
    dollar_quotes="tagged",
    nested_comments=True,
    backslash_commands=True,
)

POSTGRES = Dialect(
    name="postgres",
    title="PostgreSQL",
    parser="postgres",
    aliases=("postgresql", "pg", "pgsql"),
    unquoted=Folding.LOWER,
    quoted=Folding.EXACT,
    default_schema="public",
    temporary=TemporaryRule(schemas=("pg_temp",)),
    system_schemas=frozenset({"pg_catalog", "information_schema", "pg_toast"}),
    lexical=_LEXICAL,
)

GREENPLUM = replace(
    POSTGRES,
    name="greenplum",
    title="Greenplum",
    aliases=("gpdb",),
    system_schemas=POSTGRES.system_schemas | {"gp_toolkit", "pg_aoseg"},
)

VERTICA = replace(
    POSTGRES,
    name="vertica",
    title="Vertica",
    aliases=(),
    unquoted=Folding.INSENSITIVE,
    quoted=Folding.INSENSITIVE,
    temporary=TemporaryRule(),
    system_schemas=frozenset({"v_catalog", "v_monitor", "v_internal", "v_txtindex"}),
    lexical=replace(_LEXICAL, nested_comments=False),
)

REDSHIFT = Dialect(
    name="redshift",
    title="Amazon Redshift",
    parser="redshift",
    unquoted=Folding.LOWER,
    quoted=Folding.LOWER,
    default_schema="public",
    key_has_database=True,
    temporary=TemporaryRule(prefixes=("#",), schemas=("pg_temp",)),
    system_schemas=frozenset({"pg_catalog", "information_schema", "pg_internal", "pg_automv"}),
    lexical=replace(_LEXICAL, backslash_escapes=True, word_start="#"),
)

DIALECTS = (POSTGRES, GREENPLUM, VERTICA, REDSHIFT)
