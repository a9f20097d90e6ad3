"""Which files need not be opened for a window: by the day in their path, or by what an earlier reading has seen."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import orjson

from extractor import __version__, sources
from extractor.config import SourceSettings
from extractor.pipeline.windows import Window
from extractor.sources import InputFile
from extractor.state import FileSpan, History

_GRACE = timedelta(days=1)
"""A record that begins in one file may end in the next: neighbours of a window are read too."""
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class Spans:
    """The time that each file of one source covers, learned while it is read and kept for the next window.

    It counts for the settings and the program that read it: with another format, fields or zone, or a version that
    understands more, the same file may cover another time.
    """

    def __init__(self, source: SourceSettings, history: History) -> None:
        self._source_name = f"{source.name} {_reading_of(source)}"
        self._history = history
        self._known = history.spans(self._source_name)
        self._seen: dict[str, tuple[datetime, datetime]] = {}

    def is_outside(self, item: InputFile, window: Window) -> bool:
        """Whether nothing of a file can lie in the window."""
        span = self._known_as_it_is(item)
        if span is None:
            return sources.is_outside(item, window.since, window.until)
        if window.until is not None and span.first_at - _GRACE >= window.until:
            return True
        return window.since is not None and span.last_at + _GRACE < window.since

    def saw(self, file: str, at: datetime | None) -> None:
        """A record of that time was read."""
        if at is None:
            return
        first, last = self._seen.get(file, (at, at))
        self._seen[file] = (min(first, at), max(last, at))

    def keep(self, items: Iterable[InputFile], window: Window) -> list[tuple[InputFile, datetime]]:
        """These files were read to their ends; one without times counts as older than any window.

        Gives those, with their first time, that hold something of earlier windows, which their path kept away.
        """
        items = list(items)
        misdated = []
        for item in items:
            first, _ = self._seen.get(item.name, (None, None))
            is_earlier = first is not None and window.since is not None and first < window.since
            if first and is_earlier and self._known_as_it_is(item) is None and sources.is_outside(item, None, first):
                misdated.append((item, first))
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
        return misdated

    def _known_as_it_is(self, item: InputFile) -> FileSpan | None:
        span = self._known.get(item.name)
        if span is None or (span.size_bytes, span.modified_at) != (item.size_bytes, item.modified_at):
            return None
        return span


def _reading_of(source: SourceSettings) -> str:
    """What the times of records depend on beside the file, as a digest."""
    how = [__version__, source.format, source.dialect, source.time_zone, source.encoding, source.log_line_prefix]
    text = orjson.dumps(
        [*how, source.fields, *([source.columns] if source.columns else [])], option=orjson.OPT_SORT_KEYS
    )
    return hashlib.blake2b(text, digest_size=8).hexdigest()
