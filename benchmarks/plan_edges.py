"""The column edges that a saved plan would make Alation hold, and how far they are the known ones."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import product
from pathlib import Path
from typing import NamedTuple

Pair = tuple[str, str]


class Agreement(NamedTuple):
    """Found edges against known ones."""

    found: int
    known: int
    right: int

    @property
    def recall(self) -> float:
        """The share of the known edges that was found."""
        return self.right / self.known if self.known else 1.0

    @property
    def precision(self) -> float:
        """The share of the found edges that is known."""
        return self.right / self.found if self.found else 1.0


def agreement(found: set[Pair], known: set[Pair]) -> Agreement:
    """How the found edges and the known ones agree."""
    return Agreement(len(found), len(known), len(found & known))


def edges_of_plan(path: Path) -> set[Pair]:
    """(source column, target column) of all paths, without the data source's number in front."""
    operations = json.loads(path.read_bytes())["operations"]
    return {
        pair
        for operation in operations
        for sources, *_, targets in operation["paths"]
        for pair in product(_columns(sources), _columns(targets))
    }


def _columns(segment: Iterable[dict[str, str]]) -> list[str]:
    return [end["key"].partition(".")[2] for end in segment if end["otype"] == "column"]
