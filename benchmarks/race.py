"""The parent's side of a race: contenders in processes of their own, timed in turns over the same statements."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import time
from collections.abc import Mapping, Sequence
from statistics import mean
from typing import Any, NamedTuple

from benchmarks.corpus import Statement
from benchmarks.measure import ROOT, Spread, environment

_LOAD_S = 120.0
_WARM_UP = 20


class Lost(Exception):
    """The process ended or kept silent."""


class Entry(NamedTuple):
    """Who takes part: its interpreter, its module, against which yardstick, on every how many-th statement."""

    name: str
    python: str
    module: str
    yardstick: str
    every: int = 1


class Contender:
    """One tool in its process; `times` are microseconds by statement, one for each round."""

    def __init__(self, entry: Entry, statements: Sequence[Statement], *, timeout_s: float) -> None:
        self.entry = entry
        self.numbers = list(range(0, len(statements), entry.every))
        self.times: dict[int, list[float]] = {n: [] for n in self.numbers}
        self.columns: dict[int, int] = {}
        self.refused: dict[int, str] = {}
        self.lost: dict[int, str] = {}
        self.version = ""
        self.peak_mb = 0.0
        self._statements = statements
        self._timeout_s = timeout_s
        self._process: subprocess.Popen[bytes] | None = None
        self._pending = b""

    def round(self, most: int | None = None) -> None:
        """Time every statement (the first ``most``) that did not cost the process its life before."""
        left = [n for n in self.numbers[:most] if n not in self.lost]
        while left:
            left = self._part(left)

    def close(self) -> str:
        """End the process; what it complained of before it was ready."""
        if self._process is None:
            return ""
        self._process.kill()
        _, said = self._process.communicate()
        self._process = None
        return said.decode("utf-8", "replace")

    def answered(self) -> set[int]:
        """The statements that it could answer."""
        return {n for n in self.numbers if n not in self.refused and n not in self.lost and self.times[n]}

    def _part(self, numbers: list[int]) -> list[int]:
        """Time statements up to the first that kills the process; what is left then."""
        if self._process is None:
            self._start()
        self._ask({"do": "round", "of": numbers})
        for place, number in enumerate(numbers):
            try:
                answer = self._answer(self._timeout_s)
            except Lost as how:
                self.lost[number] = str(how)
                self.close()
                return numbers[place + 1 :]
            self.times[number].append(answer["us"])
            if "error" in answer:
                self.refused[number] = answer["error"]
            else:
                self.columns[number] = answer["columns"]
        self.peak_mb = max(self.peak_mb, self._answer(self._timeout_s)["done"])
        return []

    def _start(self) -> None:
        self._pending = b""
        command = [self.entry.python, "-m", self.entry.module]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        self._process = subprocess.Popen(command, cwd=ROOT, env=environment(), **pipes)  # type: ignore[call-overload]
        try:
            self._ask({"do": "load", "statements": [s.as_json() for s in self._statements]})
            self.version = self._answer(_LOAD_S)["ready"]
        except (Lost, BrokenPipeError) as how:
            raise RuntimeError(f"{self.entry.name} does not start: {how}: {self.close()[-800:]}") from None

    def _ask(self, what: Mapping[str, Any]) -> None:
        stdin = self._process.stdin  # type: ignore[union-attr]
        stdin.write(json.dumps(what).encode() + b"\n")  # type: ignore[union-attr]
        stdin.flush()  # type: ignore[union-attr]

    def _answer(self, timeout_s: float) -> dict[str, Any]:
        """The next line that the process says.

        Raises:
            Lost: it ended, or said nothing in time.
        """
        pipe = self._process.stdout.fileno()  # type: ignore[union-attr]
        until = time.monotonic() + timeout_s
        with selectors.DefaultSelector() as selector:
            selector.register(pipe, selectors.EVENT_READ)
            while b"\n" not in self._pending:
                if not selector.select(max(0.0, until - time.monotonic())):
                    raise Lost("timed out")
                block = os.read(pipe, 1 << 16)
                if not block:
                    raise Lost("crashed")
                self._pending += block
        line, _, self._pending = self._pending.partition(b"\n")
        found: dict[str, Any] = json.loads(line)
        return found


class Comparison(NamedTuple):
    """One contender against another over the statements that both could answer."""

    statements: int
    ms: float
    ratio: Spread


def race(
    entries: Sequence[Entry], statements: Sequence[Statement], *, rounds: int, timeout_s: float
) -> list[Contender]:
    """Run all entries in turns, after a few statements to warm up; who cannot start is told and left out."""
    contenders = [Contender(entry, statements, timeout_s=timeout_s) for entry in entries]
    try:
        for number in range(rounds + 1):
            print(f"  round {number} of {rounds}" if number else "  warming up", flush=True)
            for contender in list(contenders):
                try:
                    contender.round(None if number else _WARM_UP)
                except RuntimeError as problem:
                    print(f"  left out: {problem}", flush=True)
                    contenders.remove(contender)
                if number == 0:
                    contender.times = {n: [] for n in contender.numbers}
    finally:
        for contender in contenders:
            contender.close()
    return contenders


def compare(one: Contender, other: Contender) -> Comparison | None:
    """The cost of ``one`` in costs of ``other``, round by round; None where they have nothing in common."""
    common = sorted(one.answered() & other.answered())
    rounds = min((len(c.times[n]) for c in (one, other) for n in common), default=0)
    if not rounds:
        return None
    sums = [(sum(one.times[n][r] for n in common), sum(other.times[n][r] for n in common)) for r in range(rounds)]
    least = mean(min(one.times[n]) for n in common) / 1000
    return Comparison(len(common), least, Spread.of(a / b for a, b in sums))
