"""What the dialects say of their engines is what the analysis does, and what the page says."""

from __future__ import annotations

import json
import re

import pytest
from typer.testing import CliRunner

import dialects
import extractor
from benchmarks.samples import PAGE, counts, page
from dialects.describing import facts
from extractor.cli.app import app

SESSION = [(name, form, sets) for name in dialects.names() for form, sets in dialects.get(name).session]
TEMPORARY = [(name, form) for name in dialects.names() for form in dialects.get(name).temporary.made_by]


def _filled(form: str, name: str, query: str = "") -> str:
    return re.sub(r"\bquery\b", query, form.replace("ora$ptt_name", f"ora$ptt_{name}").replace("name", name))


@pytest.mark.parametrize(("dialect", "form", "sets"), SESSION)
def test_a_statement_of_the_session_sets_what_its_dialect_says(dialect: str, form: str, sets: str) -> None:
    """A bare name, and one with a schema, mean another table behind it: in the database or schema that was named."""
    between = "\n" if form.startswith("\\") else ";\n"
    script = f"{_filled(form, 'given')}{between}INSERT INTO s0.t SELECT a FROM s0.u;\nINSERT INTO v SELECT a FROM w;"
    found = extractor.extract_lineage(script, dialect=dialect, default_database="d0")
    full, bare = [[part.lower() for part in edge.source.parts] for edge in found.tables]
    if sets == "database":
        assert full == ["given", "s0", "u"]
    else:
        assert bare[-2:] == ["given", "w"]
        assert full[-2:] == ["s0", "u"]


@pytest.mark.parametrize(("dialect", "form"), TEMPORARY)
def test_a_temporary_table_is_made_as_its_dialect_says(dialect: str, form: str) -> None:
    """It is no end of an edge: what is read through it comes from what filled it."""
    made = _filled(form, "x1", "SELECT a FROM src")
    name = next(word for word in re.findall(r"[\w#$.]+", made) if "x1" in word)
    found = extractor.extract_lineage(f"{made};\nINSERT INTO t SELECT a FROM {name};", dialect=dialect)
    columns = {f"{e.source_table.parts[-1]}.{e.source_column} > {e.target_table}".lower() for e in found.columns}
    assert columns == {"src.a > t"}


@pytest.mark.parametrize("dialect", ["sqlserver", "synapse", "ase", "redshift", "hana"])
def test_the_mark_of_a_temporary_name_is_part_of_it(dialect: str) -> None:
    """``#x`` and ``x`` are two tables."""
    text = "INSERT INTO x SELECT a FROM src; SELECT a INTO #x FROM other; INSERT INTO t SELECT a FROM #x;"
    if dialect == "hana":
        text = text.replace("SELECT a INTO #x FROM other", "CREATE LOCAL TEMPORARY TABLE #x AS (SELECT a FROM other)")
    found = extractor.extract_lineage(text, dialect=dialect)
    assert {(e.source.parts[-1].lower(), str(e.target).lower()) for e in found.tables} == {("src", "x"), ("other", "t")}


@pytest.mark.parametrize(
    ("dialect", "name"), [("databricks_hive", "hive_metastore.s.t"), ("spark", "spark_catalog.s.t")]
)
def test_the_database_that_all_tables_have_is_no_part_of_their_names(dialect: str, name: str) -> None:
    """With it and without it the name means one table."""
    found = extractor.extract_lineage(f"INSERT INTO x.y SELECT a FROM {name}", dialect=dialect)
    assert [str(table) for table in found.sources] == ["s.t"]


def test_every_engine_says_all_that_differs() -> None:
    """No fact is empty that every engine has."""
    for one in facts():
        for key in ("title", "unquoted", "quoted", "identifier_quotes", "string_quotes", "parts", "separators", "key"):
            assert one[key], (one["name"], key)  # type: ignore[literal-required] # the keys are all there
        assert len(one["parts"]) == len(dialects.get(one["name"]).levels)


def test_the_command_prints_the_same_facts_as_json() -> None:
    """`dialects --json` is for machines; the short form marks those where tables may differ in case alone."""
    assert json.loads(CliRunner().invoke(app, ["dialects", "--json"]).stdout) == facts()
    rows = {line.split()[0]: line for line in CliRunner().invoke(app, ["dialects"]).stdout.splitlines()}
    assert "insensitive/insensitive*" in rows["mysql"]
    assert "upper/exact " in rows["netezza"]


def test_the_page_of_dialects_is_current() -> None:
    """docs/dialects.md is what ``make dialects`` writes."""
    assert PAGE.read_text("utf-8") == page()


def test_the_vendors_statements_are_read() -> None:
    """At least 98 % of each dialect's sample statements that can carry data are trees."""
    for name, (there, read) in counts().items():
        assert read >= 0.98 * there, f"{name}: {read} of {there}"
