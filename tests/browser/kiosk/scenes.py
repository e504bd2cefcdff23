"""Every screen of the kiosk, one after the other, on the real service: for pictures, axe and target sizes."""

from collections.abc import Callable, Iterator

from fastapi import FastAPI

from tests.browser.chromium import Chromium
from tests.browser.kiosk.tablet import PROCEDURE, Tablet, open_tablet

Look = Callable[[Tablet, str], None]
CONSENT = {
    "version": "1",
    "vi": "Việc trả lời là tự nguyện; máy không ghi tên, hình ảnh hay tiếng nói.",
    "en": "Answering is voluntary; no name, picture or voice is recorded.",
}
CALL_SUPERVISOR = (
    "dispatchEvent(new KeyboardEvent('keydown', {ctrlKey: true, altKey: true, code: 'KeyK', key: 'k'}))"
)


def visit_screens(chromium: Chromium, app: FastAPI, address: str, look: Look, *, width: int, height: int) -> None:
    """Call ``look(tablet, name)`` on every screen."""
    empty = Tablet(chromium.open_page(f"{address}/kiosk", width=width, height=height), address)
    empty.wait_for("enrol")
    look(empty, "enrol")
    tablet, invitation = open_tablet(chromium, app, address, width=width, height=height)
    tablet.configure(consent=CONSENT, idle_seconds=600)
    tablet.browser.pump(0.3)
    _visit_rating(tablet, look)
    _visit_form(tablet, look)
    _visit_staff(tablet, invitation.pin or "", look)
    for page in (empty.page, tablet.page):  # its stream of events would keep the service from ending
        page.go("about:blank")


def _visit_rating(tablet: Tablet, look: Look) -> None:
    look(tablet, "rating")
    until = "hailong.clock.steady() + 60000"
    tablet.run(
        f"hailong.service = {{ service: 's', procedure: '{PROCEDURE}', until: {until} }}; hailong.wake('x');"
    )
    tablet.browser.pump(0.3)
    look(tablet, "rating-after-a-service")
    tablet.press("overall:2")
    tablet.wait_for("reasons")
    tablet.press("reasons:other")
    look(tablet, "reasons")
    tablet.run("still_there.showCountdown(hailong, 9);", "screens/still_there")
    look(tablet, "still-there")
    tablet.run("still_there.hideCountdown();", "screens/still_there")
    tablet.press("again")
    tablet.wait_for("rating")
    tablet.press("overall:5")
    tablet.wait_for("thanks")
    look(tablet, "thanks")
    tablet.wait_for("rating")
    tablet.configure(opening_hours={"mon": [["07:30", "11:30"]]}, timezone="Asia/Ho_Chi_Minh")
    tablet.wait_for("closed")
    look(tablet, "closed")


def _visit_form(tablet: Tablet, look: Look) -> None:
    kinds = tablet.page.evaluate(f"fetch('{tablet.address}/api/v1/forms/kinds/1').then((reply) => reply.json())")
    procedures = [{"code": PROCEDURE, "name_vi": "Đăng ký khai sinh", "name_en": "Birth registration"}]
    tablet.configure(mode="form", questionnaire=kinds, procedures=procedures, opening_hours={})
    tablet.wait_for("start")
    look(tablet, "start")
    tablet.press("start")
    tablet.wait_for("procedure")
    look(tablet, "procedure")
    tablet.press(f"procedure:{PROCEDURE}")
    for name, keys in _list_questions():
        tablet.wait_for("question")
        if name == "question-rating":
            tablet.press("next")  # the mistake is on the picture too
        look(tablet, name)
        for key in keys:
            tablet.press(key)
    tablet.wait_for("last")
    look(tablet, "last")
    tablet.press("leave")
    tablet.wait_for("start")


def _list_questions() -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "question-rating", ("level:4",)
    yield "question-single", ("place:other", "next")
    yield "question-multiple", ("papers:card", "next")
    yield "question-matrix-row", ("staff.polite:5", "staff.clear:4")
    yield "question-yes-no", ("paid:true",)
    yield "question-number", ("next",)
    yield "question-date", ("next",)
    yield "question-text", ("next",)


def _visit_staff(tablet: Tablet, pin: str, look: Look) -> None:
    # A full disk takes minutes to make (test_week_offline.py does); here the screen is shown as the loop shows it.
    tablet.run("keeping.tellNotStored(hailong, { name: 'QuotaExceededError' }, 0);", "keeping")
    tablet.wait_for("failure")
    look(tablet, "failure")
    tablet.page.evaluate(CALL_SUPERVISOR)
    tablet.wait_for("pin")
    look(tablet, "pin")
    for digit in pin:
        tablet.press(f"pin-{digit}")
    tablet.press("pin-enter")
    tablet.wait_for("supervisor")
    look(tablet, "supervisor")
