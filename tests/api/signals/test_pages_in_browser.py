"""The pages of signals and of the proof of work in a real browser: keyboard; the script."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from analysis.quality.signals.frames import Signal as Found
from api.app import create_app
from api.rate_limit import CALM_PART, RateLimit
from api.settings import Settings
from api.signals.service import store_signals
from api.tables import Response, ResponseExclusion, Signal
from survey_forms.loader import load_catalogue
from tests.api.staff.people import EMAIL, PASSWORD, add_second_factor, add_staff, code_of
from tests.browser.chromium import Chromium
from tests.browser.page import Page
from tests.browser.served import serve
from tests.conftest import NOW
from tests.registered import add_register
from tests.stored import make_response, store

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

SMALL_TARGETS = """[...document.querySelectorAll(`main button, main input:not([type=hidden], [type=checkbox]),
  main select, main textarea, .tick`)].filter(one => one.checkVisibility() && !one.closest('[aria-hidden]'))
  .map(one => [one.outerHTML.slice(0, 80), one.getBoundingClientRect().height])
  .filter(([, high]) => high < 43.9)"""


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def secret(engine: Engine) -> str:
    """The second factor of an analyst; three signals to look at."""
    add_register(engine)
    form = load_catalogue().get("counter", "2026.1")
    rows = [
        make_response(number, form, {"overall": 5}, unit_filed="00004", counter="Q1") for number in range(1, 31)
    ]
    ids, day = tuple(str(row.id) for row in rows), rows[0].local_day
    store(engine, rows)
    late = {"hits": 26, "responses": 30, "minutes": 15, "share": 86.7, "share_elsewhere": 4.2}
    burst = {"responses": 13, "minutes": 10, "expected": 0.3, "until": "10:04"}
    found = [
        Found("burst", "counter", "00004", "Q1", day, burst, ids[:13], 3.6e-15),
        Found("closing_time", "counter", "00004", "Q1", None, late, ids, 1e-7),
        Found("trap", "counter", "00008", None, None, {"responses": 1}, ids[:1]),
    ]
    with Session(engine) as session, session.begin():
        store_signals(session, found, month="2026-10", now=NOW)
    return add_second_factor(engine, add_staff(engine, "analyst"))


@pytest.fixture
def address(sqlite_url: str, tmp_path: Path, secret: str) -> Iterator[str]:
    app = create_app(Settings(database_url=sqlite_url, var_folder=tmp_path), clock=lambda: NOW)
    app.state.rate_limit = RateLimit(600, seconds=lambda: 0.0)  # no time passes: it never gets calm again
    for _ in range(600 // CALM_PART):
        app.state.rate_limit.is_calm("127.0.0.1")
    with serve(app) as found:
        yield found
    app.state.engine.dispose()


def sign_in_there(page: Page, address: str, secret: str) -> None:
    page.go(f"{address}/staff/sign-in?next=/staff/signals")
    page.type("#email", EMAIL)
    page.type("#password", PASSWORD)
    page.press("Enter", leads_away=True)
    page.type("#code", code_of(secret))
    page.press("Enter", leads_away=True)


def test_an_analyst_leaves_responses_out_by_keyboard_without_scripts(chromium, address, secret, engine):
    page = chromium.open_page(width=820, scripts=False)
    sign_in_there(page, address, secret)
    with Session(engine) as session:
        id = session.exec(select(Signal.id).where(Signal.kind == "burst")).one()
    page.go(f"{address}/staff/signals/{id}")
    page.type("#reason", "Quầy trưởng xác nhận bấm thử máy")
    page.press("Tab")  # keep
    page.press("Tab")  # leave out those chosen
    page.press("Enter", leads_away=True)
    assert "Đã ghi" in page.evaluate("document.querySelector('.done').textContent")
    with Session(engine) as session:
        assert len(session.exec(select(ResponseExclusion)).all()) == 13


def fill_in(page: Page, address: str) -> None:
    """Posts the form as the page would; the page of 429 comes back."""
    page.go(f"{address}/f/counter?unit=00004")
    page.evaluate(
        """(() => {
          const form = document.createElement('form'), fields = {_id: '7d0b1f5e-7c0f-4a53-9d61-1f1d2ad2a1c5',
            _version: '2026.1', _unit: '00004', _channel: 'qr', _lang: 'vi', overall: '5'};
          form.method = 'post'; form.action = '/f/counter';
          for (const [name, value] of Object.entries(fields)) {
            const input = document.createElement('input');
            input.name = name; input.value = value; form.append(input);
          }
          const button = document.createElement('button');
          button.textContent = 'send'; button.id = 'go'; form.append(button);
          document.body.replaceChildren(form); return 1;
        })()"""
    )
    page.click("#go", leads_away=True)


def count_stored(engine: Engine) -> int:
    with Session(engine) as session:
        return len(session.exec(select(Response).where(Response.unit_filed == "00004")).all())


def test_the_script_does_the_work_and_the_response_is_stored(chromium: Chromium, address: str, engine: Engine):
    page = chromium.open_page(width=360)
    fill_in(page, address)
    # Nothing is asked of a page that is about to leave: its answer would never come.
    chromium.pump_until(lambda: any("/thanks" in one.url for one in page.requests), 60, "the work was never done")
    assert count_stored(engine) == 31
    sent = [request.status for request in page.requests if request.method == "POST"]
    assert sent == [429, 303]


def test_without_script_the_page_says_how_long_to_wait(chromium: Chromium, address: str, engine: Engine):
    page = chromium.open_page(width=320, scripts=False)
    fill_in(page, address)
    assert "20 giây" in page.evaluate("document.querySelector('#told').textContent")
    assert page.overflow() == 0
    assert page.evaluate(SMALL_TARGETS) == []
    assert count_stored(engine) == 30
