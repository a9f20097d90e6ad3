"""What the variables of a body hold: columns of a query, rows of a cursor, expressions over one another.

Assignments are taken in the order of the text and the latest one wins on its way; where ways meet again (see
`extractor.lineage.scripting.branches`) a variable holds what each of them left in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from dialects.lexing import Token
from extractor.lineage.scripting.chunks import Chunk

WHOLE_ROW = -1
"""The position of a `Value` that is a row with fields."""
COLUMNS = -2
"""The position of a `Value` whose fields are variables of their own (Db2's FOR ... AS)."""
_QUERY = frozenset(("SELECT", "WITH"))
_SETS = frozenset("=+-*/%&|^")
"""With what ``SELECT @x = a`` and ``SELECT @x += a`` begin to set a variable."""
_CHANGES = frozenset(("INSERT", "UPDATE", "DELETE"))
_AFTER_TARGET = frozenset(("SET", "WHERE", "(", "VALUES", "SELECT", "WITH", "USING", "DEFAULT", "FROM"))
_READS = frozenset(("SELECT", "SEL"))
BEFORE_TARGETS = frozenset(("SET", "LET", "DECLARE", "VAR", "VARIABLE", "OR", "REPLACE"))
"""Words that may stand before the name of a variable that is set."""
_ADDS = frozenset("+-*/%&|^")
"""With what an assignment may change what is there (``+=``)."""
_AFTER_INTO = frozenset(("FROM", "WHERE", "GROUP", "ORDER", "LIMIT", "FETCH", "UNION", "FOR", "HAVING", ";"))
_NOT_CURSORS = frozenset(("FOR", "IS", "NO", "SCROLL", "WITH", "WITHOUT", "LOCAL", "FAST_FORWARD", "STATIC", "GLOBAL"))


class Value(NamedTuple):
    """A column of ``query`` by its position, or its whole row; ``held`` is what the query's own variables held."""

    query: str
    position: int
    held: tuple[tuple[str, Value], ...] = ()


class Held:
    """The variables and cursors of one body, as far as what they hold comes from tables: all that each may be.

    ``fields`` are those of variables that are records of a type of the body's own.
    """

    __slots__ = ("_fields", "cursors", "values")

    def __init__(self, fields: Mapping[str, tuple[str, ...]] = MappingProxyType({})) -> None:
        self._fields = fields
        self.cursors: dict[str, tuple[str, ...]] = {}
        self.values: dict[str, tuple[Value, ...]] = {}

    def now(self) -> tuple[tuple[str, Value], ...]:
        """Every variable that holds something at this point, once for each thing that it may hold."""
        return tuple((name, value) for name, values in self.values.items() for value in values)

    def take_texts(self, chunk: Chunk, texts: tuple[str, ...]) -> None:
        """As `take`, for a chunk that reads what dynamic SQL gives: FOR, OPEN and EXECUTE ... INTO."""
        words = chunk.words
        if text_in_brackets(chunk):  # a result set of Snowflake's
            self.cursors[words[words[0] in ("LET", "DECLARE")].lower()] = texts
        elif words[0] == "FOR":
            names = [_key(t) for t in chunk.tokens[1 : words.index("IN")] if t.kind in ("word", "quoted")]
            if len(names) == 1:
                self._put(names[0], texts, WHOLE_ROW)
            else:
                self._put_all(names, texts)
        elif words[0] == "OPEN":
            self.cursors[words[1].lower()] = texts
        else:
            into = _top_level(chunk.tokens, "INTO")
            self._put_all(_targets(chunk.tokens, into + 1)[0], texts)

    def take(self, chunk: Chunk, body: str) -> None:
        """Note what one chunk of the body puts into variables."""
        words = chunk.words
        first = words[0]
        if first == "FOR" and len(words) > 3:
            self._take_loop(chunk, words, body)
        elif first == "FOREACH" and len(words) > 3:  # an element of an array, whose flow is not followed
            self.values.pop(_key(chunk.tokens[1]), None)
        elif "CURSOR" in words or (first == "OPEN" and len(words) > 3 and words[2] == "FOR"):
            self._take_cursor(chunk, words, body)
        elif "RESULTSET" in words[1:3]:
            name = words[words.index("RESULTSET") - 1].lower()
            self.cursors[name] = (query_in(chunk, body, 1),)
        elif first == "FETCH" and "INTO" in words:
            self._take_fetch(chunk, words)
        elif first in _QUERY or first == "SEL":
            self._take_select(chunk, words, body)
        elif first in _CHANGES:
            self._take_returned(chunk, words, body)
        elif not chunk.sql:
            for part in parts_of(chunk.tokens):
                self._take_assignment(part, body)

    def _take_loop(self, chunk: Chunk, words: list[str], body: str) -> None:
        """``FOR r IN (query)``, ``FOR r IN c``, ``FOR a, b IN query``, ``FOR r AS [c CURSOR FOR] query``."""
        place = next((i for i, word in enumerate(words) if word in ("IN", "AS")), 0)
        names = [_key(t) for t in chunk.tokens[1:place] if t.kind in ("word", "quoted")]
        if not place or not names:
            return
        queries = self.cursors.get(words[place + 1].lower(), ()) if place + 1 < len(words) else ()
        queries = tuple(filter(None, queries or (query_in(chunk, body, place),)))
        if not queries:
            self.values.pop(names[0], None)
        elif len(names) == 1:
            self._put(names[0], queries, WHOLE_ROW)
            if words[place] == "AS":
                self._put(f"{names[0]}.*", queries, COLUMNS)
        else:
            self._put_all(names, queries)

    def _take_cursor(self, chunk: Chunk, words: list[str], body: str) -> None:
        """``CURSOR c IS query``, ``DECLARE c CURSOR FOR query``, ``OPEN c FOR query``."""
        if "CURSOR" not in words:
            name = words[1]
        else:
            place = words.index("CURSOR")
            after = words[place + 1] if place + 1 < len(words) else ""
            name = words[place - 1] if place and (after in _NOT_CURSORS or not after.isidentifier()) else after
        query = query_in(chunk, body, 1)
        queries: tuple[str, ...] = (query,) if query else ()
        if not query and "FOR" in words[:-1]:  # Snowflake: a cursor over a result set
            queries = self.cursors.get(words[words.index("FOR") + 1].lower(), ())
        if queries:
            self.cursors[name.lower().lstrip("@")] = queries

    def _take_fetch(self, chunk: Chunk, words: list[str]) -> None:
        into = words.index("INTO")
        bulk = words[into - 2 : into] == ["BULK", "COLLECT"]
        queries = self.cursors.get(words[into - (3 if bulk else 1)].lower().lstrip("@"), ())
        targets = _targets(chunk.tokens, into + 1)[0]
        if queries:
            self._put_all(targets, queries, rows=bulk)

    def _take_select(self, chunk: Chunk, words: list[str], body: str) -> None:
        """``SELECT a, b INTO x, y FROM ...``, and Transact-SQL's ``SELECT @x = a, @y = b FROM ...``."""
        found = chunk.tokens
        first = _first_item(words)
        if len(found) > first + 1 and found[first].text[:1] == "@" and words[first + 1] in _SETS:
            self._take_equals(found, first, body)
            return
        into = _top_level(found, "INTO")
        if into < 0 or (into + 1 < len(found) and found[into + 1].text.upper() in ("TABLE", "OUTFILE", "DUMPFILE")):
            return
        targets, end = _targets(found, into + 1)
        if not targets or end <= into + 1:
            return
        start = into - 2 if words[into - 2 : into] == ["BULK", "COLLECT"] else into
        head = body[found[0].start : found[start - 1].end]
        tail = body[found[end].start : found[-1].end] if end < len(found) else ""
        self._put_all(targets, (f"{head} {tail}",), rows=start != into)

    def _take_returned(self, chunk: Chunk, words: list[str], body: str) -> None:
        """``UPDATE t SET ... RETURNING a, b INTO x, y``: the rows of the target as they are now."""
        found = chunk.tokens
        returning = max(_top_level(found, "RETURNING"), _top_level(found, "RETURN"))
        into = returning + _top_level(found[returning:], "INTO") if returning > 0 else 0
        targets = _targets(found, into + 1)[0] if into > returning > 0 else []
        place = 1 + (words[1:2] in (["INTO"], ["FROM"]))
        ends = (i for i in range(place, returning) if words[i] in _AFTER_TARGET)
        end = next(ends, returning)
        if targets and end > place:
            columns = body[found[returning + 1].start : found[into - 1].end]
            table = body[found[place].start : found[end - 1].end]
            self._put_all(targets, (f"SELECT {columns} FROM {table}",))  # noqa: S608 - read by the parser only

    def _take_equals(self, found: Sequence[Token], first: int, body: str) -> None:
        from_ = _top_level(found, "FROM")
        end = from_ if from_ > 0 else len(found)
        tail = body[found[from_].start : found[-1].end] if from_ > 0 else ""
        taken = [
            (_key(part[0]), f"SELECT {body[part[2].start : part[-1].end]} {tail}")
            for part in cut(found[first:end])
            if len(part) > 2 and part[0].text[:1] == "@" and part[1].text == "="
        ]
        before = self.now()
        for name, query in taken:
            self.values[name] = (Value(query, 0, before),)

    def _take_assignment(self, found: Sequence[Token], body: str) -> None:
        """``x := value``, ``SET x = value``, ``SET (x, y) = (SELECT a, b ...)``, ``DECLARE x type DEFAULT value``."""
        opened = 0
        while opened < len(found) and found[opened].text.upper() in BEFORE_TARGETS:
            opened += 1
        place = _assignment(found, opened=opened > 0)
        if not 0 < place < len(found) - 1:
            return
        targets = [_key(t) for t in found[opened:place] if t.kind in ("word", "parameter", "quoted")]
        if any(t.text == "." for t in found[:place]) or not targets:
            return
        value = found[place + 1 :]
        if found[opened].text != "(":
            targets = targets[:1]
        if targets[0] in self.cursors and len(value) > 2 and value[1].text.upper() in _QUERY:  # of a result set
            self.cursors[targets[0]] = (_inside_brackets(value, body),)
        is_added_to = found[place].text[0] in _ADDS or found[place - 1].text in _ADDS
        before = self.values.get(targets[0], ()) if is_added_to else ()
        if all(t.kind not in ("word", "parameter", "quoted") for t in value):
            for name in targets if not before else ():
                self.values.pop(name, None)
        elif len(targets) > 1:
            self._put_all(targets, (_without_brackets(value, body),))
        else:
            self._put(targets[0], (_as_query(value, body),), 0)
            self.values[targets[0]] += before

    def _put_all(self, targets: list[str], queries: tuple[str, ...], *, rows: bool = False) -> None:
        """Each target takes a column; a single one may be a record, whose fields are all columns, as well."""
        before = self.now()
        for position, name in enumerate(targets):
            self.values[name] = tuple(Value(query, position, before) for query in queries)
        if len(targets) == 1 or rows:
            for name in targets:
                named = [self._with_fields(name, query) for query in queries]
                self.values[f"{name}.row"] = tuple(Value(query, WHOLE_ROW, before) for query in named)

    def _with_fields(self, name: str, query: str) -> str:
        """A query whose row a record takes, under the names of the record's own fields."""
        fields = self._fields.get(name)
        return f"SELECT * FROM ({query}) {name} ({', '.join(fields)})" if fields else query  # noqa: S608 - as above

    def _put(self, name: str, queries: tuple[str, ...], position: int) -> None:
        before = self.now()
        self.values[name] = tuple(Value(query, position, before) for query in queries)


def text_in_brackets(chunk: Chunk) -> int:
    """The place of the text in ``r := (EXECUTE IMMEDIATE text)``, or 0."""
    words = chunk.words if not chunk.sql else []
    starts = (i for i in range(1, len(words) - 3) if words[i : i + 3] == ["(", "EXECUTE", "IMMEDIATE"])
    return next((i + 3 for i in starts), 0)


def filled_by(chunk: Chunk) -> list[str]:
    """The variables that a query or a cursor fills: ``SELECT ... INTO x``, ``SELECT @x = a``, ``FETCH c INTO x``."""
    found = chunk.tokens
    words = chunk.words
    if parts := _items_set(chunk):
        return [_key(part[0]) for part in parts]
    if words[0] in ("SELECT", "SEL", "WITH", "FETCH", "EXECUTE"):
        into = _top_level(found, "INTO")
        return _targets(found, into + 1)[0] if into > 0 else []
    return []


def set_without_rows(chunk: Chunk) -> list[Sequence[Token]]:
    """The assignments of Transact-SQL's ``SELECT @x = 'a', @y = @x + 'b'``, which reads no table."""
    has_rows = any(_top_level(chunk.tokens, word) > 0 for word in ("FROM", "WHERE"))
    return [] if has_rows else _items_set(chunk)


def _items_set(chunk: Chunk) -> list[Sequence[Token]]:
    found, words = chunk.tokens, chunk.words
    if words[0] not in _READS:
        return []
    first = _first_item(words)
    signs = (*_SETS, ":=")  # as MySQL writes it
    if len(found) <= first + 1 or found[first].text[:1] != "@" or words[first + 1] not in signs:
        return []
    from_ = _top_level(found, "FROM")
    parts = cut(found[first : from_ if from_ > 0 else len(found)])
    return [part for part in parts if len(part) > 2 and part[1].text in signs]


def _first_item(words: list[str]) -> int:
    """The place of the first item of a select list: behind DISTINCT, TOP 1 and TOP (1)."""
    place = 1 + (words[1:2] in (["DISTINCT"], ["ALL"]))
    if words[place : place + 1] == ["TOP"]:
        place = words.index(")", place) + 1 if words[place + 1 : place + 2] == ["("] and ")" in words else place + 2
    return place


def query_in(chunk: Chunk, body: str, start: int) -> str:
    """The first query of a chunk from ``start`` on, or nothing."""
    for position in range(start, len(chunk.tokens)):
        token = chunk.tokens[position]
        if token.kind == "word" and token.text.upper() in _QUERY and _begins_query(chunk.tokens, position):
            return body[token.start : chunk.tokens[query_end(chunk.tokens, position)].end]
    return ""


def _begins_query(found: Sequence[Token], position: int) -> bool:
    """WITH also stands in ``CURSOR WITH RETURN FOR`` and ``WITH HOLD``."""
    if found[position].text.upper() != "WITH":
        return True
    after = found[position + 1].text.upper() if position + 1 < len(found) else ""
    return after not in ("RETURN", "HOLD", "RETURNS", "")


def query_end(found: Sequence[Token], start: int) -> int:
    """The last token of a query that begins at ``start``: before its bracket closes, or LOOP, DO or THEN."""
    depth = cases = 0
    for position in range(start, len(found)):
        text = found[position].text.upper()
        if text == "(":
            depth += 1
        elif text == ")":
            if depth == 0:
                return position - 1
            depth -= 1
        elif text == "CASE":
            cases += 1
        elif text == "END" and cases:
            cases -= 1
        elif depth == 0 and cases == 0 and text in ("LOOP", "DO", "THEN"):
            return position - 1
    return len(found) - 1


def parts_of(found: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """The single assignments of ``DECLARE a INT = 1, b TEXT = 'x'`` and ``SET a = 1, b = 2``; else one part."""
    if not found or found[0].text.upper() not in ("DECLARE", "SET"):
        yield found
        return
    for part in cut(found[1:]):
        yield (found[0], *part)


def cut(found: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """The parts between commas that stand outside of brackets."""
    start = depth = 0
    for position, token in enumerate(found):
        depth += (token.text == "(") - (token.text == ")")
        if token.text == "," and depth == 0:
            yield found[start:position]
            start = position + 1
    yield found[start:]


def _assignment(found: Sequence[Token], *, opened: bool) -> int:
    """The place of the sign that assigns, or -1."""
    for position, token in enumerate(found):
        if token.text in (":=", "+=") or (opened and token.text == "="):
            return position
        if token.kind == "word" and token.text.upper() == "DEFAULT" and position > 0:
            return position
        if token.text == ":" and position + 1 < len(found) and found[position + 1].text == "=":
            return position + 1
    return -1


def _top_level(found: Sequence[Token], word: str) -> int:
    depth = 0
    for position, token in enumerate(found):
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0 and token.kind == "word" and token.text.upper() == word:
            return position
    return -1


def _targets(found: Sequence[Token], start: int) -> tuple[list[str], int]:
    """The names of ``INTO [STRICT] x, :y`` and the place behind them; none where one of them is a dotted name."""
    names: list[str] = []
    place = start + (start < len(found) and found[start].text.upper() == "STRICT")
    while place < len(found) and found[place].kind in ("word", "parameter", "quoted"):
        if found[place].text.upper() in _AFTER_INTO:
            break
        names.append(_key(found[place]))
        place += 1
        if place >= len(found) or found[place].text != ",":
            break
        place += 1
    if place < len(found) and found[place].text == ".":
        return [], start
    if place < len(found) and found[place].text.upper() == "DEFAULT":  # HANA: SELECT a INTO v DEFAULT 0 FROM t
        place = next((i for i in range(place, len(found)) if found[i].text.upper() in _AFTER_INTO), len(found))
    return names, place


def _as_query(value: Sequence[Token], body: str) -> str:
    """``x := a + 1`` and, in Vertica, ``x := SELECT a FROM t``."""
    text = body[value[0].start : value[-1].end]
    return text if value[0].text.upper() in _QUERY else f"SELECT {text}"


def _inside_brackets(value: Sequence[Token], body: str) -> str:
    return body[value[1].start : value[-2].end] if value[0].text == "(" and value[-1].text == ")" else ""


def _without_brackets(value: Sequence[Token], body: str) -> str:
    if value[0].text == "(" and value[-1].text == ")":
        value = value[1:-1]
    text = body[value[0].start : value[-1].end] if value else ""
    return text if value and value[0].text.upper() in _QUERY else f"SELECT {text}"


def _key(token: Token) -> str:
    return token.text.strip('"`').lstrip(":@").lower()
