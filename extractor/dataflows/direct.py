"""Links without a dataflow: the state keeps them by target, under an id that Alation never gets to see."""

from __future__ import annotations

import hashlib

_MARK = "direct"


def direct_id(namespace: str, source_name: str, target_identity: str) -> str:
    """``api/<namespace>/<source>/direct/<digest>``: what the state calls the links to one target."""
    digest = hashlib.blake2b(target_identity.encode("utf-8", "surrogatepass"), digest_size=12)
    return f"api/{namespace}/{source_name}/{_MARK}/{digest.hexdigest()}"


def is_direct(external_id: str) -> bool:
    """Whether an id stands for links without a dataflow."""
    parts = external_id.split("/")
    return len(parts) == 5 and parts[3] == _MARK
