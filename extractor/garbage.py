"""Python's search for garbage, put off while a statement is analysed."""

from __future__ import annotations

import gc
from types import TracebackType

_YOUNG, _MIDDLE, _OLD = 10_000, 10, 100


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


class seldom_collected:  # noqa: N801 - used as a keyword would be
    """The search for garbage comes seldom meanwhile: one through everything after ten million new objects.

    A run holds some hundred thousand objects for as long as it lasts, and makes next to no cycles: Python would look
    through all of them dozens of times, for an eighth of the run's time.
    """

    __slots__ = ("_before",)

    def __enter__(self) -> None:
        """Let it come seldom."""
        self._before = gc.get_threshold()
        gc.set_threshold(_YOUNG, _MIDDLE, _OLD)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let it come as often as before."""
        gc.set_threshold(*self._before)
