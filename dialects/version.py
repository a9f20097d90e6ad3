"""The version of what makes outlines, told without loading the parser."""

from __future__ import annotations

from importlib import metadata

OWN_VERSION = 3
"""Grows when our own pre-passes or rules change what comes out of a statement."""


def engine_version() -> str:
    """The parser and our own rules by version: what cached results depend on."""
    return f"sqlglot {metadata.version('sqlglot')}, dialects {OWN_VERSION}"
