"""Real database servers for tests, started on loopback as an unprivileged user and stopped at the end."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest


class Server(NamedTuple):
    """A running server: how to connect, where its logs are."""

    dsn: str
    log_dir: Path


def postgres_binaries() -> Path | None:
    """The folder of the newest installed PostgreSQL server, or None."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda p: int(p.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("postgres")
    return Path(on_path).parent if on_path else None


@contextmanager
def postgres_server(tmp_path: Path, settings: Mapping[str, str], *, language: str = "") -> Iterator[Server]:
    """A fresh PostgreSQL on loopback with these settings; its data lie in a folder of their own and are removed.

    ``language`` (``de``) is the language of its messages. The test is skipped where no server is installed. The
    collector writes the logs; after the ``with`` block they lie complete in ``tmp_path / "log"``, which
    ``Server.log_dir`` names.
    """
    binaries = postgres_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL's server is not installed")
    base = Path(tempfile.mkdtemp(prefix="pg-"))
    as_user = _unprivileged(base)
    data, logs = base / "data", base / "log"
    try:
        _run(
            [
                *as_user,
                binaries / "initdb",
                "-D",
                data,
                "-U",
                "tester",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--no-locale",
                "-N",
            ]
        )
        port = _free_port()
        _configure(data, {"port": str(port), "log_directory": str(logs), **settings})
        control = [*as_user, binaries / "pg_ctl", "-D", data, "-w", "-s"]
        _run([*control, "-l", base / "first.log", "start"], language)
        try:
            yield Server(f"host=127.0.0.1 port={port} user=tester dbname=postgres", tmp_path / "log")
        finally:
            _run([*control, "-m", "fast", "stop"])
            shutil.copytree(logs, tmp_path / "log", dirs_exist_ok=True)
    finally:
        shutil.rmtree(base, ignore_errors=True)


@contextmanager
def mariadb_server(settings: Sequence[str] = (), *, logs_to: Path | None = None) -> Iterator[Path]:
    """A fresh MariaDB that listens on a socket alone, whose path this is; skipped where none is installed.

    ``settings`` are options of its command line. With ``logs_to`` what it wrote as ``*.log`` and its binary logs
    (``bin.*``) lie there after the ``with`` block.
    """
    server, setup = shutil.which("mariadbd", path=_SERVER_PATH), shutil.which("mariadb-install-db", path=_SERVER_PATH)
    if server is None or setup is None or shutil.which("mariadb") is None:
        pytest.skip("MariaDB's server is not installed")
    base = Path(tempfile.mkdtemp(prefix="my-"))
    as_user = _unprivileged(base)
    data, socket_path = base / "data", base / "s.sock"
    options = ["--no-defaults", f"--datadir={data}", "--skip-name-resolve"]
    try:
        _run([*as_user, setup, *options, "--auth-root-authentication-method=normal", "--skip-test-db"])
        command = [*as_user, server, *options, f"--socket={socket_path}", "--skip-networking", "--skip-log-bin"]
        command += settings
        with (base / "log").open("wb") as log:
            running = subprocess.Popen(list(map(str, command)), stdout=log, stderr=log, cwd="/")
        try:
            _wait_for(socket_path, running)
            yield socket_path
        finally:
            running.terminate()
            running.wait(60)
            for log in [*data.glob("*.log"), *data.glob("bin.*")] if logs_to is not None else ():
                shutil.copy(log, logs_to / log.name)
    finally:
        shutil.rmtree(base, ignore_errors=True)


_SERVER_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"


def _wait_for(path: Path, running: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if path.exists():
            return
        assert running.poll() is None, "the server ended before it listened"
        time.sleep(0.1)
    raise AssertionError("the server does not listen")


def _unprivileged(folder: Path) -> list[str | Path]:
    """The prefix of a command that runs it as somebody who owns the folder; none where we are not root."""
    if os.geteuid() != 0:
        return []
    user = next((u for u in ("postgres", "nobody") if _exists(u)), "nobody")
    facts = pwd.getpwnam(user)
    os.chown(folder, facts.pw_uid, facts.pw_gid)
    return ["setpriv", f"--reuid={facts.pw_uid}", f"--regid={facts.pw_gid}", "--clear-groups"]


def _exists(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True


def _configure(data: Path, settings: Mapping[str, str]) -> None:
    fixed = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "fsync": "off",
        "logging_collector": "on",
        "log_file_mode": "0644",
        "timezone": "UTC",
        "log_timezone": "UTC",
    }
    with (data / "postgresql.auto.conf").open("a") as file:
        file.writelines(f"{name} = '{value}'\n" for name, value in {**fixed, **settings}.items())


def _run(command: list[str | Path], language: str = "") -> None:
    environment = {**os.environ, "LANGUAGE": language}
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, cwd="/", env=environment, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr or done.stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
