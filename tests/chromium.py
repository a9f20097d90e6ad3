"""A real browser for tests: Debian's chromium without a window, driven by Playwright."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser as Running
from playwright.sync_api import ConsoleMessage, Dialog, sync_playwright

FLAGS = ["--disable-gpu", "--disable-quic", "--no-proxy-server", "--disable-background-networking", "--disable-sync"]


class Browser:
    """One page of a running browser. ``asked`` are the addresses it asked for since it was opened last."""

    def __init__(self, running: Running) -> None:
        self.page = running.new_page(viewport={"width": 1600, "height": 900})
        self.asked: list[str] = []
        self._wrong: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("requestfailed", lambda request: self._wrong.append(f"{request.url}: {request.failure}"))
        self.page.on("pageerror", lambda error: self._wrong.append(str(error)))
        self.page.on("console", self._hear)
        self.page.on("dialog", self._close)

    def open(self, url: str) -> None:
        """Load a page anew, as in a fresh tab; returns when its scripts have run."""
        self.page.goto("about:blank")
        self.asked.clear()
        self._wrong.clear()
        self.page.goto(url)

    def ask(self, expression: str) -> Any:
        """The value of a JavaScript expression in the page, once what it waits for has come."""
        return self.page.evaluate(f"async () => await ({expression})")

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
        """Click at the point of the window, ``{x, y}``, that an expression gives."""
        at = self.ask(f"(({{x, y}}) => ({{x, y}}))({point})")
        self.page.mouse.click(at["x"], at["y"])
        self._settle()

    def press(self, key: str) -> None:
        """Press and release a key."""
        self.page.keyboard.press(key)
        self._settle()

    def type(self, text: str) -> None:
        """Write into the focused field."""
        self.page.keyboard.insert_text(text)

    def complaints(self) -> list[str]:
        """What went wrong in the page: exceptions, what its policy forbade, requests that failed, dialogs."""
        return list(self._wrong)

    def _settle(self) -> None:
        """Let the page do what an input made it begin."""
        self.ask("new Promise(done => setTimeout(() => requestAnimationFrame(() => done(null)), 0))")

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._wrong.append(message.text)

    def _close(self, dialog: Dialog) -> None:
        self._wrong.append(f"a dialog opened: {dialog.message}")
        dialog.dismiss()


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser with an empty profile; the test is skipped where chromium is not installed."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("the browser chromium is not installed")
    with sync_playwright() as driver, driver.chromium.launch(executable_path=program, args=FLAGS) as running:
        yield Browser(running)
