"""What a dialect is: facts about names, tokens and statements of one database engine, as plain values."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, NamedTuple
from zlib import crc32

NamePart = tuple[str, bool]
"""One part of a dotted name as it was written, without its quotes, and whether it was quoted."""


class UnknownDialect(ValueError):
    """No dialect goes by that name; the message lists the names that are known."""


class ParseFailure(ValueError):
    """The parser refuses a text.

    Attributes:
        reason: what the parser says, one short line that quotes at most one token.
        line: 1-based line within the text, or None when the parser does not tell.
        column: 1-based column within that line, or None.
    """

    def __init__(self, reason: str, line: int | None = None, column: int | None = None) -> None:
        place = f" at line {line}, column {column}" if line is not None else ""
        super().__init__(f"{reason}{place}")
        self.reason = reason
        self.line = line
        self.column = column

    def __reduce__(self) -> tuple[type[ParseFailure], tuple[str, int | None, int | None]]:
        return ParseFailure, (self.reason, self.line, self.column)


class Folding(StrEnum):
    """What an engine does to the letters of a name before it compares it."""

    LOWER = "lower"
    UPPER = "upper"
    INSENSITIVE = "insensitive"
    EXACT = "exact"

    def apply(self, part: str) -> str:
        """The form of ``part`` that two spellings of one name share."""
        if self is _EXACT:
            return part
        return part.upper() if self is _UPPER else part.lower()


_EXACT, _UPPER = Folding.EXACT, Folding.UPPER


Blocks = Literal["none", "ansi", "plsql", "tsql", "scripting"]
"""How procedural text stands among the statements.

``none``: bodies are strings; BEGIN always opens a transaction. ``ansi``: BEGIN ... END in the bodies of
routines. ``plsql``: also DECLARE ... BEGIN ... END on its own. ``tsql``: a routine is the rest of its batch,
and statements need no semicolon between them. ``scripting``: also IF, LOOP, WHILE, FOR and CASE on their own.
"""


@dataclass(frozen=True, slots=True)
class LexicalRules:
    """How an engine cuts text into tokens, and a script into what is sent to it.

    Every field is a fact of the engine or of its own command-line client. ``word_start`` and ``word_more`` are
    the characters, beside letters, digits and underscores, that may begin or continue an unquoted name.
    """

    identifier_quotes: tuple[tuple[str, str], ...] = (('"', '"'),)
    string_quotes: tuple[str, ...] = ("'",)
    backslash_escapes: bool = False
    escape_prefix: bool = False
    raw_prefix: Literal["none", "plain", "escaping"] = "none"
    triple_quotes: bool = False
    dollar_quotes: Literal["none", "bare", "tagged"] = "none"
    q_quotes: bool = False
    nested_comments: bool = False
    hash_comments: bool = False
    slash_comments: bool = False
    dash_needs_space: bool = False
    executable_comments: bool = False
    word_start: str = ""
    word_more: str = "$"
    go_batches: bool = False
    delimiter_command: bool = False
    slash_line: bool = False
    backslash_commands: bool = False
    dot_commands: bool = False
    bang_commands: bool = False
    colon_commands: bool = False
    source_commands: bool = False
    vertical_ends: bool = False
    terminator_comments: bool = False
    blocks: Blocks = "ansi"
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Make the hash, which many calls for each statement ask for: the same in every process, as rules travel."""
        object.__setattr__(self, "_hash", crc32(repr(self).encode()))

    def __hash__(self) -> int:
        return self._hash


@dataclass(frozen=True, slots=True)
class TemporaryRule:
    """Which names are temporary by their spelling alone: a prefix of the last part, or the part before it.

    ``databases`` hold nothing that stays; all sessions see what is in them.

    ``own_schema``: temporary tables made by a bare name live in the first of ``schemas``, never in the present one,
    so that a name with a schema of its own is another table. ``made_by``: the vendor's statements that make one;
    ``query`` stands for a query.
    """

    prefixes: tuple[str, ...] = ()
    schemas: tuple[str, ...] = ()
    databases: tuple[str, ...] = ()
    own_schema: bool = False
    made_by: tuple[str, ...] = ()


