"""Alation's wire: tokens, lineage, dataflows, jobs and catalog reads, above `extractor.http`."""

from __future__ import annotations

from extractor.alation.auth import TokenInfo
from extractor.alation.capabilities import Capabilities
from extractor.alation.catalog import CatalogSchema, DataSource
from extractor.alation.client import AlationClient
from extractor.alation.jobs import JobRef, JobStatus

__all__ = ["AlationClient", "Capabilities", "CatalogSchema", "DataSource", "JobRef", "JobStatus", "TokenInfo"]
