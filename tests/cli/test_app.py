"""The command line as a user meets it: real processes."""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
import typer

from extractor.cli.app import app
from tests.cli.shell import shell

PROGRAM = "import sys; sys.argv[0] = 'alation-lineage'; from extractor.cli import main; main()"


def command(*arguments: str, stdin: str = "", cwd=None) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own."""
    code = "import sys; sys.argv[0] = 'alation-lineage'; from extractor.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        input=stdin,
        cwd=cwd,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def leaves(group: typer.core.TyperGroup, *path: str) -> Iterator[tuple[str, ...]]:
    """The words of every command of the tree."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from leaves(command, *path, name)
        else:
            yield *path, name


COMMANDS = sorted(leaves(typer.main.get_command(app)))


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_has_help_with_an_example(words):
    """The help of a command says what it does and shows how it is called, with options that it has."""
    shown = shell(*words, "--help", COLUMNS="250")
    example = re.search(rf"Example: (?:.*\| |[A-Z_]+=\S+ )?(alation-lineage {' '.join(words)}( .*)?)", shown.stdout)
    assert shown.returncode == 0
    assert "  by default" not in shown.stdout, "a word in brackets is markup, unless it is escaped"
    assert example is not None, shown.stdout
    used = set(re.findall(r"(?<=\s)--?[a-z][a-z-]*", example[1]))
    assert used <= set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", shown.stdout.replace(example[0], "")))


def test_all_commands_are_listed():
    """The top-level help names every command."""
    shown = shell("--help").stdout
    assert all(words[0] in shown for words in COMMANDS)


@pytest.mark.parametrize("arguments", [["--version"], ["--help"]])
def test_start_up_imports_nothing_heavy(arguments):
    """Neither the parser, the database layer, the HTTP client nor tables are loaded to say a version."""
    heavy = "sqlglot", "sqlalchemy", "httpx", "rich.table", "pydantic_settings", "dialects.registry"
    code = (
        "import sys\nfrom extractor.cli import main\nsys.argv = ['alation-lineage', *sys.argv[1:]]\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print('heavy:', [m for m in {heavy!r} if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=60, check=True
    )
    allowed = "['rich.table']" if arguments == ["--help"] else "[]"
    assert done.stderr.strip().splitlines()[-1] in {"heavy: []", f"heavy: {allowed}"}


def test_an_unknown_command_is_a_usage_error():
    """A word that is no command ends with exit code 2."""
    assert command("frobnicate").returncode == 2


def test_init_writes_once_and_never_overwrites(tmp_path):
    """The second init leaves the user's file as it is and says so with exit code 2."""
    assert command("init", cwd=tmp_path).returncode == 0
    (tmp_path / "lineage.toml").write_text("mine")
    again = command("init", cwd=tmp_path)
    assert (again.returncode, (tmp_path / "lineage.toml").read_text()) == (2, "mine")
    assert "exists already" in again.stderr


def test_a_missing_configuration_is_one_clear_line(tmp_path):
    """No traceback, exit code 2, and what to do."""
    done = command("run", cwd=tmp_path)
    assert done.returncode == 2
    assert "alation-lineage init" in done.stderr
    assert "Traceback" not in done.stderr


def test_extract_reads_standard_input():
    """Lineage of a text without any configuration."""
    done = command("extract", "-", "--dialect", "postgres", stdin="insert into mart.net select shop from raw.sales")
    assert done.returncode == 0
    assert "raw.sales.shop -> mart.net.shop" in done.stdout


def test_extract_knows_the_given_schema(tmp_path):
    """A star is expanded by the columns given on the command line."""
    (tmp_path / "s.json").write_text('{"raw.sales": {"shop": null, "net": null}}')
    done = command(
        "extract",
        "-",
        "-d",
        "postgres",
        "--schema",
        str(tmp_path / "s.json"),
        "-f",
        "json",
        stdin="create table mart.net as select * from raw.sales",
    )
    assert done.stdout.count('"source_column"') == 2


def test_extract_reads_logs_and_compressed_scripts(tmp_path):
    """What `formats` recognises is read as such, with its records' order."""
    (tmp_path / "log.jsonl").write_text('{"sql": "insert into a select x from b", "session": "1"}\n{broken\n')
    log = command("extract", "log.jsonl", cwd=tmp_path)
    assert "b.x -> a.x" in log.stdout
    assert (log.returncode, "log.jsonl:2: the line is no JSON" in log.stderr) == (3, True)
    (tmp_path / "s.sql.gz").write_bytes(gzip.compress(b"insert into a select x from b;"))
    assert "b.x -> a.x" in command("extract", "s.sql.gz", cwd=tmp_path).stdout


def test_a_file_in_another_encoding_is_said(tmp_path):
    """A script that is not in the configured encoding has that on its line of the report."""
    write_plan_only(tmp_path)
    (tmp_path / "a.sql").write_bytes("insert into a select 'caf\u00e9', x from b;".encode("cp1252"))
    assert "a.sql: sql-script, 1 record (read as cp1252)" in command("plan", cwd=tmp_path).stdout


