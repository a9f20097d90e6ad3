"""Data Observability's Alation integration: the connection and the mappings, above `extractor.http`."""

from __future__ import annotations

from extractor.observability.client import ObservabilityClient
from extractor.observability.integration import Integration
from extractor.observability.jobs import MappingJob

__all__ = ["Integration", "MappingJob", "ObservabilityClient"]
