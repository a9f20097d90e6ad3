"""A real browser for tests: Debian's chromium without a window, run as an unprivileged user, driven over a pipe.

The protocol (DevTools) is JSON, each message ended by a zero byte, on the browser's file descriptors 3 and 4.
"""

from __future__ import annotations

import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import pytest

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1600,900",
    "--remote-debugging-pipe",
]
# Puts the two ends of the pipes where the browser looks for them, then becomes the browser.
_LAUNCH = """
import fcntl, os, sys
read, write = [fcntl.fcntl(int(number), fcntl.F_DUPFD, 10) for number in sys.argv[1:3]]
os.dup2(read, 3), os.dup2(write, 4)
os.execvp(sys.argv[3], sys.argv[3:])
"""
_KEYS = {"Tab": (9, ""), "Enter": (13, "\r")}


class Browser:
    """One page of a running browser. ``events`` holds all that the browser told meanwhile."""

    def __init__(self, to: BinaryIO, back: BinaryIO) -> None:
        self._to, self._back = to, back
        self._last, self._rest = 0, b""
        self._session: str | None = None
        self.events: list[dict[str, Any]] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """The result of one call of the protocol."""
        self._last += 1
        message = {"id": self._last, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._to.write(json.dumps(message).encode() + b"\0")
        self._to.flush()
        while (answer := self._next()).get("id") != self._last:
            self.events.append(answer)
        assert "error" not in answer, answer["error"]
        return dict(answer["result"])

    def open(self, url: str) -> None:
        """Load a page anew, as in a fresh tab; returns when its scripts have run."""
        self.call("Page.navigate", url="about:blank")
        while not self.ask("location.href === 'about:blank' && document.readyState === 'complete'"):
            pass
        self.events.clear()
        self.call("Page.navigate", url=url)
        while not self.ask("location.href !== 'about:blank' && document.readyState === 'complete'"):
            pass

    def ask(self, expression: str) -> Any:
        """The value of a JavaScript expression in the page, once what it waits for has come."""
        answer = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def text(self, selector: str) -> str:
        """The text in an element as a reader sees it, the list of them where there are several."""
        return str(
            self.ask(f"[...document.querySelectorAll({json.dumps(selector)})].map(e => e.innerText).join('\\n')")
        )

    def click(self, element: str) -> None:
        """Click in the middle of the (first line of the) element that a JavaScript expression gives."""
        self.ask(f"{element}.scrollIntoView({{block: 'center', inline: 'center'}})")
        self.click_at(f"(b => ({{x: b.x + b.width / 2, y: b.y + b.height / 2}}))({element}.getClientRects()[0])")

    def click_at(self, point: str) -> None:
        """Press and release the mouse at the point of the window, ``{x, y}``, that an expression gives."""
        at = self.ask(f"(({{x, y}}) => ({{x, y}}))({point})")
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **at)
        self._settle()

    def press(self, key: str) -> None:
        """Press and release a key."""
        code, text = _KEYS[key]
        for kind in ("keyDown", "keyUp"):
            down = {"text": text} if text and kind == "keyDown" else {}
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, **down)
        self._settle()

    def type(self, text: str) -> None:
        """Write into the focused field."""
        self.call("Input.insertText", text=text)

    def of(self, *methods: str) -> list[dict[str, Any]]:
        """The events of these names since the page was opened."""
        return [event["params"] for event in self.events if event.get("method") in methods]

    def complaints(self) -> list[dict[str, Any]]:
        """What went wrong in the page: exceptions, what its policy forbade, dialogs that opened."""
        return self.of("Runtime.exceptionThrown", "Log.entryAdded", "Page.javascriptDialogOpening")

    def _settle(self) -> None:
        """Let the page do what an input made it begin."""
        self.ask("new Promise(done => setTimeout(() => requestAnimationFrame(() => done(null)), 0))")

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            read = self._back.read1()  # type: ignore[attr-defined]
            assert read, "the browser has ended"
            self._rest += read
        message, _, self._rest = self._rest.partition(b"\0")
        return dict(json.loads(message))


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser with an empty profile; the test is skipped where chromium is not installed."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("the browser chromium is not installed")
    home = Path(tempfile.mkdtemp(prefix="chromium-"))
    here_read, there_write = os.pipe()
    there_read, here_write = os.pipe()
    browser = [program, *FLAGS, f"--user-data-dir={home / 'profile'}", "about:blank"]
    process = subprocess.Popen(
        [sys.executable, "-c", _LAUNCH, str(there_read), str(there_write), *_unprivileged(home), *browser],
        pass_fds=(there_read, there_write),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={"PATH": os.environ["PATH"], "HOME": str(home), "LANG": "C.UTF-8"},
        start_new_session=True,
    )
    os.close(there_read)
    os.close(there_write)
    try:
        with os.fdopen(here_write, "wb") as to, os.fdopen(here_read, "rb") as back:
            yield Browser(to, back)
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(home, ignore_errors=True)


def _unprivileged(folder: Path) -> list[str]:
    """The prefix of a command that runs it as somebody who owns the folder; none where we are not root."""
    if os.geteuid() != 0:
        return []
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]
