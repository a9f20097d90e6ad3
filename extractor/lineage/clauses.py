"""Clauses that rewriting by pattern cannot follow: they end where a bracket or the next clause does."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dialects.lexing import Token
from dialects.rewriting import closing, name_end, word_at
from extractor.lineage.model_clause import modelled
from extractor.lineage.options_of_places import place_of

_STARTS = {
    "MODEL": frozenset(
        {"PARTITION", "DIMENSION", "RETURN", "UNIQUE", "IGNORE", "KEEP", "REFERENCE", "MAIN"},
    ),
    "EXPAND": frozenset({"ON"}),
    "SAMPLE": frozenset({"RANDOMIZED"}),
}
_ENDS = frozenset({"ORDER", "UNION", "MINUS", "EXCEPT", "INTERSECT", "QUALIFY"})
_TYPES = frozenset(
    {
        "BYTEINT", "SMALLINT", "INT", "INTEGER", "BIGINT", "DEC", "DECIMAL", "NUMERIC", "NUMBER", "FLOAT", "REAL",
        "CHAR", "CHARACTER", "VARCHAR", "CLOB", "BLOB", "BYTE", "VARBYTE", "DATE", "TIME", "TIMESTAMP", "INTERVAL",
    }
)  # fmt: skip
_ATTRIBUTES = frozenset({"FORMAT", "TITLE", "NAMED", "CASESPECIFIC", "CS", "UPPERCASE", "UC"})
_NOT_VALUES = frozenset(
    {
        "AS", "IN", "BY", "ON", "VALUES", "SELECT", "SEL", "CAST", "USING", "OVER", "AND", "OR", "NOT", "WHERE",
        "TABLE", "EXISTS", "WHEN", "THEN", "ELSE", "FROM", "JOIN", "INTO", "SET", "PARTITION", "UNION", "ALL",
        "DISTINCT",
    }
)  # fmt: skip

_MATCH_CLAUSES = frozenset(
    {"PARTITION", "ORDER", "MEASURES", "ONE", "ALL", "AFTER", "PATTERN", "DEFINE", "OPTIONS"},
)


def dropped_clause(found: Sequence[Token], position: int) -> tuple[int, str] | None:
    """Oracle's MODEL, Teradata's EXPAND ON and SAMPLE RANDOMIZED, up to what stands behind them."""
    second = _STARTS.get(word_at(found, position))
    if second is None or word_at(found, position + 1) not in second or word_at(found, position - 1) == ".":
        return None
    end = position + 1
    while end < len(found) and found[end].text != ")" and word_at(found, end) not in _ENDS:
        end = closing(found, end) if found[end].text == "(" else end + 1
    return end - position, " "


def filled_variables(found: Sequence[Token], position: int) -> tuple[int, str] | None:
    """``SELECT a, b FROM t INTO @x, @y``: variables are no tables, and no more are several names (``INTO x, y``)."""
    if word_at(found, position) != "INTO" or position + 1 >= len(found):
        return None
    if found[position + 1].text[:1] != "@":
        return _filled_names(found, position)
    end = position + 1
    while end < len(found) and (found[end].text[:1] == "@" or found[end].text == "," or found[end - 1].text == "@"):
        end += 1
    return end - position, " "


_MORE_NAMES = frozenset({"FROM", "WHERE", "GROUP", "ORDER", "LIMIT", "FETCH", "FOR", ";"})


def _filled_names(found: Sequence[Token], position: int) -> tuple[int, str] | None:
    """``SELECT a, b INTO x, :y FROM t`` in the body of a routine; fields (``new.x``) may be among them."""
    place = position + 1 + (word_at(found, position + 1) == "STRICT")
    names = 0
    is_first = word_at(found, position - 1) == "SELECT"
    while place < len(found) and found[place].kind in ("word", "quoted", "parameter"):
        end = place + 1 if found[place].kind == "parameter" else name_end(found, place)
        names, place = names + 1, max(end, place + 1)
        if place >= len(found) or found[place].text != ",":
            break
        place += 1
    ends = place >= len(found) or found[place].text.upper() in _MORE_NAMES
    if is_first and names and not ends:  # SELECT INTO x count(*) FROM t
        return place - position, " "
    is_behind = names == 1 and _reads_before(found, position)
    if not (names > 1 or is_behind) or not ends or word_at(found, 0) not in ("SELECT", "WITH"):
        return None
    return place - position, " "


def _reads_before(found: Sequence[Token], position: int) -> bool:
    """Whether the query has its FROM in front: ``SELECT count(*) FROM t WHERE a > 1 INTO x`` makes no table."""
    place = 0
    while place < position:
        if word_at(found, place) == "FROM":
            return True
        place = closing(found, place) if found[place].text == "(" else place + 1
    return False


_CONSTRAINTS = frozenset({"CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN", "CHECK", "SCOPE"})


def constrained_view(found: Sequence[Token], position: int) -> tuple[int, str] | None:
    """Oracle: ``CREATE VIEW v (a UNIQUE RELY DISABLE, b, CONSTRAINT c PRIMARY KEY (a))`` has the columns a and b.

    https://docs.oracle.com/en/database/oracle/oracle-database/23/sqlrf/CREATE-VIEW.html
    """
    if word_at(found, position) != "VIEW" or word_at(found, 0) != "CREATE":
        return None
    opening = name_end(found, position + 1)
    if opening < 0 or word_at(found, opening) != "(":
        return None
    end = closing(found, opening)
    if not any(word_at(found, i) in _CONSTRAINTS for i in range(opening + 1, end)):
        return None
    columns: list[str] = []
    place = opening + 1
    while place < end - 1:
        if word_at(found, place) not in _CONSTRAINTS:
            columns.append(found[place].text)
        while place < end - 1 and found[place].text != ",":
            place = closing(found, place) if found[place].text == "(" else place + 1
        place += 1
    name = "".join(token.text for token in found[position + 1 : opening])
    return end - position, f"VIEW {name} ({', '.join(columns)})"


def attributes(found: Sequence[Token], position: int) -> tuple[int, str] | None:
    """Teradata: ``value (INTEGER, FORMAT '999', NAMED x)`` is ``value AS x``."""
    if position == 0 or found[position].text != "(":
        return None
    before = found[position - 1]
    if before.text != ")" and (before.kind not in ("word", "quoted") or word_at(found, position - 1) in _NOT_VALUES):
        return None
    end = closing(found, position)
    name = ""
    place = position + 1
    while place < end:
        item = _attribute_end(found, place, end)
        if item < 0:
            return None
        name = found[place + 1].text if word_at(found, place) == "NAMED" else name
        place = item + 1
    return end - position, f" AS {name} " if name else " "


def _attribute_end(found: Sequence[Token], place: int, end: int) -> int:
    """The place of the comma or bracket behind one attribute, or -1 where there is no attribute."""
    word = word_at(found, place)
    if word in _TYPES:
        place = closing(found, place + 1) if found[place + 1].text == "(" else place + 1
    elif word in _ATTRIBUTES:
        place += 1 if word in ("CASESPECIFIC", "CS", "UPPERCASE", "UC") else 2
    else:
        return -1
    return place if place < end and found[place].text in (",", ")") else -1


def derived_target(found: Sequence[Token], position: int) -> tuple[int, str] | None:
    """Oracle: ``INSERT INTO (SELECT a, b FROM t WHERE ...)`` fills a and b of t."""
    if position or word_at(found, 0) != "INSERT" or word_at(found, 1) != "INTO":
        return None
    if word_at(found, 2) != "(" or word_at(found, 3) != "SELECT":
        return None
    end = closing(found, 2)
    from_ = next((i for i in range(4, end) if word_at(found, i) == "FROM"), 0)
    last = name_end(found, from_ + 1) if from_ else -1
    listed = found[4:from_]
    if last < 0 or any(token.kind not in ("word", "quoted") and token.text not in (",", ".") for token in listed):
        return None
    name = "".join(token.text for token in found[from_ + 1 : last])
    columns = [token.text for i, token in enumerate(listed, 5) if i == from_ or found[i].text == ","]
    return end, f"INSERT INTO {name} ({', '.join(columns)})"


def options_of_files(found: Sequence[Token], position: int) -> tuple[int, str] | None:
    """Spark: ``USING csv OPTIONS (path 'x')`` makes a view of the file; of a table it says the place.

    So does ``USING jdbc OPTIONS (url 'x', dbtable 'y')``.
    """
    if word_at(found, position) != "USING" or word_at(found, 0) != "CREATE":
        return None
    kind = next((word for i in range(1, min(position, 6)) if (word := word_at(found, i)) in ("VIEW", "TABLE")), "")
    end = name_end(found, position + 1)
    if not kind or end < 0 or word_at(found, end) != "OPTIONS" or word_at(found, end + 1) != "(":
        return None
    last = closing(found, end + 1)
    path = path_in(found, end + 2, last - 1) or None
    if kind == "TABLE":
        return last - position, "USING parquet" + (f" LOCATION '{path}'" if path else "")
    return None if path is None or "`" in path else (last - position, f"AS SELECT * FROM parquet.`{path}`")  # noqa: S608


def path_in(found: Sequence[Token], start: int, end: int) -> str:
    """The place that options between two places of the text name, empty where there is none."""
    given: dict[str, str] = {}
    for i in range(start, end):
        key = found[i].text.strip("'\"`").lower()
        if key in ("path", "url", "dbtable") and (i == start or found[i - 1].text == ","):
            value = next((t.text[1:-1] for t in found[i + 1 : i + 3] if t.kind == "string"), None)
            given |= {} if value is None else {key: value}
    return place_of(given)


_BEFORE_QUERIES = frozenset({"(", "AS", "UNION", "ALL", "DISTINCT", "EXCEPT", "INTERSECT"})


def whole_table(found: Sequence[Token], position: int) -> tuple[int, str] | None:
    """PostgreSQL: ``TABLE t`` is a query, SELECT * FROM t."""
    end = name_end(found, position + 1) if word_at(found, position) == "TABLE" and position else -1
    if end < 0:
        return None
    inserts = word_at(found, 0) == "INSERT" and name_end(found, 2) == position
    if not inserts and found[position - 1].text.upper() not in _BEFORE_QUERIES:
        return None
    return 1, "SELECT * FROM"


def matched_rows(found: Sequence[Token], position: int) -> tuple[int, str] | None:
    """BigQuery: ``t MATCH_RECOGNIZE (...)`` as the query of its partition columns and measures.

    GoogleSQL, "MATCH_RECOGNIZE clause". The variables of the pattern before a column say nothing of its table.
    """
    if word_at(found, position - 1) not in ("FROM", "JOIN", ","):
        return None
    source = closing(found, position) if found[position].text == "(" else name_end(found, position)
    if source < 0 or word_at(found, source) != "MATCH_RECOGNIZE" or word_at(found, source + 1) != "(":
        return None
    end = closing(found, source + 1)
    parts = _match_parts(found, source + 2, end - 1)
    variables = {word_at(found, i) for i in parts.get("PATTERN", ())}
    items = [" ".join(found[i].text for i in parts["PARTITION"])] if "PARTITION" in parts else []
    if "MEASURES" in parts:
        places = parts["MEASURES"]
        kept = [i for i in places if not (word_at(found, i) in variables and word_at(found, i + 1) == ".")]
        plain = [i for i in kept if not (found[i].text == "." and word_at(found, i - 1) in variables)]
        items.append(" ".join(found[i].text for i in plain))
    rows = " ".join(token.text for token in found[position:source])
    return end - position, f"(SELECT {', '.join(items)} FROM {rows})"  # noqa: S608 - read by the parser only


def _match_parts(found: Sequence[Token], start: int, end: int) -> dict[str, range]:
    """The places of each clause's content within the brackets of MATCH_RECOGNIZE, by its first word."""
    heads: list[tuple[str, int]] = []
    place = start
    while place < end:
        word = word_at(found, place)
        if word in _MATCH_CLAUSES and word not in [head for head, _ in heads]:
            heads.append((word, place))
        place = closing(found, place) if found[place].text == "(" else place + 1
    stops = [*(at for _, at in heads[1:]), end]
    return {
        word: range(at + (2 if word in ("PARTITION", "ORDER") else 1), stop)
        for (word, at), stop in zip(heads, stops, strict=True)
    }


