"""What a body's variables may hold is bounded; where a bound is met, the report says so."""

import pytest

import extractor


def said(body: str) -> tuple[extractor.Lineage, list[str]]:
    """The lineage of a PL/SQL body, and the reasons it gives."""
    lineage = extractor.extract_lineage(body, dialect="oracle")
    return lineage, [s.reason for s in lineage.statements if s.reason]


def branches(count: int) -> str:
    """A body in which a variable takes its value from another table in each of ``count`` branches."""
    ways = "".join(f"ELSIF k = {n} THEN SELECT c INTO x FROM t{n}; " for n in range(count))
    return f"DECLARE x NUMBER; BEGIN IF k < 0 THEN x := 0; {ways} END IF; INSERT INTO w (v) VALUES (x); END;"


def taken_on(times: int) -> str:
    """A body in which a value goes from one variable to the next."""
    names = "".join(f"x{n} NUMBER; " for n in range(times + 1))
    steps = "".join(f"x{n + 1} := x{n}; " for n in range(times))
    return f"DECLARE {names} BEGIN SELECT c INTO x0 FROM t; {steps} INSERT INTO w (v) VALUES (x{times}); END;"


def many_at_once(count: int) -> str:
    """A body one statement of which uses ``count`` variables."""
    names = "".join(f"x{n} NUMBER; " for n in range(count))
    steps = "".join(f"SELECT c INTO x{n} FROM t{n}; " for n in range(count))
    return f"DECLARE {names} BEGIN {steps} INSERT INTO w (v) VALUES ({' + '.join(f'x{n}' for n in range(count))}); END;"


@pytest.mark.parametrize(("body", "feeding"), [(branches(40), 40), (taken_on(9), 1), (many_at_once(90), 90)])
def test_what_is_within_the_limits_is_whole_and_nothing_is_said(body: str, feeding: int) -> None:
    """Each table that a variable may come from feeds the column."""
    lineage, reasons = said(body)
    assert len([e for e in lineage.columns if e.target_column == "v"]) == feeding
    assert reasons == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (branches(80), "more than 64 things"),
        (taken_on(20), "more than 12 times"),
        (many_at_once(230), "more than 200 queries"),
    ],
)
def test_what_is_left_out_is_said(body: str, words: str) -> None:
    """A line of the report says which limit was met."""
    _, reasons = said(body)
    assert len(reasons) == 1
    assert words in reasons[0]


def test_dynamic_sql_within_dynamic_sql_is_followed_so_far_and_no_further() -> None:
    """Text that runs text that runs text: what lies too deep is counted, not passed over."""
    text = "INSERT INTO w (v) SELECT c FROM t"
    for _ in range(7):
        text = "BEGIN EXECUTE IMMEDIATE '" + text.replace("'", "''") + "'; END;"
    lineage, reasons = said(text)
    assert lineage.columns == ()
    assert [s.outcome for s in lineage.statements] == [extractor.Outcome.DYNAMIC]
    assert "deep within dynamic SQL" in reasons[0]
