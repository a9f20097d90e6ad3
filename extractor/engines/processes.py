"""Local worker processes that can be killed: the default engine.

A worker sets an alarm of the operating system before each statement. The alarm has no handler, so it ends the
worker even inside compiled code. The parent sees the pipe close, knows from the exit code what happened, names
the statement, and starts another worker for the rest.
"""

from __future__ import annotations

import gc
import multiprocessing as mp
import os
import resource
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import islice
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from time import perf_counter
from types import TracebackType
from typing import Self, TypeVar

from extractor.engines.interface import Answer, Limits, Task
from extractor.errors import EngineFailed
from extractor.models import Outcome

T = TypeVar("T")
R = TypeVar("R")

_CHUNK = 32
_COLLECT_EVERY = 200
_GRACE_S = 30.0
_STARTS = 4


class ProcessEngine:
    """Analyses statements in ``workers`` processes (0: one for each core).

    Logs are read by the caller's process.
    Use it as a context manager, so that no worker outlives it. Workers end by themselves when the parent dies.
    """

    spreads = False

    def __init__(self, limits: Limits, *, workers: int = 0) -> None:
        self._limits = limits
        self._count = workers or os.cpu_count() or 1
        self._workers: dict[Connection, _Worker] = {}
        self._failed_starts = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End all workers; doing it twice does no harm."""
        for worker in self._workers.values():
            worker.stop()
        self._workers.clear()

    def each(self, function: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        """In this process, one after the other."""
        return map(function, items)

    def outlines(self, tasks: Iterable[Task]) -> Iterator[Answer]:
        """Exactly one answer for each task, in the order in which they are ready.

        Raises:
            EngineFailed: a worker cannot even start, which is no statement's fault.
        """
        waiting = iter(tasks)
        returned: deque[Task] = deque()
        while True:
            self._feed(waiting, returned)
            busy = [w.pipe for w in self._workers.values() if w.open_tasks]
            if not busy:
                return
            ready = wait(busy, timeout=self._limits.statement_s + _GRACE_S)
            for pipe in ready or busy:
                yield from self._collect(self._workers[pipe], returned, silent=not ready)  # type: ignore[index]

    def _start_again(self, code: int | None) -> None:
        """A worker that ended before its first statement blames none; but not for ever."""
        self._failed_starts += 1
        if self._failed_starts >= _STARTS:
            raise EngineFailed(
                f"{_STARTS} worker processes ended before their first statement (exit code {code}); nothing is lost. "
                "Is there memory left, and does the program start by a script that Python can import?"
            )

    def _feed(self, waiting: Iterator[Task], returned: deque[Task]) -> None:
        """Give every idle worker a chunk; workers are started only when there is work for them."""
        for _ in range(self._count):
            idle = next((w for w in self._workers.values() if not w.open_tasks), None)
            if idle is None and len(self._workers) >= self._count:
                return
            chunk = [returned.popleft() for _ in range(min(_CHUNK, len(returned)))]
            chunk += islice(waiting, _CHUNK - len(chunk))
            if not chunk:
                return
            if idle is None:
                idle = _Worker(self._limits)
                self._workers[idle.pipe] = idle
            idle.give(chunk)

    def _collect(self, worker: _Worker, returned: deque[Task], *, silent: bool) -> Iterator[Answer]:
        """Take one answer; a worker that is dead, or silent past every limit, costs its present statement."""
        if not silent:
            try:
                answer = worker.take()
            except (EOFError, OSError):
                silent = True
            else:
                if answer is not None:
                    self._failed_starts = 0
                    yield answer
        if silent:
            del self._workers[worker.pipe]
            code = worker.stop()
            if not worker.is_ready:
                self._start_again(code)
                returned.extend(worker.open_tasks)
                return
            culprit = worker.open_tasks.popleft()
            returned.extend(worker.open_tasks)
            yield _obituary(culprit, code, self._limits)


class _Worker:
    """One process with its pipe and the tasks it has not answered yet, in order."""

    def __init__(self, limits: Limits) -> None:
        context = mp.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.open_tasks: deque[Task] = deque()
        self.is_ready = False
        self._process: SpawnProcess = context.Process(target=_serve, args=(theirs, limits), daemon=True)
        self._process.start()
        theirs.close()

    def give(self, chunk: list[Task]) -> None:
        self.open_tasks.extend(chunk)
        try:
            self.pipe.send(chunk)
        except (BrokenPipeError, OSError):
            return  # it died while idle: the closed pipe is seen at the next wait

    def take(self) -> Answer | None:
        """The next answer; None when the worker only says that it has started."""
        answer: Answer | None = self.pipe.recv()
        if answer is None:
            self.is_ready = True
        else:
            self.open_tasks.popleft()
        return answer

    def stop(self) -> int | None:
        """End the process and give its exit code (negative: the signal that ended it)."""
        self._process.join(timeout=0.2)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self.pipe.close()
        return self._process.exitcode


def _obituary(task: Task, code: int | None, limits: Limits) -> Answer:
    if code in {-signal.SIGALRM, -signal.SIGKILL}:
        reason = f"took longer than {limits.statement_s:g} s"
        return Answer(task.fingerprint, None, Outcome.TIMED_OUT, reason, limits.statement_s)
    how = signal.Signals(-code).name if code is not None and code < 0 else f"exit code {code}"
    return Answer(task.fingerprint, None, Outcome.NOT_PARSED, f"the worker that analysed it died ({how})")


def _serve(pipe: Connection, limits: Limits) -> None:
    """The worker's life: answer every task of every chunk until the parent closes the pipe."""
    from extractor.engines.work import analyse  # noqa: PLC0415 - the parent never loads the parser

    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _limit_memory(limits.memory_mb * 1024 * 1024)
    gc.disable()
    gc.freeze()
    answered = 0
    warm: set[str] = set()
    try:
        pipe.send(None)
    except OSError:
        return  # the parent is gone already
    while True:
        try:
            chunk: list[Task] = pipe.recv()
            for task in chunk:
                if task.dialect not in warm:
                    # What a dialect loads at first use must not count against its first statement.
                    analyse(task._replace(text="select 1"), limits)
                    warm.add(task.dialect)
                signal.setitimer(signal.ITIMER_REAL, limits.statement_s)
                begun = perf_counter()
                answer = analyse(task, limits)._replace(seconds=perf_counter() - begun)
                signal.setitimer(signal.ITIMER_REAL, 0)
                pipe.send(answer)
                answered += 1
                if answered % _COLLECT_EVERY == 0:
                    gc.collect()
        except (EOFError, OSError):
            return


def _limit_memory(size_bytes: int) -> None:
    """Let this process have so much memory and no more, or what the system allows if that is less."""
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    allowed = size_bytes if most == resource.RLIM_INFINITY else min(size_bytes, most)
    with suppress(ValueError, OSError):  # a system without this limit (macOS) is left with the limit of time
        resource.setrlimit(resource.RLIMIT_AS, (allowed, allowed))
