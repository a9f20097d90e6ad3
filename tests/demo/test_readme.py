"""What the README shows is what happens."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from extractor.cli.app import app
from extractor.config import AlationSettings, Config, SourceSettings

SECTIONS = {"state", "upload", "reconcile", "limits"}
README = Path(__file__).resolve().parents[2] / "README.md"


def test_three_lines_are_a_whole_configuration() -> None:
    """The configuration for a real Alation is complete as it is shown."""
    lines = [line.strip() for line in README.read_text().splitlines()]
    start = lines.index('namespace = "prod"')
    config = Config.model_validate(tomllib.loads("\n".join(lines[start : start + 3])))
    assert config.source[0].data_source_id == 12
    assert config.alation is not None


def test_every_command_has_its_line() -> None:
    """The page on commands names exactly the commands there are."""
    table = README.parent.joinpath("docs", "commands.md").read_text().partition("`alation-lineage COMMAND --help`")[0]
    shown = set(re.findall(r"^\| `(\w+)", table, re.MULTILINE))
    commands = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
    assert shown == commands | {group.name for group in app.registered_groups}


def test_links_lead_somewhere() -> None:
    """Every relative link of the README and the documentation names a file that is there."""
    for page in (README, *README.parent.glob("docs/**/*.md"), README.parent / "CONTRIBUTING.md"):
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_setting_is_documented() -> None:
    """The page on the configuration names every setting, each in its own section."""
    page = README.parent.joinpath("docs", "configuration.md").read_text()
    sections = {title: text for title, _, text in (part.partition("\n") for part in page.split("\n## "))}
    models = {name: field.annotation for name, field in Config.model_fields.items() if name in SECTIONS}
    models |= {"alation": AlationSettings}
    wanted = {f"[{name}]": model.model_fields for name, model in models.items()}
    wanted["[[source]]"] = SourceSettings.model_fields
    for title, fields in wanted.items():
        shown = set(re.findall(r"`(\w+)`", sections[title]))
        missing = {field.alias or name for name, field in fields.items()} - shown
        assert not missing, f"{title}: {missing}"
