"""Everything we ask of one Data Observability tenant, in one place."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from pydantic import SecretStr

from extractor.http import HttpClient
from extractor.models import AssetMapping
from extractor.observability import integration, jobs, mappings
from extractor.observability.integration import Integration
from extractor.observability.jobs import MappingJob
from extractor.observability.wire import Wire
from extractor.settings_of_observability import ObservabilitySettings


class ObservabilityClient:
    """One tenant of Data Observability. A context manager; not for use by two threads at once.

    Every method raises an `extractor.errors.AlationError` of the class that says what can be done.
    """

    def __init__(self, http: HttpClient, wire: Wire) -> None:
        self._http = http
        self._wire = wire

    @classmethod
    def from_settings(cls, settings: ObservabilitySettings, key: SecretStr) -> Self:
        """A client by the configuration. Nothing is sent until the first call."""
        http = HttpClient(
            str(settings.backend_service_host),
            timeout_s=settings.timeout_s,
            retries=settings.retries,
            ca_bundle=settings.ca_bundle,
        )
        return cls(http, Wire(http, settings.tenant, key, settings.auth))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"ObservabilityClient({self._http.host})"

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def connect(self, url: str, user_id: int, refresh_token: SecretStr) -> Integration:
        """Connect the service to an Alation, or change that; the token is sent and never shown."""
        return integration.connect(self._wire, url, user_id, refresh_token)

    def integration(self) -> Integration | None:
        """The Alation that the service is connected to; None when it is to none."""
        return integration.show(self._wire)

    def disconnect(self) -> str:
        """Remove the connection; gives what the service says."""
        return integration.disconnect(self._wire)

    def start_mapping(self, *, overwrite: bool = False) -> str:
        """Start an automatic mapping; gives the id of its job."""
        return jobs.start(self._wire, overwrite=overwrite)

    def mapping_job(self, job_id: str) -> MappingJob:
        """Where an automatic mapping stands now."""
        return jobs.status(self._wire, job_id)

    def wait(self, job_id: str, deadline_s: float, poll_s: float) -> MappingJob:
        """The end of an automatic mapping.

        Raises:
            JobFailed: it failed, vanished or did not end in time.
        """
        return jobs.wait(self._wire, job_id, deadline_s, poll_s)

    def mappings(self) -> list[AssetMapping]:
        """All mappings."""
        return mappings.read(self._wire)

    def add_mapping(self, asset_id: str, table_id: int) -> AssetMapping:
        """Make an asset be the table with this id of Alation's."""
        return mappings.add(self._wire, asset_id, table_id)

    def remove_mapping(self, asset_id: str) -> str:
        """Remove the mapping of an asset; gives what the service says."""
        return mappings.remove(self._wire, asset_id)
