"""How soon the phone form can be used on a slow 3G line with a slow processor, in a real browser; prints medians.

Slow 3G as web performance tests define it: 400 ms there and back, 400 kbit/s. Usable: the first button can be
pressed (first contentful paint, then no long task before DOMContentLoaded).
"""

import tempfile
from datetime import date
from pathlib import Path
from statistics import median

from sqlmodel import Session, SQLModel

from api.app import create_app
from api.settings import Settings
from api.tables import Unit
from tests.browser.chromium import Chromium, start_chromium
from tests.browser.served import serve

LATENCY_MS, BYTES_PER_SECOND, SLOWER = 400, 400_000 / 8, 4
ROUNDS = 5
PATHS = ("/f/counter?unit=T1", "/f/one_stop?unit=T1", "/f/one_stop?unit=T1&mode=simple", "/f/sipas?unit=T1")
TIMES = """
(() => { const start = performance.getEntriesByType('navigation')[0];
  const paint = performance.getEntriesByName('first-contentful-paint')[0];
  return [paint.startTime, start.domContentLoadedEventEnd]; })()
"""


def main() -> None:
    """Bytes over the wire and milliseconds, for each page."""
    print(f"slow 3G ({LATENCY_MS} ms, {BYTES_PER_SECOND * 8 / 1000:.0f} kbit/s), processor {SLOWER}x slower")
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(
            Settings(database_url=f"sqlite:///{folder}/slow.sqlite3", var_folder=Path(folder) / "var")
        )
        SQLModel.metadata.create_all(app.state.engine)
        with Session(app.state.engine) as session, session.begin():
            unit = {"code": "T1", "name": "Xã Thử", "kind": "commune", "valid_from": date(2025, 7, 1)}
            session.add(Unit(**unit, is_demo=True))
        with serve(app) as address, start_chromium(Path(folder) / "profile") as chromium:
            for path in PATHS:
                measured = [_measure(chromium, address + path) for _ in range(ROUNDS)]
                sizes, paints, usable = zip(*measured, strict=True)
                print(
                    f"{path}: {median(sizes) / 1000:.1f} kB, first paint {median(paints):.0f} ms, "
                    f"usable {median(usable):.0f} ms (worst {max(usable):.0f} ms)"
                )
        app.state.engine.dispose()


def _measure(chromium: Chromium, url: str) -> tuple[int, float, float]:
    page = chromium.open_page(width=360)
    page.send(
        "Network.emulateNetworkConditions",
        offline=False,
        latency=LATENCY_MS,
        downloadThroughput=BYTES_PER_SECOND,
        uploadThroughput=BYTES_PER_SECOND,
    )
    page.send("Emulation.setCPUThrottlingRate", rate=SLOWER)
    page.go(url)
    paint, ready = page.evaluate(TIMES)
    page.send("Page.close")
    return page.bytes, paint, max(paint, ready)


if __name__ == "__main__":
    main()
