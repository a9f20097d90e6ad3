"""The section ``[observability]``: where Data Observability is, and what is done with it after an upload."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr, model_validator

from extractor.credentials import SERVICE, find_secret
from extractor.errors import ConfigError

KEY_VARIABLE = "ALATION_LINEAGE_OBSERVABILITY_KEY"
CONNECT_VARIABLE = "ALATION_LINEAGE_CONNECT_TOKEN"  # the name of a variable, not its value


class ObservabilitySettings(BaseModel):
    """Where the service is and how to enter. Times in seconds.

    ``auth`` says what the secret is: an ``api_key`` goes into the header ``X-TLM-Key``, a ``bearer`` token into
    ``Authorization`` (Data Observability, *API Keys*). ``map_tables`` says what happens after an upload to tables
    that entered the lineage: nothing (``no``), one ``automatic`` mapping by the service, or ``each`` table that the
    file ``assets`` gives an asset.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    backend_service_host: HttpUrl
    tenant: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.~-]{1,128}$")]
    auth: Literal["api_key", "bearer"] = "api_key"
    ca_bundle: Path | None = None
    timeout_s: Annotated[float, Field(gt=0)] = 60.0
    retries: Annotated[int, Field(ge=0, le=20)] = 6
    job_deadline_s: Annotated[float, Field(gt=0)] = 1800.0
    job_poll_s: Annotated[float, Field(gt=0)] = 2.0
    map_tables: Literal["no", "automatic", "each"] = "no"
    overwrite: bool = False
    assets: Path | None = None

    @model_validator(mode="after")
    def _each_needs_assets(self) -> ObservabilitySettings:
        if self.map_tables == "each" and self.assets is None:
            raise ValueError('map_tables = "each" needs assets: a CSV file with the columns asset_id and table')
        return self

    @property
    def where(self) -> str:
        """The tenant's address, which is also the account in the keyring."""
        return f"{str(self.backend_service_host).rstrip('/')}/{self.tenant}"


def observability_key(settings: ObservabilitySettings) -> SecretStr:
    """The API key or bearer token, from the environment, a file that it names, or the keyring.

    Raises:
        ConfigError: none of them holds one, or the named file cannot be read.
    """
    found = find_secret(KEY_VARIABLE, settings.where)
    if found is not None:
        return found
    what = "API key" if settings.auth == "api_key" else "bearer token"
    raise ConfigError(
        f"no {what} of Data Observability: set {KEY_VARIABLE}, or {KEY_VARIABLE}_FILE to the path of a file that holds "
        f"it, or store it in the keyring with: keyring set {SERVICE} {settings.where}"
    )
