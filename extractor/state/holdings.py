"""What Alation holds of ours, and the way there: every dataflow with its status, its edges and its job."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from extractor.models import Dataflow, KeyedEdge, Node
from extractor.state import knowledge, owned
from extractor.state.database import Database, fact, set_fact
from extractor.state.records import OwnedDataflow, Status
from extractor.state.seen_edges import SeenEdge, find_namespaces, find_seen


class Holdings(Database):
    """What is ours in Alation, as far as the state knows."""

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

    def set_fingerprints(self, fingerprints: Mapping[str, str]) -> None:
        """Note which statements dataflows are that Alation holds; this does not change `state_version`."""
        if fingerprints:
            with self.write() as connection:
                owned.set_fingerprints(connection, fingerprints)

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
            return fact(connection, "applying") or None

    def set_plan_under_way(self, plan_id: str | None) -> None:
        """Note that a plan is being applied, or (None) that none is."""
        with self.write() as connection:
            set_fact(connection, "applying", plan_id or "")
