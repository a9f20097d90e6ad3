"""The sandbox as a server on loopback."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, Self

import uvicorn

from extractor.errors import ConfigError
from extractor.sandbox.app import make_app
from extractor.sandbox.catalog_file import read_catalog
from extractor.sandbox.observability_routes import ROOT, TENANT, first_api_key
from extractor.sandbox.store import load_catalog, open_store
from extractor.sandbox.token_routes import USER_ID, first_refresh_token

HOST = "127.0.0.1"
_LONGEST_START_S = 60.0


class Ready(NamedTuple):
    """What a client needs; ``str`` of it is the lines that the command prints."""

    url: str
    user_id: int
    refresh_token: str
    api_key: str

    @property
    def observability(self) -> str:
        """The ``backend_service_host`` of its Data Observability."""
        return f"{self.url}{ROOT}"

    def __str__(self) -> str:
        return (
            f"sandbox ready: {self.url}\nuser id: {self.user_id}\nrefresh token: {self.refresh_token}\n"
            f"data observability: {self.observability}, tenant {TENANT}\napi key: {self.api_key}"
        )

    def __repr__(self) -> str:
        return f"Ready({self.url}, {self.user_id})"


class Sandbox:
    """A sandbox with its database open and its port taken, served by `run` or, in a thread, by `start`.

    Args:
        port: the port on loopback; 0 takes a free one.
        data_dir: where to keep everything; None keeps it in memory.
        catalog: a file after `extractor.sandbox.catalog_file`; None leaves the catalog as it is in ``data_dir``.

    Raises:
        ConfigError: the port is taken, the folder cannot be used, or the catalog cannot be read.
    """

    def __init__(self, port: int = 0, data_dir: Path | None = None, catalog: Path | None = None) -> None:
        entries = None if catalog is None else read_catalog(catalog)
        self._socket = _listen(port)
        try:
            self._engine = open_store(data_dir)
        except ConfigError:
            self._socket.close()
            raise
        with self._engine.begin() as db:
            if entries is not None:
                load_catalog(db, entries)
            refresh_token, api_key = first_refresh_token(db), first_api_key(db)
        self.ready = Ready(f"http://{HOST}:{self._socket.getsockname()[1]}", USER_ID, refresh_token, api_key)
        self._started = threading.Event()
        self._thread: threading.Thread | None = None
        self._server = _Server(
            uvicorn.Config(
                make_app(self._engine),
                http="h11",
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=2,
            )
        )

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def run(self, on_ready: Callable[[Ready], None]) -> None:
        """Serve until a signal comes; ``on_ready`` is called once requests are answered."""
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        self._server.on_started = lambda: on_ready(self.ready)
        try:
            with suppress(KeyboardInterrupt):
                self._server.run(sockets=[self._socket])
        finally:
            self._close()

    def start(self) -> None:
        """Serve in a thread; returns once requests are answered."""
        self._thread = threading.Thread(target=self.run, args=(lambda _: self._started.set(),), daemon=True)
        self._thread.start()
        if not self._started.wait(_LONGEST_START_S):
            raise ConfigError(f"the sandbox did not start at {self.ready.url}")

    def stop(self) -> None:
        """End the thread that `start` began."""
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join()

    def _close(self) -> None:
        self._socket.close()
        self._engine.dispose()


class _Server(uvicorn.Server):
    """A uvicorn server that tells when it answers."""

    on_started: Callable[[], None]

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.on_started()


def serve(
    port: int = 0,
    data_dir: Path | None = None,
    catalog: Path | None = None,
    on_ready: Callable[[Ready], None] = lambda _: None,
) -> None:
    """Run a sandbox on loopback until it is interrupted.

    Args:
        port: the port; 0 takes a free one.
        data_dir: where tokens, catalog and graph are kept from one start to the next; None forgets them.
        catalog: what the catalog holds (`extractor.sandbox.catalog_file`); None keeps that of ``data_dir``.
        on_ready: called with the URL, the user id and the refresh token once requests are answered.

    Raises:
        ConfigError: the port is taken, the folder cannot be used, or the catalog cannot be read.
    """
    Sandbox(port, data_dir, catalog).run(on_ready)


def _listen(port: int) -> socket.socket:
    # With the protocol named, asyncio turns off Nagle's delay on what it accepts: 40 ms a request otherwise.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(128)
    except (OSError, OverflowError) as error:
        listener.close()
        raise ConfigError(f"the sandbox cannot use port {port} on {HOST}: {error}. Choose another --port.") from None
    return listener
