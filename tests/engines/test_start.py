"""A worker that cannot start is the machine's fault, and no statement's."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
from extractor.engines import Limits, ProcessEngine, Task
from extractor.errors import EngineFailed

with ProcessEngine(Limits(5, 50, 512), workers=1) as engine:
    try:
        print(list(engine.outlines([Task("f", "postgres", "insert into a select x from b")])))
    except EngineFailed as error:
        print("refused:", error)
"""


def test_a_worker_that_cannot_start_blames_no_statement():
    """A program that workers cannot import, as one from standard input, is an error and gives no outcome."""
    done = subprocess.run([sys.executable, "-"], input=PROGRAM, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("refused:"), done.stderr
