"""Sessions: order, temporary tables, names, and what DDL teaches."""

import re
from datetime import UTC, datetime, timedelta

import extractor
from extractor import Outcome, QueryRecord

START = datetime(2026, 1, 1, tzinfo=UTC)


def run(*statements: tuple[str, str], dialect: str = "postgres", **options: object) -> extractor.Lineage:
    """The lineage of (session, sql) pairs, one second apart, in the schema dev.public."""
    records = [
        QueryRecord(sql, START + timedelta(seconds=n), session, database="dev", schema="public")
        for n, (session, sql) in enumerate(statements)
    ]
    return extractor.extract_lineage(records, dialect=dialect, **options)  # type: ignore[arg-type]


def edges(lineage: extractor.Lineage) -> set[str]:
    """Table edges of writes as ``source > target``."""
    return {f"{e.source} > {e.target}" for e in lineage.tables if e.target is not None}


def columns(lineage: extractor.Lineage) -> set[str]:
    """Direct column edges of writes, without the schema."""
    return {
        f"{e.source_table.parts[-1]}.{e.source_column} > {e.target_table.parts[-1]}.{e.target_column}"
        for e in lineage.columns
        if e.kind == "direct" and e.target_table is not None
    }


def test_a_chain_of_temporary_tables_is_resolved_away() -> None:
    """Two temporary tables in a row leave one edge from the first source to the last target."""
    lineage = run(
        ("s", "create temp table a as select id, x + y as z from src"),
        ("s", "create temp table b as select id, z as w from a"),
        ("s", "insert into target (k, v) select id, w from b"),
    )
    assert edges(lineage) == {"dev.public.src > dev.public.target"}
    assert columns(lineage) == {"src.id > target.k", "src.x > target.v", "src.y > target.v"}


def test_the_chain_names_the_statements_that_contributed_in_their_order() -> None:
    """The fingerprints of the fills come first, the reading statement's last."""
    lineage = run(
        ("s", "create temp table a as select id from src"),
        ("s", "create temp table other as select id from elsewhere"),
        ("s", "insert into target select id from a"),
    )
    first, _, last = lineage.statements
    assert last.chain == (first.fingerprint, last.fingerprint)


def test_another_session_does_not_see_a_temporary_table() -> None:
    """The same name means the permanent table elsewhere."""
    lineage = run(
        ("one", "create temp table t as select a from src"),
        ("two", "insert into target (x) select a from t"),
    )
    assert edges(lineage) == {"dev.public.t > dev.public.target"}


def test_the_latest_definition_wins_and_a_drop_ends_it() -> None:
    """A redefinition replaces; after DROP the name is the permanent table's again."""
    lineage = run(
        ("s", "create temp table t as select a from one"),
        ("s", "create temp table t as select a from two"),
        ("s", "insert into x (a) select a from t"),
        ("s", "drop table t"),
        ("s", "insert into y (a) select a from t"),
    )
    assert edges(lineage) == {"dev.public.two > dev.public.x", "dev.public.t > dev.public.y"}


def test_an_insert_adds_to_what_a_temporary_table_holds() -> None:
    """Rows of both statements flow on, column by column, by the columns of its definition."""
    lineage = run(
        ("s", "create temp table t (a int, b int)"),
        ("s", "insert into t select x, y from one"),
        ("s", "insert into t (b) select z from two"),
        ("s", "insert into target (p, q) select a, b from t"),
    )
    assert columns(lineage) == {"one.x > target.p", "one.y > target.q", "two.z > target.q"}


def test_an_update_of_a_temporary_table_counts() -> None:
    """Columns set by UPDATE flow on with the rest."""
    lineage = run(
        ("s", "create temp table t as select id, a from one"),
        ("s", "update t set a = two.b from two where two.id = t.id"),
        ("s", "insert into target (k, v) select id, a from t"),
    )
    assert columns(lineage) == {"one.id > target.k", "one.a > target.v", "two.b > target.v"}


def test_name_patterns_make_scratch_tables_temporary_in_all_sessions() -> None:
    """A dbt-like scratch table is folded although another connection reads it."""
    lineage = run(
        ("one", "create table orders__dbt_tmp as select a from src"),
        ("two", "insert into orders (a) select a from orders__dbt_tmp"),
        temporary_tables=[re.compile("__dbt_tmp$")],
    )
    assert edges(lineage) == {"dev.public.src > dev.public.orders"}


def test_a_scratch_table_renamed_into_place_becomes_the_real_one() -> None:
    """Load, then rename: the edge ends on the new name."""
    lineage = run(
        ("s", "create table orders__dbt_tmp as select a from src"),
        ("s", "alter table orders__dbt_tmp rename to orders"),
        temporary_tables=[re.compile("__dbt_tmp$")],
    )
    assert edges(lineage) == {"dev.public.src > dev.public.orders"}
    assert columns(lineage) == {"src.a > orders.a"}


def test_a_swap_exchanges_lineage() -> None:
    """After SWAP the loaded content is under the other name."""
    lineage = run(
        ("s", "create table stage as select a from src"),
        ("s", "alter table prod swap with stage"),
        dialect="snowflake",
    )
    assert "dev.public.src > dev.public.prod" in edges(lineage)


