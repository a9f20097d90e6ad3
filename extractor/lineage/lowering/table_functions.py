"""Table functions that are known by name: what they read, and the columns they yield when the text names none.

PostgreSQL, "JSON Functions"; SQLite, "JSON Functions"; Snowflake, "Table functions"; ClickHouse, "Table Functions";
DuckDB, "Data Import". A function that is not listed here yields whatever its caller asks of it.
"""

from __future__ import annotations

from sqlglot import exp

from extractor.lineage.lowering.context import Node, Walk, arg, args_of, text_of
from extractor.lineage.lowering.expressions import flow_of
from extractor.lineage.lowering.names import column_parts
from extractor.lineage.model import NO_FLOW, Flow, Name

_JSON = frozenset({"json_each", "json_each_text", "jsonb_each", "jsonb_each_text"})
_JSON_TREE = ("key", "value", "type", "atom", "id", "parent", "fullkey", "path")
_ELEMENTS = frozenset(f"{kind}_array_elements{text}" for kind in ("json", "jsonb") for text in ("", "_text"))
_SPLIT = frozenset({"split_to_table", "strtok_split_to_table"})
_READERS = frozenset(
    {
        "openrowset", "read_files", "cloud_files", "read_parquet", "parquet_scan", "read_csv", "read_csv_auto",
        "read_json", "read_json_auto", "read_json_objects", "read_ndjson", "read_ndjson_auto", "read_text",
        "read_blob", "s3", "gcs", "url", "file", "hdfs", "azureblobstorage", "deltalake", "iceberg", "hudi",
        "iceberg_scan", "delta_scan", "read_xlsx", "sqlite_scan",
        "s3queue",
    }
)  # fmt: skip
_CLUSTERED = frozenset({"s3cluster", "urlcluster", "filecluster", "hdfscluster", "icebergcluster", "deltalakecluster"})
_FOREIGN = {"mysql": 3, "postgresql": 3, "mongodb": 3, "kafka": 2}
"""Functions and table engines of ClickHouse over another system; of their arguments these many name the place."""
_REMOTE = frozenset({"remote", "remotesecure", "cluster", "clusterallreplicas"})
_PASSED_ON = frozenset({"query", "raw_query"})
_CAPTURED = ("fn_cdc_get_all_changes_", "fn_cdc_get_net_changes_")
_CHANGES = frozenset({"table_changes", "table_changes_by_path"})
_PASSING = frozenset(
    {
        "predict", "explain_predict", "detect_anomalies", "recommend", "translate", "understand_text",
        "annotate_image", "process_document", "transcribe", "generate_text", "generate_embedding", "generate_table",
        "features_at_time", "entity_features_at_time", "ai_predict", "ai_generate_table",
    }
)  # fmt: skip
_PASSING_CLASSES = (
    "Predict", "MLTranslate", "GenerateText", "GenerateEmbedding", "GenerateTable", "FeaturesAtTime", "GapFill",
)  # fmt: skip
_KNOWN_PASSING = frozenset(getattr(exp, name) for name in _PASSING_CLASSES if hasattr(exp, name))
_RELATIONS = frozenset({exp.Subquery, exp.Table, exp.Select})


def passed_through(call: Node) -> Node:
    """The relation whose columns a function yields beside its own ("ML.PREDICT", "Output"); None for others."""
    if call.__class__ in _KNOWN_PASSING:
        found = arg(call, "expression") or arg(call, "this")
        return found if found.__class__ in _RELATIONS else None
    if call.__class__ is exp.Anonymous and function_name(call) in _PASSING:
        return next((e for e in args_of(call, "expressions") if e.__class__ in _RELATIONS), None)
    return None


def function_name(call: Node) -> str:
    """The name of a function in lower case; empty for what is no call."""
    if call.__class__ is exp.Anonymous:
        return str(arg(call, "this")).lower()
    if call.__class__ is exp.XMLTable:
        return "xmltable"
    if call.__class__ is exp.JSONTable:
        return "json_table"
    return call.sql_name().lower() if isinstance(call, exp.Func) else ""


