"""Scripts as their clients run them: variables, calls of other scripts, here-documents, branches."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from reading import LOGS

from extractor import extract_lineage
from extractor.config import SourceSettings
from extractor.errors import ConfigError
from extractor.models import BadRecord, QueryOutcome, QueryRecord
from extractor.sources import FileStats, find_inputs, read_file
from extractor.sources.clients import known_variables

CASES = sorted(path.parent for path in (LOGS.parent / "clients").glob("*/expected.yml"))
_WITHOUT_LINE = frozenset({"lineage", "no lineage by nature", "read only"})


def _source(folder: Path, dialect: str) -> SourceSettings:
    given = next(iter(sorted(folder.glob("variables.*"))), None)
    return SourceSettings(name="s", paths=["."], dialect=dialect, data_source_id=1, variables=given)


def _read(folder: Path, dialect: str, main: str = "main") -> tuple[list[QueryRecord], list[BadRecord], FileStats]:
    source = _source(folder, dialect)
    item = next(i for i in find_inputs(source, folder) if i.path.stem == main)
    reader = read_file(item, source, format="sql-script")
    items = list(reader)
    good = [i for i in items if isinstance(i, QueryRecord)]
    return good, [i for i in items if isinstance(i, BadRecord)], reader.stats


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_a_script_gives_what_its_client_would_run(folder: Path) -> None:
    """Edges with the place of their statement, what is open, and what is not followed."""
    expected: dict[str, Any] = yaml.safe_load((folder / "expected.yml").read_text())
    records, refused, stats = _read(folder, expected["dialect"])
    lineage = extract_lineage(records, dialect=expected["dialect"])
    edges = [
        f"{s.origin} {'.'.join(e.source.parts)} -> {'.'.join(e.target.parts)}"
        for s in lineage.statements
        for e in s.tables
        if e.target is not None and e.kind == "direct"
    ]
    other = {str(s.origin): s.outcome.value for s in lineage.statements if s.outcome.value not in _WITHOUT_LINE}
    assert edges == expected["edges"]
    assert other == expected.get("outcomes", {})
    assert stats.unresolved == expected.get("unresolved", {})
    assert [str(bad.origin) for bad in refused] == expected.get("refused", [])
    assert stats.entries == len(records) + len(refused)
    assert "secret" not in "".join(s.sql for s in records if "LOGON" not in s.sql)


def _dbt(tmp_path: Path) -> Path:
    folder = tmp_path / "dbt"
    shutil.copytree(LOGS.parent / "clients" / "dbt", folder)
    return folder


def _all(folder: Path, **settings: Any) -> dict[str, list[QueryRecord]]:
    source = SourceSettings(name="s", paths=["."], dialect="postgres", data_source_id=1, **settings)
    found = {}
    for item in find_inputs(source, folder):
        if item.name.endswith(".sql"):
            found[item.name] = [i for i in read_file(item, source) if isinstance(i, QueryRecord)]
    return found


def test_dbt_compiled_queries_become_what_the_manifest_says(tmp_path: Path) -> None:
    """A view, a table; nothing of tests and of models that live in others; how it went is known from the run."""
    found = _all(_dbt(tmp_path))
    compiled = "target/compiled/shop/models/mart"
    net = found[f"{compiled}/net.sql"][0]
    assert net.sql.startswith('CREATE VIEW "wh"."mart"."net" AS with s as')
    assert (net.outcome, net.started_at) == (QueryOutcome.OK, datetime(2024, 3, 2, 2, 0, 1, 500_000, tzinfo=UTC))
    assert found[f"{compiled}/daily.sql"][0].sql.startswith('CREATE TABLE "wh"."mart"."daily" AS select')
    assert found[f"{compiled}/broken.sql"][0].outcome is QueryOutcome.FAILED
    assert found[f"{compiled}/inner.sql"] == found[f"{compiled}/schema.yml/not_null_net_shop_id.sql"] == []
    assert found["target/run/shop/models/mart/net.sql"] == []  # the same model, seen in target/compiled
    assert len(found["target/run/shop/seeds/codes.sql"]) == 1
    lineage = extract_lineage([net], dialect="postgres")
    assert [(str(e.source), str(e.target)) for e in lineage.tables] == [("wh.raw.sales", "wh.mart.net")]


def test_templates_are_rendered_with_what_the_manifest_and_the_variables_tell(tmp_path: Path) -> None:
    """Loops, ``ref``, ``source`` and ``var``; what nobody tells names no table."""
    (sql,) = (r.sql for r in _all(_dbt(tmp_path))["models/mart/raw_model.sql"])
    lineage = extract_lineage(sql, dialect="postgres")
    assert [str(s) for s in lineage.sources] == ["wh.mart.net", "wh.raw.sales"]
    assert [s.outcome.value for s in lineage.statements] == ["lineage", "unresolved"]


@pytest.mark.parametrize(
    "template",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{% for a in range(1000000000) %}{% endfor %}",
        "{% for a in r %}{% for b in r %}{% for c in r %}{% endfor %}{% endfor %}{% endfor %}",
        "{{ 'a' * 10000000000 }}",
        "{{ '%10000000000d' % 1 }}",
        "{{ '{:>10000000000}'.format(1) }}",
        "{% include '/etc/passwd' %}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{{ 2 ** 100000000 }}",
    ],
)
def test_a_template_runs_no_code_and_takes_no_memory(tmp_path: Path, template: str) -> None:
    """What reaches for Python, files, or endless work stays text, and the statements around it are read."""
    (tmp_path / "main.sql").write_text(f"-- {{% set a = 1 %}}{template}\nINSERT INTO a SELECT * FROM b;\n")
    records, _, stats = _read(tmp_path, "postgres")
    assert len(records) == 1
    assert len(records[0].sql) < 10_000
    assert "subclass 'type'" not in records[0].sql
    assert "root:" not in records[0].sql
    assert stats.unresolved
    assert [str(t) for t in extract_lineage(records, dialect="postgres").targets] == ["a"]


def test_what_only_looks_like_a_template_stays(tmp_path: Path) -> None:
    """Arrays of PostgreSQL and marks in strings are no template."""
    sql = "INSERT INTO a SELECT '{{1,2},{3,4}}'::int[], '{#', '{% x %}', x FROM b WHERE c = '#}';\n"
    (tmp_path / "main.sql").write_text(sql)
    assert _read(tmp_path, "postgres")[0][0].sql == sql.rstrip("\n")


def test_calls_stay_within_the_configured_paths(tmp_path: Path) -> None:
    """Neither dots, nor links, nor absolute paths lead out; depth and circles end; each is one line with its place."""
    outside = tmp_path / "outside.sql"
    outside.write_text("INSERT INTO stolen SELECT * FROM b;\n")
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "link.sql").symlink_to(outside)
    for number in range(30):
        (folder / f"deep{number}.sql").write_text(f"\\i deep{number + 1}.sql\n")
    calls = ["../outside.sql", "link.sql", str(outside), "missing.sql", "main.sql", "/etc/passwd", "deep0.sql"]
    (folder / "main.sql").write_text("".join(f"\\i {call}\n" for call in calls) + "INSERT INTO a SELECT * FROM b;\n")
    records, refused, _ = _read(folder, "postgres")
    words = [bad.problem.partition("not followed: ")[2] for bad in refused]
    leaves, missing = "it lies outside of the configured paths", "there is no such file in the configured paths"
    assert words[:4] == [leaves, leaves, leaves, missing]
    assert "circle" in words[4]
    assert words[5] == leaves
    assert "20 deep" in words[6]
    assert [bad.origin.line for bad in refused[:6]] == [1, 2, 3, 4, 5, 6]
    assert "stolen" not in "".join(r.sql for r in records)


def test_a_bomb_of_calls_ends(tmp_path: Path) -> None:
    """Scripts that call two others each, twenty deep, come to an end and say so."""
    for number in range(19):
        (tmp_path / f"s{number}.sql").write_text(f"\\i s{number + 1}.sql\n\\ir s{number + 1}.sql\n")
    (tmp_path / "s19.sql").write_text("SELECT 1;\n")
    (tmp_path / "main.sql").write_text("\\i s0.sql\n")
    _, refused, _ = _read(tmp_path, "postgres")
    assert any("1,000 calls" in bad.problem for bad in refused)


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("v.toml", "a = ", "cannot be read as toml"),
        ("v.json", "[1]", "must hold names"),
        ("v.yaml", "a: [", "cannot be read as yaml"),
        ("v.env", "no value", "line 1 is no NAME=value"),
        ("v.ini", "", "must end with .toml"),
        ("", "", "No such file"),
    ],
)
def test_a_file_of_variables_that_cannot_be_read_is_told(tmp_path: Path, name: str, text: str, problem: str) -> None:
    """The message names the file, and what to do."""
    path = tmp_path / (name or "missing.toml")
    if name:
        path.write_text(text)
    with pytest.raises(ConfigError, match=problem) as caught:
        known_variables(path)
    assert path.name in str(caught.value)


def test_an_unresolved_variable_in_a_literal_does_no_harm() -> None:
    """In strings and as values; in a name it makes the statement unresolved, in each place a name can have."""
    good = "INSERT INTO a SELECT x FROM b WHERE c = '${x}' AND d > ${y} AND f(1, ${z}) IN (${a}, ${b})"
    for dialect in ("postgres", "snowflake", "duckdb", "netezza", "hive", "oracle", "clickhouse", "sqlserver"):
        assert [str(s) for s in extract_lineage(good, dialect=dialect).sources] == ["b"]
    for name in ("${x}", "s.${x}", "t_${x}", "${x}_t", "b, ${x}", "(SELECT 1) q, ${x}", "a JOIN ${x} ON 1 = 1"):
        for dialect in ("postgres", "hive", "oracle"):
            found = extract_lineage(f"INSERT INTO a SELECT * FROM {name}", dialect=dialect)
            assert [s.outcome.value for s in found.statements] == ["unresolved"]
