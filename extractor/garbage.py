"""Python's search for garbage, put off while a statement is analysed."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """No search for garbage meanwhile, unless the caller has switched it off for good.

    A parse makes thousands of objects that all live until its end. Looking through them again and again costs a
    quarter of the time of the parse and finds nothing; one look after the statement frees its tree.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
