"""Names of tables as they are written: parts with their quotes."""

from __future__ import annotations

import re

from sqlglot import exp

from extractor.lineage.lowering.context import Node, Walk, arg, args_of
from extractor.lineage.model import Name

_FILE_SCHEMES = (
    "s3:",
    "s3a:",
    "s3n:",
    "gs:",
    "gcs:",
    "azure:",
    "abfss:",
    "wasbs:",
    "hdfs:",
    "http:",
    "https:",
    "file:",
    "dbfs:",
)
_FORMATS = frozenset({"parquet", "delta", "orc", "json", "csv", "avro", "text", "binaryfile", "xml", "iceberg", "hudi"})
_BRANCHES = ("branch_", "tag_")
"""What stands behind the name of an Iceberg table to read or write one of its branches or tags.

https://iceberg.apache.org/docs/latest/spark-writes/#writing-to-branches
"""
_TABLE_HINTS = frozenset(
    [
        "nolock",
        "holdlock",
        "updlock",
        "rowlock",
        "tablock",
        "tablockx",
        "paglock",
        "readpast",
        "readuncommitted",
        "readcommitted",
        "repeatableread",
        "serializable",
        "snapshot",
        "xlock",
        "noexpand",
        "nowait",
        "forceseek",
        "forcescan",
    ]
)


_IDENTIFIER = exp.Identifier
_OWN_NAMES = frozenset({"bigquery", "hive", "spark", "databricks", "clickhouse"})
"""The engines that have rules of their own for the names of tables."""
_LONG_NAMES = frozenset({"databricks", "spark", "hive"})
"""Those whose rules are also about the parts before the last one."""


def part_of(node: Node) -> tuple[str, bool]:
    """One part of a name, with the ``#`` that marks temporary tables in T-SQL."""
    args = node.args
    if len(args) == 2 and args["this"].__class__ is str:  # name and quotes
        return (args["this"], args["quoted"] is True)
    text = node.name
    prefix = "##" if arg(node, "global_") else "#" if arg(node, "temporary") else ""
    return (prefix + text if prefix and not text.startswith("#") else text, bool(arg(node, "quoted")))


def table_name(table: Node, walk: Walk) -> Name:
    """The name of a table node; empty when the text does not say it (a parameter, an expression)."""
    args = table.args
    catalog, db, this = args.get("catalog"), args.get("db"), args.get("this")
    if catalog is None and this.__class__ is _IDENTIFIER and (text := this.name) and _is_read_alike(text, db, walk):
        if db is None:
            return (part_of(this),)
        if db.__class__ is _IDENTIFIER:
            return (part_of(db), part_of(this))
    catalog, db = arg(table, "catalog"), arg(table, "db")
    head = [part_of(p) for p in (catalog, db) if p.__class__ is exp.Identifier]
    if catalog.__class__ is exp.Identifier and db.__class__ is not exp.Identifier:
        head.append(("", False))  # database..table
    last = _last_parts(arg(table, "this"), walk)
    if not last and walk.engine == "clickhouse":
        last = _view_with_parameters(arg(table, "this"), bool(head))
    if not last:
        return ()
    if walk.engine == "bigquery" and "$" in last[-1][0]:  # t$20240101 is a partition of t
        last = (*last[:-1], (last[-1][0].split("$")[0], last[-1][1]))
    if (
        not head
        and len(last) == 1
        and last[0][1]
        and "." in last[0][0]
        and walk.engine in ("hive", "spark", "databricks")
    ):
        return tuple((piece, True) for piece in last[0][0].split("."))
    if len(head) == 1 and head[0][0].lower() == "live" and walk.engine == "databricks":  # a table of the pipeline
        return last
    full = (*head, *last)
    if walk.engine in ("spark", "hive") and len(full) == len(walk.dialect.levels) + 1:
        return full[:-1] if full[-1][0].lower().startswith(_BRANCHES) else full
    return full


def _is_read_alike(text: str, schema: Node, walk: Walk) -> bool:
    """Whether no rule of the engine's own can apply to a name of one part, or of two."""
    if walk.engine not in _OWN_NAMES:
        return True
    return "$" not in text and "." not in text and (schema is None or walk.engine not in _LONG_NAMES)


