"""Keys are written and read by one pair of functions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor.errors import UnwritableKey
from extractor.keys import fold_key, read_key, write_key

NAMES = st.text(min_size=1).filter(lambda name: '"' not in name)


@given(st.integers(min_value=0), st.lists(NAMES, min_size=1, max_size=5))
def test_any_names_come_back_as_they_went_in(ds_id: int, names: list[str]) -> None:
    """Whatever is written into a key without a double quote in it is read out of it again."""
    assert read_key(write_key([ds_id, *names])) == (str(ds_id), *names)


@given(st.lists(st.text(), max_size=5))
def test_any_text_comes_back_or_is_refused(names: list[str]) -> None:
    """Whatever a database may call its tables: the key gives it back, or there is none and the reason is told."""
    if not names or any(not name or '"' in name for name in names):
        with pytest.raises(UnwritableKey):
            write_key(names)
    else:
        assert read_key(write_key(names)) == tuple(names)


@given(st.text())
def test_any_key_is_read_as_it_would_be_written_or_refused(key: str) -> None:
    """A text that reads as a key and is written again is the same key, but for quotes that nothing needs."""
    try:
        parts = read_key(key)
    except UnwritableKey:
        return
    assert read_key(write_key(parts)) == parts


@given(st.lists(NAMES, min_size=1, max_size=4), st.lists(NAMES, min_size=1, max_size=4))
def test_different_names_have_different_keys(one: list[str], other: list[str]) -> None:
    """Two keys are equal only when all their parts are."""
    assert (write_key(one) == write_key(other)) == (one == other)


@pytest.mark.parametrize(
    ("parts", "key"),
    [
        ((12, "sales", "orders"), "12.sales.orders"),
        ((31, "DWH", "MART", "ORDERS", "ORDER_ID"), "31.DWH.MART.ORDERS.ORDER_ID"),
        ((7, "HR.2031", "Emp.Full", "name"), '7."HR.2031"."Emp.Full".name'),
        ((7, "Human Resources", "Employees", "First Name"), "7.Human Resources.Employees.First Name"),
        ((3, "my-project", "data$set", "t#1"), "3.my-project.data$set.t#1"),
    ],
)
def test_only_a_part_with_a_period_is_quoted(parts: tuple[str | int, ...], key: str) -> None:
    """Spaces, dashes and signs stay bare; a period puts its own part, and no other, into quotes."""
    assert write_key(parts) == key


def test_a_double_quote_is_refused() -> None:
    """A name with a double quote is refused, by name, since Alation's rule for it is unknown."""
    with pytest.raises(UnwritableKey, match=r"REP.*double quote"):
        write_key([7, "hr", 'REP"CLIENT'])


@pytest.mark.parametrize("parts", [(), (12, "", "orders")])
def test_an_empty_part_is_refused(parts: tuple[str | int, ...]) -> None:
    """A key is never written with a hole in it."""
    with pytest.raises(UnwritableKey):
        write_key(parts)


@pytest.mark.parametrize("key", ["", "12..orders", "12.a.", '12."a.b', '12."a"b.c', '12.a"b.c', '12."".c'])
def test_a_damaged_key_is_refused(key: str) -> None:
    """A key whose parts cannot be told apart raises, and names the key."""
    with pytest.raises(UnwritableKey):
        read_key(key)


def test_keys_that_differ_in_case_are_one() -> None:
    """Alation ignores case, so the identity of a key does."""
    assert fold_key("31.DWH.Mart.ORDERS") == fold_key("31.dwh.mart.orders")
