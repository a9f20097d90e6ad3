"""Routines, blocks and batches, unfolded into the statements that they run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, dropwhile, islice, takewhile
from typing import Any, NamedTuple

from dialects import Dialect
from dialects.lexing import Token, replace_solid, tokens
from extractor.lineage.model import Name
from extractor.lineage.scripting.batch import batch_chunks, is_one_at_a_glance
from extractor.lineage.scripting.branches import MAX_WAYS, Paths, State, Step, Way, turns_of_batch, turns_of_blocks
from extractor.lineage.scripting.chunks import SQL_WORDS, Chunk, chunks
from extractor.lineage.scripting.dynamic import UNKNOWN, Texts, Variables, carried_texts
from extractor.lineage.scripting.given import (
    NOTHING_GIVEN,
    Given,
    given_by_using,
    given_to_parameters,
    with_places_named,
)
from extractor.lineage.scripting.held import (
    WHOLE_ROW,
    Held,
    Value,
    cut,
    filled_by,
    query_in,
    set_without_rows,
    text_in_brackets,
)
from extractor.lineage.scripting.records import fields_of_records
from extractor.lineage.scripting.redefinition import redefinition
from extractor.lineage.scripting.routine import Routine, find_routine

_DYNAMIC = frozenset(("EXEC", "EXECUTE", "EXECUTE_IMMEDIATE"))
_QUERY = frozenset(("SELECT", "WITH"))
_RUNNERS = {
    "SYSEXECSQL": 0,
    "ADMIN_CMD": 0,
    "EXEC_DDL_STATEMENT": 0,
    "EXECUTE_PREPARED_STMT": 0,
    "RUN_TASK": 1,
    "PARSE": 1,
    "SUBMIT": 1,
}
"""Procedures of Teradata (DBC), Db2 (SYSPROC), Oracle (DBMS_UTILITY, DBMS_PARALLEL_EXECUTE, DBMS_SQL, DBMS_JOB) and
MySQL (sys) that run a text, and which of their arguments it is."""
_RUNNING = re.compile(rf"\b(?:{'|'.join(_RUNNERS)})\s*\(", re.IGNORECASE)
_TEXT_ARGUMENTS = frozenset(("SQL_STMT", "STATEMENT", "WHAT"))
_HANDLED = frozenset(("INSERT", "UPDATE", "DELETE", "MERGE", "INS", "UPD", "DEL", "CALL"))
_PLAIN = re.compile(
    r"\s*(?:SELECT|WITH|INSERT|UPDATE|DELETE|MERGE|FROM|DROP|COPY|"
    r"CREATE\s+(?:OR\s+REPLACE\s+)?(?:(?:TEMP|TEMPORARY|TRANSIENT|EXTERNAL|MATERIALIZED)\s+)?(?:TABLE(?!\s+FUNCTION)|VIEW))\b",
    re.IGNORECASE,
)
"""Texts that are surely one plain statement, where statements end in semicolons: most of them all."""
_SCRIPTS = frozenset({"mysql", "snowflake", "bigquery", "databricks", "spark", "duckdb"})
"""Engines whose scripts have variables outside of blocks; see `extractor.statements.pieces`."""
MAX_DEPTH = 4
"""Blocks within dynamic SQL within blocks: how deep they are followed."""


class Inner(NamedTuple):
    """A statement of a body. ``problem`` is set where its text cannot be known or its language read.

    ``variables`` are names that are no columns; ``held`` is what some of them hold at that point. ``table`` is the
    table whose rows a trigger is given, ``way`` the branches of the body that the statement stands in.
    """

    text: str
    variables: frozenset[str] = frozenset()
    problem: str = ""
    held: tuple[tuple[str, Value], ...] = ()
    table: str = ""
    way: Way = ()


class Unfolded(NamedTuple):
    """What a routine or batch runs, and the routine's name."""

    statements: tuple[Inner, ...]
    procedure: Name = ()
    returns: tuple[str, ...] = ()


