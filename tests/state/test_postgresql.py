"""The same store in a real PostgreSQL."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from dataflow_samples import NAMESPACE, at, flow
from servers import postgres_server
from sqlalchemy import text

import extractor.state.catalog_tables  # noqa: F401 - its tables belong to the same MetaData
from extractor.config import UploadSettings
from extractor.errors import StateError
from extractor.state import CachedOutline, StatementText, Status, Store
from extractor.upload import Action, make_plan
from extractor.upload.plan import plan_known

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a fresh server."""
    with postgres_server(tmp_path_factory.mktemp("pg"), {}) as running:
        found = re.search(r"port=(\d+)", running.dsn)
        assert found is not None
        yield f"postgresql://tester@127.0.0.1:{found[1]}/postgres"


@pytest.fixture
def url(server: str) -> str:
    """The URL of an empty schema."""
    with Store.open(server) as store, store.write() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    return server


def test_everything_that_is_put_in_comes_out(url: str) -> None:
    """Texts, outlines, observations, targets, dataflows and edges are the same as in SQLite."""
    one, other = flow("one", {"b": ["a", "c"]}, defines=True), flow("one", {"b": ["d"]}, hours=1, defines=True)
    with Store.open(url) as store, store.lock():
        store.add_statements([StatementText("f", "postgres", "SELECT 1", at(0)), StatementText("f", "postgres", "no")])
        store.add_outlines([CachedOutline("f", "postgres", "1", b"\x00\xff")])
        assert store.texts(["f"], "postgres") == {"f": "SELECT 1"}
        assert store.outlines(["f"], "postgres", "1")["f"].blob == b"\x00\xff"
        run = store.begin_run("run", started_at=at(0))
        store.observe(run, [one, other, one])
        store.settle(run, NAMESPACE)
        assert [len(d.edges) for d in store.observed(run)] == [3]
        assert store.targets(["12.sales.b"])["12.sales.b"].defined_by == one.external_id
        store.intend([one], Status.SENDING, run)
        store.intend([other], Status.REPLACING, run)
        assert len(store.edges([one.external_id], stale=True)[one.external_id]) == 2
        store.set_status([one.external_id], Status.PRESENT, drop_stale=True)
        assert [row.observed for row in store.owned(NAMESPACE)] == [True]
        store.seen_again({one.external_id: (at(-1), at(2))}, run)
        assert store.dataflows([one.external_id])[one.external_id].last_seen == at(2)
        store.forget([one.external_id])
        assert store.edges([one.external_id]) == {}
        store.finish_run(run, "done")


def test_a_plan_is_made_from_it(url: str) -> None:
    """Streaming observations while times are written works on a server's cursors too."""
    with Store.open(url) as store:
        run = store.begin_run("run", started_at=at(0))
        store.observe(run, [flow(f"f{n:03}", {"b": ["a"]}) for n in range(700)])
        store.intend([flow(f"f{n:03}", {"b": ["a"]}) for n in range(0, 700, 2)], Status.PRESENT, run)
        with make_plan(store, run, namespace=NAMESPACE, settings=UploadSettings()) as plan:
            assert (plan.head.counts.add, plan.head.counts.keep) == (350, 350)
            assert {o.action for o in plan.operations()} == {Action.ADD}


def test_an_attempt_leaves_no_trace_and_a_run_is_undone(url: str) -> None:
    """What is tried in one transaction is gone after it, with a plan streamed meanwhile; restoring does it for good."""
    with Store.open(url) as store:
        run = store.begin_run("run", started_at=at(0))
        store.observe(run, [flow(f"f{n:03}", {"b": ["a"]}) for n in range(700)])
        make_plan(store, run, namespace=NAMESPACE, settings=UploadSettings()).close()
        undoing, version = store.begin_run("undo"), store.state_version()
        with store.attempt():
            assert store.restore(run, undoing) == ()
            with plan_known(store, undoing, namespace=NAMESPACE, settings=UploadSettings()) as plan:
                assert plan.is_empty
        assert (store.count_known(NAMESPACE), store.state_version(), store.can_undo(run)) == (700, version, True)
        store.restore(run, undoing)
        assert (store.count_known(NAMESPACE), store.can_undo(run), store.can_undo(undoing)) == (0, False, True)
        assert store.targets(["12.sales.b"]) == {}


