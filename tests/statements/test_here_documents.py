"""SQL in the here-documents of shell scripts."""

from extractor.statements.here_documents import without_shell


def test_only_what_is_sent_to_a_client_stays_on_its_line() -> None:
    """Lines of the shell become empty, before, between and behind the documents."""
    script = (
        "#!/bin/sh\nsqlplus -s $U <<'END'\nSELECT 1 FROM a;\nEND\necho x\n/opt/bin/bteq <<-EOF >log\n\tSEL 2;\n\tEOF\n"
    )
    assert without_shell(script).split("\n") == ["", "", "SELECT 1 FROM a;", "", "", "", "\tSEL 2;", "", ""]


def test_sql_with_a_shift_operator_is_no_shell_script() -> None:
    """Two signs for less-than after something else than a client's name begin no document."""
    sql = "SELECT a << b FROM t;\nSELECT 1 <<lbl FROM bteq_log;"
    assert without_shell(sql) == sql


def test_a_document_without_an_end_reaches_to_the_end_of_the_script() -> None:
    """As the shell takes it."""
    assert without_shell("psql db <<EOF\nDELETE FROM t;") == "\nDELETE FROM t;"
