"""Names as they stand in SQL get the keys of the catalog, by each engine's own rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialects import Dialect, registry
from extractor.config import Config
from extractor.keys import KeyResolver, load_alation
from extractor.lineage.reading import outline
from extractor.models import QueryRecord
from extractor.pipeline.resolvers import resolver_of
from extractor.schemas import CatalogSchema
from extractor.sessions import Sessions
from extractor.state.catalog import CatalogStore
from tests.keys.catalogued import table_of
from tests.keys.naming import FOLDER, Row, Situation, situations

CASES = [
    pytest.param(situation, row, id=f"{situation.engine}-{situation.settings['source'][0]['data_source_id']}-{row.sql}")
    for situation, rows in situations()
    for row in rows
]
PLACES = ("temporary", "file system")


def opened(situation: Situation, catalogs: CatalogStore, root: Path) -> tuple[Config, Dialect, KeyResolver]:
    """The situation's source with its catalog in a real state."""
    config = Config.model_validate({**situation.settings, "root": root})
    source = config.source[0]
    if situation.tables is not None:
        load_alation(catalogs, source.data_source_id, [table_of(**table) for table in situation.tables], [])
    dialect = registry.get(source.dialect)
    return config, dialect, resolver_of(config, source, dialect, catalogs)


@pytest.mark.parametrize(("situation", "row"), CASES)
def test_a_name_gets_its_key(catalogs: CatalogStore, tmp_path: Path, situation: Situation, row: Row) -> None:
    """Each name of the fixture table comes out with the key and in the way that its row says."""
    _, dialect, names = opened(situation, catalogs, tmp_path)
    if row.how == "temporary":
        assert dialect.is_temporary_name(tuple(part for part, _ in dialect.parse_name(row.sql))), row.rule
        return
    result = names.table(names.read(row.sql, database=row.database, schema=row.schema))
    assert (result.node.key if result.node else None, result.how) == (row.key, row.how), f"{row.rule}: {result.reason}"
    assert result.reason


@pytest.mark.parametrize(("situation", "row"), [case for case in CASES if case.values[1].how not in PLACES])
def test_a_statement_names_the_same_table(
    catalogs: CatalogStore, tmp_path: Path, situation: Situation, row: Row
) -> None:
    """The name within a query, read by the parser and completed by its session, has the same key."""
    config, dialect, names = opened(situation, catalogs, tmp_path)
    source = config.source[0]
    reader = catalogs.reader(source.data_source_id)
    sessions = Sessions(
        dialect,
        schema=CatalogSchema(source, dialect, reader, names=names.names) if reader is not None else None,
        default_database=source.database,
        default_schema=source.schema_ or dialect.default_schema,
    )
    sent = QueryRecord(f"SELECT * FROM {row.sql}", database=row.database, schema=row.schema)
    (lineage,) = sessions.apply(sent, "", outline(sent.sql, dialect))
    (name,) = lineage.sources
    result = names.table(name)
    assert (result.node.key if result.node else None) == row.key, f"{name}: {result.reason}"


def test_every_engine_has_its_table() -> None:
    """No dialect of ours is without a fixture table, but for the one that stands for no engine."""
    assert {file.stem for file in FOLDER.glob("*.json")} >= set(registry.names()) - {"generic"}