def named_by_literals(found: Sequence[Token], position: int) -> tuple[int, str] | None:
    """``IDENTIFIER('a.' || 'b')`` is a.b, where a parser knows it in some places only."""
    if word_at(found, position) != "IDENTIFIER" or word_at(found, position + 1) != "(":
        return None
    end = closing(found, position + 1)
    inner = found[position + 2 : end - 1]
    if any(token.kind != "string" if i % 2 == 0 else token.text != "||" for i, token in enumerate(inner)):
        return None
    return (end - position, "".join(token.text[1:-1] for token in inner[::2])) if len(inner) % 2 else None


def computed_column(found: Sequence[Token], position: int) -> tuple[int, str] | None:
    """Snowflake: ``CREATE EXTERNAL TABLE t (c DATE AS TO_DATE(...))``: what is read from the file is no column."""
    if word_at(found, position) != "AS" or word_at(found, 0) != "CREATE" or word_at(found, position + 1) == "(":
        return None
    opening = next((i for i in range(2, position) if found[i].text == "("), 0)
    if not opening or closing(found, opening) < position or "EXTERNAL" not in {word_at(found, i) for i in range(5)}:
        return None
    end = position + 1
    while end < len(found) and found[end].text not in (",", ")"):
        end = closing(found, end) if found[end].text == "(" else end + 1
    return end - position, " "


