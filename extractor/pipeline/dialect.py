"""The dialect that a source names."""

from __future__ import annotations

import dialects
from dialects import Dialect
from extractor.config import SourceSettings
from extractor.errors import ConfigError


def dialect_of(source: SourceSettings) -> Dialect:
    """The dialect of a source.

    Raises:
        ConfigError: there is no such dialect.
    """
    try:
        return dialects.get(source.dialect)
    except dialects.UnknownDialect as error:
        raise ConfigError(f"source {source.name}: {error}") from None
