"""Statements the parser keeps as text, read from their tokens: session settings, streams, partitions, UNLOAD."""

from __future__ import annotations

import re

from dialects import Dialect
from extractor.lineage.change_flows import CHANGE_FLOWS, applied_changes
from extractor.lineage.drops import DROPS
from extractor.lineage.model import Name, Other, Projection, Select, Source, Star, Statement, Use, Write
from extractor.lineage.moved_tables import MOVED_TABLES
from extractor.lineage.renaming import RENAMES
from extractor.lineage.repair import without_comments
from extractor.lineage.scripting.routine import unquoted
from extractor.lineage.settings import END, FLAGS, NAME, SETTINGS, Rule


def read_command(text: str, dialect: Dialect) -> tuple[Statement, ...] | None:
    """The records of a statement that is read here, or None when it is for the parser."""
    opening = _FIRST.match(text)
    word = opening[1].upper() if opening is not None else ""
    rules = _BY_WORD.get(word, ())
    if not rules:
        return None
    head = text[:400].upper()
    plain: str | None = None
    for needed, pattern, rule in rules:
        if needed in head:
            plain = plain if plain is not None else without_comments(text, dialect).strip()
            match = pattern.match(plain)
            if match is not None:
                found = rule(match, dialect)
                if found is not None:
                    return found
    return None


_FIRST = re.compile(r"(?:\s|--[^\n]*\n|/\*.*?\*/)*(\w+)", re.DOTALL)


def _all(name: Name) -> Select:
    return Select((Projection("", star=Star()),), (Source("table", name),))


def _stream(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...]:
    target, source = dialect.parse_name(match["target"]), dialect.parse_name(match["source"])
    return (Write("create stream", target, "view", _all(source)),)


def _moved(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...]:
    target, source = dialect.parse_name(match["target"]), dialect.parse_name(match["source"])
    return (Write("move partition", target, "move", _all(source), by_name=True),)


def _attached(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...]:
    """PostgreSQL: the rows of a table are another's from now on, and its name is that of a partition."""
    names = dialect.parse_name(match["source"]), dialect.parse_name(match["target"])
    return (*_moved(match, dialect), Use("attach partition", names, "part"))


def _fetched(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...]:
    """ClickHouse, by https://clickhouse.com/docs/sql-reference/statements/alter/partition#fetch-partitionpart."""
    del match, dialect
    return (Other("fetch partition", "unresolved", "its rows come from another server, by a path and not by a name"),)


def _clone_of(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...]:
    """Fabric: ``CREATE TABLE a AS CLONE OF b``."""
    target, source = dialect.parse_name(match["target"]), dialect.parse_name(match["source"])
    return (Write("create clone", target, "clone", _all(source)),)


def _call(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...]:
    del dialect
    if _SENT_TEXT.search(match.string):
        return (Other("call", "dynamic", "a call that is given the text of a statement, to be run elsewhere"),)
    return (Other("call", "no lineage by nature", "a call: the statements of its body carry the lineage"),)


_SENT_TEXT = re.compile(r"'\s*(?:INSERT|UPDATE|DELETE|MERGE|CREATE|TRUNCATE)\s", FLAGS)
"""Trino's ``CALL pg.system.execute(query => 'INSERT ...')``, DuckDB's ``CALL postgres_execute('pg', 'INSERT ...')``."""


def _iceberg(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...] | None:
    """``CALL cat.system.snapshot(...)`` and ``add_files(...)`` of Apache Iceberg, arguments by place or by name.

    https://iceberg.apache.org/docs/latest/spark-procedures/#table-migration
    """
    if dialect.parser not in ("spark", "databricks"):
        return None
    wanted = ("source_table", "table") if match["what"].lower() == "snapshot" else ("table", "source_table")
    given = re.findall(r"(?:(\w+)\s*=>\s*)?('[^']*')", match["inputs"])
    known = [(name or wanted[place], text) for place, (name, text) in enumerate(given) if name or place < len(wanted)]
    named = {name.lower(): unquoted(text) for name, text in known}
    target, source = dialect.parse_name(named.get("table", "")), dialect.parse_name(named.get("source_table", ""))
    if not target or not source:
        return None
    if match["what"].lower() == "snapshot":
        return (Write("call snapshot", target, "clone", _all(source)),)
    place = source[-1][0] if "/" in source[-1][0] else ""
    if place:
        return (Write("call add_files", target, "copy", None, files=(place,)),)
    return (Write("call add_files", target, "insert", _all(source), by_name=True),)


