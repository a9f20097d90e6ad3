"""What the command does at a terminal, in a pipe, and for a collector of logs."""

from __future__ import annotations

import io
import json
import os
import pty
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sandbox_server import sandbox

from extractor import pipeline
from extractor.cli import main
from extractor.cli.progress import Steps, count_in_words, time_in_words
from extractor.cli.screen import Screen
from extractor.cli.show import report_in_words
from extractor.config import load_config
from extractor.models import Outcome
from extractor.progress import Count
from extractor.report import FileReport, Report
from tests.cli.shell import shell
from tests.pipeline.company import CATALOG, LOAD, configure, record, write_log

PROGRAM = "import sys; sys.argv[0] = 'alation-lineage'; from extractor.cli import main; main()"


def at_a_terminal(code: str, *words: str, **environment: str) -> str:
    """What a process writes, all of whose streams are a terminal."""
    ours, its = pty.openpty()
    held = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "TERM")}
    with subprocess.Popen(
        [sys.executable, "-c", code, *words],
        stdin=its,
        stdout=its,
        stderr=its,
        env={**held, "TERM": "xterm", **environment},
    ):
        os.close(its)
        written = b""
        try:
            while block := os.read(ours, 65536):
                written += block
        except OSError:  # the terminal's other end is closed: all was read
            os.close(ours)
    return written.decode()


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """A script with a statement that can be read and one that cannot."""
    path = tmp_path / "night.sql"
    path.write_text(
        "insert into mart.net select net from raw.sales;\n\ninsert into a\nselect x from b where where y = 'z';\n"
    )
    return path


@pytest.mark.parametrize(
    ("environment", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)]
)
def test_a_terminal_gets_colours_unless_it_asks_for_none(script, environment, coloured):
    """On a real pseudo-terminal NO_COLOR and TERM=dumb turn off every escape sequence."""
    written = at_a_terminal(PROGRAM, "extract", str(script), "-d", "postgres", **environment)
    assert "raw.sales.net -> mart.net.net" in written
    assert ("\x1b[" in written) is coloured


def test_the_place_of_an_error_is_underlined(script):
    """The line of the file, and marks below the word at which the parser stopped."""
    done = shell("extract", str(script), "-d", "postgres")
    shown = done.stderr.splitlines()
    place = next(number for number, line in enumerate(shown) if line.startswith(f"{script}:4:23: not parsed"))
    assert shown[place + 1].startswith("  4 | select x from b where where y = ")
    assert shown[place + 2].index("^^^^^") == shown[place + 1].index("where where") + len("where ")


def test_a_statement_that_is_not_understood_is_shown_with_its_first_word(tmp_path):
    """The parser tells no place of it: its beginning is shown, on its line of the file."""
    path = tmp_path / "typo.sql"
    path.write_text("select 1;\n\ncreate tabel oops as select 1;\n")
    shown = shell("extract", str(path), "-d", "postgres").stderr.splitlines()
    assert shown[0].startswith(f"{path}:3:1: unsupported: ")
    assert shown[1:3] == ["  3 | create tabel oops as select 1", "    | ^^^^^^"]


LIVE = """
from extractor.cli.progress import Steps
from extractor.progress import Count
seconds = iter((0, 1, 4, 4.05))
steps = Steps(clock=lambda: next(seconds))
for done in (0, 250, 1000, 1001):
    steps.count(Count('ds12: binding', done, 2000, 'statements'))
steps('ds12: done')
"""


def test_a_terminal_has_one_line_that_lives():
    """It is written over, not more often than an eye can follow, and gone before the next line."""
    written = at_a_terminal(LIVE)
    assert written.endswith("\r\x1b[Kds12: done\r\n")
    assert "\r\x1b[Kds12: binding: 1,000 of 2,000 statements, 250/s, 4 s left" in written
    assert "1,001" not in written
    assert "\n" not in written.partition("ds12: done")[0]


def test_a_pipe_gets_a_line_a_minute(capsys):
    """Work that was counted for two and a half minutes has told two lines."""
    seconds = iter(range(0, 151, 10))
    steps = Steps(clock=lambda: next(seconds))
    for done in range(16):
        steps.count(Count("ds12: reading", done * 10_000_000, 300_000_000, "bytes"))
    assert capsys.readouterr().err.splitlines() == [
        "ds12: reading: 60.0 MB of 300.0 MB, 1.0 MB/s, 4 min 0 s left",
        "ds12: reading: 120.0 MB of 300.0 MB, 1.0 MB/s, 3 min 0 s left",
    ]


