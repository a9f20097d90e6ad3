"""Partitions with names of their own are their table, as DDL in the log told it."""

from __future__ import annotations

import dialects
from extractor import extract_lineage
from extractor.lineage import outline
from extractor.models import QueryRecord, TableName
from extractor.sessions import Sessions

MADE = "CREATE TABLE sales_north PARTITION OF sales FOR VALUES IN ('n')"
LOADED = "INSERT INTO sales_north SELECT id, net FROM stage"


def edges(*sent: str, dialect: str = "postgres") -> list[tuple[str, str]]:
    """The table edges of statements of one session in the schema mart, in order."""
    records = [QueryRecord(sql, session="s", schema="mart", sequence=at) for at, sql in enumerate(sent)]
    found = extract_lineage(records, dialect=dialect).statements
    return [(e.source.parts[-1], e.target.parts[-1]) for s in found for e in s.tables if e.target is not None]


def test_a_partition_is_written_and_read_as_its_table() -> None:
    """Loads, changes and reads of a partition are those of the table that it was made for."""
    read = "INSERT INTO report SELECT net FROM mart.sales_north"
    assert edges(MADE, LOADED, read) == [("stage", "sales"), ("sales", "report")]
    assert edges("CREATE TABLE mart.q1 PARTITION OF mart.sales DEFAULT", "INSERT INTO q1 SELECT 1 FROM x") == [
        ("x", "sales")
    ]


def test_partitions_of_partitions_are_the_uppermost_table() -> None:
    """Whatever the order in which they were put together."""
    below = "CREATE TABLE north_1 PARTITION OF sales_north FOR VALUES WITH (MODULUS 2, REMAINDER 0)"
    attached = "ALTER TABLE sales ATTACH PARTITION sales_north FOR VALUES IN ('n')"
    load = "INSERT INTO north_1 SELECT id FROM stage"
    assert edges(MADE, below, load) == [("stage", "sales")]
    assert edges(below, attached, load) == [("sales_north", "sales"), ("stage", "sales")]


def test_an_attached_table_is_a_partition_until_it_is_detached() -> None:
    """Before and after, its name is a table of its own."""
    attached = "ALTER TABLE ONLY sales ATTACH PARTITION sales_north FOR VALUES IN ('n')"
    detached = "ALTER TABLE sales DETACH PARTITION sales_north CONCURRENTLY"
    assert edges(LOADED, attached, LOADED, detached, LOADED) == [
        ("stage", "sales_north"),
        ("sales_north", "sales"),
        ("stage", "sales"),
        ("stage", "sales_north"),
    ]


def test_a_partition_that_is_dropped_or_made_anew_is_none() -> None:
    """A drop takes the partition alone, never its table; dropping the table ends all of its partitions."""
    anew = "CREATE TABLE sales_north (id int, net int)"
    records = [QueryRecord(sql, session="s", sequence=at) for at, sql in enumerate([MADE, "DROP TABLE sales_north"])]
    (dropped,) = extract_lineage(records, dialect="postgres").statements[-1].dropped
    assert dropped.parts[-1] == "sales_north"
    for gone in ("DROP TABLE sales_north", "DROP TABLE sales"):
        assert edges(MADE, gone, anew, LOADED) == [("stage", "sales_north")]


def test_renames_of_partitions_and_of_their_tables_are_followed() -> None:
    """A partition keeps its table under a new name, and its old name is free; a renamed table keeps its partitions."""
    old = "ALTER TABLE sales_north RENAME TO sales_old"
    whole = "ALTER TABLE sales RENAME TO turnover"
    assert edges(MADE, old, "INSERT INTO sales_old SELECT 1 FROM x", LOADED) == [
        ("x", "sales"),
        ("stage", "sales_north"),
    ]
    assert edges(MADE, whole, LOADED) == [("stage", "turnover")]


def test_a_truncated_partition_leaves_its_table_as_it_was() -> None:
    """What fills a partition after TRUNCATE does not replace what the whole table was made of."""
    records = [
        QueryRecord(sql, session="s", sequence=at) for at, sql in enumerate([MADE, "TRUNCATE sales_north", LOADED])
    ]
    assert not extract_lineage(records, dialect="postgres").statements[-1].defines


def test_what_the_catalog_holds_stays_a_table() -> None:
    """A partition in the catalog has a key of its own; of others, earlier loads are kept."""
    attach = "ALTER TABLE sales ATTACH PARTITION sales_north FOR VALUES IN ('n')"
    assert sessions_edges({"sales", "sales_north"}, MADE, LOADED) == {("stage", "sales_north")}
    assert ("stage", "sales") in sessions_edges({"sales"}, LOADED, attach)
    assert ("stage", "sales") not in sessions_edges({"sales", "sales_north"}, LOADED, attach)


def sessions_edges(held: set[str], *sent: str) -> set[tuple[str, str]]:
    """The table edges where the catalog holds some tables and not others."""
    dialect = dialects.get("greenplum")

    def is_held(table: TableName) -> bool:
        return table.parts[-1] in held

    sessions = Sessions(dialect, is_alone=is_held)
    found = [
        done
        for at, sql in enumerate(sent)
        for done in sessions.apply(QueryRecord(sql, session="s", sequence=at), str(at), outline(sql, dialect))
    ]
    return {(e.source.parts[-1], e.target.parts[-1]) for one in found for e in one.tables if e.target is not None}