def _load(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...]:
    listed = [c.strip() for c in (match["columns"] or "").split(",")]
    columns = tuple(c.strip("`") for c in listed if c[:1] not in ("", "@"))
    target = dialect.parse_name(match["target"])
    return (Write("load", target, "copy", None, columns, files=(unquoted(match["file"]),)),)


def _copied_files(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...]:
    """Snowflake: ``COPY FILES INTO @a FROM @b``."""
    del dialect
    return (Write("copy files", ((match["target"], True),), "copy", target_kind="external", files=(match["source"],)),)


def _tsql_load(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...] | None:
    """BULK INSERT, and COPY INTO of Synapse and Fabric: ``(column DEFAULT value place, ...)``, several files."""
    if dialect.parser not in ("tsql", "fabric"):
        return None
    found = match.groupdict()
    listed = re.findall(r"(?:\A|,)\s*(\[[^\]]*\]|\"[^\"]*\"|\w+)", found.get("columns") or "")
    columns = tuple(c.strip('[]"') for c in listed)
    files = tuple(unquoted(f) for f in re.findall(r"N?'[^']*'", match["files"]))
    return (Write("load", dialect.parse_name(match["target"]), "copy", None, columns, files=files),)


def _hive_move(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...]:
    name, path = dialect.parse_name(match["table"]), unquoted(match["file"])
    if match["way"].upper() == "EXPORT":
        return (Write("export", ((path, True),), "copy", _all(name), target_kind="directory"),)
    return (Write("import", name, "copy", None, files=(path,)),)


def _explain(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...]:
    del match, dialect
    return (Other("explain", "read only"),)


def _db2_load(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...]:
    target = dialect.parse_name(match["target"])
    return (Write("load", target, "copy", None, files=(match["file"].strip("'"),)),)


def _cursor_load(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...]:
    """Db2: ``LOAD FROM c OF CURSOR INSERT INTO t``, where ``c`` was declared by another statement."""
    del dialect
    return (Other("load", "unresolved", f"the rows come from the cursor {match['cursor']}, declared elsewhere"),)


def _show(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...]:
    del dialect
    return (Other(match["what"].lower(), "read only"),)


def _hive_client(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...] | None:
    """What Hive's and Spark's clients understand beside SQL."""
    if dialect.parser not in ("hive", "spark", "spark2", "databricks"):
        return None
    return (Other(match["what"].split()[0].lower(), "no lineage by nature"),)


def _synonym(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...]:
    """A name that stands for another, until it is dropped."""
    names = tuple(dialect.parse_name(match[group]) for group in ("name", "of") if match[group])
    if match["of_all"] and dialect.public_synonyms:
        names = (((dialect.public_synonyms, False), *names[0]), *names[1:])
    return (Use(f"{match['verb'].lower()} synonym", names, "synonym"),)


def _insert_exec(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...]:
    """Transact-SQL's INSERT ... EXEC: the rows that a procedure gives, where its text was seen."""
    name = dialect.parse_name(match["procedure"]) if match["procedure"] else ()
    query = Select((Projection("", star=Star()),), (Source("called", name),))
    columns = tuple(part.strip().strip('[]"') for part in (match["columns"] or "").split(",") if part.strip())
    return (Write("insert", dialect.parse_name(match["target"]), "insert", query, columns),)


