"""Engines by the name that the user gives."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from extractor.engines.interface import Engine, Limits
from extractor.engines.processes import ProcessEngine
from extractor.errors import ConfigError

ENGINES = "processes, dask://HOST:PORT, spark"


@contextmanager
def engine_named(name: str, limits: Limits, *, workers: int = 0) -> Iterator[Engine]:
    """The engine of that name, as long as it is needed; ``workers`` counts for local processes alone.

    Raises:
        ConfigError: there is no such engine, what it needs is not installed, or it cannot be reached.
    """
    if name == "processes":
        with ProcessEngine(limits, workers=workers) as local:
            yield local
    elif name.startswith("dask://"):
        try:
            from extractor.engines.dask_cluster import DaskEngine  # noqa: PLC0415 - an optional extra
        except ImportError as error:
            raise ConfigError(_missing(name, "dask", error)) from error
        with DaskEngine(name.removeprefix("dask://"), limits) as cluster:
            yield cluster
    elif name == "spark":
        try:
            from extractor.engines.spark_cluster import SparkEngine  # noqa: PLC0415 - an optional extra
        except ImportError as error:
            raise ConfigError(_missing(name, "spark", error)) from error
        with SparkEngine(limits) as session:
            yield session
    else:
        raise ConfigError(f"engine {name!r} is unknown; there are: {ENGINES}")


def _missing(name: str, extra: str, error: ImportError) -> str:
    return f"engine {name!r} needs the extra {extra}: pip install 'alation-lineage[{extra}]' ({error})"
