"""SQL scripts."""

from __future__ import annotations

from pathlib import Path

import pytest
from reading import LOGS, read

SCRIPTS = LOGS / "scripts"


def test_a_script_is_one_record_and_its_own_session() -> None:
    """Nothing is known of time and user; the session is the script."""
    found = read(SCRIPTS / "net.sql")
    record = found.records[0]
    assert len(found.records) == 1
    assert record.sql == (SCRIPTS / "net.sql").read_text().rstrip("\n")
    assert (record.started_at, record.user, record.session) == (None, None, "net.sql")


def test_copied_data_is_left_out_and_lines_keep_their_numbers() -> None:
    """Rows of COPY FROM stdin are no SQL: blank lines stand in their place."""
    text = read(SCRIPTS / "dump.sql").texts[0]
    assert "nowhere" not in text
    assert "it's" not in text
    assert text.split("\n")[5] == "INSERT INTO u SELECT * FROM t;"


def test_sql_in_a_shell_script_is_recognised() -> None:
    """BTEQ in a here-document is a script like another."""
    assert read(SCRIPTS / "load.ksh").stats.format == "sql-script"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8-sig", "cp1252"])
def test_encodings_of_editors_are_understood(tmp_path: Path, encoding: str) -> None:
    """UTF-16 with and without a mark, UTF-8 with one, Windows' Latin-1."""
    script = tmp_path / "x.sql"
    script.write_bytes("-- für später\r\nINSERT INTO a\r\nSELECT 1;\r\n".encode(encoding))
    assert read(script).texts == ["-- für später\nINSERT INTO a\nSELECT 1;"]


def test_lone_carriage_returns_end_lines(tmp_path: Path) -> None:
    """Where CR is the only line end, a comment does not swallow what follows."""
    script = tmp_path / "x.sql"
    script.write_bytes(b"-- net\rINSERT INTO a\rSELECT 1;\r")
    assert read(script).texts == ["-- net\nINSERT INTO a\nSELECT 1;"]


def test_marks_in_the_middle_and_control_z_are_dropped(tmp_path: Path) -> None:
    """Concatenated files carry byte order marks inside, old editors end with Ctrl-Z."""
    script = tmp_path / "x.sql"
    script.write_bytes(b"DELETE FROM a;\n\xef\xbb\xbfDELETE FROM b;\n\x1a")
    assert read(script).texts == ["DELETE FROM a;\nDELETE FROM b;\n"]


def test_a_script_of_comments_says_that_it_holds_nothing(tmp_path: Path) -> None:
    """No record, and a line that says so."""
    script = tmp_path / "x.sql"
    script.write_text("-- INSERT INTO a SELECT 1;\n/* nothing */\n")
    found = read(script)
    assert found.records == []
    assert "no statements found" in found.stats.problem


def test_a_big_dump_is_cut_at_the_ends_of_statements(tmp_path: Path) -> None:
    """A dump beyond a megabyte comes in pieces that together are the file, each ending with a statement."""
    script = tmp_path / "dump.sql"
    rows = (f"INSERT INTO a VALUES ({n}, 'it''s;\n still inside;\n');\n" for n in range(40_000))
    script.write_text("".join(rows))
    found = read(script)
    assert len(found.records) > 3
    assert all(text.rstrip().endswith("');") for text in found.texts)
    assert "\n".join(found.texts) == script.read_text().rstrip("\n")
    assert not any(r.cut for r in found.records)
    first_lines = [r.origin.line for r in found.records if r.origin]
    assert first_lines[1] == found.texts[0].count("\n") + 2
    assert [r.sequence for r in found.records] == list(range(len(found.records)))


def test_a_big_batch_script_is_cut_at_go(tmp_path: Path) -> None:
    """With GO in it, a semicolon ends no piece: it may stand inside a procedure."""
    script = tmp_path / "dump.sql"
    batch = "CREATE PROCEDURE p{n} AS\nBEGIN\n  DELETE FROM a;\n  INSERT INTO b SELECT 1;\nEND;\nGO\n"
    script.write_text("".join(batch.format(n=n) for n in range(20_000)))
    found = read(script, dialect="sqlserver")
    assert len(found.records) > 3
    assert all(text.endswith("GO") for text in found.texts)


def test_a_big_mysql_dump_keeps_escaped_quotes_closed(tmp_path: Path) -> None:
    r"""``\'`` ends no string where the dialect says so."""
    script = tmp_path / "dump.sql"
    script.write_text("".join(f"INSERT INTO a VALUES ({n}, 'it\\'s; so');\n" for n in range(40_000)))
    found = read(script, dialect="mysql")
    assert len(found.records) > 3
    assert all(text.endswith("so');") for text in found.texts)


def test_one_endless_statement_is_cut_at_the_limit(tmp_path: Path) -> None:
    """A statement past the limit is marked cut; memory stays bounded."""
    script = tmp_path / "x.sql"
    script.write_text("INSERT INTO a VALUES\n" + "(1, 'x'),\n" * 400_000 + "(2, 'y');\nDELETE FROM b;\n")
    found = read(script, max_statement_bytes=2_000_000)
    assert found.records[0].cut
    assert len(found.records[0].sql) <= 2_000_000
