"""Statements the parser keeps as text, read from their tokens: session settings, streams, partitions, UNLOAD."""

from __future__ import annotations

import re
from collections.abc import Callable

from dialects import Dialect
from extractor.lineage.change_flows import CHANGE_FLOWS, applied_changes
from extractor.lineage.model import Name, Other, Projection, Rename, Select, Source, Star, Statement, Use, Write
from extractor.lineage.repair import without_comments
from extractor.lineage.scripting.routine import unquoted

_NAME = r"""((?:"[^"]*"|`[^`]*`|\[[^\]]*\]|[\w$#@*-]+)(?:\s*\.\s*(?:"[^"]*"|`[^`]*`|\[[^\]]*\]|[\w$#@*-]+)?)*)"""
_FLAGS = re.IGNORECASE | re.DOTALL


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


def _use(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...] | None:
    what = (match["what"] or "").lower()
    if what in ("role", "warehouse", "secondary"):
        return (Other("use", "no lineage by nature"),)
    what = {"catalog": "database", "namespace": "schema"}.get(what, what)
    name = dialect.parse_name(unquoted(match["name"]) if match["name"][0] == "'" else match["name"])
    return (Use("use", (name,), what),)


def _path(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...]:
    pieces = [unquoted(p.strip()) if p.strip()[:1] == "'" else p.strip() for p in match["names"].split(",")]
    names = tuple(dialect.parse_name(p) for p in pieces if p and "$user" not in p.lower())
    return (Use("set", tuple(n for n in names if n), "path"),)


def _schema(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...]:
    text = match["name"]
    return (Use("set", (dialect.parse_name(unquoted(text) if text[0] == "'" else text),), "schema"),)


def _stream(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...]:
    target, source = dialect.parse_name(match["target"]), dialect.parse_name(match["source"])
    return (Write("create stream", target, "view", _all(source)),)


def _moved(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...]:
    target, source = dialect.parse_name(match["target"]), dialect.parse_name(match["source"])
    return (Write("move partition", target, "move", _all(source), by_name=True),)


def _renamed(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...]:
    found: list[Statement] = []
    pairs = re.sub(r"\s+ON\s+CLUSTER\s+\S+\s*\Z", "", match["pairs"], flags=_FLAGS)
    for pair in pairs.split(","):
        old, _, new = re.sub(r"\s+", " ", pair.strip()).rstrip(";").replace(" to ", " TO ").partition(" TO ")
        if old and new:
            was, becomes = dialect.parse_name(old), dialect.parse_name(new.strip())
            if (match["what"] or "").upper().startswith("OBJECT"):  # Synapse: it stays in its schema
                becomes = (*was[:-1], becomes[-1])
            found.append(Rename("rename", was, becomes))
    return tuple(found)


def _schema_of(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...]:
    """The table moves to another schema under its own name."""
    old, schema = dialect.parse_name(match["old"]), dialect.parse_name(match["schema"])
    return (Rename("rename", old, (*old[:-2], *schema, old[-1])),)


def _sp_rename(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...] | None:
    if match["kind"] and unquoted(match["kind"]).upper() != "OBJECT":
        return (Other("rename column", "no lineage by nature"),)
    old, new = dialect.parse_name(unquoted(match["old"])), dialect.parse_name(unquoted(match["new"]))
    return (Rename("rename", old, (*old[:-1], *new) if len(new) == 1 else new),)


def _clone_of(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...]:
    """Fabric: ``CREATE TABLE a AS CLONE OF b``."""
    target, source = dialect.parse_name(match["target"]), dialect.parse_name(match["source"])
    return (Write("create clone", target, "clone", _all(source)),)


def _call(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...]:
    del match, dialect
    return (Other("call", "no lineage by nature", "a call: the statements of its body carry the lineage"),)


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


def _variable(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...] | None:
    if dialect.parser != "snowflake":
        return None
    return (Use("set", (((match["name"], False),), dialect.parse_name(unquoted(match["value"]))), "variable"),)


def _db2_load(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...]:
    target = dialect.parse_name(match["target"])
    return (Write("load", target, "copy", None, files=(match["file"].strip("'"),)),)


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
    return (Use(f"{match['verb'].lower()} synonym", names, "synonym"),)


def _exchange_tables(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...]:
    return (Rename("swap", dialect.parse_name(match["one"]), dialect.parse_name(match["two"]), swap=True),)


