"""DataHub's parser: tables, columns, fingerprint, joins, as its sources call it for each distinct query."""

from importlib import metadata

from datahub.emitter.mce_builder import make_dataset_urn
from datahub.sql_parsing.schema_resolver import SchemaResolver
from datahub.sql_parsing.sqlglot_lineage import _sqlglot_lineage_cached, sqlglot_lineage
from datahub.sql_parsing.sqlglot_utils import _parse_statement

from benchmarks.contenders.serving import Statement, serve

_PLATFORMS = {"sqlserver": "mssql", None: "postgres"}


def prepare(statement: Statement) -> tuple[str, SchemaResolver, str | None]:
    """The text and a resolver that holds the schema."""
    platform = _PLATFORMS.get(statement["dialect"], statement["dialect"])
    resolver = SchemaResolver(platform=platform, env="PROD")
    for name, columns in (statement["schema"] or {}).items():
        resolver.add_raw_schema_info(make_dataset_urn(platform, name, "PROD"), dict.fromkeys(columns, "varchar"))
    return statement["text"], resolver, statement["sqlglot"]


def work(given: tuple[str, SchemaResolver, str | None]) -> int:
    """The lineage; what it could not parse is refused, a failure of the columns alone is not."""
    text, resolver, dialect = given
    for cache in (_sqlglot_lineage_cached, _parse_statement):  # each round is to do the whole work anew
        cache.cache_clear()
    found = sqlglot_lineage(text, schema_resolver=resolver, override_dialect=dialect)
    if found.debug_info.table_error:
        raise found.debug_info.table_error
    return len(found.column_lineage or [])


serve(prepare, work, f"acryl-datahub {metadata.version('acryl-datahub')}")
