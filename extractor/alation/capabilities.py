"""What an instance's own OpenAPI says of its lineage routes. Source: *Lineage & Dataflows Overview*.

``/openapi/lineage/`` exists from 2020.3 on and is shown only where the admin has switched Swagger on, so not seeing
it means nothing. What it holds differs between versions; what is looked for here is searched for, not expected at a
fixed place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from extractor.alation.wire import Wire
from extractor.errors import AlationError

ROUTE = "/openapi/lineage/"
_METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the instance supports, as far as it says so; an empty set means that it does not.

    ``lineage`` and ``dataflow`` are the methods of the two routes, ``otypes`` the object types of paths.
    """

    version: str = ""
    lineage: frozenset[str] = frozenset()
    dataflow: frozenset[str] = frozenset()
    otypes: frozenset[str] = frozenset()

    def supports(self, otype: str) -> bool:
        """Whether objects of this type may be ends of paths; true when the instance does not say."""
        return not self.otypes or otype in self.otypes


def read(wire: Wire) -> Capabilities | None:
    """What the instance shows, or None where it shows nothing that can be read."""
    try:
        response = wire.call(
            "GET", ROUTE, role="Swagger, which the flag alation.feature_flags.enable_swagger turns on,"
        )
        document = response.json()
    except AlationError:  # where Alation itself is ill, every other call says so
        return None
    return of_document(document)


def of_document(document: Any) -> Capabilities | None:
    """What an OpenAPI document says; None when it is none."""
    if not isinstance(document, dict) or not isinstance(document.get("paths"), dict):
        return None
    info = document.get("info")
    return Capabilities(
        version=str(info.get("version") or "") if isinstance(info, dict) else "",
        lineage=_methods(document["paths"], "lineage"),
        dataflow=_methods(document["paths"], "dataflow"),
        otypes=frozenset(name for names in _enumerations(document) if "table" in names for name in names),
    )


def _methods(paths: dict[str, Any], name: str) -> frozenset[str]:
    return frozenset(
        method.upper()
        for path, operations in paths.items()
        if path.rstrip("/").rpartition("/")[2] == name and isinstance(operations, dict)
        for method in _METHODS
        if method in operations
    )


def _enumerations(value: Any) -> Iterator[list[str]]:
    """Every list of allowed words, wherever it stands."""
    if isinstance(value, dict):
        words = value.get("enum")
        if isinstance(words, list):
            yield [word for word in words if isinstance(word, str)]
        for inner in value.values():
            yield from _enumerations(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _enumerations(inner)
