"""Regular expressions that every supported Python matches alike."""

from __future__ import annotations

import re
import sys

_IS_SOUND = sys.version_info >= (3, 11, 5)


def sound(pattern: str) -> str:
    """The pattern, without possessive groups where Python matches these wrongly.

    Before 3.11.5 a possessive group that holds another repetition may stop too early (CPython issue 106052). Ours
    match the same without being possessive, only with more memory on very long texts.
    """
    return pattern if _IS_SOUND else re.sub(r"(?<=\))([*+?])\+", r"\1", pattern)
