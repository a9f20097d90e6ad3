"""The contender's side of a race: JSON lines in, JSON lines out; each statement is timed by itself, in CPU time.

``{"do": "load", "statements": [{"text", "dialect", "schema"}, ...]}`` is answered by ``{"ready": versions}``;
``{"do": "round", "of": [numbers]}`` by one line a statement, ``{"n", "us", "columns"}`` or ``{"n", "us", "error"}``,
and at last ``{"done": megabytes}``. What a tool prints goes nowhere.
"""

import contextlib
import gc
import json
import logging
import os
import resource
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any, TextIO

Statement = dict[str, Any]
Prepare = Callable[[Statement], Any]
Work = Callable[[Any], int]
_FORGIVEN = 400


def serve(prepare: Prepare, work: Work, version: str) -> None:
    """Answer until the input ends.

    ``prepare`` makes of a statement what is not to be timed (a schema in the tool's own form); ``work`` does what is,
    and returns how many columns of lineage it found. An exception of ``work`` is an answer, not an end.
    """
    out = _own_output()
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    loaded: list[Any] = []
    for line in sys.stdin:
        asked = json.loads(line)
        if asked["do"] == "load":
            loaded = [prepare(s) for s in asked["statements"]]
            gc.collect()
            gc.freeze()
            _say(out, ready=version)
        else:
            for number in asked["of"]:
                _say(out, n=number, **_timed(work, loaded[number]))
            _say(out, done=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def _timed(work: Work, statement: Any) -> dict[str, Any]:
    begun = time.process_time_ns()
    try:
        columns = work(statement)
    except Exception as error:  # noqa: BLE001 - a refusal is a result
        us = (time.process_time_ns() - begun) / 1000
        return {"us": us, "error": f"{type(error).__name__}: {error}"[:_FORGIVEN]}
    return {"us": (time.process_time_ns() - begun) / 1000, "columns": columns}


def _own_output() -> TextIO:
    """The real standard output; whatever else is written to it from now on is dropped."""
    kept = os.fdopen(os.dup(1), "w", encoding="utf-8")
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    return kept


def _say(out: TextIO, **answer: Any) -> None:
    with contextlib.suppress(BrokenPipeError):
        out.write(json.dumps(answer) + "\n")
        out.flush()