_RULES: tuple[tuple[str, re.Pattern[str], Rule], ...] = (
    *SETTINGS,
    *(
        (word, re.compile(rf"(?P<what>{word})\b", FLAGS), _show)
        for word in ("SHOW", "DESCRIBE", "DESC", "LIST", "LS", "HELP", "ASSERT", "UNSET", "SYSTEM", "CONNECT")
    ),
    (
        "_PARTITIONS_",
        re.compile(
            r"SELECT\s+(?:SWAP_PARTITIONS_BETWEEN_TABLES|MOVE_PARTITIONS_TO_TABLE|COPY_PARTITIONS_TO_TABLE)\s*\(\s*"
            r"'(?P<source>[^']+)'\s*,.*?,\s*'(?P<target>[^']+)'\s*(?:,[^,']*)?\)",
            FLAGS,
        ),
        _moved,
    ),
    *(
        (
            word,
            re.compile(
                rf"(?P<verb>CREATE|DROP)\s+(?:OR\s+REPLACE\s+)?(?:(?P<of_all>PUBLIC)\s+|\w+\s+)?{word}\s+(?:IF\s+(?:NOT\s+)?EXISTS\s+)?"
                rf"(?P<name>{NAME})(?:\s+FOR\s+(?!SEQUENCE|MODULE|TABLE\s*;?\s*$)(?:TABLE\s+)?(?P<of>{NAME}(?:\s*@\s*{NAME})?))?",
                FLAGS,
            ),
            _synonym,
        )
        for word in ("SYNONYM", "ALIAS", "NICKNAME")
    ),
    *(
        (word, re.compile(rf"(?P<what>{word}\b{more})", FLAGS), _hive_client)
        for word, more in (
            ("DFS", ""),
            ("RELOAD", ""),
            ("REPL", ""),
            ("RESET", ""),
            ("SET", r"\s+\w+:[\w.-]+\s*="),
            ("ALTER", r"\s+TABLE\s+[\w.`]+\s+PARTITION\s*\([^()]*\)\s+RENAME\s+TO\s+PARTITION\b"),
            ("CONVERT", r"\s+TO\s+DELTA\b"),
            ("SYNC", r"\s+(?:SCHEMA|TABLE)\b"),
            ("COPY", r"\s+TESTCASE\b"),
        )
    ),
    *(
        (last, re.compile(rf"(?P<what>CREATE\b{between}{last})\b", FLAGS), _hive_client)
        for between, last in (
            (r"\s+(?:TEMPORARY\s+)?", "MACRO"),
            (r"\s+(?:TEMPORARY\s+)?", "CONNECTOR"),
            (r"\s+FOREIGN\s+", "CATALOG"),
        )
    ),
    ("EXPLAIN", re.compile(r"EXPLAIN\b(?!.*\bANALY[SZ]E\b)", FLAGS), _explain),
    (
        "INFILE",
        re.compile(
            r"LOAD\s+DATA\s+(?:LOW_PRIORITY\s+|CONCURRENT\s+)?(?:LOCAL\s+)?INFILE\s+"
            r"(?P<file>'[^']*'|\"[^\"]*\")\s+(?:REPLACE\s+|IGNORE\s+)?INTO\s+TABLE\s+(?P<target>"
            + NAME[1:-1]
            + r")(?:.*?\((?P<columns>[^()]*)\)\s*(?:SET\b.*)?\Z)?",
            FLAGS,
        ),
        _load,
    ),
    (
        "INSERT",
        re.compile(r"BULK\s+INSERT\s+(?P<target>" + NAME[1:-1] + r")\s+FROM\s+(?P<files>N?'[^']*')", FLAGS),
        _tsql_load,
    ),
    (
        "INTO",
        re.compile(
            rf"COPY\s+INTO\s+(?P<target>{NAME})\s*(?:\((?P<columns>[^()]*)\)\s*)?"
            r"FROM\s+(?P<files>N?'[^']*'(?:\s*,\s*N?'[^']*')*)",
            FLAGS,
        ),
        _tsql_load,
    ),
    (
        "FILES",
        re.compile(r"COPY\s+FILES\s+INTO\s+(?P<target>@[^\s;]+)\s+FROM\s+(?P<source>@[^\s;]+)", FLAGS),
        _copied_files,
    ),
    (
        "CLONE",
        re.compile(
            r"CREATE\s+TABLE\s+(?P<target>" + NAME[1:-1] + r")\s+AS\s+CLONE\s+OF\s+(?P<source>" + NAME[1:-1] + ")",
            FLAGS,
        ),
        _clone_of,
    ),
    (
        "PORT",
        re.compile(
            r"(?P<way>EXPORT|IMPORT)\s+(?:EXTERNAL\s+)?TABLE\s+(?P<table>"
            + NAME[1:-1]
            + r").*?\s(?:TO|FROM)\s+(?P<file>'[^']*')",
            FLAGS,
        ),
        _hive_move,
    ),
    (
        " OF ",
        re.compile(
            r"(?:LOAD|IMPORT)\s+(?:CLIENT\s+)?FROM\s+(?P<file>'[^']*'|\S+)\s+OF\s+(?!CURSOR)\w+\s.*?\bINTO\s+(?P<target>"
            + NAME[1:-1]
            + ")",
            FLAGS,
        ),
        _db2_load,
    ),
    (" OF CURSOR", re.compile(r"LOAD\s+FROM\s+(?P<cursor>\w+)\s+OF\s+CURSOR\b", FLAGS), _cursor_load),
    (
        "STREAM",
        re.compile(
            r"CREATE\s+(?:OR\s+REPLACE\s+)?STREAM\s+(?:IF\s+NOT\s+EXISTS\s+)?(?P<target>"
            + NAME[1:-1]
            + r")\s+.*?\bON\s+(?:EXTERNAL\s+|DYNAMIC\s+)?(?:TABLE|VIEW|STAGE)\s+(?P<source>"
            + NAME[1:-1]
            + r")",
            FLAGS,
        ),
        _stream,
    ),
    (
        "EXCHANGE",
        re.compile(
            r"ALTER\s+TABLE\s+(?P<target>"
            + NAME[1:-1]
            + r")\s+EXCHANGE\s+(?:SUB)?PARTITION\b.*?\bWITH\s+TABLE\s+(?P<source>"
            + NAME[1:-1]
            + ")",
            FLAGS,
        ),
        _moved,
    ),
    (
        "SWITCH",
        re.compile(
            rf"ALTER\s+TABLE\s+(?P<source>{NAME})\s+SWITCH\b.*?\bTO\s+(?P<target>{NAME})",
            FLAGS,
        ),
        _moved,
    ),
    (
        " INTO ",
        re.compile(
            rf"ALTER\s+TABLE\s+(?P<source>{NAME})\s+(?:DETACH\s+PARTITION\s+\S+\s+INTO\s+(?:TABLE\s+)?"
            rf"|TO\s+CURRENT\s+WITH\s+INSERT\s+INTO\s+)(?P<target>{NAME})" + END,
            FLAGS,
        ),
        _moved,
    ),
    (
        "APPEND",
        re.compile(
            rf"ALTER\s+TABLE\s+(?P<target>{NAME})\s+APPEND\s+FROM\s+(?P<source>{NAME})",
            FLAGS,
        ),
        _moved,
    ),
    (
        "PARTITION",
        re.compile(
            rf"ALTER\s+TABLE\s+(?P<target>{NAME})\s+(?:REPLACE|ATTACH)\s+PARTITION\b(?:.*\bFROM\s+TABLE\s+|.*?\bFROM\s+)"
            rf"(?P<source>{NAME})",
            FLAGS,
        ),
        _moved,
    ),
    (
        "FETCH",
        re.compile(rf"ALTER\s+TABLE\s+{NAME}\s+(?:ON\s+CLUSTER\s+\S+\s+)?FETCH\s+PART(?:ITION)?\b.*?\bFROM\s", FLAGS),
        _fetched,
    ),
    (
        "ATTACH",
        re.compile(
            rf"ALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?(?P<target>{NAME})\s+ATTACH\s+PARTITION\s+"
            rf"(?P<source>{NAME})\s+(?:FOR\s+VALUES\b.*|DEFAULT{END})",
            FLAGS,
        ),
        _attached,
    ),
    (
        "MOVE",
        re.compile(
            r"ALTER\s+TABLE\s+(?P<source>"
            + NAME[1:-1]
            + r")\s+(?:ON\s+CLUSTER\s+\S+\s+)?MOVE\s+PARTITION\b.*?\bTO\s+TABLE\s+(?P<target>"
            + NAME[1:-1]
            + ")",
            FLAGS,
        ),
        _moved,
    ),
    (
        " EXEC",
        re.compile(
            r"INSERT\s+(?:INTO\s+)?(?P<target>" + NAME[1:-1] + r")\s*(?:\((?P<columns>[^()]*)\)\s*)?"
            r"EXEC(?:UTE)?\b\s*(?:@\w+\s*=\s*)?(?P<procedure>" + NAME[1:-1] + r")?",
            FLAGS,
        ),
        _insert_exec,
    ),
    *RENAMES,
    *MOVED_TABLES,
    *DROPS,
    *((needed, pattern, applied_changes) for needed, pattern in CHANGE_FLOWS),
    (
        "SYSTEM",
        re.compile(r"CALL\s+(?:[\w`]+\.)?SYSTEM\.(?P<what>SNAPSHOT|ADD_FILES)\s*\((?P<inputs>.*)\)" + END, FLAGS),
        _iceberg,
    ),
    ("CALL", re.compile(r"CALL\s", FLAGS), _call),
    ("EXEC", re.compile(r"EXEC(?:UTE)?\s+(?!IMMEDIATE|AS\b)[\w\[\"@]", FLAGS), _call),
)


def _by_word() -> dict[str, tuple[tuple[str, re.Pattern[str], Rule], ...]]:
    """The rules by the words with which their texts begin."""
    found: dict[str, list[tuple[str, re.Pattern[str], Rule]]] = {}
    for rule in _RULES:
        opening = re.match(r"(?:\(\?P<\w+>|\(\?:)?([A-Z|]+)(\(\?:([A-Z]+)\)\?)?", rule[1].pattern)
        for word in opening[1].split("|") if opening is not None else ():
            found.setdefault(word, []).append(rule)
            if opening is not None and opening[3]:
                found.setdefault(word + opening[3], []).append(rule)
    return {word: tuple(rules) for word, rules in found.items()}


_BY_WORD = _by_word()
