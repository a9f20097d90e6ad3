"""What a resolver answers when the catalog holds a name, holds it differently, or does not hold it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dialects import registry
from extractor.keys import KeyResolver
from extractor.keys.explain import read_name
from extractor.models import Node, TableName
from tests.keys.catalogued import columns_of, table_of

Make = Callable[..., KeyResolver]


def name(text: str, dialect: str = "postgres") -> TableName:
    """A name as it stands in SQL."""
    return read_name(text, registry.get(dialect))


@pytest.mark.parametrize(
    ("setting", "key", "rule"),
    [
        ("yes", "31.dwh.mart.orders", (True, "configuration")),
        ("no", None, (False, "configuration")),
        ("auto", "31.dwh.mart.orders", (True, "catalog")),
    ],
)
def test_the_configuration_decides_before_the_catalog(
    resolver: Make, setting: str, key: str | None, rule: tuple[bool, str]
) -> None:
    """``key_database_part`` decides when it is set, and what the catalog shows when it is not."""
    made = resolver(
        [table_of("31.dwh.mart.sales")],
        data_source_id=31,
        database="dwh",
        unknown_tables="upload",
        key_database_part=setting,
    )
    built = made.table(name("dwh.mart.orders")).node
    assert made.database_part() == rule
    assert built == Node("table", key or "31.mart.orders")


@pytest.mark.parametrize(("dialect", "expected"), [("redshift", True), ("postgres", False), ("oracle", False)])
def test_without_a_catalog_the_dialect_decides(resolver: Make, dialect: str, expected: bool) -> None:
    """The dialect's rule is the default for the database part."""
    assert resolver(None, dialect=dialect).database_part() == (expected, "dialect")


def test_a_stray_schema_does_not_change_the_rule(resolver: Make) -> None:
    """The form that most of the catalog's tables have is the rule of the data source."""
    tables = [table_of("12.mart.a"), table_of("12.mart.b"), table_of("12.x.y.c")]
    assert resolver(tables).database_part() == (False, "catalog")


def test_the_catalog_key_is_sent_verbatim(resolver: Make) -> None:
    """A name with a double quote, for which no key can be written, takes the catalog's own."""
    key = '7.hr.REP\\"CLIENT'
    made = resolver([table_of("7.hr.x")._replace(key=key, name='REP"CLIENT')], data_source_id=7)
    assert made.table(name('hr."REP""CLIENT"')).node == Node("table", key)


def test_a_virtual_source_puts_its_prefix_into_the_key(resolver: Make) -> None:
    """A key with ``alation.`` inside the quotes of the schema is found by the schema's own name."""
    made = resolver([table_of('7."alation.HR.2031".staff', schema_name="HR.2031")], data_source_id=7)
    assert made.table(name('"HR.2031".staff')).node == Node("table", '7."alation.HR.2031".staff')


def test_chains_of_synonyms_end(resolver: Make) -> None:
    """Synonyms are followed to their base; a circle of them ends without a loop."""
    made = resolver(
        [
            table_of("12.a.s1", base_table_key="12.a.s2"),
            table_of("12.a.s2", base_table_key="a.t"),
            table_of("12.a.t"),
            table_of("12.a.c1", base_table_key="12.a.c2"),
            table_of("12.a.c2", base_table_key="12.a.c1"),
        ]
    )
    assert made.table(name("a.s1")).node == Node("table", "12.a.t")
    assert made.table(name("a.c1")).how == "catalog"


@pytest.mark.parametrize("base", ["44.ERP.dbo.Supplier", "12.hidden.t", "hidden.t"])
def test_a_synonym_whose_base_is_not_held_stays_itself(resolver: Make, base: str) -> None:
    """A base table that this catalog does not hold could be a TMP node, so the synonym, which exists, is sent."""
    made = resolver([table_of("12.a.s", base_table_key=base)])
    assert made.table(name("a.s")).node == Node("table", "12.a.s")


