"""Applying plans: what Alation holds afterwards, and what each way of failing costs."""

from __future__ import annotations

import pytest
from dataflow_samples import at, flow
from lineage_service import Killed, LineageService
from nights import plan_night, run_night

from extractor.alation import JobStatus
from extractor.config import UploadSettings
from extractor.errors import Rejected, RoleMissing, StatePassed, Unreachable
from extractor.models import Dataflow
from extractor.state import Status, Store, edge_identity
from extractor.upload import apply_plan


def holds(service: LineageService, *dataflows: Dataflow) -> bool:
    """Whether Alation holds exactly these dataflows with exactly their edges."""
    wanted = {(s, d.external_id, t) for d in dataflows for s, t in map(edge_identity, d.edges)}
    return service.edges == wanted and set(service.dataflows) == {d.external_id for d in dataflows}


def test_new_dataflows_are_posted(store: Store, service: LineageService) -> None:
    """After the first night Alation holds every dataflow with exactly its edges."""
    load, report = flow("load", {"b": ["a"], "b.x": ["a.x"]}), flow("report", {"c": ["b"]})
    result = run_night(store, service, [load, report])
    assert holds(service, load, report)
    assert (result.sent, result.posts, result.deletes, result.is_complete) == (2, 1, 0, True)


def test_the_job_that_brought_a_dataflow_stays_known(store: Store, service: LineageService) -> None:
    """The state can name the job of a dataflow long after it ended, and no job is taken for one under way."""
    load = flow("load", {"b": ["a"]})
    result = run_night(store, service, [load])
    run_night(store, service, [load])
    assert store.dataflows([load.external_id])[load.external_id].job == result.jobs[-1]
    assert store.open_jobs() == []


def test_an_unchanged_night_sends_nothing(store: Store, service: LineageService) -> None:
    """A second night with the same statements has an empty plan."""
    run_night(store, service, [flow("load", {"b": ["a"]})])
    with plan_night(store, [flow("load", {"b": ["a"]}, hours=24, content="other literals")]) as plan:
        assert plan.is_empty
        assert plan.head.counts.keep == 1


def test_a_second_night_sends_only_what_is_new(store: Store, service: LineageService) -> None:
    """What the first night sent stays, though the second log does not hold it."""
    first, second = flow("load", {"b": ["a"]}), flow("report", {"c": ["b"]}, hours=24)
    run_night(store, service, [first])
    result = run_night(store, service, [second])
    assert holds(service, first, second)
    assert result.sent == 1


def test_changed_edges_replace_the_dataflow(store: Store, service: LineageService) -> None:
    """A dataflow whose edges differ is deleted and posted again; nothing of the old edges stays."""
    run_night(store, service, [flow("load", {"b": ["a", "old"]}, content="first words")])
    changed = flow("load", {"b": ["a", "new"]}, hours=24, content="second words")
    result = run_night(store, service, [changed])
    assert holds(service, changed)
    assert (result.posts, result.deletes) == (1, 1)
    assert service.dataflows[changed.external_id]["content"] == "first words"


def test_a_later_definition_supersedes_an_earlier_one(store: Store, service: LineageService) -> None:
    """A view's new text removes the dataflow of its old text; what else writes the target stays."""
    old, insert = flow("v1", {"v": ["a"]}, defines=True), flow("ins", {"v": ["z"]})
    run_night(store, service, [old, insert])
    new = flow("v2", {"v": ["b"]}, hours=24, defines=True)
    result = run_night(store, service, [new])
    assert holds(service, new, insert)
    assert result.removed == 1


def test_a_superseded_definition_of_one_night_is_never_sent(store: Store, service: LineageService) -> None:
    """Of two definitions in one log only the last is uploaded."""
    old, new = flow("v1", {"v": ["a"]}, defines=True), flow("v2", {"v": ["b"]}, defines=True)
    run_night(store, service, [old, new])
    assert holds(service, new)


def test_the_first_definition_may_come_back(store: Store, service: LineageService) -> None:
    """When a view returns to its first text, its first dataflow is the one that holds."""
    first, second = flow("v1", {"v": ["a"]}, defines=True), flow("v2", {"v": ["b"]}, hours=24, defines=True)
    run_night(store, service, [first])
    run_night(store, service, [second])
    run_night(store, service, [flow("v1", {"v": ["a"]}, hours=48, defines=True)])
    assert holds(service, first)


def test_a_backfill_never_overrides_newer_knowledge(store: Store, service: LineageService) -> None:
    """History adds what is unknown; it changes no edges and brings back no definition that was superseded."""
    view, load = flow("v2", {"v": ["b"]}, hours=24, defines=True), flow("load", {"b": ["a"]}, hours=24)
    run_night(store, service, [view, load])
    old = [flow("v1", {"v": ["a"]}, defines=True), flow("load", {"b": ["ancient"]}), flow("older", {"c": ["a"]})]
    run_night(store, service, old)
    assert holds(service, view, load, old[2])


