"""How right the lineage is: ``python -m benchmarks.accuracy`` measures it and writes it into docs/accuracy.md.

What is written stands between marks in that page; the rest of the page is written by hand. The SQL fixtures are
measured each time, a file of neutral cases (see `benchmarks.scoring`) where one is named.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import extractor
from benchmarks.scoring import Row, Side, Verdict, found_in, verdict
from tests.lineage.cases import Case, cases
from tests.lineage.matrix import rows

PAGE = Path(__file__).parents[1] / "docs" / "accuracy.md"
START = datetime(2024, 1, 1, tzinfo=UTC)
SMALL = 5
COVERED = (
    "Of the features in `fixtures/sql/features.yml`, how many have a fixture, and how many the vendor's reference does "
    "not have. Why, `fixtures/sql/<dialect>/absent.yml` says of each:"
)
HEAD = "cases | tables exactly right | columns exactly right | column precision | column recall"


def main() -> int:
    """Measure, and write or compare the page; the exit code is 1 where it differs or a case is wrong unexplained."""
    given = _arguments()
    fixtures = [of_fixture(case) for case in cases()]
    text = PAGE.read_text("utf-8")
    new = _between(text, "fixtures", fixture_part(fixtures))
    if given.cases is not None:
        part = sample_part([of_line(json.loads(line)) for line in given.cases.read_text("utf-8").splitlines() if line])
        print(part)
        new = _between(new, "sample", part)
    unexplained = [v.name for v in fixtures if not v.is_exact and not v.why]
    for name in unexplained:
        print(f"{name} is wrong, and no known_miss says why", file=sys.stderr)
    if given.check and new != text:
        print(f"{PAGE} is not what `make accuracy` writes", file=sys.stderr)
        return 1
    if not given.check:
        PAGE.write_text(new, "utf-8")
    return min(len(unexplained), 1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, prog="make accuracy")
    parser.add_argument("--check", action="store_true", help="write nothing; fail where the page is out of date")
    parser.add_argument("--cases", type=Path, help="a file of neutral cases, one JSON object a line")
    return parser.parse_args()


def _between(text: str, name: str, part: str) -> str:
    """The page with ``part`` between the marks of that name."""
    pattern = re.compile(rf"(<!-- {name}: [^\n]* -->\n).*?(\n<!-- {name} end -->)", re.DOTALL)
    if len(pattern.findall(text)) != 1:
        raise SystemExit(f"{PAGE} has no place for: {name}")
    return pattern.sub(lambda found: f"{found[1]}\n{part}\n{found[2]}", text)


# --- the cases -----------------------------------------------------------------------------------------------------


def of_fixture(case: Case) -> Verdict:
    """A fixture's verdict: what its .yml says against what the engine says, by the rules of the fixtures' test."""
    lineage, said = case.run(), case.expected
    own = {name.lower() for name in said.get("targets", [])}
    expected: set[Row] = {("source", n.lower()) for n in said.get("sources", [])} | {("target", n) for n in own}
    found: set[Row] = {("source", str(t).lower()) for t in lineage.sources}
    found |= {("target", str(t).lower()) for t in lineage.targets}
    tables = Side.of(*({row for row in side if row[0] == "target" or row[1] not in own} for side in (expected, found)))
    edges = {
        (f"{e.source_table}.{e.source_column} > {e.target_table or '-'}.{e.target_column}".lower(),)
        for e in lineage.columns
        if e.kind == "direct"
    }
    columns = Side.of({(text,) for text in said.get("columns", [])}, edges)
    return Verdict(case.name, case.dialect, case.kind, tables, columns, case.known_miss or "")


def of_line(case: dict[str, object]) -> Verdict:
    """A neutral case's verdict; an engine that breaks on it has found nothing."""
    options = {
        "dialect": case["dialect"] or None,
        "schema": case.get("schema") or None,
        "temporary_tables": [re.compile(p, re.IGNORECASE) for p in case.get("temp_patterns") or []],
    }
    if "statements" in case:
        records = [_record(one, number) for number, one in enumerate(case["statements"])]
        return verdict(case, found_in(extractor.extract_lineage(records, **options)))
    options |= {"default_database": case.get("default_db"), "default_schema": case.get("default_schema")}
    return verdict(case, found_in(extractor.extract_lineage(case["sql"], **options)))


def _record(one: dict[str, str], number: int) -> extractor.QueryRecord:
    return extractor.QueryRecord(
        sql=one["sql"],
        started_at=START + timedelta(seconds=number),
        session=one["session"],
        user=one["user"],
        database=one["default_db"],
        schema=one["default_schema"],
    )


# --- the page ------------------------------------------------------------------------------------------------------


