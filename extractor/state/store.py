"""The store: everything the program remembers, behind one object that knows no Alation and no SQL dialect."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine, insert, select, update

from extractor.errors import StateError
from extractor.models import Dataflow, KeyedEdge, Node
from extractor.state import journal, knowledge, locks, migrate, moving, observations, owned, texts, undo
from extractor.state.connect import connect, in_words, read_url, shown
from extractor.state.knowledge import Known
from extractor.state.records import CachedOutline, OwnedDataflow, Run, StatementText, Status, TargetFact
from extractor.state.seen_edges import SeenEdge, find_namespaces, find_seen
from extractor.state.settling import Settling, settle
from extractor.state.tables import facts, observed_targets, runs
from extractor.state.tables import observations as observations_table
from extractor.state.upsert import batches, insert_or_update

_RUNNING = "running"


class Store:
    """A state that is open. Use it as a context manager; open it with `Store.open`.

    One process writes at a time: whoever runs a pipeline or applies a plan holds `lock` meanwhile. Everybody may
    read at any time. Every method raises `StateError` when the database fails.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writer = engine.execution_options(write=True)
        self._present: observations.Observations | None = None
        self._held: Connection | None = None
        self.where = shown(engine.url)

    @classmethod
    def open(cls, url: str) -> Self:
        """Open the state at a SQLAlchemy URL (a SQLite file or a PostgreSQL database), creating or upgrading it.

        Raises:
            StateError: it cannot be reached, is damaged, is another program's, or a newer version wrote it.
        """
        parsed = read_url(url)
        where = shown(parsed)
        with in_words(where):
            engine = connect(parsed)
            try:
                migrate.upgrade(engine, where)
            except BaseException:
                engine.dispose()
                raise
        return cls(engine)

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

    @property
    def engine(self) -> Engine:
        """The engine, for the catalog's part of the state; writers begin with ``execution_options(write=True)``."""
        return self._engine

    def lock(self) -> AbstractContextManager[None]:
        """Hold the state for one run; freed by the system when the process dies.

        Raises:
            StateError: another process holds it (on entering); the message says which.
        """
        if self._engine.dialect.name == "sqlite":
            file = Path(self._engine.url.database or "").resolve()  # a link to a state is that state
            return locks.lock_file(file.with_name(f"{file.name}.lock"), self.where)
        return locks.lock_server(self._engine, self.where)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading."""
        if self._held is not None:
            yield self._held
            return
        with in_words(self.where), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A connection in a transaction that is committed at the end, or undone by an exception."""
        if self._held is not None:
            yield self._held
            return
        with in_words(self.where), self._writer.begin() as connection:
            yield connection

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Do everything inside in one transaction that is undone at the end: to see what would come of it."""
        with in_words(self.where), self._writer.connect() as connection:
            transaction = connection.begin()
            self._held = connection
            try:
                yield
            finally:
                self._held = None
                transaction.rollback()

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
            _set_fact(connection, "observing", str(run_id))
            journal.forget_older(connection)
        self._present = observations.Observations(at)
        return int(run_id)

    def finish_run(self, run_id: int, status: str, report_json: str | None = None) -> None:
        """Note how a run ended; ``report_json`` is kept as it is."""
        values = {"finished_at": datetime.now(UTC), "status": status, "report": report_json}
        with self.write() as connection:
            connection.execute(update(runs).where(runs.c.id == run_id).values(values))

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
            return f"{_fact(connection, 'identity')}.{_fact(connection, 'changes')}"

    def can_undo(self, run_id: int) -> bool:
        """Whether it is still known what the run changed, and that is not undone yet."""
        with self.read() as connection:
            return journal.is_kept(connection, run_id)

    def restore(self, run_id: int, by_run: int) -> tuple[str, ...]:
        """Know again what was known before a run; gives the dataflows that a later run changed and that stay."""
        with self.write() as connection:
            left = undo.restore(connection, run_id, by_run)
            owned.changed(connection)
            return left

    # Texts and outlines

    def add_statements(self, rows: Iterable[StatementText]) -> None:
        """Remember texts of statements; the text that was first seen stays."""
        for batch in batches(rows):
            with self.write() as connection:
                texts.add_statements(connection, batch)

    def texts(self, fingerprints: Collection[str], dialect: str) -> dict[str, str]:
        """The texts that are known, by fingerprint."""
        with self.read() as connection:
            return texts.find_texts(connection, fingerprints, dialect)

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

    def observed(self, run_id: int) -> Iterator[Dataflow]:
        """The dataflows that the run has seen, each once with united edges, ordered by external_id.

        Raises:
            StateError: another run has begun meanwhile.
        """
        self._flush()
        with self.read() as connection:
            if _fact(connection, "observing") != str(run_id):
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
        present = Settling(run_id, namespace, nightly, days, sorted(seen.whole))
        with self.write() as connection:
            _set_fact(connection, "settling", present.dump())
        self._settle(present)

    def _settle_rest(self) -> None:
        with self.read() as connection:
            begun = _fact(connection, "settling")
        try:
            if begun:
                self._settle(Settling.load(begun))
        except Exception:
            # Tried twice: what cannot be learned must not keep every later run from its work.
            with self.write() as connection:
                _set_fact(connection, "settling", "")
            raise

    def _settle(self, present: Settling) -> None:
        self._adopt()
        settle(self, present, self.observed(present.run_id), self._observed_targets())
        with self.write() as connection:
            _set_fact(connection, "settling", "")

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
        """What is known of targets, as settled."""
        with self.read() as connection:
            return observations.find_targets(connection, names)

    # What is ours

    def dataflows(self, external_ids: Collection[str]) -> dict[str, OwnedDataflow]:
        """Those of the dataflows that are ours."""
        with self.read() as connection:
            return owned.find(connection, external_ids)

    def counts(self, namespace: str) -> tuple[int, int]:
        """How many dataflows of a namespace are in Alation as they should be, and how many edges they have."""
        with self.read() as connection:
            return owned.count(connection, namespace)

    def sources(self, namespace: str) -> set[str]:
        """The names of the sources that have dataflows in Alation."""
        with self.read() as connection:
            return owned.source_names(connection, namespace)

    def owned(self, namespace: str) -> Iterator[OwnedDataflow]:
        """All dataflows of a namespace, ordered by external_id."""
        with self.read() as connection:
            yield from owned.stream(connection, namespace)

    def owned_but_unknown(self, namespace: str) -> list[OwnedDataflow]:
        """The dataflows of a namespace that are in Alation though nothing is known of them (any longer)."""
        with self.read() as connection:
            ids = knowledge.unknown(connection, namespace)
            return list(owned.find(connection, ids).values())

    def found_different(self, problems: Mapping[str, str], status: Status) -> None:
        """Alation does not hold these dataflows as they should be: they are planned again, from ``status`` on."""
        if problems:
            with self.write() as connection:
                owned.set_status(connection, list(problems), status)
                owned.set_problem(connection, problems)

    def take_over(self, rows: Sequence[Dataflow], run_id: int) -> None:
        """These dataflows are in Alation as they are, though the state did not know them.

        What is known of them from logs stays. One without edges is an empty shell that goes with the next deletion.
        """
        with self.write() as connection:
            linked = [row for row in rows if row.edges]
            owned.intend(connection, linked, Status.PRESENT, run_id)
            owned.intend(connection, [row for row in rows if not row.edges], Status.EMPTY, run_id)
            knowledge.put_new(connection, [knowledge.values_of(row, run_id) for row in linked])

    def statuses(self, namespace: str) -> dict[str, int]:
        """How many dataflows of a namespace are in each status."""
        with self.read() as connection:
            return owned.statuses(connection, namespace)

    def temporary(self) -> dict[str, Node]:
        """The TMP nodes that were met at the last look, by identity."""
        with self.read() as connection:
            return owned.read_temporary(connection)

    def table_nodes(self, namespace: str) -> list[Node]:
        """The tables at the ends of the edges that Alation holds."""
        with self.read() as connection:
            return owned.table_nodes(connection, namespace)

    def swap_temporary(self, nodes: Iterable[Node], seen_at: datetime) -> dict[str, Node]:
        """Remember the TMP nodes of this look, and give those of the one before."""
        with self.write() as connection:
            before = owned.read_temporary(connection)
            owned.write_temporary(connection, nodes, seen_at)
            return before

    def edges(self, external_ids: Collection[str], *, stale: bool = False) -> dict[str, tuple[KeyedEdge, ...]]:
        """The edges of dataflows, or those that have to leave Alation but may still be there."""
        with self.read() as connection:
            return owned.find_edges(connection, external_ids, stale=stale)

    def namespaces(self) -> list[str]:
        """The namespaces that have dataflows, sorted."""
        with self.read() as connection:
            return find_namespaces(connection)

    def seen_edges(self, external_ids: Collection[str]) -> dict[str, list[SeenEdge]]:
        """The edges of dataflows, each with when it was seen first and last."""
        with self.read() as connection:
            return find_seen(connection, external_ids)

    def seen_again(self, times: Mapping[str, tuple[datetime, datetime]], run_id: int) -> None:
        """Note when dataflows were first and last seen; this does not change `state_version`."""
        with self.write() as connection:
            owned.set_seen(connection, times, run_id)

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
            _set_fact(connection, "knows", "1")
            return count

    # The way into Alation; each call is one commit

    def intend(self, rows: Sequence[Dataflow], status: Status, run_id: int) -> None:
        """Before a request: these dataflows are to be in Alation with these edges."""
        with self.write() as connection:
            owned.intend(connection, rows, status, run_id)

    def set_status(self, external_ids: Collection[str], status: Status, *, drop_stale: bool = False) -> None:
        """The next step of dataflows; ``drop_stale`` when their stale edges have left Alation."""
        with self.write() as connection:
            owned.set_status(connection, external_ids, status, drop_stale=drop_stale)

    def set_job(self, external_ids: Collection[str], job: str) -> None:
        """After a request: the job that works on these dataflows."""
        with self.write() as connection:
            owned.set_job(connection, external_ids, job)

    def set_problem(self, problems: Mapping[str, str]) -> None:
        """Why dataflows did not arrive, by external_id; they are planned again."""
        with self.write() as connection:
            owned.set_problem(connection, problems)

    def forget(self, external_ids: Collection[str]) -> None:
        """These dataflows are no longer in Alation."""
        with self.write() as connection:
            owned.forget(connection, external_ids)

    def empty(self, external_ids: Collection[str]) -> None:
        """These dataflows have lost all their links, but stay in Alation: the role to delete them is missing."""
        with self.write() as connection:
            owned.empty(connection, external_ids)

    def emptied(self, namespace: str, at_most: int) -> list[str]:
        """Dataflows that wait for the role that may delete them."""
        with self.read() as connection:
            return owned.find_empty(connection, namespace, at_most)

    def open_jobs(self) -> list[str]:
        """Jobs that were under way when an earlier run was killed."""
        with self.read() as connection:
            return owned.jobs(connection)

    def plan_under_way(self) -> str | None:
        """The id of the plan whose application began and has not come to its end."""
        with self.read() as connection:
            return _fact(connection, "applying") or None

    def set_plan_under_way(self, plan_id: str | None) -> None:
        """Note that a plan is being applied, or (None) that none is."""
        with self.write() as connection:
            _set_fact(connection, "applying", plan_id or "")

    def _observing(self, run_id: int) -> observations.Observations:
        present = self._present
        if present is None:
            raise StateError(f"run {run_id} was not begun with this store: call begin_run first")
        if present.is_full:
            self._flush()
        return present

    def _adopt(self) -> None:
        with self.write() as connection:
            if not _fact(connection, "knows"):
                knowledge.adopt(connection)
                _set_fact(connection, "knows", "1")

    def _flush(self) -> None:
        if self._present is not None and not self._present.is_empty:
            with self.write() as connection:
                self._present.write(connection)

    def _observed_targets(self) -> Iterator[TargetFact]:
        with self.read() as connection:
            query = select(observed_targets).order_by(observed_targets.c.target)
            for row in connection.execution_options(yield_per=1_000).execute(query):
                yield TargetFact(*row)


def _fact(connection: Connection, name: str) -> str:
    found = connection.execute(select(facts.c.value).where(facts.c.name == name)).scalar_one_or_none()
    return str(found or "")


def _set_fact(connection: Connection, name: str, value: str) -> None:
    connection.execute(insert_or_update(connection, facts), [{"name": name, "value": value}])