def unfold(text: str, dialect: Dialect, depth: int = 0) -> Unfolded | None:
    """The statements within ``text``, or None when it is one plain statement."""
    if _PLAIN.match(text) and _is_lone(text, dialect):
        return None
    routine = find_routine(text, dialect)
    if routine is not None:
        if routine.language:
            problem = f"the body of the {routine.kind} is written in {routine.language}"
            return Unfolded((Inner("", problem=problem),), routine.name)
        inners = _body(routine, dialect, depth)
        if routine.result:
            inners = chain((Inner(f"CREATE TABLE {routine.result}"),), inners)
        if routine.table:
            query = f"SELECT * FROM {routine.table}"  # noqa: S608 - read by the parser, run by nobody
            rows = tuple((name, Value(query, WHOLE_ROW)) for name in ("new", "old", *_called(text, dialect)))
            inners = (i._replace(held=(*i.held, *rows), table=routine.table) for i in inners)
        return Unfolded(tuple(inners), routine.name, routine.returns)
    words = _head(text, dialect)
    if words[:1] == ["EXPLAIN"] and "ANALYZE" in words:
        return Unfolded((Inner(text[_end_of_explain(text, dialect) :]),))
    if words[:1] == ["PREPARE"] and words[2:3] == ["FROM"] and words[3:] and words[3] in SQL_WORDS:  # Trino
        return Unfolded((Inner(text[next(islice(tokens(text, dialect.lexical), 3, None)).start :]),))
    if words[:1] == ["PREPARE"] and words[2:3] == ["FROM"]:  # MySQL: what is prepared is run
        (value,) = Variables().value(list(tokens(text, dialect.lexical))[3:])
        problem = "" if value is not None else "the text of dynamic SQL is not known"
        return Unfolded((Inner(value or "", problem=problem),))
    if words[:1] == ["PREPARE"] and (place := _end_of_as(text, dialect)):  # what is prepared is run
        return Unfolded((Inner(text[place:]),))
    if dialect.lexical.blocks == "tsql":
        found = tuple(_statements(text, frozenset(), dialect, depth))
        plain = len(found) == 1 and found[0].text.strip() == text.strip().rstrip(";").strip()
        return None if plain else Unfolded(found)
    if words[:1] in (["SET"], ["SELECT"], ["WITH"], ["DECLARE"]) and _holds_more(text, dialect):
        return Unfolded(tuple(_statements(text, frozenset(), dialect, depth)))
    if words[:1] in (["EXECUTE"], ["EXEC"]) or (words[:1] == ["CALL"] and _runs_text(_head(text, dialect, 8))):
        return Unfolded(tuple(_statements(text, frozenset(), dialect, depth)))
    return None


_ROWS = frozenset(("NEW", "OLD", "NEW_TABLE", "OLD_TABLE"))
_AFTER_ROWS = frozenset(("FOR", "WHEN", "BEGIN", "MODE", "INSERT", "UPDATE", "DELETE", "("))


def _is_lone(text: str, dialect: Dialect) -> bool:
    """Whether a text that begins as a plain statement is one to its end."""
    if dialect.lexical.blocks == "tsql":
        if is_one_at_a_glance(text, dialect.lexical) and not _RUNNING.search(text):
            return True
        pieces = list(batch_chunks(list(tokens(text, dialect.lexical))))
        only = pieces[0] if len(pieces) == 1 and pieces[0].sql and not _runs_text(pieces[0].words) else None
        return only is not None and only.text(text).strip() == text.strip().rstrip(";").strip()
    return not _declares_procedure(text, dialect) and not _holds_more(text, dialect)


def _called(text: str, dialect: Dialect) -> list[str]:
    """What a trigger calls the rows it is given: ``REFERENCING NEW ROW AS n OLD AS o``."""
    if "REFERENCING" not in text.upper():
        return []
    found = dropwhile(lambda token: token.text.upper() != "REFERENCING", tokens(text, dialect.lexical))
    named = [t.text for t in takewhile(lambda token: token.text.upper() not in _AFTER_ROWS, found)]
    names = []
    for position, word in enumerate(named):
        if word.upper() in _ROWS:
            rest = dropwhile(lambda w: w.upper() in ("ROW", "TABLE", "AS"), named[position + 1 :])
            names += [name.lower() for name in islice(rest, 1) if name.upper() not in _ROWS]
    return names


