"""A log that a server cut in files is one log."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from reading import read_pieces, source

from extractor.sources import find_inputs, logs_of

STATEMENT = "2024-03-02 02:00:11.402 UTC [4711] etl@wh LOG:  statement: insert into a\n\tselect 1\n"
ERROR = "2024-03-02 02:00:12.402 UTC [4711] etl@wh ERROR:  no such thing\n"
FAILED = "2024-03-02 02:00:12.402 UTC [4711] etl@wh STATEMENT:  insert into a\n\tselect 1\n"


def logs_in(folder: Path) -> list[list[str]]:
    """The names of the files of each log."""
    wanted = source(paths=["."])
    return [[item.name for item in log] for log in logs_of(find_inputs(wanted, folder), wanted)]


@pytest.mark.parametrize(
    "names",
    [
        ["x.log.10.gz", "x.log.2.gz", "x.log.1", "x.log"],
        ["pg-2024-03-01_000000.log", "pg-2024-03-02_000000.log", "pg-2024-03-10_000000.log"],
        ["x.log-20240301.gz", "x.log-20240302", "x.log"],
        ["x_1.log", "x_2.log", "x_10.log"],
    ],
)
def test_rotated_files_are_one_log_in_the_order_in_which_they_were_written(tmp_path: Path, names: list[str]) -> None:
    """Generations count backwards, dates and numbers forwards, the bare name is the newest."""
    for name in reversed(names):
        data = (STATEMENT * 3).encode()
        (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    assert logs_in(tmp_path) == [names]


def test_a_statement_that_fails_in_the_next_file_has_failed(tmp_path: Path) -> None:
    """The cut lies between the statement and its error, and inside of the statement."""
    text = STATEMENT + ERROR + FAILED
    for at in (40, len(STATEMENT) - 10, len(STATEMENT), len(STATEMENT) + 3, len(text) - 5):
        pieces = [tmp_path / "a.log.1", tmp_path / "a.log"]
        pieces[0].write_text(text[:at])
        pieces[1].write_text(text[at:])
        found = read_pieces(pieces)
        assert list(zip(found.texts, found.outcomes, strict=True)) == [("insert into a\nselect 1", "failed")], at


def test_other_formats_and_other_prefixes_are_logs_of_their_own(tmp_path: Path) -> None:
    """What differs in more than a number is not joined."""
    (tmp_path / "a1.log").write_text(STATEMENT * 3)
    (tmp_path / "a2.log").write_text((STATEMENT * 3).replace(" UTC [4711] etl@wh LOG", " UTC-65e2882b.1267-LOG"))
    (tmp_path / "a3.log").write_text('{"query":"insert into a select 1","timestamp":1}\n')
    (tmp_path / "a4.log").write_text('{"query":"insert into a select 1","timestamp":2}\n')
    assert logs_in(tmp_path) == [["a1.log"], ["a2.log"], ["a3.log"], ["a4.log"]]


def test_hundreds_of_pieces_need_no_more_files_open_than_one(tmp_path: Path) -> None:
    """Each is opened when the one before it is read."""
    resource = pytest.importorskip("resource", reason="limits of open files are a thing of POSIX")
    pieces = []
    for number in range(300):
        pieces.append(tmp_path / f"a.log.{300 - number}")
        pieces[-1].write_text(STATEMENT * 400)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (100, hard))
    try:
        found = read_pieces(pieces)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert len(found.records) == 300 * 400
    assert found.bad == []
