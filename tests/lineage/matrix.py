"""The matrix of feature and dialect: which cells have a fixture, which the vendor has not, which are empty.

``python -m tests.lineage.matrix [DIALECT ...]`` prints the empty cells of all dialects, or of those named.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import NamedTuple

from tests.lineage.cases import ROOT, Case, WrongFixture, cases, features, load


class Row(NamedTuple):
    """One dialect: the features that its fixtures show, and those that its vendor does not have, with why."""

    dialect: str
    shown: frozenset[str]
    absent: dict[str, str]

    @property
    def empty(self) -> list[str]:
        """The features that are in neither, in the order of features.yml."""
        return [feature for feature in features()["features"] if feature not in self.shown.union(self.absent)]

    @property
    def both(self) -> list[str]:
        """The features that have a fixture although they are said not to exist."""
        return [feature for feature in features()["features"] if feature in self.shown.intersection(self.absent)]


def absent_of(dialect: str) -> dict[str, str]:
    """The dialect's absent.yml; empty where there is none.

    Raises:
        WrongFixture: an unknown feature, or one without a reason.
    """
    path = ROOT / dialect / "absent.yml"
    found = (load(path) or {}) if path.exists() else {}
    if not isinstance(found, dict):
        raise WrongFixture(f"{path}: no mapping")
    for feature, why in found.items():
        if feature not in features()["features"]:
            raise WrongFixture(f"{path}: not in features.yml: {feature}")
        if not isinstance(why, str) or not why.strip():
            raise WrongFixture(f"{path}: {feature} does not say why")
    return found


def rows(fixtures: Iterable[Case] | None = None) -> list[Row]:
    """One row for each dialect of features.yml, in its order."""
    shown: dict[str, set[str]] = {dialect: set() for dialect in features()["dialects"]}
    for case in cases() if fixtures is None else fixtures:
        if case.dialect in shown:
            shown[case.dialect].update(case.features)
    return [Row(dialect, frozenset(found), absent_of(dialect)) for dialect, found in shown.items()]


def main(wanted: list[str]) -> int:
    """Print what is missing or contradicts itself; the exit code is 1 where something is."""
    problems = 0
    for row in rows():
        if wanted and row.dialect not in wanted:
            continue
        problems += len(row.empty) + len(row.both)
        size = len(features()["features"])
        print(f"{row.dialect}: {len(row.shown)} shown, {len(row.absent)} absent, {len(row.empty)} empty of {size}")
        print("".join(f"  empty: {feature}: {features()['features'][feature]}\n" for feature in row.empty), end="")
        print("".join(f"  both shown and absent: {feature}\n" for feature in row.both), end="")
    return min(problems, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
