"""The one function that writes Alation keys, and the one that reads them.

The rule (Alation, *Keys with Special Characters* and *Multipart Schema Names*): the parts are joined by periods;
only a part that itself holds a period stands in double quotes; the period between database and schema is not
quoted. How a double quote inside a name is written is not known, so such a part is refused: the caller takes the
key that the catalog gives, or reports the name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from extractor.errors import UnwritableKey


def write_key(parts: Sequence[str | int]) -> str:
    """The key of ``parts``, the data source's id first: ``(12, "HR.2031", "staff")`` gives ``12."HR.2031".staff``.

    Raises:
        UnwritableKey: a part is empty or holds a double quote, or there is no part at all.
    """
    if not parts:
        raise UnwritableKey("a key needs at least one part, and there is none")
    return ".".join(_written(str(part)) for part in parts)


def read_key(key: str) -> tuple[str, ...]:
    """The parts of a key, without their quotes; the inverse of `write_key`.

    Raises:
        UnwritableKey: the key has an empty part, an open quote, or a double quote inside a part.
    """
    return tuple(_parts_of(key))


def fold_key(key: str) -> str:
    """What makes two keys equal: Alation lower-cases a key before it looks it up."""
    return key.lower()


def _written(part: str) -> str:
    if not part:
        raise UnwritableKey("a part of the name is empty, and a key cannot hold an empty part")
    if '"' in part:
        raise UnwritableKey(
            f"the part {part!r} holds a double quote, and how Alation writes that in a key is not documented: "
            "only the catalog's own key can be used for it"
        )
    return f'"{part}"' if "." in part else part


def _parts_of(key: str) -> Iterator[str]:
    at = 0
    while True:
        if key.startswith('"', at):
            end = key.find('"', at + 1)
            if end < 0:
                raise UnwritableKey(f"the key {key!r} opens a double quote at position {at} and never closes it")
            part, at = key[at + 1 : end], end + 1
        else:
            end = key.find(".", at)
            end = len(key) if end < 0 else end
            part, at = key[at:end], end
        if not part or '"' in part or not (at == len(key) or key[at] == "."):
            raise UnwritableKey(f"the key {key!r} cannot be told apart into parts (near {part!r})")
        yield part
        if at == len(key):
            return
        at += 1
