"""Names: folding, quotes, parts, temporary ones."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dialects

ALL = [dialects.get(name) for name in dialects.names()]


@pytest.mark.parametrize(
    ("dialect", "written", "identity"),
    [
        ("postgres", 'Sales."Orders"', ("sales", "Orders")),
        ("greenplum", 'A."B"', ("a", "B")),
        ("redshift", 'Dev.Public."Orders"', ("dev", "public", "orders")),
        ("netezza", 'wh..orders."x"', ("WH", "", "ORDERS", "x")),
        ("vertica", 'A."B"', ("a", "b")),
        ("snowflake", 'db.Public."my.Table"', ("DB", "PUBLIC", "my.Table")),
        ("oracle", 'hr."Emp"', ("HR", "Emp")),
        ("db2", 'a."b ""c"""', ("A", 'b "c"')),
        ("hana", '"_SYS_BIC"."p/V"', ("_SYS_BIC", "p/V")),
        ("teradata", 'Db."T"', ("db", "t")),
        ("sqlserver", "[Srv].[My.Db]..[T]]x]", ("srv", "my.db", "", "t]x")),
        ("sqlserver", 'dbo."T"', ("dbo", "t")),
        ("sqlserver", "#Tmp", ("#tmp",)),
        ("mysql", "`A.b`.C", ("a.b", "c")),
        ("bigquery", "`p-1.D.T`", ("p-1", "d", "t")),
        ("bigquery", "p-1.D.`T_*`", ("p-1", "d", "t_*")),
        ("hive", "Db.`T`", ("db", "t")),
        ("databricks", "`Main`.S.T", ("main", "s", "t")),
        ("trino", 'Hive."S".T', ("hive", "s", "t")),
        ("clickhouse", "Db.`T`", ("Db", "T")),
        ("duckdb", 'A."B"', ("a", "b")),
        ("sqlite", '[A b]."C"', ("a b", "c")),
        ("generic", ' A . "B" ', ("a", "b")),
    ],
)
def test_a_written_name_has_its_identity(dialect, written, identity):
    """Unquoted and quoted parts fold by the engine's rule; quotes and dots inside them are understood."""
    rules = dialects.get(dialect)
    assert rules.identity(rules.parse_name(written)) == identity


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(ALL),
    st.lists(st.text(st.characters(blacklist_characters="\n\x00"), min_size=1, max_size=8), min_size=1, max_size=4),
)
def test_quoted_parts_come_back_as_they_were(dialect, parts):
    """Any parts, quoted and joined with dots, are cut into the same parts again."""
    opening, closing = dialect.lexical.identifier_quotes[0]
    if dialect.joined_quotes == "any" or (dialect.joined_quotes == "whole" and len(parts) == 1):
        parts = [part.replace(".", "_") for part in parts]
    written = ".".join(opening + part.replace(closing, closing * 2) + closing for part in parts)
    assert dialect.parse_name(written) == tuple((part, True) for part in parts)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(ALL), st.text(max_size=30))
def test_any_text_is_a_name_of_some_parts(dialect, text):
    """Broken quotes never raise and never loop."""
    assert dialect.identity(dialect.parse_name(text)) is not None


@given(st.sampled_from(ALL), st.text(st.characters(max_codepoint=0x2FF), max_size=8), st.booleans())
def test_folding_twice_changes_nothing(dialect, part, quoted):
    """An identity is its own identity."""
    assert dialect.fold(dialect.fold(part, quoted), quoted) == dialect.fold(part, quoted)


@pytest.mark.parametrize(
    ("dialect", "parts", "temporary"),
    [
        ("sqlserver", ("#t",), True),
        ("sqlserver", ("tempdb", "dbo", "##t"), True),
        ("sqlserver", ("dbo", "t#"), False),
        ("redshift", ("#t",), True),
        ("db2", ("SESSION", "t"), True),
        ("db2", ("session_x", "t"), False),
        ("oracle", ("ORA$PTT_x",), True),
        ("hana", ("#t",), True),
        ("postgres", ("pg_temp", "t"), True),
        ("postgres", ("t",), False),
        ("snowflake", ("t",), False),
        ("mysql", (), False),
    ],
)
def test_some_names_are_temporary_by_their_spelling(dialect, parts, temporary):
    """Prefixes and session schemas tell a temporary table without its CREATE."""
    assert dialects.get(dialect).is_temporary_name(parts) is temporary