def _declares_procedure(text: str, dialect: Dialect) -> bool:
    """Snowflake's ``WITH p AS PROCEDURE ... CALL p()``."""
    return (
        dialect.parser == "snowflake"
        and text.lstrip()[:4].upper() == "WITH"
        and "PROCEDURE" in text.upper()
        and _head(text, dialect)[3:] == ["PROCEDURE"]
    )


def _end_of_explain(text: str, dialect: Dialect) -> int:
    """Where the statement begins behind ``EXPLAIN ANALYZE`` or ``EXPLAIN (VERBOSE, ANALYZE on, ...)``."""
    found = list(tokens(text, dialect.lexical))
    if len(found) > 1 and found[1].text == "(":
        return next(t.end for t in found if t.text == ")")
    words = [t.text.upper() for t in found]
    place = words.index("ANALYZE")
    return found[place + (words[place + 1 : place + 2] == ["VERBOSE"])].end


def _holds_more(text: str, dialect: Dialect) -> bool:
    """Whether a text that does not begin as a block holds several statements, which variables tie together."""
    return (
        ";" in text
        and dialect.parser in _SCRIPTS
        and any(t.text == ";" and text[t.end :].strip() for t in tokens(text, dialect.lexical))
    )


def _end_of_as(text: str, dialect: Dialect) -> int:
    """Where the statement begins in ``PREPARE name (types) AS statement``, or 0."""
    return next((t.end for t in islice(tokens(text, dialect.lexical), 2, None) if t.text.upper() == "AS"), 0)


def _head(text: str, dialect: Dialect, size: int = 4) -> list[str]:
    found: list[str] = []
    for token in tokens(text, dialect.lexical):
        found.append(token.text.upper())
        if len(found) == size:
            break
    return found


def _body(routine: Routine, dialect: Dialect, depth: int) -> Iterator[Inner]:
    if routine.kind in ("procedure", "proc", "function", "trigger") and dialect.lexical.blocks != "tsql":
        nested = find_routine(routine.body, dialect) if depth < MAX_DEPTH else None
        if nested is not None and nested.kind == "block" and nested.body != routine.body:
            yield from _body(nested, dialect, depth + 1)
            return
    yield from _statements(routine.body, routine.variables, dialect, depth)


class _Sent(NamedTuple):
    """A chunk that runs a text, the body it stands in, and what the variables hold there."""

    chunk: Chunk
    body: str
    held: tuple[tuple[str, Value], ...]


def _statements(body: str, variables: frozenset[str], dialect: Dialect, depth: int) -> Iterator[Inner]:
    """What a body runs. One with loops or handlers in front is gone through twice.

    What the end of a loop leaves, its next turn finds; what a block leaves, its handlers.
    """
    found = list(tokens(body, dialect.lexical))
    is_batch = dialect.lexical.blocks == "tsql"
    pieces = list(batch_chunks(found) if is_batch else chunks(found))
    turns = turns_of_batch(pieces) if is_batch else turns_of_blocks(pieces)
    rounds: dict[int, State | None] = {}
    fields = fields_of_records(found) if dialect.lexical.blocks == "plsql" else {}
    handles = any(step in _HANDLERS for turn in turns for step in turn.before)
    if any(step in _TWICE for turn in turns for step in turn.before):
        known, held = Variables(variables), Held(fields)
        paths = Paths((held.values, held.cursors, known.values), _same, _carried, rounds)
        for number, chunk in enumerate(pieces):
            paths.take(turns[number].before, number)
            _take(chunk, body, known, held)
            if handles:
                paths.passed()
            paths.take(turns[number].behind, number)
    known, held = Variables(variables), Held(fields)
    paths = Paths((held.values, held.cursors, known.values), _same, _carried, rounds)
    for number, chunk in enumerate(pieces):
        paths.take(turns[number].before, number)
        way = paths.way()
        for inner in _run_by(_Sent(chunk, body, held.now()), known, variables, dialect, depth):
            yield inner._replace(way=(*way, *inner.way)) if way else inner
        _take(chunk, body, known, held)
        if handles:
            paths.passed()
        paths.take(turns[number].behind, number)
    if paths.is_cut:
        yield Inner("", problem=f"a variable may hold more than {MAX_WAYS} things: what the others feed is left out")


