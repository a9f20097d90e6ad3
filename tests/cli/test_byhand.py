"""The admin's hand tools, as processes against a sandbox."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from sandbox_server import sandbox

from extractor.models import Node, segments_of
from extractor.state import Store

A, B = Node("table", "12.s.a"), Node("table", "12.s.b")
OURS, THEIRS = "api/test/wh/one", "api/other/wh/one"
CATALOG = {"data_sources": [{"id": 12, "dbtype": "mysql", "schemas": {"s": {"a": ["x"], "b": ["y"]}}}]}
COMMANDS = [
    "lineage get",
    "lineage delete",
    "dataflow list",
    "dataflow show",
    "dataflow delete",
    "job show",
    "token check",
]


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """One sandbox for all of these tests."""
    with sandbox(tmp_path_factory.mktemp("byhand"), CATALOG) as control:
        yield control


@pytest.fixture
def control(running):
    """A sandbox that holds a dataflow of ours and one of somebody else, both from a to b."""
    running.clear_faults()
    running.fault("job_polls", value=0)
    objects = [{"external_id": name, "title": "T", "content": "INSERT"} for name in (OURS, THEIRS)]
    columns = segments_of([Node("column", "12.s.a.x")], OURS, [Node("column", "12.s.b.y")])
    paths = [*(segments_of([A], name, [B]) for name in (OURS, THEIRS)), columns]
    with running.client() as client:
        client.wait(client.replace_dataflows(objects, paths), 5, 0.05)
    yield running
    running.clear_faults()


@pytest.fixture
def call(tmp_path, control):
    """The command line, in a folder with a configuration for the sandbox."""
    (tmp_path / "lineage.toml").write_text(
        f'namespace = "test"\n[alation]\nurl = "{control.url}"\nuser_id = 1\nretries = 0\njob_poll_s = 0.05\n'
        "job_deadline_s = 1\n"
        '[[source]]\npaths = ["logs"]\ndialect = "mysql"\ndata_source_id = 12\n',
        encoding="utf-8",
    )

    def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        code = "import sys; sys.argv[0] = 'alation-lineage'; from extractor.cli import main; main()"
        return subprocess.run(
            [sys.executable, "-c", code, "alation", *arguments],
            input=stdin,
            cwd=tmp_path,
            env={**os.environ, **control.environment()},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


@pytest.mark.parametrize("words", COMMANDS)
def test_every_command_has_an_example(call, words):
    """The help of each shows how it is called."""
    shown = call(*words.split(), "--help")
    assert shown.returncode == 0
    assert f"Example: alation-lineage alation {words}" in " ".join(shown.stdout.split())


def test_gets_lineage_by_key_and_by_number(call):
    """The nearest sources and targets, with a table's columns or without."""
    whole = call("lineage", "get", "table:12.s.a")
    assert "column:12.s.a.x -> dataflow:api/test/wh/one -> column:12.s.b.y" in whole.stdout
    only = call("lineage", "get", "table:1", "--id", "--only")
    assert "column" not in only.stdout
    assert only.stdout.endswith("2 paths\n")
    assert len(json.loads(call("lineage", "get", "table:12.s.a", "--json").stdout)["paths"]) == 3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["lineage", "get", "12.s.a"], "give an end as OTYPE:KEY"),
        (["lineage", "get", "schema:12.s"], "Object types: dataflow, table"),
        (["lineage", "get", "table:12.s.a", "--id"], "a number is needed"),
        (["dataflow", "show", "api/test/none"], "holds no dataflow"),
        (["dataflow", "delete", THEIRS], "not below api/test/"),
        (["dataflow", "delete", OURS, THEIRS], "not below api/test/"),
        (["dataflow", "delete", "api/testing/wh/one"], "not below api/test/"),
        (["lineage", "delete", "table:12.s.a", "table:12.s.b"], "not below api/test/"),
        (["lineage", "delete", "table:12.s.a", f"dataflow:{THEIRS}"], "not below api/test/"),
    ],
)
def test_bad_input_and_what_is_not_ours_is_refused(call, control, arguments, words):
    """One clear line, exit code 2, and nothing was sent that changes anything."""
    before = control.edges()
    done = call(*arguments)
    assert (done.returncode, words in " ".join(done.stderr.split())) == (2, True), done.stderr
    assert control.edges() == before


