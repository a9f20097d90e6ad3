"""Schemas that are dropped, tables that one log empties and the next one fills, names that content comes under."""

from __future__ import annotations

from dataflow_samples import NIGHT, at, flow, node
from lineage_service import LineageService
from nights import plan_night, run_night
from test_reconcile import holds, later

from extractor.config import UploadSettings
from extractor.settings_of_reconcile import ReconcileSettings
from extractor.state import Move, Store
from extractor.upload import Plan, apply_plan, make_plan

LOAD, OTHER = flow("load", {"b": ["a"]}), flow("other", {"c": ["a"]})


def night_of(store: Store, hours: float, *happened) -> Plan:
    """The plan of a night in which something happened to targets: method of the store and what it takes."""
    run_id = store.begin_run("run", started_at=at(hours))
    for method, *values in happened:
        getattr(store, method)(run_id, *values)
    settings = UploadSettings(), ReconcileSettings()
    return make_plan(store, run_id, namespace="test", settings=settings[0], reconcile=settings[1])


def do(store: Store, service: LineageService, hours: float, *happened) -> None:
    """Such a night, applied."""
    with night_of(store, hours, *happened) as plan:
        apply_plan(plan, store, service, job_deadline_s=20, job_poll_s=0.05)


def test_a_dropped_schema_takes_the_dataflows_of_its_tables_along(store: Store, service: LineageService) -> None:
    """All that was written before goes; a table that is made again has its loads back, another schema is not met."""
    run_night(store, service, [LOAD, OTHER])
    do(store, service, 24, ("record_drop_within", "12.sal.", at(10)))
    assert holds(service, LOAD, OTHER)
    do(store, service, 48, ("record_drop_within", "12.sales.", at(25)))
    assert holds(service)
    do(store, service, 72, ("record_made", "12.sales.b", at(50)))
    assert holds(service, LOAD)


def test_history_that_is_read_after_a_drop_of_its_schema_stays_away(store: Store, service: LineageService) -> None:
    """The order of reading does not matter: what ran before the drop never comes, what ran after it does."""
    do(store, service, 0, ("record_drop_within", "12.sales.", at(5)))
    run_night(store, service, [LOAD, flow("again", {"c": ["a"]}, hours=6)], **later(24))
    assert holds(service, flow("again", {"c": ["a"]}, hours=6))


def test_within_a_moment_the_order_of_the_log_counts_for_schemas_too(store: Store, service: LineageService) -> None:
    """A script that fills a table and drops its schema leaves nothing; one that fills it after the drop does."""
    run_id = store.begin_run("run", started_at=NIGHT)
    store.observe(run_id, [flow("first", {"b": ["a"]}, hours=None)])
    store.record_drop_within(run_id, "12.sales.", None)
    store.observe(run_id, [flow("second", {"c": ["a"]}, hours=None)])
    with make_plan(store, run_id, namespace="test", settings=UploadSettings()) as plan:
        apply_plan(plan, store, service, job_deadline_s=20, job_poll_s=0.05)
    assert set(service.dataflows) == {"api/test/logs/second"}


def test_what_a_log_leaves_empty_is_known_until_something_fills_it(store: Store) -> None:
    """An emptied table is empty for the next log, and for the very statement that filled it when that is read again."""
    night_of(store, 0, ("record_emptied", "12.sales.b", at(1)), ("record_emptied", "12.sales.c", at(1))).close()
    assert set(store.empty_tables("12.")) == {"12.sales.b", "12.sales.c"}
    assert store.empty_tables("1.") == {}
    assert not store.empty_tables("12.")["12.sales.b"].is_empty(at(0.5))
    night_of(store, 24, ("record_refilled", "12.sales.b", at(2)), ("record_made", "12.sales.c", at(2))).close()
    (left,) = store.empty_tables("12.").items()
    assert left[0] == "12.sales.b"
    assert left[1].is_empty(at(2))
    assert not left[1].is_empty(at(3))


