"""Settings of what a run tells others in OpenLineage's words."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr, model_validator

KEY_VARIABLE = "ALATION_LINEAGE_OPENLINEAGE_API_KEY"


class OpenLineageSettings(BaseModel):
    """Where events of a run go: a file of JSON lines, a server, or both.

    ``namespace`` is that of the jobs (the configuration's own where it is not given). ``datasets`` gives the namespace
    of the tables of each data source by its id, such as ``postgres://db.example.com:5432``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    file: Path | None = None
    url: HttpUrl | None = None
    endpoint: Annotated[str, Field(pattern=r"^/")] = "/api/v1/lineage"
    namespace: str = ""
    datasets: dict[str, str] = {}
    ca_bundle: Path | None = None
    timeout_s: Annotated[float, Field(gt=0)] = 30.0

    @model_validator(mode="after")
    def _goes_somewhere(self) -> OpenLineageSettings:
        if self.file is None and self.url is None:
            raise ValueError("events need a file or a url to go to")
        return self


def api_key() -> SecretStr | None:
    """The key for the server, from the environment; None where it takes events from anybody."""
    value = os.environ.get(KEY_VARIABLE, "").strip()
    return SecretStr(value) if value else None


class EventSettings(BaseModel):
    """One ``[[events]]``: files of OpenLineage events whose lineage is to reach Alation.

    ``namespaces`` says to which ``[[source]]``, by its name, the datasets of a namespace belong. A namespace counts for
    all that begin with it; datasets of others are left out, and the report names them.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,80}$")]
    paths: Annotated[list[str], Field(min_length=1)]
    namespaces: Annotated[dict[str, str], Field(min_length=1)]
