"""The file that says what variables of scripts hold: TOML, YAML, JSON, or lines ``NAME=value``.

Tables within tables are found under dotted names: ``[dev] db = "x"`` is ``dev.db``.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from extractor.errors import ConfigError

Tree = dict[str, Any]
_LINE = re.compile(r"\s*(?:export\s+)?([A-Za-z_][\w.:-]*)\s*=\s*(.*?)\s*$")
_MAX_BYTES = 10_000_000


class Variables:
    """What is given: ``tree`` as the file has it, and each value as text under its dotted name."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.flat = dict(_flat(tree, ""))


def known_variables(path: Path | None) -> Variables:
    """The variables of a file; none where there is none. A file that was read is read again when it has changed.

    Raises:
        ConfigError: the file is missing, broken, too big, or of a kind that is not known.
    """
    if path is None:
        return Variables({})
    try:
        facts = path.stat()
    except OSError as error:
        raise ConfigError(f"the file of variables {path} cannot be read: {error.strerror}") from None
    if facts.st_size > _MAX_BYTES:
        raise ConfigError(f"the file of variables {path} is larger than {_MAX_BYTES:,} bytes")
    return _read(path, facts.st_mtime_ns, facts.st_size)


@lru_cache(maxsize=64)
def _read(path: Path, changed_ns: int, size_bytes: int) -> Variables:  # noqa: ARG001 - part of the key
    readers: dict[str, Callable[[str], Any]] = {
        ".toml": tomllib.loads,
        ".json": json.loads,
        ".yaml": _yaml,
        ".yml": _yaml,
        ".env": _env,
    }
    reader = readers.get(path.suffix.lower()) or (_env if path.name.startswith(".env") else None)
    if reader is None:
        raise ConfigError(f"the file of variables {path} must end with .toml, .yaml, .yml, .json or .env")
    try:
        tree = reader(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:  # each format's own error is a ValueError
        raise ConfigError(f"the file of variables {path} cannot be read as {path.suffix[1:]}: {error}") from None
    if not isinstance(tree, dict):
        raise ConfigError(f"the file of variables {path} must hold names with their values")
    return Variables(tree)


def _yaml(text: str) -> Any:
    try:
        import yaml  # noqa: PLC0415 - an optional extra
    except ImportError:
        raise ConfigError(
            "variables in YAML need a package that is not installed: pip install 'alation-lineage[templates]' (or "
            "give them as TOML, JSON or .env)"
        ) from None
    try:
        return yaml.safe_load(text) or {}
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from None


def _env(text: str) -> Tree:
    """Lines ``NAME=value``, as a shell or Docker reads them: one pair of quotes around a value goes."""
    found: Tree = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _LINE.match(line)
        if match is None:
            raise ValueError(f"line {number} is no NAME=value")
        value = match[2]
        is_quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
        found[match[1]] = value[1:-1] if is_quoted else value.split(" #", 1)[0].rstrip()
    return found


def _flat(tree: Mapping[Any, Any], before: str) -> Iterator[tuple[str, str]]:
    for name, value in tree.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{name}.")
        elif isinstance(value, bool):
            yield f"{before}{name}", str(value).lower()
        elif value is not None and not isinstance(value, list):
            yield f"{before}{name}", str(value)
