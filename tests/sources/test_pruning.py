"""Files outside of the window, told by their paths and times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from extractor.sources.interface import InputFile
from extractor.sources.pruning import day_of, is_outside

DAY = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    "name",
    [
        "logs/2026/03/02/x.log.gz",
        "pg/postgresql-2026-03-02_000000.csv",
        "useractivitylog_2026-03-02T02:00.gz",
        "insights/y=2026/m=03/d=02/h=02/m=00/PT1H.json",
        "audit/year=2026/month=3/day=2/part.json",
        "dt=20260302/part-0.parquet",
        "x.log-20260302.gz",
        "2026/03/02/x_2026-03-02.log",
    ],
)
def test_the_day_of_a_path_is_found(name: str) -> None:
    """As buckets and servers write it."""
    assert day_of(name) == DAY


@pytest.mark.parametrize(
    "name", ["x.log", "v20.1.2/x.log", "2026/13/40/x.log", "2026-03-02/x_2026-03-05.log", "1709344811402.json"]
)
def test_a_path_that_tells_no_day_or_two_is_not_judged(name: str) -> None:
    """Numbers are no dates, and of two dates nobody knows which counts."""
    assert day_of(name) is None


def _file(name: str, modified_at: datetime | None = DAY) -> InputFile:
    return InputFile(Path(name), name, 1, modified_at)


def test_a_log_of_a_day_after_the_window_is_outside() -> None:
    """With two days of grace."""
    assert is_outside(_file("2026/03/02/x.log"), None, DAY - timedelta(days=2))
    assert not is_outside(_file("2026/03/02/x.log"), None, DAY - timedelta(days=1))


def test_a_log_of_a_day_before_the_window_is_outside_when_it_was_not_written_since() -> None:
    """A log that is named by its beginning may have grown for weeks."""
    since = DAY + timedelta(days=10)
    assert is_outside(_file("pg-2026-03-02.log"), since, None)
    assert not is_outside(_file("pg-2026-03-02.log", since), since, None)
    assert not is_outside(_file("pg-2026-03-02.log", None), since, None)


def test_a_script_is_inside_of_any_window() -> None:
    """It has no times."""
    assert not is_outside(_file("releases/2026-03-02/load.sql"), DAY + timedelta(days=99), None)


@pytest.mark.parametrize("name", ["x.log", "pg.csv.gz", "audit.log.3", "audit.log.3.gz", "part-0.snappy.parquet"])
def test_a_log_that_was_written_last_before_the_window_is_outside(name: str) -> None:
    """Nothing in it can have run later, whatever its path says; without a plausible time it is opened."""
    since = DAY + timedelta(days=10)
    assert is_outside(_file(name), since, None)
    assert not is_outside(_file(name), DAY + timedelta(days=1), None)
    assert not is_outside(_file(name, datetime(1980, 1, 1, tzinfo=UTC)), since, None)


@pytest.mark.parametrize("name", ["load_orders", "jobs/load.txt", "load.sql.gz"])
def test_what_may_be_a_script_is_opened_however_old_it_is(name: str) -> None:
    """A script that nobody has changed for years runs every night."""
    assert not is_outside(_file(name), DAY + timedelta(days=999), None)
