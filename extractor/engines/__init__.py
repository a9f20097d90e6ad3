"""Where the dear work runs: every parse of a distinct statement happens behind `Engine`."""

from __future__ import annotations

from extractor.engines.interface import Answer, Engine, Limits, Task
from extractor.engines.opening import ENGINES, engine_named
from extractor.engines.processes import ProcessEngine

__all__ = ["ENGINES", "Answer", "Engine", "Limits", "ProcessEngine", "Task", "engine_named"]
