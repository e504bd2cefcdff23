"""A week without network, 2,000 answers, and all that can go wrong: each confirmed answer arrives exactly once.

One test, in the order in which it would happen. What is confirmed is what the store said it had written: at that
moment the person is thanked.
"""

import re
from datetime import date

import pytest

from api.db import make_engine
from tests.api.staff.people import EMAIL, PASSWORD, add_staff
from tests.browser.chromium import Chromium
from tests.browser.kiosk.line import open_line
from tests.browser.kiosk.tablet import UNIT, add_place, invite, list_stored
from tests.browser.kiosk.week import (
    CRASHING,
    DAYS,
    Service,
    crash_while_writing,
    fill_the_storage,
    kill_in_the_middle_of_a_batch,
    open_tablet,
    set_clock,
    take_over,
    tap_ratings,
    update_page_while_the_network_dies,
    wait_for_worker,
    wait_until_sent,
    write_answers,
)

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.long]

WEEK, TAPPED, LOSSY = 1_904, 96, 40
YEAR_MS = 365 * 86_400_000

# What happened, as the page of the tablet tells it at the end.
EXPLAINED = (
    "trang chuyển sang bản mới",
    "bản mới của trang chưa tải được trọn vẹn",
    "đồng hồ của máy bị lùi 365 ngày",
    "trang bị ngắt giữa chừng",
    "một phiếu chưa lưu được vì bộ nhớ đầy",
    "giấy báo nhận bị mất trên đường về",
    "im lặng 7 ngày",
)


def test_every_confirmed_answer_of_a_week_offline_arrives_exactly_once_in_order(chromium, sqlite_url, tmp_path):
    service = Service(tmp_path, sqlite_url)
    engine = make_engine(sqlite_url)
    add_place(engine)
    add_staff(engine, f"operator {UNIT}")
    confirmed: list[str] = []
    with open_line(service.port) as line:
        with service.run():
            tablet = open_tablet(chromium, line, code=invite(engine).code)
            tap_ratings(tablet, 1, confirmed)
            wait_until_sent(tablet)
            tablet.run("await hailong.beat();")
            wait_for_worker(tablet)
            first = tablet.page.evaluate("hailong.version")
        service.change_page("second")
        with service.run():
            tablet = update_page_while_the_network_dies(chromium, service, line, tablet)
        assert tablet.page.evaluate("hailong.version") == first

        # The clock goes back a year, and is mended later: the tablet knows by how much.
        tablet.run(f"hailong.clock.wall = () => Date.now() - {YEAR_MS};")
        write_answers(tablet, 5_000, 10, confirmed)
        year_back = set(confirmed[-10:])
        tablet.page.go(f"{tablet.address}/kiosk")
        tablet.wait_for("rating")

        # A week without network: taps, and what the store writes for them, on a clock that goes on.
        for day in range(DAYS):
            tablet.run(f"hailong.clock.wall = () => Date.now() + {day} * 86400000;")
            write_answers(tablet, day * WEEK // DAYS, WEEK // DAYS, confirmed)
        set_clock(tablet.page, days=DAYS)
        tap_ratings(tablet, TAPPED, confirmed)
        assert len(tablet.queue()) == len(confirmed) - 1

        # The tab dies in the middle of writing; the storage is full.
        tablet = crash_while_writing(chromium, line, tablet, confirmed)
        fill_the_storage(tablet, confirmed)

        # The network is back, and with it the next versions of the page, a line that loses replies, and a crash.
        line.is_cut = False
        with service.run(days=DAYS) as kill:
            line.loses = "/me/responses"
            tablet.send()
            assert line.lost > 0
            line.loses = ""
            kill()
        tablet.send()
        for mark in ("third", "fourth", "fifth"):
            service.change_page(mark)
            with service.run(days=DAYS) as kill:
                take_over(service, tablet)
                write_answers(tablet, 6_000, LOSSY, confirmed)
                if mark == "third":
                    kill_in_the_middle_of_a_batch(tablet, engine, kill)
                else:
                    tablet.send()
                    wait_until_sent(tablet)
        assert tablet.page.evaluate("hailong.version") not in (first, "")
        with service.run(days=DAYS):
            set_clock(tablet.page, days=DAYS - 365)
            tablet.run("await hailong.beat();")
            _check_what_the_fleet_page_tells(chromium, service, len(confirmed))
    stored = list_stored(engine)
    sequences = [row.device_sequence for row in stored]
    assert {str(row.id) for row in stored} >= set(confirmed)
    assert len(confirmed) == len(set(confirmed)) >= WEEK + TAPPED
    assert sequences == list(range(1, len(stored) + 1))
    # Only what was being written when the tab died may be there without having been confirmed.
    assert len(stored) - len(confirmed) <= CRASHING
    today = date.today()  # noqa: DTZ011
    days = {row.local_day for row in stored if str(row.id) in year_back}
    assert {abs((day - today).days) <= 1 for day in days} == {True}
    # The other days are those of the week; midnight may pass while this runs.
    assert {(row.local_day - today).days for row in stored} <= set(range(-1, DAYS + 2))
    troubles = {trouble["code"] for trouble in tablet.page.evaluate("hailong.troubles")}
    assert not troubles & {"response_conflict", "response_refused"}
    engine.dispose()


def _check_what_the_fleet_page_tells(chromium: Chromium, service: Service, many: int) -> None:
    """What somebody reads there who was not in the room: the week, and what is wrong now."""
    page = chromium.open_page(width=1280)
    address = f"http://127.0.0.1:{service.port}"
    page.go(f"{address}/staff/sign-in?next=/staff/kiosks")
    page.type("#email", EMAIL)
    page.type("#password", PASSWORD)
    page.press("Enter", leads_away=True)
    page.go(f"{address}/staff/kiosks")
    fleet = page.evaluate("document.querySelector('main').innerText")
    assert "đồng hồ của máy chậm 365 ngày" in fleet
    assert "im lặng 7 ngày" in fleet
    page.click("th a", leads_away=True)
    told = page.evaluate("document.querySelector('main').innerText")
    missing = [sentence for sentence in EXPLAINED if sentence not in told]
    assert not missing, told
    waited = re.search(r"im lặng 7 ngày.*; sau đó ([0-9]+) phiếu chờ trên máy đã tới", told)
    # Not counted: what was answered on the day of the return.
    assert waited, told
    assert WEEK <= int(waited[1]) <= many
    page.go("about:blank")
