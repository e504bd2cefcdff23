"""An invited person in a real browser: question by question, resumed after a lost line, a reload, a closed tab."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import Session, select

from api.db import make_engine
from api.tables import Response
from tests.browser.chromium import Chromium
from tests.browser.invitations import serve_invitations, wait_for, wait_until
from tests.browser.page import Page

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.long]

SHOWN = "[...document.querySelectorAll('.step')].filter(found => found.checkVisibility()).map(found => found.id)"
KEPT = "Object.keys(localStorage).filter(key => key.startsWith('hailong.kept.')).length"
FORM = 'form[action="/t/answer"]'


@pytest.fixture
def served(sqlite_url: str, tmp_path: Path) -> Iterator[tuple[str, list[str]]]:
    with serve_invitations(sqlite_url, tmp_path, "one_stop") as found:
        yield found


def follow(chromium: Chromium, served, number: int, *, scripts: bool = True, beside: Page | None = None) -> Page:
    """The form of an invitation, by its link or, without script, by its code."""
    address, codes = served
    page = chromium.open_page(width=360, scripts=scripts, beside=beside)
    if scripts:
        page.go(f"{address}/t#{codes[number]}")
    else:
        page.go(f"{address}/t")
        page.type("#code", codes[number])
        page.press("Enter", leads_away=True)
    wait_for(page, FORM)
    return page


def go_on(page: Page) -> list[str]:
    page.click(f"#{page.evaluate(SHOWN)[0]} .way a.button")
    return page.evaluate(SHOWN)


def tick_overall(page: Page) -> None:
    page.evaluate("location.hash = '#s-overall'")
    page.click("input[name=overall][value='4']")


def finish(page: Page) -> None:
    """Answer the one question that must be, and send."""
    tick_overall(page)
    page.evaluate("location.hash = '#s-end'")
    page.click("#s-end .second")
    page.browser.pump(0.5)


def wait_for_thanks(page: Page) -> None:
    wait_until(page, "location.pathname === '/t/thanks' && document.readyState === 'complete'")


def stored(url: str) -> list[dict]:
    engine = make_engine(url)
    with Session(engine) as session:
        answers = [row.answers for row in session.exec(select(Response))]
    engine.dispose()
    return answers


@pytest.mark.parametrize("scripts", [False, True], ids=["no script", "script"])
def test_one_question_at_a_time_there_and_back_and_sent(chromium, served, sqlite_url, scripts):
    page = follow(chromium, served, 0, scripts=scripts)
    assert page.evaluate(SHOWN) == ["s-start"]
    assert go_on(page) == ["s-q1"]
    page.click("input[name=q1][value='4']")
    assert go_on(page) == ["s-q2"]
    page.evaluate("history.back()")
    page.browser.pump(0.3)
    assert page.evaluate(SHOWN) == ["s-q1"]
    assert page.evaluate("document.querySelector('input[name=q1]:checked').value") == "4"
    assert [go_on(page)[0] for _ in range(9)][-1] == "s-overall"
    page.click("input[name=overall][value='5']")
    assert [go_on(page)[0] for _ in range(3)][-1] == "s-end"
    if not scripts:
        page.click(".to-review", leads_away=True)
        assert "Rất hài lòng" in page.evaluate("document.querySelector('.review').innerText")
        page.click("dl ~ button[type=submit]", leads_away=True)
    else:
        page.click("#s-end .second", leads_away=True)
    assert page.evaluate("location.pathname") == "/t/thanks"
    assert stored(sqlite_url) == [{"q1": 4, "overall": 5}]
    assert page.errors == []


def test_a_closed_tab_comes_back_at_its_question_without_the_code_on_the_device(chromium, served, sqlite_url):
    first = follow(chromium, served, 0)
    go_on(first)
    first.click("input[name=q1][value='2']")
    go_on(first)
    first.browser.pump(0.6)
    assert served[1][0] not in first.evaluate("JSON.stringify(localStorage)")
    other = follow(chromium, served, 1, beside=first)
    assert other.evaluate("document.querySelector('input[name=q1]:checked')") is None
    first.send("Page.close")
    again = follow(chromium, served, 0, beside=other)
    assert again.evaluate(SHOWN) == ["s-q2"]
    assert again.evaluate("document.querySelector('input[name=q1]:checked').value") == "2"
    finish(again)
    wait_for_thanks(again)
    assert again.evaluate(KEPT) == 0
    assert stored(sqlite_url) == [{"q1": 2, "overall": 4}]


def test_a_reload_loses_nothing(chromium, served):
    page = follow(chromium, served, 0)
    go_on(page)
    page.click("input[name=q1][value='3']")
    loads = page._loads
    page.send("Page.reload")
    page.wait_for_load(loads)
    assert page.evaluate(SHOWN) == ["s-q1"]
    assert page.evaluate("document.querySelector('input[name=q1]:checked').value") == "3"


def test_what_was_sent_without_a_line_goes_when_the_line_is_back(chromium, served, sqlite_url):
    page = follow(chromium, served, 0)
    page.go_offline()
    finish(page)
    offline = "document.querySelector('#told').innerText.includes('CHƯA gửi được')"
    page.browser.pump_until(lambda: page.evaluate(offline), 20, "the line to be missed")
    loads = page._loads
    page.go_offline(False)
    page.wait_for_load(loads)
    assert page.evaluate("location.pathname") == "/t/thanks"
    assert page.evaluate(KEPT) == 0
    assert stored(sqlite_url) == [{"overall": 4}]


def test_an_answer_left_unsent_is_sent_when_the_link_is_followed_again(chromium, served, sqlite_url):
    first = follow(chromium, served, 0)
    first.go_offline()
    finish(first)
    first.crash()
    again = chromium.open_page(width=360, beside=first)
    again.go(f"{served[0]}/t#{served[1][0]}")
    wait_for_thanks(again)
    assert again.evaluate(KEPT) == 0
    assert stored(sqlite_url) == [{"overall": 4}]


def test_a_reply_that_was_never_seen_leaves_nothing_on_the_device(chromium, served, sqlite_url):
    first = follow(chromium, served, 0)
    tick_overall(first)
    # It arrives, the reply does not: the page still waits when its tab is closed.
    first.evaluate("fetch('/t/answer', {method: 'POST', body: new URLSearchParams(new FormData(form))})")
    first.go_offline()
    finish(first)
    assert first.evaluate(KEPT) == 1
    first.crash()
    again = chromium.open_page(width=360, beside=first)
    again.go(f"{served[0]}/t#{served[1][0]}")
    wait_for(again, "[data-over]")
    assert again.evaluate(KEPT) == 0
    assert stored(sqlite_url) == [{"overall": 4}]


def test_the_form_is_sent_by_the_keyboard_alone(chromium, served, sqlite_url):
    page = follow(chromium, served, 0)
    page.evaluate("location.hash = '#s-overall'")
    page.evaluate("document.querySelector('input[name=overall]').focus()")
    page.press(" ")
    page.press("Enter")
    page.browser.pump(0.2)
    assert page.evaluate(SHOWN) == ["s-end"]  # Enter in a field leads to the review
    page.evaluate("document.querySelector('#s-end .second').focus()")
    page.press("Enter", leads_away=True)
    assert stored(sqlite_url) == [{"overall": 1}]
