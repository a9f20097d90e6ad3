"""Every fault switch crossed with the commands that speak with Alation beside a run: look, take over, undo."""

from __future__ import annotations

import pytest
from sandbox_server import sandbox

from extractor import pipeline
from extractor.config import TOKEN_VARIABLE
from extractor.errors import AlationError, ConfigError
from tests.pipeline.company import CATALOG, configure, record, run, write_log

pytestmark = pytest.mark.sweep

FAULTS = [
    *({"kind": "status", "status": status, "retry_after_s": 0} for status in (400, 401, 403, 429, 503)),
    {"kind": "status", "status": 403, "method": "DELETE", "path": "/integration/v2/dataflow/"},
    *({"kind": "html", "status": status, "retry_after_s": 0} for status in (200, 502)),
    {"kind": "redirect", "status": 302},
    {"kind": "drop"},
    {"kind": "drop_after"},
    {"kind": "drop_after", "times": 1, "path": "/integration/v2/"},
    {"kind": "slow", "value": 0.01},
    {"kind": "expire_token", "times": 1},
    {"kind": "expire_token"},
    *({"kind": kind} for kind in ("job_failed", "job_partial", "job_endless", "job_vanished", "job_status")),
    *({"kind": kind} for kind in ("job_result_string", "job_name", "strict")),
    {"kind": "job_polls", "value": 2},
    {"kind": "page_cap", "value": 1},
    {"kind": "content_limit", "value": 5},
]
ENDLESS = ("job_endless", "job_status")
STATEMENTS = [
    "insert into mart.net (shop, net) select shop, net from raw.sales",
    "create or replace view mart.shops_v as select shop, town from raw.shops",
]
LATER = [
    "drop table mart.net",
    "create or replace view mart.shops_v as select shop, day as town from raw.sales",
    "insert into mart.towns (town, net) select town, 1 from raw.shops",
]


class Installation:
    """Two nights were run; undoing the last run again and again goes to and fro between two graphs."""

    def __init__(self, folder, alation) -> None:
        self.alation = alation
        top = "[reconcile]\nverify_wait_s = 0\n"
        self.config = configure(folder, alation.url, top=top)
        assert self.config.alation is not None
        hasty = self.config.alation.model_copy(update={"job_deadline_s": 0.4})
        self.hasty = self.config.model_copy(update={"alation": hasty})
        self.graphs = []
        for number, statements in enumerate((STATEMENTS, LATER), start=1):
            write_log(
                folder,
                f"{number}.jsonl",
                [record(s, f"2024-03-0{number}T02:00:0{n}Z") for n, s in enumerate(statements)],
            )
            assert run(self.config).failures == []
            self.graphs.append(alation.edges())

    def last_run(self) -> int:
        """The run that changed something last."""
        return next(
            r.id for r in pipeline.show_state(self.config).runs if r.command in ("run", "undo") and r.status == "done"
        )

    def undo(self, number: int, *, hastily: bool = False) -> bool:
        """Undo a run; whether all of it was done."""
        config = self.hasty if hastily else self.config
        report = pipeline.undo(config, number, agree=lambda _: True, progress=lambda _: None)
        return not report.failures


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """One installation and one sandbox for all faults."""
    folder = tmp_path_factory.mktemp("installed")
    with pytest.MonkeyPatch.context() as patch, sandbox(folder, catalog=CATALOG) as running:
        patch.setenv(TOKEN_VARIABLE, running.token)
        yield Installation(folder, running)


def attempt(call) -> bool:
    """Whether a command came to its end; what it may raise is an error of Alation's, and nothing else."""
    try:
        return bool(call())
    except AlationError:
        return False


@pytest.mark.parametrize("fault", FAULTS, ids=lambda f: "-".join(str(v) for v in f.values()))
def test_a_command_that_meets_a_fault_is_done_by_doing_it_again(installed, fault):
    """Looking tells nothing wrong as right and changes nothing; undoing, done again, ends where it should."""
    alation, config = installed.alation, installed.config
    before = alation.edges()
    wanted = installed.graphs[1 - installed.graphs.index(before)]
    alation.fault(**fault)
    seen = attempt(lambda: not pipeline.verify(config).differences)
    taken = attempt(lambda: pipeline.rebuild_state(config)[0] == 0)
    assert alation.edges() == before
    number = installed.last_run()
    done = attempt(lambda: installed.undo(number, hastily=fault["kind"] in ENDLESS))
    alation.clear_faults()
    if done:
        assert alation.edges() == wanted
    else:
        assert installed.undo(number)
        assert alation.edges() == wanted
    assert not pipeline.verify(config).differences
    assert pipeline.rebuild_state(config)[0] == 0
    if fault["kind"] in ("slow", "job_polls", "strict", "job_name", "job_result_string"):
        assert (seen, taken, done) == (True, True, True)
    with pytest.raises(ConfigError):
        installed.undo(number)
