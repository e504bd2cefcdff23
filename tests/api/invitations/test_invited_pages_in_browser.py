"""Invited people and their pages in a real browser: with script and without, by keyboard."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.invitations import (
    answer_once,
    serve_invitations,
    sign_in_there,
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


def test_the_code_of_a_counter_is_a_picture_on_the_page(chromium, served):
    address, _ = served
    page = chromium.open_page(width=1280)
    sign_in_there(page, address)
    page.go(f"{address}/staff/qr?unit=00004&counter=Q1")
    assert page.evaluate("[...document.images].map(image => image.naturalWidth > 100)") == [True]
