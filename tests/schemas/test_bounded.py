"""What is remembered within a weight, and what is told of what had to go."""

from __future__ import annotations

from extractor.schemas.bounded import Bounded


def test_the_longest_unused_goes_first_until_the_weight_fits():
    """A heavy value costs as many light ones as it weighs; what was asked for stays longer."""
    gone: list[str] = []
    held: Bounded[str, str] = Bounded(5, gone.append)
    for name in "abcd":
        held.put(name, name)
    assert held.get("a") == "a"
    held.put("heavy", "heavy", 3)
    assert gone == ["b", "c"]
    assert held.get("a") == "a"


def test_one_value_that_is_too_heavy_stays_until_the_next():
    """What was put last can be read, whatever it weighs."""
    held: Bounded[str, str] = Bounded(5)
    held.put("a", "a")
    held.put("b", "b", 50)
    assert (held.get("a"), held.get("b")) == (None, "b")
    held.put("c", "c")
    assert (held.get("b"), held.get("c")) == (None, "c")


def test_each_value_is_told_once_when_all_are_given_up():
    """A value that was given up by name is not told again at the end."""
    gone: list[str] = []
    held: Bounded[str, str] = Bounded(5, gone.append)
    held.put("a", "a")
    held.put("b", "b")
    held.pop("a")
    held.pop("a")
    held.clear()
    assert gone == ["a", "b"]
    assert len(held) == 0
