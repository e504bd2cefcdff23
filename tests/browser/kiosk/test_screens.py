"""A person at the tablet, on the real service: tap, say why, change one's mind, walk away, ask for help."""

import hashlib
import json
import shutil
from dataclasses import asdict

import pytest
from fastapi.encoders import jsonable_encoder
from sqlmodel import Session

from api.auth import make_key
from api.clock import utc_now
from api.db import begin_write
from api.kiosks.devices import revoke_device
from api.kiosks.services import end_service
from survey_forms.pages.kiosk.assets import FOLDER, read_assets
from tests.browser.kiosk.tablet import COUNTER, PROCEDURE, Tablet, invite, list_stored, open_tablet, serve_kiosks
from tests.served_process import post_once

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SUPERVISOR = "dispatchEvent(new KeyboardEvent('keydown', {ctrlKey: true, altKey: true, code: 'KeyK', key: 'k'}))"


@pytest.fixture
def service(sqlite_url, tmp_path):
    with serve_kiosks(sqlite_url, tmp_path) as served:
        yield served


@pytest.fixture
def tablet(chromium, service) -> Tablet:
    return open_tablet(chromium, *service)[0]


def arrived(service, count: int):
    """The responses of the service, when there are so many."""
    rows = list_stored(service[0].state.engine)
    assert len(rows) == count
    return rows


def wait_until_sent(tablet: Tablet) -> None:
    tablet.browser.pump_until(lambda: tablet.queue() == [], 10, "the queue to be empty")


def test_one_tap_rates_and_is_thanked_for_and_arrives(tablet, service):
    tablet.press("overall:4")
    tablet.wait_for("thanks")
    assert "Cảm ơn" in tablet.page.evaluate("document.querySelector('h1').innerText")
    tablet.press("done")
    wait_until_sent(tablet)
    [row] = arrived(service, 1)
    assert row.answers == {"overall": 4}
    assert (row.channel, row.counter, row.device_sequence, row.option_order) == ("kiosk", COUNTER, 1, "ascending")
    assert (row.completeness, row.is_assisted, row.language) == ("complete", False, "vi")
    assert tablet.page.errors == []
    assert tablet.page.origins() == {tablet.address}


def test_a_low_rating_is_asked_for_reasons_and_a_comment(tablet, service):
    tablet.press("overall:2")
    tablet.wait_for("reasons")
    tablet.press("reasons:other")
    tablet.page.type("input.words", "Ghế ngồi chờ ít 👍")
    tablet.press("reasons:waiting")
    tablet.page.type("textarea", "Ki-ốt dễ dùng")
    tablet.press("send")
    tablet.wait_for("thanks")
    tablet.press("done")
    wait_until_sent(tablet)
    [row] = arrived(service, 1)
    chosen = {name for name, value in row.answers.items() if value is True}
    assert (row.answers["overall"], chosen) == (2, {"reasons.waiting", "reasons.other"})
    assert row.completeness == "complete"


def test_a_wrong_tap_can_be_taken_back_while_the_thanks_are_shown(tablet, service):
    tablet.press("overall:1")
    tablet.wait_for("reasons")
    tablet.press("again")
    tablet.wait_for("rating")
    tablet.press("overall:5")
    tablet.wait_for("thanks")
    tablet.press("again")
    tablet.wait_for("rating")
    tablet.press("overall:4")
    tablet.wait_for("thanks")
    tablet.press("done")
    wait_until_sent(tablet)
    [row] = arrived(service, 1)
    assert (row.answers, row.device_sequence) == ({"overall": 4}, 1)


def test_who_walks_away_from_the_reasons_has_rated_and_is_marked(tablet, service):
    tablet.configure(idle_seconds=1, countdown_seconds=2)
    tablet.press("overall:2")
    tablet.wait_for("reasons")
    tablet.browser.pump_until(
        lambda: tablet.page.evaluate("!!document.querySelector('#still-there')"), 5, "countdown"
    )
    tablet.wait_for("rating")
    wait_until_sent(tablet)
    [row] = arrived(service, 1)
    assert (row.answers, row.completeness) == ({"overall": 2}, "flagged")


