"""The store: everything the program remembers, behind one object that knows no Alation and no SQL dialect."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Engine, insert, select, update

from extractor.errors import StateError
from extractor.models import Dataflow
from extractor.state import journal, knowledge, moving, observations, owned, packed, places, texts, undo, watermarks
from extractor.state.database import fact, set_fact, version_of
from extractor.state.holdings import Holdings
from extractor.state.knowledge import Known
from extractor.state.places import Emptied
from extractor.state.records import CachedOutline, Move, Run, StatementText, TargetFact
from extractor.state.settling import Settling, settle
from extractor.state.tables import observations as observations_table
from extractor.state.tables import observed_targets, runs
from extractor.state.upsert import batches
from extractor.state.watermarks import Watermark

_RUNNING = "running"


class Store(Holdings):
    """A state that is open. Use it as a context manager; open it with `Store.open`.

    One process writes at a time: whoever runs a pipeline or applies a plan holds `lock` meanwhile. Everybody may
    read at any time. Every method raises `StateError` when the database fails.
    """

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._present: observations.Observations | None = None
        self._watermarks: dict[str, Watermark] = {}

    def close(self) -> None:
        """Write what is still held in memory and let go of the database."""
        try:
            self._flush()
        finally:
            self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._present = None
        self.close()

    # Runs

    def begin_run(self, command: str, *, started_at: datetime | None = None) -> int:
        """Note that a run begins, forget what an earlier run observed, and give the run's number.

        ``started_at`` (default: now) is also the time of every observation that has none.
        """
        at = started_at or datetime.now(UTC)
        self._settle_rest()
        with self.write() as connection:
            observations.clear(connection)
            connection.execute(update(runs).where(runs.c.status == _RUNNING).values(status="did not finish"))
            row = {"command": command, "started_at": at, "status": _RUNNING}
            (run_id,) = connection.execute(insert(runs).values(row).returning(runs.c.id)).one()
            set_fact(connection, "observing", str(run_id))
            journal.forget_older(connection)
        self._present = observations.Observations(at)
        self._watermarks = {}
        return int(run_id)

    def finish_run(self, run_id: int, status: str, report_json: str | None = None) -> None:
        """Note how a run ended, and how far it has read histories; ``report_json`` is kept as it is."""
        values = {"finished_at": datetime.now(UTC), "status": status, "report": report_json}
        with self.write() as connection:
            watermarks.pass_watermarks(connection, self._watermarks.values(), run_id)
            connection.execute(update(runs).where(runs.c.id == run_id).values(values))

    def watermark(self, source_name: str) -> Watermark | None:
        """How far the history of a source was read by runs that have finished."""
        with self.read() as connection:
            return watermarks.find_watermark(connection, source_name)

    def pass_watermark(self, mark: Watermark) -> None:
        """How far the present run has read; it is kept when the run finishes."""
        self._watermarks[mark.source_name] = mark

    def carry_out(self, run_id: int, planned_in: int) -> None:
        """Note that a run applies the plan that an earlier run made."""
        with self.write() as connection:
            connection.execute(update(runs).where(runs.c.id == run_id).values(carries_out=planned_in))

    def runs(self) -> list[Run]:
        """All runs, the latest first."""
        with self.read() as connection:
            return [Run(*row) for row in connection.execute(select(runs).order_by(runs.c.id.desc()))]

    def state_version(self) -> str:
        """A word that is another one after every change of what we hold in Alation; plans carry it."""
        with self.read() as connection:
            return version_of(connection)

    def pack_graph(self, namespace: str, at_least: int = 0) -> bool:
        """Pack the lineage graph for questions, unless it is small or packed as it is; whether that was done."""
        with self.write() as connection:
            if packed.is_packed(connection, namespace) or owned.count(connection, namespace)[1] < at_least:
                return False
            packed.pack(connection, namespace)
            return True

    def can_undo(self, run_id: int) -> bool:
        """Whether it is still known what the run changed, and that is not undone yet."""
        with self.read() as connection:
            return journal.is_kept(connection, run_id)

    def restore(self, run_id: int, by_run: int, agreed: Collection[str] = ()) -> tuple[str, ...]:
        """Know again what was known before a run; gives the dataflows that a later run changed and that stay.

        ``agreed`` are the dataflows whose change in Alation was agreed to; they are `undoing` until `undone`.
        """
        with self.write() as connection:
            left = undo.restore(connection, run_id, by_run)
            owned.changed(connection)
            pending = undo.Undoing(run_id, by_run, tuple(sorted(agreed)))
            set_fact(connection, "undoing", pending.dump() if agreed else "")
            return left

    def undoing(self) -> undo.Undoing | None:
        """The undoing that has not come to its end in Alation, if there is one."""
        with self.read() as connection:
            found = fact(connection, "undoing")
        return undo.Undoing.load(found) if found else None

    def undone(self) -> None:
        """What was undone is so in Alation as well."""
        with self.write() as connection:
            set_fact(connection, "undoing", "")

    # Texts and outlines

    def add_statements(self, rows: Iterable[StatementText]) -> None:
        """Remember texts of statements; the text that was first seen stays."""
        for batch in batches(rows):
            with self.write() as connection:
                texts.add_statements(connection, batch)

    def texts(self, fingerprints: Collection[str], dialect: str, longest: int | None = None) -> dict[str, str]:
        """The texts that are known, by fingerprint, at most of ``longest`` characters."""
        with self.read() as connection:
            return texts.find_texts(connection, fingerprints, dialect, longest)

    def add_outlines(self, rows: Iterable[CachedOutline]) -> None:
        """Remember what analysing statements gave, in batches, each committed."""
        for batch in batches(rows):
            with self.write() as connection:
                texts.add_outlines(connection, batch)

    def outlines(self, fingerprints: Collection[str], dialect: str, engine: str) -> dict[str, CachedOutline]:
        """What is known of these fingerprints for this engine; the missing ones are simply not there."""
        with self.read() as connection:
            return texts.find_outlines(connection, fingerprints, dialect, engine)

    # What the present run observes; calls are buffered, their order is the order of events

    def observe(self, run_id: int, rows: Iterable[Dataflow]) -> None:
        """Take dataflows in the order in which they ran.

        The same dataflow seen again unites its edges with those seen before; its words stay those of the first
        time. One that defines its targets supersedes, from then on, what defined them before.
        """
        for row in rows:
            self._observing(run_id).saw(row)

    def record_definition(self, run_id: int, target: str, external_id: str, seen_at: datetime | None) -> None:
        """A target got a new content by a statement without edges; with edges, `observe` does it by itself."""
        self._observing(run_id).defined(target, external_id, seen_at)

    def record_made(self, run_id: int, target: str, seen_at: datetime | None) -> None:
        """A target exists from now on, with nothing in it yet."""
        self._observing(run_id).made(target, seen_at)

    def record_drop(self, run_id: int, target: str, seen_at: datetime | None) -> None:
        """A target ceased to exist under its name."""
        self._observing(run_id).dropped(target, seen_at)

    def record_drop_within(self, run_id: int, prefix: str, seen_at: datetime | None) -> None:
        """All targets whose keys begin so ceased to exist: their schema or database did."""
        self._observing(run_id).dropped_within(prefix, seen_at)

    def record_emptied(self, run_id: int, target: str, seen_at: datetime | None) -> None:
        """A target holds nothing from now on."""
        self._observing(run_id).emptied(target, seen_at)

    def record_refilled(self, run_id: int, target: str, seen_at: datetime | None) -> None:
        """An emptied target got its first rows."""
        self._observing(run_id).refilled(target, seen_at)

    def record_move(self, run_id: int, move: Move) -> None:
        """The content of a target came under another name, with what earlier logs have put into it."""
        self._observing(run_id).moved(move)

    def empty_tables(self, prefix: str) -> dict[str, Emptied]:
        """The targets below a data source (``12.``) that an earlier log has left empty."""
        with self.read() as connection:
            return places.emptied(connection, prefix)

    def observed(self, run_id: int) -> Iterator[Dataflow]:
        """The dataflows that the run has seen, each once with united edges, ordered by external_id.

        Raises:
            StateError: another run has begun meanwhile.
        """
        self._flush()
        with self.read() as connection:
            if fact(connection, "observing") != str(run_id):
                raise StateError(f"what run {run_id} observed in {self.where} was replaced by a later run: run again")
            c = observations_table.c
            query = select(observations_table).order_by(c.external_id, c.sequence)
            yield from observations.read_observed(connection.execution_options(yield_per=200).execute(query))

    def settle(self, run_id: int, namespace: str, *, nightly: bool = True) -> None:
        """Make what the run saw known for good; a run that is not ``nightly`` is a backfill and no night.

        When the process dies meanwhile, the next run begins with the rest of it.

        Raises:
            StateError: another run has begun meanwhile.
        """
        seen = self._observing(run_id)
        self._flush()
        days = {source: sorted(held) for source, held in seen.days.items()}
        moves = [move.to_json() for move in seen.moves]
        present = Settling(run_id, namespace, nightly, days, sorted(seen.whole), moves)
        with self.write() as connection:
            set_fact(connection, "settling", present.dump())
        self._settle(present)

    def _settle_rest(self) -> None:
        with self.read() as connection:
            begun = fact(connection, "settling")
        try:
            if begun:
                self._settle(Settling.load(begun))
        except Exception:
            # Tried twice: what cannot be learned must not keep every later run from its work.
            with self.write() as connection:
                set_fact(connection, "settling", "")
            raise

    def _settle(self, present: Settling) -> None:
        self._adopt()
        settle(self, present, self.observed(present.run_id), self._observed_targets())
        with self.write() as connection:
            set_fact(connection, "settling", "")

    def read_days(self, run_id: int, source_name: str, days: Collection[int]) -> None:
        """The log of these days (ordinals; 0 is the day of the run) was read; it counts when the run settles."""
        self._observing(run_id).read_days(source_name, days)

    def read_whole(self, run_id: int, source_name: str) -> None:
        """All that this source says was observed: what it does not say any longer is forgotten when the run settles."""
        self._observing(run_id).whole.add(source_name)

    def known(self, namespace: str) -> Iterator[Known]:
        """Every dataflow of a namespace that was ever seen, ordered by external_id."""
        with self.read() as connection:
            yield from knowledge.stream(connection, namespace)

    def count_known(self, namespace: str) -> int:
        """How many dataflows of a namespace were ever seen."""
        with self.read() as connection:
            return knowledge.count(connection, namespace)

    def are_known(self, external_ids: Collection[str]) -> set[str]:
        """Those of the ids that belong to a dataflow that was ever seen with edges."""
        with self.read() as connection:
            return knowledge.are_known(connection, external_ids)

    def known_dataflows(self, external_ids: Collection[str]) -> dict[str, Dataflow]:
        """What is known of these dataflows, with their words and edges."""
        with self.read() as connection:
            return knowledge.find(connection, external_ids)

    def nights(self, namespace: str) -> dict[str, list[int]]:
        """The days (ordinals) of each source's log that nightly runs have read, in order."""
        with self.read() as connection:
            return knowledge.read_nights(connection, namespace)

    def targets(self, names: Iterable[str]) -> dict[str, TargetFact]:
        """What is known of targets, as settled: by themselves, and by what holds them."""
        wanted = set(names)
        held_by = {place for name in wanted for place in places.places_of(name)}
        with self.read() as connection:
            return places.with_places(wanted, observations.find_targets(connection, wanted | held_by))

    # Moving

    def export(self, target: Path) -> int:
        """Write the state as JSON lines, readable by its owner alone; gives the number of rows."""
        with self.read() as connection:
            return moving.write_file(connection, target)

    def import_(self, source: Path) -> int:
        """Read what `export` wrote, all of it or nothing; gives the number of rows.

        Raises:
            StateError: the file cannot be read or is wrong somewhere, or the state holds dataflows already.
        """
        with self.write() as connection:
            count = moving.read_file(connection, source)
            owned.changed(connection)
            set_fact(connection, "knows", "1")
            return count

    def _observing(self, run_id: int) -> observations.Observations:
        present = self._present
        if present is None:
            raise StateError(f"run {run_id} was not begun with this store: call begin_run first")
        if present.is_full:
            self._flush()
        return present

    def _adopt(self) -> None:
        with self.write() as connection:
            if not fact(connection, "knows"):
                knowledge.adopt(connection)
                set_fact(connection, "knows", "1")

    def _flush(self) -> None:
        if self._present is not None and not self._present.is_empty:
            with self.write() as connection:
                self._present.write(connection)

    def _observed_targets(self) -> Iterator[TargetFact]:
        with self.read() as connection:
            query = select(observed_targets).order_by(observed_targets.c.target)
            for row in connection.execution_options(yield_per=1_000).execute(query):
                yield TargetFact(*row)