def test_time_that_is_left_is_told_when_it_is_known():
    """Not before the rate is sure, nor where nobody knows how much there is."""
    count = Count("uploading", 5, 50, "requests")
    assert count_in_words(count, 5, 1.0) == "uploading: 5 of 50 requests, 5/s"
    assert count_in_words(count._replace(total=0), 5, 10.0) == "uploading: 5 requests, 30/min"
    assert [time_in_words(s) for s in (0.2, 59, 200, 7_500)] == ["1 s", "59 s", "3 min 20 s", "2 h 5 min"]


def test_the_next_window_is_counted_anew(capsys):
    """Work of the same name that begins again has a rate of its own."""
    seconds = iter((0, 100, 110, 180))
    steps = Steps(clock=lambda: next(seconds))
    for done in (0, 900, 0, 140):
        steps.count(Count("ds12: binding", done, 1000, "statements"))
    told = capsys.readouterr().err.splitlines()
    assert told[-1] == "ds12: binding: 140 of 1,000 statements, 2/s, 7 min 10 s left"


class Heard:
    """Keeps what a run tells."""

    def __init__(self) -> None:
        self.counts: list[Count] = []

    def __call__(self, line: str) -> None:
        assert line

    def count(self, count: Count) -> None:
        """Keep it."""
        self.counts.append(count)


def test_a_run_counts_its_way_through_the_files(tmp_path):
    """The bytes of all files of a source are read in the end, compressed or not, skipped or not."""
    rows = [record(LOAD.format(day=str(day))) for day in range(500)]
    write_log(tmp_path, "a.jsonl", rows)
    write_log(tmp_path, "b.jsonl", rows)
    configure(tmp_path, extra='catalog = { from_alation = false }\nunknown_tables = "upload"')
    heard = Heard()
    pipeline.plan(load_config(tmp_path / "lineage.toml"), out=None, window=pipeline.Window(), progress=heard)
    read = [count for count in heard.counts if count.what.endswith("reading")]
    total = sum(path.stat().st_size for path in tmp_path.rglob("*.jsonl"))
    assert (read[-1].done, read[-1].total) == (total, total)
    assert [count.done for count in read] == sorted(count.done for count in read)
    assert any(count.unit == "statements" for count in heard.counts)


@pytest.fixture
def night(tmp_path: Path) -> Path:
    """A configuration whose log holds a statement with lineage and one that cannot be parsed."""
    write_log(tmp_path, "a.jsonl", [record(LOAD.format(day="x")), record("insert into t select from where")])
    configure(tmp_path, extra='catalog = { from_alation = false }\nunknown_tables = "upload"')
    return tmp_path


def test_the_log_as_json_tells_run_source_and_session(night):
    """Each line of standard error is an object, also that of a statement which needs a look."""
    done = shell("plan", "--log-format", "json", cwd=night)
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    problem = next(line for line in lines if line.get("outcome") == "not parsed")
    assert {"time", "level", "message", "run", "source", "session", "place"} <= problem.keys()
    assert problem["place"].endswith("a.jsonl:2")
    assert problem["session"]
    assert next(line for line in lines if line["message"] == "done")["records"] == 2
    assert all(line.get("run") == problem["run"] for line in lines if "reading" in line["message"])
    assert done.stdout == ""


def test_a_quiet_log_as_json_has_warnings_and_errors_only(night):
    """The variable asks for JSON as the option does."""
    (night / "lineage.toml").write_text("namespace = 'x'\n")
    done = shell("plan", "--quiet", cwd=night, ALATION_LINEAGE_LOG_FORMAT="json")
    levels = [json.loads(line)["level"] for line in done.stderr.splitlines()]
    assert (done.returncode, levels) == (2, ["error"])


