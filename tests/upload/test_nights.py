"""Random nights, disturbed at random moments, end where undisturbed nights end."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import hypothesis.strategies as st
from dataflow_samples import at, flow
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from lineage_service import Killed, LineageService
from nights import run_night
from sqlalchemy import Connection

from extractor.alation import JobStatus
from extractor.config import UploadSettings
from extractor.errors import Rejected, RoleMissing, Unreachable
from extractor.models import Dataflow
from extractor.state import Status, Store

NAMES = st.sampled_from(["one", "two", "three", "four"])
TABLES = ["a", "b", "c"]
FAULTS = ["none", "before", "after", "wait", "store", "role", "lost", "refused", "job", "partial"]
SMALL = UploadSettings(max_paths=2)


class MortalStore(Store):
    """A store whose process dies at the n-th transaction: before it, or behind its commit."""

    deadline = 0

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction, perhaps the last one."""
        self._tick()
        with super().write() as connection:
            yield connection
        self._tick()

    def _tick(self) -> None:
        if self.deadline:
            self.deadline -= 1
            if not self.deadline:
                raise Killed


@st.composite
def dataflows(draw: st.DrawFn) -> list[Dataflow]:
    """What one night sees: each statement with one to three sources for one or two targets."""
    seen = []
    for name in draw(st.lists(NAMES, max_size=4)):
        number = ["one", "two", "three", "four"].index(name)
        targets = ["x", "y"] if number == 3 else ["x" if number < 2 else "y"]
        feeds = {t: draw(st.lists(st.sampled_from(TABLES), min_size=1, max_size=3, unique=True)) for t in targets}
        columns = {f"{t}.k": [f"{s}.k" for s in sources] for t, sources in feeds.items() if draw(st.booleans())}
        seen.append((name, {**feeds, **columns}, number % 2 == 0))
    start = draw(st.floats(0, 1))
    return [flow(name, feeds, hours=start + n / 10, defines=defines) for n, (name, feeds, defines) in enumerate(seen)]


def later(seen: list[Dataflow], night: int) -> list[Dataflow]:
    """The same dataflows, so many nights later."""
    moved = timedelta(days=night)
    return [
        replace(d, first_seen=d.first_seen + moved, last_seen=d.last_seen + moved)
        for d in seen
        if d.first_seen is not None and d.last_seen is not None
    ]


class Nights(RuleBasedStateMachine):
    """Two installations see the same nights; one of them is disturbed."""

    @initialize()
    def begin(self) -> None:
        """Both start from nothing."""
        self.folder = Path(tempfile.mkdtemp())
        self.calm, self.disturbed = LineageService(), LineageService()
        self.night = 0
        with Store.open(f"sqlite:///{self.folder}/calm.db"):
            pass
        shutil.copy(self.folder / "calm.db", self.folder / "disturbed.db")

    def teardown(self) -> None:
        """Remove the files."""
        shutil.rmtree(self.folder, ignore_errors=True)

    @rule(
        seen=dataflows(),
        drop=st.none() | st.tuples(st.sampled_from(["12.sales.x", "12.sales.y"]), st.floats(0, 2)),
        new=st.none() | st.tuples(st.sampled_from(["12.sales.x", "12.sales.y"]), st.floats(0, 2)),
        fault=st.sampled_from(
            ["none", "before", "after", "wait", "store", "role", "lost", "refused", "job", "partial"]
        ),
        moment=st.integers(1, 25),
        again=st.booleans(),
    )
    def one_night(
        self,
        seen: list[Dataflow],
        drop: tuple[str, float] | None,
        new: tuple[str, float] | None,
        fault: str,
        moment: int,
        *,
        again: bool,
    ) -> None:
        """A night passes in both; in one of them something happens, and the night is run again."""
        self.night += 1
        night = later(seen, self.night)
        drops = [(drop[0], at(drop[1] + 24 * self.night))] if drop else []
        made = [(new[0], at(new[1] + 24 * self.night))] if new else []
        with Store.open(f"sqlite:///{self.folder}/calm.db") as store:
            run_night(store, self.calm, night, drops=drops, made=made, settings=SMALL)
        for _ in range(1 + again):
            self._disturb(fault, moment)
            with suppress(Killed), MortalStore.open(f"sqlite:///{self.folder}/disturbed.db") as mortal:
                mortal.deadline = moment if fault == "store" else 0
                run_night(mortal, self.disturbed, night, drops=drops, made=made, settings=SMALL)
        self._calm_down()
        with Store.open(f"sqlite:///{self.folder}/disturbed.db") as store:
            assert run_night(store, self.disturbed, night, drops=drops, made=made, settings=SMALL).is_complete
            held = {row.external_id: row.status for row in store.owned("test")}
        # Where the role to delete was missing for a moment, an empty dataflow waits for the next deletion.
        assert {name for name, status in held.items() if status is Status.PRESENT} == set(self.calm.dataflows)
        waiting = held.keys() - self.calm.dataflows.keys()
        assert {name for name, status in held.items() if status is Status.EMPTY} == waiting
        assert set(held) == set(self.disturbed.dataflows)
        assert self.disturbed.edges == self.calm.edges
        calls = len(self.disturbed.calls)
        with Store.open(f"sqlite:///{self.folder}/disturbed.db") as store:
            run_night(store, self.disturbed, night, drops=drops, made=made, settings=SMALL)
        assert len(self.disturbed.calls) == calls

    def _disturb(self, fault: str, moment: int) -> None:
        service, due = self.disturbed, len(self.disturbed.calls) + 1 + moment % 6

        def act(number: int) -> JobStatus | None:
            if number != due:
                return None
            if fault in {"before", "after", "wait"}:
                raise Killed
            if fault in {"role", "lost", "refused"}:
                raise {"role": RoleMissing, "lost": Unreachable, "refused": Rejected}[fault](fault)
            return JobStatus("failed" if fault == "job" else "partially_successful", fault)

        self._calm_down()
        if fault in {"before", "role", "refused"}:
            service.before_call = act
        elif fault in {"after", "lost"}:
            service.after_call = act
        elif fault in {"wait", "job", "partial"}:
            service.on_wait = act

    def _calm_down(self) -> None:
        self.disturbed.before_call = self.disturbed.after_call = lambda _: None
        self.disturbed.on_wait = lambda _: None


Nights.TestCase.settings = settings(
    max_examples=25,
    stateful_step_count=6,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestNights = Nights.TestCase