def replaced_rows(found: Sequence[Token], position: int) -> tuple[int, str] | None:
    """Databricks: ``INSERT INTO t REPLACE ON condition (query) AS s``: which rows go says nothing of what comes."""
    if word_at(found, position) != "REPLACE" or word_at(found, position + 1) != "ON" or word_at(found, 0) != "INSERT":
        return None
    place = position + 2
    while place < len(found):
        opening = place + 1 if found[place].text == "(" else place
        if word_at(found, opening) in ("SELECT", "WITH", "TABLE", "FROM", "VALUES"):
            break
        place = closing(found, place) if found[place].text == "(" else place + 1
    if place >= len(found):
        return None
    bracket = found[place].text == "("
    end = closing(found, place) if bracket else len(found)
    query = " ".join(token.text for token in (found[place + 1 : end - 1] if bracket else found[place:end]))
    return len(found) - position, query


_VERSION = re.compile(r"@(?:v\d+|\d{17})", re.IGNORECASE)


def version(found: Sequence[Token], position: int) -> tuple[int, str] | None:
    """Databricks: ``t@v12`` and ``t@20240101000000000`` are t as it was."""
    token = found[position]
    if position == 0 or token.kind != "parameter" or found[position - 1].end != token.start:
        return None
    return (1, "") if _VERSION.fullmatch(token.text) else None


