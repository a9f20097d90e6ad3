"""Names as they stand in SQL get the keys of the catalog, by each engine's own rules."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dialects import registry
from extractor.keys import KeyResolver
from extractor.keys.explain import read_name, with_context
from tests.keys.catalogued import table_of

FIXTURES = Path(__file__).parents[2] / "fixtures" / "catalogs" / "names"
CASES = [
    pytest.param(situation, *row, id=f"{file.stem}-{situation['source']['data_source_id']}-{row[0]}-{row[5]}")
    for file in sorted(FIXTURES.glob("*.json"))
    for situation in json.loads(file.read_text(encoding="utf-8"))
    for row in situation["names"]
]


@pytest.mark.parametrize(("situation", "sql", "database", "schema", "key", "how", "rule"), CASES)
def test_a_name_gets_its_key(
    resolver: Callable[..., KeyResolver],
    situation: dict[str, Any],
    sql: str,
    database: str | None,
    schema: str | None,
    key: str | None,
    how: str,
    rule: str,
) -> None:
    """Each name of the fixture table comes out with the key and in the way that its row says."""
    catalog = situation["catalog"]
    tables = None if catalog is None else [table_of(**table) for table in catalog]
    names = resolver(tables, **situation["source"])
    dialect = registry.get(situation["source"]["dialect"])
    result = names.table(with_context(read_name(sql, dialect), dialect, database, schema))
    assert (result.node.key if result.node else None, result.how) == (key, how), f"{rule}: {result.reason}"
    assert result.reason
