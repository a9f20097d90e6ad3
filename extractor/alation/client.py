"""Everything we ask of one Alation, in one place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Any, Self

from pydantic import SecretStr

from extractor.alation import capabilities, catalog, dataflow, jobs, lineage
from extractor.alation.auth import RefreshTokenAuth, TokenInfo, TokenSource
from extractor.alation.capabilities import Capabilities
from extractor.alation.catalog import CatalogSchema, DataSource
from extractor.alation.jobs import JobRef, JobStatus
from extractor.alation.oauth import ClientCredentialsAuth
from extractor.alation.wire import Wire
from extractor.config import KEY_PASSWORD_VARIABLE, AlationSettings
from extractor.credentials import find_secret
from extractor.http import ClientCertificate, HttpClient
from extractor.models import CatalogColumn, CatalogTable, Node


def _certificate(settings: AlationSettings) -> ClientCertificate | None:
    if settings.client_certificate is None:
        return None
    return ClientCertificate(settings.client_certificate, settings.client_key, find_secret(KEY_PASSWORD_VARIABLE))


class AlationClient:
    """One Alation, as one user. A context manager; not for use by two threads at once.

    Every method raises an `extractor.errors.AlationError` of the class that says what can be done.
    """

    def __init__(self, http: HttpClient, auth: TokenSource) -> None:
        self._http = http
        self._auth = auth
        self._wire = Wire(http, auth)

    @classmethod
    def from_settings(cls, settings: AlationSettings, secret: SecretStr) -> Self:
        """A client by the configuration. Nothing is sent until the first call.

        ``secret`` is the refresh token of ``settings.user_id``, or that of the OAuth client ``settings.client_id``.

        Raises:
            ConfigError: the URL, a certificate or a proxy cannot be used.
        """
        http = HttpClient(
            str(settings.url),
            timeout_s=settings.timeout_s,
            retries=settings.retries,
            ca_bundle=settings.ca_bundle,
            client_certificate=_certificate(settings),
        )
        if settings.user_id is None:
            return cls(http, ClientCredentialsAuth(http, settings.client_id or "", secret))
        return cls(http, RefreshTokenAuth(http, settings.user_id, secret))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"AlationClient({self._http.host})"

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def check_token(self) -> TokenInfo:
        """What Alation says of the refresh token: whether it is active, and when it ends."""
        return self._auth.check()

    def check_access_token(self) -> TokenInfo:
        """What Alation says of an access token that is made for that."""
        return self._auth.check_access()

    def capabilities(self) -> Capabilities | None:
        """What the instance's own OpenAPI says of lineage; None where it is not shown."""
        return capabilities.read(self._wire)

    def post_lineage(self, dataflow_objects: Sequence[dict[str, Any]], paths: Sequence[Any]) -> JobRef:
        """Add paths; the dataflows are created, or updated if they exist. Nothing is removed.

        Args:
            dataflow_objects: ``{"external_id", "title", "content" ...}`` each.
            paths: `extractor.models.Path` values, or the API's own shape.
        """
        return lineage.post(self._wire, dataflow_objects, paths)

    def delete_lineage(self, source: Node, target: Node) -> JobRef:
        """Remove one link; either end may be a dataflow."""
        return lineage.delete(self._wire, source, target)

    def get_lineage(self, node: Node, *, only_otype: bool = False) -> dict[str, Any]:
        """``{"paths": [...]}`` with the nearest sources and targets; ``is_temp`` marks what the catalog lacks.

        A table's answer has its columns' lineage too, unless ``only_otype``.
        """
        return lineage.read(self._wire, node.otype, node.key, only_otype=only_otype)

    def get_lineage_by_id(self, otype: str, number: int, *, only_otype: bool = False) -> dict[str, Any]:
        """As `get_lineage`, for an object that is known by its number."""
        return lineage.read(self._wire, otype, number, only_otype=only_otype)

    def replace_dataflows(self, dataflow_objects: Sequence[dict[str, Any]], paths: Sequence[Any]) -> JobRef:
        """Create dataflows, or replace them as a whole with their paths."""
        return dataflow.replace(self._wire, dataflow_objects, paths)

    def patch_dataflows(self, changes: Sequence[dict[str, Any]]) -> JobRef:
        """Change the words of dataflows, each named by its numeric ``id``."""
        return dataflow.patch(self._wire, changes)

    def delete_dataflows(self, external_ids: Sequence[str]) -> JobRef:
        """Delete dataflows with all their paths. One request: at most 1,000 ids are advised."""
        return dataflow.delete(self._wire, external_ids)

    def get_dataflows(self, external_ids: Sequence[str] | None) -> dict[str, Any]:
        """``{"dataflow_objects": [...], "paths": [...]}`` of these dataflows; None reads all there are."""
        found: dict[str, Any] = {"dataflow_objects": [], "paths": []}
        for page in self.dataflow_pages(external_ids):
            found["dataflow_objects"] += page["dataflow_objects"]
            found["paths"] += page["paths"]
        return found

    def dataflow_pages(self, external_ids: Sequence[str] | None) -> Iterator[dict[str, Any]]:
        """As `get_dataflows`, a page of up to 1,000 dataflows at a time."""
        return dataflow.pages(self._wire, external_ids)

    def job(self, ref: JobRef) -> JobStatus:
        """Where a job stands now."""
        return jobs.read_status(self._wire, ref)

    def wait(self, ref: JobRef, deadline_s: float, poll_s: float) -> JobStatus:
        """The end of a job, successful or partially so.

        Raises:
            JobFailed: it failed, vanished or did not end in time.
        """
        return jobs.wait(self._wire, ref, deadline_s, poll_s)

    def data_sources(self) -> list[DataSource]:
        """The data sources that the token may see."""
        return catalog.data_sources(self._wire)

    def schemas(self, ds_id: int) -> Iterator[CatalogSchema]:
        """The schemas of a data source."""
        return catalog.schemas(self._wire, ds_id)

    def tables(self, ds_id: int) -> Iterator[CatalogTable]:
        """The tables and views of a data source."""
        return catalog.tables(self._wire, ds_id)

    def columns(self, ds_id: int, *, after: int | None = None, table_id: int | None = None) -> Iterator[CatalogColumn]:
        """The columns of a data source by id: all, those with a larger id than ``after``, or those of one table."""
        return catalog.columns(self._wire, ds_id, after=after, table_id=table_id)

    def column_ids(self, ds_id: int, *, skip: int, limit: int) -> list[int] | None:
        """Ids of columns of a data source, in their order; None where the server is too old to tell."""
        return catalog.column_ids(self._wire, ds_id, skip=skip, limit=limit)