def test_a_dropped_target_takes_its_dataflows_along(store: Store, service: LineageService) -> None:
    """What writes a table goes when the table is dropped and not written again."""
    load, other = flow("load", {"b": ["a"]}), flow("other", {"c": ["a"]})
    run_night(store, service, [load, other])
    run_night(store, service, [], drops=[("12.sales.b", at(5))])
    assert holds(service, other)


def test_a_target_that_is_written_after_its_drop_keeps_its_dataflows(store: Store, service: LineageService) -> None:
    """Dropping and writing a table every night is no reason to remove anything."""
    run_night(store, service, [flow("load", {"b": ["a"]})])
    again = flow("load", {"b": ["a"]}, hours=30)
    run_night(store, service, [again], drops=[("12.sales.b", at(29))])
    assert holds(service, again)


def test_scripts_without_times_count_in_their_order(store: Store, service: LineageService) -> None:
    """Where nothing has a time, the last definition read is the one that holds."""
    old, new = flow("v1", {"v": ["a"]}, hours=None, defines=True), flow("v2", {"v": ["b"]}, hours=None, defines=True)
    run_night(store, service, [old, new])
    assert holds(service, new)
    run_night(store, service, [new, old], started_at=at(24))
    assert holds(service, old)


def test_scripts_and_logs_do_not_supersede_one_another(store: Store, service: LineageService) -> None:
    """A script's time is not known: its definition and a log's definition of the same target both stay."""
    script = flow("v1", {"v": ["a"]}, hours=None, defines=True, source="scripts")
    logged = flow("v2", {"v": ["b"]}, defines=True)
    for night in ([script, logged], [logged, script]):
        run_night(store, service, night)
        assert holds(service, script, logged)
    run_night(store, service, [script], drops=[("12.sales.v", at(5))])
    assert holds(service, script)


def test_the_same_statement_in_two_contexts_has_the_edges_of_both(store: Store, service: LineageService) -> None:
    """Edges of one dataflow seen in one run are united."""
    run_night(store, service, [flow("load", {"b": ["a"]}), flow("load", {"b": ["a2"]})])
    assert holds(service, flow("load", {"b": ["a", "a2"]}))


def test_requests_keep_the_limits(store: Store, service: LineageService) -> None:
    """No request has more paths than allowed, and the plan foretells the number of requests."""
    flows = [flow(f"load{n:02}", {f"t{n}": [f"s{n}"]}) for n in range(25)]
    with plan_night(store, flows, settings=UploadSettings(max_paths=10)) as plan:
        assert plan.head.posts == 3
        assert plan.head.expected_s == 75
        apply_plan(plan, store, service)
    assert holds(service, *flows)
    assert [len(what[1]) for _, what in service.calls] == [10, 10, 5]


@pytest.mark.parametrize("place", [0, 57, 99])
def test_a_refused_dataflow_costs_only_itself(store: Store, service: LineageService, place: int) -> None:
    """When Alation refuses a request as wrong, the other dataflows of the request arrive all the same."""
    flows = [flow(f"load{n:02}", {f"t{n}": ["a"]}) for n in range(100)]
    bad = flows[place].external_id

    def refuse(number: int) -> None:
        objects, _ = service.calls[number - 1][1]
        if any(item["external_id"] == bad for item in objects):
            raise Rejected("400010: the content is too long", status=400, code="400010")

    service.before_call = refuse
    result = run_night(store, service, flows)
    assert set(result.failed) == {bad}
    assert holds(service, *(f for f in flows if f.external_id != bad))
    assert "400010" in (store.dataflows([bad])[bad].problem or "")
    service.before_call = lambda _: None
    assert run_night(store, service, flows).sent == 1
    assert holds(service, *flows)


def test_a_failed_job_is_planned_again(store: Store, service: LineageService) -> None:
    """A dataflow whose job failed is sent by the next night; the rest of the plan went on."""
    flows = [flow(f"load{n}", {f"t{n}": ["a"]}) for n in range(4)]
    service.on_wait = lambda number: JobStatus("failed", "no") if number == 1 else None
    settings = UploadSettings(max_paths=1)
    result = run_night(store, service, flows, settings=settings)
    assert (result.sent, len(result.failed)) == (3, 1)
    service.on_wait = lambda _: None
    assert run_night(store, service, flows, settings=settings).posts == 1
    assert holds(service, *flows)


def test_an_ill_alation_is_left_alone(store: Store, service: LineageService) -> None:
    """When every job fails the work ends after twenty requests, whatever the plan still holds."""
    flows = [flow(f"load{n:02}", {f"t{n}": ["a"]}) for n in range(30)]
    service.on_wait = lambda _: JobStatus("failed", "out of space")
    result = run_night(store, service, flows, settings=UploadSettings(max_paths=1))
    assert result.posts == 20
    assert "in a row" in str(result.stopped)
    service.on_wait = lambda _: None
    assert run_night(store, service, flows).sent == 30
    assert holds(service, *flows)