def join_alias(found: Sequence[Token], position: int) -> tuple[int, str] | None:
    """PostgreSQL: ``JOIN ... USING (a) AS j``: ``j.a`` is the merged column, which a bare ``a`` is as well.

    https://www.postgresql.org/docs/current/queries-table-expressions.html
    """
    end = _named_join(found, position)
    if end:
        return end - position, " ".join(token.text for token in found[position : end - 2])
    if position + 2 >= len(found) or found[position + 1].text != "." or word_at(found, position - 1) == ".":
        return None
    name = found[position].text.lower()
    ends = (_named_join(found, i) for i in range(len(found)) if word_at(found, i) == "USING")
    return (2, "") if any(end and found[end - 1].text.lower() == name for end in ends) else None


def _named_join(found: Sequence[Token], position: int) -> int:
    """The place behind ``USING (a, b) AS j``, or 0."""
    if word_at(found, position) != "USING" or word_at(found, position + 1) != "(":
        return 0
    end = closing(found, position + 1)
    names = found[position + 2 : end - 1]
    if word_at(found, end) != "AS" or end + 1 >= len(found) or len(names) % 2 == 0:
        return 0
    listed = all(t.text == "," if i % 2 else t.kind in ("word", "quoted") for i, t in enumerate(names))
    return end + 2 if listed else 0


_AFTER_GROUPS = frozenset(
    {"HAVING", "ORDER", "LIMIT", "SETTINGS", "FORMAT", "UNION", "WITH", "WINDOW", "QUALIFY", "INTERSECT", "EXCEPT", ";"}
)


def _top_words(found: Sequence[Token]) -> set[str]:
    """The words that stand outside of brackets."""
    words: set[str] = set()
    place = 0
    while place < len(found):
        words.add(word_at(found, place))
        place = closing(found, place) if found[place].text == "(" else place + 1
    return words


