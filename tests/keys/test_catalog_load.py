"""Catalogs come from Alation as streams, and damaged rows cost themselves."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator

import pytest

from extractor.errors import Unreachable
from extractor.keys import load_alation
from extractor.models import CatalogColumn, CatalogTable
from extractor.state.catalog import CatalogStore
from tests.keys.catalogued import columns_of, table_of


def many(tables: int) -> tuple[Iterator[CatalogTable], Iterator[CatalogColumn]]:
    """Tables of twenty columns each, as a client gives them."""
    keys = [f"12.mart.t{n}" for n in range(tables)]
    return (
        (CatalogTable(key, "mart", key.rpartition(".")[2]) for key in keys),
        (CatalogColumn(f"{key}.c{at}", key, f"c{at}", at) for key in keys for at in range(1, 21)),
    )


def test_a_damaged_row_of_the_catalog_costs_itself(catalogs: CatalogStore) -> None:
    """A key that no database can hold, and a column without its table, are told; the others are taken."""
    load = load_alation(
        catalogs,
        12,
        [table_of("12.a.t"), table_of("12.a.half\ud800"), table_of("12.a.nul\x00")],
        [*columns_of("12.a.t", "x"), *columns_of("12.a.gone", "y")],
    )
    assert (load.version.tables, load.version.columns, load.bad_rows) == (1, 1, 3)
    assert "12.a.gone.y" in load.problems[2].problem


def test_problems_are_counted_beyond_those_shown(catalogs: CatalogStore) -> None:
    """All bad rows count, the first hundred are shown."""
    load = load_alation(catalogs, 12, [], [column for n in range(150) for column in columns_of(f"12.a.t{n}", "x")])
    assert (load.bad_rows, len(load.problems)) == (150, 100)


def test_a_connection_that_is_lost_keeps_the_old_catalog(catalogs: CatalogStore) -> None:
    """An error of the client half-way comes through, and the catalog of before stays whole."""

    def lost() -> Iterator[CatalogColumn]:
        yield from many(1)[1]
        raise Unreachable("the connection was lost")

    load_alation(catalogs, 12, *many(3))
    with pytest.raises(Unreachable):
        load_alation(catalogs, 12, many(5)[0], lost())
    reader = catalogs.reader(12)
    assert reader is not None
    assert (reader.version.tables, reader.version.columns) == (3, 60)
    assert len(reader.columns("12.mart.t2")) == 20


def test_a_large_catalog_takes_no_more_memory(catalogs: CatalogStore) -> None:
    """Four times the columns take about the same memory, since only one batch is held."""

    def peak(tables: int) -> int:
        tracemalloc.start()
        load_alation(catalogs, 12, *many(tables))
        held = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return held

    peak(10)
    assert peak(2_000) < 1.5 * peak(500)
