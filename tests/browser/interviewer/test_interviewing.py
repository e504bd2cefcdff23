"""A tablet of an interviewer in a real browser: the list, tries without network, consent, an interview, axe."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import Session

from api.clock import local_day, utc_now
from api.interviews.importing import Importer, import_assignments
from api.settings import Settings
from api.tables import InterviewAttempt
from tests.browser.axe import find_faults
from tests.browser.chromium import Chromium
from tests.browser.kiosk.tablet import UNIT, Tablet, invite, list_stored, serve_kiosks

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture
def served(sqlite_url: str, tmp_path: Path):
    with serve_kiosks(sqlite_url, tmp_path) as found:
        yield found


@pytest.fixture
def tablet(chromium: Chromium, served, tmp_path: Path) -> Tablet:
    """Enrolled, its list of three cases on the screen."""
    app, address = served
    file = tmp_path / "list.csv"
    places = ("Tổ 12, ngõ 5 đường Lê Lợi", "Tổ 13, nhà văn hóa khu phố", "Tổ 14, chợ Hải Châu")
    lines = [f'H{number},{UNIT},"{place}"' for number, place in enumerate(places, 1)]
    file.write_text("\n".join(["code,unit,place", *lines]), "utf-8")
    now = utc_now()
    today = local_day(now, Settings().zone)
    import_assignments(app.state.engine, file, Importer("test"), survey="s", today=today, now=now)
    code = invite(app.state.engine, mode="interviewer", form="kinds", idle_seconds=300).code
    opened = Tablet(chromium.open_page(f"{address}/kiosk#code={code}", width=820, height=1180), address)
    opened.wait_for("cases")
    wait_until(opened, "document.querySelectorAll('.case').length === 3", "three cases")
    return opened


def wait_until(tablet: Tablet, what: str, told: str) -> None:
    tablet.browser.pump_until(lambda: tablet.page.evaluate(what), 20, told)


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
