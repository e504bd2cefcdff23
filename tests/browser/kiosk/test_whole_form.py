"""A whole form at the tablet, one question to a screen: every type, mistakes, left in the middle."""

from dataclasses import asdict

import pytest
from fastapi.encoders import jsonable_encoder

from tests.browser.kiosk.tablet import (
    Tablet,
    arrived,
    open_tablet,
    wait_until_sent,
)

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.long]


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