def fixture_part(verdicts: Sequence[Verdict]) -> str:
    """The tables of the fixtures: by dialect, by statement kind, by both; what is covered; and every loss."""
    parts = [
        f"{len(verdicts)} fixtures.",
        _table("dialect", _grouped(verdicts, lambda v: v.group), "all"),
        "By statement kind:",
        _table("kind", _grouped(verdicts, lambda v: v.kind)),
        "What is not exactly right, and why:",
        _losses(verdicts),
        COVERED,
        _coverage(),
        "Each dialect by statement kind:",
        _table("dialect and kind", _grouped(verdicts, lambda v: f"{v.group} {v.kind}")),
    ]
    return "\n\n".join(parts)


def sample_part(verdicts: Sequence[Verdict]) -> str:
    """The tables of the neutral cases: by source, with the mean over those of some size, and every loss."""
    groups = _grouped(verdicts, lambda v: v.group)
    large = [group for group in groups.values() if len(group) >= SMALL]
    means = [_mean(large, rate) for rate in (_exact_tables, _exact_columns, _precision, _recall)]
    lines = [
        f"{len(verdicts)} cases.",
        _table("source", groups, "all")
        + f"\n| mean of the sources with {SMALL} cases or more | | {' | '.join(means)} |",
        "What is not exactly right:",
        "\n".join(f"- {v.name} ({v.group}, {v.kind}): {_difference(v)}" for v in verdicts if not v.is_exact)
        or "Nothing.",
    ]
    return "\n\n".join(lines)


def _grouped(verdicts: Iterable[Verdict], key: Callable[[Verdict], str]) -> dict[str, list[Verdict]]:
    found: defaultdict[str, list[Verdict]] = defaultdict(list)
    for one in verdicts:
        found[key(one)].append(one)
    return dict(sorted(found.items()))


def _table(title: str, groups: dict[str, list[Verdict]], total: str = "") -> str:
    lines = [f"| {title} | {HEAD} |", "|---|---|---|---|---|---|"]
    every = [v for group in groups.values() for v in group]
    for name, group in [*groups.items(), *([(total, every)] if total else [])]:
        exact = (
            f"{sum(s.is_exact for s in sides)} of {len(sides)}" if (sides := _sides(group, side)) else ""
            for side in ("tables", "columns")
        )
        rates = (_percent(rate(group)) for rate in (_precision, _recall))
        lines.append(f"| {name} | {len(group)} | {' | '.join((*exact, *rates))} |")
    return "\n".join(lines)


def _sides(group: Iterable[Verdict], side: str) -> list[Side]:
    return [found for one in group if (found := getattr(one, side)) is not None]


def _exact_tables(group: list[Verdict]) -> float | None:
    return _share([side.is_exact for side in _sides(group, "tables")])


def _exact_columns(group: list[Verdict]) -> float | None:
    return _share([side.is_exact for side in _sides(group, "columns")])


def _share(exact: list[bool]) -> float | None:
    return sum(exact) / len(exact) if exact else None


def _precision(group: list[Verdict]) -> float | None:
    """Of the column edges that were found, the share that is right."""
    sides = _sides(group, "columns")
    right = sum(side.right for side in sides)
    found = right + sum(len(side.extra) for side in sides)
    return right / found if found else None


def _recall(group: list[Verdict]) -> float | None:
    """Of the column edges that are right, the share that was found."""
    sides = _sides(group, "columns")
    right = sum(side.right for side in sides)
    expected = right + sum(len(side.missing) for side in sides)
    return right / expected if expected else None


def _mean(groups: list[list[Verdict]], rate: Callable[[list[Verdict]], float | None]) -> str:
    rates = [found for group in groups if (found := rate(group)) is not None]
    return _percent(sum(rates) / len(rates)) if rates else ""


def _percent(value: float | None) -> str:
    """A share in per cent; what is not all is never shown as all."""
    if value is None:
        return ""
    return "100 %" if value == 1 else f"{min(100 * value, 99.9):.1f} %"


def _losses(verdicts: Sequence[Verdict]) -> str:
    lost = [v for v in verdicts if not v.is_exact or v.why]
    return "\n".join(f"- `{v.name}`: {v.why or _difference(v)}" for v in lost) or "Nothing that is known."


def _difference(one: Verdict) -> str:
    parts = []
    for title, side in (("tables", one.tables), ("columns", one.columns)):
        for what, found in (("missing", side.missing), ("too much", side.extra)) if side else ():
            shown = sorted(" ".join(str(part) for part in row if part) for row in found)
            more = f" and {len(shown) - 2} more" if len(shown) > 2 else ""
            parts += [f"{title} {what}: {', '.join(shown[:2])}{more}"] if shown else []
    return "; ".join(parts)


def _coverage() -> str:
    lines = ["| dialect | with a fixture | not in the reference | open |", "|---|---|---|---|"]
    lines += [f"| {row.dialect} | {len(row.shown)} | {len(row.absent)} | {len(row.empty)} |" for row in rows()]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
