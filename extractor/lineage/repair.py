"""Rewrites for texts that the parser refuses: clauses without meaning for lineage go, odd spellings become plain."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dialects import Dialect
from dialects.lexing import Token, replace_solid, tokens
from extractor.lineage.analytic_views import analytic_view
from extractor.lineage.clauses import RULES, path_in
from extractor.lineage.column_transformers import applied, columns_listed
from extractor.lineage.composable import with_hoisted_change
from extractor.lineage.metric_views import metric_view
from extractor.lineage.recast import recast
from extractor.lineage.semantic_views import semantic_view
from extractor.lineage.spellings import respelled

Rule = Callable[[Sequence[Token], int], "tuple[int, str] | None"]


def without_comments(text: str, dialect: Dialect) -> str:
    """``text`` with a blank in place of each comment."""
    if "--" not in text and "/*" not in text and "#" not in text and "//" not in text:
        return text
    return replace_solid(text, dialect.lexical, lambda solid: " " if solid[0] in "-#/" else solid)


def repaired(original: str, dialect: Dialect) -> str | None:
    """The text without comments and with every rule applied, or None when that changes nothing.

    The parser does not see ``GROUP /* why */ BY`` as two words of one keyword.
    """
    plain = without_comments(original, dialect)
    view = metric_view(plain) if dialect.parser == "databricks" else None
    if view is not None:
        return view
    text = respelled(plain, dialect)
    found = list(tokens(text, dialect.lexical))
    whole = (
        recast(found, text, dialect)
        or semantic_view(found, text)
        or analytic_view(found, text)
        or with_hoisted_change(found, text, lambda change: repaired(change, dialect) or change)
    )
    if whole is not None:
        return whole
    pieces: list[str] = []
    position = copied = 0
    changed = False
    while position < len(found):
        for rule in _RULES:
            hit = rule(found, position)
            if hit is not None:
                length, replacement = hit
                pieces.append(text[copied : found[position].start])
                pieces.append(replacement)
                position += length
                copied = found[position - 1].end
                changed = True
                break
        else:
            position += 1
    if not changed:
        return text if text != original else None
    return "".join((*pieces, text[copied:]))


_BEFORE_NAMES = frozenset(("FROM", "JOIN", "INTO", "TABLE", "UPDATE", "VIEW", "OVERWRITE", "USING", "EXISTS", "MERGE"))

_AROUND_LISTS = frozenset(
    (
        "FROM",
        "WHERE",
        "GROUP",
        "ORDER",
        "HAVING",
        "SELECT",
        "SET",
        "ON",
        "VALUES",
        "LIMIT",
        "QUALIFY",
        "UNION",
        "WINDOW",
    )
)


def has_open_name(text: str, dialect: Dialect) -> bool:
    """Whether a variable or template stands where (a part of) a table's name must be."""
    before: Token | None = None
    lists = [False]
    for token in tokens(text, dialect.lexical):
        variable = token.kind == "template" and token.text.startswith(("{{", "$("))
        variable = variable or (token.kind == "parameter" and token.text.startswith("${"))
        if variable and before is not None:
            if before.end == token.start and (before.kind in ("word", "quoted") or before.text == "."):
                return True
            if before.kind == "word" and before.text.upper() in _BEFORE_NAMES:
                return True
            if before.text == "," and lists[-1]:
                return True
        _follow_lists(lists, token)
        if token.text == "{" and before is not None and before.end == token.start and before.text.endswith("$"):
            return True
        is_name = token.kind == "quoted" or (token.text[0] == '"' and before is not None and _names_follow(before))
        if is_name and ("${" in token.text or "{{" in token.text or "$(" in token.text):
            return True
        before = token
    return False


def _names_follow(before: Token) -> bool:
    return before.text == "." or (before.kind == "word" and before.text.upper() in _BEFORE_NAMES)


def _follow_lists(lists: list[bool], token: Token) -> None:
    """Keep of each open bracket whether a list of tables goes on in it, as after FROM and before WHERE."""
    if token.text == "(":
        lists.append(False)
    elif token.text == ")":
        if len(lists) > 1:
            lists.pop()
    elif token.kind == "word" and (word := token.text.upper()) in _AROUND_LISTS:
        lists[-1] = word == "FROM"


