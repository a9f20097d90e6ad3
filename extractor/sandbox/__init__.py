"""A local Alation to rehearse against: stateful, on loopback, after the published documents.

It is not Alation. What the documents leave open is decided in `extractor.sandbox.assumptions`, one line each.
`extractor.sandbox.catalog_file` says how its catalog is written down, `extractor.sandbox.faults` how it can be told
to misbehave, and ``GET /sandbox/graph`` shows what it holds.

It needs the extra ``alation-lineage[sandbox]``; importing this package does not.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from extractor.errors import ConfigError

if TYPE_CHECKING:
    from extractor.sandbox.server import Ready, Sandbox, serve

__all__ = ["Ready", "Sandbox", "serve"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        server = import_module("extractor.sandbox.server")
    except ModuleNotFoundError as error:
        if error.name not in {"starlette", "uvicorn"}:
            raise
        raise ConfigError(
            f"the sandbox needs the package {error.name}: install it with pip install 'alation-lineage[sandbox]'"
        ) from None
    return getattr(server, name)
