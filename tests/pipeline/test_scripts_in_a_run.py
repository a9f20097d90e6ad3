"""Scripts with variables and calls of other scripts, from check to plan."""

from __future__ import annotations

from pathlib import Path

import pytest

from extractor import pipeline
from extractor.config import load_config
from extractor.errors import ConfigError
from extractor.pipeline import Window

CONFIGURATION = """
[[source]]
name = "s"
paths = ["scripts"]
dialect = "postgres"
data_source_id = 12
unknown_tables = "upload"
catalog = { from_alation = false }
variables = "dev.toml"
"""


def _installation(folder: Path) -> Path:
    (folder / "scripts" / "parts").mkdir(parents=True)
    (folder / "dev.toml").write_text('stg = "raw"\n')
    (folder / "scripts" / "main.sql").write_text(
        "\\i parts/dims.txt\nINSERT INTO mart.net SELECT * FROM :stg.sales;\n"
        "INSERT INTO mart.t SELECT * FROM ${nowhere}.t;\n"
    )
    (folder / "scripts" / "parts" / "dims.txt").write_text("-- dims\nINSERT INTO mart.dims SELECT * FROM :stg.dims;\n")
    path = folder / "lineage.toml"
    path.write_text(CONFIGURATION)
    return path


def test_check_counts_the_variables_without_a_value(tmp_path: Path) -> None:
    """Each with how often it is used; what has a value is not told."""
    told = [f.text for f in pipeline.check(load_config(_installation(tmp_path))) if "variables" in f.text]
    assert len(told) == 1
    assert "nowhere 1." in told[0]


def test_a_plan_of_scripts_has_the_lineage_of_what_they_call(tmp_path: Path) -> None:
    """The called script's statement has its own place; the open name is one unresolved statement."""
    config = load_config(_installation(tmp_path))
    out = tmp_path / "plan.json"
    report = pipeline.plan(config, out=out, window=Window(), progress=lambda _: None)
    text = out.read_text()
    assert all(key in text for key in ("12.raw.dims", "12.mart.dims", "12.raw.sales", "12.mart.net"))
    assert "nowhere" not in text
    assert report.adds_up()
    assert report.to_json()["statements"]["unresolved"] == 1
    explained = pipeline.explain(config, "scripts/parts/dims.txt:2")
    assert explained.matched
    assert "mart.dims" in explained.text


def test_a_broken_file_of_variables_is_told_before_anything_runs(tmp_path: Path) -> None:
    """By check as an error, by a plan as one that names the file."""
    config = load_config(_installation(tmp_path))
    (tmp_path / "dev.toml").write_text("stg = ")
    assert any("dev.toml" in f.text for f in pipeline.check(config) if f.level is pipeline.Level.ERROR)
    with pytest.raises(ConfigError, match=r"dev\.toml cannot be read as toml"):
        pipeline.plan(config, out=None, window=Window(), progress=lambda _: None)


def test_no_script_is_lost_between_its_caller_and_its_own_reading(tmp_path: Path) -> None:
    """Callers of the same words call what lies beside each; what its caller cannot read is read on its own."""
    scripts = tmp_path / "scripts"
    for folder, text in (("a", "a.one"), ("b", "b.three")):
        (scripts / folder).mkdir(parents=True)
        (scripts / folder / "main.sql").write_text("\\i part.sql\nINSERT INTO m.both SELECT * FROM m.source;\n")
        (scripts / folder / "part.sql").write_text(f"INSERT INTO m.{folder} SELECT * FROM {text};\n")
    (scripts / "same").mkdir()
    for name in ("main.sql", "part.sql"):
        (scripts / "same" / name).write_text((scripts / "a" / name).read_text())
    (scripts / "foreign.sql").write_text('{"x": 1}\n\\i of_json.sql\n')
    (scripts / "of_json.sql").write_text("INSERT INTO m.of_json SELECT * FROM m.c;\n")
    (scripts / "starts.sql").write_text("\\i dump.sql\n")
    (scripts / "dump.sql").write_text(
        "INSERT INTO m.dump SELECT * FROM m.d;\nCOPY m.k FROM stdin;\n" + ("x" * 1_000 + "\n") * 10_500 + "\\.\n"
    )
    (tmp_path / "dev.toml").write_text("")
    path = tmp_path / "lineage.toml"
    path.write_text(CONFIGURATION)
    out = tmp_path / "plan.json"
    report = pipeline.plan(load_config(path), out=out, window=Window(), progress=lambda _: None)
    text = out.read_text()
    assert [name for name in ("a", "b", "both", "of_json", "dump") if f"12.m.{name}" not in text] == []
    alone = {file.path: file.problem.split(":")[0] for file in report.files if file.problem}
    assert alone["scripts/b/part.sql"] == "called by scripts/b/main.sql"
    assert alone["scripts/same/main.sql"] == "the same content as scripts/a/main.sql"
    assert "scripts/dump.sql" not in alone