def _insert_exec(match: re.Match[str], dialect: Dialect) -> tuple[Statement, ...]:
    del dialect
    reason = f"the rows of {match['target']} come from a procedure, whose result this text does not show"
    return (Other("insert", "unresolved", reason),)


_Rule = Callable[[re.Match[str], Dialect], "tuple[Statement, ...] | None"]
_END = r"\s*;?\s*\Z"
_QUOTED_NAME = r"'[^']*'|" + _NAME[1:-1]
_RULES: tuple[tuple[str, re.Pattern[str], _Rule], ...] = (
    *(
        (word, re.compile(rf"(?P<what>{word})\b", _FLAGS), _show)
        for word in ("SHOW", "DESCRIBE", "DESC", "LIST", "LS", "HELP", "ASSERT", "UNSET", "SYSTEM")
    ),
    (
        "_PARTITIONS_",
        re.compile(
            r"SELECT\s+(?:SWAP_PARTITIONS_BETWEEN_TABLES|MOVE_PARTITIONS_TO_TABLE|COPY_PARTITIONS_TO_TABLE)\s*\(\s*"
            r"'(?P<source>[^']+)'\s*,.*?,\s*'(?P<target>[^']+)'\s*(?:,[^,']*)?\)",
            _FLAGS,
        ),
        _moved,
    ),
    *(
        (
            word,
            re.compile(
                rf"(?P<verb>CREATE|DROP)\s+(?:OR\s+REPLACE\s+)?(?:\w+\s+)?{word}\s+(?:IF\s+(?:NOT\s+)?EXISTS\s+)?"
                rf"(?P<name>{_NAME})(?:\s+FOR\s+(?!SEQUENCE|MODULE)(?:TABLE\s+)?(?P<of>{_NAME}))?",
                _FLAGS,
            ),
            _synonym,
        )
        for word in ("SYNONYM", "ALIAS", "NICKNAME")
    ),
    *(
        (word, re.compile(rf"(?P<what>{word}\b{more})", _FLAGS), _hive_client)
        for word, more in (
            ("DFS", ""),
            ("RELOAD", ""),
            ("REPL", ""),
            ("RESET", ""),
            ("SET", r"\s+\w+:[\w.-]+\s*="),
            ("ALTER", r"\s+TABLE\s+[\w.`]+\s+PARTITION\s*\([^()]*\)\s+RENAME\s+TO\s+PARTITION\b"),
            ("CREATE", r"\s+(?:TEMPORARY\s+)?(?:MACRO|CONNECTOR)\b"),
            ("CREATE", r"\s+FOREIGN\s+CATALOG\b"),
            ("CONVERT", r"\s+TO\s+DELTA\b"),
            ("SYNC", r"\s+(?:SCHEMA|TABLE)\b"),
            ("COPY", r"\s+TESTCASE\b"),
        )
    ),
    ("EXPLAIN", re.compile(r"EXPLAIN\b(?!.*\bANALY[SZ]E\b)", _FLAGS), _explain),
    (
        "INFILE",
        re.compile(
            r"LOAD\s+DATA\s+(?:LOW_PRIORITY\s+|CONCURRENT\s+)?(?:LOCAL\s+)?INFILE\s+"
            r"(?P<file>'[^']*'|\"[^\"]*\")\s+(?:REPLACE\s+|IGNORE\s+)?INTO\s+TABLE\s+(?P<target>"
            + _NAME[1:-1]
            + r")(?:.*?\((?P<columns>[^()]*)\)\s*(?:SET\b.*)?\Z)?",
            _FLAGS,
        ),
        _load,
    ),
    (
        "INSERT",
        re.compile(r"BULK\s+INSERT\s+(?P<target>" + _NAME[1:-1] + r")\s+FROM\s+(?P<files>N?'[^']*')", _FLAGS),
        _tsql_load,
    ),
    (
        "INTO",
        re.compile(
            rf"COPY\s+INTO\s+(?P<target>{_NAME})\s*(?:\((?P<columns>[^()]*)\)\s*)?"
            r"FROM\s+(?P<files>N?'[^']*'(?:\s*,\s*N?'[^']*')*)",
            _FLAGS,
        ),
        _tsql_load,
    ),
    (
        "FILES",
        re.compile(r"COPY\s+FILES\s+INTO\s+(?P<target>@[^\s;]+)\s+FROM\s+(?P<source>@[^\s;]+)", _FLAGS),
        _copied_files,
    ),
    (
        "TRANSFER",
        re.compile(
            rf"ALTER\s+SCHEMA\s+(?P<schema>{_NAME})\s+TRANSFER\s+(?:OBJECT\s*::\s*)?(?P<old>{_NAME})" + _END,
            _FLAGS,
        ),
        _schema_of,
    ),
    (
        "CLONE",
        re.compile(
            r"CREATE\s+TABLE\s+(?P<target>" + _NAME[1:-1] + r")\s+AS\s+CLONE\s+OF\s+(?P<source>" + _NAME[1:-1] + ")",
            _FLAGS,
        ),
        _clone_of,
    ),
    (
        "PORT",
        re.compile(
            r"(?P<way>EXPORT|IMPORT)\s+(?:EXTERNAL\s+)?TABLE\s+(?P<table>"
            + _NAME[1:-1]
            + r").*?\s(?:TO|FROM)\s+(?P<file>'[^']*')",
            _FLAGS,
        ),
        _hive_move,
    ),
    (
        "EXCHANGE",
        re.compile(
            r"EXCHANGE\s+(?:TABLES|DICTIONARIES)\s+(?P<one>" + _NAME[1:-1] + r")\s+AND\s+(?P<two>" + _NAME[1:-1] + ")",
            _FLAGS,
        ),
        _exchange_tables,
    ),
    (
        "USE",
        re.compile(
            r"USE(?:\s+(?P<what>SCHEMA|DATABASE|CATALOG|NAMESPACE|ROLE|WAREHOUSE|SECONDARY)(?=\s))?\s+(?P<name>"
            + _QUOTED_NAME
            + r")(?:\s+ROLES\s+\w+)?"
            + _END,
            _FLAGS,
        ),
        _use,
    ),
    (
        "DATABASE",
        re.compile(r"(?P<what>DATABASE)\s+(?P<name>" + _NAME[1:-1] + ")" + _END, _FLAGS),
        _use,
    ),
    (
        "SEARCH_PATH",
        re.compile(r"SET\s+(?:SESSION\s+|LOCAL\s+)?SEARCH_PATH\s*(?:=|\sTO\s)\s*(?P<names>[^;]+?)" + _END, _FLAGS),
        _path,
    ),
    (
        "SCHEMA",
        re.compile(
            r"SET\s+(?:SESSION\s+|CURRENT\s+|LOCAL\s+)?SCHEMA\s*=?\s*(?P<name>" + _QUOTED_NAME + ")" + _END, _FLAGS
        ),
        _schema,
    ),
    (
        "SET",
        re.compile(r"SET\s+(?P<name>\w+)\s*=\s*(?P<value>'[^']*')" + _END, _FLAGS),
        _variable,
    ),
    (
        "DATABASE",
        re.compile(r"SET\s+SESSION\s+(?P<what>DATABASE)\s+(?P<name>" + _NAME[1:-1] + ")" + _END, _FLAGS),
        _use,
    ),
    (
        " OF ",
        re.compile(
            r"(?:LOAD|IMPORT)\s+FROM\s+(?P<file>'[^']*'|\S+)\s+OF\s+\w+\s.*?\bINTO\s+(?P<target>" + _NAME[1:-1] + ")",
            _FLAGS,
        ),
        _db2_load,
    ),
    (
        "CURRENT_SCHEMA",
        re.compile(r"ALTER\s+SESSION\s+SET\s+CURRENT_SCHEMA\s*=\s*(?P<name>" + _QUOTED_NAME + ")" + _END, _FLAGS),
        _schema,
    ),
    (
        "CATALOG",
        re.compile(r"SET\s+(?P<what>CATALOG)\s*=?\s*(?P<name>" + _QUOTED_NAME + ")" + _END, _FLAGS),
        _use,
    ),
    (
        "STREAM",
        re.compile(
            r"CREATE\s+(?:OR\s+REPLACE\s+)?STREAM\s+(?:IF\s+NOT\s+EXISTS\s+)?(?P<target>"
            + _NAME[1:-1]
            + r")\s+.*?\bON\s+(?:EXTERNAL\s+|DYNAMIC\s+)?(?:TABLE|VIEW|STAGE)\s+(?P<source>"
            + _NAME[1:-1]
            + r")",
            _FLAGS,
        ),
        _stream,
    ),
    (
        "EXCHANGE",
        re.compile(
            r"ALTER\s+TABLE\s+(?P<target>"
            + _NAME[1:-1]
            + r")\s+EXCHANGE\s+(?:SUB)?PARTITION\b.*?\bWITH\s+TABLE\s+(?P<source>"
            + _NAME[1:-1]
            + ")",
            _FLAGS,
        ),
        _moved,
    ),
    (
        "SWITCH",
        re.compile(
            rf"ALTER\s+TABLE\s+(?P<source>{_NAME})\s+SWITCH\b.*?\bTO\s+(?P<target>{_NAME})",
            _FLAGS,
        ),
        _moved,
    ),
    (
        "APPEND",
        re.compile(
            rf"ALTER\s+TABLE\s+(?P<target>{_NAME})\s+APPEND\s+FROM\s+(?P<source>{_NAME})",
            _FLAGS,
        ),
        _moved,
    ),
    (
        "PARTITION",
        re.compile(
            rf"ALTER\s+TABLE\s+(?P<target>{_NAME})\s+(?:REPLACE|ATTACH)\s+PARTITION\b.*?\bFROM\s+(?P<source>{_NAME})",
            _FLAGS,
        ),
        _moved,
    ),
    (
        "ATTACH",
        re.compile(
            rf"ALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?(?P<target>{_NAME})\s+ATTACH\s+PARTITION\s+"
            rf"(?P<source>{_NAME})\s+(?:FOR\s+VALUES\b.*|DEFAULT{_END})",
            _FLAGS,
        ),
        _moved,
    ),
    (
        "RENAME",
        re.compile(
            r"RENAME\s+(?P<what>TABLE|TABLES|OBJECT(?:\s*::)?)?\s*(?P<pairs>(?!COLUMN)\S.*?\sTO\s.*?)" + _END, _FLAGS
        ),
        _renamed,
    ),
    (
        "SCHEMA",
        re.compile(
            r"ALTER\s+(?:TABLE|VIEW|MATERIALIZED\s+VIEW|FOREIGN\s+TABLE)\s+(?:IF\s+EXISTS\s+)?(?P<old>"
            + _NAME[1:-1]
            + r")\s+SET\s+SCHEMA\s+(?P<schema>"
            + _NAME[1:-1]
            + ")"
            + _END,
            _FLAGS,
        ),
        _schema_of,
    ),
    (
        "MOVE",
        re.compile(
            r"ALTER\s+TABLE\s+(?P<source>"
            + _NAME[1:-1]
            + r")\s+(?:ON\s+CLUSTER\s+\S+\s+)?MOVE\s+PARTITION\b.*?\bTO\s+TABLE\s+(?P<target>"
            + _NAME[1:-1]
            + ")",
            _FLAGS,
        ),
        _moved,
    ),
    (
        "SP_RENAME",
        re.compile(
            r"EXEC(?:UTE)?\s+(?:sys\.|dbo\.)?sp_rename\s+(?:@objname\s*=\s*)?(?P<old>N?'[^']*')\s*,\s*(?:@newname\s*=\s*)?"
            r"(?P<new>N?'[^']*')(?:\s*,\s*(?:@objtype\s*=\s*)?(?P<kind>N?'[^']*'))?" + _END,
            _FLAGS,
        ),
        _sp_rename,
    ),
    (
        " EXEC",
        re.compile(
            r"INSERT\s+(?:INTO\s+)?(?P<target>" + _NAME[1:-1] + r")\s*(?:\([^()]*\)\s*)?EXEC(?:UTE)?\b",
            _FLAGS,
        ),
        _insert_exec,
    ),
    *((needed, pattern, applied_changes) for needed, pattern in CHANGE_FLOWS),
    ("CALL", re.compile(r"CALL\s", _FLAGS), _call),
    ("EXEC", re.compile(r"EXEC(?:UTE)?\s+(?!IMMEDIATE|AS\b)[\w\[\"@]", _FLAGS), _call),
)


def _by_word() -> dict[str, tuple[tuple[str, re.Pattern[str], _Rule], ...]]:
    """The rules by the words with which their texts begin."""
    found: dict[str, list[tuple[str, re.Pattern[str], _Rule]]] = {}
    for rule in _RULES:
        opening = re.match(r"(?:\(\?P<\w+>|\(\?:)?([A-Z|]+)(\(\?:([A-Z]+)\)\?)?", rule[1].pattern)
        for word in opening[1].split("|") if opening is not None else ():
            found.setdefault(word, []).append(rule)
            if opening is not None and opening[3]:
                found.setdefault(word + opening[3], []).append(rule)
    return {word: tuple(rules) for word, rules in found.items()}


_BY_WORD = _by_word()
