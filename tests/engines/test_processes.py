"""Worker processes: one answer for each task, whatever a statement does to its worker."""

from __future__ import annotations

import multiprocessing as mp
import os
import signal
import threading
import time

import pytest

import dialects
from extractor import lineage
from extractor.engines import Limits, ProcessEngine, Task
from extractor.engines.work import analyse
from extractor.models import Outcome

GOOD = "insert into mart.net select shop from raw.sales"


def task(number: int, text: str = GOOD) -> Task:
    """A task with a fingerprint of its own."""
    return Task(f"f{number}", "postgres", text)


def test_every_task_is_answered_exactly_once():
    """More tasks than a chunk over two workers: each fingerprint comes back once, as an outline."""
    with ProcessEngine(Limits(), workers=2) as engine:
        answers = list(engine.outlines(task(n) for n in range(150)))
    assert sorted(a.fingerprint for a in answers) == sorted(f"f{n}" for n in range(150))
    assert all(a.outline for a in answers)


def test_a_worker_gives_the_outline_that_the_library_gives():
    """Over processes nothing changes."""
    with ProcessEngine(Limits(), workers=1) as engine:
        (answer,) = engine.outlines([task(1)])
    assert answer.outline == lineage.dump(lineage.outline(GOOD, dialects.get("postgres")))


def test_a_statement_that_takes_too_long_costs_itself_alone():
    """The alarm ends the worker; the statement is named as timed out, the others are analysed."""
    slow = "insert into t select " + ", ".join(f"a{n} + b{n}" for n in range(400_000)) + " from s"
    tasks = [task(0), task(1, slow), *[task(n) for n in range(2, 40)]]
    with ProcessEngine(Limits(statement_s=1, memory_mb=8192), workers=1) as engine:
        answers = {a.fingerprint: a for a in engine.outlines(tasks)}
    assert answers["f1"].outcome is Outcome.TIMED_OUT
    assert "1 s" in answers["f1"].reason
    assert all(answers[f"f{n}"].outline for n in range(40) if n != 1)


def test_a_statement_that_needs_too_much_memory_costs_itself_alone():
    """The limit of a worker's memory makes a statement too large, and the run goes on."""
    large = "insert into t select " + ", ".join(f"a{n} + b{n}" for n in range(150_000)) + " from s"
    with ProcessEngine(Limits(memory_mb=300), workers=1) as engine:
        answers = {a.fingerprint: a for a in engine.outlines([task(0), task(1, large), task(2)])}
    assert answers["f1"].outcome in {Outcome.TOO_LARGE, Outcome.NOT_PARSED}
    assert answers["f0"].outline
    assert answers["f2"].outline


def test_a_worker_that_is_killed_costs_one_statement():
    """SIGKILL from outside (the kernel's out-of-memory killer) loses at most the present statement."""

    def kill_one() -> None:
        while not mp.active_children():
            time.sleep(0.01)
        time.sleep(0.3)
        os.kill(mp.active_children()[0].pid, signal.SIGKILL)

    def tasks():
        yield from (task(n) for n in range(40))
        killer.join()
        yield from (task(n) for n in range(40, 80))

    killer = threading.Thread(target=kill_one)
    killer.start()
    with ProcessEngine(Limits(), workers=2) as engine:
        answers = list(engine.outlines(tasks()))
    assert len(answers) == len({a.fingerprint for a in answers}) == 80
    assert sum(a.outline is None for a in answers) <= 1


def test_no_worker_outlives_its_engine():
    """Leaving the context ends every process."""
    with ProcessEngine(Limits(), workers=2) as engine:
        list(engine.outlines(task(n) for n in range(70)))
        assert mp.active_children()
    assert not mp.active_children()


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("insert into from where", Outcome.NOT_PARSED),
        ("insert into t select " + "(" * 400 + "1" + ")" * 400, Outcome.TOO_LARGE),
    ],
)
def test_a_bad_statement_is_an_answer_not_an_exception(text, outcome):
    """What cannot be parsed, or is nested too deeply, comes back under its name."""
    answer = analyse(task(1, text), Limits())
    assert (answer.outline, answer.outcome) == (None, outcome)
    assert answer.reason
