"""The settings: what is accepted, what is refused, and in which words."""

from __future__ import annotations

from pathlib import Path

import pytest

from extractor.config import TOKEN_VARIABLE, AlationSettings, load_config, refresh_token
from extractor.errors import ConfigError, SecretInConfig

THREE_LINES = """
alation = { url = "https://catalog.example.com", user_id = 81 }
source = [{ paths = ["logs"], dialect = "redshift", data_source_id = 12 }]
namespace = "dwh"
"""


def write(folder: Path, text: str) -> Path:
    """A configuration file with that text."""
    path = folder / "lineage.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_three_lines_are_a_whole_configuration(tmp_path):
    """Everything but Alation, the namespace and a source has a default."""
    config = load_config(write(tmp_path, THREE_LINES))
    assert config.source[0].name == "ds12"
    assert config.root == tmp_path
    assert config.upload.indirect == "tables"


def test_sources_without_names_are_numbered(tmp_path):
    """Two unnamed sources of one data source get names that differ."""
    source = '[[source]]\npaths = ["a"]\ndialect = "hive"\ndata_source_id = 3\n'
    config = load_config(write(tmp_path, source * 2))
    assert [s.name for s in config.source] == ["ds3", "ds3-2"]


def test_sources_of_one_name_are_refused(tmp_path):
    """A name is a part of dataflow ids, so it must be unique, whatever its case."""
    source = '[[source]]\nname = "{}"\npaths = ["a"]\ndialect = "hive"\ndata_source_id = 3\n'
    with pytest.raises(ConfigError, match="two sources are called a"):
        load_config(write(tmp_path, source.format("a") + source.format("A")))


@pytest.mark.parametrize(
    "line",
    [
        'alation = { url = "https://x.example", user_id = 1, refresh_token = "t0psecret" }',
        'state = { url = "postgresql://user:t0psecret@host/db" }',
        '[[extra]]\napi_key = "t0psecret"',
    ],
)
def test_a_secret_in_the_file_is_refused_without_being_shown(tmp_path, line):
    """The message names the place and what to do instead, never the secret."""
    with pytest.raises(SecretInConfig, match=TOKEN_VARIABLE) as caught:
        load_config(write(tmp_path, line))
    assert "t0psecret" not in str(caught.value)


@pytest.mark.parametrize(
    ("section", "line", "variable"),
    [
        ("observability", "api_key = 'k'", "ALATION_LINEAGE_OBSERVABILITY_KEY"),
        ("alation", "client_secret = 's'", "ALATION_LINEAGE_CLIENT_SECRET"),
        ("alation", "client_key_password = 'p'", "ALATION_LINEAGE_CLIENT_KEY_PASSWORD"),
        ("alation", "refresh_token = 't'", "ALATION_LINEAGE_REFRESH_TOKEN"),
    ],
)
def test_a_refused_secret_is_told_its_own_variable(tmp_path, section, line, variable):
    """What stood in the file at the wrong place goes into the variable of that secret."""
    with pytest.raises(SecretInConfig) as caught:
        load_config(write(tmp_path, f"[{section}]\n{line}\n"))
    assert f"set {variable} (or {variable}_FILE)" in str(caught.value)


def test_every_wrong_setting_is_named(tmp_path):
    """All problems are told at once, each with its place."""
    with pytest.raises(ConfigError) as caught:
        load_config(write(tmp_path, 'nonsense = 1\n[[source]]\npaths = []\ndialect = "hive"\ndata_source_id = -1\n'))
    message = str(caught.value)
    assert all(place in message for place in ("nonsense", "source.0.paths", "source.0.data_source_id"))


