"""What a cluster's worker runs beside itself, and how engines are named."""

from __future__ import annotations

import pytest

from extractor.config import load_config
from extractor.engines import Limits, ProcessEngine, Task, engine_named
from extractor.engines.remote import analyse_all
from extractor.errors import ConfigError
from extractor.models import Outcome
from extractor.pipeline.derive import with_engine
from tests.pipeline.company import configure

GOOD = "insert into mart.net select shop from raw.sales"


def test_a_statement_that_takes_too_long_costs_itself_alone_on_a_worker_too():
    """The worker of the cluster lives on; the answers stand in the order of the tasks."""
    slow = "insert into t select " + ", ".join(f"a{n} + b{n}" for n in range(400_000)) + " from s"
    texts = [GOOD, slow, GOOD, "insert into from where"]
    tasks = [Task(f"f{number}", "postgres", text) for number, text in enumerate(texts)]
    limits = Limits(statement_s=1, memory_mb=8192)
    answers = analyse_all(tasks, limits)
    assert [a.fingerprint for a in answers] == ["f0", "f1", "f2", "f3"]
    assert [a.outcome for a in answers] == [None, Outcome.TIMED_OUT, None, Outcome.NOT_PARSED]
    with ProcessEngine(limits, workers=1) as engine:
        assert [a.outline for a in engine.outlines(tasks[:1])] == [answers[0].outline]
    assert analyse_all(tasks[:1], limits)[0].outline == answers[0].outline


@pytest.mark.parametrize("name", ["dask", "dask://host", "spark://host:1", "ray", ""])
def test_an_engine_that_does_not_exist_is_told(tmp_path, name):
    """With those that do, on the command line as in the configuration."""
    config = configure(tmp_path)
    with pytest.raises(ConfigError, match=r"there are: processes, dask://HOST:PORT, spark"):
        with_engine(config, name)
    path = tmp_path / "lineage.toml"
    path.write_text(path.read_text("utf-8").replace("[limits]", f'[limits]\nengine = "{name}"'), "utf-8")
    with pytest.raises(ConfigError, match=r"limits\.engine"):
        load_config(path)


def test_the_engine_of_the_configuration_is_this_machine():
    """Unless something else is said."""
    with engine_named("processes", Limits(), workers=1) as engine:
        assert isinstance(engine, ProcessEngine)
        assert not engine.spreads
        assert list(engine.each(len, ["a", "bc"])) == [1, 2]
