"""An object of a store, read as a file is: the same calls, the same errors."""

from __future__ import annotations

import errno
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

_BLOCK_BYTES = 4 << 20
"""What one request fetches ahead: a log is read from its beginning to its end."""
_BUFFER_BYTES = 1 << 17


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object as it was listed, with as much of a path as reading needs."""

    url: str
    size_bytes: int
    store: Any = field(compare=False, repr=False)
    """The fsspec file system that it lies in."""
    key: str = field(compare=False, repr=False)
    modified_at: datetime | None = None

    def __str__(self) -> str:
        return self.url

    def open(self) -> BinaryIO:
        """The object, open for reading at any place.

        Raises:
            OSError: it cannot be opened; the message says why.
        """
        with telling_os_errors():
            opened = self.store.open(self.key, "rb", block_size=_BLOCK_BYTES, cache_type="readahead")
        return cast("BinaryIO", io.BufferedReader(_ObjectStream(opened), _BUFFER_BYTES))


class _ObjectStream(io.RawIOBase):
    """What fsspec opened, with every error of a store's library told as one of the operating system."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        with telling_os_errors():
            data: bytes = self._inner.read(len(target))
        target[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        with telling_os_errors():
            return int(self._inner.seek(offset, whence))

    def tell(self) -> int:
        return int(self._inner.tell())

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
        super().close()


@contextmanager
def telling_os_errors() -> Iterator[None]:
    """Stores' libraries raise errors of their own for what a file system tells by an OSError: one word for both."""
    try:
        yield
    except FileNotFoundError:
        raise FileNotFoundError(errno.ENOENT, "there is no such object or bucket") from None
    except (OSError, ImportError):
        raise
    except Exception as error:  # noqa: BLE001 - each store's library has a tree of its own
        raise OSError(f"{type(error).__name__}: {error}") from None


def open_bytes(path: Path | StoredObject) -> BinaryIO:
    """The bytes of a file or object, open for reading at any place.

    Raises:
        OSError: it cannot be opened; the message says why.
    """
    return path.open() if isinstance(path, StoredObject) else cast("BinaryIO", path.open("rb", buffering=0))
