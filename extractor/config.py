"""The settings: one TOML file, secrets from the environment only.

Every setting outside ``[[source]]`` can be overridden by a variable, for example ``ALATION_LINEAGE_ALATION__URL``
or ``ALATION_LINEAGE_STATE__URL``.

Secrets are read from ``ALATION_LINEAGE_REFRESH_TOKEN``, from the file that
``ALATION_LINEAGE_REFRESH_TOKEN_FILE`` names, or from the keyring (service ``alation-lineage``, user name = the
Alation URL); that of an OAuth client in the same way from ``ALATION_LINEAGE_CLIENT_SECRET``. A secret in the TOML file
is refused.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    HttpUrl,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from extractor.credentials import SERVICE, find_secret
from extractor.errors import ConfigError, SecretInConfig
from extractor.settings_in_words import problems_in_words
from extractor.settings_of_backfill import BackfillSettings
from extractor.settings_of_history import REFERENCE, HistorySettings
from extractor.settings_of_observability import KEY_VARIABLE, ObservabilitySettings
from extractor.settings_of_openlineage import EventSettings, OpenLineageSettings
from extractor.settings_of_paths import PathsSettings
from extractor.settings_of_places import (
    CatalogSettings,
    FileSystemSettings,
    FoldSettings,
    MapSettings,
    Patterns,
    StorageSettings,
)
from extractor.settings_of_reconcile import ReconcileSettings

TOKEN_VARIABLE = "ALATION_LINEAGE_REFRESH_TOKEN"  # noqa: S105 - the name of a variable, not its value
CLIENT_SECRET_VARIABLE = "ALATION_LINEAGE_CLIENT_SECRET"  # noqa: S105 - as above
KEY_PASSWORD_VARIABLE = "ALATION_LINEAGE_CLIENT_KEY_PASSWORD"  # noqa: S105 - as above
_SECRET_NAME = re.compile(r"token|password|passwd|secret|api_?key|credential", re.IGNORECASE)
_NAMESPACE = r"^[A-Za-z0-9_.-]{1,64}$"
_ID_PART = r"^[A-Za-z0-9_.-]{1,80}$"


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class AlationSettings(_Settings):
    """Where Alation is, and as whom we come: a user with a refresh token, or an OAuth client. Times in seconds."""

    url: HttpUrl
    user_id: int | None = None
    client_id: str | None = None
    ca_bundle: Path | None = None
    client_certificate: Path | None = None
    client_key: Path | None = None
    timeout_s: Annotated[float, Field(gt=0)] = 60.0
    job_deadline_s: Annotated[float, Field(gt=0)] = 1800.0
    job_poll_s: Annotated[float, Field(gt=0)] = 2.0
    retries: Annotated[int, Field(ge=0, le=20)] = 6

    @model_validator(mode="after")
    def _one_identity(self) -> AlationSettings:
        if (self.user_id is None) == (self.client_id is None):
            raise ValueError("give either user_id (and its refresh token) or client_id (of an OAuth client)")
        return self


class StateSettings(_Settings):
    """Where the state lives: a SQLAlchemy URL, ``sqlite:///lineage-state.db`` unless said otherwise."""

    url: str = "sqlite:///lineage-state.db"


class UploadSettings(_Settings):
    """What is uploaded, and how much goes into one request."""

    indirect: Literal["none", "tables", "all"] = "tables"
    min_confidence: Annotated[float, Field(ge=0, le=1)] = 0.0
    mask_literals: bool = False
    max_paths: Annotated[int, Field(ge=1)] = 100
    max_dataflows: Annotated[int, Field(ge=1)] = 1000
    max_bytes: Annotated[int, Field(ge=10_000)] = 4_000_000
    max_content_chars: Annotated[int, Field(ge=100)] = 200_000


class LimitSettings(_Settings):
    """What one statement may cost before it is set aside, what share may be set aside unnoticed, and where it runs.

    ``engine`` is ``processes`` (of this machine, ``workers`` of them), ``dask://HOST:PORT`` or ``spark``.
    """

    engine: Annotated[str, Field(pattern=r"^(processes|spark|dask://[^\s/]+:\d+)$")] = "processes"
    statement_s: Annotated[float, Field(gt=0)] = 30.0
    statement_bytes: Annotated[int, Field(ge=1000)] = 4_000_000
    nesting: Annotated[int, Field(ge=10)] = 150
    worker_memory_mb: Annotated[int, Field(ge=128)] = 1024
    workers: Annotated[int, Field(ge=0)] = 0
    max_unparsed: Annotated[float, Field(ge=0, le=1)] = 0.05


