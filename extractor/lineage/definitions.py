"""CREATE TABLE and ALTER TABLE with clauses that no parser knows, read for what lineage needs: names and columns.

Only texts that the parser refuses, or keeps as text, come here. What stands behind a column's name, and clauses of
storage behind the columns, say nothing of lineage; a text that may say more is left alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dialects import Dialect
from dialects.lexing import Token, tokens, words
from dialects.rewriting import closing, name_end, word_at
from extractor.lineage.model import Alter, Other, Rename, Statement, Use

_BEFORE_TABLE = words(
    "OR REPLACE TEMP TEMPORARY GLOBAL LOCAL VOLATILE MULTISET SET EXTERNAL WRITABLE READABLE WEB FOREIGN COLUMN ROW "
    "HISTORY UNLOGGED TRANSIENT FLEX FLEXIBLE EXISTING HYBRID TRACE NO LOGGING"
)
_TEMPORARY = words("TEMP TEMPORARY VOLATILE")
_NO_COLUMNS = words(
    "CONSTRAINT PRIMARY FOREIGN UNIQUE CHECK PERIOD INDEX KEY EXCLUDE PARTITION SUBPARTITION DEFAULT COLUMN VERSIONING "
    "RESTRICT MATERIALIZED SECURITY SUPPLEMENTAL SYSTEM FULLTEXT SPATIAL DISTRIBUTION ORGANIZE LIFECYCLE RANGE "
    "STATISTICS POLICY ROW CLUSTERING SEARCH VALUES SKEWED"
)
"""With what a part of a definition begins that is no column; a column of such a name is followed by its type."""
_OF_NO_COLUMN = words("KEY ( COLUMN FOR SYSTEM_TIME BUSINESS_TIME BY CONSTRAINT PARTITION ENCODING STARTING POLICY ON")
_QUERIES = words("SELECT SEL WITH ( FROM VALUES")
_SETTINGS = words(
    "OWNER SET RESET ENABLE DISABLE ALTER MODIFY CHANGE ORGANIZE CLUSTER COMPRESS COMPRESSION NO FALLBACK PRELOAD "
    "LOAD UNLOAD LOCK PARTITION REORGANIZE FORCE INCLUDE EXCLUDE MATERIALIZE VALIDATE ACTIVATE COMMENT LOGGED "
    "TRUNCATE SPLIT MERGE COALESCE REBUILD ANALYZE REMOVE INHERIT NOT REPLICA PCTFREE DATA VALUE APPEND_ONLY LOCKSIZE "
    "CACHE NOCACHE PARALLEL NOPARALLEL ALLOCATE DEALLOCATE SHRINK READ RECOVER TOUCH ARCHIVE UNARCHIVE CONVERT "
    "CHECKSUM MAP BEFORE AFTER BEGIN END WITH AUTO RECLAIM PERSISTENT SERIES GRANT ROW RESTRICT COMPILE REFRESH MOVE"
)
"""Actions of ALTER that change how a table is kept, or take rows away."""
_BODILESS = words("PROCEDURE PROC FUNCTION AGGREGATE TYPE TRIGGER MACRO SEQUENCE INDEX PROJECTION PACKAGE ROUTINE")


_READS_OR_WRITES = words("SELECT SEL WITH VALUES TABLE INSERT UPDATE DELETE MERGE BEGIN CALL EXECUTE FROM")


def plain_definition(text: str, dialect: Dialect) -> str | None:
    """The CREATE TABLE with nothing but its columns and the place of its file; None where it may say more."""
    found = list(tokens(text, dialect.lexical))
    head = _head(found)
    last = name_end(found, head) if head else -1
    opening = _columns_at(found, last)
    if opening < 0:
        return None
    end = closing(found, opening)
    columns = list(_columns(found, opening, end))
    if not columns or "" in columns or _says_more(found, end):
        return None
    first = {word_at(found, place) for place in range(head)}
    place = _place_of_file(found, end)
    kind = "TEMPORARY " if first & _TEMPORARY else "EXTERNAL " if place else ""
    exists = "IF NOT EXISTS " if "EXISTS" in first else ""
    name = text[found[head].start : found[last - 1].end]
    listed = ", ".join(f"{column} INT" for column in columns)
    return f"CREATE {kind}TABLE {exists}{name} ({listed}){f' LOCATION {place}' if place else ''}"


def _head(found: Sequence[Token]) -> int:
    """The place of the name in CREATE ... TABLE name, or 0."""
    if word_at(found, 0) != "CREATE":
        return 0
    place = 1
    while word_at(found, place) in _BEFORE_TABLE:
        place += 1
    if word_at(found, place) != "TABLE":
        return 0
    return place + 4 if word_at(found, place + 1) == "IF" else place + 1


def _columns_at(found: Sequence[Token], place: int) -> int:
    """The bracket of the columns behind the name; Teradata has options between them, each with a comma in front."""
    if place < 0 or word_at(found, place) not in ("(", ","):
        return -1
    return next((at for at in range(place, len(found)) if found[at].text == "("), -1)


def _columns(found: Sequence[Token], opening: int, end: int) -> Iterator[str]:
    """The columns as they are written; "" for what is neither a column nor a known clause."""
    for start, stop in _parts(found, opening + 1, end - 1):
        if _is_clause(found, start):
            continue
        is_name = found[start].kind in ("word", "quoted") and stop - start > 1 and found[start + 1].text != "."
        yield found[start].text if is_name and word_at(found, start) not in ("LIKE", "SELECT", "SEL", "WITH") else ""


def _is_clause(found: Sequence[Token], start: int) -> bool:
    if word_at(found, start) == "CONSTRAINT":
        return True
    return word_at(found, start) in _NO_COLUMNS and (
        word_at(found, start + 1) in _OF_NO_COLUMN or word_at(found, start + 2) in _OF_NO_COLUMN
    )


def _parts(found: Sequence[Token], start: int, stop: int) -> Iterator[tuple[int, int]]:
    """The parts between the commas outside of brackets."""
    begin, depth = start, 0
    for place in range(start, stop):
        depth += (found[place].text in "([{<") - (found[place].text in ")]}>") if len(found[place].text) == 1 else 0
        if found[place].text == "," and depth <= 0:
            if place > begin:
                yield begin, place
            begin = place + 1
    if stop > begin:
        yield begin, stop


def _says_more(found: Sequence[Token], end: int) -> bool:
    """Whether rows come from a query, or the engine's own clause makes the table another thing than a table."""
    place = end
    while place < len(found):
        word = word_at(found, place)
        if word in ("ENGINE", "LIKE") or (word == "AS" and word_at(found, place + 1) in _QUERIES):
            return True
        place = closing(found, place) if word == "(" else place + 1
    return False


