"""From texts to outlines: the dear work, done once per distinct statement and remembered in the state."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from dialects import Dialect
from dialects.version import engine_version
from extractor import __version__, lineage, statements
from extractor.engines import Answer, Engine, Limits, Task
from extractor.lineage import Outline
from extractor.models import Outcome
from extractor.pipeline.suffixes import Key, Marked, Outlines, marked
from extractor.report import Report
from extractor.schemas.bounded import Bounded
from extractor.state import CachedOutline, StatementText, Store

_BATCH = 1_000
_BATCH_CHARS = 32_000_000
_KNOWN_IN_MEMORY = 200_000
_OUTLINE_BYTES_HELD = 3_000_000
_TEXT_CHARS_HELD = 2_000_000
_LONGEST_HELD = 4_000


class Failure(NamedTuple):
    """Why a statement has no outline."""

    outcome: Outcome
    reason: str


class OutlineWriter:
    """Takes the statements of a log as they come and sees to it that the state holds an outline of each.

    Success is remembered by version, failure by version and limits, so that a statement that timed out is not
    tried again until a limit changes, and a new version of this package or of the parser looks at each anew. Use it
    as ``writer(...)`` and call `flush` at the end.
    """

    def __init__(self, store: Store, engine: Engine, dialect: Dialect, limits: Limits, report: Report) -> None:
        self._store = store
        self._engine = engine
        self._dialect = dialect
        self._report = report
        self._version = _version()
        self._version_of_failures = f"{self._version} {limits}"
        self._known: set[str] = set()
        self._alike = Outlines()
        self._new: dict[str, StatementText] = {}
        self._new_chars = 0

    def __call__(self, fingerprint: str, text: str, at: datetime | None) -> None:
        """Take one statement; only the first of its fingerprint costs anything."""
        if fingerprint in self._known:
            return
        if len(self._known) >= _KNOWN_IN_MEMORY:
            self._known.clear()
        self._known.add(fingerprint)
        safe = statements.redact(text, self._dialect)
        self._new[fingerprint] = StatementText(fingerprint, self._dialect.name, safe, at)
        self._new_chars += len(safe)
        if len(self._new) >= _BATCH or self._new_chars >= _BATCH_CHARS:
            self.flush()

    def _timed(self, answers: Iterable[Answer]) -> Iterator[Answer]:
        for answer in answers:
            self._report.took(answer.fingerprint, answer.seconds)
            yield answer

    def flush(self) -> None:
        """Outline what was taken and is not known to the state."""
        self._store.add_statements(self._new.values())
        self._report.distinct += len(self._new)
        known = find_outlines(self._store, self._new, self._dialect.name, self._version, self._version_of_failures)
        tasks = [Task(f, self._dialect.name, row.text) for f, row in self._new.items() if f not in known]
        self._store.add_outlines(
            CachedOutline(
                answer.fingerprint,
                self._dialect.name,
                self._version if answer.outline is not None else self._version_of_failures,
                answer.outline,
                answer.outcome.value if answer.outcome else None,
                answer.reason,
            )
            for answer in self._answers(tasks)
        )
        self._new.clear()
        self._new_chars = 0

    def _answers(self, tasks: list[Task]) -> Iterator[Answer]:
        """An answer for each task; of those alike but in the suffixes of names, only the first is analysed."""
        found = {task.fingerprint: marked(task.text, self._dialect) for task in tasks}
        first: dict[Key, Marked] = {}
        now: list[Task] = []
        later: list[Task] = []
        for task in tasks:
            own = found[task.fingerprint]
            is_alike = own is not None and (own.key in first or self._alike.for_names(own) is not None)
            (later if is_alike else now).append(task)
            if own is not None and not is_alike:
                first[own.key] = own
        for answer in self._analysed(now):
            own = found[answer.fingerprint]
            if own is not None and answer.outline is not None:
                self._alike.keep(own, answer.outline)
            yield answer
        alone: list[Task] = []
        for task in later:
            own = found[task.fingerprint]
            outline = self._alike.for_names(own) if own is not None else None
            if outline is None:
                alone.append(task)
            else:
                yield Answer(task.fingerprint, outline)
        yield from self._analysed(alone)

    def _analysed(self, tasks: list[Task]) -> Iterator[Answer]:
        self._report.parsed += len(tasks)
        yield from self._timed(self._engine.outlines(tasks))


class OutlineReader:
    """Gives outlines by fingerprint, from memory or, in batches, from the state."""

    def __init__(self, store: Store, dialect: Dialect, limits: Limits) -> None:
        self._store = store
        self._dialect = dialect
        self._version = _version()
        self._version_of_failures = f"{self._version} {limits}"
        self._held: Bounded[str, Outline | Failure] = Bounded(_OUTLINE_BYTES_HELD)
        self._texts: Bounded[str, str] = Bounded(_TEXT_CHARS_HELD)

    def fetch(self, fingerprints: Collection[str]) -> None:
        """Have these at hand for the next calls; at most a few thousand at a time."""
        missing = [fingerprint for fingerprint in fingerprints if self._held.get(fingerprint) is None]
        found = find_outlines(self._store, missing, self._dialect.name, self._version, self._version_of_failures)
        self._fetch_texts(found)
        for fingerprint, row in found.items():
            if row.blob is not None:
                self._held.put(fingerprint, lineage.load(row.blob), len(row.blob))
            else:
                failure = Failure(Outcome(row.outcome or Outcome.NOT_PARSED), row.reason)
                self._held.put(fingerprint, failure, len(row.reason))

    def _fetch_texts(self, found: Mapping[str, CachedOutline]) -> None:
        """The texts of those that may become dataflows, in one go."""
        wanted = [f for f, row in found.items() if row.blob is not None]
        found_texts = self._store.texts(wanted, self._dialect.name, _LONGEST_HELD) if wanted else {}
        for fingerprint, text in found_texts.items():
            self._texts.put(fingerprint, text, len(text))

    def texts(self, fingerprints: Collection[str]) -> list[str]:
        """The texts of these statements in their order, as far as they are known."""
        held = {f: text for f in fingerprints if (text := self._texts.get(f)) is not None}
        missing = [f for f in fingerprints if f not in held]
        found = {**held, **self._store.texts(missing, self._dialect.name)} if missing else held
        return [found[f] for f in fingerprints if f in found]

    def get(self, fingerprint: str) -> Outline | Failure:
        """The outline, or how and why there is none."""
        found = self._held.get(fingerprint)
        if found is None:
            self.fetch([fingerprint])
            found = self._held.get(fingerprint)
        return found or Failure(Outcome.NOT_PARSED, "no outline of it is in the state; run again")


def _version() -> str:
    """What an outline depends on beside its statement."""
    return f"alation-lineage {__version__}, {engine_version()}"


def find_outlines(
    store: Store, fingerprints: Collection[str], dialect: str, version: str, version_of_failures: str
) -> dict[str, CachedOutline]:
    """What the state knows of these fingerprints: outlines of this engine, failures under these limits."""
    found = dict(store.outlines(fingerprints, dialect, version))
    missing = [f for f in fingerprints if f not in found]
    if missing:
        found.update(store.outlines(missing, dialect, version_of_failures))
    return found