def test_lists_ours_or_all(call):
    """Without --foreign, the dataflows of other namespaces are not shown."""
    assert call("dataflow", "list").stdout == f"{OURS}\tT\n1 dataflow\n"
    assert [d["external_id"] for d in json.loads(call("dataflow", "list", "--foreign", "--json").stdout)] == [
        THEIRS,
        OURS,
    ]


def test_shows_a_dataflow(call):
    """Its words, its SQL and its paths."""
    shown = call("dataflow", "show", THEIRS).stdout
    assert "content: INSERT" in shown
    assert f"table:12.s.a -> dataflow:{THEIRS} -> table:12.s.b" in shown


def test_deletes_ours(call, control, tmp_path):
    """A dataflow of ours goes with its paths, and the state forgets it."""
    done = call("dataflow", "delete", OURS)
    assert done.returncode == 0, done.stderr
    assert "successful" in done.stdout
    assert list(control.dataflows()) == [THEIRS]
    with Store.open(f"sqlite:///{tmp_path}/lineage-state.db") as store:
        assert store.dataflows([OURS]) == {}


def test_deletes_a_link_of_ours(call, control):
    """The link from a source to our dataflow goes."""
    assert call("lineage", "delete", "table:12.s.a", f"dataflow:{OURS}").returncode == 0
    assert (A.key, OURS, B.key) not in control.edges()
    assert (A.key, THEIRS, B.key) in control.edges()


def test_deletes_what_is_not_ours_only_when_confirmed(call, control):
    """With --foreign it asks; no means no, yes and --yes mean yes."""
    refused = call("dataflow", "delete", THEIRS, "--foreign", stdin="n\n")
    assert (refused.returncode, THEIRS in control.dataflows()) == (2, True)
    assert call("dataflow", "delete", THEIRS, "--foreign", stdin="y\n").returncode == 0
    assert THEIRS not in control.dataflows()
    assert call("lineage", "delete", "table:12.s.a", "table:12.s.b", "--foreign", "--yes").returncode == 0
    assert (A.key, OURS, B.key) not in control.edges()


def test_shows_a_job(call, control):
    """How it ended; a job that failed, vanished or never ends is exit code 3."""
    with control.client() as client:
        good = client.delete_lineage(B, A)
        control.fault("job_failed", times=1)
        bad = client.delete_lineage(B, A)
        control.fault("job_endless", times=1)
        endless = client.delete_lineage(B, A)
    assert call("job", "show", good.shown).stdout.startswith(f"job {good.shown}: successful")
    failed = call("job", "show", bad.shown)
    assert (failed.returncode, "told to let this job fail" in failed.stdout) == (3, True)
    assert json.loads(call("job", "show", good.shown, "--json").stdout)["status"] == "successful"
    assert call("job", "show", endless.shown).returncode == 0
    late = call("job", "show", endless.shown, "--wait")
    assert (late.returncode, "did not end within 1 s" in late.stderr) == (3, True)
    unknown = call("job", "show", "999999")
    assert (unknown.returncode, "not known" in unknown.stdout) == (3, True)


def test_checks_the_token(call, control):
    """An active token is told with its end, one that has ended is exit code 3; neither is shown."""
    done = call("token", "check")
    assert (done.returncode, "active, ends in 60 days" in done.stdout) == (0, True), done.stdout
    assert "access token: active" in done.stdout
    found = json.loads(call("token", "check", "--json").stdout)
    assert (found["user_id"], found["active"], found["access_token_active"], round(found["days_left"])) == (
        1,
        True,
        True,
        60,
    )
    control.fault("refresh_expired")
    ended = call("token", "check")
    assert ended.returncode == 3
    assert control.token not in done.stdout + ended.stdout + ended.stderr
