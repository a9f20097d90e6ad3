"""Times as logs write them."""

from __future__ import annotations

import pytest

from extractor.sources.times import Clock


@pytest.mark.parametrize(
    ("written", "in_utc"),
    [
        ("2026-03-02 02:00:11.402 UTC", "2026-03-02T02:00:11.402000+00:00"),
        ("2026-03-02T02:00:11Z", "2026-03-02T02:00:11+00:00"),
        ("2026-03-02 02:00:11.402113", "2026-03-02T02:00:11.402113+00:00"),
        ("2026-03-02 02:00:11.4021139", "2026-03-02T02:00:11.402113+00:00"),
        ("2026-03-02 02:00:11 CEST", "2026-03-02T00:00:11+00:00"),
        ("2026-03-02 02:00:11.402 -0800", "2026-03-02T10:00:11.402000+00:00"),
        ("2026-03-02 02:00:11.402113+00", "2026-03-02T02:00:11.402113+00:00"),
        ("2026-03-02 02:00:11 +05:30", "2026-03-01T20:30:11+00:00"),
        ("2026-03-02 02:00:11,402", "2026-03-02T02:00:11.402000+00:00"),
        ("2026-03-02-02.00.11.402113", "2026-03-02T02:00:11.402113+00:00"),
        ("2026-03-02 02:00:11 Europe/Berlin", "2026-03-02T01:00:11+00:00"),
        ("2026/03/02 02:00", "2026-03-02T02:00:00+00:00"),
        ("20260302 02:00:11", "2026-03-02T02:00:11+00:00"),
        ("2026-03-02 02:00:11 PM", "2026-03-02T14:00:11+00:00"),
        ("03/02/2026 02:00:11 PM", "2026-03-02T14:00:11+00:00"),
        ("2026-03-02 24:00:00", "2026-03-03T00:00:00+00:00"),
        ("2026-03-02 23:59:60", "2026-03-03T00:00:00+00:00"),
        ("2026-03-02 02:00:11-08", "2026-03-02T10:00:11+00:00"),
        ("2026-03-02", "2026-03-02T00:00:00+00:00"),
        ("1772416811", "2026-03-02T02:00:11+00:00"),
        (1772416811, "2026-03-02T02:00:11+00:00"),
        (1772416811.5, "2026-03-02T02:00:11.500000+00:00"),
        (1772416811402, "2026-03-02T02:00:11.402000+00:00"),
        (1772416811402113, "2026-03-02T02:00:11.402113+00:00"),
        (1772416811402113000, "2026-03-02T02:00:11.402113+00:00"),
    ],
)
def test_a_time_in_any_spelling_is_utc(written: object, in_utc: str) -> None:
    """ISO with blanks, offsets, abbreviations and zone names; epochs told by their magnitude."""
    at = Clock().read(written)
    assert at is not None
    assert at.isoformat() == in_utc


@pytest.mark.parametrize("written", ["", "never", "2026-13-45 99:00:00", None, True, 10**30, "infinity", [], "9" * 40])
def test_what_is_no_time_is_none(written: object) -> None:
    """Nothing raises."""
    assert Clock().read(written) is None


def test_a_time_without_zone_is_in_the_sources_zone() -> None:
    """Summer and winter time by date."""
    clock = Clock("Europe/Berlin")
    assert str(clock.read("2026-03-02 02:00:11")) == "2026-03-02 01:00:11+00:00"
    assert str(clock.read("2026-07-02 02:00:11.5")) == "2026-07-02 00:00:11.500000+00:00"


def test_an_abbreviation_tells_the_repeated_hour() -> None:
    """When clocks go back, 02:30 comes twice: the abbreviation says which."""
    clock = Clock("Europe/Berlin")
    assert str(clock.read("2026-10-25 02:30:00 CEST")) == "2026-10-25 00:30:00+00:00"
    assert str(clock.read("2026-10-25 02:30:00 CET")) == "2026-10-25 01:30:00+00:00"


def test_an_ambiguous_abbreviation_is_the_sources_own() -> None:
    """IST is India's where the source says so, CST is China's."""
    assert str(Clock("Asia/Kolkata").read("2026-03-02 02:00:11 IST")) == "2026-03-01 20:30:11+00:00"
    assert str(Clock("Asia/Shanghai").read("2026-03-02 02:00:11 CST")) == "2026-03-01 18:00:11+00:00"


@pytest.mark.parametrize("fraction", ["", ".4", ".402", ".402113", ".402113999"])
@pytest.mark.parametrize("zone", [" CET", "+01", " +01:00", "+0100", " Europe/Berlin"])
def test_a_zone_counts_behind_a_fraction_of_any_length(fraction: str, zone: str) -> None:
    """Greenplum and others write six digits and the name of a zone."""
    found = Clock("UTC").read(f"2024-03-02 02:00:11{fraction}{zone}")
    assert found is not None
    assert str(found)[:19] + str(found)[-6:] == "2024-03-02 01:00:11+00:00"