def _run_by(sent: _Sent, known: Variables, variables: frozenset[str], dialect: Dialect, depth: int) -> Iterator[Inner]:
    """What one chunk runs."""
    chunk, body, held = sent
    words = chunk.words
    if words[0] in _DYNAMIC and "SP_RENAME" in words[1:4]:
        yield Inner(chunk.text(body), variables)
    elif read := _texts_read(chunk, known):
        yield from _run(read, variables, dialect, depth)
    elif words[0] in _DYNAMIC or _runs_text(words) or (words[0] == "PREPARE" and words[2:3] == ["FROM"]):
        yield from _dynamic(sent, known, variables, dialect, depth)
    elif "REDEFINITION" in words[0] and (text := redefinition(chunk, known, dialect)):
        yield Inner(text, variables)
    elif chunk.sql:
        for inner in _plain(chunk, body, variables, dialect, depth):
            yield from _with_record(inner._replace(held=held) if not inner.held else inner, dialect)
    else:
        for inner in _embedded(chunk, body, variables, dialect):
            yield from _with_record(inner._replace(held=held), dialect)


_HANDLERS = frozenset((Step.HANDLERS, Step.HANDLER))
_TWICE = frozenset((Step.LOOP, Step.REPEAT, Step.HANDLER))


def _take(chunk: Chunk, body: str, known: Variables, held: Held) -> None:
    """Note what a chunk puts into variables."""
    texts = tuple(text for text in _texts_read(chunk, known) if text is not None)
    if chunk.words[0] in _DYNAMIC or texts:
        known.lose(filled_by(chunk))
        if texts:
            held.take_texts(chunk, texts)
        return
    if not chunk.sql:
        known.assign(chunk.tokens)
    if plain := set_without_rows(chunk):
        known.assign_each(plain)
    else:
        known.lose(filled_by(chunk))
    held.take(chunk, body)


def _texts_read(chunk: Chunk, known: Variables) -> Texts:
    """The texts whose rows a chunk reads.

    ``FOR r IN EXECUTE text``, ``OPEN c FOR text``, ``EXECUTE text INTO x``, ``r := (EXECUTE IMMEDIATE text)``.
    """
    words = chunk.words
    place = 0
    if start := text_in_brackets(chunk):
        end = next((i for i in range(start, len(words)) if words[i] in ("USING", ")")), len(words))
        return known.value(chunk.tokens[start:end]) or UNKNOWN
    if words[0] == "FOR" and "IN" in words and words[words.index("IN") + 1 :][:1] == ["EXECUTE"]:
        place = words.index("EXECUTE") + 1
    elif words[0] == "OPEN" and words[2:3] == ["FOR"] and words[3:4] not in ([], ["SELECT"], ["WITH"], ["("]):
        place = 3 + (words[3] == "EXECUTE")
    elif words[0] == "EXECUTE" and "INTO" in words and filled_by(chunk):
        place = 1 + (words[1] == "IMMEDIATE")
    return known.value(chunk.tokens[place:]) if place else ()


_VALUES_OF = re.compile(r"\bVALUES\s+[^\W\d(]|\bVALUES\s*(?:--|/\*)", re.IGNORECASE)
_OF_RECORD = re.compile(
    r"(?P<into>\s*INSERT\b.*?\S)\s+VALUES\s+(?P<name>[^\W\d][\w$#]*)(?:\s*\(\s*\w+\s*\))?\s*",
    re.IGNORECASE | re.DOTALL,
)


