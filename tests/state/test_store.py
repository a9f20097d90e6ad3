"""The store: what is put in comes out, one run at a time, and no file of somebody else's is touched."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from dataflow_samples import at, flow, node

from extractor.errors import StateError
from extractor.models import KeyedEdge
from extractor.state import CachedOutline, StatementText, Status, Store, united


@pytest.fixture
def url(tmp_path: Path) -> str:
    """The URL of a state that does not exist yet."""
    return f"sqlite:///{tmp_path}/state.db"


def test_the_first_text_of_a_statement_stays(url: str) -> None:
    """A fingerprint's text is the one that was first seen."""
    with Store.open(url) as store:
        store.add_statements([StatementText("f1", "postgres", "SELECT 1", at(0))])
        store.add_statements([StatementText("f1", "postgres", "SELECT 2"), StatementText("f1", "mysql", "SELECT 3")])
        assert store.texts(["f1", "f2"], "postgres") == {"f1": "SELECT 1"}


def test_outlines_are_kept_by_engine(url: str) -> None:
    """Results of one engine version are not given for another, and a newer result replaces an older one."""
    with Store.open(url) as store:
        store.add_outlines(
            [
                CachedOutline("f1", "postgres", "30.1", b"x"),
                CachedOutline("f2", "postgres", "30.1", None, "timed out", "30 s"),
            ]
        )
        store.add_outlines([CachedOutline("f2", "postgres", "30.1", b"y")])
        found = store.outlines(["f1", "f2", "f3"], "postgres", "30.1")
        assert {f: row.blob for f, row in found.items()} == {"f1": b"x", "f2": b"y"}
        assert store.outlines(["f1"], "postgres", "30.2") == {}


def test_any_text_can_be_kept(url: str) -> None:
    """Texts that no database takes as they are do not stop a run, and endless names have their identity."""
    with Store.open(url) as store:
        store.add_statements([StatementText("f1", "postgres", "SELECT '\x00\ud800 é'")])
        assert store.texts(["f1"], "postgres") == {"f1": "SELECT '\ufffd\ufffd é'"}
        run = store.begin_run("run")
        store.intend([flow("long", {"b" * 9_000: ["a" * 9_000, "a" * 9_001]})], Status.SENDING, run)
        assert len(store.edges(["api/test/logs/long"])["api/test/logs/long"]) == 2


def test_many_keys_are_asked_for_at_once(url: str) -> None:
    """A look-up takes more keys than one SQL statement does."""
    with Store.open(url) as store:
        store.add_outlines(CachedOutline(f"f{n}", "postgres", "1", b"") for n in range(2_500))
        assert len(store.outlines([f"f{n}" for n in range(3_000)], "postgres", "1")) == 2_500


def test_runs_are_remembered(url: str) -> None:
    """A run that never finished is shown as such once the next one begins."""
    with Store.open(url) as store:
        store.begin_run("run", started_at=at(0))
        second = store.begin_run("backfill", started_at=at(1))
        store.finish_run(second, "done", '{"records": 1}')
        runs = store.runs()
    assert [(r.command, r.status, r.report) for r in runs] == [
        ("backfill", "done", '{"records": 1}'),
        ("run", "did not finish", None),
    ]
    assert runs[0].started_at == at(1)


def test_observations_unite_and_survive_any_number(url: str) -> None:
    """What ran often is one dataflow with all its edges, first words, first and last time."""
    with Store.open(url) as store:
        run = store.begin_run("run")
        store.observe(run, (flow(f"f{n:05}", {"b": ["a"]}, hours=n) for n in range(5_000)))
        store.observe(run, [flow("f00007", {"b": ["c"]}, hours=-1, content="later words")])
        found = list(store.observed(run))
    assert len(found) == 5_000
    assert found[7].edges == united(KeyedEdge(node(s), node("b")) for s in "ac")
    assert found[7].content == flow("f00007", {}).content
    assert (found[7].first_seen, found[7].last_seen) == (at(-1), at(7))


def test_a_new_run_forgets_what_the_last_one_saw(url: str) -> None:
    """Observations belong to one run, also when that one was killed."""
    with Store.open(url) as store:
        first = store.begin_run("run")
        store.observe(first, [flow("one", {"b": ["a"]})])
        assert len(list(store.observed(first))) == 1
        second = store.begin_run("run")
        assert list(store.observed(second)) == []
        with pytest.raises(StateError, match="later run"):
            list(store.observed(first))


def test_the_version_changes_with_what_is_known_and_held(url: str) -> None:
    """Observing leaves the state's version; settling what is new, and changing dataflows, does not."""
    with Store.open(url) as store:
        run = store.begin_run("run")
        before = store.state_version()
        store.observe(run, [flow("one", {"b": ["a"]})])
        assert store.state_version() == before
        store.settle(run, "test")
        known = store.state_version()
        assert known != before
        run = store.begin_run("run")
        store.observe(run, [flow("one", {"b": ["a"]}, hours=24)])
        store.settle(run, "test")
        assert store.state_version() == known
        store.intend([flow("one", {"b": ["a"]})], Status.SENDING, run)
        assert store.state_version() != known


def test_two_states_never_have_the_same_version(tmp_path: Path) -> None:
    """A plan of one state cannot fit another by accident."""
    with Store.open(f"sqlite:///{tmp_path}/a.db") as a, Store.open(f"sqlite:///{tmp_path}/b.db") as b:
        assert a.state_version() != b.state_version()