def _word(found: Sequence[Token], position: int) -> str:
    if position >= len(found):
        return ""
    token = found[position]
    return token.text.upper() if token.kind == "word" else token.text


def _policy(found: Sequence[Token], position: int) -> tuple[int, str] | None:
    """``[WITH] MASKING POLICY name [USING (...)]`` and ``[WITH] [PROJECTION|AGGREGATION|...] POLICY name``."""
    start = position + (1 if _word(found, position) == "WITH" else 0)
    if _word(found, start) not in ("MASKING", "PROJECTION", "AGGREGATION", "ROW"):
        return None
    place = start + 1 + (1 if _word(found, start + 1) == "ACCESS" else 0)
    if _word(found, place) != "POLICY":
        return None
    end = _after_name(found, place + 1)
    if _word(found, end) in ("USING", "ON") and _word(found, end + 1) == "(":
        end = _after_bracket(found, end + 1)
    return end - position, " "


def _tag(found: Sequence[Token], position: int) -> tuple[int, str] | None:
    if _word(found, position) == "WITH" and _word(found, position + 1) == "TAG" and _word(found, position + 2) == "(":
        return _after_bracket(found, position + 2) - position, " "
    return None


def _compound(found: Sequence[Token], position: int) -> tuple[int, str] | None:
    """``a += b`` is ``a = a + b``: only the name on the left is repeated."""
    if (
        position + 1 < len(found)
        and found[position].text in ("+", "-", "*", "/", "%", "|", "&", "^")
        and found[position + 1].text == "="
    ):
        if found[position].end != found[position + 1].start or position == 0:
            return None
        start = position - 1
        while start >= 2 and found[start - 1].text == ".":
            start -= 2
        name = "".join(t.text for t in found[start:position])
        operator = found[position].text
        return 2, f"= {name} {operator} "
    return None


def _after_name(found: Sequence[Token], position: int) -> int:
    position += 1
    while _word(found, position) == ".":
        position += 2
    return position


def _after_bracket(found: Sequence[Token], position: int) -> int:
    depth = 0
    while position < len(found):
        depth += (found[position].text == "(") - (found[position].text == ")")
        position += 1
        if depth == 0:
            break
    return position


def _partitioned_view(found: Sequence[Token], position: int) -> tuple[int, str] | None:
    """Hive: ``CREATE VIEW v PARTITIONED ON (a) AS`` is read as PARTITIONED BY."""
    if _word(found, position) == "PARTITIONED" and _word(found, position + 1) == "ON":
        return 2, "PARTITIONED BY"
    return None


def _output_target(found: Sequence[Token], position: int) -> tuple[int, str] | None:
    """T-SQL: ``OUTPUT ... INTO a.b (c)``: a dotted name, or one before columns, becomes one quoted part."""
    if _word(found, position) != "INTO" or not any(
        _word(found, i) == "OUTPUT" for i in range(max(0, position - 60), position)
    ):
        return None
    end = _after_name(found, position + 1)
    if (end - position < 4 and _word(found, end) != "(") or _word(found, position - 1) in ("INSERT", "MERGE"):
        return None
    name = "".join(t.text.strip("[]") for t in found[position + 1 : end])
    if _word(found, end) != "(":
        return end - position, f"INTO [{name}]"
    last = _after_bracket(found, end)
    columns = " ".join(t.text for t in found[end:last])
    return last - position, f"INTO [{name}]{columns}"


def _output_last(found: Sequence[Token], position: int) -> tuple[int, str] | None:
    """T-SQL: ``DELETE FROM a OUTPUT ... WHERE ...``: the parser wants what is put out behind the condition."""
    if _word(found, position) != "OUTPUT" or not any(_word(found, i) == "DELETE" for i in range(position)):
        return None
    ends = (i for i in range(position, len(found)) if _word(found, i) in ("FROM", "WHERE", ";"))
    where = next(ends, 0)
    if not where or _word(found, where) != "WHERE":
        return None
    output: list[str] = []
    place = position
    while place < where:
        length, text = _output_target(found[:where], place) or (1, found[place].text)
        output.append(text)
        place += length
    return len(found) - position, " ".join([*(t.text for t in found[where:]), *output])


