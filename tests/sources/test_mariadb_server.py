"""The logs of a real MariaDB server: one workload, read back from each of them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from reading import Read, read
from servers import mariadb_server

pytestmark = pytest.mark.servers

OPTIONS = [
    "--general-log=1",
    "--general-log-file=general.log",
    "--slow-query-log=1",
    "--slow-query-log-file=slow.log",
    "--long-query-time=0",
    "--plugin-load-add=server_audit",
    "--server-audit-logging=ON",
    "--server-audit-file-path=audit.log",
    "--log-bin=bin",
    "--binlog-format=statement",
    "--server-id=1",
    "--default-time-zone=+00:00",
]
FIRST = [
    "create database wh",
    "create database mart",
]
SECOND = [
    "create table sales (shop int, net int, note varchar(90))",
    r"insert into sales values (1, 2, 'it''s a \\ \'b\', \n x')",
    "insert into sales\nselect shop,\n\tnet, 'a''b \"c\"'\n\n-- a comment\nfrom sales",
    "insert into nowhere select 1",
    "create temporary table day_net as select * from sales",
    "prepare st from 'insert into sales select ?, 1, \"é\"'",
    "set @a=3",
    "execute st using @a",
    "deallocate prepare st",
    "select nothing from nothing",
]
THIRD = ["create table net as select shop, sum(net) n from wh.sales group by 1"]
EXECUTED = 'insert into sales select 3, 1, "é"'
SHOWN = [EXECUTED if text.startswith("execute") else text for text in FIRST + SECOND + THIRD]
FAILED = {"insert into nowhere select 1", "select nothing from nothing"}
DATABASES = [None] * len(FIRST) + ["wh"] * len(SECOND) + ["mart"] * len(THIRD)
UTF8 = ["--default-character-set=utf8mb4"]
OF_THE_CLIENT = "SELECT DATABASE()"


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the logs of a server that has done the workload."""
    folder = tmp_path_factory.mktemp("mariadb")
    with mariadb_server(OPTIONS, logs_to=folder) as socket_path:
        batch = [*FIRST, "use wh", *SECOND, "use mart", *THIRD]
        subprocess.run(
            ["mariadb", "--no-defaults", "-uroot", "-S", str(socket_path), "--comments", "--force", *UTF8],
            input=";\n".join(batch).encode() + b";\n",
            capture_output=True,
            timeout=60,
            check=False,
        )
    return folder


def _shown(found: Read) -> list[tuple[str, str | None, str]]:
    return [(r.sql, r.schema, r.outcome.value) for r in found.records if r.sql != OF_THE_CLIENT]


@pytest.mark.parametrize(("name", "form"), [("general.log", "mysql-general"), ("slow.log", "mysql-slow")])
def test_logs_that_tell_no_outcome_give_all_statements(logs: Path, name: str, form: str) -> None:
    """General and slow log: the same statements in the same databases, and nothing is known of their end."""
    found = read(logs / name)
    assert found.stats.format == form
    assert _shown(found) == [(t, d, "unknown") for t, d in zip(SHOWN, DATABASES, strict=True)]
    assert found.bad == []
    assert {r.user for r in found.records} == {"root"}
    assert len({r.session for r in found.records}) == 1
    assert all(r.started_at is not None for r in found.records)


def test_the_audit_plugin_tells_what_failed(logs: Path) -> None:
    """The same statements from the audit log, the failed ones marked."""
    found = read(logs / "audit.log")
    assert found.stats.format == "mariadb-audit"
    expected = [(t, d, "failed" if t in FAILED else "ok") for t, d in zip(SHOWN, DATABASES, strict=True)]
    assert _shown(found) == expected
    assert found.bad == []


def test_the_binary_log_holds_what_changed_data(logs: Path) -> None:
    """Of the workload, what failed or only set or prepared something is not in it."""
    program = shutil.which("mariadb-binlog")
    assert program is not None
    text = subprocess.run([program, str(logs / "bin.000001")], capture_output=True, check=True, timeout=60).stdout
    (logs / "binlog.txt").write_bytes(text)
    found = read(logs / "binlog.txt")
    assert found.stats.format == "mysql-binlog"
    silent = ("prepare", "set", "deallocate")
    changed = [(t, d) for t, d in zip(SHOWN, DATABASES, strict=True) if t not in FAILED and not t.startswith(silent)]
    told = [(r.sql, r.schema) for r in found.records if not r.sql.startswith(("COMMIT", "DROP"))]
    assert told == changed
    assert set(found.outcomes) == {"ok"}


def test_all_logs_agree_on_the_time(logs: Path) -> None:
    """What the general log tells and what the slow log tells are the same second, or the one after."""
    general, slow = (read(logs / name).records for name in ("general.log", "slow.log"))
    for one, other in zip(general, slow, strict=True):
        assert one.started_at is not None
        assert other.started_at is not None
        assert abs((one.started_at - other.started_at).total_seconds()) <= 1
