"""Which files need not be opened for a window: by the day in their path, or by what an earlier reading has seen."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from extractor import sources
from extractor.pipeline.windows import Window
from extractor.sources import InputFile
from extractor.state.history import FileSpan, History

_GRACE = timedelta(days=1)
"""A record that begins in one file may end in the next: neighbours of a window are read too."""
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class Spans:
    """The time that each file of one source covers, learned while it is read and kept for the next window."""

    def __init__(self, source_name: str, history: History) -> None:
        self._source_name = source_name
        self._history = history
        self._known = history.spans(source_name)
        self._seen: dict[str, tuple[datetime, datetime]] = {}

    def is_outside(self, item: InputFile, window: Window) -> bool:
        """Whether nothing of a file can lie in the window."""
        if sources.is_outside(item, window.since, window.until):
            return True
        span = self._known.get(item.name)
        if span is None or (span.size_bytes, span.modified_at) != (item.size_bytes, item.modified_at):
            return False
        if window.until is not None and span.first_at - _GRACE >= window.until:
            return True
        return window.since is not None and span.last_at + _GRACE < window.since

    def saw(self, file: str, at: datetime | None) -> None:
        """A record of that time was read."""
        if at is None:
            return
        first, last = self._seen.get(file, (at, at))
        self._seen[file] = (min(first, at), max(last, at))

    def keep(self, items: Iterable[InputFile]) -> None:
        """These files were read to their ends; one without times counts as older than any window."""
        spans = [
            FileSpan(
                self._source_name,
                item.name,
                item.size_bytes,
                item.modified_at,
                *self._seen.pop(item.name, (_NEVER, _NEVER)),
            )
            for item in items
        ]
        self._history.add_spans(spans)
        self._known.update((span.file, span) for span in spans)