def _place_of_file(found: Sequence[Token], start: int) -> str:
    """What LOCATION or DATAOBJECT names, in its quotes."""
    for place in range(start, len(found)):
        if word_at(found, place) in ("LOCATION", "DATAOBJECT"):
            at = place + 1 + (word_at(found, place + 1) in ("(", "="))
            return found[at].text if at < len(found) and found[at].kind == "string" else ""
    return ""


def read_change(text: str, dialect: Dialect) -> tuple[Statement, ...] | None:
    """What an ALTER changes of a table's columns or name, or None where it may do something else."""
    found = [token for token in tokens(text, dialect.lexical) if token.text != ";"]
    place = next((at for at in range(1, 4) if word_at(found, at) in ("TABLE", "VIEW")), 0)
    if word_at(found, 0) != "ALTER" or not place:
        return _renamed_synonym(found, text, dialect) or _of_no_table(found)
    while word_at(found, place + 1) in ("IF", "EXISTS", "ONLY"):
        place += 1
    last = name_end(found, place + 1)
    if last < 0:
        return None
    name = dialect.parse_name(text[found[place + 1].start : found[last - 1].end])
    change: Alter | None = Alter("alter table", name)
    verb = ""
    for start, stop in _actions(found, last):
        part = found[start:stop]
        if word_at(part, 0) == "RENAME" and word_at(part, 1) in ("TO", "AS") and len(part) > 2:
            new = dialect.parse_name("".join(token.text for token in part[2:]))
            return (Rename("rename", name, (*name[:-1], *new) if len(new) == 1 else new),)
        verb = word_at(part, 0) if word_at(part, 0) in ("ADD", "DROP", "RENAME", *_SETTINGS) else verb
        change = _changed(change, verb, part)
        if change is None:
            return None
    if change is None or not (change.added or change.dropped or change.renamed):
        return (Other("alter settings", "no lineage by nature"),)
    return (change,)