_SPARK_RANGE = {"range": "id"}
_COUNTED = {
    "clickhouse": {
        "numbers": "number", "numbers_mt": "number", "zeros": "zero", "zeros_mt": "zero",
        "generateseries": "generate_series", "generate_series": "generate_series",
    },
    "spark": _SPARK_RANGE,
    "spark2": _SPARK_RANGE,
    "databricks": _SPARK_RANGE,
}  # fmt: skip
"""The column of functions that count rows, by the parser's name of the engine.

https://clickhouse.com/docs/sql-reference/table-functions/numbers,
https://spark.apache.org/docs/latest/sql-ref-syntax-qry-select-tvf.html
"""


def yielded(call: Node, walk: Walk) -> tuple[str, ...]:
    """The names of the columns that a function yields, empty where they are not known."""
    name = function_name(call)
    if walk.engine in _COUNTED and name in _COUNTED[walk.engine]:
        return (_COUNTED[walk.engine][name],)
    if name in _SPLIT:
        return ("seq", "index", "value")
    if name in _JSON or name == "json_tree":
        return _JSON_TREE if walk.engine in ("sqlite", "duckdb") else ("key", "value")
    if name == "string_split":
        return ("value", "ordinal")
    return ("value",) if name in _ELEMENTS and walk.engine in ("postgres", "redshift") else ()


_ONE_COLUMN = frozenset(
    {
        "generate_series", "exploding_generate_series", "range", "unnest", "jsonb_object_keys", "json_object_keys",
        "regexp_split_to_table", "string_to_table", "generate_subscripts", "regexp_matches", "explode",
    }
)  # fmt: skip


def single_column(call: Node, alias: str, walk: Walk) -> tuple[str, ...]:
    """The one column of a function that yields values: it bears the alias of the relation, else the function's name.

    PostgreSQL, "Table Functions"; DuckDB does the same.
    """
    name = function_name(call)
    if walk.engine not in ("postgres", "duckdb") or name not in _ONE_COLUMN:
        return ()
    own = "range" if arg(call, "is_end_exclusive") else name.removeprefix("exploding_")
    return (alias or own,)


def document_columns(call: Node, walk: Walk) -> tuple[tuple[str, Flow], ...]:
    """The columns of JSON_TABLE and XMLTABLE; those FOR ORDINALITY only count rows."""
    name = function_name(call)
    if name not in ("json_table", "xmltable"):
        return ()
    columns = args_of(call, "columns") if name == "xmltable" else _json_columns(arg(call, "schema"))
    flow = flow_of((call,), walk)
    return tuple((text_of(arg(c, "this")), NO_FLOW if arg(c, "ordinality") else flow) for c in columns)


def _json_columns(schema: Node) -> list[Node]:
    found: list[Node] = []
    for column in args_of(schema, "expressions") if schema is not None else ():
        nested = arg(column, "nested_schema")
        found.extend(_json_columns(nested) if nested is not None else [column])
    return found


def files_listed(call: Node) -> tuple[str, ...]:
    """The files of ``read_csv(['a.csv', 'b.csv'])``; empty for anything but a list of them."""
    if function_name(call) not in _READERS:
        return ()
    first = arg(call, "this")
    inputs = [first] if isinstance(first, exp.Expression) else args_of(call, "expressions")[:1]
    listed = inputs[0] if inputs and inputs[0].__class__ is exp.Array else None
    return tuple(e.name for e in args_of(listed, "expressions") if e.__class__ is exp.Literal) if listed else ()


def file_read(call: Node) -> str:
    """The file or place that a reading function is given as a literal; empty for other functions.

    A table of another engine is written as ``mysql://host:port/database/table``.
    """
    name = function_name(call)
    if name in _FOREIGN:
        given = [e.name for e in args_of(call, "expressions") if e.__class__ is exp.Literal]
        return f"{name}://{'/'.join(given[: _FOREIGN[name]])}" if len(given) >= _FOREIGN[name] else ""
    if name not in _READERS and name not in _CLUSTERED:
        return ""
    first = arg(call, "this")
    inputs = (
        [first, *args_of(call, "expressions")] if isinstance(first, exp.Expression) else args_of(call, "expressions")
    )
    if name in _CLUSTERED:  # the name of the cluster stands in front
        inputs = inputs[1:]
    literals = [e.name for e in inputs if e.__class__ is exp.Literal]
    return literals[0] if literals else ""


