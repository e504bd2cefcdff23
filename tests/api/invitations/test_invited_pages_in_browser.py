"""Invited people and their pages in a real browser: with script and without, by keyboard, narrow and wide."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.staff.test_staff_pages_in_browser import look_over
from tests.browser.axe import find_faults
from tests.browser.chromium import Page
from tests.browser.invitations import (
    STAFF_PAGES,
    answer_once,
    serve_invitations,
    sign_in_there,
    visit_public_pages,
    wait_for,
)

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture
def served(sqlite_url: str, tmp_path: Path) -> Iterator[tuple[str, list[str]]]:
    with serve_invitations(sqlite_url, tmp_path) as found:
        yield found


def test_the_code_of_a_link_is_in_no_address_that_reaches_a_server(chromium, served):
    address, codes = served
    page = chromium.open_page(width=360)
    answer_once(page, address, codes[0], lambda _page, _name: None)

    asked = [request.url for request in page.requests]
    assert f"{address}/t/answer" in asked
    assert not any(codes[0] in url.partition("#")[0] for url in asked)
    assert codes[0] not in page.evaluate("location.href + document.referrer")
    assert page.evaluate("document.cookie") == ""
    assert [told for told in page.errors if "status of 409" not in told] == []  # the second try
    assert page.origins() == {address}


def test_going_back_from_the_form_does_not_send_the_code_again(chromium, served):
    address, codes = served
    page = chromium.open_page(width=360)
    page.go(f"{address}/t/thanks")
    page.go(f"{address}/t#{codes[0]}")
    wait_for(page, 'form[action="/t/answer"]')
    page.evaluate("setTimeout(() => history.back(), 0)")
    wait_for(page, 'main:not(:has(form[action="/t/answer"]))')
    # The page that hands the code on may or may not stand in the history; it does not do so twice.
    assert page.evaluate("location.pathname + location.hash") in ("/t", "/t/thanks")
    assert [request.url for request in page.requests].count(f"{address}/t/form") == 1


def test_without_script_the_code_is_typed_and_answered_by_keyboard(chromium, served):
    address, codes = served
    page = chromium.open_page(width=360, scripts=False)
    page.go(f"{address}/t")
    page.evaluate("document.querySelector('#code').focus()")
    page.send("Input.insertText", text=codes[1].lower().replace("-", " "))
    page.press("Enter", leads_away=True)
    page.evaluate("document.querySelector('input[name=overall][value=\"4\"]').focus()")
    page.press(" ")
    page.press("Enter", leads_away=True)
    assert page.evaluate("location.pathname") == "/t/thanks"


@pytest.mark.parametrize("width", [320, 820, 1280])
def test_axe_finds_nothing_on_the_pages_of_invited_people(chromium, served, width):
    address, codes = served
    page = chromium.open_page(width=width)
    problems: list[object] = []

    def look(page: Page, name: str) -> None:
        problems.extend((name, fault) for fault in find_faults(page))
        if page.overflow():
            problems.append((name, f"{page.overflow()} px too wide"))

    # axe is put in past the policy of the page, as a tester's tool is.
    page.send("Page.setBypassCSP", enabled=True)
    visit_public_pages(page, address, codes[2], look)
    answer_once(page, address, codes[3], look)
    assert problems == []


def test_the_pages_of_staff_have_no_faults_and_no_small_targets(chromium, served):
    address, _ = served
    page = chromium.open_page(width=1280)
    sign_in_there(page, address)
    problems = []
    for path in STAFF_PAGES:
        url = f"{address}{path}"
        problems += look_over(page, url) if "?" not in url else _look_once(page, url)
    assert problems == []
    page.go(f"{address}/staff/qr?unit=00004&counter=Q1")
    assert page.evaluate("[...document.images].map(image => image.naturalWidth > 100)") == [True]


def _look_once(page: Page, url: str) -> list[object]:
    problems: list[object] = []
    for width in (320, 1280):
        page.resize(width, 800)
        page.go(url)
        problems += [(url, width, fault) for fault in find_faults(page)]
        if page.overflow():
            problems.append((url, width, f"{page.overflow()} px too wide"))
    return problems