def test_a_misspelled_setting_gets_the_one_that_was_meant(tmp_path):
    """At any depth; where nothing is spelled alike, only that it does not exist."""
    with pytest.raises(ConfigError) as caught:
        load_config(
            write(
                tmp_path,
                'zzz = 1\nalation = { url = "catalog", usr_id = 1 }\n'
                '[[source]]\npath = ["l"]\ndialect = "hive"\ndata_source_id = 1\ncatalog = { from_alatoin = true }\n',
            )
        )
    lines = str(caught.value).splitlines()[1:]
    assert "  zzz: there is no such setting" in lines
    assert "  source.0.path: there is no such setting; did you mean paths?" in lines
    assert "  source.0.catalog.from_alatoin: there is no such setting; did you mean from_alation?" in lines
    assert "  alation.usr_id: there is no such setting; did you mean user_id?" in lines
    assert "  alation.url: this is no URL; write it whole, with https://" in lines


def test_a_missing_file_says_how_to_write_one(tmp_path):
    """The message for a missing file names the command that writes an example."""
    with pytest.raises(ConfigError, match="alation-lineage init"):
        load_config(tmp_path / "none.toml")


def test_the_environment_wins_over_the_file(tmp_path, monkeypatch):
    """A variable overrides a nested setting."""
    monkeypatch.setenv("ALATION_LINEAGE_STATE__URL", "sqlite:///elsewhere.db")
    assert load_config(write(tmp_path, THREE_LINES)).state.url == "sqlite:///elsewhere.db"


def test_the_token_comes_from_the_variable_or_the_file_it_names(tmp_path, monkeypatch):
    """The variable wins; else the named file; the value never shows in a repr."""
    settings = AlationSettings(url="https://catalog.example.com", user_id=1)
    monkeypatch.delenv(TOKEN_VARIABLE, raising=False)
    (tmp_path / "token").write_text("from-file\n")
    monkeypatch.setenv(f"{TOKEN_VARIABLE}_FILE", str(tmp_path / "token"))
    found = refresh_token(settings)
    assert found.get_secret_value() == "from-file"
    assert "from-file" not in repr(found)
    monkeypatch.setenv(TOKEN_VARIABLE, "from-variable")
    assert refresh_token(settings).get_secret_value() == "from-variable"


def test_no_token_anywhere_names_every_way_to_give_one(monkeypatch):
    """The message names the variable, the file and the keyring."""
    monkeypatch.delenv(TOKEN_VARIABLE, raising=False)
    monkeypatch.delenv(f"{TOKEN_VARIABLE}_FILE", raising=False)
    with pytest.raises(ConfigError, match="keyring"):
        refresh_token(AlationSettings(url="https://catalog.example.com", user_id=1))


def test_the_example_is_a_valid_configuration(tmp_path):
    """What init writes can be read back."""
    example = Path(__file__).parents[1] / "extractor" / "cli" / "example.toml"
    assert load_config(write(tmp_path, example.read_text())).source[0].dialect == "redshift"


def test_every_commented_setting_of_the_example_is_valid_too(tmp_path):
    """A user who removes the comment signs meets no surprise."""
    text = (Path(__file__).parents[1] / "extractor" / "cli" / "example.toml").read_text()
    lines = [
        line[2:] if line.startswith(("# [", "# ")) and ("=" in line or line.startswith("# [")) else line
        for line in text.splitlines()
    ]
    live = "\n".join(line for line in lines if "our name = their name" not in line)
    assert load_config(write(tmp_path, live)).source[0].fields["sql"] == "stmt_text"