class SchemaSettings(_Settings):
    """Who else knows columns, asked where neither the catalog nor DDL in the logs does: exports, then the database.

    ``exports`` are files as of ``catalog.file``. ``live`` is the name of the environment variable that holds the
    SQLAlchemy URL of the database; ``live_schemas`` those of its schemas that count (all, when empty).
    """

    exports: list[Path] = []
    live: Annotated[str | None, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] = None
    live_schemas: list[str] = []


class SourceSettings(_Settings):
    """One ``[[source]]``: files of one data source, or the history tables of a database (``url`` and ``query``).

    ``paths`` are files, folders or globs, relative to the configuration file, or URLs of an object store
    (``s3://bucket/prefix/``), which ``storage`` says how to reach; ``variables`` is a file with the values of
    variables in scripts. ``unknown_tables`` says what to do
    with a table that the catalog does not hold: leave it out, upload its key all the same (Alation shows a TMP
    node), or make it an ``external`` object.
    """

    name: Annotated[str, Field(pattern=_ID_PART)]
    paths: Annotated[list[str], Field(min_length=1)] = []
    storage: StorageSettings = StorageSettings()
    url: str | None = None
    query: Annotated[str, Field(min_length=1)] | None = None
    history: HistorySettings = HistorySettings()
    format: str = "auto"
    dialect: str
    data_source_id: Annotated[int, Field(ge=0)]
    database: str | None = None
    schema_: Annotated[str | None, Field(alias="schema")] = None
    unknown_tables: Literal["leave_out", "upload", "external"] = "leave_out"
    key_database_part: Literal["auto", "yes", "no"] = "auto"
    catalog: CatalogSettings = CatalogSettings()
    schemas: SchemaSettings = SchemaSettings()
    parts_of_tables: FoldSettings = FoldSettings()
    temporary_tables: Patterns = []
    include_users: list[str] = []
    exclude_users: list[str] = []
    include_databases: list[str] = []
    exclude_databases: list[str] = []
    unknown_outcome: Literal["take", "drop"] = "take"
    time_zone: str = "UTC"
    encoding: str = "utf-8"
    log_line_prefix: str | None = None
    fields: dict[str, str] = {}
    columns: list[str] = []
    variables: Path | None = None

    @model_validator(mode="after")
    def _one_place(self) -> SourceSettings:
        if bool(self.paths) == (self.url is not None):
            raise ValueError("give either paths, or url and query of a database with a history")
        if (self.url is None) != (self.query is None):
            raise ValueError('url and query belong together: query = "snowflake-query-history", or a query of your own')
        return self


class Config(BaseSettings):
    """A whole configuration. ``root`` is the folder that relative paths start from."""

    model_config = SettingsConfigDict(
        extra="forbid", frozen=True, env_prefix="ALATION_LINEAGE_", env_nested_delimiter="__"
    )

    namespace: Annotated[str, Field(pattern=_NAMESPACE)] = "lineage"
    alation: AlationSettings | None = None
    state: StateSettings = StateSettings()
    upload: UploadSettings = UploadSettings()
    reconcile: ReconcileSettings = ReconcileSettings()
    limits: LimitSettings = LimitSettings()
    backfill: BackfillSettings = BackfillSettings()
    openlineage: OpenLineageSettings | None = None
    events: list[EventSettings] = []
    observability: ObservabilitySettings | None = None
    source: list[SourceSettings] = []
    paths: list[PathsSettings] = []
    map: list[MapSettings] = []
    file_system: list[FileSystemSettings] = []
    root: Path = Path()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the signature is the library's
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - as above
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - as above
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file."""
        return env_settings, init_settings

    @model_validator(mode="before")
    @classmethod
    def _name_sources(cls, data: Any) -> Any:
        """A source without a name is called after its data source: ``ds12``, then ``ds12-2``."""
        if not isinstance(data, dict) or not isinstance(data.get("source"), list):
            return data
        seen: dict[str, int] = {}
        named = []
        for source in data["source"]:
            if isinstance(source, dict) and "name" not in source:
                base = f"ds{source.get('data_source_id', '')}"
                seen[base] = seen.get(base, 0) + 1
                source = {"name": base if seen[base] == 1 else f"{base}-{seen[base]}", **source}  # noqa: PLW2901 - the same source, named
            if isinstance(source, dict) and isinstance(source.get("variables"), str) and "root" in data:
                source = {**source, "variables": Path(data["root"], source["variables"])}  # noqa: PLW2901 - as above
            named.append(source)
        return {**data, "source": named}

    @model_validator(mode="after")
    def _names_differ(self) -> Config:
        if not self.source and not self.paths:
            raise ValueError("there is neither a [[source]] nor a [[paths]]: add one")
        names = [name.lower() for name in [*(s.name for s in self.source), *(p.name for p in self.paths)]]
        twice = sorted({n for n in names if names.count(n) > 1})
        if twice:
            raise ValueError(f"two sources are called {', '.join(twice)}: give each [[source]] its own name")
        for entry in self.map:
            if entry.source is not None and entry.source.lower() not in names:
                raise ValueError(f"a [[map]] is of the source {entry.source!r}, and no [[source]] has that name")
        return self


def load_config(path: Path) -> Config:
    """Read and check a configuration file.

    Raises:
        ConfigError: the file is missing, is no TOML, or a setting is wrong; the message names each setting.
        SecretInConfig: a secret stands in the file.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"{path}: there is no such file. Write one with: alation-lineage init {path}") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read as TOML: {error}") from None
    _refuse_secrets(data, path)
    try:
        return Config(**{**data, "root": path.resolve().parent})
    except ValidationError as error:
        raise ConfigError(_in_words(error, path)) from None


