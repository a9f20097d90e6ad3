"""The run: from configured sources to Alation's graph, and the questions about it."""

from __future__ import annotations

from extractor.pipeline.backfill import BackfillReport, backfill
from extractor.pipeline.check import Finding, Level, check
from extractor.pipeline.estimate import Estimate, estimate
from extractor.pipeline.explain import Explanation, explain
from extractor.pipeline.runs import apply, plan, run
from extractor.pipeline.windows import Window

__all__ = [
    "BackfillReport",
    "Estimate",
    "Explanation",
    "Finding",
    "Level",
    "Window",
    "apply",
    "backfill",
    "check",
    "estimate",
    "explain",
    "plan",
    "run",
]