def _snapshot(found: Sequence[Token], position: int) -> tuple[int, str] | None:
    """BigQuery: ``CREATE SNAPSHOT TABLE a CLONE b``."""
    if _word(found, position) == "SNAPSHOT" and _word(found, position + 1) == "TABLE" and position > 0:
        return 1, ""
    return None


def _with_data(found: Sequence[Token], position: int) -> tuple[int, str] | None:
    """``WITH DATA`` behind a query, statistics beside either, and ``ON COMMIT ...`` of a temporary table."""
    if _word(found, position) == "WITH":
        length = 3 if _word(found, position + 1) == "NO" else 2
        if _word(found, position + length - 1) != "DATA":
            return None
        is_table = any(_word(found, place) == "TABLE" for place in range(1, 6))
        kept = "WITH NO DATA" if length == 3 and is_table else ""  # a view shows the rows when it is refreshed
        return length + (2 if _word(found, position + length) == "AND" else 0), kept
    if _word(found, position) == "ON" and _word(found, position + 1) == "COMMIT":
        action = _word(found, position + 2)
        if action in ("PRESERVE", "DELETE", "DROP"):
            return (4 if _word(found, position + 3) == "ROWS" else 3), ""
    return None


def _dropped_words(found: Sequence[Token], position: int) -> tuple[int, str] | None:
    """Words that say how, not what: DEEP CLONE, FOREIGN TABLE, BUILD IMMEDIATE, REFRESH ... ON DEMAND."""
    words = [_word(found, position + i) for i in range(6)]
    if words[0] == "DEEP" and words[1] == "CLONE":
        return 1, ""
    if words[0] in ("FOREIGN", "HYBRID", "EVENT") and words[1] == "TABLE":
        return 1, ""
    if words[0] in ("EDITIONABLE", "NONEDITIONABLE") or (words[0] == "FORCE" and words[1] == "VIEW"):
        return 1, ""
    if words[0] == "BEQUEATH":
        return 2, ""
    if words[0] == "POPULATE" and words[1] == "AS":
        return 1, ""
    if words[0] == "CLONE" and words[1] == "AS":
        return 1, ""
    if words[:3] == ["DATA", "INITIALLY", "DEFERRED"]:
        return (5 if words[3:5] == ["REFRESH", "DEFERRED"] else 3), ""
    if words[0] == "BUILD" and words[1] in ("IMMEDIATE", "DEFERRED"):
        return 2, ""
    if words[0] in ("ENABLE", "DISABLE") and words[1] == "QUERY" and words[2] == "REWRITE":
        return 3, ""
    if words[0] == "REFRESH" and words[1] in ("COMPLETE", "FAST", "FORCE", "ON"):
        length = 1 if words[1] == "ON" else 2
        if words[length] == "ON" and words[length + 1] in ("DEMAND", "COMMIT", "STATEMENT"):
            length += 2
        return length, ""
    return None


def _replace_into(found: Sequence[Token], position: int) -> tuple[int, str] | None:
    """MySQL: ``REPLACE [INTO]`` is an INSERT as far as lineage goes."""
    if position == 0 and _word(found, 0) == "REPLACE" and _word(found, 1) not in ("VIEW", "TABLE"):
        words = [_word(found, i) for i in range(1, 4)]
        skipped = 1 + (words[0] in ("LOW_PRIORITY", "DELAYED"))
        return skipped + (_word(found, skipped) == "INTO"), "INSERT INTO"
    return None


def _directory(found: Sequence[Token], position: int) -> tuple[int, str] | None:
    """Spark: ``INSERT OVERWRITE DIRECTORY 'x' USING parquet OPTIONS (...)``; the path may be one of the options.

    https://spark.apache.org/docs/latest/sql-ref-syntax-dml-insert-overwrite-directory.html
    """
    if _word(found, position) != "USING" or "DIRECTORY" not in (_word(found, position - 2), _word(found, position - 1)):
        return None
    end = position + 2
    path = ""
    if _word(found, end) == "OPTIONS":
        start, end = end, _after_bracket(found, end + 1)
        path = "" if _word(found, position - 2) == "DIRECTORY" else path_in(found, start + 2, end - 1)
    return end - position, f"'{path}'" if path else ""