def test_the_report_fits_the_screen():
    """However much there is to say, it has room; what is cut says so, and every list keeps its beginning."""
    report = Report(datetime(2031, 2, 3, tzinfo=UTC))
    report.files = [FileReport(f"logs/{n}.csv", "csv", records=n) for n in range(100)]
    for outcome in (Outcome.LINEAGE, Outcome.READ_ONLY, Outcome.NOT_PARSED):
        report.whole_record(outcome)
    for n in range(100):
        for lines in (report.problems, report.names, report.unlisted, report.notes, report.folds, report.unmapped):
            lines.add(f"table {n} " + "x" * 90, "a reason", "a.sql:1")
    report.warnings = [f"warning {n}" for n in range(100)]
    shown = report_in_words(report, Screen(40, 80)).splitlines()
    assert sum(-(-len(line) // 80) for line in shown) <= 40
    assert sum("(all with --json FILE)" in line for line in shown) == 8


def test_a_file_with_a_problem_is_listed_first():
    """A hundred good files do not hide the one that could not be read."""
    report = Report(datetime(2031, 2, 3, tzinfo=UTC))
    report.files = [FileReport(f"{n}.csv", "csv", 1) for n in range(100)] + [FileReport("bad.csv", problem="is empty")]
    assert "bad.csv" in report_in_words(report).splitlines()[1]


def test_the_shell_completes_commands_and_dialects():
    """With the variable that the shell's function sets, words are offered instead of run."""
    held = {"_ALATION_LINEAGE_COMPLETE": "complete_bash", "COMP_CWORD": "1"}
    assert "backfill" in shell(COMP_WORDS="alation-lineage back", **held).stdout.split()
    held["COMP_CWORD"] = "3"
    offered = shell(COMP_WORDS="alation-lineage extract --dialect snow", **held).stdout
    assert "snowflake" in offered.split()


WATCHED = """
import sys
import extractor.cli.progress as progress
progress.LINE_EVERY_S = 0.0
sys.argv[0] = 'alation-lineage'
from extractor.cli import main
main()
"""


def test_a_folder_at_the_desk_is_counted_while_it_is_analysed(tmp_path):
    """`extract` of many scripts, and of a log, tells how far it is, how fast, and how long it will take."""
    for number in range(3):
        (tmp_path / f"{number}.sql").write_text("insert into a select x from b;\n" * 40)
    words = [sys.executable, "-c", WATCHED, "extract", str(tmp_path), "-d", "postgres"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    size = f"{3 * 40 * 31 / 1000:.1f} kB"
    told = [line for line in done.stderr.splitlines() if line.startswith("analysing: ")]
    assert len(told) >= 3 * 40
    assert told[-1].startswith(f"analysing: {size} of {size}, ")
    assert "/s" in told[-1]
    quiet = subprocess.run([*words, "--quiet"], capture_output=True, text=True, check=True)
    assert (quiet.stderr, quiet.stdout) == ("", done.stdout)


def test_a_statement_that_cannot_be_analysed_ends_the_desk_with_an_exit_code(script):
    """A script in CI must not pass for read: 3, unless --exit-zero asks for 0; both say how many it was."""
    done = shell("extract", str(script), "-d", "postgres")
    assert (done.returncode, done.stderr.splitlines()[-1]) == (3, "exit 3: 1 statement of 2 could not be analysed")
    meant = shell("extract", str(script), "-d", "postgres", "--exit-zero")
    assert (meant.returncode, meant.stdout) == (0, done.stdout)
    assert meant.stderr.splitlines()[-1] == "exit 0: 1 statement of 2 could not be analysed"


def test_the_desk_logs_as_json_too(script):
    """With --log-format json each line on standard error of extract is an object with a level."""
    done = shell("extract", str(script), "-d", "postgres", "--log-format", "json")
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert any("could not be analysed" in line["message"] for line in lines)
    assert done.stdout == shell("extract", str(script), "-d", "postgres").stdout


class Interrupted(io.RawIOBase):
    """A pipe on which somebody presses Ctrl-C."""

    def readable(self) -> bool:
        """It can be read."""
        return True

    def readinto(self, _: object) -> int:
        """Nothing comes: the user has lost patience."""
        raise KeyboardInterrupt


def test_an_interrupted_command_says_so_in_one_line(monkeypatch, capsys):
    """Ctrl-C ends with 130, as shells expect, and no traceback; a command that keeps nothing promises nothing."""
    monkeypatch.setattr(sys, "argv", ["alation-lineage", "extract", "-"])
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(Interrupted())))
    with pytest.raises(SystemExit) as end:
        main()
    assert end.value.code == 130
    assert capsys.readouterr().err == "interrupted\n"


def test_an_interrupted_run_says_that_it_goes_on(tmp_path):
    """SIGINT in the middle of a run: 130, and one line that says what holds; standard output stays empty."""
    columns = ", ".join(f"a.c{i} + b.d{i} as e{i}" for i in range(40))
    text = "insert into mart.net{n} select {columns} from raw.a a join raw.b b on a.id = b.id where a.k{n} = 1"
    write_log(tmp_path, "a.jsonl", [record(text.format(n=n, columns=columns)) for n in range(3_000)])
    with sandbox(tmp_path, CATALOG) as alation:
        configure(tmp_path, alation.url)
        environment = {**os.environ, **alation.environment()}
        words = [sys.executable, "-c", PROGRAM, "run"]
        with subprocess.Popen(words, cwd=tmp_path, env=environment, stdout=-1, stderr=-1, text=True) as process:
            while "reading" not in process.stderr.readline():
                assert process.poll() is None
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert err.splitlines()[-1] == "interrupted; what was finished is kept, run again to go on"
