"""Write docs/reference/ from the code: the settings, the commands, the messages. A test holds that it is current."""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple, get_args

from pydantic import BaseModel
from pydantic_core import PydanticUndefined
from typer.main import get_command
from typer.models import ArgumentInfo

from extractor.cli.app import app
from extractor.config import Config, SourceSettings
from extractor.settings_of_openlineage import EventSettings
from extractor.settings_of_paths import PathsSettings
from extractor.settings_of_places import FileSystemSettings, MapSettings

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "reference"
_MADE = "Made from the code by `make reference`.\n"
_LISTS = {
    "source": SourceSettings,
    "events": EventSettings,
    "paths": PathsSettings,
    "map": MapSettings,
    "file_system": FileSystemSettings,
}
_LIMITS = (("from", "minimum"), ("above", "exclusiveMinimum"), ("to", "maximum"))


def configuration() -> str:
    """Every setting with its type, default and variable."""
    rows = [
        "# Settings",
        "",
        f"{_MADE}What each is for, with examples: [configuration](../configuration.md).",
    ]
    tables: list[tuple[str, type[BaseModel]]] = []
    plain = []
    for name, field in Config.model_fields.items():
        model = _model_in(field.annotation)
        if name == "root":
            continue
        if model is None:
            plain.append(name)
        else:
            tables.append((f"[[{name}]]" if name in _LISTS else f"[{name}]", model))
    rows += ["", "## Top level", "", *_settings("", Config, plain)]
    for title, model in tables:
        rows += ["", f"## {title}", "", _words(model), "", *_settings(title, model, list(model.model_fields))]
    return "\n".join(rows) + "\n"


def _settings(title: str, model: type[BaseModel], names: list[str]) -> Iterator[str]:
    section = title.strip("[]")
    is_list = title.startswith("[[")
    yield "| setting | type | default |" + ("" if is_list else " variable |")
    yield "|---|---|---|" + ("" if is_list else "---|")
    for name in names:
        field = model.model_fields[name]
        inner = _model_in(field.annotation)
        default = "required" if field.is_required() else _shown(field.get_default(call_default_factory=True))
        kind = f"a table: {', '.join(f'`{n}`' for n in inner.model_fields)}" if inner else _kind(model, name)
        variable = f"ALATION_LINEAGE_{f'{section}__' if section else ''}{name}".upper()
        tail = "" if is_list else f" `{variable}` |"
        yield f"| `{field.alias or name}` | {kind} | {default} |{tail}"


def _model_in(kind: Any) -> type[BaseModel] | None:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return kind
    return next((found for part in get_args(kind) if (found := _model_in(part)) is not None), None)


def _kind(model: type[BaseModel], name: str) -> str:
    alias = model.model_fields[name].alias or name
    return _json_kind(model.model_json_schema()["properties"][alias]).replace("|", "\\|")


def _json_kind(schema: dict[str, Any]) -> str:
    if "anyOf" in schema:
        return " or ".join(_json_kind(part) for part in schema["anyOf"] if part.get("type") != "null")
    if "enum" in schema:
        return ", ".join(f'`"{value}"`' for value in schema["enum"])
    kind = schema.get("type", "text")
    if kind == "array":
        return f"list of {_json_kind(schema.get('items', {}))}"
    words = {"string": "text", "boolean": "true or false", "object": "table of names", "integer": "whole number"}
    limits = [f"{word} {schema[key]:,}" for word, key in _LIMITS if key in schema]
    return " ".join([words.get(kind, kind), *limits])


def _shown(value: Any) -> str:
    if value is PydanticUndefined or value is None:
        return "none"
    if isinstance(value, BaseModel):
        return "see there"
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, str):
        return f'`"{value}"`'
    if isinstance(value, (list, dict, tuple)):
        return f"`{value}`" if value else "empty"
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"


def _words(model: type[BaseModel]) -> str:
    return re.sub(r"\s+", " ", (model.__doc__ or "").strip().replace("``", "`"))


def commands() -> str:
    """Every command with its arguments and options, as its --help has them."""
    rows = ["# Commands", "", f"{_MADE}`alation-lineage COMMAND --help` says the same."]
    for path, command in _leaves(get_command(app)):
        words, _, example = (command.help or "").partition("Example:")
        rows += ["", f"## {' '.join(path)}", "", re.sub(r"\n(?!\n)\s*", " ", words.strip()).replace("\n ", "\n\n")]
        if example:
            rows += ["", f"    $ {' '.join(example.split())}"]
        rows += ["", *_parameters(command)]
    return "\n".join(rows) + "\n"


