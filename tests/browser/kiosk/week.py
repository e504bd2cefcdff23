"""What happens to a tablet in a week without network, step by step."""

import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from survey_forms.pages.kiosk.assets import FOLDER, read_assets
from tests.browser.chromium import Chromium
from tests.browser.kiosk.line import Line
from tests.browser.kiosk.tablet import Tablet, list_stored
from tests.browser.page import Page
from tests.served_process import run_process

DAYS, CRASHING = 7, 60
ROOM = 20_000_000  # bytes; asked again by the browser only where it is short, so it is short from the start

# Confirmed is said to the test through a binding, so that it is known even of a tab that dies in the next moment.
ANSWER_MANY = """
const answerMany = async (from, count, {wait}) => {
  const writes = [];
  for (let turn = from; turn < from + count; turn += 1) {
    const made = session.beginSession(hailong, { order: 'ascending' });
    made.raw = { overall: 1 + (turn % 5), comment: `Câu ${turn}` };
    const write = session.finishSession(hailong, made).then(() => confirmed(made.id));
    if (wait) await write; else writes.push(write);
  }
  await Promise.all(writes);
};
"""
LAST_WRITTEN = """
return store.look(hailong.store, ['queue'], (of) => new Promise((resolve) => {
  of('queue').openCursor(null, 'prev').onsuccess = (event) => resolve(event.target.result.value.id);
}));
"""
# Larger pieces first, until not one byte more is taken.
FILL = """
let turn = 0;
for (const size of [1e6, 1e5, 1e4, 1e3, 1e2]) {
  for (let fits = true; fits;) {
    const piece = new Uint8Array(size);
    for (let at = 0; at < size; at += 65536) crypto.getRandomValues(piece.subarray(at, at + 65536));
    turn += 1;
    await facts.writeFact(hailong.store, `filler ${turn}`, piece).catch(() => (fits = false));
  }
}
"""