def test_extract_names_an_unknown_dialect():
    """A dialect that does not exist is a usage error."""
    done = command("extract", "-", "--dialect", "klingon", stdin="select 1")
    assert done.returncode == 2
    assert "klingon" in done.stderr


def test_dialects_lists_what_keys_look_like():
    """Redshift's key carries a database part, MySQL's does not."""
    rows = {line.split()[0]: line for line in command("dialects").stdout.splitlines()}
    assert "ds.db.schema.table" in rows["redshift"]
    assert "ds.schema.table" in rows["mysql"]


def test_names_from_sql_cannot_steer_the_terminal():
    """Escape sequences and marks of writing direction inside names are spelled, not sent."""
    done = command("extract", "-d", "postgres", "-", stdin='insert into "a\x1b[2J\x07" select * from "b\u202e";')
    assert done.returncode == 0
    assert "b\\u202e -> a\\x1b[2J\\x07" in done.stdout
    assert not {"\x1b", "\x07", "\u202e"} & set(done.stdout)


def test_a_terminal_whose_encoding_is_ascii_ends_no_command(monkeypatch):
    """A name in another script is read from a pipe all the same, and shown by its number."""
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    words = [sys.executable, "-c", PROGRAM, "extract", "-", "-d", "postgres"]
    done = subprocess.run(words, input="insert into a select x from b\u8868".encode(), capture_output=True, check=True)
    assert b"b\\u8868 -> a" in done.stdout


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        ("insert into a select x from \u00e9t\u00e9".encode("cp1252"), 0, "\u00e9t\u00e9 -> a"),
        ("insert into a select x from \u8868".encode("utf-16"), 0, "\u8868 -> a"),
        (b"\x7fELF\0\0\1", 2, "error: standard input is no text"),
    ],
)
def test_what_is_piped_in_may_be_in_any_encoding(data, code, words):
    """Windows-1252 and UTF-16 are read, bytes that are no text are refused."""
    command_line = [sys.executable, "-c", PROGRAM, "extract", "-", "-d", "postgres"]
    env = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(command_line, input=data, capture_output=True, env=env, check=False)
    assert (done.returncode, words in (done.stdout + done.stderr).decode()) == (code, True)


def test_a_window_that_holds_nothing_is_a_usage_error(tmp_path):
    """--since after --until is said before anything is read."""
    write_plan_only(tmp_path)
    done = command("plan", "--since", "2026-02-02", "--until", "2025-01-01", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "--since" in done.stderr


def test_a_report_that_cannot_be_written_is_an_error_in_one_line(tmp_path):
    """The words still come; the exit code is 3, and no traceback."""
    write_plan_only(tmp_path)
    done = command("plan", "--json", str(tmp_path), cwd=tmp_path)
    assert done.returncode == 3
    assert "sum" in done.stdout
    assert "the report cannot be written" in done.stderr
    assert "Traceback" not in done.stderr


def test_quiet_still_says_what_failed(tmp_path):
    """--quiet prints errors, and the reason is a part of them."""
    write_plan_only(tmp_path, paths='"a.sql", "missing"')
    done = command("plan", "--quiet", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (3, "")
    assert "missing matches no file" in done.stderr


def test_a_file_name_of_any_bytes_is_read_and_reported(tmp_path):
    """A name that is no text, or steers terminals, is spelled in the report and costs nothing."""
    write_plan_only(tmp_path, paths='"logs"')
    (tmp_path / "logs").mkdir()
    for number, name in enumerate((b"caf\xe9.sql", b"two\nlines\x1b[2J.sql")):
        path = os.fsencode(tmp_path / "logs") + b"/" + name
        with open(path, "w", encoding="utf-8") as script:  # noqa: PTH123 - the name is bytes
            script.write(f"insert into a{number} select x from b{number};")
    done = command("plan", "--json", "report.json", cwd=tmp_path)
    assert done.returncode == 0
    report = json.loads((tmp_path / "report.json").read_text())
    assert [f["path"] for f in report["files"]] == ["logs/caf\\xe9.sql", "logs/two\\x0alines\\x1b[2J.sql"]
    assert report["statements"]["lineage"] == 2
    explained = command("explain", "logs/caf\\xe9.sql:1", cwd=tmp_path)
    assert "insert into a0" in explained.stdout


def write_plan_only(folder, paths='"a.sql"'):
    """A configuration that needs no Alation, and a script."""
    (folder / "a.sql").write_text("insert into a select x from b;")
    (folder / "lineage.toml").write_text(
        f'[[source]]\npaths = [{paths}]\ndialect = "postgres"\ndata_source_id = 1\n'
        'unknown_tables = "upload"\ncatalog = {{ from_alation = false }}\n'.replace("{{", "{").replace("}}", "}")
    )
