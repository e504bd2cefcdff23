"""One tab of a browser: it is led to pages, pressed, typed into and pictured, and keeps what was asked for."""

import base64
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.browser.chromium import Chromium


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

    def crash(self) -> None:
        """End the renderer of this tab at once. One that closes in good order may be online again for a moment."""
        self.browser.notify("Page.crash", self.session)
        self.browser.pump_until(lambda: self.has_crashed, 20, "the crash")

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
