"""Cutting text into tokens by a dialect's lexical rules: one compiled expression per set of rules, linear time.

Nothing here raises on broken text: a string, comment or quoted name that never ends reaches to the end.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache
from typing import Literal, NamedTuple

from dialects.base import LexicalRules
from dialects.patterns import sound

TokenKind = Literal[
    "word", "quoted", "string", "number", "parameter", "template", "comment", "space", "operator", "line"
]


_BLANKS = ("space", "comment")
_EXTENDED = ("string", "comment")


class Token(NamedTuple):
    """One token: ``text == source[start:end]``.

    ``quoted`` is a quoted identifier, ``string`` any literal in quotes (also dollar and q quotes), ``parameter``
    a place-holder or variable (``?``, ``:x``, ``$1``, ``@x`` where ``@`` does not begin a name), ``template``
    text for a template engine (``{{ x }}``), ``line`` a whole line for the command-line client (GO, ``/``,
    DELIMITER, a backslash or dot command).
    """

    kind: TokenKind
    text: str
    start: int
    end: int


def tokens(text: str, rules: LexicalRules, *, blanks: bool = False) -> Iterator[Token]:
    """The tokens of ``text`` in order; with ``blanks`` also comments and whitespace, so that nothing is left out."""
    pattern = token_pattern(rules)
    position, size = 0, len(text)
    while position < size:
        for match in pattern.finditer(text, position):
            kind: TokenKind = match.lastgroup  # type: ignore[assignment] # the groups are named after the kinds
            end = extended_end(text, match, rules) if kind in _EXTENDED else match.end()
            if blanks or kind not in _BLANKS:
                start = match.start()
                yield _record(Token, (kind, text[start:end], start, end))
            if end != match.end():
                position = end
                break
        else:
            return


_record = tuple.__new__
"""A named tuple of its fields, without the call in between that gives them their names."""


def extended_end(text: str, match: re.Match[str], rules: LexicalRules) -> int:
    """Where a token really ends: nested comments and dollar quotes reach further than their opening matched."""
    opening = match[0]
    if opening == "/*" and rules.nested_comments:
        return _comment_end(text, match.end())
    if opening[0] == "$" and opening[-1] == "$" and len(opening) > 1 and rules.dollar_quotes != "none":
        return _dollar_end(text, opening, match.end())
    return match.end()


_COMMENT_EDGE = re.compile(r"/\*|\*/")


def _comment_end(text: str, position: int) -> int:
    depth = 1
    for edge in _COMMENT_EDGE.finditer(text, position):
        depth += 1 if edge[0] == "/*" else -1
        if depth == 0:
            return edge.end()
    return len(text)


def _dollar_end(text: str, tag: str, position: int) -> int:
    found = text.find(tag, position)
    return len(text) if found < 0 else found + len(tag)


@cache
def token_pattern(rules: LexicalRules) -> re.Pattern[str]:
    """The expression that matches any one token; its groups carry the names of the kinds.

    It matches at every position, so that ``finditer`` leaves nothing out.
    """
    groups = [
        ("line", _lines(rules)),
        ("space", [r"\n+|[^\S\n]+"]),
        ("comment", comments(rules)),
        ("string", strings(rules)),
        ("quoted", quoted_names(rules)),
        ("template", [*_TEMPLATES, *([_SQLCMD_VARIABLE] if rules.colon_commands else [])]),
        ("number", [_NUMBER]),
        ("word", [word(rules)]),
        ("parameter", [r"\$\{[^}]*\}", r"[@:$]\w(?:\w|\$(?!\{))*", r"\?"]),
        ("operator", [r"<=>|->>|#>>|::|->|\|\||<=|>=|<>|!=|:=|=>", r"."]),
    ]
    alternatives = "|".join(f"(?P<{name}>{'|'.join(parts)})" for name, parts in groups if parts)
    return re.compile(alternatives, re.DOTALL)


@cache
def solid_pattern(rules: LexicalRules) -> re.Pattern[str]:
    """The expression that finds what a separator or a keyword may hide in, and ``;``, in a text.

    That is strings, quoted names, comments and templates; `extended_end` gives their real ends. What was found
    shows in the first character. The letters before a string (``N'x'``) stay outside. Every alternative begins
    with a fixed character, which makes the search some ten times faster than one that does not.
    """
    found = [*_prefixed_quotes(rules), *(_quoted(q, backslash=rules.backslash_escapes) for q in rules.string_quotes)]
    found += [rf"\$(?<![\w$]\$){dollar[2:]}" for dollar in _dollars(rules)]
    found += [*quoted_names(rules), *comments(rules), *_TEMPLATES, _variable(rules), ";"]
    return re.compile("|".join(found), re.DOTALL)


def _variable(rules: LexicalRules) -> str:
    """``${x}``, which cannot begin within a name where names hold ``$``."""
    return r"\$(?<![\w$]\$)\{[^}]*\}" if "$" in rules.word_more else r"\$\{[^}]*\}"


def _prefixed_quotes(rules: LexicalRules) -> list[str]:
    """As `_prefixed`, beginning at the quote."""
    found: list[str] = []
    if rules.q_quotes:
        pairs = "".join(rf"|{re.escape(a)}.*?(?:{re.escape(b)}'|\Z)" for a, b in ("[]", "{}", "()", "<>"))
        before = r"(?<=[qQ]')(?:(?<![\w$#][qQ]')|(?<=[nN][qQ]')(?<![\w$#][nN][qQ]'))"
        found.append(rf"'{before}(?:(?P<q>[^\s\[{{(<]).*?(?:(?P=q)'|\Z){pairs})")
    if rules.triple_quotes:
        found += [rf"{q * 3}(?:[^\\]|\\.)*?(?:{q * 3}|\Z)" for q in rules.string_quotes]
    if rules.raw_prefix == "plain":
        found += [rf"{q}(?<=[rR]{q})(?<![\w$][rR]{q})[^{q}]*(?:{q}|\Z)" for q in rules.string_quotes]
    if rules.escape_prefix and not rules.backslash_escapes:
        found.append(r"'(?<=[eE]')(?<![\w$][eE]')" + _quoted("'", backslash=True)[1:])
    return found


@cache
def line_patterns(rules: LexicalRules) -> tuple[re.Pattern[str], re.Pattern[str]] | None:
    """Whether a text may hold lines for a client: one expression for its beginning, one for the rest."""
    if not (found := _lines(rules)):
        return None
    alternatives = "|".join(found)
    return re.compile(alternatives), re.compile(rf"\n(?:{alternatives})")


def may_hold_lines(text: str, rules: LexicalRules) -> bool:
    """Whether a line for the client may stand in ``text``, strings and comments not regarded."""
    patterns = line_patterns(rules)
    if patterns is None:
        return False
    is_ended = rules.vertical_ends and ("\\G" in text or "\\g" in text)
    return is_ended or bool(patterns[0].match(text) or patterns[1].search(text))


def blank(text: str, rules: LexicalRules, filler: str = " ? ") -> str:
    """``text`` without comments, and with ``filler`` for each string, quoted name and template."""

    def mark(solid: str) -> str:
        return solid if solid == ";" else " " if solid[0] in "-#/" else filler

    return replace_solid(text, rules, mark)


def replace_solid(text: str, rules: LexicalRules, mark: Callable[[str], str]) -> str:
    """``text`` with what ``mark`` gives for each thing that `solid_pattern` finds, at its real extent."""
    parts = list(solid_parts(text, rules))
    parts[1::2] = map(mark, parts[1::2])
    return "".join(parts)


@lru_cache(maxsize=2)
def solid_parts(text: str, rules: LexicalRules) -> Sequence[str]:
    """``text``, cut at what `solid_pattern` finds: plain and solid parts by turns, a plain one first and last.

    The latest are kept, as one statement is looked at several times.
    """
    splitting = _splitting_pattern(rules)
    if splitting is not None and "$" not in text and not (rules.nested_comments and "/*" in text):
        return splitting.split(text)
    pattern = solid_pattern(rules)
    found: list[str] = []
    position = start = 0
    while True:
        for match in pattern.finditer(text, start):
            end = extended_end(text, match, rules)
            found += (text[position : match.start()], text[match.start() : end])
            position = end
            if end != match.end():
                start = end
                break
        else:
            found.append(text[position:])
            return found


def closes_brackets(text: str, rules: LexicalRules) -> bool:
    """Whether as many round brackets close as open, outside of strings, quoted names and comments."""
    plain = "".join(solid_parts(text, rules)[::2])
    return plain.count("(") == plain.count(")")


@cache
def _splitting_pattern(rules: LexicalRules) -> re.Pattern[str] | None:
    """`solid_pattern` in a group, for texts where all that it finds ends where it says."""
    pattern = solid_pattern(rules)
    return re.compile(f"({pattern.pattern})", re.DOTALL) if pattern.groups == 0 else None


_TEMPLATES = (r"\{\{.*?(?:\}\}|\Z)", r"\{%.*?(?:%\}|\Z)")
_SQLCMD_VARIABLE = r"\$\(\w+\)"
_NUMBER = r"0[xX][0-9a-fA-F]+(?!\w)|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\w$])"


def word(rules: LexicalRules) -> str:
    """The expression of an unquoted name or keyword; ``${x}`` begins none."""
    start, more = re.escape(rules.word_start), re.escape(rules.word_more + rules.word_start)
    if "$" in rules.word_start:
        start = re.escape(rules.word_start.replace("$", ""))
        return rf"(?:[\w{start}]|\$(?!\{{))[\w{more}]*"
    return rf"[\w{start}][\w{more}]*" if start else rf"\w[\w{more}]*"


def comments(rules: LexicalRules) -> list[str]:
    """The expressions of comments; of a nested one only its beginning (see `extended_end`)."""
    dash = r"--(?=\s|\Z)[^\n]*" if rules.dash_needs_space else r"--[^\n]*"
    code = "(?!M?!)" if rules.executable_comments else ""
    block = r"/\*" if rules.nested_comments else sound(rf"/\*{code}[^*]*+(?:\*(?!/)[^*]*+)*+(?:\*/|\Z)")
    found = [dash, block]
    if rules.hash_comments:
        found.append(r"\#[^\n]*")
    if rules.slash_comments:
        found.append(r"(?<![:/])//[^\n]*")
    return found


def strings(rules: LexicalRules) -> list[str]:
    """The expressions of literals in quotes; of a dollar quote only its opening (see `extended_end`)."""
    prefix = r"(?:[nNbBxX]|[uU]&|[rRbB]{1,2}|[eE])?" if rules.backslash_escapes else r"(?:[nNbBxX]|[uU]&)?"
    plain = [prefix + _quoted(q, backslash=rules.backslash_escapes) for q in rules.string_quotes]
    return [*_prefixed(rules), *plain, *(rf"(?<![\w$]){dollar}" for dollar in _dollars(rules))]


def _prefixed(rules: LexicalRules) -> list[str]:
    """Literals whose prefix, or three quotes in a row, change how they end."""
    found: list[str] = []
    if rules.q_quotes:
        pairs = "".join(rf"|{re.escape(a)}.*?(?:{re.escape(b)}'|\Z)" for a, b in ("[]", "{}", "()", "<>"))
        found.append(rf"[nN]?[qQ]'(?:(?P<q>[^\s\[{{(<]).*?(?:(?P=q)'|\Z){pairs})")
    if rules.triple_quotes:
        found += [rf"(?:[rRbB]{{1,2}})?{q * 3}(?:[^\\]|\\.)*?(?:{q * 3}|\Z)" for q in rules.string_quotes]
    if rules.raw_prefix == "plain":
        found += [rf"[rR]{q}[^{q}]*(?:{q}|\Z)" for q in rules.string_quotes]
    if rules.escape_prefix and not rules.backslash_escapes:
        found.append("[eE]" + _quoted("'", backslash=True))
    return found


def _dollars(rules: LexicalRules) -> list[str]:
    if rules.dollar_quotes == "bare":
        return [r"\$\$"]
    return [r"\$(?:[^\W\d]\w*)?\$"] if rules.dollar_quotes == "tagged" else []


def quoted_names(rules: LexicalRules) -> list[str]:
    """The expressions of quoted identifiers."""
    found = []
    for opening, closing in rules.identifier_quotes:
        a, b = re.escape(opening), re.escape(closing)
        found.append(sound(rf"{a}(?:[^{b}]|{b}{b})*+(?:{b}|\Z)"))
    return found


def _quoted(quote: str, *, backslash: bool) -> str:
    inside = rf"[^{quote}\\]|\\.|{quote}{quote}" if backslash else rf"[^{quote}]|{quote}{quote}"
    return sound(rf"{quote}(?s:{inside})*+(?:{quote}|\\?\Z)")


_SETTINGS = (
    "APPI|ARRAY|AUTO|BLO|CMDS|COLSEP|CON|COPYC|DEF|DESCRIBE|ECHO|EDITF|EMB|ERRORL|ESC|EXITC|FEED|FLAGGER|FLU|HEA|"
    "HIST|INSTANCE|LIN|LOBOF|LOGSOURCE|LONG|MARK|NEWP|NULL[ \\t]|NUM|PAGES|PAU|RECSEP|SERVEROUT|SHIFT|SHOW|SQLBL|"
    "SQLC|SQLF|SQLN|SQLPLUSCOMPAT|SQLPRE|SQLP|SQLT|SUF|TAB[ \\t]|TERM|TIM|TRIM|UND|VER|WRA|XQUERY"
)
_SQLPLUS = (
    rf"(?im:^[ \t]*(?:SET[ \t]+(?:{_SETTINGS})[^\n=;]*;?|PROMPT(?:[ \t][^\n]*)?|REM(?:ARK)?(?:[ \t][^\n]*)?|"
    r"WHENEVER[ \t]+(?:SQLERROR|OSERROR)[^\n]*|SPOOL[ \t][^\n]*|(?:UN)?DEFINE[ \t]+\w+(?:[ \t]*=[^\n]*|[ \t]*)|"
    r"(?:TTITLE|BTITLE)[ \t][^\n]*|COL(?:UMN)?[ \t]+\S+[ \t]+(?:FORMAT|HEADING|NEW_VALUE|NOPRINT|ON|OFF)[^\n]*|"
    r"VAR(?:IABLE)?[ \t]+\w+[ \t]+(?:NUMBER|N?VARCHAR2|N?CHAR|REFCURSOR|CLOB)[^\n]*|@@?[\w./\\$]+[^\n]*|"
    r"SHOW[ \t]+ERR[^\n]*|CONN(?:ECT)?[ \t]+[\w$]+[/@][^\s*][^\n]*|CLEAR[ \t]+\w+[ \t]*)$)"
)
"""Commands of SQL*Plus that end with their line: https://docs.oracle.com/en/database/oracle/oracle-database/19/sqpug"""