def _leaves(group: Any, *path: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _leaves(command, *path, name)
        else:
            yield (*path, name), command


def _parameters(command: Any) -> Iterator[str]:
    yield "| argument or option | default | |"
    yield "|---|---|---|"
    for name, parameter in inspect.signature(command.callback, eval_str=True).parameters.items():
        kind, info = parameter.annotation.__origin__, parameter.annotation.__metadata__[0]
        is_required = parameter.default is inspect.Parameter.empty
        if isinstance(info, ArgumentInfo):
            shown = f"`{(info.metavar or name.upper()).replace('|', ' or ')}`"
        else:
            first = info.default if str(info.default).startswith("-") else f"--{name.replace('_', '-')}"
            shown = ", ".join(f"`{word}`" for word in (first, *(info.param_decls or ())))
            shown += _choices(kind)
        default = "" if is_required or parameter.default in (None, False, "") else f"`{_choice(parameter.default)}`"
        text = str(info.help or "").replace("\\[", "[").replace("|", "\\|")
        variable = f" (`{info.envvar}`)" if info.envvar else ""
        yield f"| {shown} | {'required' if is_required else default} | {text}{variable} |"


def _choices(kind: Any) -> str:
    enums = [k for k in (kind, *get_args(kind)) if isinstance(k, type) and issubclass(k, Enum)]
    return f" {', '.join(map(_choice, enums[0]))}" if enums else ""


def _choice(value: Any) -> str:
    return str(value.value if isinstance(value, Enum) else value)


class _Message(NamedTuple):
    """A text that the program may end with or report."""

    kind: str
    text: str


_KINDS = {
    "Settings, command line (exit code 2)": ("ConfigError", "SecretInConfig"),
    "State, plans (exit code 3)": ("StateError", "StateBusy", "StatePassed"),
    "Catalogs (exit code 3)": ("CatalogError",),
    "Files that are written or compared (exit code 3)": ("OutputError", "EngineFailed"),
    "Alation, Data Observability, OpenLineage (exit code 3)": (
        *("Unreachable", "AuthenticationFailed", "RoleMissing", "Throttled", "Paused", "Rejected", "JobFailed"),
    ),
    "Warnings, failures and notes in a report": ("warnings", "failures", "notes"),
    "Files and records of logs": ("BadRecord", "bad", "problem"),
    "Single statements": ("NotParsed", "Unsupported", "TooLarge", "TimedOut", "ParseFailure"),
}


def messages() -> str:
    """Every text that an error or a line of the report may have, by what it is about."""
    found: dict[str, set[str]] = {}
    for path in sorted((*(ROOT / "extractor").rglob("*.py"), *(ROOT / "dialects").rglob("*.py"))):
        for kind, text in _messages_of(ast.parse(path.read_text(encoding="utf-8"))):
            found.setdefault(kind, set()).add(text)
    rows = [
        "# Messages",
        "",
        f"{_MADE}What differs each time stands as `...`. Advice: [troubleshooting](../troubleshooting.md).",
    ]
    for title, kinds in _KINDS.items():
        texts = sorted({text for kind in kinds for text in found.get(kind, ())}, key=str.lower)
        rows += ["", f"## {title}", "", *(f"- {text}" for text in texts)]
    return "\n".join(rows) + "\n"


def _messages_of(tree: ast.Module) -> Iterator[_Message]:
    kinds = {kind for several in _KINDS.values() for kind in several}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        function = node.func
        if isinstance(function, ast.Name):
            kind = function.id
        elif isinstance(function, ast.Attribute) and function.attr in ("append", "add"):
            kind = function.value.attr if isinstance(function.value, ast.Attribute) else ""
        else:
            kind = function.attr if isinstance(function, ast.Attribute) and function.attr == "bad" else ""
        text = _text_of(node.args[0])
        if kind in kinds and re.search(r"[a-z]{3}.* .*[a-z]{3}", text.replace("...", "")):
            yield _Message(kind, text)


def _text_of(node: ast.AST) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        text = node.value
    elif isinstance(node, ast.JoinedStr):
        text = "".join(p.value if isinstance(p, ast.Constant) else "..." for p in node.values)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _text_of(node.left) + _text_of(node.right)
    else:
        return ""
    plain = " ".join(text.split())
    return re.sub(r"([\\`*_\[\]<|])", r"\\\1", plain)


PAGES = {"configuration.md": configuration, "commands.md": commands, "messages.md": messages}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page(), encoding="utf-8")
        sys.stdout.write(f"wrote docs/reference/{name}\n")
