"""Synonyms that every schema sees, made in the log."""

from __future__ import annotations

import pytest

from extractor import extract_lineage
from extractor.models import QueryRecord


@pytest.mark.parametrize(
    ("dialect", "made", "ended"),
    [
        ("oracle", "CREATE OR REPLACE PUBLIC SYNONYM c FOR crm.customer", "DROP PUBLIC SYNONYM c"),
        ("hana", "CREATE PUBLIC SYNONYM c FOR crm.customer", "DROP PUBLIC SYNONYM c"),
        ("db2", "CREATE PUBLIC ALIAS c FOR TABLE crm.customer", "DROP PUBLIC ALIAS c FOR TABLE"),
    ],
)
def test_a_public_synonym_is_its_table_in_every_schema(dialect: str, made: str, ended: str) -> None:
    """Another session with another schema reads the table behind it, until it is dropped; an own table comes first."""
    sent = [
        ("dba", "sys", made),
        ("etl", "stage", "INSERT INTO a SELECT x FROM c"),
        ("own", "shop", "CREATE TABLE c (x int)"),
        ("own", "shop", "INSERT INTO b SELECT x FROM c"),
        ("dba", "sys", ended),
        ("etl", "stage", "INSERT INTO d SELECT x FROM c"),
    ]
    records = [QueryRecord(sql, session=who, schema=schema, sequence=at) for at, (who, schema, sql) in enumerate(sent)]
    edges = {(str(e.source).lower(), str(e.target).lower()) for e in extract_lineage(records, dialect=dialect).tables}
    assert edges == {("crm.customer", "stage.a"), ("shop.c", "shop.b"), ("stage.c", "stage.d")}


def test_a_public_synonym_is_found_where_the_log_tells_the_database() -> None:
    """The database that a session is in stands in front of both names, and so they are the same."""
    sent = ["CREATE PUBLIC SYNONYM c FOR crm.customer", "INSERT INTO a SELECT x FROM c"]
    records = [QueryRecord(sql, session="s", database="orcl", schema="etl", sequence=at) for at, sql in enumerate(sent)]
    (edge,) = extract_lineage(records, dialect="oracle").tables
    assert str(edge.source).lower() == "orcl.crm.customer"
