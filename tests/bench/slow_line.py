"""How soon the phone form can be used at a first visit over a slow line with a slow processor, in a real browser.

Slow 3G as web performance tests define it: 400 ms there and back, 400 kbit/s; HTTPS; one round trip for TCP and
one for TLS are in it, DNS is not. Usable: a tap has worked, on Start (the first question is there) or on a level.
"""

import json
import tempfile
import time
from datetime import date
from pathlib import Path
from statistics import median

from sqlmodel import Session, SQLModel

from api.app import create_app
from api.settings import Settings
from api.tables import Unit
from tests.bench.own_certificate import make_certificate
from tests.bench.slow_proxy import slow_line
from tests.browser.chromium import Chromium, start_chromium
from tests.browser.page import BrowserError, Page
from tests.browser.served import serve

ROUND_TRIP, BYTES_PER_SECOND, SLOWER = 0.4, 400_000 / 8, 4
ROUNDS = 7
PATHS = ("/f/counter?unit=T1", "/f/one_stop?unit=T1", "/f/one_stop?unit=T1&mode=simple", "/f/sipas?unit=T1")
TAPPED = ".first .way a.button, .scale label"
# Runs before the page: notes when a tap was taken.
WATCH = """
['input', 'hashchange'].forEach(kind => addEventListener(kind, () => {
  window.usedAt = window.usedAt || performance.now(); }));
"""
PAINTED = "(performance.getEntriesByName('first-contentful-paint')[0] || {startTime: null}).startTime"


def main() -> None:
    """Bytes over the wire and milliseconds since the link was followed, for each page."""
    line = f"{ROUND_TRIP * 1000:.0f} ms, {BYTES_PER_SECOND * 8 / 1000:.0f} kbit/s"
    print(f"first visit over HTTPS, slow 3G ({line}), processor {SLOWER}x slower, {ROUNDS} fresh profiles each")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        app = create_app(Settings(database_url=f"sqlite:///{folder}/slow.sqlite3", var_folder=folder / "var"))
        SQLModel.metadata.create_all(app.state.engine)
        with Session(app.state.engine) as session, session.begin():
            unit = {"code": "T1", "name": "Xã Thử", "kind": "commune", "valid_from": date(2025, 7, 1)}
            session.add(Unit(**unit, is_demo=True))
        chain, key, trust = make_certificate(folder)
        with (
            serve(app, ssl_certfile=chain, ssl_keyfile=key) as address,
            slow_line(
                int(address.rsplit(":", 1)[1]), round_trip=ROUND_TRIP, bytes_per_second=BYTES_PER_SECOND
            ) as port,
        ):
            for path in PATHS:
                measured = []
                for visit in range(ROUNDS):
                    with start_chromium(folder / f"profile-{visit}-{PATHS.index(path)}", trust) as chromium:
                        measured.append(_measure(chromium, f"https://127.0.0.1:{port}{path}"))
                sizes, paints, usable = zip(*measured, strict=True)
                print(
                    f"{path}: {median(sizes) / 1000:.1f} kB, first paint {median(paints):.0f} ms, "
                    f"usable {median(usable):.0f} ms (worst {max(usable):.0f} ms)"
                )
        app.state.engine.dispose()


def _measure(chromium: Chromium, url: str) -> tuple[int, float, float]:
    """A browser that has never been there: bytes, first paint, first tap that was taken."""
    page = chromium.open_page(width=360)
    page.send("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
    page.send("Emulation.setCPUThrottlingRate", rate=SLOWER)
    loads = page._loads
    page.send("Page.navigate", url=url)
    end = time.monotonic() + 30
    while (used := _tap(page)) is None:
        assert time.monotonic() < end, f"{url}: no tap was taken"
        chromium.pump(0.02)
    paint = page.evaluate(PAINTED)
    if page._loads == loads:
        page.wait_for_load(loads)
    return page.bytes, paint, max(paint, used)


def _tap(page: Page) -> float | None:
    """Tap where one would, if something is painted; when a tap was first taken."""
    try:
        if page.evaluate(PAINTED) is None:
            return None
        if (used := page.evaluate("window.usedAt || null")) is not None:
            return float(used)
        if page.evaluate(f"Boolean(document.querySelector({json.dumps(TAPPED)}))"):
            page.click(TAPPED)
        return page.evaluate("window.usedAt || null")
    except BrowserError:  # between two pages
        return None


if __name__ == "__main__":
    main()
