"""Carries out exactly a plan, one request after the other, so that it may be killed at any moment.

Before each request the state gets the intent, after its job the result, each in one commit. What a killed run
leaves is therefore known: whatever is not ``present`` is posted again (which adds nothing twice) or deleted and
posted, by the next plan.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence

from extractor.alation import JobRef, JobStatus
from extractor.dataflows import is_direct
from extractor.errors import (
    AlationError,
    AuthenticationFailed,
    JobFailed,
    Paused,
    Rejected,
    RoleMissing,
    StatePassed,
    Throttled,
    Unreachable,
)
from extractor.models import Dataflow
from extractor.report import counted
from extractor.state import Status, Store, edges_digest
from extractor.state.upsert import batches
from extractor.upload.batch import Request, windows
from extractor.upload.direct import Linked, marked, removable
from extractor.upload.document import Plan
from extractor.upload.interface import LineageApi
from extractor.upload.links import stale_links
from extractor.upload.operations import Action, Operation, dataflow_object
from extractor.upload.outcome import ApplyReport, Progress, failed_deletes, failed_posts


class _GivenUp(AlationError):
    """So many requests failed in a row that the next one would fail as well."""


_STOPPING = (RoleMissing, AuthenticationFailed, Unreachable, Throttled, Paused, _GivenUp)
# A thousand dataflows are halved ten times until the one that is refused stands alone.
_SPLIT_UP_TO = 12
_GIVE_UP_AT = 20


def apply_plan(
    plan: Plan,
    store: Store,
    api: LineageApi,
    *,
    on_event: Callable[[Progress], None] = lambda _: None,
    job_deadline_s: float = 1800.0,
    job_poll_s: float = 2.0,
) -> ApplyReport:
    """Carry out a plan and tell what came of it; the caller holds the lock of the state.

    What Alation refuses costs the dataflows concerned (they are planned again) and nothing else. A missing role, a
    bad token, an Alation that cannot be reached or keeps throttling end the work early: ``report.stopped`` holds
    the error, everything before it is kept, and the same plan may be applied again to go on.

    Raises:
        StatePassed: the state is no longer the one that the plan was made from.
    """
    begin(plan, store)
    work = _Work(plan, store, api, on_event, job_deadline_s, job_poll_s)
    try:
        work.run()
    except _STOPPING as error:
        work.report.stopped = error
        return work.report
    store.set_plan_under_way(None)
    return work.report


def begin(plan: Plan, store: Store) -> None:
    """Check that the plan fits the state, and note that it is under way."""
    version = store.state_version()
    if plan.head.state_version != version and store.plan_under_way() != plan.head.id:
        raise StatePassed(
            f"the plan was made from version {plan.head.state_version} of the state {store.where}, which is at version "
            f"{version} by now. Plan again, then apply the new plan"
        )
    if not plan.is_empty:
        store.set_plan_under_way(plan.head.id)


class _Work:
    """One application of a plan."""

    def __init__(
        self,
        plan: Plan,
        store: Store,
        api: LineageApi,
        on_event: Callable[[Progress], None],
        deadline_s: float,
        poll_s: float,
    ) -> None:
        self.report = ApplyReport()
        self._plan = plan
        self._run_id = plan.head.run_id
        self._store = store
        self._api = api
        self._on_event = on_event
        self._deadline_s = deadline_s
        self._poll_s = poll_s
        self._total = plan.head.posts + plan.head.deletes
        self._may_delete = True
        self._failed: set[str] = set()
        self._failures_in_a_row = 0
        self._may_split = False

    def run(self) -> None:
        if self._plan.is_empty:
            return
        self._follow_open_jobs()
        for window in windows(self._not_done(), self._plan.limits):
            self._delete(window.deleted)
            for request in window.requests:
                self._post(request)

    def _follow_open_jobs(self) -> None:
        """Let the jobs of a killed run end first, so that they do not interfere; how they end does not matter."""
        for text in self._store.open_jobs():
            self._tell(f"waiting for job {text} of an earlier run")
            try:
                self._api.wait(JobRef.parse(text), self._deadline_s, self._poll_s)
            except (JobFailed, Rejected):
                continue

    def _not_done(self) -> Iterator[Operation]:
        """The operations without those that an earlier application of the same plan has carried out."""
        for batch in batches(self._plan.operations(), 200):
            held = self._store.dataflows([o.dataflow.external_id for o in batch])
            for operation in batch:
                row = held.get(operation.dataflow.external_id)
                if operation.action is Action.REMOVE:
                    done = row is None or row.status is Status.EMPTY
                else:
                    done = (
                        row is not None
                        and row.status is Status.PRESENT
                        and row.edges_digest == edges_digest(operation.dataflow.edges)
                        and row.fingerprint == operation.dataflow.fingerprint
                    )
                if not done:
                    yield operation

    # Deleting

    def _delete(self, deleted: Sequence[Operation]) -> None:
        """Take away what is to be removed or replaced, in one request where that is allowed."""
        for operation in deleted:
            if is_direct(operation.dataflow.external_id):
                self._delete_links(operation)
        operations = [o for o in deleted if not is_direct(o.dataflow.external_id)]
        if not operations:
            return
        removed = [o.dataflow.external_id for o in operations if o.action is Action.REMOVE]
        changed = [o.dataflow for o in operations if o.action is Action.CHANGE]
        self._store.set_status(removed, Status.DELETING)
        self._store.intend(changed, Status.REPLACING, self._run_id)
        if self._may_delete:
            # What was emptied while the role was missing goes along; an id that is gone already is no error.
            room = self._plan.limits.max_dataflows - len(operations)
            emptied = self._store.emptied(self._plan.head.namespace, room)
            try:
                problems = self._deleted([*removed, *(d.external_id for d in changed), *emptied])
                removed += emptied
            except RoleMissing as error:
                self._may_delete = False
                self.report.notes.append(f"dataflows may not be deleted, stale links are removed one by one: {error}")
                problems = self._unlinked(operations)
        else:
            problems = self._unlinked(operations)
        self._settle_deleted(removed, [d.external_id for d in changed], problems)

    def _delete_links(self, operation: Operation) -> None:
        """Take away links without a dataflow, one by one, as far as they are ours."""
        external_id = operation.dataflow.external_id
        held = self._store.edges([external_id]).get(external_id, ())
        if operation.action is Action.REMOVE:
            self._store.set_status([external_id], Status.DELETING)
        else:
            self._store.intend([marked(self._api, operation.dataflow, held)], Status.REPLACING, self._run_id)
        stale = self._store.edges([external_id], stale=True).get(external_id, ())
        try:
            for edge in removable(self._api, stale if operation.action is Action.CHANGE else (*held, *stale)):
                self.report.deletes += 1
                ref = self._api.delete_lineage(edge.source, edge.target)
                self._follow(ref, [external_id], f"removing the link {edge.source.key} -> {edge.target.key}")
        except Linked as error:
            self.report.notes.append(str(error))
        except _STOPPING:
            raise
        except AlationError as error:
            self._fail({external_id: str(error)})
            return
        if operation.action is Action.REMOVE:
            self._store.forget([external_id])
            self.report.removed += 1
        else:
            self._store.set_status([external_id], Status.SENDING, drop_stale=True)

    def _deleted(self, ids: Sequence[str]) -> dict[str, str]:
        """Delete dataflows by id; gives the problem of each that may still be there."""
        self.report.deletes += 1
        try:
            ref = self._api.delete_dataflows(ids)
            return failed_deletes(ids, self._follow(ref, ids, f"deleting {counted(len(ids), 'dataflow')}"))
        except _STOPPING:
            raise
        except AlationError as error:
            return dict.fromkeys(ids, str(error))

    def _unlinked(self, operations: Sequence[Operation]) -> dict[str, str]:
        """Remove the stale links of dataflows one by one; gives the problem of each that kept some."""
        problems = {}
        for operation in operations:
            external_id = operation.dataflow.external_id
            current = self._store.edges([external_id]).get(external_id, ())
            stale = self._store.edges([external_id], stale=True).get(external_id, ())
            if operation.action is Action.REMOVE:
                stale, current = (*stale, *current), ()
            try:
                for source, target in stale_links(external_id, stale, current):
                    self.report.deletes += 1
                    ref = self._api.delete_lineage(source, target)
                    self._follow(ref, [external_id], f"removing the link {source.key} -> {target.key}")
            except _STOPPING:
                raise
            except AlationError as error:
                problems[external_id] = str(error)
        return problems

    def _settle_deleted(self, removed: Sequence[str], changed: Sequence[str], problems: dict[str, str]) -> None:
        gone = [i for i in removed if i not in problems]
        if self._may_delete:
            self._store.forget(gone)
        else:
            self._store.empty(gone)
        self._store.set_status([i for i in changed if i not in problems], Status.SENDING, drop_stale=True)
        self.report.removed += len(gone)
        self.report.emptied += gone if not self._may_delete else []
        self._fail(problems)

    # Posting

    def _post(self, request: Request) -> None:
        """Send one request; when it is refused as wrong, its halves, so that one dataflow does not cost the others."""
        wanted = [self._marked(d) for d in request.dataflows if d.external_id not in self._failed]
        self._store.intend(wanted, Status.SENDING, self._run_id)
        waiting = deque([request])
        while waiting:
            part = waiting.popleft().without(self._failed)
            if not part.paths:
                continue
            problems = self._posted(part)
            ids = part.external_ids
            if len(problems) == len(ids) > 1 and self._may_split:
                half = len(ids) // 2
                waiting.extendleft([part.only(ids[half:]), part.only(ids[:half])])
                continue
            self._fail(problems)
            arrived = [i for i in part.ends if i not in problems]
            self._store.set_status(arrived, Status.PRESENT, drop_stale=True)
            self.report.sent += len(arrived)
            if self._failures_in_a_row >= _GIVE_UP_AT:
                raise _GivenUp(
                    f"{_GIVE_UP_AT} requests in a row failed, so the rest was not tried. The last one: "
                    f"{next(iter(problems.values()))}"
                )

    def _marked(self, dataflow: Dataflow) -> Dataflow:
        """The dataflow; links without one are told apart from those that others have made."""
        external_id = dataflow.external_id
        if not is_direct(external_id):
            return dataflow
        return marked(self._api, dataflow, self._store.edges([external_id]).get(external_id, ()))

    def _posted(self, request: Request) -> dict[str, str]:
        """Post a request and follow its job; gives the problem of each dataflow that may not have arrived."""
        self.report.posts += 1
        ids = request.external_ids
        self._may_split = False
        ref: JobRef | None = None
        try:
            objects = [dataflow_object(d) for d in request.dataflows if not is_direct(d.external_id)]
            ref = self._api.post_lineage(objects, [p for _, p in request.paths])
            status = self._follow(
                ref, ids, f"posting {counted(len(ids), 'dataflow')} in {counted(len(request.paths), 'path')}"
            )
        except _STOPPING:
            raise
        except AlationError as error:
            self._failures_in_a_row += 1
            # When everything fails, it is Alation that is ill, not a dataflow.
            is_one_of_many = self._failures_in_a_row <= _SPLIT_UP_TO
            self._may_split = is_one_of_many and self._is_refused(error, ref)
            return dict.fromkeys(ids, str(error))
        problems = failed_posts(ids, status)
        self._failures_in_a_row = self._failures_in_a_row + 1 if problems else 0
        self._may_split = self._failures_in_a_row <= _SPLIT_UP_TO
        return problems

    def _is_refused(self, error: AlationError, ref: JobRef | None) -> bool:
        """Whether Alation has judged the request; a job that may still be running must not be sent again."""
        if ref is None:
            return isinstance(error, Rejected)
        return isinstance(error, JobFailed) and self._api.job(ref).state == "failed"

    # What both have in common

    def _follow(self, ref: JobRef, ids: Sequence[str], words: str) -> JobStatus:
        self._store.set_job(ids, str(ref))
        self.report.jobs.append(str(ref))
        status = self._api.wait(ref, self._deadline_s, self._poll_s)
        self._tell(words, str(ref), status.state)
        return status

    def _fail(self, problems: dict[str, str]) -> None:
        self._failed.update(problems)
        self._store.set_problem(problems)
        self.report.failed.update(problems)

    def _tell(self, words: str, job: str = "", state: str = "") -> None:
        done = self.report.posts + self.report.deletes
        self._on_event(Progress(words, done, max(self._total, done), job, state))
