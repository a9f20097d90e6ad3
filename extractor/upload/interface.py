"""What applying a plan asks of Alation; `extractor.alation.AlationClient` fulfils it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from extractor.alation import JobRef, JobStatus
from extractor.models import Node
from extractor.upload.direct import LineageReader


class LineageApi(LineageReader, Protocol):
    """The writing half of Alation's lineage. Every method raises `AlationError` of the class that fits."""

    def post_lineage(self, dataflow_objects: Sequence[dict[str, Any]], paths: Sequence[Any]) -> JobRef:
        """Add dataflows and paths; what is there already stays."""

    def delete_lineage(self, source: Node, target: Node) -> JobRef:
        """Remove the link between two objects, one of which may be a dataflow."""

    def delete_dataflows(self, external_ids: Sequence[str]) -> JobRef:
        """Delete dataflows with all their paths."""

    def wait(self, ref: JobRef, deadline_s: float, poll_s: float) -> JobStatus:
        """The end of a job, wholly or partially successful; `JobFailed` if it failed or never ended."""

    def job(self, ref: JobRef) -> JobStatus:
        """Where a job stands now."""
