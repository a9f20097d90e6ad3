"""`diff`: scripts, plans, graphs and states against each other, for people, machines and pull requests."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from shell import shell

NET = "create table mart.net as select s.shop, s.amount as net from raw.sales s;\n"
TOP = "create table rpt.top as select n.net as best from mart.net n;\n"
CONFIG = (
    'namespace = "t"\n[[source]]\npaths = ["sql"]\ndialect = "postgres"\ndata_source_id = 1\n'
    'unknown_tables = "upload"\ncatalog = { from_alation = false }\n'
)


def versions(folder: Path) -> None:
    """Two folders: in the second, a column that a report reads is gone."""
    for name, text in (("old", NET), ("new", NET.replace("s.amount as net", "s.amount as gross"))):
        (folder / name).mkdir()
        (folder / name / "net.sql").write_text(text)
        (folder / name / "top.sql").write_text(TOP)


def test_folders_of_scripts(tmp_path):
    """What breaks is said, and the exit code is 4."""
    versions(tmp_path)
    done = shell("diff", "old", "new", "-d", "postgres", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (4, "")
    assert done.stdout.splitlines()[0] == "breaking mart.net.net is gone"


@pytest.mark.parametrize(
    ("fail_on", "way", "code"),
    [
        ("breaking", ("old", "new"), 4),
        ("never", ("old", "new"), 0),
        ("added", ("old", "old"), 0),
        ("breaking", ("old/net.sql", "both.sql"), 0),
        ("added", ("old/net.sql", "both.sql"), 4),
    ],
)
def test_the_exit_code_is_for_pull_requests(tmp_path, fail_on, way, code):
    """4 where there is a difference as bad as --fail-on, or worse; else 0."""
    versions(tmp_path)
    (tmp_path / "both.sql").write_text(NET + TOP)
    assert shell("diff", *way, "-d", "postgres", "--fail-on", fail_on, cwd=tmp_path).returncode == code


def test_markdown_and_json(tmp_path):
    """Both hold the difference, and standard output holds nothing else."""
    versions(tmp_path)
    page = shell("diff", "old", "new", "-d", "postgres", "-f", "markdown", cwd=tmp_path).stdout
    assert page.startswith("### Lineage: 2 differences: 1 breaking, 1 added\n")
    found = json.loads(shell("diff", "old", "new", "-d", "postgres", "-f", "json", cwd=tmp_path).stdout)
    assert [(d["name"], d["severity"]) for d in found["differences"]] == [
        ("mart.net.net", "breaking"),
        ("mart.net.gross", "added"),
    ]


def test_one_guess_holds_for_both_sides(tmp_path):
    """Without a dialect both versions are read in the same one, which is said."""
    versions(tmp_path)
    done = shell("diff", "old", "new", cwd=tmp_path)
    assert done.stderr.count("dialect:") == 1


def test_a_statement_that_cannot_be_read_is_said(tmp_path):
    """Lineage that is missing for want of a parse is no silent removal."""
    versions(tmp_path)
    (tmp_path / "new" / "net.sql").write_text("create table mart.net as select from (;")
    done = shell("diff", "old", "new", "-d", "postgres", cwd=tmp_path)
    assert "warning: new/net.sql, statement 1: " in done.stderr


def test_plans_graphs_and_configurations(tmp_path):
    """Two plans; a graph that was saved against the present state by its configuration or by the state itself."""
    (tmp_path / "sql").mkdir()
    (tmp_path / "lineage.toml").write_text(CONFIG)
    (tmp_path / "sql" / "a.sql").write_text(NET + TOP)
    assert shell("plan", "--out", "one.json", "-q", cwd=tmp_path).returncode == 0
    (tmp_path / "sql" / "a.sql").write_text(NET.replace("s.amount as net", "s.amount as gross") + TOP)
    assert shell("plan", "--out", "two.json", "-q", cwd=tmp_path).returncode == 0
    done = shell("diff", "one.json", "two.json", cwd=tmp_path)
    assert (done.returncode, done.stdout.splitlines()[0]) == (4, "breaking 1.mart.net.net is gone")
    (tmp_path / "graph.json").write_text(shell("graph", "-f", "json", cwd=tmp_path).stdout)
    for other in ("lineage.toml", "lineage-state.db"):
        same = shell("diff", "graph.json", other, cwd=tmp_path)
        assert (same.returncode, same.stdout) == (0, "no difference\n"), same.stderr


@pytest.mark.parametrize(
    ("other", "code", "words"),
    [("missing.sql", 2, "missing.sql cannot be read"), ("graph.json", 2, "names as in SQL, the other Alation's keys")],
)
def test_what_cannot_be_compared_is_said(tmp_path, other, code, words):
    """A file that is not there; names of SQL against keys."""
    versions(tmp_path)
    (tmp_path / "lineage.toml").write_text(CONFIG)
    (tmp_path / "graph.json").write_text(shell("graph", "-f", "json", cwd=tmp_path).stdout)
    done = shell("diff", "old", other, cwd=tmp_path)
    assert done.returncode == code
    assert words in done.stderr