def refresh_token(settings: AlationSettings) -> SecretStr:
    """The secret that the identity in ``settings`` needs: a user's refresh token, or that of the OAuth client.

    It is read from the environment, a file it names, or the keyring (user name: the URL, or the client's id).

    Raises:
        ConfigError: none of them holds one, or the named file cannot be read.
    """
    variable, account, what = TOKEN_VARIABLE, str(settings.url), "refresh token"
    if settings.client_id is not None:
        variable, account, what = CLIENT_SECRET_VARIABLE, settings.client_id, "client secret"
    found = find_secret(variable, account)
    if found is None:
        raise ConfigError(
            f"no {what}: set {variable}, or {variable}_FILE to the path of a file that holds it, or store it in the "
            f"keyring with: keyring set {SERVICE} {account}"
        )
    return found


def _refuse_secrets(data: dict[str, Any], path: Path, where: str = "") -> None:
    for name, value in data.items():
        place = f"{where}{name}"
        if isinstance(value, dict):
            _refuse_secrets(value, path, f"{place}.")
        elif isinstance(value, list):
            for item in value:
                if isinstance(item, dict):
                    _refuse_secrets(item, path, f"{place}.")
        elif isinstance(value, str) and _holds_secret(name, value):
            variable = _variable_of(place)
            raise SecretInConfig(
                f"{path}: {place} looks like a secret, and secrets do not belong into this file. Remove it and set "
                f"{variable} (or {variable}_FILE) in the environment instead; a state URL with a "
                "password goes into ALATION_LINEAGE_STATE__URL."
            )


def _holds_secret(name: str, value: str) -> bool:
    """Whether a setting holds a secret, not only the name of a variable that does (``${NAME}``)."""
    in_url = re.search(r"://[^/@:\s]+:(?P<password>[^@\s]+)@", value)
    if in_url is not None and REFERENCE.fullmatch(in_url["password"]) is None:
        return True
    for argument in re.finditer(r"[?&](?P<name>\w+)=(?P<value>[^&]*)", value) if "://" in value else ():
        if _SECRET_NAME.search(argument["name"]) and REFERENCE.fullmatch(argument["value"]) is None:
            return True
    return _SECRET_NAME.search(name) is not None and REFERENCE.fullmatch(value) is None


def _variable_of(place: str) -> str:
    """The variable that holds what somebody wrote into the file at that place."""
    section, _, name = place.lower().rpartition(".")
    if section == "observability":
        return KEY_VARIABLE
    if "client_secret" in name:
        return CLIENT_SECRET_VARIABLE
    return KEY_PASSWORD_VARIABLE if "password" in name and section == "alation" else TOKEN_VARIABLE


def _in_words(error: ValidationError, path: Path) -> str:
    lines = [f"  {line}" for line in problems_in_words(error, Config)]
    return f"{path}: the configuration is not valid:\n" + "\n".join(lines)
