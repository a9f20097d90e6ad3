"""The run: from configured sources to Alation's graph, and the questions about it."""

from __future__ import annotations

from extractor.pipeline.backfill import BackfillReport, backfill
from extractor.pipeline.check import check
from extractor.pipeline.estimate import Estimate, estimate
from extractor.pipeline.explain import Explanation, explain
from extractor.pipeline.findings import Finding, Level
from extractor.pipeline.keeping import Shown, export_state, import_state, rebuild_state, show_state
from extractor.pipeline.looking import Look, look, shortened, verify
from extractor.pipeline.runs import apply, plan, run
from extractor.pipeline.undoing import Undo, undo
from extractor.pipeline.windows import Window

__all__ = [
    "BackfillReport",
    "Estimate",
    "Explanation",
    "Finding",
    "Level",
    "Look",
    "Shown",
    "Undo",
    "Window",
    "apply",
    "backfill",
    "check",
    "estimate",
    "explain",
    "export_state",
    "import_state",
    "look",
    "plan",
    "rebuild_state",
    "run",
    "shortened",
    "show_state",
    "undo",
    "verify",
]