def test_what_one_night_loaded_and_the_next_renamed_is_under_the_new_name(
    store: Store, service: LineageService
) -> None:
    """The load's edges end on the new name, once and for all; the earlier definition of that name is over."""
    old = flow("old", {"b": ["z"]}, hours=-9, defines=True)
    staged = flow("stage", {"b_new": ["a"], "b_new.x": ["a.x"]})
    run_night(store, service, [old, staged])
    swap = [
        ("record_drop", "12.sales.b", at(24)),
        ("record_move", Move("12.sales.b_new", node("b"), at(25))),
        ("record_drop", "12.sales.b_new", at(25)),
        ("record_made", "12.sales.b", at(25)),
    ]
    do(store, service, 26, *swap)
    (found,) = service.dataflows
    assert {(s, t) for s, _, t in service.edges} == {
        ("table:12.sales.a", "table:12.sales.b"),
        ("column:12.sales.a.x", "column:12.sales.b.x"),
    }
    do(store, service, 50, *swap)
    assert set(service.dataflows) == {found}
    again = flow("stage", {"b_new": ["a"], "b_new.x": ["a.x"]}, hours=48)
    run_night(store, service, [again], **later(49))
    do(
        store,
        service,
        74,
        ("record_move", Move("12.sales.b_new", node("b"), at(73))),
        ("record_drop", "12.sales.b_new", at(73)),
    )
    assert set(service.dataflows) == {found}
    do(store, service, 99, ("record_drop", "12.sales.b", at(98)))
    assert holds(service)


def test_a_swap_carries_both_sides_and_back(store: Store, service: LineageService) -> None:
    """Two tables that exchange their names exchange what they are made of; after the second time all is as before."""
    one, two = flow("one", {"b": ["a"]}, defines=True), flow("two", {"c": ["z"]}, defines=True)
    run_night(store, service, [one, two])
    for hours, ends in ((24, {("a", "c"), ("z", "b")}), (48, {("a", "b"), ("z", "c")}), (72, {("a", "c"), ("z", "b")})):
        moves = [Move("12.sales.b", node("c"), at(hours)), Move("12.sales.c", node("b"), at(hours))]
        do(store, service, hours + 1, *(("record_move", move) for move in moves))
        assert {(s[-1], t[-1]) for s, _, t in service.edges} == ends
        assert len(service.dataflows) == 2


def test_a_load_and_two_renames_of_one_log_are_followed(store: Store, service: LineageService) -> None:
    """Content that is moved on is found under its last name alone."""
    run_night(store, service, [LOAD])
    moves = [Move("12.sales.b", node("m"), at(24)), Move("12.sales.m", node("n"), at(25))]
    happened = [("record_move", moves[0]), ("record_drop", "12.sales.b", at(24)), ("record_made", "12.sales.m", at(24))]
    happened += [
        ("record_move", moves[1]),
        ("record_drop", "12.sales.m", at(25)),
        ("record_made", "12.sales.n", at(25)),
    ]
    do(store, service, 26, *happened)
    assert {(s, t) for s, _, t in service.edges} == {("table:12.sales.a", "table:12.sales.n")}


def test_content_that_was_dropped_or_replaced_before_the_rename_is_not_carried(
    store: Store, service: LineageService
) -> None:
    """Only what the table is made of at that moment comes along: neither what is over nor what comes later."""
    run_night(store, service, [LOAD, flow("v1", {"c": ["a"]}, defines=True)])
    run_night(
        store, service, [flow("v2", {"c": ["z"]}, hours=2, defines=True)], drops=[("12.sales.b", at(1))], **later(3)
    )
    with plan_night(store, [], **later(20)) as plan:
        assert plan.is_empty
    moves = [Move("12.sales.b", node("b2"), at(24)), Move("12.sales.c", node("c2"), at(24))]
    do(store, service, 26, *(("record_move", move) for move in moves), ("record_drop", "12.sales.c", at(24)))
    assert {(s, t) for s, _, t in service.edges} == {("table:12.sales.z", "table:12.sales.c2")}