def test_maps_and_file_systems_are_read(tmp_path):
    """Each is a table of its own, and what they do not say has a default."""
    more = '[[map]]\nserver = "ERP"\ndata_source_id = 31\n[[file_system]]\nprefix = "s3://landing/"\nid = 4\n'
    config = load_config(write(tmp_path, THREE_LINES + more))
    assert (config.map[0].server, config.map[0].database, config.map[0].as_database) == ("ERP", None, None)
    assert (config.file_system[0].id, config.file_system[0].path, config.file_system[0].fold) == (4, "", "rules")


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("[[map]]\ndata_source_id = 31\n", "needs a server, a database, or both"),
        ('[[map]]\nserver = "x"\n', "data_source_id"),
        ('[[map]]\nserver = "x"\ndata_source_id = 1\nsource = "nobody"\n', "no \\[\\[source\\]\\] has that name"),
        ('[[file_system]]\nprefix = "s3://x"\n', "file_system.0.id"),
        ('[[file_system]]\nprefix = ""\nid = 4\n', "file_system.0.prefix"),
        ('[[file_system]]\nprefix = "x"\nid = 4\nfold = "often"\n', "file_system.0.fold"),
    ],
)
def test_a_map_or_file_system_that_says_too_little_is_refused(tmp_path, more, told):
    """The message names what is missing or wrong."""
    with pytest.raises(ConfigError, match=told):
        load_config(write(tmp_path, THREE_LINES + more))


def test_endings_of_tables_are_regular_expressions(tmp_path):
    """One that is none is refused; folding is on unless it is turned off."""
    source = '[[source]]\npaths = ["a"]\ndialect = "hive"\ndata_source_id = 3\n'
    source += 'parts_of_tables = { shards = ["_s\\\\d+$"] }\n'
    parts = load_config(write(tmp_path, source)).source[0].parts_of_tables
    assert (parts.partitions, parts.shards) == ("fold", [r"_s\d+$"])
    with pytest.raises(ConfigError, match="not a regular expression"):
        load_config(write(tmp_path, source.replace("_s\\\\d+$", "(")))


def test_the_times_of_a_catalog_are_not_negative(tmp_path):
    """Twenty hours lie between two full readings unless the configuration says otherwise."""
    source = '[[source]]\npaths = ["a"]\ndialect = "hive"\ndata_source_id = 3\ncatalog = {{ full_every_hours = {} }}\n'
    assert load_config(write(tmp_path, source.format(168))).source[0].catalog.full_every_hours == 168
    assert load_config(write(tmp_path, THREE_LINES)).source[0].catalog.full_every_hours == 20
    with pytest.raises(ConfigError, match="full_every_hours"):
        load_config(write(tmp_path, source.format(-1)))


OBSERVABILITY = (
    THREE_LINES
    + """
[observability]
backend_service_host = "https://observe.example.com/api/backend"
tenant = "acme"
"""
)


def test_every_setting_of_observability_is_taken(tmp_path):
    """What the page about the configuration lists is what there is, with the defaults that it names."""
    settings = load_config(write(tmp_path, OBSERVABILITY)).observability
    assert (settings.auth, settings.map_tables, settings.overwrite, settings.assets) == ("api_key", "no", False, None)
    assert settings.where == "https://observe.example.com/api/backend/acme"
    page = (Path(__file__).parents[1] / "docs" / "configuration.md").read_text(encoding="utf-8")
    section = page.partition("## [observability]")[2].partition("## [[source]]")[0]
    assert [name for name in type(settings).model_fields if f"`{name}`" not in section] == []


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('auth = "password"', "auth"),
        ('map_tables = "each"', "needs assets"),
        ('map_tables = "all"', "map_tables"),
        ('colour = "red"', "colour"),
        ('api_key = "t0psecret"', "looks like a secret"),
    ],
)
def test_a_wrong_setting_of_observability_is_named(tmp_path, line, words):
    """Each is told with its name; a key in the file is refused and not shown."""
    with pytest.raises(ConfigError, match=words) as told:
        load_config(write(tmp_path, OBSERVABILITY + line))
    assert "t0psecret" not in str(told.value)


def test_the_file_of_variables_lies_beside_the_configuration(tmp_path):
    """A relative path starts at the configuration's folder."""
    found = load_config(write(tmp_path, THREE_LINES.replace('"redshift"', '"redshift", variables = "dev.toml"')))
    assert found.source[0].variables == tmp_path / "dev.toml"
