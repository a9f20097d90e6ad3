"""The command line as a user has it, run within the tests' own process: a start of Python for each would be slow."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple

from extractor.cli import main


class Done(NamedTuple):
    """How a command ended and what it printed."""

    returncode: int
    stdout: str
    stderr: str


def shell(*words: str, stdin: str = "", cwd: Path | None = None, **environment: str) -> Done:
    """Run ``alation-lineage`` with these words."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    process = _process(["alation-lineage", *words], stdin, environment)
    with chdir(cwd or Path.cwd()), process, redirect_stdout(out), redirect_stderr(err):
        code = _ended()
    for stream in (out, err):
        stream.seek(0)
    return Done(code, out.read(), err.read())


def _ended() -> int:
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


@contextmanager
def _process(words: list[str], stdin: str, environment: dict[str, str]) -> Iterator[None]:
    """The words, the input and the variables of a process, for a while."""
    held = sys.argv, sys.stdin, dict(os.environ)
    sys.argv, sys.stdin = words, io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8")
    os.environ.update(environment)
    try:
        yield
    finally:
        sys.argv, sys.stdin = held[:2]
        os.environ.clear()
        os.environ.update(held[2])