class Service:
    """The service in a process of its own, which can be killed and come back with another page."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.folder, self.database_url = folder, database_url
        self.assets = folder / "assets"
        shutil.copytree(FOLDER, self.assets)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    @contextmanager
    def run(self, *, days: int = 0) -> Iterator[Callable[[], None]]:
        """Serve, so many days from now; gives a function that kills it at once."""
        arguments = ["-m", "tests.browser.kiosk.serve_page", self.database_url, str(self.folder / "var")]
        with run_process([*arguments, str(self.assets), str(self.port), str(days)], port=self.port) as process:
            yield process.kill

    def change_page(self, mark: str) -> None:
        """Another version of the page; used from the next start."""
        file = self.assets / "app" / "words.js"
        file.write_text(file.read_text("utf-8") + f"globalThis.mark = {mark!r};\n", "utf-8")


def set_clock(page: Page, *, days: int) -> None:
    """The clock of the tablet so many days from now, also after the page begins anew."""
    source = (
        "globalThis.realNow = globalThis.realNow || Date.now.bind(Date);"
        f"Date.now = () => realNow() + {days * 86_400_000};"
    )
    page.send("Page.addScriptToEvaluateOnNewDocument", source=source)
    page.evaluate(f"{source} if (globalThis.hailong) hailong.clock.wall = () => Date.now(); 0")


def open_tablet(
    chromium: Chromium, line: Line, *, code: str = "", beside: Tablet | None = None, days: int = 0
) -> Tablet:
    address = f"http://127.0.0.1:{line.port}"
    page = chromium.open_page(width=820, height=1180, beside=beside.page if beside else None)
    page.send("Runtime.addBinding", name="confirmed")
    _limit_storage(page, address, ROOM)
    set_clock(page, days=days)
    page.go(f"{address}/kiosk" + (f"#code={code}" if code else ""))
    tablet = Tablet(page, address)
    tablet.wait_for("rating", 20)
    return tablet


def write_answers(tablet: Tablet, start: int, count: int, confirmed: list[str]) -> None:
    tablet.run(f"{ANSWER_MANY} await answerMany({start}, {count}, {{ wait: false }});", "session")
    _take_confirmed(tablet, confirmed)


def tap_ratings(tablet: Tablet, count: int, confirmed: list[str]) -> None:
    """Rate by real presses; confirmed is what is in the store when the thanks are shown."""
    for _ in range(count):
        tablet.press("overall:5")
        tablet.wait_for("thanks")
        confirmed.append(tablet.run(LAST_WRITTEN, "store"))
        tablet.press("done")
        tablet.wait_for("rating")


def _take_confirmed(tablet: Tablet, confirmed: list[str]) -> None:
    confirmed += [id for id in tablet.page.called if id not in set(confirmed)]
    tablet.page.called.clear()


def wait_until_sent(tablet: Tablet) -> None:
    tablet.browser.pump_until(lambda: tablet.queue() == [], 40, "the queue to be empty")


def wait_for_worker(tablet: Tablet) -> None:
    ready = "!!(navigator.serviceWorker.controller && hailong.worker && hailong.worker.active)"
    tablet.browser.pump_until(lambda: tablet.page.evaluate(ready), 10, "the worker")


def update_page_while_the_network_dies(chromium: Chromium, service: Service, line: Line, tablet: Tablet) -> Tablet:
    """A new version cannot be fetched whole: the old one stays, and opens without network."""
    line.loses = "/kiosk/app/"
    tablet.run("await update.checkForUpdate(hailong);", "update")
    tablet.browser.pump_until(
        lambda: tablet.page.evaluate("hailong.troubles.some((one) => one.code === 'update_failed')"),
        30,
        "the end of the fetching",
    )
    line.loses = ""
    line.is_cut = True
    tablet.page.go(f"{tablet.address}/kiosk")
    tablet.wait_for("rating")
    return tablet


def crash_while_writing(chromium: Chromium, line: Line, tablet: Tablet, confirmed: list[str]) -> Tablet:
    tablet.page.evaluate("confirmed('begins'); 0")
    tablet.page.called.clear()
    started = (
        "(async () => { const session = await import(`/kiosk/app/${hailong.version}/app/session.js`);"
        f"{ANSWER_MANY} answerMany(9000, {CRASHING}, {{ wait: true }}); }})(); 0"
    )
    tablet.page.evaluate(started)
    chromium.pump_until(lambda: len(tablet.page.called) >= CRASHING // 4, 20, "some of the writes")
    tablet.page.crash()
    assert len(tablet.page.called) < CRASHING
    _take_confirmed(tablet, confirmed)
    again = open_tablet(chromium, line, beside=tablet, days=DAYS)
    waiting = {item["id"] for item in again.queue()}
    assert set(confirmed[1:]) <= waiting
    return again


def fill_the_storage(tablet: Tablet, confirmed: list[str]) -> None:
    """With the storage full the person is told so, and the answer is stored once there is room."""
    before = len(tablet.queue())
    tablet.run(FILL, "facts")
    tablet.press("overall:5")
    tablet.wait_for("failure", 20)
    assert "CHƯA" in tablet.page.evaluate("document.querySelector('h1').innerText")
    assert len(tablet.queue()) == before
    _limit_storage(tablet.page, tablet.address, 50 * ROOM)
    tablet.press("again")
    tablet.wait_for("thanks")
    confirmed.append(tablet.run(LAST_WRITTEN, "store"))
    tablet.press("done")
    tablet.wait_for("rating")
    assert len(tablet.queue()) == before + 1


def _limit_storage(page: Page, address: str, quota: int) -> None:
    page.send("Storage.overrideQuotaForOrigin", origin=address, quotaSize=quota)


def take_over(service: Service, tablet: Tablet) -> None:
    """The new version is fetched whole and takes over on the first screen; nothing of the queue is lost by it."""
    before = len(tablet.queue())
    tablet.run("await update.checkForUpdate(hailong);", "update")
    tablet.browser.pump_until(
        lambda: tablet.page.evaluate("!!hailong.worker.waiting"), 60, "the new version, whole"
    )
    tablet.page.evaluate("hailong.wake('look'); 0")
    tablet.wait_for_version(read_assets(service.assets).version)
    tablet.wait_for("rating")
    assert len(tablet.queue()) <= before


def kill_in_the_middle_of_a_batch(tablet: Tablet, engine, kill: Callable[[], None]) -> None:
    """Some batches have arrived, others are on their way, when the service is gone from one moment to the next."""
    have = len(list_stored(engine))
    tablet.page.evaluate(
        "import(`/kiosk/app/${hailong.version}/app/send.js`).then((send) => send.sendNow(hailong.sender)); 0"
    )
    tablet.browser.pump_until(lambda: len(list_stored(engine)) > have, 20, "the first of them")
    kill()
    tablet.browser.pump(0.5)
    assert tablet.queue() != []
