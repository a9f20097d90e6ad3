"""Wrong token, unknown data source, unreachable server: nothing is lost, and the message says what to do."""

from __future__ import annotations

from fixtures.demo.rehearsal import Sandbox
from tests.demo.company import Company, expected_tables, graph_of

NOBODY = {"ALATION_LINEAGE_ALATION__URL": "http://127.0.0.1:9", "ALATION_LINEAGE_ALATION__RETRIES": "0"}


def test_wrong_token_says_where_tokens_come_from(company: Company, alation: Sandbox) -> None:
    """A refused token ends the run with the name of the variable; the right one then does the whole work."""
    done = company.run(ALATION_LINEAGE_REFRESH_TOKEN="wrong-and-secret")
    assert done.code == 3
    assert "token" in done.output.lower()
    assert "wrong-and-secret" not in done.output
    assert "Traceback" not in done.output
    assert not graph_of(alation).dataflows
    assert company.run().code == 0
    assert graph_of(alation).tables == expected_tables(night=1)


def test_missing_token_names_the_variables(company: Company) -> None:
    """Without a token the message names each way to give one, and the exit code is that of a configuration error."""
    done = company.run(ALATION_LINEAGE_REFRESH_TOKEN="")
    assert done.code == 2
    assert "ALATION_LINEAGE_REFRESH_TOKEN_FILE" in done.output


def test_unreachable_server_loses_nothing(company: Company, alation: Sandbox) -> None:
    """Without an answer the run ends with the address; the next one sends everything."""
    done = company.run(**NOBODY)
    assert done.code == 3
    assert "127.0.0.1:9" in done.output
    assert "Traceback" not in done.output
    assert company.run().code == 0
    assert graph_of(alation).tables == expected_tables(night=1)


def test_unknown_data_source_is_named(company: Company, alation: Sandbox) -> None:
    """A data source that Alation does not have is named before anything of it is sent."""
    settings = company.folder / "lineage.toml"
    text = settings.read_text()
    settings.write_text(text.replace("data_source_id = 57", "data_source_id = 5799"))
    done = company.run()
    assert "5799" in done.output
    assert "Traceback" not in done.output
    checked = company.call("check")
    assert checked.code == 2
    assert "5799" in checked.output
    settings.write_text(text)
    assert company.run().code == 0
    assert graph_of(alation).tables == expected_tables(night=1)