def test_a_state_moves_from_sqlite_to_the_server(url: str, tmp_path: Path) -> None:
    """An export of one database is imported into the other, and new rows get numbers of their own."""
    with Store.open(f"sqlite:///{tmp_path}/state.db") as old:
        run = old.begin_run("run", started_at=at(0))
        old.observe(run, [flow("one", {"b": ["a", "c"], "b.x": ["a.x"]}, defines=True)])
        make_plan(old, run, namespace=NAMESPACE, settings=UploadSettings()).close()
        old.intend([flow("one", {"b": ["a", "c"], "b.x": ["a.x"]}, defines=True)], Status.PRESENT, run)
        old.finish_run(run, "done", "{}")
        rows = old.export(tmp_path / "state.jsonl")
        with Store.open(url) as new:
            assert new.import_(tmp_path / "state.jsonl") == rows
            name = "api/test/logs/one"
            assert (new.edges([name]), new.dataflows([name])) == (old.edges([name]), old.dataflows([name]))
            assert (new.runs(), new.nights(NAMESPACE)) == (old.runs(), old.nights(NAMESPACE))
            assert list(new.known(NAMESPACE)) == [known._replace(observed=False) for known in old.known(NAMESPACE)]
            again = new.begin_run("run")
            assert again == run + 1
            new.intend([flow("two", {"d": ["e"]})], Status.SENDING, again)
            assert new.counts(NAMESPACE) == (1, 3)


def test_a_second_process_is_told_who_holds_the_lock(url: str) -> None:
    """An advisory lock keeps a second run out, names its holder, and ends with the holder."""
    code = (
        "import sys; from extractor.state import Store\n"
        "with Store.open(sys.argv[1]).lock(): print('in', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"in\n"
    with Store.open(url) as store:
        with pytest.raises(StateError, match=f"alation-lineage {holder.pid}@"), store.lock():
            pass
        holder.kill()
        holder.communicate()
        for _ in range(100):  # the server notices the closed connection in its own time
            try:
                with store.lock():
                    break
            except StateError:
                continue
        else:
            pytest.fail("the lock outlived its holder")


def test_a_run_whose_lock_was_lost_does_not_write_over_another(url: str) -> None:
    """Its connection broke and a second run began: it ends with words, before it changes anything."""
    lost = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'alation-lineage %'"
    with Store.open(url) as first, Store.open(url) as second:
        with first.lock():
            run = first.begin_run("run", started_at=at(0))
            with second.write() as connection:
                connection.execute(text(lost))
            first.finish_run(run, "still alone")
            with second.lock():
                second.begin_run("run", started_at=at(1))
                with pytest.raises(StateError, match="another run has taken the state over"):
                    first.finish_run(run, "done")
        assert [row.status for row in second.runs()] == ["running", "still alone"]
        with first.lock():
            first.begin_run("run", started_at=at(2))


def test_two_processes_may_open_a_new_state_at_once(url: str) -> None:
    """Migrations run once, whoever comes first."""
    code = "import sys; from extractor.state import Store; Store.open(sys.argv[1]).close()"
    processes = [subprocess.Popen([sys.executable, "-c", code, url], cwd=Path(__file__).parents[2]) for _ in range(3)]
    assert [process.wait() for process in processes] == [0, 0, 0]


def test_migrations_make_the_tables_that_the_code_knows(url: str) -> None:
    """What the migrations create in PostgreSQL is what the tables in the code describe."""
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    from extractor.state.metadata import metadata
    from extractor.state.migrate import VERSION_TABLE

    with Store.open(url) as store, store.read() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, metadata) == []
