"""A person at the tablet, on the real service: tap, say why, change one's mind, walk away, ask for help."""

import pytest

from tests.browser.kiosk.tablet import (
    COUNTER,
    arrived,
    open_tablet,
    wait_until_sent,
)

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


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