def _with_record(inner: Inner, dialect: Dialect) -> Iterator[Inner]:
    """``INSERT INTO t VALUES rec`` and ``VALUES rows(i)``: all columns of what the record holds."""
    match = None
    if inner.held and _VALUES_OF.search(inner.text):
        plain = replace_solid(inner.text, dialect.lexical, lambda solid: " " if solid[0] in "-#/" else solid)
        match = _OF_RECORD.fullmatch(plain)
    if match is None:
        yield inner
        return
    name = match["name"].lower()
    rows = [v for key, v in inner.held if v.position == WHOLE_ROW and key.partition(".")[0] == name]
    for row in rows:
        yield inner._replace(text=f"{match['into']} {row.query}", held=row.held)
    if not rows:
        yield inner


def _same(one: Any) -> object:
    """What tells two values, queries or texts of a variable apart."""
    return (one.query, one.position, id(one.held)) if isinstance(one, Value) else one


def _carried(entry: State, end: State) -> State:
    return (*end[:-1], carried_texts(entry[-1], end[-1]))


def _plain(chunk: Chunk, body: str, variables: frozenset[str], dialect: Dialect, depth: int) -> Iterator[Inner]:
    text = chunk.text(body)
    inner = find_routine(text, dialect) if depth < MAX_DEPTH and chunk.words[0] in ("CREATE", "ALTER") else None
    if inner is not None and inner.body != body:
        yield from _body(inner, dialect, depth + 1)
    else:
        yield Inner(text, variables)


def _dynamic(sent: _Sent, known: Variables, variables: frozenset[str], dialect: Dialect, depth: int) -> Iterator[Inner]:
    """EXECUTE IMMEDIATE, EXEC ('...'), sp_executesql; other EXEC is a call."""
    chunk, body, held = sent
    rest = list(chunk.tokens[1:])
    given = given_by_using(rest, body, held)
    if chunk.words[0] == "PREPARE":
        rest = rest[2:]
    elif runner := _runs_text(chunk.words):
        rest = _argument(rest[runner : -1 if rest[-1].text == ")" else None], _RUNNERS[chunk.words[runner - 1]])
    elif rest and rest[0].text.upper() == "IMMEDIATE":
        rest = rest[1:]
    elif rest and rest[-1].text.lower().endswith("sp_executesql"):
        return
    else:
        for position, token in enumerate(rest[:4]):
            if token.text.lower().strip("[]") == "sp_executesql":
                given = given_to_parameters(rest[position + 1 :], body, held, dialect)
                rest = _named_statement(rest[position + 1 :])
                break
        else:
            if not _is_text(rest, dialect):
                return
    yield from _run(known.value(rest) or UNKNOWN, variables, dialect, depth, given)


def _run(
    texts: Texts, variables: frozenset[str], dialect: Dialect, depth: int, given: Given = NOTHING_GIVEN
) -> Iterator[Inner]:
    """The statements of each text that is run, with the values that it is given."""
    for value in texts:
        nested = unfold(value, dialect, depth + 1) if value is not None and depth < MAX_DEPTH else None
        if value is None:
            yield Inner("", problem="the text of dynamic SQL is not known")
        elif nested is not None:
            yield from nested.statements
        elif depth < MAX_DEPTH:
            text, held = with_places_named(value, given, dialect)
            yield Inner(text, variables.union(name for name, _ in held), held=held)
        else:
            yield Inner("", problem=f"dynamic SQL stands more than {MAX_DEPTH} deep within dynamic SQL")


def _runs_text(words: list[str]) -> int:
    """The place of the text in a call of one of the engines' own procedures that run a text, or 0."""
    for position, word in enumerate(words[:8]):
        if word in _RUNNERS and words[position + 1 : position + 2] == ["("]:
            is_own = not _RUNNERS[word] or (position > 1 and words[position - 2].startswith("DBMS_"))
            return position + 1 if is_own else 0
    return 0


