"""A contender that does as the text says: answer, refuse, print, end, or keep silent for ever."""

from __future__ import annotations

import os
import time

from benchmarks.contenders.serving import serve


def work(text: str) -> int:
    """Behave as told."""
    os.write(1, b"this must not disturb the protocol\n")
    if text == "refuse":
        raise ValueError("no")
    if text == "crash":
        os._exit(7)
    if text == "silence":
        time.sleep(600)
    return sum(range(20_000)) and len(text)


serve(lambda statement: statement["text"], work, "misbehaving 1")