_SQLCMD = r"(?im:^[ \t]*:(?:setvar|r|connect|on[ \t]+error|out|error|perftrace|serverlist|xml|exit|quit)\b[^\n]*$)"
"""Commands of sqlcmd: https://learn.microsoft.com/en-us/sql/tools/sqlcmd/sqlcmd-commands"""
_BANGS = (
    "abort|addlocaldriver\\w*|autocommit|close\\w*|connect|dbinfo|define|delimiter|describe|edit|exit|help|history|load|"
    "nullemptystring|options|outputformat|pause|print|properties|queries|quit|reconnect\\w*|record|result|rowcount|run|"
    "script|set|sh|silent|source|spool|system|tables|variables|verbose"
)
"""Commands of Beeline and SnowSQL.

https://cwiki.apache.org/confluence/display/Hive/HiveServer2+Clients, https://docs.snowflake.com/en/user-guide/snowsql-use
"""


def _lines(rules: LexicalRules) -> list[str]:
    found = []
    if rules.go_batches:
        found.append(r"(?im:^[ \t]*GO(?:[ \t]+\d+)?[ \t]*;?[ \t\r]*(?:--[^\n]*|/\*[^\n]*?\*/[ \t\r]*)?$)")
        found.append(_SQLCMD)
    if rules.delimiter_command:
        found.append(r"(?im:^[ \t]*DELIMITER[ \t]+\S+[^\n]*$)")
    if rules.slash_line:
        found.append(r"(?m:^[ \t]*/[ \t\r]*$)")
        found.append(_SQLPLUS)
    if rules.backslash_commands:
        found.append(r"(?m:^[ \t]*\\[^\n]*$)")
    if rules.terminator_comments:
        found.append(r"(?im:^[ \t]*--#SET[ \t]+TERMINATOR[ \t]+\S+[^\n]*$)")
    if rules.bang_commands:
        found.append(rf"(?im:^[ \t]*!(?:{_BANGS})\b[^\n]*$)")
    if rules.colon_commands:
        found.append(r"(?m:^[ \t]*!![^\n]*$)")
    if rules.source_commands:
        found.append(r"(?im:^[ \t]*(?:source[ \t]+|\\\.[ \t]*)\S*[./]\S*[ \t\r]*$)")
    if rules.vertical_ends:
        found.append(r"\\[gG](?!\w)")
    if rules.dot_commands:
        found.append(r"(?m:^[ \t]*\.[A-Za-z][^\n]*$)")
    return found


def words(text: str) -> frozenset[str]:
    """A set of words from a text that lists them."""
    return frozenset(text.split())
