"""How deep brackets nest, told quickly and exactly."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

import dialects
from extractor.statements import may_nest, nesting

_PIECES = ["(", ")", "[", "]", "{", "}", "CASE ", " end ", " CaSe", "x", "'('", '"("', "--(\n", "/*)*/", "$$)$$", "é"]


@given(st.lists(st.sampled_from(_PIECES), max_size=40).map("".join), st.integers(0, 12))
def test_the_quick_look_never_misses_what_nests_too_deep(text: str, limit: int) -> None:
    """Where the quick look says no, the exact count is within the limit."""
    dialect = dialects.get("postgres")
    if not may_nest(text, dialect, limit):
        assert nesting(text, dialect) <= limit


def test_many_brackets_side_by_side_do_not_nest() -> None:
    """A long row of calls is cleared by the quick look."""
    text = "select " + ", ".join(f"f(a[{i}], (b))" for i in range(500))
    assert not may_nest(text, dialects.get("postgres"), 3)
    assert may_nest(text, dialects.get("postgres"), 1)