@pytest.mark.parametrize(
    ("policy", "node", "how"),
    [
        ("leave_out", None, "left out"),
        ("upload", Node("table", "12.mart.new"), "built"),
        ("external", Node("external", "12.mart.new"), "external"),
    ],
)
def test_an_unknown_table_follows_the_setting(resolver: Make, policy: str, node: Node | None, how: str) -> None:
    """What the catalog does not hold is left out, built or made external, and always says why."""
    result = resolver([table_of("12.mart.old")], unknown_tables=policy).table(name("mart.new"))
    assert (result.node, result.how) == (node, how)
    assert "no such table" in result.reason


@pytest.mark.parametrize("policy", ["leave_out", "upload"])
def test_a_foreign_database_is_never_guessed(resolver: Make, policy: str) -> None:
    """A name of another database gets no key, not even where unknown tables are uploaded."""
    made = resolver([table_of("12.mart.orders")], database="dwh", unknown_tables=policy)
    result = made.table(name("other.mart.orders"))
    assert result.node is None
    assert "'other'" in result.reason
    assert "'dwh'" in result.reason


def test_a_foreign_table_can_be_external(resolver: Make) -> None:
    """Where unknown tables become external objects, one on a linked server does as well."""
    made = resolver(None, dialect="sqlserver", data_source_id=44, unknown_tables="external")
    linked = made.table(name("LNK.ERP.dbo.Supplier", "sqlserver"))
    assert linked.node == Node("external", "44.lnk.erp.dbo.supplier")


def test_an_external_name_may_hold_anything(resolver: Make) -> None:
    """The key of an external object is free text, so a double quote in a name is no hindrance."""
    made = resolver(None, unknown_tables="external")
    assert made.table(name('a."say ""hi"""')).node == Node("external", '12.a.say "hi"')


def test_without_a_database_the_line_to_add_is_told(resolver: Make) -> None:
    """When the source does not say which database it is, the message says what to add."""
    result = resolver([table_of("12.mart.orders")]).table(name("dwh.mart.orders"))
    assert 'add database = "dwh"' in result.reason


@pytest.mark.parametrize("kind", ["file", "directory", "external"])
def test_files_are_external_or_left_out(resolver: Make, kind: str) -> None:
    """A file, a directory or an external end is an external object where the source asks for it, else left out."""
    path = "s3://bucket/landing/2031/"
    end = TableName((path,), (path,), kind)  # type: ignore[arg-type]
    assert resolver(None, unknown_tables="external").table(end).node == Node("external", path)
    assert resolver(None).table(end).how == "left out"


def test_a_column_takes_the_catalog_key(resolver: Make) -> None:
    """A column of any case is sent with the catalog's key."""
    made = resolver([table_of("12.a.t")], columns_of("12.a.t", "Order Id", "v1.0"))
    assert made.column(name("a.t"), "order id").node == Node("column", "12.a.t.Order Id")
    assert made.column(name("a.t"), "v1.0").node == Node("column", '12.a.t."v1.0"')


def test_a_missing_column_is_not_made_up(resolver: Make) -> None:
    """A column that the catalog lacks is left out when it holds others of the table."""
    made = resolver([table_of("12.a.t")], columns_of("12.a.t", "x", "y"), unknown_tables="upload")
    result = made.column(name("a.t"), "z")
    assert (result.node, result.how) == (None, "left out")
    assert "2 columns" in result.reason


def test_columns_are_built_where_none_are_known(resolver: Make) -> None:
    """A table without columns in the catalog, or not in it, gets built column keys, quoted where needed."""
    made = resolver([table_of("12.a.t")], unknown_tables="upload")
    assert made.column(name("a.t"), "v1.0").node == Node("column", '12.a.t."v1.0"')
    assert made.column(name("a.new"), "x").node == Node("column", "12.a.new.x")
    assert made.column(name("a.t"), 'say"hi"').how == "left out"


def test_a_nested_field_is_the_column_that_holds_it(resolver: Make) -> None:
    """A field of a struct column counts as that column."""
    made = resolver([table_of("12.a.t")], columns_of("12.a.t", "address"))
    assert made.column(name("a.t"), "address.city").node == Node("column", "12.a.t.address")


