"""Finding dialects, and the facts each must state."""

import pickle
import subprocess
import sys

import pytest

import dialects

REQUIRED = [
    *("sqlserver", "azuresql", "synapse", "fabric", "redshift", "netezza", "postgres", "greenplum", "snowflake"),
    *("bigquery", "databricks", "spark", "hive", "impala", "trino", "presto", "starburst", "athena", "teradata"),
    *(
        "synapse_serverless",
        "databricks_hive",
        "oracle",
        "mysql",
        "mariadb",
        "db2",
        "hana",
        "ase",
        "vertica",
        "clickhouse",
        "duckdb",
        "sqlite",
        "generic",
    ),
]


@pytest.mark.parametrize("name", REQUIRED)
def test_every_engine_of_the_catalog_has_a_dialect(name):
    """Each engine is found by name and states its parts, its title and a parser that exists."""
    dialect = dialects.get(name)
    assert dialect.name == name
    assert dialect.title
    assert dialect.levels[-1] == "table"
    assert set(dialect.levels) <= {"database", "schema", "table"}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("tsql", "sqlserver"),
        ("mssql", "sqlserver"),
        ("postgresql", "postgres"),
        ("", "generic"),
        (" Snowflake ", "snowflake"),
        ("SAP-ASE", "ase"),
        ("sap hana", "hana"),
        ("spark2", "spark"),
        ("sparksql", "spark"),
    ],
)
def test_dialects_have_the_names_people_use(asked, found):
    """Aliases, case, blanks and dashes lead to the same dialect."""
    assert dialects.get(asked).name == found


@pytest.mark.parametrize("name", ["dremio", "drill", "doris", "starrocks", "materialize", "exasol", "druid"])
def test_what_only_the_parser_knows_gets_generic_rules(name):
    """A dialect of the parser that has no file of its own can be used all the same."""
    dialect = dialects.get(name)
    assert (dialect.name, dialect.parser) == (name, name)


def test_an_unknown_name_lists_the_known_ones():
    """The error names what was asked and what there is."""
    with pytest.raises(dialects.UnknownDialect, match=r"klingon.*postgres"):
        dialects.get("klingon")


def test_keys_carry_the_database_where_alation_asks_for_it():
    """The seed's three, and the other sources whose schema names have two parts."""
    with_database = {name for name in dialects.names() if dialects.get(name).key_has_database}
    assert {"sqlserver", "redshift", "netezza"} <= with_database
    assert with_database == {
        "sqlserver",
        "azuresql",
        "synapse",
        "synapse_serverless",
        "fabric",
        "ase",
        "redshift",
        "netezza",
        "snowflake",
        "bigquery",
        "databricks",
        "trino",
        "presto",
        "starburst",
        "athena",
    }


@pytest.mark.parametrize("name", dialects.names())
def test_dialects_travel_between_processes(name):
    """A dialect survives pickling, its pre-pass included."""
    dialect = dialects.get(name)
    copy = pickle.loads(pickle.dumps(dialect))
    assert copy.name == name
    assert (copy.prepare is None) == (dialect.prepare is None)


def test_finding_a_dialect_does_not_import_the_parser():
    """`import dialects` and a look-up stay light: the parser comes with the first statement."""
    code = "import dialects, sys; dialects.get('netezza'); print('sqlglot' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"