def names_a_table(call: Node, walk: Walk) -> bool:
    """Whether a call stands for the name of a table, or sends on a query to a database of its own.

    Such are IDENTIFIER(...), Trino's ``TABLE(catalog.system.query(query => '...'))`` and ClickHouse's
    ``merge('database', 'pattern')``.
    """
    if call.__class__ is exp.DynamicIdentifier:
        return True
    name, inputs = function_name(call), args_of(call, "expressions")
    if name == "table" and inputs and inputs[0].__class__ is exp.Dot:
        return function_name(arg(inputs[0], "expression")) in _PASSED_ON
    return name == "identifier" or (name == "merge" and walk.engine == "clickhouse")


def table_read(call: Node, walk: Walk) -> Name:
    """The table that a function reads whole; empty for other functions."""
    name, inputs = function_name(call), args_of(call, "expressions")
    if name in _CHANGES and inputs and inputs[0].__class__ is exp.Literal and "/" not in inputs[0].name:
        return walk.dialect.parse_name(inputs[0].name)
    if name == "query_table" and len(inputs) == 1 and inputs[0].__class__ is exp.Literal:  # DuckDB
        return walk.dialect.parse_name(inputs[0].name)
    if name == "searched_index":
        return _index_of(inputs, walk)
    if name == "stream" and len(inputs) == 1 and inputs[0].__class__ is exp.Column:
        return column_parts(inputs[0])
    if name.startswith(_CAPTURED) and walk.engine == "tsql":  # the table behind it is named after the capture instance
        return (("cdc", False), (f"{str(arg(call, 'this'))[len('fn_cdc_get_all_changes_') :]}_CT", False))
    if name in _REMOTE and walk.engine == "clickhouse":
        return _remote(inputs[1:])
    if name == "table" and inputs and inputs[0].__class__ is exp.Dot:
        return _changes_of(inputs[0])
    return ()


def _index_of(inputs: list[Node], walk: Walk) -> Name:
    """``vector_search(index => 'c.s.i', ...)``: it yields the rows of the index, whose columns are a table's.

    https://docs.databricks.com/en/sql/language-manual/functions/vector_search.html
    """
    named = (given for given in inputs if given.__class__ is exp.Kwarg)
    index = next((arg(n, "expression") for n in named if text_of(arg(n, "this")).lower() == "index"), None)
    return walk.dialect.parse_name(index.name) if index.__class__ is exp.Literal else ()


def _changes_of(call: Node) -> Name:
    """Trino's ``catalog.system.table_changes(schema_name => 's', table_name => 't', ...)``: its third and last part."""
    function = arg(call, "expression")
    if function_name(function) != "table_changes":
        return ()
    catalog = arg(call, "this")
    while catalog.__class__ is exp.Dot:
        catalog = arg(catalog, "this")
    given = args_of(function, "expressions")
    named = {text_of(arg(g, "this")).lower(): arg(g, "expression") for g in given if g.__class__ is exp.Kwarg}
    plain = [g for g in given[:2] if g.__class__ is exp.Literal]
    parts = [catalog, named.get("schema_name"), named.get("table_name")] if named else [catalog, *plain]
    return tuple((text_of(part), True) for part in parts) if len(parts) == 3 and None not in parts else ()


def _remote(inputs: list[Node]) -> Name:
    """``remote('host', db.t)`` or ``remote('host', 'db', 't')``; also without the quotes."""
    parts: list[tuple[str, bool]] = []
    for item in inputs[:2]:
        found = column_parts(item) if item.__class__ is exp.Column else ()
        parts.extend(found or ((item.name, True),))
        if len(found) > 1:
            break
    return tuple(parts) if len(parts) > 1 else ()
