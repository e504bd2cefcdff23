"""The tablet of an interviewer with three places on its list, and its screens one after the other."""

from pathlib import Path

from fastapi import FastAPI

from api.clock import local_day, utc_now
from api.interviews.importing import Importer, import_assignments
from api.settings import Settings
from tests.browser.chromium import Chromium
from tests.browser.kiosk.scenes import Look
from tests.browser.kiosk.tablet import UNIT, Tablet, invite


def open_interviewer(
    chromium: Chromium, app: FastAPI, address: str, folder: Path, *, width: int, height: int
) -> Tablet:
    """Enrolled, its list of three cases on the screen."""
    file = folder / "list.csv"
    places = ("Tổ 12, ngõ 5 đường Lê Lợi", "Tổ 13, nhà văn hóa khu phố", "Tổ 14, chợ Hải Châu")
    lines = [f'H{number},{UNIT},"{place}"' for number, place in enumerate(places, 1)]
    file.write_text("\n".join(["code,unit,place", *lines]), "utf-8")
    now = utc_now()
    today = local_day(now, Settings().zone)
    import_assignments(app.state.engine, file, Importer("test"), survey="s", today=today, now=now)
    code = invite(app.state.engine, mode="interviewer", form="kinds", idle_seconds=300).code
    page = chromium.open_page(f"{address}/kiosk#code={code}", width=width, height=height)
    tablet = Tablet(page, address)
    tablet.wait_for("cases")
    wait_until(tablet, "document.querySelectorAll('.case').length === 3", "three cases")
    return tablet


def visit_interviewer(
    chromium: Chromium, app: FastAPI, address: str, folder: Path, look: Look, *, width: int, height: int
) -> None:
    """Call ``look(tablet, name)`` on every screen that only an interviewer has."""
    tablet = open_interviewer(chromium, app, address, folder, width=width, height=height)
    for leads, name in ((None, "cases"), ("case-H1", "case"), ("begin", "consent")):
        if leads:
            tablet.press(leads)
        tablet.wait_for(name)
        look(tablet, name)
    tablet.press("decline")
    tablet.wait_for("cases")
    look(tablet, "cases-refused")
    tablet.page.go("about:blank")  # its stream of events would keep the service from ending


def wait_until(tablet: Tablet, what: str, told: str) -> None:
    tablet.browser.pump_until(lambda: tablet.page.evaluate(what), 20, told)
