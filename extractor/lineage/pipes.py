"""Pipe syntax, written again as nested queries: ``FROM t |> WHERE x |> AGGREGATE sum(a) AS s GROUP BY b``.

GoogleSQL, "Pipe query syntax"; Databricks, "SQL Pipeline Syntax". Conditions and joined relations gather until a
stage gives the rows another shape (SELECT, AGGREGATE, SET ...), for until then the relations keep their names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from dialects import Dialect
from dialects.lexing import Token, tokens
from dialects.rewriting import closing, name_end, word_at

_ENGINES = frozenset({"bigquery", "databricks", "spark"})
_SET_WORDS = frozenset({"UNION", "INTERSECT", "EXCEPT", "MINUS"})
_GROUPINGS = frozenset({"ROLLUP", "CUBE", "SETS"})
_ORDERINGS = frozenset({"ASC", "DESC", "NULLS", "FIRST", "LAST"})


def has_pipes(text: str, dialect: Dialect) -> bool:
    """Whether the text may hold pipes, in an engine that knows them."""
    return "|>" in text and dialect.parser in _ENGINES


def unpiped(text: str, dialect: Dialect) -> str:
    """``text`` (without comments) with nested queries in place of its pipes; as it is where a stage is not known."""
    found = list(tokens(text, dialect.lexical))
    reader = _Reader(text, found)
    try:
        return reader.written(0, len(found)) if reader.pipes else text
    except _UnknownStageError:
        return text


class _UnknownStageError(Exception):
    """A stage that is not covered."""


@dataclass(slots=True)
class _Rows:
    """What the stages read so far yield: ``source`` is what would stand behind FROM."""

    source: str
    name: str = ""
    where: list[str] = field(default_factory=list)
    order: list[str] = field(default_factory=list)
    ctes: list[str] = field(default_factory=list)

    def query(self, selected: str = "*", groups: int = 0) -> str:
        """The rows as a query."""
        where = f" WHERE {' AND '.join(self.where)}" if self.where else ""
        group = f" GROUP BY {', '.join(str(i + 1) for i in range(groups))}" if groups else ""
        order = f" ORDER BY {', '.join(self.order)}" if self.order and not groups else ""
        return f"SELECT {selected} FROM {self.source}{where}{group}{order}"  # noqa: S608 - read by the parser only

    def close(self, query: str, name: str = "") -> None:
        """From here on the rows are those of ``query``."""
        self.source = f"({query}) AS {name}" if name else f"({query})"
        self.name = name
        self.where, self.order = [], []


class _Reader:
    """Rewrites ranges of tokens, brackets inside first."""

    def __init__(self, text: str, found: Sequence[Token]) -> None:
        self._text = text
        self._found = found
        self.pipes = [
            i
            for i in range(len(found) - 1)
            if found[i].text == "|" and found[i + 1].text == ">" and found[i].end == found[i + 1].start
        ]

    def written(self, start: int, end: int) -> str:
        """The tokens from ``start`` to ``end``, free of pipes."""
        if end > start and self._found[end - 1].text == ";":
            end -= 1
        places = [i for i in self._outer(start, end) if i in self.pipes]
        if not places:
            return self._plain(start, end)
        begin = self._begin(start, places[0])
        rows = self._base(begin, places[0])
        for place, stop in zip(places, [*places[1:], end], strict=True):
            self._stage(rows, place + 2, stop)
        head = self._plain(start, begin)
        if rows.ctes:
            with_ = any(word_at(self._found, i) == "WITH" for i in self._outer(start, begin))
            head += f"{',' if with_ else ' WITH'} {', '.join(rows.ctes)}"
        return f"{head} {rows.query()}"

    def _outer(self, start: int, end: int) -> Iterator[int]:
        """The places outside of brackets."""
        place = start
        while place < end:
            yield place
            place = closing(self._found, place) if self._found[place].text == "(" else place + 1

    def _plain(self, start: int, end: int) -> str:
        """The text as it is, but for the brackets that hold pipes."""
        if start >= end:
            return ""
        pieces: list[str] = []
        copied = self._found[start].start
        for place in self._outer(start, end):
            if self._found[place].text == "(":
                close = closing(self._found, place)
                if any(place < pipe < close for pipe in self.pipes):
                    pieces += (self._text[copied : self._found[place].end], self.written(place + 1, close - 1))
                    copied = self._found[close - 1].start
        return "".join((*pieces, self._text[copied : self._found[end - 1].end]))

    def _begin(self, start: int, pipe: int) -> int:
        """Where the piped query begins: behind INSERT INTO t, CREATE TABLE t AS, or a WITH clause."""
        brackets = start
        for place in self._outer(start, pipe):
            if word_at(self._found, place) in ("FROM", "SELECT"):
                return place
            brackets = place if self._found[place].text == "(" else brackets
        return brackets if self._found[start].text != "(" else start

    def _base(self, begin: int, pipe: int) -> _Rows:
        if word_at(self._found, begin) in ("FROM", "TABLE"):
            last = self._found[pipe - 1]
            named = name_end(self._found, begin + 1) == pipe or last.kind in ("word", "quoted")
            single = all(self._found[i].text != "," for i in self._outer(begin, pipe))
            return _Rows(self._plain(begin + 1, pipe), last.text if named and single else "")
        return _Rows(f"({self._plain(begin, pipe)})")

    def _items(self, start: int, end: int) -> list[tuple[int, int]]:
        """The ranges between the commas; a comma at the end is allowed."""
        cuts = [i for i in self._outer(start, end) if self._found[i].text == ","]
        edges = [start, *(cut + 1 for cut in cuts)]
        return [(a, b) for a, b in zip(edges, [*cuts, end], strict=True) if b > a]

    def _stage(self, rows: _Rows, start: int, end: int) -> None:
        words = [word_at(self._found, i) for i in range(start, min(start + 5, end))]
        before = words[: words.index("(")] if "(" in words else words
        if before and before[-1] != "JOIN" and _SET_WORDS & set(before):
            self._set(rows, start, end)
        elif "JOIN" in words or words[:1] == ["LATERAL"]:
            rows.source += f" {self._plain(start, end)}"
            rows.name = ""
        else:
            rule = _STAGES.get(words[0] if words else "")
            if rule is None:
                raise _UnknownStageError
            rule(self, rows, start, end)

    def _set(self, rows: _Rows, start: int, end: int) -> None:
        """``UNION ALL (a), (b)``: each operand joins in with the same words."""
        first = next((i for i in self._outer(start, end) if word_at(self._found, i) in ("(", "SELECT", "TABLE")), end)
        words = self._plain(start, first)
        operands = self._items(first, end) if self._found[first].text == "(" else [(first, end)]
        rows.close(f"{rows.query()} {words} " + f" {words} ".join(self._plain(*operand) for operand in operands))

    def select(self, rows: _Rows, start: int, end: int) -> None:
        rows.close(rows.query(self._plain(start + 1, end)))

    def extend(self, rows: _Rows, start: int, end: int) -> None:
        rows.source += f" CROSS JOIN LATERAL (SELECT {self._plain(start + 1, end)})"

    def set_columns(self, rows: _Rows, start: int, end: int) -> None:
        changed = [f"{self._plain(a + 2, b)} AS {self._found[a].text}" for a, b in self._items(start + 1, end)]
        rows.close(rows.query(f"* REPLACE ({', '.join(changed)})"), rows.name)

    def drop(self, rows: _Rows, start: int, end: int) -> None:
        names = [self._plain(a, b) for a, b in self._items(start + 1, end)]
        rows.close(rows.query(f"* EXCEPT ({', '.join(names)})"), rows.name)

    def rename(self, rows: _Rows, start: int, end: int) -> None:
        pairs = [f"{self._found[a].text} AS {self._found[b - 1].text}" for a, b in self._items(start + 1, end)]
        rows.close(rows.query(f"* RENAME ({', '.join(pairs)})"), rows.name)

    def alias(self, rows: _Rows, _start: int, end: int) -> None:
        rows.close(rows.query(), self._plain(end - 1, end))

    def where(self, rows: _Rows, start: int, end: int) -> None:
        rows.where.append(f"({self._plain(start + 1, end)})")

    def order(self, rows: _Rows, start: int, end: int) -> None:
        rows.order.append(self._plain(start + 2, end))

    def distinct(self, rows: _Rows, _start: int, _end: int) -> None:
        rows.close(rows.query("DISTINCT *"))

    def skip(self, _rows: _Rows, _start: int, _end: int) -> None:
        """LIMIT, TABLESAMPLE and ASSERT decide nothing that lineage tells."""

    def reshape(self, rows: _Rows, start: int, end: int) -> None:
        rows.close(rows.query())
        rows.source += f" {self._plain(start, end)}"

    def call(self, rows: _Rows, start: int, end: int) -> None:
        """``CALL f(x)`` is f with the rows as its first argument."""
        opening = next((i for i in self._outer(start, end) if self._found[i].text == "("), end - 1)
        rest = self._plain(opening + 1, end)
        comma = "" if rest.lstrip().startswith(")") else ", "
        rows.source = f"{self._plain(start + 1, opening)}(({rows.query()}){comma}{rest}"
        rows.where, rows.order, rows.name = [], [], ""

    def define(self, rows: _Rows, start: int, end: int) -> None:
        rows.ctes.extend(self._plain(a, b) for a, b in self._items(start + 1, end))

    def aggregate(self, rows: _Rows, start: int, end: int) -> None:
        group = next((i for i in self._outer(start, end) if word_at(self._found, i) == "GROUP"), end)
        by = next((i for i in range(group, end) if word_at(self._found, i) == "BY"), end)
        groups = [self._plain(*self._unordered(a, b)) for a, b in self._grouped(by + 1, end)]
        aggregates = [self._plain(*self._unordered(a, b)) for a, b in self._items(start + 1, group)]
        rows.close(rows.query(", ".join((*dict.fromkeys(groups), *aggregates)), len(groups)))

    def _grouped(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """The items to group by; what ROLLUP, CUBE and GROUPING SETS list are columns too."""
        for first, last in self._items(start, end) if start < end else ():
            opening = next((i for i in self._outer(first, last) if self._found[i].text == "("), last)
            if word_at(self._found, opening - 1) in _GROUPINGS or (opening == first and opening < last):
                yield from self._grouped(opening + 1, closing(self._found, opening) - 1)
            else:
                yield first, last

    def _unordered(self, start: int, end: int) -> tuple[int, int]:
        while end - 1 > start and word_at(self._found, end - 1) in _ORDERINGS:
            end -= 1
        return start, end


_STAGES: dict[str, Callable[[_Reader, _Rows, int, int], None]] = {
    "SELECT": _Reader.select,
    "EXTEND": _Reader.extend,
    "WINDOW": _Reader.extend,
    "SET": _Reader.set_columns,
    "DROP": _Reader.drop,
    "RENAME": _Reader.rename,
    "AS": _Reader.alias,
    "WHERE": _Reader.where,
    "ORDER": _Reader.order,
    "LIMIT": _Reader.skip,
    "OFFSET": _Reader.skip,
    "ASSERT": _Reader.skip,
    "TABLESAMPLE": _Reader.skip,
    "DISTINCT": _Reader.distinct,
    "PIVOT": _Reader.reshape,
    "UNPIVOT": _Reader.reshape,
    "MATCH_RECOGNIZE": _Reader.reshape,
    "CALL": _Reader.call,
    "WITH": _Reader.define,
    "AGGREGATE": _Reader.aggregate,
}
