"""Files in an object store (S3, Google Cloud Storage, Azure): listed once, then read as streams.

The stores are reached through fsspec and its package of each store, which the extras ``s3``, ``gcs`` and ``azure``
bring. Credentials are found as the store's own tools find them (variables, profile, the machine's identity) and never
stand in a configuration.
"""

from __future__ import annotations

import glob
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple, cast

from extractor.settings_of_places import StorageSettings
from extractor.sources.interface import InputFile
from extractor.sources.stored import StoredObject, telling_os_errors

_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_MODIFIED = ("LastModified", "last_modified", "mtime", "updated", "created")
"""Under which name each store tells when an object was written (s3fs, adlfs, gcsfs, fsspec's own)."""


def _for_s3(settings: StorageSettings) -> dict[str, Any]:
    client = {"region_name": settings.region} if settings.region else {}
    return {
        "anon": settings.anonymous,
        "endpoint_url": settings.endpoint_url,
        "profile": settings.profile,
        "requester_pays": settings.requester_pays,
        "client_kwargs": client,
    }


def _for_gcs(settings: StorageSettings) -> dict[str, Any]:
    return {
        "token": "anon" if settings.anonymous else None,
        "project": settings.project,
        "endpoint_url": settings.endpoint_url,
        "requester_pays": settings.requester_pays,
    }


def _for_azure(settings: StorageSettings) -> dict[str, Any]:
    return {"anon": settings.anonymous, "account_name": settings.account}


class _Store(NamedTuple):
    """A kind of store: the package that fsspec reaches it with, our extra, and how our settings are said there."""

    package: str
    extra: str
    options: Callable[[StorageSettings], dict[str, Any]]


_S3 = _Store("s3fs", "s3", _for_s3)
_GCS = _Store("gcsfs", "gcs", _for_gcs)
_AZURE = _Store("adlfs", "azure", _for_azure)
_STORES = {"s3": _S3, "s3a": _S3, "gs": _GCS, "gcs": _GCS, "abfs": _AZURE, "abfss": _AZURE, "az": _AZURE}


def is_url(written: str) -> bool:
    """Whether a path of the configuration names a place that is not on this machine's file system."""
    return _URL.match(written) is not None


def in_bucket(written: str, settings: StorageSettings) -> Iterator[InputFile]:
    """All objects at or below a URL (``s3://bucket/prefix``), or those that its glob matches, sorted by name.

    Names with a part that begins with a dot below the written prefix are left out, as in folders. What cannot be
    listed is one `InputFile` with a ``problem``.
    """
    try:
        store, root = _opened(written, settings)
        with telling_os_errors():
            found = _listed(store, root)
    except OSError as error:
        yield InputFile(Path(written), written, problem=f"{written} cannot be listed: {_words(error)}")
        return
    if not found:
        yield InputFile(Path(written), written, problem=f"{written} matches no object", is_vacant=True)
    fixed = _fixed_part(root)
    for key in sorted(found):
        if not _is_hidden(key[len(fixed) :]):
            yield _as_input(written, store, key, found[key])


def _words(error: OSError) -> str:
    return str(error.strerror or error) or type(error).__name__


def _opened(written: str, settings: StorageSettings) -> tuple[Any, str]:
    """The store that a URL names, and the place in it."""
    match = _URL.match(written)
    scheme = match[1].lower() if match else ""
    kind = _STORES.get(scheme)
    if kind is None:
        raise OSError(f"{scheme}:// is no store that can be read; those are {', '.join(f'{s}://' for s in _STORES)}")
    try:
        import fsspec  # noqa: PLC0415 - of an extra that may be missing

        with telling_os_errors():
            options = _given(kind.options(settings)) | {"use_listings_cache": False, "skip_instance_cache": True}
            return cast("tuple[Any, str]", fsspec.url_to_fs(written, **options))
    except ImportError:
        raise OSError(f"the package {kind.package} is missing: install alation-lineage[{kind.extra}]") from None


def _given(options: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value not in (None, {})}


def _listed(store: Any, root: str) -> dict[str, dict[str, Any]]:
    """The objects at a place by their keys, each with what the store tells of it."""
    if not glob.has_magic(root):
        found = store.find(root, detail=True)
    else:
        found = {}
        for key, facts in store.glob(root, detail=True).items():
            if facts["type"] != "directory":
                found[key] = facts
            elif not root.endswith("**"):
                found.update(store.find(key, detail=True))
    return {key: facts for key, facts in found.items() if facts["type"] == "file" and not key.endswith("/")}


def _fixed_part(root: str) -> str:
    """What stands before the first pattern: below it, hidden names do not count."""
    path = PurePosixPath(root)
    while glob.has_magic(str(path)):
        path = path.parent
    return str(path)


def _is_hidden(below: str) -> bool:
    return any(part.startswith(".") for part in below.split("/"))


def _as_input(written: str, store: Any, key: str, facts: dict[str, Any]) -> InputFile:
    url = _beginning(written) + key.lstrip("/").partition("/")[2]
    modified_at = _time_of(next((facts[name] for name in _MODIFIED if facts.get(name)), None))
    size_bytes = int(facts.get("size") or 0)
    return InputFile(StoredObject(url, size_bytes, store, key, modified_at), url, size_bytes, modified_at)


def _beginning(written: str) -> str:
    """A URL up to the container, with the account that Azure's tell there: ``abfss://logs@account.dfs.../``."""
    scheme, _, rest = written.partition("://")
    return f"{scheme.lower()}://{rest.partition('/')[0]}/"


def _time_of(value: Any) -> datetime | None:
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if isinstance(value, int | float):
        value = datetime.fromtimestamp(value, UTC)
    if not isinstance(value, datetime):
        return None
    return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
