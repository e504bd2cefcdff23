"""A real Chromium, driven over the DevTools protocol: phone widths, no script, offline, pictures, requests."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

from tests.browser.page import BrowserError, Page

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    "--no-first-run",
    "--no-default-browser-check",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
    "--remote-debugging-port=0",
)


class Chromium:
    """One running browser; use ``start_chromium``."""

    def __init__(self, wire: ClientConnection) -> None:
        self._wire = wire
        self._last_id = 0
        self._pages: dict[str, Page] = {}

    def open_page(
        self,
        url: str | None = None,
        *,
        width: int,
        height: int = 800,
        scripts: bool = True,
        beside: Page | None = None,
    ) -> Page:
        """A fresh tab of that size, with ``url`` loaded; ``scripts=False`` switches JavaScript off.
        ``beside``: in the profile of that page, with its storage and cache, instead of one of its own."""
        context = beside.context if beside else self.send("Target.createBrowserContext")["browserContextId"]
        target = self.send("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = self._pages[session] = Page(self, session, context)
        for domain in ("Page", "Network", "Runtime", "Log", "Inspector"):
            page.send(f"{domain}.enable")
        page.resize(width, height)
        if not scripts:
            page.send("Emulation.setScriptExecutionDisabled", value=True)
        if url is not None:
            page.go(url)
        return page

    def send(self, method: str, session: str | None = None, **params: Any) -> dict[str, Any]:
        """One command of the protocol; its result."""
        self._last_id += 1
        wanted = self._last_id
        command = {"id": wanted, "method": method, "params": params}
        self._wire.send(json.dumps(command if session is None else command | {"sessionId": session}))
        end = time.monotonic() + 30
        while (left := end - time.monotonic()) > 0:
            message = self._receive(left)
            if message is not None and message.get("id") == wanted:
                if "error" in message:
                    raise BrowserError(f"{method}: {message['error']}")
                return dict(message["result"])
        raise BrowserError(f"{method}: no reply within 30 s")

    def notify(self, method: str, session: str) -> None:
        """A command to which no reply is waited for: ``Page.crash`` has none."""
        self._last_id += 1
        self._wire.send(json.dumps({"id": self._last_id, "method": method, "params": {}, "sessionId": session}))

    def pump(self, seconds: float) -> None:
        """Take in events for so long."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._receive(left)

    def pump_until(self, is_done: Any, seconds: float, what: str) -> None:
        """Take in events until ``is_done()``."""
        end = time.monotonic() + seconds
        while not is_done():
            if time.monotonic() > end:
                raise BrowserError(f"waited {seconds} s for {what}")
            self._receive(0.2)

    def _receive(self, seconds: float) -> dict[str, Any] | None:
        try:
            message = json.loads(self._wire.recv(timeout=seconds))
        except TimeoutError:
            return None
        page = self._pages.get(message.get("sessionId", ""))
        if page is not None and "method" in message:
            page.note(message["method"], message["params"])
        return dict(message)


def find_chromium() -> str:
    """The browser's program; without one the test is skipped, but fails where CI is set."""
    found = next((path for name in PROGRAMS if (path := shutil.which(name))), None)
    if found is None:
        if os.environ.get("CI", "").lower() in {"1", "true", "yes"}:
            pytest.fail(f"no browser: install one of {', '.join(PROGRAMS)}")
        pytest.skip(f"no browser: none of {', '.join(PROGRAMS)} is installed")
    return found


@contextmanager
def start_chromium(profile: Path, *flags: str) -> Iterator[Chromium]:
    """A browser with its profile in the folder ``profile`` and more ``flags``; ended, with all its tabs, on
    leaving."""
    profile.mkdir(parents=True, exist_ok=True)
    port_file = profile / "DevToolsActivePort"
    process = subprocess.Popen(
        [find_chromium(), *FLAGS, *flags, f"--user-data-dir={profile}", "about:blank"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        end = time.monotonic() + 60
        while not (port_file.exists() and len(port_file.read_text().split()) == 2):
            if process.poll() is not None or time.monotonic() > end:
                raise BrowserError("the browser did not start")
            time.sleep(0.05)
        port, path = port_file.read_text().split()
        with connect(f"ws://127.0.0.1:{port}{path}", max_size=None, compression=None, proxy=None) as wire:
            browser = Chromium(wire)
            yield browser
            browser.send("Browser.close")
        process.wait(20)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