def test_a_partially_successful_job_is_believed_only_where_it_is_clear(store: Store, service: LineageService) -> None:
    """Failures that name a dataflow cost that one; failures that name none cost every dataflow of the request."""
    a, b = flow("one", {"x": ["a"]}), flow("two", {"y": ["a"]})
    named = JobStatus("partially_successful", "", None, (f"{a.external_id}: no such table",))
    service.on_wait = lambda _: named
    assert set(run_night(store, service, [a, b]).failed) == {a.external_id}
    unnamed = JobStatus("partially_successful", "", None, ("a path was refused",))
    service.on_wait = lambda _: unnamed
    assert set(run_night(store, service, [a, b]).failed) == {a.external_id}
    c, d = flow("three", {"x": ["a"]}), flow("four", {"y": ["a"]})
    assert {c.external_id, d.external_id} <= set(run_night(store, service, [c, d]).failed)


def test_without_the_role_to_delete_stale_links_go_one_by_one(store: Store, service: LineageService) -> None:
    """Where deleting a dataflow is forbidden, its stale edges leave Alation all the same, and no edge of others."""
    run_night(store, service, [flow("load", {"b": ["a", "old"], "c": ["old"], "d": ["old"]})])
    foreign = ("table:12.sales.old", "api/other/logs/x", "table:12.sales.b")
    service.edges.add(foreign)
    service.may_delete_dataflows = False
    changed = flow("load", {"b": ["a", "new"], "c": ["old"]}, hours=24)
    result = run_night(store, service, [changed])
    assert result.is_complete
    assert service.edges_of(changed.external_id) == set(map(edge_identity, changed.edges))
    assert foreign in service.edges
    assert all("dataflow" in {s.otype, t.otype} for kind, (s, t) in service.calls[2:-1] if kind == "unlink")
    with plan_night(store, [changed]) as plan:
        assert plan.is_empty


def test_without_the_role_to_delete_a_removed_dataflow_is_emptied(store: Store, service: LineageService) -> None:
    """A superseded dataflow loses its links, and itself as soon as something may be deleted again."""
    old, new = flow("v1", {"v": ["a"]}, defines=True), flow("v2", {"v": ["b"]}, hours=24, defines=True)
    run_night(store, service, [old])
    service.may_delete_dataflows = False
    result = run_night(store, service, [new])
    assert service.edges_of(old.external_id) == set()
    assert result.emptied == [old.external_id]
    assert result.notes
    with plan_night(store, [new]) as plan:
        assert plan.is_empty
    service.may_delete_dataflows = True
    newest = flow("v3", {"v": ["c"]}, hours=48, defines=True)
    run_night(store, service, [newest])
    assert holds(service, newest)


def test_a_missing_role_stops_the_work_and_keeps_what_is_done(store: Store, service: LineageService) -> None:
    """After a 403 on POST nothing more is sent; the same plan goes on when the role is there."""
    flows = [flow(f"load{n}", {f"t{n}": ["a"]}) for n in range(3)]

    def forbid(number: int) -> None:
        if number == 2:
            raise RoleMissing("403: the role Source Admin is missing", status=403)

    service.before_call = forbid
    with plan_night(store, flows, settings=UploadSettings(max_paths=1)) as plan:
        result = apply_plan(plan, store, service)
        assert (result.sent, result.posts) == (1, 2)
        assert isinstance(result.stopped, RoleMissing)
        again = apply_plan(plan, store, service)
        assert again.sent == 2
    assert holds(service, *flows)


def test_an_unreachable_alation_loses_nothing(store: Store, service: LineageService) -> None:
    """With no answer at all the next night sends everything."""
    load = flow("load", {"b": ["a"]})

    def nobody(_: int) -> None:
        raise Unreachable("no answer")

    service.before_call = nobody
    assert isinstance(run_night(store, service, [load]).stopped, Unreachable)
    service.before_call = lambda _: None
    run_night(store, service, [])
    assert holds(service, load)


def test_a_plan_is_applied_only_to_its_state(store: Store, service: LineageService) -> None:
    """A plan from before a change of the state is refused, and so is one that was carried out."""
    load = flow("load", {"b": ["a"]})
    with plan_night(store, [load]) as older, plan_night(store, [load]) as plan:
        apply_plan(plan, store, service)
        for passed in (older, plan):
            with pytest.raises(StatePassed, match="Plan again"):
                apply_plan(passed, store, service)


@pytest.mark.parametrize("moment", ["before", "after", "wait"])
def test_a_run_killed_in_a_request_is_brought_to_its_end(store: Store, service: LineageService, moment: str) -> None:
    """Whether the process dies before, after or behind a request, the next run alone makes things right."""
    first, second = flow("load", {"b": ["old"]}), flow("more", {"c": ["b"]})
    run_night(store, service, [first, second])
    changed = flow("load", {"b": ["new"]}, hours=24)

    def die(_: int) -> None:
        raise Killed

    setattr(service, {"before": "before_call", "after": "after_call", "wait": "on_wait"}[moment], die)
    with pytest.raises(Killed):
        run_night(store, service, [changed])
    service.before_call = service.after_call = lambda _: None
    service.on_wait = lambda _: None
    run_night(store, service, [])
    assert holds(service, changed, second)
    assert {row.status for row in store.owned("test")} == {Status.PRESENT}