def aliases_in_groups(found: Sequence[Token], position: int) -> tuple[int, str] | None:
    """ClickHouse: ``GROUP BY toDate(a) AS d`` names the expression for the whole SELECT: brackets are put around it.

    https://clickhouse.com/docs/sql-reference/syntax#expression-aliases
    """
    if word_at(found, position) != "BY" or word_at(found, position - 1) not in ("GROUP", "ORDER"):
        return None
    pieces: list[str] = ["BY"]
    start = place = position + 1
    named = False
    while True:
        word = word_at(found, place)
        if place >= len(found) or word in _AFTER_GROUPS or word in (",", ")"):
            item = found[start:place]
            is_named = len(item) > 2 and word_at(item, len(item) - 2) == "AS"
            if _top_words(item) & {"SELECT", "FROM"}:  # ORDER BY a AS SELECT ...
                return None
            named = named or is_named
            text = " ".join(token.text for token in item)
            pieces.append(f"({text})" if is_named else text)
            if word != ",":
                return (place - position, " ".join(pieces)) if named else None
            pieces.append(",")
            start = place + 1
        place = closing(found, place) if word == "(" else place + 1


def element_of_array(found: Sequence[Token], position: int) -> tuple[int, str] | None:
    """Redshift: ``FROM t c, c.orders[0].items i`` goes through an array as through a struct.

    https://docs.aws.amazon.com/redshift/latest/dg/query-super.html
    """
    if found[position].text != "[" or position < 3 or found[position - 1].kind not in ("word", "quoted"):
        return None
    texts = [t.text for t in found[position + 1 : position + 4]]
    return (3, "") if texts[1:] == ["]", "."] and texts[0].isdigit() else None


def functions_declared(found: Sequence[Token], position: int) -> tuple[int, str] | None:
    """Oracle's and Trino's ``WITH FUNCTION f ... BEGIN ... END[;]`` in front of a query: they are not followed."""
    if word_at(found, position) != "WITH" or word_at(found, position + 1) not in ("FUNCTION", "PROCEDURE"):
        return None
    place, depth = position + 1, 0
    while place < len(found):
        word = word_at(found, place)
        if word in ("BEGIN", "CASE", "LOOP", "IF", "REPEAT", "WHILE") and word_at(found, place - 1) != "END":
            depth += 0 if word == "WHILE" else 1
        elif word == "END":
            depth -= 1
            if depth == 0:
                place = _after_declaration(found, place)
                if word_at(found, place) not in ("FUNCTION", "PROCEDURE"):
                    break
                continue
        place += 1
    if place >= len(found):
        return None
    return place - position, "" if word_at(found, place) == "SELECT" else "WITH"


def _after_declaration(found: Sequence[Token], end: int) -> int:
    """The place behind ``END``, ``END;``, ``END name;`` and, between functions, a comma."""
    place = end + 1
    if word_at(found, place + 1) == ";":
        place += 1
    return place + (word_at(found, place) in (";", ","))


def elements_as_targets(found: Sequence[Token], position: int) -> tuple[int, str] | None:
    """PostgreSQL: ``INSERT INTO t (a[1], c.field)`` fills the columns a and c."""
    if position > 3 or word_at(found, position) != "INTO" or word_at(found, 0) != "INSERT":
        return None
    start = name_end(found, position + 1)
    if word_at(found, start) == "AS":
        start += 2
    if start < 0 or word_at(found, start) != "(":
        return None
    end = closing(found, start)
    kept: list[str] = []
    depth = 0
    for place in range(start, end):
        text = found[place].text
        depth += text == "["
        is_field = text == "." or word_at(found, place - 1) == "."
        if not depth and not is_field:
            kept.append(text)
        depth -= text == "]"
    if len(kept) == end - start or found[start + 1].text.upper() in ("SELECT", "WITH", "("):
        return None
    return end - position, " ".join([t.text if t.text == "." else f" {t.text}" for t in found[position:start]] + kept)


RULES = (
    modelled,
    elements_as_targets,
    element_of_array,
    aliases_in_groups,
    functions_declared,
    whole_table,
    join_alias,
    named_by_literals,
    version,
    computed_column,
    replaced_rows,
    options_of_files,
    matched_rows,
    derived_target,
    dropped_clause,
    filled_variables,
    constrained_view,
    attributes,
)
