r"""Which lines of a script run, as far as its client's conditions can be told: ``\if`` of psql, ``.GOTO`` of BTEQ.

Where a condition cannot be told, what stands under it may run, and is taken.
https://www.postgresql.org/docs/current/app-psql.html (``\if``); Basic Teradata Query Reference (GOTO, LABEL, QUIT).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_IF = re.compile(r"[ \t]*\\(?P<word>if|elif|else|endif)\b[ \t]*(?P<condition>[^\n]*)", re.IGNORECASE)
_GOTO = re.compile(r"[ \t]*\.GOTO[ \t]+(?P<label>\w+)", re.IGNORECASE)
_QUIT = re.compile(r"[ \t]*\.(?:QUIT|EXIT)\b", re.IGNORECASE)
_LABEL = re.compile(r"[ \t]*\.LABEL[ \t]+(?P<label>\w+)", re.IGNORECASE)
_TRUE, _FALSE = frozenset({"true", "on", "1", "yes", "t", "y"}), frozenset({"false", "off", "0", "no", "f", "n"})


@dataclass(slots=True)
class _If:
    was_taken: bool
    """One of its branches surely runs, so that the others do not."""
    is_taken: bool


@dataclass(slots=True)
class Branches:
    """Follows the conditions of one run of a script."""

    _ifs: list[_If] = field(default_factory=list)
    _jumps_to: str = ""

    @property
    def are_taken(self) -> bool:
        """Whether the text that comes now may run."""
        return not self._jumps_to and all(one.is_taken for one in self._ifs)

    def take(self, line: str, with_values: str) -> bool:
        """Take a line of the script; true where it is one of a condition."""
        if (match := _IF.match(with_values)) is not None:
            self._condition(match["word"].lower(), match["condition"].strip().strip("'\""))
            return True
        if (label := _LABEL.match(line)) is not None:
            if self._jumps_to in ("*", label["label"].upper()):
                self._jumps_to = ""
            return True
        if not self.are_taken:
            return False
        if (goto := _GOTO.match(line)) is not None:
            self._jumps_to = goto["label"].upper()
            return True
        if _QUIT.match(line) is not None:
            self._jumps_to = "*"
            return True
        return False

    def _condition(self, word: str, condition: str) -> None:
        known = condition.lower() in _TRUE or (False if condition.lower() in _FALSE else None)
        if word == "if":
            self._ifs.append(_If(known is True, known is not False))
        elif not self._ifs:
            return
        elif word == "endif":
            self._ifs.pop()
        elif word == "else":
            self._ifs[-1].is_taken = not self._ifs[-1].was_taken
        else:
            self._ifs[-1].is_taken = not self._ifs[-1].was_taken and known is not False
            self._ifs[-1].was_taken = self._ifs[-1].was_taken or known is True