SessionDefault = Literal["database", "schema", "path"]


class SessionStatement(NamedTuple):
    """A statement (or line for the client) that changes what later names mean.

    ``form`` is its text with ``name`` for the name it is given; ``sets`` is what the name becomes: the database, the
    schema of bare names, or the search path.
    """

    form: str
    sets: SessionDefault


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a database engine does differently.

    Attributes:
        name: our own name, unique, lower case.
        title: the engine's name as its vendor writes it.
        parser: the parser's name of the dialect that reads it ("" is the standard's).
        aliases: other names by which `dialects.get` finds it.
        unquoted, quoted: how unquoted and quoted names fold.
        trailing_blanks: blanks at the end of a quoted name are part of it.
        joined_quotes: one pair of backquotes may stand around a whole name, periods and all, or around any parts of it.
        case_sensitive_tables: two tables may differ in case alone although `fold` makes them equal; names that
            do are to be reported, not merged silently.
        levels: the names of a full name's parts, outermost first, as they count for keys.
        words: what the vendor calls these parts, where it is not the same.
        home_database: the database that every table has that is written without one; it says nothing where an
            engine's names have no place for a database, or where no other is set.
        max_parts: the most parts that a name in a statement can have (four where servers can be named).
        default_schema: the schema of a bare name when nothing else says it, or None when it is the user's own.
        own_schemas: whether a user's bare names are first looked for in a schema of the user's own name.
        sole_schema: whether a database that has one schema has all names in it, whatever schema they say.
        key_has_database: whether Alation's key of a table carries the database part by default.
        public_synonyms: the schema of synonyms that every schema sees, looked into after a bare name's own.
        use_sets: what a bare ``USE x`` (or its like) sets.
        session: the statements that change what later names mean.
        temporary: names that are temporary by themselves.
        system_schemas: schemas whose tables are the engine's own, in lower case.
        system_tables: tables that are the engine's own in whatever schema a name puts them, in lower case; one that
            ends in ``*`` stands for all that begin so.
        lexical: the rules of its tokens.
        prepare: rewrites a statement into one of equal meaning for lineage that ``parser`` can read, or None.
        mend: the same for texts that ``parser`` has refused, or kept as text: what is too rare to be looked for in all.
        plain_name: writes a dotted name that stands alone without escapes, as ``prepare`` does within texts, or None.
        version: grows when ``prepare`` or a rule changes what comes out of the parser.
    """

    name: str
    title: str
    parser: str
    aliases: tuple[str, ...] = ()
    unquoted: Folding = Folding.INSENSITIVE
    quoted: Folding = Folding.INSENSITIVE
    trailing_blanks: bool = True
    joined_quotes: Literal["none", "whole", "any"] = "none"
    case_sensitive_tables: bool = False
    levels: tuple[str, ...] = ("database", "schema", "table")
    words: tuple[str, ...] = ()
    home_database: str | None = None
    max_parts: int = 3
    default_schema: str | None = None
    own_schemas: bool = False
    sole_schema: bool = False
    key_has_database: bool = False
    public_synonyms: str | None = None
    use_sets: Literal["database", "schema"] = "schema"
    session: tuple[SessionStatement, ...] = ()
    temporary: TemporaryRule = TemporaryRule()
    system_schemas: frozenset[str] = frozenset({"information_schema"})
    system_tables: tuple[str, ...] = ()
    lexical: LexicalRules = LexicalRules()
    prepare: Callable[[str, LexicalRules], str] | None = field(default=None, repr=False)
    mend: Callable[[str, LexicalRules], str] | None = field(default=None, repr=False)
    plain_name: Callable[[str], str] | None = field(default=None, repr=False)
    version: int = 1

    @property
    def key_form(self) -> str:
        """What Alation's key of a table looks like by default."""
        return "ds.db.schema.table" if self.key_has_database else "ds.schema.table"

    def fold(self, part: str, quoted: bool) -> str:  # noqa: FBT001 - (part, quoted) is the pair that names are made of
        """The identity of one part of a name: equal for all spellings that the engine takes as one."""
        folded = (self.quoted if quoted else self.unquoted).apply(part)
        return folded if self.trailing_blanks else folded.rstrip(" ")

    def parse_name(self, text: str) -> tuple[NamePart, ...]:
        """Cut a dotted name at its dots, understanding this dialect's quotes; ``a..b`` has an empty middle part.

        A backquoted part that holds dots itself is cut as well where a whole name may be quoted as one, but for the
        domain in front of a BigQuery project (``example.com:project``). Whitespace around parts is dropped.
        """
        if _PLAIN_NAME.fullmatch(text):
            return tuple([(part, False) for part in text.split(".")])
        text = self.plain_name(text) if self.plain_name is not None else text
        parts: list[NamePart] = []
        for match in _name_pattern(self).finditer(text.strip()):
            opening, written = match["open"], match["body"]
            if opening is None:
                parts.append((match["bare"].strip(), False))
                continue
            closing = dict(self.lexical.identifier_quotes)[opening]
            body = written.replace(closing * 2, closing)
            if opening == "`" and "." in body and self.joined_quotes == "any":
                parts.extend((piece, True) for piece in _PERIODS.split(body))
            else:
                parts.append((body, True))
        if self.joined_quotes == "whole" and len(parts) == 1 and parts[0][1]:
            pieces = parts[0][0].split(".")
            return tuple([(piece, True) for piece in pieces]) if all(pieces) else tuple(parts)
        return tuple(parts)

    def identity(self, parts: Sequence[NamePart]) -> tuple[str, ...]:
        """The identity of a whole name, part by part."""
        found: list[str] = []
        for part, quoted in parts:  # as `fold`, without the calls
            rule = self.quoted if quoted else self.unquoted
            found.append(part if rule is _EXACT else part.upper() if rule is _UPPER else part.lower())
        return tuple(found) if self.trailing_blanks else tuple([part.rstrip(" ") for part in found])

    def is_system_name(self, parts: tuple[str, ...]) -> bool:
        """Whether a name means one of the engine's own tables: ``pg_catalog.pg_class``, ``DUAL``, ``_v_table``."""
        if not parts:
            return False
        last = parts[-1].lower()
        if len(parts) > 1 and parts[-2].lower() in self.system_schemas:
            return True
        return any(last.startswith(own[:-1]) if own[-1] == "*" else last == own for own in self.system_tables)

    def is_temporary_name(self, parts: tuple[str, ...]) -> bool:
        """Whether a name is temporary by its spelling alone (``#x``, ``##x``, ``session.x``)."""
        if not parts:
            return False
        if parts[-1].startswith(self.temporary.prefixes):
            return True
        if len(parts) > 2 and parts[-3].lower() in self.temporary.databases:
            return True
        return len(parts) > 1 and parts[-2].lower() in self.temporary.schemas


_PLAIN_NAME = re.compile(r"[\w$#@.-]+")
"""Names without quotes or blanks: most of them all."""
_PERIODS = re.compile(r"\.(?![^.:]*(?:\.[^.:]*)*:)")
"""The periods of a name that is quoted as one, but for those in front of a colon."""
_PATTERNS: dict[tuple[tuple[str, str], ...], re.Pattern[str]] = {}


def _name_pattern(dialect: Dialect) -> re.Pattern[str]:
    quotes = dialect.lexical.identifier_quotes
    if quotes not in _PATTERNS:
        quoted = "|".join(rf"(?<={re.escape(a)})(?:[^{re.escape(b)}]|{re.escape(b) * 2})*" for a, b in quotes if a)
        opening = "|".join(re.escape(a) for a, _ in quotes)
        closing = "|".join(re.escape(b) for _, b in quotes)
        _PATTERNS[quotes] = re.compile(
            rf"(?:^|(?<=\.))\s*(?:(?P<open>{opening})(?P<body>{quoted})(?:{closing}|$)|(?P<bare>[^.]*))\s*(?:\.|$)"
        )
    return _PATTERNS[quotes]
