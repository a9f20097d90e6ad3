"""The commands: parse arguments, call, print. Nothing heavy is imported before a command needs it."""

from __future__ import annotations

from extractor.cli.app import main

__all__ = ["main"]