def test_columns_that_differ_in_case_are_ambiguous(resolver: Make) -> None:
    """Two columns that Alation cannot tell apart give no edge."""
    made = resolver([table_of("12.a.t")], columns_of("12.a.t", "id", "ID"))
    assert made.column(name("a.t"), "id").how == "ambiguous"


def test_a_column_of_an_external_object_has_no_key(resolver: Make) -> None:
    """External objects have no columns."""
    made = resolver(None, unknown_tables="external")
    assert made.column(name("a.t"), "x").node is None


def test_an_empty_catalog_counts_as_none(resolver: Make) -> None:
    """A catalog without a table decides nothing and holds nothing."""
    made = resolver([], dialect="redshift")
    assert made.database_part() == (True, "dialect")
    assert "there is no catalog" in made.table(name("a.b.c", "redshift")).reason


@pytest.mark.parametrize(
    ("first", "key"),
    [("erp", "44.ERP.dbo.orders"), ("finance", "44.Finance.dbo.orders"), ("sales", "44.Finance.sales.orders")],
)
def test_a_first_part_that_is_no_schema_is_a_database(resolver: Make, first: str, key: str) -> None:
    """Of two parts the first is a schema where the catalog holds one, else a database that it holds."""
    keys = ("44.Finance.sales.orders", "44.Finance.dbo.orders", "44.ERP.dbo.orders", "44.sales.dbo.orders")
    made = resolver([table_of(key) for key in keys], dialect="sqlserver", data_source_id=44, database="Finance")
    assert made.table(TableName((first, "orders"), (first, "orders"))).node == Node("table", key)


def test_a_database_without_schemas_is_no_part_of_a_name(resolver: Make) -> None:
    """Where names have two levels, a database that is no schema of the catalog is read over."""
    made = resolver([table_of("8.SALES.ORDERS")], dialect="oracle", data_source_id=8, database="ORCL", schema="SALES")
    assert made.table(TableName(("ORCL", "ORDERS"), ("ORCL", "orders"))).node == Node("table", "8.SALES.ORDERS")


@pytest.mark.parametrize(
    ("dialect", "written"),
    [
        ("oracle", "DUAL"),
        ("oracle", "app.dual"),
        ("netezza", "dwh.admin._v_table"),
        ("postgres", "pg_catalog.pg_class"),
        ("db2", "sysibm.sysdummy1"),
        ("sqlserver", "sales.dbo.sysobjects"),
        ("teradata", "DBC.TablesV"),
    ],
)
def test_tables_of_the_engine_itself_are_noise_unless_the_catalog_holds_them(
    resolver: Make, dialect: str, written: str
) -> None:
    """They get no key even where unknown tables do, and are not listed as missing."""
    made = resolver([table_of("12.mart.orders")], dialect=dialect, unknown_tables="upload", data_source_id=12)
    found = made.table(name(written, dialect))
    assert (found.node, found.how) == (None, "system")


def test_a_table_of_the_engine_that_the_catalog_holds_has_its_key(resolver: Make) -> None:
    """Somebody wants to see it."""
    made = resolver([table_of("12.pg_catalog.pg_class")])
    assert made.table(name("pg_catalog.pg_class")).node == Node("table", "12.pg_catalog.pg_class")


@pytest.mark.parametrize("policy", ["leave_out", "upload", "external"])
def test_a_name_that_is_temporary_by_its_spelling_never_gets_a_key(
    resolver: Callable[..., KeyResolver], policy: str
) -> None:
    """No policy for unknown tables makes an object of it; only the catalog could."""
    names = resolver([table_of("44.Shop.dbo.Orders")], dialect="sqlserver", database="Shop", unknown_tables=policy)
    found = names.table(names.read("#work"))
    assert (found.node, found.how) == (None, "left out")
    assert "temporary" in found.reason


def test_a_name_of_more_parts_than_there_are_is_refused(resolver: Callable[..., KeyResolver]) -> None:
    """Five parts are no server, database, schema and table: nothing is guessed."""
    names = resolver(None, dialect="sqlserver", database="Shop", unknown_tables="upload")
    found = names.table(names.read("a.b.c.d.e"))
    assert (found.node, "5 parts" in found.reason) == (None, True)