def _distribution(found: Sequence[Token], position: int) -> tuple[int, str] | None:
    """Where rows are stored: DISTRIBUTE ON (...), DISTRIBUTED BY (...), ORGANIZE ON (...), SEGMENTED BY ..."""
    first, second = _word(found, position), _word(found, position + 1)
    if first in ("DISTRIBUTE", "ORGANIZE") and second == "ON":
        if _word(found, position + 2) == "(":
            return _after_bracket(found, position + 2) - position, ""
        return 3, ""
    if first == "DISTRIBUTED" and second in ("BY", "RANDOMLY", "REPLICATED"):
        return (_after_bracket(found, position + 2) - position if second == "BY" else 2), ""
    if first in ("SEGMENTED", "UNSEGMENTED", "KSAFE") and position > 4:
        return len(found) - position, ""
    return None


def _minus(found: Sequence[Token], position: int) -> tuple[int, str] | None:
    """``MINUS`` is EXCEPT under another name."""
    if _word(found, position) == "MINUS" and _word(found, position + 1) in ("SELECT", "ALL", "(", "WITH", "DISTINCT"):
        return 1, "EXCEPT"
    return None


def _declared_table(found: Sequence[Token], position: int) -> tuple[int, str] | None:
    """Db2's DECLARE GLOBAL TEMPORARY TABLE, Vertica's CREATE LOCAL TEMP TABLE, projections as views."""
    words = [_word(found, position + i) for i in range(4)]
    if position == 0 and words == ["DECLARE", "GLOBAL", "TEMPORARY", "TABLE"]:
        return 4, "CREATE TEMPORARY TABLE"
    if words[0] == "LOCAL" and words[1] in ("TEMP", "TEMPORARY"):
        return 1, ""
    if words[0] == "PROJECTION" and position in (1, 3):
        return 1, "VIEW"
    if words[0] == "DEFINITION" and words[1] == "ONLY":
        return 2, ""
    return None


def _tail_words(found: Sequence[Token], position: int) -> tuple[int, str] | None:
    """What may stand at the end: WITH UR, ELSE IGNORE, WITH REPLACE, NOT LOGGED."""
    words = [_word(found, position + i) for i in range(3)]
    if words[0] == "WITH" and words[1] in ("UR", "CS", "RS", "RR", "REPLACE"):
        return 2, ""
    if words[0] == "ELSE" and words[1] == "IGNORE":
        return 2, ""
    if words[0] == "NOT" and words[1] == "LOGGED":
        return 2, ""
    if words[0] in ("RETURNING", "RETURN") and any(_word(found, i) == "INTO" for i in range(position, len(found))):
        return len(found) - position, ""
    if words[0] == "INTO" and words[1] == "STRICT" and _word(found, position + 3) != ",":
        return 2, "INTO"
    if words[0] == "LOG" and words[1] == "ERRORS":
        return len(found) - position - (found[-1].text == ")"), ""
    return None


_HINTS = frozenset(["SHUFFLE", "NOSHUFFLE", "BROADCAST", "CLUSTERED", "NOCLUSTERED", "STRAIGHT_JOIN", "ROUND_ROBIN"])


def _impala(found: Sequence[Token], position: int) -> tuple[int, str] | None:
    """Impala's hints in brackets, STRAIGHT_JOIN, UPSERT, and the storage clauses of Kudu tables."""
    words = [_word(found, position + i) for i in range(4)]
    if words[0] == "[" and words[1] in _HINTS and words[2] == "]":
        return 3, ""
    if words[0] == "STRAIGHT_JOIN" and position and _word(found, position - 1) in ("SELECT", "DISTINCT"):
        return 1, ""
    if position == 0 and words[0] == "UPSERT":
        return 1 + (words[1] == "INTO") + (words[2] == "TABLE"), "INSERT INTO"
    if position == 0 or _word(found, 0) not in ("CREATE", "INSERT"):
        return None
    if words[0] == "PRIMARY" and words[1] == "KEY" and words[2] == "(" and _word(found, position - 1) not in ("(", ","):
        return _after_bracket(found, position + 2) - position, ""
    if words[:2] == ["PARTITION", "BY"] and not any(_word(found, i) in ("SELECT", "SEL") for i in range(position)):
        end = next((i for i in range(position, len(found)) if _word(found, i) in ("STORED", "AS", "TBLPROPERTIES")), 0)
        return (end - position, "") if end and _word(found, 0) == "CREATE" else None
    if (
        words[0] == "SORT"
        and words[1] == "BY"
        and words[2] in ("(", "ZORDER", "LEXICAL")
        and _word(found, 0) == "CREATE"
    ):
        return _after_bracket(found, position + (2 if words[2] == "(" else 3)) - position, ""
    if words[:3] == ["IF", "NOT", "EXISTS"] and _word(found, 0) == "INSERT":
        return 3, ""
    return None


