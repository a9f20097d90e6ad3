"""The types of objects that a path of Alation's lineage may hold."""

from __future__ import annotations

OTYPES = (
    "dataflow",
    "table",
    "column",
    "file",
    "directory",
    "bi_report",
    "bi_report_column",
    "bi_datasource",
    "bi_datasource_column",
    "external",
)
"""The types of objects that a path may hold (*Lineage & Dataflows Overview*)."""