def test_a_press_during_the_countdown_goes_on(tablet, service):
    tablet.configure(idle_seconds=1, countdown_seconds=4)
    tablet.press("overall:2")
    tablet.wait_for("reasons")
    tablet.browser.pump_until(
        lambda: tablet.page.evaluate("!!document.querySelector('#still-there')"), 5, "countdown"
    )
    tablet.press("stay")
    assert tablet.page.evaluate("document.querySelector('#still-there')") is None
    assert tablet.screen() == "reasons"


def form_of(service, form: str, version: str) -> dict[str, object]:
    return jsonable_encoder(asdict(service[0].state.forms.get(form, version)))


def fill_in_kinds(tablet: Tablet) -> None:
    """Every type of question, to the last look."""
    tablet.press("start")
    tablet.wait_for("question")
    tablet.press("level:4")
    tablet.press("place:other")
    tablet.page.type("input.words", "Tổ trưởng dân phố")
    tablet.press("next")
    tablet.press("papers:proof")
    tablet.press("papers:card")
    tablet.press("next")
    tablet.press("staff.polite:5")
    tablet.press("staff:not_applicable")
    tablet.press("paid:true")
    tablet.page.type("input.number", "50")
    tablet.press("next")
    for part, typed in (("day", "20"), ("month", "11"), ("year", "2026")):
        tablet.page.type(f"input.{part}", typed)
    tablet.press("next")
    tablet.page.type("textarea", "Cảm ơn")
    tablet.press("next")
    tablet.wait_for("last")


def test_every_type_of_question_is_answered_one_to_a_screen(chromium, service):
    tablet = open_tablet(
        chromium, *service, mode="form", form="kinds", form_version="1", option_order="descending"
    )[0]
    fill_in_kinds(tablet)
    assert tablet.queue() == []
    tablet.press("send")
    tablet.wait_for("thanks")
    tablet.press("done")
    wait_until_sent(tablet)
    [row] = arrived(service, 1)
    assert row.answers == {
        "level": 4,
        "place": "other",
        "papers.card": True,
        "papers.form": False,
        "papers.proof": True,
        "staff.polite": 5,
        "staff.clear#missing": "not_applicable",
        "paid": True,
        "amount": 50.0,
        "day": "2026-11-20",
    }
    assert (row.completeness, row.option_order) == ("complete", "descending")
    assert set(row.durations) <= {"level", "place", "papers", "staff", "paid", "amount", "day", "comment"}


def test_what_cannot_be_sent_is_said_at_its_question_and_back_finds_what_was_answered(chromium, service):
    tablet = open_tablet(chromium, *service, mode="form", form="kinds", form_version="1")[0]
    tablet.press("start")
    tablet.press("next")
    assert tablet.page.evaluate("document.querySelector('.mistake').innerText") == "Câu này cần trả lời."
    tablet.press("level:3")
    tablet.press("next")
    for option in ("card", "form", "proof"):
        tablet.press(f"papers:{option}")
    tablet.press("next")
    assert tablet.page.evaluate("document.querySelector('.mistake').innerText") == "Chọn nhiều nhất 2 mục."
    tablet.press("back")
    tablet.press("back")
    assert tablet.page.evaluate("document.querySelector('[aria-pressed=true].level').dataset.value") == "3"
    tablet.press("tool-language-en")
    assert tablet.page.evaluate("document.querySelector('h1').innerText").startswith("How satisfied")
    assert tablet.page.evaluate("document.querySelector('[aria-pressed=true].level').dataset.value") == "3"


@pytest.mark.parametrize(("policy", "kept"), [("discard", []), ("partial", ["partial"]), ("flagged", ["flagged"])])
def test_a_form_left_in_the_middle_is_kept_as_its_version_says(chromium, service, policy, kept):
    tablet = open_tablet(chromium, *service, mode="form", form="kinds", form_version="1")[0]
    tablet.configure(questionnaire={**form_of(service, "kinds", "1"), "on_idle": policy})
    tablet.press("start")
    tablet.press("level:4")
    tablet.press("place:web")
    tablet.press("leave")
    tablet.wait_for("start")
    wait_until_sent(tablet)
    rows = arrived(service, len(kept))
    assert [row.completeness for row in rows] == kept
    assert all(row.answers == {"level": 4, "place": "web"} for row in rows)