def _columns_before_partition(found: Sequence[Token], position: int) -> tuple[int, str] | None:
    """Impala: ``INSERT INTO t (a) PARTITION (b)``: the parser wants the partition first."""
    if position == 0 or _word(found, position) != "(" or _word(found, 0) != "INSERT" or position > 12:
        return None
    end = _after_bracket(found, position)
    if _word(found, end) != "PARTITION" or _word(found, end + 1) != "(":
        return None
    last = _after_bracket(found, end + 1)
    columns = " ".join(t.text for t in found[position:end])
    partition = " ".join(t.text for t in found[end:last])
    return last - position, f" {partition} {columns}"


def _map_reduce(found: Sequence[Token], position: int) -> tuple[int, str] | None:
    """Hive: ``MAP a, b USING 'x'`` is SELECT TRANSFORM (a, b) USING 'x'."""
    if _word(found, position) not in ("MAP", "REDUCE") or _word(found, position + 1) in ("(", ".", "<", ",", ")", ""):
        return None
    using = next((i for i in range(position, len(found)) if _word(found, i) == "USING"), 0)
    if not using or using + 1 >= len(found) or found[using + 1].kind != "string":
        return None
    columns = " ".join(t.text for t in found[position + 1 : using])
    return using - position, f"SELECT TRANSFORM ({columns}) "


def _template(found: Sequence[Token], position: int) -> tuple[int, str] | None:
    """Control tags of templates go; place-holders of database drivers become NULL."""
    token = found[position]
    if token.kind == "parameter" and (token.text[:2] == "${" or (token.text[0] == ":" and token.text[1:].isdigit())):
        return 1, "NULL"
    if token.kind == "template" and token.text.startswith("{%"):
        return 1, " "
    if token.text == "%" and position + 1 < len(found) and token.end == found[position + 1].start:
        if _word(found, position + 1) == "S":
            return 2, "NULL"
        if found[position + 1].text == "(" and _word(found, position + 4) == "S":
            return 5, "NULL"
    return None


def _tsql(found: Sequence[Token], position: int) -> tuple[int, str] | None:
    """T-SQL: TOP in changes, storage options of CREATE TABLE ... AS, WITH CHECK OPTION, OPENROWSET (BULK ...)."""
    word, after = _word(found, position), _word(found, position + 1)
    before = _word(found, position - 1) if position else ""
    if word == "TOP" and before in ("INSERT", "UPDATE", "DELETE", "MERGE"):
        end = _after_bracket(found, position + 1) if after == "(" else position + 2
        return end - position + (_word(found, end) == "PERCENT"), ""
    if word == "WITH" and after == "CHECK" and _word(found, position + 2) == "OPTION":
        return 3, ""
    if word == "WITH" and after in ("CASCADED", "LOCAL") and _word(found, position + 2) == "CHECK":
        return 4, ""
    if word == "WITH" and after == "(" and _word(found, 0) == "CREATE" and position < 9:
        end = _after_bracket(found, position + 1)
        return (end - position, "") if _word(found, end) == "AS" else None
    if word == "OPENROWSET" and after == "(" and _word(found, position + 2) == "BULK" and position + 3 < len(found):
        return _after_bracket(found, position + 1) - position, f"OPENROWSET({found[position + 3].text})"
    return None


_RULES: tuple[Rule, ...] = (
    _tsql,
    _impala,
    _columns_before_partition,
    _map_reduce,
    _template,
    _policy,
    _tag,
    _compound,
    _partitioned_view,
    _output_last,
    _output_target,
    _snapshot,
    _with_data,
    _dropped_words,
    _replace_into,
    _directory,
    _distribution,
    _minus,
    _declared_table,
    _tail_words,
    applied,
    columns_listed,
    *RULES,
)
