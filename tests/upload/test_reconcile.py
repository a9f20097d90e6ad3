"""What is added, changed and removed, when and why: nights that redefine, drop, make again, forget and repeat."""

from __future__ import annotations

from datetime import timedelta

import pytest
from dataflow_samples import NIGHT, at, flow
from lineage_service import LineageService
from nights import plan_night, run_night

from extractor.errors import Unreachable
from extractor.models import Dataflow
from extractor.state import Store, edge_identity
from extractor.upload import Action

B = "12.sales.b"


def holds(service: LineageService, *dataflows: Dataflow) -> bool:
    """Whether Alation holds exactly these dataflows with exactly their edges."""
    wanted = {(s, d.external_id, t) for d in dataflows for s, t in map(edge_identity, d.edges)}
    return service.edges == wanted and set(service.dataflows) == {d.external_id for d in dataflows}


def later(hours: float) -> dict[str, object]:
    """The circumstances of a run that begins so many hours after the first night."""
    return {"started_at": NIGHT + timedelta(hours=hours)}


def test_an_empty_log_changes_nothing(store: Store, service: LineageService) -> None:
    """Nights without a log, or with an empty one, remove nothing, with expiry switched on too."""
    loads = [flow("load", {"b": ["a"]}), flow("view", {"v": ["a"]}, defines=True)]
    run_night(store, service, loads, expire_after_nights=2)
    for night in range(1, 8):
        run_night(store, service, [], expire_after_nights=2, **later(24 * night))
    assert holds(service, *loads)


def test_a_log_delivered_again_changes_nothing(store: Store, service: LineageService) -> None:
    """The same log read once more, also after newer ones, leaves the graph as it is and counts no night twice."""
    old, new = flow("v1", {"v": ["a"]}, defines=True), flow("v2", {"v": ["b"]}, hours=24, defines=True)
    run_night(store, service, [old])
    run_night(store, service, [new])
    for night in range(6):
        run_night(store, service, [old], expire_after_nights=3, **later(48 + night))
        with plan_night(store, [new], expire_after_nights=3, **later(48 + night)) as plan:
            assert plan.is_empty
    assert holds(service, new)
    assert store.nights("test") == {"logs": [at(0).toordinal(), at(24).toordinal()]}


def test_a_table_made_again_has_its_loads_back(store: Store, service: LineageService) -> None:
    """What appends to a dropped table returns when the table is made anew; what defined it before does not."""
    load, made = flow("load", {"b": ["a"]}), flow("ctas", {"b": ["z"]}, hours=-1, defines=True)
    run_night(store, service, [made, load])
    run_night(store, service, [], drops=[(B, at(5))])
    assert holds(service)
    run_night(store, service, [], made=[(B, at(30))])
    assert holds(service, load)


def test_a_drop_and_a_new_table_in_one_second_keep_the_loads(store: Store, service: LineageService) -> None:
    """Of one second the log's order counts; a log that breaks off between the two takes nothing away for good."""
    load = flow("load", {"b": ["a"]})
    run_night(store, service, [load])
    run_night(store, service, [], drops=[(B, at(5))], made=[(B, at(5))])
    assert holds(service, load)
    run_night(store, service, [], drops=[(B, at(5))])
    assert holds(service, load)


def test_a_drop_that_is_read_late_takes_nothing_newer(store: Store, service: LineageService) -> None:
    """An old log that drops a table does not concern what was written to it since."""
    load = flow("load", {"b": ["a"]}, hours=48)
    run_night(store, service, [load])
    run_night(store, service, [], drops=[(B, at(5))])
    assert holds(service, load)


def test_history_under_a_newer_drop_is_not_sent_but_kept_in_mind(store: Store, service: LineageService) -> None:
    """A load from before a known drop stays away until the table is made again, as if it had been read in order."""
    run_night(store, service, [], drops=[(B, at(50))])
    load = flow("load", {"b": ["a"]})
    run_night(store, service, [load], nightly=False)
    assert holds(service)
    run_night(store, service, [], made=[(B, at(60))])
    assert holds(service, load)


def test_what_was_never_sent_is_sent_by_a_later_run(store: Store, service: LineageService) -> None:
    """A plan that broke off loses nothing, also when its log is gone by the next night."""
    loads = [flow(f"load{n}", {f"t{n}": ["a"]}) for n in range(5)]

    def nobody(number: int) -> None:
        raise Unreachable(f"no answer to call {number}")

    service.before_call = nobody
    assert run_night(store, service, loads).stopped
    service.before_call = lambda _: None
    run_night(store, service, [], **later(24))
    assert holds(service, *loads)


def test_nothing_expires_unless_it_is_wanted(store: Store, service: LineageService) -> None:
    """Without the setting a dataflow stays however many nights do not hold it."""
    run_night(store, service, [flow("load", {"b": ["a"]})])
    for night in range(1, 30):
        run_night(store, service, [], days=[24 * night], **later(24 * night))
    assert set(service.dataflows) == {"api/test/logs/load"}


def test_expiry_counts_nights_whose_log_was_read(store: Store, service: LineageService) -> None:
    """Three nights of the source's log without the statement end it; nights without a log do not count."""
    load, daily = flow("load", {"b": ["a"]}), flow("daily", {"c": ["a"]})
    run_night(store, service, [load, daily], expire_after_nights=3)
    for night in (1, 5):
        again = flow("daily", {"c": ["a"]}, hours=24 * night)
        run_night(store, service, [again], expire_after_nights=3, **later(24 * night))
    assert holds(service, load, daily)
    again = flow("daily", {"c": ["a"]}, hours=24 * 6)
    with plan_night(store, [again], expire_after_nights=3, **later(24 * 6)) as plan:
        reasons = [(o.action, o.reason) for o in plan.operations()]
    assert reasons == [(Action.REMOVE, "not seen in 3 nights of the log of logs")]
    run_night(store, service, [again], expire_after_nights=3, **later(24 * 6))
    assert holds(service, daily)
    run_night(store, service, [flow("load", {"b": ["a"]}, hours=170)], expire_after_nights=3, **later(170))
    assert holds(service, daily, load)


