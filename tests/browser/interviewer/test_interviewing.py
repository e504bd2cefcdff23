"""A tablet of an interviewer in a real browser: the list, tries without network, consent, an interview, axe."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import Session

from api.tables import InterviewAttempt
from tests.browser.axe import find_faults
from tests.browser.chromium import Chromium
from tests.browser.interviewer.scenes import open_interviewer, wait_until
from tests.browser.keyboard import tab_to
from tests.browser.kiosk.tablet import Tablet, list_stored, serve_kiosks

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.long]


@pytest.fixture
def served(sqlite_url: str, tmp_path: Path):
    with serve_kiosks(sqlite_url, tmp_path) as found:
        yield found


@pytest.fixture
def tablet(chromium: Chromium, served, tmp_path: Path) -> Tablet:
    """Enrolled, its list of three cases on the screen."""
    return open_interviewer(chromium, *served, tmp_path, width=820, height=1180)


def kept(tablet: Tablet) -> list[dict]:
    found = tablet.run("return (await interviews.recallInterviews(hailong)).attempts;", "interviews")
    return list(found)


def list_tries(engine) -> list[InterviewAttempt]:
    with Session(engine) as session:
        return list(session.execute(select(InterviewAttempt)).scalars())


def test_tries_without_network_wait_and_arrive_once(tablet, served):
    app, _ = served
    tablet.page.go_offline()
    tablet.press("case-H1")
    tablet.wait_for("case")
    tablet.press("non_contact")
    tablet.wait_for("cases")
    tablet.press("case-H2")
    tablet.wait_for("case")
    tablet.press("refusal")
    tablet.wait_for("cases")
    assert [one["outcome"] for one in kept(tablet)] == ["non_contact", "refusal"]
    assert list_tries(app.state.engine) == []
    tablet.page.go_offline(False)
    tablet.press("sync")
    wait_until(tablet, "!document.querySelector('main .help')", "nothing to wait")
    assert kept(tablet) == []
    tries = list_tries(app.state.engine)
    assert sorted(one.outcome for one in tries) == ["non_contact", "refusal"]
    assert all(one.at is not None for one in tries)
    assert "Đã xong 1 trong 3" in tablet.page.evaluate("document.querySelector('main').textContent")


def test_who_does_not_agree_is_not_asked(tablet, served):
    app, _ = served
    tablet.press("case-H1")
    tablet.wait_for("case")
    tablet.press("begin")
    tablet.wait_for("consent")
    tablet.press("decline")
    tablet.wait_for("cases")
    tablet.browser.pump_until(lambda: len(list_tries(app.state.engine)) == 1, 10, "the try to arrive")
    assert [one.outcome for one in list_tries(app.state.engine)] == ["refusal"]
    assert list_stored(app.state.engine) == []


def test_an_interview_is_a_response_that_nothing_joins_to_its_case(tablet, served):
    app, _ = served
    tablet.press("case-H3")
    tablet.wait_for("case")
    tablet.press("begin")
    tablet.wait_for("consent")
    tablet.press("agree")
    tablet.wait_for("question")
    answer_everything(tablet)
    tablet.wait_for("thanks")
    tablet.press("done")
    tablet.wait_for("cases")
    tablet.browser.pump_until(lambda: len(list_tries(app.state.engine)) == 1, 10, "the try to arrive")
    tablet.browser.pump_until(lambda: len(list_stored(app.state.engine)) == 1, 20, "the response to arrive")
    (tried,), (response,) = list_tries(app.state.engine), list_stored(app.state.engine)
    assert (tried.outcome, tried.at, tried.seconds) == ("complete", None, None)
    assert response.channel == "interviewer"
    assert response.durations
    assert "assignment" not in json.dumps(response.model_dump(), default=str)
    assert str(tried.assignment) not in json.dumps(response.model_dump(), default=str)
    assert "đã phỏng vấn" in tablet.page.evaluate("document.querySelector('[data-key=case-H3]').textContent")


@pytest.mark.parametrize("why", ["refused", "interrupted"])
def test_who_breaks_off_an_interview_is_asked_why(tablet, served, why):
    app, _ = served
    for key, leads_to in (("case-H1", "case"), ("begin", "consent"), ("agree", "question"), ("leave", "stopped")):
        tablet.press(key)
        tablet.wait_for(leads_to)
    tablet.page.resize(360, 900)
    assert not tablet.page.overflow()
    assert find_faults(tablet.page) == []
    tablet.press(why)
    tablet.wait_for("cases")
    tablet.browser.pump_until(lambda: len(list_tries(app.state.engine)) == 1, 10, "the try to arrive")
    (tried,) = list_tries(app.state.engine)
    assert (tried.outcome, tried.why, tried.at) == ("break_off", why, None)


def test_an_interview_by_keyboard_alone(tablet, served):
    app, _ = served
    for key, leads_to in (("case-H2", "case"), ("begin", "consent"), ("agree", "question")):
        tab_to(tablet.page, f'[data-key="{key}"]')
        tablet.page.press("Enter")
        tablet.wait_for(leads_to)
    tab_to(tablet.page, "main .level")
    tablet.page.press("Enter")
    for _ in range(30):
        tablet.browser.pump(0.3)
        if tablet.screen() == "thanks":
            break
        if tablet.page.evaluate("!!document.querySelector('main :is([data-key=send], [data-key=next])')"):
            tab_to(tablet.page, "main :is([data-key=send], [data-key=next])")
            tablet.page.press("Enter")
    tab_to(tablet.page, "[data-key=done]")
    tablet.page.press("Enter")
    tablet.wait_for("cases")
    tablet.browser.pump_until(lambda: len(list_stored(app.state.engine)) == 1, 20, "the response to arrive")
    assert list_stored(app.state.engine)[0].channel == "interviewer"


def answer_everything(tablet: Tablet) -> None:
    """The first question is the only one that must be answered; the others are passed."""
    tablet.page.click("main .level")
    for _ in range(30):
        tablet.browser.pump(0.3)
        if tablet.screen() == "thanks":
            return
        if tablet.page.evaluate("!!document.querySelector('main [data-key=send]')"):
            tablet.press("send")
        elif tablet.page.evaluate("!!document.querySelector('main [data-key=next]')"):
            tablet.press("next")


def test_screens_fit_every_width_and_axe_finds_nothing(tablet, tmp_path):
    problems = []
    for leads, name in ((None, "cases"), ("case-H1", "case"), ("begin", "consent")):
        if leads:
            tablet.press(leads)
        tablet.wait_for(name)
        for width in (360, 820, 1280):
            tablet.page.resize(width, 900)
            tablet.browser.pump(0.3)
            if tablet.page.overflow():
                problems.append((name, width, tablet.page.overflow()))
            small = tablet.page.evaluate(
                "[...document.querySelectorAll('main button')]"
                ".filter(one => one.getBoundingClientRect().height < 59.9).map(one => one.textContent)"
            )
            problems += [(name, width, one) for one in small]
            tablet.page.screenshot(tmp_path / f"{name}-{width}.png", whole=True)
        problems += [(name, fault) for fault in find_faults(tablet.page)]
    assert problems == []
    assert tablet.page.errors == []