def _argument(inputs: list[Token], place: int) -> list[Token]:
    """The argument that holds the text: by its name, else by its place."""
    given = [list(one) for one in cut(inputs)]
    for one in given:
        if len(one) > 2 and one[0].text.upper() in _TEXT_ARGUMENTS and one[1].text.startswith("="):
            return one[2:] if one[1].text == "=>" else one[3:]
    return given[place] if place < len(given) else []


def _named_statement(rest: list[Token]) -> list[Token]:
    """``@stmt = N'...'`` is the first argument by name."""
    if len(rest) > 2 and rest[1].text == "=" and rest[0].text.lower() in ("@stmt", "@statement"):
        return rest[2:]
    return rest


def _is_text(rest: list[Token], dialect: Dialect) -> bool:
    """Whether EXEC and EXECUTE run a text, not a procedure by its name."""
    if not rest:
        return False
    if rest[0].text == "(" or rest[0].kind == "string":
        return True
    if dialect.name == "hana":
        return True
    if dialect.name == "netezza":  # EXEC calls a procedure there
        return False
    if dialect.parser == "snowflake":  # a notebook runs statements that nobody sees
        return rest[0].text.upper() == "NOTEBOOK"
    prepares = dialect.parser in ("postgres", "redshift", "duckdb")
    return prepares and rest[0].text.upper() not in ("PROCEDURE", "FUNCTION")


def _embedded(chunk: Chunk, body: str, variables: frozenset[str], dialect: Dialect) -> Iterator[Inner]:
    """Queries inside of other statements: cursors, FOR loops, RETURN QUERY, assignments; table variables."""
    words = chunk.words
    if words[0] == "CLOSE":  # Db2: CLOSE c WITH RELEASE
        return
    if words[0] == "DECLARE" and "TABLE" in words[:4] and len(chunk.tokens) > 3:
        place = words.index("TABLE")
        name = chunk.tokens[1].text
        yield Inner(f"CREATE TABLE {name} {body[chunk.tokens[place].end : chunk.tokens[-1].end]}", variables)
        return
    if words[0] == "ASYNC" and words[-1] == ")":  # Snowflake: a statement that is not waited for
        yield Inner(body[chunk.tokens[2].start : chunk.tokens[-2].end], variables)
        return
    if words[0] == "FORALL":
        place = next((i for i, w in enumerate(words) if w in ("INSERT", "UPDATE", "DELETE", "MERGE")), 0)
        if place:
            yield Inner(body[chunk.tokens[place].start : chunk.tokens[-1].end], variables)
        return
    if words[0] == "DECLARE" and "HANDLER" in words[1:4]:  # DECLARE EXIT HANDLER FOR SQLEXCEPTION INSERT ...
        place = next((i for i, w in enumerate(words) if w in _HANDLED), 0)
        if place:
            yield Inner(body[chunk.tokens[place].start : chunk.tokens[-1].end], variables)
        return
    if words[0] == "PERFORM" and words[1:] and words[1] in SQL_WORDS:  # Vertica
        yield Inner(body[chunk.tokens[1].start : chunk.tokens[-1].end], variables)
        return
    if words[0] == "PERFORM":
        yield Inner(f"SELECT {body[chunk.tokens[0].end : chunk.tokens[-1].end]}", variables)
        return
    if len(words) > 3 and words[1] == "=" and dialect.name == "hana":
        yield _table_variable(chunk, body, variables)
        return
    query = query_in(chunk, body, 1 if words[0] == "WITH" else 0)
    if query:
        yield Inner(query, variables)


def _table_variable(chunk: Chunk, body: str, variables: frozenset[str]) -> Inner:
    """SQLScript: ``lt = SELECT ...`` makes a table that later statements read as ``:lt``."""
    query = body[chunk.tokens[2].start : chunk.tokens[-1].end]
    if chunk.words[2] in _QUERY or chunk.words[2] == "(":
        return Inner(f'CREATE TEMPORARY TABLE ":{chunk.tokens[0].text}" AS {query}', variables)
    if chunk.words[2].startswith("CE_"):
        return Inner("", problem=f"{chunk.words[2]} of the calculation engine is not SQL")
    return Inner(f"SELECT {query}", variables)
