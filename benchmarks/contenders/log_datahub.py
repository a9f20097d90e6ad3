"""DataHub on a log, set up as its sql-queries source is, with the catalog at hand and no server.

Arguments: LOG CATALOG DATABASE DIALECT. Prints the CPU time and the column edges that it emits.
"""

import csv
import json
import logging
import sys
import time
from collections import defaultdict
from importlib import metadata
from pathlib import Path

from datahub.configuration.datetimes import parse_user_datetime
from datahub.emitter.mce_builder import make_dataset_urn
from datahub.ingestion.source.usage.usage_common import BaseUsageConfig
from datahub.metadata.urns import CorpUserUrn, DatasetUrn, SchemaFieldUrn
from datahub.sql_parsing.schema_resolver import SchemaResolver
from datahub.sql_parsing.sql_parsing_aggregator import ObservedQuery, SqlParsingAggregator


def resolver_of(catalog: str, platform: str) -> SchemaResolver:
    """Its schema resolver, filled from the catalog's file."""
    tables: dict[str, dict[str, str]] = defaultdict(dict)
    with Path(catalog).open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            tables[f"{row['database']}.{row['schema']}.{row['table']}"][row["column"]] = "varchar"
    resolver = SchemaResolver(platform=platform, env="PROD")
    for name, columns in tables.items():
        resolver.add_raw_schema_info(make_dataset_urn(platform, name, "PROD"), columns)
    return resolver


def edges_of(aspect: object, database: str) -> set[tuple[str, str]]:
    """(source column, target column) of an aspect that holds fine-grained lineage."""
    found = set()
    for fine in getattr(aspect, "fineGrainedLineages", None) or []:
        for source in fine.upstreams or []:
            found.update((_column(source, database), _column(target, database)) for target in fine.downstreams or [])
    return found


def _column(urn: str, database: str) -> str:
    field = SchemaFieldUrn.from_string(urn)
    return f"{DatasetUrn.from_string(field.parent).name}.{field.field_path}".removeprefix(f"{database}.")


def main() -> None:
    """Feed the log, generate the metadata; print cost and edges."""
    logging.disable(logging.CRITICAL)
    log, catalog, database, platform = sys.argv[1:]
    begun = time.process_time()
    aggregator = SqlParsingAggregator(
        platform=platform,
        platform_instance=None,
        env="PROD",
        schema_resolver=resolver_of(catalog, platform),
        eager_graph_load=False,
        generate_lineage=True,
        generate_queries=True,
        generate_query_subject_fields=True,
        generate_query_usage_statistics=True,
        generate_usage_statistics=True,
        generate_operations=True,
        usage_config=BaseUsageConfig(),
        is_temp_table=None,
        is_allowed_table=None,
        format_queries=False,
    )
    ready = time.process_time()
    events = 0
    with Path(log).open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line, strict=False)
            events += 1
            aggregator.add_observed_query(
                ObservedQuery(
                    query=row["query"],
                    timestamp=parse_user_datetime(row["timestamp"]),
                    user=CorpUserUrn(row["user"]),
                    session_id=row["session_id"],
                    default_db=database,
                    default_schema="public",
                    override_dialect=None,
                )
            )
    edges: set[tuple[str, str]] = set()
    for item in aggregator.gen_metadata():
        edges |= edges_of(item.aspect, database)
    cpu_s = time.process_time() - ready
    print(
        json.dumps(
            {
                "events": events,
                "cpu_s": cpu_s,
                "prepare_s": ready - begun,
                "edges": sorted(edges),
                "version": metadata.version("acryl-datahub"),
            }
        )
    )


main()
