"""Partitions and tables by date count as their table."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dialects import registry
from extractor.keys import KeyResolver
from extractor.keys.explain import read_name
from extractor.models import Outcome, StatementLineage, TableEdge
from tests.keys.catalogued import columns_of, table_of

Make = Callable[..., KeyResolver]
HELD = ["12.web.events", "12.web.visits_", "12.web.hits_20240101", "12.web.hits_20240102", "12.web.logs_20240101"]


def resolved(names: KeyResolver, sql: str, dialect: str) -> tuple[str | None, str]:
    """The key of a name and the rule by which it was folded."""
    result = names.table(read_name(sql, registry.get(dialect)))
    return (result.node.key if result.node else None, result.folded)


@pytest.mark.parametrize(
    ("sql", "key"),
    [
        ("web.events_20240131", "12.web.events"),
        ("web.events20240131", "12.web.events"),
        ("web.events_2024_01_31", "12.web.events"),
        ("web.events_202401", "12.web.events"),
        ("web.events_2024", "12.web.events"),
        ("web.events_p2024_01", "12.web.events"),
        ("web.events_y2024m01", "12.web.events"),
        ("web.events_2024_q1", "12.web.events"),
        ("web.events_p12", "12.web.events"),
        ("web.visits_20240131", "12.web.visits_"),
        ("web.hits_20240101", "12.web.hits_20240101"),
        ("web.hits_20240103", None),
        ("web.events_20241399", None),
        ("web.events_123456", None),
        ("web.events_old", None),
        ("web.unknown_20240131", None),
    ],
)
def test_a_name_by_date_is_the_table_that_the_catalog_holds(resolver: Make, sql: str, key: str | None) -> None:
    """Where the catalog has no table of that very name but the one without its date, that one is meant."""
    found, rule = resolved(resolver([table_of(k) for k in HELD]), sql, "postgres")
    assert found == key
    assert bool(rule) == (key is not None and key != f"12.{sql}")


@pytest.mark.parametrize(
    ("sql", "key"),
    [
        ("`web.events$20240131`", "12.web.events"),
        ("`web.events$__UNPARTITIONED__`", "12.web.events"),
        ("`web.events@-3600000`", "12.web.events"),
        ("`web.events_*`", "12.web.events"),
        ("`web.events_2024*`", "12.web.events"),
        ("`web.visits_*`", "12.web.visits_"),
        ("`web.logs_*`", "12.web.logs_20240101"),
        ("`web.hits_*`", None),
    ],
)
def test_decorators_and_wildcards_of_bigquery(resolver: Make, sql: str, key: str | None) -> None:
    """A decorator is its table; a wildcard is the one table that stands for all it covers, else it is ambiguous."""
    names = resolver([table_of(k) for k in HELD], dialect="bigquery", key_database_part="no")
    assert resolved(names, sql, "bigquery")[0] == key
    assert names.table(read_name("`web.hits_*`", registry.get("bigquery"))).how == "ambiguous"


def test_folding_can_be_turned_off(resolver: Make) -> None:
    """Then a name by date is a table of its own, which the catalog does not hold."""
    names = resolver([table_of(k) for k in HELD], parts_of_tables={"partitions": "keep"})
    assert resolved(names, "web.events_20240131", "postgres") == (None, "")


def test_own_endings_fold_without_a_catalog(resolver: Make) -> None:
    """A setting says what an ending is, so that no catalog has to; the usual endings alone would need one."""
    own = {"parts_of_tables": {"shards": [r"_shard\d+$"]}, "unknown_tables": "upload"}
    names = resolver(None, **own)
    assert resolved(names, "web.orders_shard7", "postgres") == ("12.web.orders", r"parts_of_tables.shards _shard\d+$")
    assert resolved(names, "web.orders_20240101", "postgres") == ("12.web.orders_20240101", "")


def test_columns_of_a_part_are_those_of_the_table(resolver: Make) -> None:
    """A column of a table by date has the key of the table's column."""
    names = resolver([table_of("12.web.events")], columns_of("12.web.events", "id"))
    column = names.column(read_name("web.events_20240131", registry.get("postgres")), "ID")
    assert column.node is not None
    assert column.node.key == "12.web.events.id"


def test_what_was_folded_is_told(resolver: Make) -> None:
    """Every statement says which table stands for a part of it, and by which rule."""
    names = resolver([table_of("12.web.events"), table_of("12.web.days")])
    part, days = (read_name(sql, registry.get("postgres")) for sql in ("web.events_20240131", "web.days"))
    keyed = names.edges(StatementLineage(Outcome.LINEAGE, "insert", tables=(TableEdge(part, days),)))
    assert keyed.folds == (("12.web.events", "a table by date"),)
