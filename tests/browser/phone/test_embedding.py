"""A poll and a rating button within a page of another origin: shown, sized, answered, closed."""

from collections.abc import Iterator
from datetime import date

import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from sqlmodel import Session, select

from api.app import create_app
from api.settings import Settings
from api.tables import Response, Unit
from tests.browser.axe import find_faults
from tests.browser.served import serve

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PAGE = """<!doctype html><html lang="vi"><title>Cổng của cơ quan khác</title><main><h1>Tin</h1>
<a id="poll" href="{service}/f/portal_poll?unit=T1" data-hailong-form="portal_poll"
   data-hailong-unit="T1">Có ích?</a>
<a id="rate" href="{service}/f/counter?unit=T1" data-hailong-form="counter" data-hailong-unit="T1"
   data-hailong-button="Góp ý">Góp ý</a>
<script src="{service}/widget.js" defer></script></main></html>"""
FRAME = "document.querySelector('iframe')"


@pytest.fixture
def foreign(sqlite_url, tmp_path) -> Iterator[tuple[FastAPI, str, str]]:
    """The service, its address, and the address of a page of somebody else, with a strict policy of its own."""
    office = FastAPI()
    with serve(office) as office_address:
        # Two names of one machine are two origins.
        origin = office_address.replace("127.0.0.1", "localhost")
        settings = Settings(database_url=sqlite_url, var_folder=tmp_path / "var", widget_hosts=origin)
        app = create_app(settings)
        with Session(app.state.engine) as session, session.begin():
            session.add(Unit(code="T1", name="Xã Thử", kind="commune", valid_from=date(2025, 7, 1), is_demo=True))
        with serve(app) as address:

            @office.get("/")
            def show() -> HTMLResponse:
                policy = f"default-src 'none'; script-src {address}; frame-src {address}"
                return HTMLResponse(PAGE.format(service=address), headers={"Content-Security-Policy": policy})

            yield app, address, origin
        app.state.engine.dispose()


def open_frame(chromium, page, address):
    """The frame at ``address`` as a page of its own: what stands in it belongs to another process, and frames of
    other tests may still be open."""
    targets = []
    page.browser.pump_until(
        lambda: (
            targets.extend(
                found["targetId"]
                for found in chromium.send("Target.getTargets")["targetInfos"]
                if found["type"] == "iframe" and found["url"].startswith(address)
            )
            or targets
        ),
        20,
        "the frame",
    )
    session = chromium.send("Target.attachToTarget", targetId=targets[0], flatten=True)["sessionId"]
    return lambda expression: chromium.send(
        "Runtime.evaluate", session, expression=expression, returnByValue=True, awaitPromise=True
    )["result"].get("value")


def test_a_poll_stands_in_the_page_in_its_full_height_and_is_answered(chromium, foreign):
    app, address, origin = foreign
    page = chromium.open_page(origin, width=820)
    frame = open_frame(chromium, page, f"{address}/widget/portal_poll")
    page.browser.pump_until(lambda: not page.evaluate(f"{FRAME}.style.height === '28rem'"), 20, "its height")
    height = frame("Math.ceil(document.body.getBoundingClientRect().height)")
    assert page.evaluate(f"{FRAME}.style.height") == f"{height}px"
    assert frame("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    frame("document.querySelector('[name=useful][value=\"4\"]').click()")
    frame("document.querySelector('main button[type=submit]').click()")
    page.browser.pump_until(lambda: frame("location.pathname.endsWith('/thanks')"), 20, "the thanks")
    with Session(app.state.engine) as session:
        [row] = session.exec(select(Response)).all()
    assert (row.answers, row.channel, row.selection) == ({"useful": 4}, "portal", "self_selected")
    assert page.send("Network.getAllCookies")["cookies"] == []
    assert page.errors == []
    assert find_faults(page) == []


def test_the_button_opens_a_dialog_that_escape_closes_from_both_sides(chromium, foreign):
    _, address, origin = foreign
    page = chromium.open_page(origin, width=820)
    dialogs = "document.querySelectorAll('[role=dialog]').length"
    page.evaluate("[...document.querySelectorAll('button')].find(found => found.textContent === 'Góp ý').focus()")
    page.press("Enter")
    assert page.evaluate(dialogs) == 1
    assert page.evaluate("document.activeElement.textContent") == "Đóng ✕"
    assert page.evaluate("document.querySelector('main').inert")
    page.press("Escape")
    assert page.evaluate(dialogs) == 0
    assert page.evaluate("document.activeElement.textContent") == "Góp ý"
    page.press("Enter")
    frame = open_frame(chromium, page, f"{address}/widget/counter")
    page.browser.pump_until(lambda: frame("document.readyState") == "complete", 20, "the form")
    frame("document.dispatchEvent(new KeyboardEvent('keydown', {key: 'Escape', bubbles: true})); 1")
    page.browser.pump_until(lambda: page.evaluate(dialogs) == 0, 20, "the dialog to close")


def test_messages_of_other_origins_change_nothing(chromium, foreign):
    page = chromium.open_page(foreign[2], width=820)
    page.browser.pump_until(lambda: not page.evaluate(f"{FRAME}.style.height === '28rem'"), 20, "its height")
    before = page.evaluate(f"{FRAME}.style.height")
    page.evaluate("postMessage({hailong: 'height', height: 5}, '*')")
    page.browser.pump(0.3)
    assert page.evaluate(f"{FRAME}.style.height") == before


def test_without_scripts_a_link_is_left(chromium, foreign):
    page = chromium.open_page(foreign[2], width=820, scripts=False)
    assert page.evaluate("document.querySelector('#poll').href.includes('/f/portal_poll?')")


def test_only_forms_for_embedding_may_be_framed_and_only_by_the_hosts_named(chromium, service):
    # This service names no host.
    page = chromium.open_page(f"{service.address}/widget/portal_poll?unit=T1", width=360)
    policy = "fetch(location.href).then(reply => reply.headers.get('content-security-policy'))"
    assert "frame-ancestors 'none'" in page.evaluate(policy)
    page.go(f"{service.address}/f/counter?unit=T1")
    assert "frame-ancestors 'none'" in page.evaluate(policy)
