"""Names that reach beyond one session or one schema: global temporary tables, paths through several schemas."""

from tests.sessions.test_sessions import columns, edges, run

NAMES = {"dev.public.rate": {"code": None, "value": None}, "ref.codes.rate": {"code": None, "value": None}}


def test_a_global_temporary_table_is_seen_by_all_sessions() -> None:
    """``##t`` made by one session is resolved away where another one reads it, from another database too."""
    lineage = run(
        ("one", "SELECT o.id, o.amount INTO ##open_orders FROM dbo.orders AS o"),
        ("two", "USE reporting"),
        ("two", "INSERT INTO dbo.backlog (order_id, total) SELECT id, amount FROM ##open_orders"),
        dialect="sqlserver",
    )
    assert edges(lineage) == {"dev.dbo.orders > reporting.dbo.backlog"}
    assert columns(lineage) == {"orders.id > backlog.order_id", "orders.amount > backlog.total"}


def test_a_global_temporary_table_is_filled_by_all_sessions() -> None:
    """What a second session adds to ``##t`` counts as well; in ``tempdb`` it is the same table."""
    lineage = run(
        ("one", "CREATE TABLE ##names (name NVARCHAR(50))"),
        ("two", "INSERT INTO ##names (name) SELECT c.name FROM dbo.client AS c"),
        ("three", "INSERT INTO tempdb..##names SELECT s.name FROM dbo.supplier AS s"),
        ("one", "INSERT INTO dbo.party (name) SELECT name FROM ##names"),
        dialect="sqlserver",
    )
    assert edges(lineage) == {"dev.dbo.client > dev.dbo.party", "dev.dbo.supplier > dev.dbo.party"}


def test_a_global_temporary_table_that_was_dropped_is_unknown_to_all_sessions() -> None:
    """After DROP in any session the next reader is told that the table was not seen to be made."""
    lineage = run(
        ("one", "SELECT a INTO ##t FROM dbo.s"),
        ("two", "DROP TABLE ##t"),
        ("three", "INSERT INTO dbo.u (a) SELECT a FROM ##t"),
        dialect="sqlserver",
    )
    assert edges(lineage) == set()
    assert "made before the window" in lineage.statements[-1].reason


def test_a_local_temporary_table_stays_its_sessions_own() -> None:
    """``#t`` of one session is nothing to another one that has its own ``#t``."""
    lineage = run(
        ("one", "SELECT a INTO #t FROM dbo.first_source"),
        ("two", "SELECT a INTO #t FROM dbo.second_source"),
        ("one", "INSERT INTO dbo.u (a) SELECT a FROM #t"),
        dialect="sqlserver",
    )
    assert edges(lineage) == {"dev.dbo.first_source > dev.dbo.u"}


def test_a_created_table_is_in_the_first_schema_of_the_path() -> None:
    """CREATE makes a table in the current schema, though a later one of the path has a table of that name."""
    lineage = run(
        ("s", "SET search_path TO stage, public"),
        ("s", "CREATE TABLE rate AS SELECT code FROM feed"),
        dialect="postgres",
        schema=NAMES,
    )
    assert edges(lineage) == {"dev.stage.feed > dev.stage.rate"}


def test_a_path_leads_through_databases() -> None:
    """DuckDB's search path may name schemas of attached databases; its first one is the current schema."""
    lineage = run(
        ("s", "SET search_path = 'work.main,ref.codes'"),
        ("s", "CREATE TABLE day AS SELECT r.value FROM rate AS r"),
        dialect="duckdb",
        schema=NAMES,
    )
    assert edges(lineage) == {"ref.codes.rate > work.main.day"}
