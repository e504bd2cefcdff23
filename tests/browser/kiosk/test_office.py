"""What the office does to a tablet: a service that ended, a new version, the supervisor."""

import json
import shutil

import pytest
from sqlmodel import Session

from api.auth import make_key
from api.clock import utc_now
from api.db import begin_write
from api.kiosks.services import end_service
from survey_forms.pages.kiosk.assets import FOLDER, read_assets
from tests.browser.kiosk.tablet import (
    COUNTER,
    PROCEDURE,
    Tablet,
    arrived,
    invite,
    open_tablet,
    wait_until_sent,
)
from tests.served_process import post_once

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.long]

SUPERVISOR = "dispatchEvent(new KeyboardEvent('keydown', {ctrlKey: true, altKey: true, code: 'KeyK', key: 'k'}))"


def test_a_service_that_ended_shows_its_procedure_and_is_answered_about(tablet, service):
    app, address = service
    with Session(app.state.engine) as session, session.begin():
        begin_write(session)
        key = make_key(session, name="hàng đợi / queue", scopes=["queue"], now=utc_now())
    tablet.browser.pump(1)  # the stream of events opens
    port = int(address.rsplit(":", 1)[1])
    status, _ = post_once(
        port,
        f"/api/v1/counters/{COUNTER}/service-ended",
        json.dumps({"procedure": PROCEDURE}).encode(),
        Authorization=f"Bearer {key}",
    )
    assert status == 202
    tablet.browser.pump_until(
        lambda: "Vừa hoàn tất" in tablet.page.evaluate("document.querySelector('#place').innerText"),
        15,
        "the service",
    )
    tablet.press("overall:5")
    tablet.wait_for("thanks")
    tablet.press("done")
    wait_until_sent(tablet)
    assert [row.procedure for row in arrived(service, 1)] == [PROCEDURE]


def test_where_events_do_not_come_through_the_tablet_asks(chromium, service):
    app, address = service
    tablet = Tablet(chromium.open_page(width=820), address)
    tablet.page.send("Network.setBlockedURLs", urls=["*/me/events?*"])
    tablet.page.go(f"{address}/kiosk#code={invite(app.state.engine).code}")
    tablet.wait_for("rating")
    with Session(app.state.engine) as session, session.begin():
        begin_write(session)
        end_service(session, COUNTER, PROCEDURE, now=utc_now())
    tablet.browser.pump_until(
        lambda: "Đăng ký khai sinh" in tablet.page.evaluate("document.querySelector('#place').innerText"),
        40,
        "the service that ended",
    )
    told = tablet.page.evaluate("hailong.troubles.map((trouble) => trouble.code)")
    assert "events_by_polling" in told


def test_a_new_version_waits_until_nobody_is_answering(tablet, service, tmp_path):
    app, _ = service
    ready = "!!(navigator.serviceWorker.controller && hailong.worker && hailong.worker.active)"
    tablet.browser.pump_until(lambda: tablet.page.evaluate(ready), 10, "the worker")
    before = tablet.page.evaluate("hailong.version")
    tablet.press("overall:2")
    tablet.wait_for("reasons")
    tablet.press("reasons:attitude")
    shutil.copytree(FOLDER, tmp_path / "newer")
    with (tmp_path / "newer" / "app" / "words.js").open("a") as file:
        file.write("globalThis.newer = 1;\n")
    app.state.kiosk_assets = read_assets(tmp_path / "newer")
    tablet.run("await update.checkForUpdate(hailong);", "update")
    tablet.browser.pump_until(
        lambda: tablet.page.evaluate("!!hailong.worker.waiting"), 20, "the new version, whole"
    )
    tablet.page.evaluate("hailong.wake('look'); hailong.wake('config'); 0")
    tablet.browser.pump(0.5)
    assert (tablet.screen(), tablet.page.evaluate("hailong.version")) == ("reasons", before)
    tablet.press("send")
    tablet.wait_for("thanks")
    assert tablet.page.evaluate("hailong.version") == before
    tablet.press("done")
    tablet.wait_for_version(app.state.kiosk_assets.version)
    tablet.wait_for("rating")
    wait_until_sent(tablet)
    [row] = arrived(service, 1)
    assert (row.answers["overall"], row.completeness) == (2, "complete")


def test_the_supervisor_comes_in_with_the_pin_only_and_reads_what_is_wrong(chromium, service):
    tablet, invitation = open_tablet(chromium, *service)
    tablet.page.evaluate(SUPERVISOR)
    tablet.wait_for("pin")
    for digit in "9" * 6:
        tablet.press(f"pin-{digit}")
    tablet.press("pin-enter")
    tablet.browser.pump_until(
        lambda: tablet.page.evaluate("document.querySelector('.mistake').innerText") != "", 10, "the refusal"
    )
    assert tablet.screen() == "pin"
    for digit in invitation.pin or "":
        tablet.press(f"pin-{digit}")
    tablet.press("pin-enter")
    tablet.wait_for("supervisor")
    assert "Phiếu chờ gửi" in tablet.page.evaluate("document.querySelector('dl').innerText")
    tablet.press("send")
    tablet.browser.pump_until(
        lambda: "Đã gửi hết" in tablet.page.evaluate("document.querySelector('.told').innerText"),
        10,
        "the test send",
    )
    tablet.press("close")
    tablet.wait_for("rating")


def test_five_presses_in_the_corner_ask_for_the_pin(tablet):
    for _ in range(5):
        for kind in ("mousePressed", "mouseReleased"):
            tablet.page.send("Input.dispatchMouseEvent", type=kind, x=800, y=20, button="left", clickCount=1)
    tablet.wait_for("pin")
