"""``--json``: every command that shows something prints it as JSON, and nothing else, on standard output."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import typer

from extractor.cli.app import app
from tests.cli.shell import shell
from tests.pipeline.company import LOAD, configure, record, write_log

WITHOUT = {
    "init": "writes a file and names it",
    "sandbox": "serves until it is stopped",
    "catalog pull": "brings something; catalog show --json tells what is held",
    "catalog import": "brings something; catalog show --json tells what is held",
    "state export": "writes JSON lines",
    "state import": "brings something; state show --json tells what is held",
    "state rebuild": "brings something; state show --json tells what is held",
    "alation lineage delete": "deletes; its exit code tells whether it did",
    "alation dataflow delete": "deletes; its exit code tells whether it did",
    "observability connect": "changes something; observability show --json tells what holds",
    "observability disconnect": "changes something; observability show --json tells what holds",
    "observability mappings add": "changes something; observability mappings list --json tells what holds",
    "observability mappings remove": "changes something; observability mappings list --json tells what holds",
}
WITH_A_FILE = {"run", "plan", "apply", "verify", "undo", "backfill"}
"""Commands whose ``--json`` takes a file for their report, or ``-``."""

SHOWN = {
    "check": (2, {"errors", "warnings", "findings"}),
    "formats": (0, {"formats"}),
    "formats logs/a.jsonl": (0, {"files"}),
    "formats lineage.toml picture.png": (2, {"files"}),
    "explain logs/a.jsonl:2": (0, "explain"),
    "explain elsewhere.log:7": (2, "explain"),
    "keys mart.net": (1, {"name", "source", "data_source_id", "otype", "key", "how", "reason", "steps"}),
    "catalog show": (0, {"catalogs"}),
    "state show": (0, {"state", "namespace", "dataflows", "edges", "known", "temporary_nodes", "nights", "runs"}),
    "sources queries": (0, {"queries"}),
    "sources queries snowflake-query-history": (0, {"queries"}),
    "extract load.sql -d postgres": (0, {"load.sql"}),
    "diff load.sql load.sql -d postgres": (0, None),
    "graph": (0, {"format", "version", "title", "made_at", "tables", "flows", "edges", "report"}),
}
EXPLAINED = {"matched", "place", "source", "record", "fingerprint", "outcome", "reason", "text", "lineages", "keys",
             "missing_keys", "dataflows"}  # fmt: skip


def _leaves(group: typer.core.TyperGroup, *path: str) -> Iterator[tuple[str, typer.core.TyperCommand]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _leaves(command, *path, name)
        else:
            yield " ".join((*path, name)), command


COMMANDS = dict(_leaves(typer.main.get_command(app)))


def test_every_command_has_json_or_a_reason_for_not():
    """A command without ``--json`` stands in the list, and none that has it does."""
    taking = {name: p for name, c in COMMANDS.items() for p in c.params if "--json" in p.opts}
    assert set(COMMANDS) - set(taking) == set(WITHOUT)
    assert {name for name, parameter in taking.items() if not parameter.is_flag} == WITH_A_FILE


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A configuration whose Alation is not there, a log of two records, a script, and a file that is no log."""
    made = tmp_path_factory.mktemp("json")
    write_log(made, "a.jsonl", [record("select 1"), record(LOAD.format(day="x"))])
    configure(made)
    (made / "load.sql").write_text("insert into b select x from a;")
    (made / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    return made


@pytest.mark.parametrize("words", SHOWN)
def test_json_is_all_that_stands_on_standard_output(words, folder):
    """It is one document with stable names, and ends as the command does without it."""
    code, names = SHOWN[words]
    done = shell(*words.split(), "--json", cwd=folder)
    found = json.loads(done.stdout)
    assert done.returncode == code == shell(*words.split(), cwd=folder).returncode
    if names is not None:
        assert set(found) == (EXPLAINED if names == "explain" else names)


def test_an_explained_statement_holds_its_edges_and_missing_keys(folder):
    """What the words say is in fields."""
    found = json.loads(shell("explain", "logs/a.jsonl:2", "--json", cwd=folder).stdout)
    (lineage,) = found["lineages"]
    assert {(e["source"], e["target"]) for e in lineage["tables"]} == {("wh.raw.sales", "wh.mart.net")}
    assert found["source"] == {"name": "wh", "data_source_id": 12, "dialect": "postgres"}
    assert {m["name"] for m in found["missing_keys"]} >= {"wh.raw.sales", "wh.mart.net"}


def test_a_report_on_standard_output_stands_there_alone(folder):
    """That the plan was saved is told on standard error."""
    source = 'catalog = { from_alation = false }\nunknown_tables = "upload"'
    configure(folder, extra=source)
    try:
        done = shell("plan", "--out", "plan.json", "--json", "-", cwd=folder)
    finally:
        configure(folder)
    assert json.loads(done.stdout)["statements"]
    assert "plan saved to plan.json" in done.stderr


def test_json_stays_json_whatever_a_name_holds(tmp_path):
    """Marks that a terminal obeys are JSON's escapes, also beyond the basic plane."""
    name = "b\u202e\U000e0001"
    (tmp_path / "x.sql").write_text(f'insert into a select x from "{name}"', encoding="utf-8")
    done = shell("extract", "x.sql", "-d", "postgres", "--json", cwd=tmp_path)
    assert json.loads(done.stdout)["x.sql"]["sources"] == [name]
    assert not {"\u202e", "\U000e0001"} & set(done.stdout)