def test_a_temporary_table_from_before_the_window_is_said_so() -> None:
    """No edge is invented; the statement is unresolved and its note names the table."""
    lineage = run(("s", "insert into target select a from #t"), dialect="redshift")
    assert edges(lineage) == set()
    statement = lineage.statements[0]
    assert statement.outcome is Outcome.UNRESOLVED
    assert "#t" in statement.notes[0]


def test_records_are_taken_in_time_order() -> None:
    """A record that comes late in the input counts when it ran."""
    fill = QueryRecord("create temp table t as select a from src", START, "s")
    read = QueryRecord("insert into x (a) select a from t", START + timedelta(seconds=1), "s")
    lineage = extractor.extract_lineage([read, fill], dialect="postgres")
    assert edges(lineage) == {"src > x"}


def test_ddl_teaches_the_schema_to_other_sessions() -> None:
    """Columns of CREATE TABLE, CTAS and ALTER serve stars and positions later on."""
    lineage = run(
        ("one", "create table s (a int, b int)"),
        ("one", "alter table s add column c int"),
        ("two", "create table t as select * from s"),
        ("three", "insert into t select x, y, z from u"),
    )
    assert columns(lineage) == {"s.a > t.a", "s.b > t.b", "s.c > t.c", "u.x > t.a", "u.y > t.b", "u.z > t.c"}


def test_use_and_search_path_change_what_names_mean() -> None:
    """USE in one session does not touch another one."""
    lineage = run(
        ("one", "set search_path to stage"),
        ("one", "insert into t (a) select a from s"),
        ("two", "insert into t (a) select a from s"),
    )
    assert edges(lineage) == {"dev.stage.s > dev.stage.t", "dev.public.s > dev.public.t"}


def test_a_failed_record_has_its_outcome_and_no_edges() -> None:
    """What the database refused moved no data."""
    record = QueryRecord("insert into t select a from s", START, "s", outcome=extractor.QueryOutcome.FAILED)
    lineage = extractor.extract_lineage([record], dialect="postgres")
    assert lineage.tables == ()
    assert lineage.statements[0].outcome is Outcome.FAILED


def test_a_permanent_table_in_between_stays() -> None:
    """Only what is temporary is resolved away."""
    lineage = run(("s", "create table m as select a from src"), ("s", "create table t as select a from m"))
    assert edges(lineage) == {"dev.public.src > dev.public.m", "dev.public.m > dev.public.t"}


def test_sessions_beyond_the_limit_are_forgotten_oldest_first() -> None:
    """Memory for sessions is bounded."""
    from extractor.sessions.memory import Bounded

    held: Bounded[int, int] = Bounded(2)
    for number in range(3):
        held.put(number, number)
    assert (held.get(0), held.get(1), held.get(2), len(held)) == (None, 1, 2, 2)


def test_a_destination_that_the_text_does_not_show_is_the_target() -> None:
    """BigQuery's log names the table that a query's result was written to."""
    record = QueryRecord("select a, b as c from d.s", START, "s", destination="p.d.t")
    lineage = extractor.extract_lineage([record], dialect="bigquery")
    assert edges(lineage) == {"d.s > p.d.t"}
    assert columns(lineage) == {"s.a > t.a", "s.b > t.c"}


def test_a_text_that_the_log_cut_off_gives_no_edges() -> None:
    """Only the last statement of a cut record is incomplete; those before it count."""
    record = QueryRecord("insert into t (a) select a from s; insert into u (a) select b fr", START, "s", cut=True)
    lineage = extractor.extract_lineage([record], dialect="postgres")
    assert [s.outcome for s in lineage.statements] == [Outcome.LINEAGE, Outcome.CUT]


def test_a_temporary_table_that_is_read_in_the_same_text_is_resolved() -> None:
    """Within a script the temporary table is no end, also when only a query follows."""
    lineage = extractor.extract_lineage("create temp table x as select a from s; select a from x", dialect="postgres")
    assert [str(t) for t in lineage.sources] == ["s"]


def test_variables_of_the_session_name_tables() -> None:
    """Snowflake's SET and IDENTIFIER($x); an unknown variable is unresolved, never a table of that name."""
    text = "set target = 'db.sc.t'; insert into identifier($target) (a) select b from s;"
    lineage = extractor.extract_lineage(text, dialect="snowflake")
    assert edges(lineage) == {"s > db.sc.t"}
    other = extractor.extract_lineage("insert into identifier($other) select b from s", dialect="snowflake")
    assert other.statements[0].outcome is Outcome.UNRESOLVED
    assert other.targets == ()


def test_what_was_made_is_kept_within_a_budget_of_edges() -> None:
    """The table written longest ago is forgotten first; a repeated statement costs nothing more."""
    from extractor.models import TableEdge, TableName
    from extractor.sessions.memory import Made, MadeTables

    held = MadeTables(4)
    names = [TableName((f"t{n}",), (f"t{n}",)) for n in range(3)]
    for name in names:
        made = Made((TableEdge(names[0], name),), (), ("mark",))
        held.put(name, made, anew=False)
        held.put(name, made, anew=False)
    assert held.pop(names[0]) is None
    found = held.pop(names[2])
    assert found is not None
    assert len(found.tables) == 1
