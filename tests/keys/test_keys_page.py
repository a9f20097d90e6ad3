"""The page of keys is made of the fixture tables."""

from __future__ import annotations

from scripts.write_keys_page import PAGE, page


def test_the_page_is_current() -> None:
    """docs/keys.md is what ``make keys-page`` writes."""
    assert PAGE.read_text(encoding="utf-8") == page()