def _renamed_synonym(found: Sequence[Token], text: str, dialect: Dialect) -> tuple[Statement, ...] | None:
    """Netezza: ``ALTER SYNONYM a RENAME TO b``: what ``a`` stands for is called ``b`` from now on."""
    last = name_end(found, 2) if (word_at(found, 0), word_at(found, 1)) == ("ALTER", "SYNONYM") else -1
    if last < 0 or word_at(found, last) != "RENAME" or name_end(found, last + 2) != len(found):
        return None
    old = dialect.parse_name(text[found[2].start : found[last - 1].end])
    new = dialect.parse_name(text[found[last + 2].start : found[-1].end])
    return Use("rename synonym", (new, old), "synonym"), Use("rename synonym", (old,), "synonym")


def _of_no_table(found: Sequence[Token]) -> tuple[Statement, ...] | None:
    """What holds no rows: settings of routines, functions that are one expression, names for tables elsewhere."""
    held = {word_at(found, place) for place in range(len(found))}
    if word_at(found, 0) == "CREATE" and {"FUNCTION", "RETURN"} <= held and not held & _READS_OR_WRITES:
        return (Other("create function", "no lineage by nature"),)
    if word_at(found, 0) == "CREATE" and word_at(found, 1) in ("VIRTUAL", "PROXY_TABLE") and "AT" in held:
        reason = "a name for a table of another engine, whose columns the text does not show"
        return (Other("create virtual table", "no lineage by nature", reason),)
    is_setting = word_at(found, 0) == "ALTER" and word_at(found, 1) in _BODILESS
    has_body = any(word_at(found, place) in ("AS", "BEGIN", "IS") for place in range(2, len(found)))
    return (Other("alter settings", "no lineage by nature"),) if is_setting and not has_body else None


def _actions(found: Sequence[Token], start: int) -> Iterator[tuple[int, int]]:
    """The actions, which commas or, in Db2, their first words alone keep apart."""
    for first, stop in _parts(found, start, len(found)):
        begin, depth = first, 0
        for place in range(first, stop):
            depth += (found[place].text == "(") - (found[place].text == ")")
            word, following = word_at(found, place), word_at(found, place + 1)
            if (
                depth == 0
                and place > begin
                and (word == "ADD" or (word in ("DROP", "ALTER") and following == "COLUMN"))
            ):
                yield begin, place
                begin = place
        yield begin, stop


def _changed(change: Alter | None, verb: str, part: Sequence[Token]) -> Alter | None:
    """The change with one action more; None for an action that is not known."""
    if change is None or not verb:
        return None
    if verb in _SETTINGS:
        moves = {word_at(part, place) for place in range(len(part))} & {"TABLE", "INTO"}
        return None if moves and verb not in ("ALTER", "MODIFY", "SPLIT", "ENABLE") else change
    place = 1 if word_at(part, 0) == verb else 0
    while word_at(part, place) in ("COLUMN", "COLUMNS", "IF", "NOT", "EXISTS"):
        place += 1
    if place >= len(part):
        return None
    if verb == "RENAME":
        return _renamed(change, part[place:])
    if _is_clause(part, place) or word_at(part, place) in _NO_COLUMNS:
        return change
    if word_at(part, place) == "(":
        names = tuple(part[a].text for a, _ in _parts(part, place + 1, len(part) - 1) if not _is_clause(part, a))
    else:
        names = (part[place].text,)
    plain = tuple(name.strip('"`[]') for name in names)
    if verb == "ADD":
        return change._replace(added=(*change.added, *plain))
    return change._replace(dropped=(*change.dropped, *plain))


def _renamed(change: Alter, part: Sequence[Token]) -> Alter | None:
    if len(part) >= 3 and word_at(part, 1) in ("TO", "AS"):
        return change._replace(renamed=(*change.renamed, (part[0].text.strip('"`[]'), part[2].text.strip('"`[]'))))
    return change if word_at(part, 0) in _NO_COLUMNS else None
