"""The race: every contender is timed on the same statements, whatever one statement does to one of them."""

from __future__ import annotations

import sys

import pytest

from benchmarks.corpus import Statement
from benchmarks.race import Contender, Entry, compare, race

MODULE = "tests.benchmarks.misbehaving_contender"


def statements(*texts: str) -> list[Statement]:
    """Statements of no dialect."""
    return [Statement(text, text, "", {}) for text in texts]


def entry(name: str = "one", *, every: int = 1, module: str = MODULE) -> Entry:
    """An entry that runs in this interpreter."""
    return Entry(name, sys.executable, module, "one", every)


def test_a_crash_and_a_silence_cost_one_statement_each():
    """The process is started again for the rest; what was lost is named and not tried again."""
    found = statements("a", "crash", "bb", "silence", "refuse", "ccc")
    (contender,) = race([entry()], found, rounds=2, timeout_s=3)
    assert contender.lost == {1: "crashed", 3: "timed out"}
    assert contender.refused == {4: "ValueError: no"}
    assert contender.answered() == {0, 2, 5}
    assert [contender.columns[n] for n in (0, 2, 5)] == [1, 2, 3]
    assert all(len(contender.times[n]) == 2 for n in (0, 2, 5))
    assert contender.version == "misbehaving 1"
    assert contender.peak_mb > 1


def test_a_crash_on_the_last_statement_ends_the_round():
    """Nothing is left to be timed, and the next round starts a new process."""
    (contender,) = race([entry()], statements("a", "crash"), rounds=1, timeout_s=5)
    assert (contender.answered(), set(contender.lost)) == ({0}, {1})


def test_a_sample_is_compared_over_the_sample_alone():
    """A contender that takes every second statement is measured against the others on these."""
    whole, part = race([entry(), entry("part", every=2)], statements("a", "b", "c", "d"), rounds=1, timeout_s=5)
    assert whole.answered() == {0, 1, 2, 3}
    against = compare(part, whole)
    assert against is not None
    assert against.statements == 2
    assert against.ratio.low > 0


def test_contenders_with_nothing_in_common_have_no_ratio():
    """Where one refused everything there is no figure instead of a wrong one."""
    (contender,) = race([entry()], statements("refuse"), rounds=1, timeout_s=5)
    assert compare(contender, contender) is None


def test_a_contender_that_cannot_start_says_why():
    """An environment without the tool is told with the tool's own message."""
    contender = Contender(entry(module="tests.benchmarks.nowhere"), statements("a"), timeout_s=5)
    with pytest.raises(RuntimeError, match=r"one does not start.*\n?.*No module named"):
        contender.round()


@pytest.mark.parametrize("module", ["ours", "sqlglot_parse", "sqlglot_lineage", "sqlglot_columns"])
def test_our_own_contenders_answer(module):
    """Each of them finds the columns of a load, and refuses what is no SQL."""
    schema = {"raw.sales": ("shop", "net")}
    found = [
        Statement("load", "create table mart.net as select shop, net from raw.sales", "postgres", schema),
        Statement("broken", "insert into from (", "postgres", {}),
    ]
    taking_part = entry(module=f"benchmarks.contenders.{module}")
    (contender,) = race([taking_part], found, rounds=1, timeout_s=30)
    assert (contender.answered(), set(contender.refused), contender.lost) == ({0}, {1}, {})
    assert contender.columns[0] == (0 if module == "sqlglot_parse" else 2)


def test_a_contender_that_cannot_start_costs_the_others_nothing(capsys):
    """The race goes on without it, and says so."""
    taking_part = [entry("absent", module="tests.benchmarks.nowhere"), entry()]
    contenders = race(taking_part, statements("a"), rounds=1, timeout_s=5)
    assert [c.entry.name for c in contenders] == ["one"]
    assert "left out: absent does not start" in capsys.readouterr().out
