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
    pytest.param(situation, rows, id=f"{situation.engine}-{situation.settings['source'][0]['data_source_id']}")
    for situation, rows in situations()
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


@pytest.mark.parametrize(("situation", "rows"), [case for case in CASES if not case.values[0].before])
def test_names_get_their_keys(catalogs: CatalogStore, tmp_path: Path, situation: Situation, rows: list[Row]) -> None:
    """Each name of a fixture table comes out with the key and in the way that its row says."""
    _, dialect, names = opened(situation, catalogs, tmp_path)
    wrong = []
    for row in rows:
        if row.how == "temporary":
            if not dialect.is_temporary_name(tuple(part for part, _ in dialect.parse_name(row.sql))):
                wrong.append((row.sql, row.rule))
            continue
        result = names.table(names.read(row.sql, database=row.database, schema=row.schema))
        assert result.reason
        if (result.node.key if result.node else None, result.how) != (row.key, row.how):
            wrong.append((row.sql, f"{row.rule}: {result}"))
    assert wrong == []


@pytest.mark.parametrize(("situation", "rows"), CASES)
def test_a_statement_names_the_same_tables(
    catalogs: CatalogStore, tmp_path: Path, situation: Situation, rows: list[Row]
) -> None:
    """The names within a query, read by the parser and completed by their session, have the same keys."""
    config, dialect, names = opened(situation, catalogs, tmp_path)
    source = config.source[0]
    reader = catalogs.reader(source.data_source_id)
    schema = CatalogSchema(source, dialect, reader, names=names.names) if reader is not None else None
    wrong = []
    for row in rows:
        if row.how in PLACES:
            continue
        sessions = Sessions(
            dialect,
            schema=schema,
            default_database=source.database,
            default_schema=source.schema_ or dialect.default_schema,
        )
        for sql in (*situation.before, f"SELECT * FROM {row.sql}"):
            sent = QueryRecord(sql, database=row.database, schema=row.schema)
            lineage = sessions.apply(sent, sql, outline(sent.sql, dialect))[-1]
        found = [names.table(name) for name in lineage.sources]
        if [result.node.key if result.node else None for result in found] != [row.key]:
            wrong.append((row.sql, f"{row.rule}: {lineage.sources} {found}"))
    assert wrong == []


def test_every_engine_has_its_table() -> None:
    """No dialect of ours is without a fixture table, but for the one that stands for no engine."""
    assert {file.stem for file in FOLDER.glob("*.json")} >= set(registry.names()) - {"generic"}
