"""Tables of results, as Markdown."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from benchmarks.measure import Spread


class Table(NamedTuple):
    """A titled table of texts and a note below it."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""

    def markdown(self) -> str:
        """The table under a heading; a row that is not as wide as the head is an error."""
        lines = [f"## {self.title}", "", _line(self.head), _line(["---"] * len(self.head))]
        for row in self.rows:
            if len(row) != len(self.head):
                raise ValueError(f"{self.title}: {len(row)} cells under {len(self.head)} headings: {row}")
            lines.append(_line(row))
        return "\n".join([*lines, *(["", self.note] if self.note else []), ""])


def figure(spread: Spread, digits: int = 2) -> str:
    """The middle value with the lowest and the highest; one value stands alone."""
    middle, low, high = (f"{v:,.{digits}f}" for v in (spread.middle, spread.low, spread.high))
    return middle if low == high else f"{middle} ({low}-{high})"


def ratio(spread: Spread) -> str:
    """A ratio with as many digits as it deserves."""
    return f"{figure(spread, 2 if spread.middle < 10 else 1 if spread.middle < 100 else 0)} ×"


def share(value: float) -> str:
    """A share with four digits, never rounded up to one."""
    return f"{value:.4f}" if value == 1.0 else f"{min(value, 0.9999):.4f}"


def document(tables: Sequence[Table], versions: Mapping[str, str], method: str, command: str) -> str:
    """The whole file of results."""
    told = "\n".join(f"- {name}: {version}" for name, version in versions.items())
    return (
        f"# Results\n\nWritten by `{command}` on {datetime.now(UTC):%Y-%m-%d}. [How it is measured](README.md).\n\n"
        f"{machine()}\n\n{told}\n\n{method}\n\n" + "\n".join(table.markdown() for table in tables)
    )


def machine() -> str:
    """The machine in neutral words."""
    kind = f"{platform.system()} on {platform.machine()}"
    return f"{os.cpu_count()} cores, {kind}, {platform.python_implementation()} {platform.python_version()}."


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