def _view_with_parameters(call: Node, in_database: bool) -> Name:  # noqa: FBT001 - one question
    """ClickHouse: ``db.v(a = 1)`` and ``v(a = 1)`` read a view that has parameters; other calls are functions."""
    given = args_of(call, "expressions")
    if call.__class__ is not exp.Anonymous or not (
        in_database or (given and all(g.__class__ is exp.EQ for g in given))
    ):
        return ()
    return ((str(arg(call, "this")), False),)


def _last_parts(this: Node, walk: Walk) -> Name:
    cls = this.__class__
    if cls is exp.Identifier:
        return (part_of(this),) if this.name else ()
    if cls is exp.Dot and arg(this, "this") == "":  # server.database..table
        return (("", False), *_last_parts(arg(this, "expression"), walk))
    if cls is exp.Dot:
        return (*_last_parts(arg(this, "this"), walk), *_last_parts(arg(this, "expression"), walk))
    if cls is exp.Parameter and walk.engine in ("tsql", "fabric"):  # a table variable
        return ((f"@{this.name}", False),)
    if cls is exp.DynamicIdentifier:
        return dynamic_name(arg(this, "this"), walk)
    if cls is exp.Anonymous and is_hinted(this, walk):
        return ((str(this.this), False),)
    if cls is exp.Anonymous and str(this.this).lower() == "identifier" and len(args_of(this, "expressions")) == 1:
        return dynamic_name(args_of(this, "expressions")[0], walk)
    return ()


def dynamic_name(inner: Node, walk: Walk) -> Name:
    """``IDENTIFIER('a.b')`` and ``IDENTIFIER(a)`` are names; anything computed is not."""
    cls = inner.__class__
    if cls is exp.Literal:
        return walk.dialect.parse_name(inner.name)
    if cls is exp.Column and walk.engine in ("databricks", "spark"):  # a variable, or the name itself
        return ((f"$?{inner.name}", False),)
    if cls is exp.Column:
        return column_parts(inner)
    if cls is exp.DPipe or cls is exp.Concat:
        return walk.dialect.parse_name(_constant(inner))
    if cls in (exp.Parameter, exp.SessionParameter) and inner.name and not inner.name.isdigit():
        return ((f"${inner.name}", False),)  # a variable of the session
    return ()


def _constant(node: Node) -> str:
    """The text that a concatenation of literals makes; empty where one of them is no literal."""
    leaves = _leaves(node)
    return "".join(leaf.name for leaf in leaves) if all(leaf.__class__ is exp.Literal for leaf in leaves) else ""


def _leaves(node: Node) -> list[Node]:
    """The operands of a concatenation, from left to right."""
    if node.__class__ is exp.DPipe:
        return [*_leaves(arg(node, "this")), *_leaves(arg(node, "expression"))]
    return [leaf for item in args_of(node, "expressions") for leaf in _leaves(item)] or [node]


def is_dynamic_name(schema: Node) -> bool:
    """Whether ``IDENTIFIER('a.b')`` was read as a table with one column."""
    listed = args_of(schema, "expressions")
    table = arg(schema, "this") if len(listed) == 1 else None
    if table.__class__ is not exp.Table or str(table.name).lower() != "identifier" or arg(table, "db") is not None:
        return False
    return listed[0].__class__ not in (exp.Identifier, exp.ColumnDef)


def target_name_of(schema: Node, walk: Walk) -> Name:
    """The name of a table with a column list; that in ``IDENTIFIER(...)``, empty where the text does not tell it."""
    if is_dynamic_name(schema):
        return dynamic_name(args_of(schema, "expressions")[0], walk)
    return table_name(arg(schema, "this"), walk)


def is_hinted(call: Node, walk: Walk) -> bool:
    """Whether ``t(NOLOCK)`` is T-SQL's old spelling of a table with hints (or no engine is stated), not a function."""
    hints = args_of(call, "expressions")
    return walk.engine in ("tsql", "fabric", "") and bool(hints) and all(h.name.lower() in _TABLE_HINTS for h in hints)


def column_parts(column: Node) -> Name:
    """The parts of a column reference, outermost first; empty when one of them is not a plain name."""
    return plain_parts(column) or _all_column_parts(column.args)


