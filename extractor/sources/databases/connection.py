"""From a URL to a connection: the secret put in late, the package named that is missing, no secret in any message."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import URL, Connection, create_engine, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from extractor.credentials import find_secret
from extractor.errors import ConfigError, SourceError
from extractor.settings_of_history import REFERENCE, HistorySettings

_PACKAGES = {
    "awsathena": "PyAthena[SQLAlchemy]",
    "bigquery": "sqlalchemy-bigquery",
    "clickhouse": "clickhouse-sqlalchemy",
    "clickhousedb": "clickhouse-connect",
    "databricks": "databricks-sqlalchemy",
    "db2": "ibm_db_sa",
    "duckdb": "duckdb-engine",
    "hana": "sqlalchemy-hana",
    "hive": "pyhive[hive_pure_sasl]",
    "ibm_db_sa": "ibm_db_sa",
    "impala": "impyla",
    "mariadb": "pymysql",
    "mssql": "pyodbc",
    "mysql": "pymysql",
    "netezza": "nzalchemy",
    "oracle": "oracledb",
    "postgresql": "psycopg[binary]",
    "redshift": "sqlalchemy-redshift redshift_connector",
    "snowflake": "snowflake-sqlalchemy",
    "teradatasql": "teradatasqlalchemy",
    "trino": "trino[sqlalchemy]",
    "vertica": "sqlalchemy-vertica-python",
}
"""The package that brings what SQLAlchemy needs for a kind of database."""
_DRIVERS = {"psycopg2": "psycopg2-binary", "mysqldb": "mysqlclient", "mysqlconnector": "mysql-connector-python"}
_FIRST = {
    "snowflake": "ALTER SESSION SET TIMEZONE = 'UTC'",
}
"""What makes the times of a session those of UTC."""


class _Secrets(NamedTuple):
    url: URL
    options: dict[str, Any]
    hidden: tuple[str, ...]


@contextmanager
def connected(text: str, settings: HistorySettings, root: Path) -> Iterator[Connection]:
    """A connection to the database of a URL.

    Raises:
        ConfigError: the URL cannot be read, a secret is not there, or a package is missing, which is named.
        SourceError: the database does not answer, or refuses; what the driver says, without any secret.
    """
    known = _with_secrets(text, settings, root)
    try:
        engine = create_engine(known.url, hide_parameters=True, connect_args=known.options)
    except (NoSuchModuleError, ImportError) as error:
        raise _missing(known.url, text, error) from None
    except (ArgumentError, TypeError) as error:
        raise ConfigError(f"{shown(text)} cannot be used: {_masked(error, known.hidden)}") from None
    try:
        with engine.connect() as connection:
            if (first := _FIRST.get(engine.dialect.name)) is not None:
                connection.exec_driver_sql(first)
            yield connection
    except ModuleNotFoundError as error:
        raise _missing(known.url, text, error) from None
    except (SQLAlchemyError, OSError) as error:
        raise SourceError(f"{shown(text)}: {_masked(getattr(error, 'orig', None) or error, known.hidden)}") from None
    finally:
        engine.dispose()


def shown(text: str) -> str:
    """A URL for messages: without password and without its query part."""
    try:
        return make_url(text).set(query={}).render_as_string(hide_password=True)
    except (ArgumentError, ValueError):
        return "the url"


def _with_secrets(text: str, settings: HistorySettings, root: Path) -> _Secrets:
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise ConfigError(
            "the url of a source cannot be read; write it as in snowflake://user:${SNOWFLAKE_PASSWORD}@account/db"
        ) from None
    hidden: list[str] = []
    password = url.password
    if password:
        url = url.set(password=_secret(str(password), shown(text), hidden))
    query = {k: _secret(v, "", hidden) if isinstance(v, str) else v for k, v in url.query.items()}
    options = {k: _secret(v, "", hidden) if isinstance(v, str) else v for k, v in settings.connect.items()}
    url = url.set(query=query)
    if url.get_backend_name() in ("sqlite", "duckdb") and url.database and url.database != ":memory:":
        url = url.set(database=str(root / Path(url.database).expanduser()))
    return _Secrets(url, options, tuple(sorted(filter(None, hidden), key=len, reverse=True)))


def _secret(written: str, account: str, hidden: list[str]) -> str:
    """What a reference ``${NAME}`` stands for; any other text as it is."""
    match = REFERENCE.fullmatch(written)
    if match is None:
        return written
    found = find_secret(match["name"], account)
    if found is None:
        raise ConfigError(
            f"the variable {match['name']} is not set: it holds a secret of a source's url. Set it, or "
            f"{match['name']}_FILE to the path of a file that holds it"
        )
    hidden.append(found.get_secret_value())
    return found.get_secret_value()


def _missing(url: URL, text: str, error: Exception) -> ConfigError:
    return ConfigError(f"{shown(text)} needs a package that is not installed: {_install(url, error)}")


def _install(url: URL, error: Exception) -> str:
    backend = url.get_backend_name()
    driver = url.drivername.partition("+")[2]
    missing = getattr(error, "name", None) or ""
    package = _DRIVERS.get(driver.lower()) or (driver if driver and driver != backend and missing else "")
    package = package or _PACKAGES.get(backend) or missing or backend
    words = f"pip install {' '.join(repr(p) if '[' in p else p for p in package.split())}"
    return words.replace('"', "'") + (f" (its driver {missing} is missing)" if missing else "")


def _masked(error: object, hidden: tuple[str, ...]) -> str:
    words = " ".join(str(error).split())
    for secret in hidden:
        words = words.replace(secret, "***")
    return words[:500]
