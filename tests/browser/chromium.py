"""A real Chromium, driven over the DevTools protocol: phone widths, no script, offline, pictures, requests."""

import base64
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

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


class BrowserError(AssertionError):
    """The browser refused a command, or did not do in time what was asked."""


@dataclass
class Request:
    """One request of a page; ``bytes`` is what came over the wire, headers included."""

    url: str
    kind: str
    method: str
    status: int | None = None
    bytes: int = 0
    failed: str | None = None


@dataclass
class Page:
    """One tab in its own profile (no cookie or cache is shared with another)."""

    browser: "Chromium"
    session: str
    context: str = ""  # of its profile; a second tab of the same profile is opened ``beside`` this one
    requests: list[Request] = field(default_factory=list)
    called: list[str] = field(default_factory=list)  # what the page said through a binding (Runtime.addBinding)
    has_crashed: bool = False
    errors: list[str] = field(default_factory=list)  # console errors, exceptions, refused by the policy
    _by_id: dict[str, Request] = field(default_factory=dict)
    _loads: int = 0

    @property
    def bytes(self) -> int:
        """Bytes over the wire since the page was opened, headers included."""
        return sum(request.bytes for request in self.requests)

    def send(self, method: str, **params: Any) -> dict[str, Any]:
        """One command of the protocol to this tab."""
        return self.browser.send(method, self.session, **params)

    def go(self, url: str) -> None:
        """Open ``url`` here and wait until it is loaded."""
        before = self._loads
        reply = self.send("Page.navigate", url=url)
        if "errorText" in reply:
            raise BrowserError(f"{url}: {reply['errorText']}")
        self.wait_for_load(before)

    def wait_for_load(self, loads_before: int, seconds: float = 20) -> None:
        """Wait until more pages were loaded here than ``loads_before``."""
        self.browser.pump_until(lambda: self._loads > loads_before, seconds, "the page to load")
        self.browser.pump(0.1)

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression in the page; works with the page's own scripts switched off."""
        reply = self.send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in reply:
            raise BrowserError(f"{expression}: {reply['exceptionDetails']}")
        return reply["result"].get("value")

    def click(self, selector: str, *, leads_away: bool = False) -> None:
        """Press the middle of the first element that fits ``selector``; with ``leads_away`` wait for the page."""
        box = self.evaluate(
            f"(() => {{ const found = document.querySelector({json.dumps(selector)}); if (!found) return null;"
            "found.scrollIntoView({block: 'center'}); const box = found.getClientRects()[0];"
            "return [box.x + box.width / 2, box.y + box.height / 2]; })()"
        )
        if box is None:
            raise BrowserError(f"nothing on the page fits {selector!r}")
        before = self._loads
        for kind in ("mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1)
        if leads_away:
            self.wait_for_load(before)
        else:
            self.browser.pump(0.1)

    def type(self, selector: str, text: str) -> None:
        """Put the caret into the field that fits ``selector`` and enter ``text``."""
        self.click(selector)
        self.send("Input.insertText", text=text)

    def press(self, key: str, *, leads_away: bool = False) -> None:
        """Press one key, for instance ``Tab``, ``Enter`` or `` `` (space)."""
        before = self._loads
        text = {"Enter": "\r", " ": " "}.get(key, "")
        codes = {"Enter": 13, "Tab": 9, " ": 32}
        named = {"key": key, "windowsVirtualKeyCode": codes.get(key, 0)}
        self.send("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", text=text, **named)
        self.send("Input.dispatchKeyEvent", type="keyUp", **named)
        if leads_away:
            self.wait_for_load(before)

    def resize(self, width: int, height: int) -> None:
        """A screen of ``width`` × ``height`` CSS pixels; narrower than 500 counts as a phone."""
        self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 500,
        )

    def go_offline(self, offline: bool = True) -> None:
        """Cut this tab off the network, or join it again."""
        self.send(
            "Network.emulateNetworkConditions",
            offline=offline,
            latency=0,
            downloadThroughput=-1,
            uploadThroughput=-1,
        )

    def screenshot(self, file: Path, *, whole: bool = False) -> Path:
        """Write a PNG of the screen, or of the whole page."""
        shot = self.send("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        file.write_bytes(base64.b64decode(shot["data"]))
        return file

    def print_pdf(self, file: Path) -> Path:
        """Write the page as printed on A4."""
        printed = self.send("Page.printToPDF", paperWidth=8.27, paperHeight=11.69, preferCSSPageSize=True)
        file.write_bytes(base64.b64decode(printed["data"]))
        return file

    def overflow(self) -> int:
        """By how many pixels the page is wider than the screen; 0 means no sideways scrolling."""
        return int(
            self.evaluate(
                "Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)"
                " - document.documentElement.clientWidth"
            )
        )

    def origins(self) -> set[str]:
        """Scheme, host and port of everything the page asked for."""
        return {"/".join(request.url.split("/")[:3]) for request in self.requests if "://" in request.url}

    def note(self, method: str, params: dict[str, Any]) -> None:
        """Take in one event of the browser."""
        match method:
            case "Network.requestWillBeSent":
                sent = params["request"]
                request = Request(sent["url"], params.get("type", ""), sent["method"])
                if "redirectResponse" in params and (earlier := self._by_id.get(params["requestId"])):
                    earlier.status = params["redirectResponse"]["status"]
                    earlier.bytes = int(params["redirectResponse"].get("encodedDataLength", 0))
                self._by_id[params["requestId"]] = request
                self.requests.append(request)
            case "Network.responseReceived" if params["requestId"] in self._by_id:
                self._by_id[params["requestId"]].status = params["response"]["status"]
            case "Network.loadingFinished" if params["requestId"] in self._by_id:
                self._by_id[params["requestId"]].bytes = int(params["encodedDataLength"])
            case "Network.loadingFailed" if params["requestId"] in self._by_id:
                self._by_id[params["requestId"]].failed = params["errorText"]
            case "Runtime.exceptionThrown":
                self.errors.append(json.dumps(params["exceptionDetails"]))
            case "Runtime.consoleAPICalled" if params["type"] in {"error", "assert"}:
                self.errors.append(json.dumps(params["args"]))
            case "Log.entryAdded" if params["entry"]["level"] == "error":
                self.errors.append(f"{params['entry']['text']} {params['entry'].get('url', '')}")
            case "Runtime.bindingCalled":
                self.called.append(params["payload"])
            case "Inspector.targetCrashed":
                self.has_crashed = True
            case "Page.loadEventFired":
                self._loads += 1


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
