"""The sandbox as a process and over restarts."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from rawcall import LINEAGE, Caller, table
from sandbox_server import SandboxControl, sandbox

from extractor.errors import ConfigError
from extractor.sandbox import Sandbox

ONE = {"data_sources": [{"id": 1, "schemas": {"s": {"a": ["x"], "b": ["y"]}}}]}
TWO = {"data_sources": [{"id": 1, "schemas": {"s": {"new": ["n"], "b": ["y"]}}}]}
SERVE = "from extractor.sandbox import serve; from pathlib import Path; import sys; \
serve(0, Path(sys.argv[1]), None, lambda ready: print(ready, flush=True))"


@contextmanager
def process(data: Path):
    """A sandbox in a process of its own; yields it and its three lines."""
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", SERVE, str(data)]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        try:
            yield running, [running.stdout.readline() for _ in range(3)]
        finally:
            running.kill()


def test_prints_three_lines_when_it_is_ready(tmp_path):
    """The three lines are easy to read by a machine, and the port answers as soon as they are there."""
    with process(tmp_path) as (running, lines):
        url = re.fullmatch(r"sandbox ready: (http://127\.0\.0\.1:\d+)\n", lines[0])[1]
        assert lines[1] == "user id: 1\n"
        control = SandboxControl(url, 1, re.fullmatch(r"refresh token: (\S+)\n", lines[2])[1])
        assert Caller(control).get("/integration/v2/table/").body == []
        running.send_signal(signal.SIGINT)
        assert running.wait(20) == 0
        assert running.stderr.read() == ""


def test_keeps_everything_when_it_is_killed(tmp_path):
    """After a kill -9 the same folder gives the same token and the same graph."""
    with process(tmp_path / "sandbox") as (running, lines):
        control = SandboxControl(lines[0].split()[-1], 1, lines[2].split()[-1])
        Caller(control).ask("POST", LINEAGE, {"paths": [[[table("1.s.a")], [table("1.s.b")]]]})
        os.kill(running.pid, signal.SIGKILL)
        running.wait(20)
    with sandbox(tmp_path) as again:
        assert again.token == control.token
        assert again.edges() == [("1.s.a", None, "1.s.b")]


def test_keeps_the_catalog_when_no_file_is_given(tmp_path):
    """A restart without a catalog file keeps the catalog of the folder."""
    with sandbox(tmp_path, ONE) as first:
        before = Caller(first).get("/integration/v2/table/").body
    with sandbox(tmp_path) as second:
        assert Caller(second).get("/integration/v2/table/").body == before


def test_a_new_catalog_keeps_known_numbers(tmp_path):
    """With another file, what stays keeps its number, what is gone goes, and what is new never takes an old number."""
    with sandbox(tmp_path, ONE) as first:
        Caller(first).ask("POST", LINEAGE, {"paths": [[[table("1.s.new")], [table("1.s.a")]]]})
        assert first.temporary() == {"1.s.new"}
    with sandbox(tmp_path, TWO) as second:
        rows = Caller(second).get("/integration/v2/table/").body
        assert [(row["name"], row["id"]) for row in rows] == [("b", 2), ("new", 3)]
        assert second.temporary() == {"1.s.a"}


def test_a_taken_port_is_named(tmp_path):
    """A port that is in use is a matter of configuration."""
    with Sandbox() as running:
        port = int(running.ready.url.rpartition(":")[2])
        with pytest.raises(ConfigError, match=rf"cannot use port {port} .* Choose another --port"):
            Sandbox(port)


def test_a_folder_that_is_a_file_is_named(tmp_path):
    """A data folder that cannot be one is a matter of configuration."""
    (tmp_path / "f").write_text("")
    with pytest.raises(ConfigError, match="the sandbox cannot keep its data there"):
        Sandbox(data_dir=tmp_path / "f")


def test_a_damaged_database_is_named(tmp_path):
    """A file that is no database is a matter of configuration, with what to do."""
    (tmp_path / "sandbox.db").write_bytes(b"not a database at all" * 100)
    with pytest.raises(ConfigError, match="name another folder, or remove the file"):
        Sandbox(data_dir=tmp_path)


def test_does_not_show_its_token_by_accident(tmp_path):
    """The repr of what is ready holds no token."""
    with sandbox(tmp_path) as running, Sandbox() as other:
        assert running.token not in repr(other.ready)
        assert other.ready.refresh_token not in repr(other.ready)
