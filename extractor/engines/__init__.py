"""Where the dear work runs: every parse of a distinct statement happens behind `Engine`."""

from __future__ import annotations

from extractor.engines.interface import Answer, Engine, Limits, Task
from extractor.engines.processes import ProcessEngine

__all__ = ["Answer", "Engine", "Limits", "ProcessEngine", "Task"]
