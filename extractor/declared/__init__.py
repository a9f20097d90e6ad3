"""Lineage that no log holds: written down by people in files, kept in Alation like all other lineage."""

from __future__ import annotations

from extractor.declared.build import Declared, steps
from extractor.declared.files import read_file
from extractor.declared.records import FileContent, Problem

__all__ = ["Declared", "FileContent", "Problem", "read_file", "steps"]