def test_what_only_a_backfill_saw_never_expires(store: Store, service: LineageService) -> None:
    """History stays, though no night shows it; once a night has seen it, the nights count."""
    run_night(store, service, [flow("old", {"b": ["a"]})], nightly=False)
    for night in range(20, 30):
        run_night(store, service, [], days=[24 * night], expire_after_nights=3, **later(24 * night))
    assert set(service.dataflows) == {"api/test/logs/old"}
    run_night(store, service, [flow("old", {"b": ["a"]}, hours=24 * 30)], expire_after_nights=3, **later(24 * 30))
    for night in range(31, 34):
        run_night(store, service, [], days=[24 * night], expire_after_nights=3, **later(24 * night))
    assert not service.dataflows


def test_a_wrong_clock_counts_no_night(store: Store, service: LineageService) -> None:
    """Records from the future are no night of the log."""
    run_night(store, service, [flow("load", {"b": ["a"]})], expire_after_nights=1)
    run_night(store, service, [], days=[24 * 400], expire_after_nights=1, **later(1))
    assert set(service.dataflows) == {"api/test/logs/load"}


def test_a_night_never_removes_more_than_it_may(store: Store, service: LineageService) -> None:
    """Drops of most tables are held back and said; what is added goes on, and the command line can allow them."""
    loads = [flow(f"load{n}", {f"t{n}": ["a"]}) for n in range(10)]
    run_night(store, service, loads)
    drops = [(f"12.sales.t{n}", at(5)) for n in range(4)]
    rules = {"removals_always": 2, "max_removed_share": 0.3}
    new = flow("new", {"n": ["a"]}, hours=6)
    with plan_night(store, [new], drops=drops, **rules) as plan:
        assert (plan.head.counts.remove, plan.head.counts.withheld, plan.head.counts.add) == (0, 4, 1)
    run_night(store, service, [new], drops=drops, **rules)
    assert holds(service, *loads, new)
    run_night(store, service, [], allow_removals=True, **rules)
    assert holds(service, *loads[4:], new)


def test_a_few_removals_are_always_allowed(store: Store, service: LineageService) -> None:
    """A small graph may lose a table."""
    run_night(store, service, [flow("load", {"b": ["a"]})])
    run_night(store, service, [], drops=[(B, at(5))], removals_always=1, max_removed_share=0.0)
    assert holds(service)


def test_what_is_replaced_does_not_count_as_removed(store: Store, service: LineageService) -> None:
    """A night that gives every view a new text is no loss, whatever the limit."""
    run_night(store, service, [flow(f"v{n}a", {f"v{n}": ["a"]}, defines=True) for n in range(5)])
    new = [flow(f"v{n}b", {f"v{n}": ["b"]}, hours=24, defines=True) for n in range(5)]
    run_night(store, service, new, removals_always=0, max_removed_share=0.0)
    assert holds(service, *new)


def test_losing_most_edges_counts_as_removed(store: Store, service: LineageService) -> None:
    """A night whose catalog was half empty does not thin out the graph."""
    full = [flow(f"load{n}", {f"t{n}": ["a", "b", "c", "d"]}) for n in range(5)]
    run_night(store, service, full)
    thin = [flow(f"load{n}", {f"t{n}": ["a"]}, hours=24) for n in range(5)]
    with plan_night(store, thin, removals_always=0, max_removed_share=0.5) as plan:
        assert (plan.head.counts.change, plan.head.counts.withheld) == (0, 5)
    run_night(store, service, thin, removals_always=0, max_removed_share=0.5)
    assert holds(service, *full)


@pytest.mark.parametrize("nightly", [True, False])
def test_older_sightings_move_the_first_time_only(store: Store, service: LineageService, *, nightly: bool) -> None:
    """A backfill that meets a known dataflow tells since when it is known, and changes no edge of it."""
    load = flow("load", {"b": ["a"]}, hours=48)
    run_night(store, service, [load])
    run_night(store, service, [flow("load", {"b": ["ancient"]})], nightly=nightly)
    assert holds(service, load)
    row = store.dataflows([load.external_id])[load.external_id]
    assert (row.first_seen, row.last_seen) == (at(0), at(48))


def test_a_bad_night_of_one_source_does_not_hold_back_another(store: Store, service: LineageService) -> None:
    """The limit counts for each source by itself, and then for what is left together."""
    small = [flow(f"s{n}", {f"s{n}": ["a"]}, source="small") for n in range(4)]
    large = [flow(f"l{n}", {f"l{n}": ["a"]}) for n in range(20)]
    run_night(store, service, [*small, *large])
    drops = [(f"12.sales.{name}", at(5)) for name in ("s0", "s1", "s2", "l0", "l1")]
    rules = {"removals_always": 1, "max_removed_share": 0.2}
    with plan_night(store, [], drops=drops, **rules) as plan:
        assert (plan.head.counts.remove, plan.head.counts.withheld) == (2, 3)
        assert plan.head.withheld_of == ("small",)
    with plan_night(store, [], drops=[(f"12.sales.l{n}", at(6)) for n in range(5)], **rules) as plan:
        assert (plan.head.counts.remove, plan.head.counts.withheld) == (0, 8)
        assert plan.head.withheld_of == ("logs", "small")