def test_edges_that_no_longer_hold_are_stale_until_confirmed(url: str) -> None:
    """While a dataflow is replaced the state knows both what is to come and what has to go."""
    one, other = flow("one", {"b": ["a", "c"]}), flow("one", {"b": ["A", "d"]}, hours=1)
    with Store.open(url) as store:
        run = store.begin_run("run")
        store.intend([one], Status.SENDING, run)
        store.intend([other], Status.REPLACING, run)
        name = one.external_id
        assert [e.source.key for e in store.edges([name], stale=True)[name]] == ["12.sales.c"]
        assert [e.source.key.lower() for e in store.edges([name])[name]] == ["12.sales.a", "12.sales.d"]
        store.set_status([name], Status.PRESENT, drop_stale=True)
        assert store.edges([name], stale=True) == {}
        store.forget([name])
        assert store.edges([name]) == {}


def test_what_holds_is_counted(url: str) -> None:
    """Only dataflows that are in Alation as they should be count, with their edges."""
    with Store.open(url) as store:
        run = store.begin_run("run")
        assert store.counts("test") == (0, 0)
        store.intend([flow("one", {"b": ["a", "c"]}), flow("two", {"b": ["a"]})], Status.PRESENT, run)
        assert store.counts("test") == (2, 3)
        store.intend([flow("one", {"b": ["d"]})], Status.REPLACING, run)
        assert store.counts("test") == (1, 1)
        assert store.counts("other") == (0, 0)


def test_a_second_process_is_told_who_holds_the_state(url: str) -> None:
    """The lock's message names the process that holds it."""
    code = (
        "import sys; from extractor.state import Store\n"
        "with Store.open(sys.argv[1]).lock(): print('in', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"in\n"
    with Store.open(url) as store:
        with pytest.raises(StateError, match=f"process {holder.pid} on "), store.lock():
            pass
        assert store.texts(["f"], "postgres") == {}
        holder.kill()
        holder.communicate()
        with store.lock():
            pass


def test_the_lock_is_freed_by_an_error(url: str) -> None:
    """After a run that raised, the next one may begin."""
    with Store.open(url) as store:
        with pytest.raises(ValueError, match="bang"), store.lock():
            raise ValueError("bang")
        with store.lock():
            pass


def test_the_file_is_private(tmp_path: Path, url: str) -> None:
    """The state holds SQL: its file can be read by its owner alone."""
    with Store.open(url):
        assert stat.S_IMODE((tmp_path / "state.db").stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"no database at all" * 100, b"SQLite format 3\x00" + b"\xff" * 5_000])
def test_a_damaged_file_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    """A file that is no database gives an error that says what to do, and stays as it is."""
    path = tmp_path / "state.db"
    path.write_bytes(content)
    with pytest.raises(StateError, match=r"damaged|cannot be used"):
        Store.open(f"sqlite:///{path}")
    assert path.read_bytes() == content


def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    """A SQLite file with foreign tables is never written to."""
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE customers (id)")
    connection.close()
    with pytest.raises(StateError, match="another program"):
        Store.open(f"sqlite:///{path}")


def test_a_newer_state_is_refused(tmp_path: Path, url: str) -> None:
    """A state of a version that this program does not know is left alone."""
    Store.open(url).close()
    with sqlite3.connect(tmp_path / "state.db") as connection:
        connection.execute("UPDATE alation_lineage_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(StateError, match="newer version"):
        Store.open(url)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("sqlite://", "must outlive"),
        ("nonsense", "cannot be read"),
        ("mysql://root@host/db", "not in mysql"),
        ("sqlite:////nowhere/at/all/state.db", "Does its folder exist"),
    ],
)
def test_a_wrong_url_says_what_to_write(wrong: str, words: str) -> None:
    """Each kind of wrong URL has its own message."""
    with pytest.raises(StateError, match=words):
        Store.open(wrong)


def test_passwords_are_never_shown() -> None:
    """An unreachable server's error does not hold the password of the URL."""
    with pytest.raises(StateError) as caught:
        Store.open("postgresql://someone:hush-hush@127.0.0.1:1/nothing?sslpassword=hush-too")
    assert "hush" not in str(caught.value)


def test_migrations_make_the_tables_that_the_code_knows(tmp_path: Path, url: str) -> None:
    """What the migrations create is what the tables in the code describe."""
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    from extractor.state.metadata import metadata
    from extractor.state.migrate import VERSION_TABLE

    with Store.open(url) as store, store.read() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, metadata) == []


def test_times_are_kept_to_the_microsecond(url: str) -> None:
    """A time comes back as it was, in UTC."""
    moment = datetime(2031, 2, 3, 4, 5, 6, 789_012, tzinfo=UTC)
    with Store.open(url) as store:
        store.begin_run("run", started_at=moment)
        assert store.runs()[0].started_at == moment


def test_processes_may_open_a_new_state_at_once(url: str) -> None:
    """Migrations run once, whoever comes first."""
    code = "import sys; from extractor.state import Store; Store.open(sys.argv[1]).close()"
    root = Path(__file__).parents[2]
    processes = [subprocess.Popen([sys.executable, "-c", code, url], cwd=root) for _ in range(3)]
    assert [process.wait() for process in processes] == [0, 0, 0]


def test_an_export_is_readable_by_its_owner_alone(url: str, tmp_path: Path) -> None:
    """Also where a file that everybody may read was there before."""
    target = tmp_path / "state.jsonl"
    target.touch(0o644)
    with Store.open(url) as store:
        store.export(target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_a_link_to_a_state_has_the_same_lock(url: str, tmp_path: Path) -> None:
    """Two configurations that name one file by two names do not run at once."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "link.db").symlink_to(tmp_path / "state.db")
    with (
        Store.open(url) as one,
        Store.open(f"sqlite:///{tmp_path}/elsewhere/link.db") as other,
        one.lock(),
        pytest.raises(StateError, match="in use"),
        other.lock(),
    ):
        pass
