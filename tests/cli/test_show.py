"""What a person reads at the end of a run."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from extractor.cli.show import report_in_words
from extractor.report import Report


@pytest.mark.parametrize(
    ("posts", "deletes", "expected_s", "words"),
    [
        (1, 1, 28, "in 1 upload and 1 deletion, one at a time: about 28 s in Alation"),
        (12, 0, 300, "in 12 uploads and 0 deletions, one at a time: about 5 minutes in Alation"),
    ],
)
def test_a_plan_says_how_many_requests_it_needs_and_how_long_they_take(posts, deletes, expected_s, words):
    """The number of requests and Alation's average time for them stand below the counts."""
    report = Report(datetime(2031, 2, 3, tzinfo=UTC))
    report.plan = {"add": 3, "posts": posts, "deletes": deletes, "expected_s": expected_s}
    assert words in report_in_words(report)


def test_a_plan_without_requests_says_nothing_of_time():
    """Nothing to do takes no time."""
    report = Report(datetime(2031, 2, 3, tzinfo=UTC))
    report.plan = {"add": 0, "posts": 0, "deletes": 0, "expected_s": 0}
    assert "one at a time" not in report_in_words(report)
