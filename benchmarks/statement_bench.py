"""Distinct statements: what the lineage of one costs, beside the parse alone and the other tools."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.corpus import Statement
from benchmarks.environments import Pythons
from benchmarks.measure import Spread
from benchmarks.race import Contender, Entry, compare, race
from benchmarks.results import Table, ratio

_TIMEOUT_S = 20.0
_IN = "benchmarks.contenders"
_OURS = "alation-lineage"


def entries(pythons: Pythons, *, number: int, slow: int) -> list[Entry]:
    """All contenders; the slow ones get about ``slow`` of the ``number`` statements."""
    seldom = max(1, number // slow)
    found = []
    for build in ("compiled", "pure"):
        python, parse = pythons[build], f"sqlglot parse, {build}"
        found += [
            Entry(parse, python, f"{_IN}.sqlglot_parse", parse),
            Entry(f"{_OURS}, {build}", python, f"{_IN}.ours", parse),
            Entry(f"sqlglot lineage, all columns at once, {build}", python, f"{_IN}.sqlglot_lineage", parse),
            Entry(f"sqlglot lineage, column by column, {build}", python, f"{_IN}.sqlglot_columns", parse, seldom),
        ]
    parse = "sqlglot parse, compiled"
    if pythons.datahub:
        found.append(Entry("DataHub", pythons.datahub, f"{_IN}.datahub", parse, max(1, seldom // 2)))
    if pythons.peers:
        found += [
            Entry("sqllineage, any dialect", pythons.peers, f"{_IN}.sqllineage_ansi", parse, seldom),
            Entry("sqllineage, the dialect's grammar", pythons.peers, f"{_IN}.sqllineage_dialect", parse, seldom),
            Entry("openlineage-sql", pythons.peers, f"{_IN}.openlineage", parse),
        ]
    return found


def measure_statements(
    title: str, statements: Sequence[Statement], pythons: Pythons, *, rounds: int, slow: int
) -> list[Table]:
    """Race all tools over the statements; the table of costs and the table of answers."""
    taking_part = entries(pythons, number=len(statements), slow=slow)
    contenders = race(taking_part, statements, rounds=rounds, timeout_s=_TIMEOUT_S)
    return [_costs(title, statements, contenders), _answers(title, contenders)]


def _costs(title: str, statements: Sequence[Statement], contenders: Sequence[Contender]) -> Table:
    by_name = {c.entry.name: c for c in contenders}
    rows = []
    for contender in contenders:
        build = "pure" if contender.entry.yardstick.endswith("pure") else "compiled"
        yardstick, our = by_name.get(contender.entry.yardstick), by_name.get(f"{_OURS}, {build}")
        against = compare(contender, yardstick) if yardstick else None
        ours = compare(contender, our) if our else None
        if against is None:
            rows.append([contender.entry.name, "0", "-", "-", "-", "-"])
            continue
        slowest = max(min(contender.times[n]) for n in contender.answered()) / 1000
        cells = [f"{against.statements}", f"{against.ms:.3f}", f"{slowest:,.1f}", ratio(against.ratio)]
        rows.append([contender.entry.name, *cells, ratio(ours.ratio) if ours else "-"])
    sizes = Spread.of(len(s.text) for s in statements)
    note = (
        f"{len(statements)} distinct statements of {sizes.low:,.0f} to {sizes.high:,.0f} characters, median "
        f"{sizes.middle:,.0f}. Each ratio is over the statements that both could answer."
    )
    head = ["tool", "statements compared", "ms / statement", "slowest, ms", "× sqlglot parse", "× alation-lineage"]
    return Table(f"{title}: cost", head, rows, note)


def _answers(title: str, contenders: Sequence[Contender]) -> Table:
    rows = []
    for c in contenders:
        if c.entry.module == f"{_IN}.sqlglot_parse":
            continue
        with_columns = sum(1 for n in c.answered() if c.columns.get(n))
        lost = ", ".join(f"{list(c.lost.values()).count(how)} {how}" for how in sorted(set(c.lost.values()))) or "0"
        counts = [f"{len(c.numbers)}", f"{len(c.answered())}", f"{with_columns}", f"{len(c.refused)}", lost]
        rows.append([c.entry.name, c.version, *counts, f"{c.peak_mb:,.0f}"])
    head = ["tool", "version", "asked", "answered", "with columns", "refused", "lost", "peak MB"]
    note = "Answered says that there was an answer, not that it was right: that is in docs/accuracy.md."
    return Table(f"{title}: answers", head, rows, note)
