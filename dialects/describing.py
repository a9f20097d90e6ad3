"""A dialect's facts as people read them: rows of texts for a table, a page or JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypedDict

from dialects.base import Dialect, LexicalRules
from dialects.registry import get, names

_MEANINGS = {"database": "the database", "schema": "the schema of bare names", "path": "the search path"}


class Facts(TypedDict):
    """What differs in one engine."""

    name: str
    title: str
    aliases: list[str]
    parser: str
    unquoted: str
    quoted: str
    case_sensitive_tables: bool
    identifier_quotes: list[str]
    string_quotes: list[str]
    parts: list[str]
    max_parts: int
    default_schema: str | None
    own_schemas: bool
    home_database: str | None
    session: dict[str, str]
    temporary_names: list[str]
    temporary_tables: list[str]
    separators: list[str]
    client_commands: list[str]
    system_schemas: list[str]
    system_tables: list[str]
    key: str


def facts() -> list[Facts]:
    """The facts of all our dialects, by name."""
    return [facts_of(get(name)) for name in names()]


def facts_of(dialect: Dialect) -> Facts:
    """The facts of one dialect."""
    rules = dialect.lexical
    return Facts(
        name=dialect.name,
        title=dialect.title,
        aliases=[alias for alias in dialect.aliases if alias],
        parser=dialect.parser or "standard",
        unquoted=dialect.unquoted.value,
        quoted=dialect.quoted.value,
        case_sensitive_tables=dialect.case_sensitive_tables,
        identifier_quotes=[opening + closing for opening, closing in rules.identifier_quotes],
        string_quotes=[quote * 2 for quote in rules.string_quotes],
        parts=list(dialect.words or dialect.levels),
        max_parts=dialect.max_parts,
        default_schema=dialect.default_schema,
        own_schemas=dialect.own_schemas,
        home_database=dialect.home_database,
        session={form: _MEANINGS[sets] for form, sets in dialect.session},
        temporary_names=list(_temporary_names(dialect)),
        temporary_tables=list(dialect.temporary.made_by),
        separators=list(_separators(rules)),
        client_commands=list(_client_commands(rules)),
        system_schemas=sorted(dialect.system_schemas),
        system_tables=list(dialect.system_tables),
        key=dialect.key_form,
    )


def _temporary_names(dialect: Dialect) -> Iterator[str]:
    yield from (f"{prefix}name" for prefix in dict.fromkeys(prefix.lower() for prefix in dialect.temporary.prefixes))
    yield from (f"{schema}.name" for schema in dialect.temporary.schemas)
    yield from (f"{database}..name" for database in dialect.temporary.databases)


def _separators(rules: LexicalRules) -> Iterator[str]:
    yield ";"
    if rules.blocks == "tsql":
        yield "none needed between statements"
    if rules.go_batches:
        yield "GO [count]"
    if rules.slash_line:
        yield "a line with /"
    if rules.delimiter_command:
        yield "DELIMITER x"
    if rules.terminator_comments:
        yield "--#SET TERMINATOR x"
    if rules.vertical_ends:
        yield "\\G"


def _client_commands(rules: LexicalRules) -> Iterator[str]:
    if rules.backslash_commands:
        yield "\\command"
    if rules.dot_commands:
        yield ".COMMAND"
    if rules.bang_commands:
        yield "!command"
    if rules.colon_commands:
        yield ":command, !!command"
    if rules.source_commands:
        yield "source file"
    if rules.slash_line:
        yield "SET, PROMPT, SPOOL, @file and other commands of SQL*Plus"