def test_language_help_and_size_of_text_are_of_one_person(tablet, service):
    tablet.press("tool-language-en")
    tablet.press("tool-assisted")
    tablet.press("tool-larger")
    tablet.press("overall:5")
    tablet.wait_for("thanks")
    assert "Thank you" in tablet.page.evaluate("document.querySelector('h1').innerText")
    assert tablet.page.evaluate("document.documentElement.lang") == "en"
    tablet.press("done")
    tablet.wait_for("rating")
    assert tablet.page.evaluate("[document.documentElement.lang, hailong.textScale, hailong.isAssisted]") == [
        "vi",
        1,
        False,
    ]
    wait_until_sent(tablet)
    [row] = arrived(service, 1)
    assert (row.language, row.is_assisted) == ("en", True)


def test_left_and_right_change_places_and_it_is_written_down(chromium, service):
    tablet = open_tablet(chromium, *service, option_order="alternate")[0]
    first = "document.querySelector('.level').dataset.value"
    seen = []
    for _ in range(2):
        seen.append(tablet.page.evaluate(first))
        tablet.press("overall:5")
        tablet.wait_for("thanks")
        tablet.press("done")
        tablet.wait_for("rating")
    wait_until_sent(tablet)
    assert seen == ["1", "5"]
    assert [row.option_order for row in arrived(service, 2)] == ["ascending", "descending"]


def test_the_keyboard_alone_rates_and_says_why(tablet, service):
    tablet.page.evaluate("document.querySelector('h1').focus()")
    for _ in range(2):
        tablet.page.press("Tab")
    assert tablet.page.evaluate("document.activeElement.dataset.key") == "overall:2"
    tablet.page.press("Enter")
    tablet.wait_for("reasons")
    tablet.page.press("Tab")
    tablet.page.press(" ")
    assert tablet.page.evaluate("document.activeElement.getAttribute('aria-pressed')") == "true"
    for _ in range(20):
        tablet.page.press("Tab")
        if tablet.page.evaluate("document.activeElement.dataset.key") == "send":
            break
    tablet.page.press("Enter")
    tablet.wait_for("thanks")
    tablet.page.press("Tab")
    tablet.page.press("Enter")
    tablet.wait_for("rating")
    wait_until_sent(tablet)
    [row] = arrived(service, 1)
    assert row.answers["reasons.waiting"] is True


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


def test_who_throws_an_answer_away_that_could_not_be_stored_is_taken_at_their_word(chromium, tablet, service):
    tablet.press("overall:1")
    tablet.wait_for("reasons")
    tablet.press("reasons:attitude")
    tablet.browser.pump(0.3)  # the draft is written
    refuse = "IDBObjectStore.prototype.add = () => { throw new DOMException('no room', 'QuotaExceededError'); }; 0"
    tablet.page.evaluate(refuse)
    tablet.press("send")
    tablet.wait_for("failure")
    tablet.press("give_up")
    tablet.wait_for("rating")
    tablet.page.go(f"{tablet.address}/kiosk")
    tablet.wait_for("rating")
    tablet.browser.pump(0.5)
    assert tablet.queue() == []
    drafts = tablet.run("return (await drafts.listOrphans(hailong.store)).length;", "drafts")
    assert drafts == 0
    arrived(service, 0)


def test_outside_opening_hours_it_is_closed_and_still_sends(tablet, service):
    tablet.press("overall:5")
    tablet.wait_for("thanks")
    tablet.configure(opening_hours={"mon": []})
    tablet.press("done")
    tablet.wait_for("closed")
    wait_until_sent(tablet)
    arrived(service, 1)


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
    kill_tab(tablet)
    again = Tablet(chromium.open_page(f"{tablet.address}/kiosk", width=820, beside=tablet.page), tablet.address)
    again.wait_for("rating")
    wait_until_sent(again)
    [row] = arrived(service, 1)
    assert (row.answers["overall"], row.answers["reasons.attitude"], row.completeness) == (1, True, "flagged")


def kill_tab(tablet: Tablet) -> None:
    """End the renderer of this tab, as a crash does."""
    tablet.browser.notify("Page.crash", tablet.page.session)
    tablet.browser.pump_until(lambda: tablet.page.has_crashed, 10, "the crash")


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
