"""A tablet with a keyboard and nothing else: it is enrolled, and its supervisor comes in, looks and sends."""

import pytest

from tests.browser.keyboard import ALT, CONTROL, press_together, tab_to, write
from tests.browser.kiosk.tablet import Tablet, invite, list_stored, open_tablet

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def press_key(tablet: Tablet, key: str) -> None:
    tab_to(tablet.page, f'[data-key="{key}"]')
    tablet.page.press("Enter")


def test_a_tablet_is_enrolled_and_answered_on(chromium, service):
    app, address = service
    tablet = Tablet(chromium.open_page(f"{address}/kiosk", width=820, height=1180), address)
    tablet.wait_for("enrol")
    tab_to(tablet.page, "main input")
    write(tablet.page, invite(app.state.engine).code)
    tablet.page.press("Enter")
    tablet.wait_for("rating")
    press_key(tablet, "overall:5")
    tablet.wait_for("thanks")
    press_key(tablet, "done")
    tablet.browser.pump_until(lambda: tablet.queue() == [], 10, "the queue to be empty")
    assert [row.answers for row in list_stored(app.state.engine)] == [{"overall": 5}]


def test_the_supervisor_comes_in_with_the_pin_and_leaves(chromium, service):
    tablet, invitation = open_tablet(chromium, *service)
    press_together(tablet.page, CONTROL | ALT, "k", "KeyK", 75)
    tablet.wait_for("pin")
    for digit in invitation.pin or "":
        press_key(tablet, f"pin-{digit}")
    press_key(tablet, "pin-enter")
    tablet.wait_for("supervisor")
    press_key(tablet, "send")
    told = "document.querySelector('.told').innerText"
    tablet.browser.pump_until(lambda: "Đã gửi hết" in tablet.page.evaluate(told), 10, "the test send")
    press_key(tablet, "close")
    tablet.wait_for("rating")
