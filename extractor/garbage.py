"""Python's search for garbage, put off while a statement is analysed."""

from __future__ import annotations

import gc
from types import TracebackType


class uncollected:  # noqa: N801 - used as a keyword would be
    """No search for garbage meanwhile, unless the caller has switched it off for good.

    A parse makes thousands of objects that all live until its end. Looking through them again and again costs a
    quarter of the time of the parse and finds nothing; one look after the statement frees its tree.
    """

    __slots__ = ("_was_on",)

    def __enter__(self) -> None:
        """Put it off."""
        self._was_on = gc.isenabled()
        if self._was_on:
            gc.disable()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let it go on, if it did before."""
        if self._was_on:
            gc.enable()