def plain_parts(column: Node) -> Name:
    """The parts of a reference that is a name alone or with its relation; empty for all others."""
    args = column.args
    if len(args) > 2:
        return ()
    this = args["this"]
    if this.__class__ is not _IDENTIFIER:
        return ()
    own = this.args
    if len(own) != 2:  # name and quotes, no mark of a temporary table
        return ()
    quoted = own["quoted"] is True
    last = (bare(own["this"]) if quoted else own["this"], quoted)
    table = args.get("table")
    if table is None:
        return (last,)
    own = table.args
    return ((own["this"], own["quoted"] is True), last) if table.__class__ is _IDENTIFIER and len(own) == 2 else ()


def bare(name: str) -> str:
    """Snowflake names the columns of a PIVOT after its strings, quotes and all; we leave the quotes out."""
    return name[1:-1] if name[:1] == "'" and len(name) > 2 and name[-1] == "'" else name


def _all_column_parts(args: Node) -> Name:
    found: list[tuple[str, bool]] = []
    for key in ("catalog", "db", "table", "this"):
        piece = args.get(key)
        if piece is None:
            continue
        if piece.__class__ is exp.Identifier:
            text = piece.args["this"]
            if piece.args.get("temporary"):
                text = part_of(piece)[0]
            found.append((text, bool(piece.args.get("quoted"))))
        elif piece.__class__ is exp.Parameter and key == "this":
            found.append((f"${piece.name}", False))
        elif piece.__class__ is exp.Literal and key == "this":  # ClickHouse: the first element of a tuple, t.1
            found.append((piece.name, True))
        else:
            return ()
    return tuple(found)


def file_of(node: Node) -> tuple[str, str]:
    """(kind, text) of something outside the database, or two empty strings for a table.

    Kinds are ``file`` and ``external`` (stages).
    """
    cls = node.__class__
    if cls is exp.Table and _is_plain(node):
        return ("", "")
    if cls is exp.Literal:
        return ("file", node.name)
    if cls is exp.DirectoryStage:  # Snowflake: the list of the files in a stage
        return ("external", "@" + arg(node, "this").name.lstrip("@"))
    if cls is exp.Var:
        return ("external", node.name) if node.name.startswith("@") else ("", "")
    if cls is exp.Table:
        kind, text = file_of(arg(node, "this"))
        if not kind and _looks_like_file(node):
            return ("file", str(arg(node, "this").name))
        return (kind, text)
    if cls is exp.Identifier and node.name.lower().startswith(_FILE_SCHEMES):
        return ("file", node.name)
    return ("", "")


_DATA_FILE = re.compile(
    r"\.(?:parquet|csv|tsv|txt|json|jsonl|ndjson|xlsx|arrow|avro|geojson|shp)(?:\.(?:gz|zst|bz2|xz))?\Z|[/\\*]",
    re.IGNORECASE,
)


def file_read_by(table: Node, walk: Walk) -> tuple[str, str]:
    """As `file_of`, and in DuckDB also the name of a file that stands where a table does.

    https://duckdb.org/docs/stable/data/overview: a replacement scan reads ``FROM 'a.parquet'`` and ``FROM "a.csv"``.
    """
    kind, text = file_of(table)
    if kind or walk.engine != "duckdb" or arg(table, "db") is not None:
        return kind, text
    this = arg(table, "this")
    is_name = this.__class__ is exp.Identifier and arg(this, "quoted")
    return ("file", this.name) if is_name and _DATA_FILE.search(this.name) else ("", "")


def _looks_like_file(table: Node) -> bool:
    this = arg(table, "this")
    if this.__class__ is not exp.Identifier:
        return False
    return this.name.lower().startswith(_FILE_SCHEMES) or ("/" in this.name and _is_format(arg(table, "db")))


def _is_plain(table: Node) -> bool:
    """Whether nothing in the name of a table looks like the place of a file."""
    this = table.args["this"]
    return this.__class__ is exp.Identifier and ":" not in this.args["this"] and "/" not in this.args["this"]


def _is_format(schema: Node) -> bool:
    """Spark's ``parquet.`/a/b` ``: the format of a file stands where a schema does."""
    return schema.__class__ is exp.Identifier and schema.name.lower() in _FORMATS


def alias_of(node: Node) -> tuple[str, tuple[str, ...]]:
    """The alias of a relation and its column names."""
    alias = node.args.get("alias")
    if not alias:
        return "", ()
    if alias.__class__ is not exp.TableAlias:
        return str(alias if isinstance(alias, str) else alias.name), ()
    args = alias.args
    this, columns = args.get("this"), args.get("columns")
    return (this.name if this is not None else ""), (tuple([c.name for c in columns]) if columns else ())
