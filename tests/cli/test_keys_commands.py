"""The commands keys and catalog, as a person calls them."""

from __future__ import annotations

from pathlib import Path

import pytest
from sandbox_server import sandbox
from typer.testing import CliRunner

from extractor.cli.app import app
from extractor.config import TOKEN_VARIABLE
from tests.pipeline.company import CATALOG

RUNNER = CliRunner()
CSV = "table_schema,table_name,column_name,ordinal_position\nmart,net,day,1\nmart,net,shop,2\nraw,sales,day,1\n"
SOURCE = '[[source]]\nname = "{name}"\npaths = ["logs"]\ndialect = "postgres"\ndata_source_id = {number}\n'


def call(*words: str) -> tuple[int, str]:
    """The exit code of a command, and what it prints."""
    result = RUNNER.invoke(app, list(words))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


@pytest.fixture
def config(tmp_path: Path) -> str:
    """A configuration of one source, whose catalog lies in a file."""
    path = tmp_path / "lineage.toml"
    path.write_text(SOURCE.format(name="wh", number=12) + 'catalog = { file = "columns.csv" }\n')
    (tmp_path / "columns.csv").write_text(CSV)
    return str(path)


def test_a_catalog_is_pulled_shown_and_asked(config: str) -> None:
    """What pull brings, show tells, and a name is found in it; the exit code says whether it has a key."""
    code, told = call("catalog", "pull", "--config", config)
    assert (code, "data source 12: 2 tables, 3 columns, from file" in told) == (0, True)
    code, told = call("catalog", "show", "--config", config, "--schemas", "1")
    assert code == 0
    assert "mart (1 table)" in told
    assert "and 1 more schema" in told
    code, told = call("keys", "MART.Net", "--config", config)
    assert (code, "result: catalog: 12.mart.net" in told) == (0, True)
    code, told = call("keys", "mart.nett", "--source", "wh", "--config", config)
    assert (code, "near in the catalog: 12.mart.net" in told) == (1, True)


def test_the_session_of_a_name_is_given(config: str) -> None:
    """The schema that the session had set completes a bare name."""
    call("catalog", "pull", "--config", config)
    code, told = call("keys", "net", "--schema", "mart", "--config", config)
    assert (code, "result: catalog: 12.mart.net" in told) == (0, True)


def test_a_place_of_a_file_has_a_key(config: str) -> None:
    """Places are told from names by their look; what is missing in the configuration is said."""
    code, told = call("keys", "s3://landing/x/y.csv", "--config", config)
    assert (code, 'add a [[file_system]] with prefix = "s3://landing/"' in told) == (1, True)
    Path(config).write_text(Path(config).read_text() + '[[file_system]]\nprefix = "s3://landing/"\nid = 4\n')
    code, told = call("keys", "s3://landing/x/y.csv", "--config", config)
    assert (code, "result: file system: 4.x/y.csv" in told) == (0, True)


def test_a_catalog_is_imported(config: str, tmp_path: Path) -> None:
    """A file takes the place of the catalog; one that holds nothing leaves it."""
    other = tmp_path / "other.jsonl"
    other.write_text('{"schema": "lake", "table": "a", "column": "x"}\n')
    code, told = call("catalog", "import", str(other), "--config", config)
    assert (code, "data source 12: 1 table, 1 column, from file" in told) == (0, True)
    other.write_text("x\n")
    assert RUNNER.invoke(app, ["catalog", "import", str(other), "--config", config]).exit_code != 0
    assert "1 table," in call("catalog", "show", "--config", config)[1]


def test_a_data_source_without_a_catalog_is_told(config: str) -> None:
    """Show says what brings one."""
    assert "data source 12: no catalog; bring it with" in call("catalog", "show", "--config", config)[1]


def test_one_catalog_that_fails_costs_itself(config: str) -> None:
    """The other sources are pulled all the same, and the command fails at its end."""
    text = Path(config).read_text()
    Path(config).write_text(text + SOURCE.format(name="lost", number=13) + 'catalog = { file = "none.csv" }\n')
    code, told = call("catalog", "pull", "--config", config)
    assert code == 3
    assert "data source 12: 2 tables" in told
    assert "data source 13: " in told


def test_alation_is_pulled_with_the_sources_that_are_only_mapped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A data source that only a map names has its catalog, too, and names of it are explained there."""
    other = {**CATALOG["data_sources"][0], "id": 31, "title": "Purchasing"}
    with sandbox(tmp_path, catalog={"data_sources": [*CATALOG["data_sources"], other]}) as running:
        monkeypatch.setenv(TOKEN_VARIABLE, running.token)
        path = tmp_path / "lineage.toml"
        path.write_text(
            f'[alation]\nurl = "{running.url}"\nuser_id = 1\n'
            + SOURCE.format(name="wh", number=12)
            + '[[map]]\ndatabase = "erp"\ndata_source_id = 31\nas_database = "wh"\n'
        )
        code, told = call("catalog", "pull", "--config", str(path))
    assert (code, told.count("from alation")) == (0, 2)
    code, told = call("keys", "erp.raw.sales", "--config", str(path))
    assert (code, "a [[map]] says that it is of data source 31" in told) == (0, True)
    assert "result: catalog: 31.raw.sales" in told


@pytest.mark.parametrize("source", ["nobody", ""])
def test_an_unknown_source_is_refused_with_those_there_are(config: str, source: str) -> None:
    """Among several, one has to be named, by its name or its data source."""
    Path(config).write_text(Path(config).read_text() + SOURCE.format(name="b", number=13))
    result = RUNNER.invoke(app, ["keys", "a.b", "--config", config, *(("--source", source) if source else ())])
    assert "wh (12), b (13)" in str(result.exception)
