"""What a worker of a cluster runs: statements are analysed by a process beside it, within the same limits as at home.

The cluster's own worker must live: a statement that hangs or breaks the parser costs itself alone there, too.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress

from extractor.engines.interface import Answer, Limits, Task
from extractor.engines.processes import ProcessEngine
from extractor.errors import EngineFailed

_own = threading.local()


def analyse_all(tasks: Sequence[Task], limits: Limits) -> list[Answer]:
    """One answer for each task, in the order of the tasks.

    Raises:
        EngineFailed: no process can be started beside the worker.
    """
    process = _beside()
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        pickle.dump((tuple(tasks), limits), process.stdin)
        process.stdin.flush()
        answers: list[Answer] = pickle.load(process.stdout)  # noqa: S301 - our own process
    except (OSError, EOFError, pickle.UnpicklingError) as error:
        process.kill()
        process.wait()
        raise EngineFailed(f"the process beside a worker of the cluster ended with {process.returncode}") from error
    return answers


def _beside() -> subprocess.Popen[bytes]:
    """The process of this thread, started when it is needed first; it ends when its worker does."""
    process: subprocess.Popen[bytes] | None = getattr(_own, "process", None)
    if process is None or process.poll() is not None:
        found = os.pathsep.join(path or os.getcwd() for path in sys.path)  # noqa: PTH109 - as the interpreter means it
        process = _own.process = subprocess.Popen(  # noqa: S603 - this program's own module
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": found},
        )
    return process


def _serve() -> None:
    """Answer until the worker closes the pipe."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing else may write into the answers
    engine: ProcessEngine | None = None
    with suppress(EOFError, OSError, KeyboardInterrupt):
        while True:
            tasks, limits = pickle.load(sys.stdin.buffer)  # noqa: S301 - from our own parent
            engine = engine or ProcessEngine(limits, workers=1)
            answers = {answer.fingerprint: answer for answer in engine.outlines(tasks)}
            pickle.dump([answers[task.fingerprint] for task in tasks], out)
            out.flush()
    if engine is not None:
        engine.close()


if __name__ == "__main__":
    _serve()
