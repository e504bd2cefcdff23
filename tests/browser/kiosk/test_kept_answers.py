"""Answers outlive what happens to the tablet: two tabs, a tab that dies, a key that was revoked; their file."""

import hashlib
import json

import pytest
from sqlmodel import Session

from api.clock import utc_now
from api.db import begin_write
from api.kiosks.devices import revoke_device
from tests.browser.kiosk.tablet import (
    Tablet,
    arrived,
    invite,
    open_tablet,
    wait_until_sent,
)

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_the_queue_is_exported_as_a_file_that_says_what_it_is(tablet):
    tablet.run("hailong.sender.failures = 1;")  # sending waits
    for _ in range(2):
        tablet.press("overall:5")
        tablet.wait_for("thanks")
        tablet.press("done")
        tablet.wait_for("rating")
    text = tablet.run("return (await export_queue.writeQueueFile(hailong)).text;", "export_queue")
    head, *items = text.splitlines()
    told = json.loads(head)
    assert (told["kind"], told["count"], len(items)) == ("hailong-queue", 2, 2)
    assert [json.loads(item)["sequence"] for item in items] == [1, 2]
    assert told["sha256"] == hashlib.sha256("".join(f"{item}\n" for item in items).encode()).hexdigest()


def test_two_tabs_share_one_row_of_numbers_and_send_nothing_twice(chromium, tablet, service):
    second = Tablet(chromium.open_page(f"{tablet.address}/kiosk", width=820, beside=tablet.page), tablet.address)
    second.wait_for("rating")
    for each in (tablet, second, tablet, second):
        each.press("overall:5")
        each.wait_for("thanks")
        each.press("done")
        each.wait_for("rating")
    wait_until_sent(tablet)
    assert [row.device_sequence for row in arrived(service, 4)] == [1, 2, 3, 4]
    assert tablet.page.errors == second.page.errors == []


def test_a_tab_that_dies_while_somebody_answers_keeps_what_was_answered(chromium, tablet, service):
    tablet.press("overall:1")
    tablet.wait_for("reasons")
    tablet.press("reasons:attitude")
    tablet.browser.pump(0.3)
    tablet.page.crash()
    again = Tablet(chromium.open_page(f"{tablet.address}/kiosk", width=820, beside=tablet.page), tablet.address)
    again.wait_for("rating")
    wait_until_sent(again)
    [row] = arrived(service, 1)
    assert (row.answers["overall"], row.answers["reasons.attitude"], row.completeness) == (1, True, "flagged")


def test_a_revoked_tablet_goes_on_keeping_answers_and_sends_them_after_a_new_enrolment(chromium, service):
    app, _ = service
    tablet = open_tablet(chromium, *service)[0]
    with Session(app.state.engine) as session, session.begin():
        begin_write(session)  # a heartbeat may be written at this moment
        revoke_device(session, tablet.page.evaluate("hailong.device"), now=utc_now(), actor="test")
    tablet.press("overall:3")
    tablet.wait_for("reasons")
    tablet.press("send")
    tablet.wait_for("thanks")
    tablet.press("done")
    tablet.wait_for("rating")
    tablet.send()
    told = "document.querySelector('#place').innerText"
    tablet.browser.pump_until(lambda: "ghi danh lại" in tablet.page.evaluate(told), 10, "the notice to the staff")
    assert len(tablet.queue()) == 1
    code = invite(app.state.engine).code
    tablet.run(f"await configuration.enrol(hailong, {json.dumps(code)}, 1);", "configuration")
    tablet.send()
    assert tablet.queue() == []
    assert [row.answers for row in arrived(service, 1)] == [{"overall": 3}]
