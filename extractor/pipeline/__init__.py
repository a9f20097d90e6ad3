"""The run: from configured sources to Alation's graph, and the questions about it."""

from __future__ import annotations

from extractor.pipeline.check import Finding, Level, check
from extractor.pipeline.explain import Explanation, explain
from extractor.pipeline.read import Window
from extractor.pipeline.runs import apply, plan, run

__all__ = ["Explanation", "Finding", "Level", "Window", "apply", "check", "explain", "plan", "run"]
