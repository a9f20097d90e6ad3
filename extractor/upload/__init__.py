"""The difference to Alation and how it is carried out: plan, pack, apply, resume."""

from __future__ import annotations

from extractor.upload.apply import apply_plan
from extractor.upload.batch import Limits
from extractor.upload.document import Counts, Plan, PlanHead
from extractor.upload.interface import LineageApi
from extractor.upload.operations import Action, Operation
from extractor.upload.outcome import ApplyReport, Progress
from extractor.upload.plan import make_plan

__all__ = [
    "Action",
    "ApplyReport",
    "Counts",
    "Limits",
    "LineageApi",
    "Operation",
    "Plan",
    "PlanHead",
    "Progress",
    "apply_plan",
    "make_plan",
]
