"""The pages of comments and of privacy in a real browser: no script, narrow and wide, what axe finds."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.app import create_app
from api.comments.screening import screen_waiting
from api.sealer import make_sealer
from tests.api.staff.people import PASSWORD, add_second_factor, add_staff, code_of
from tests.api.staff.test_staff_pages_in_browser import look_over
from tests.browser.axe import find_faults
from tests.browser.served import serve
from tests.conftest import NOW

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

ANALYST = "phantich@example.vn"
LONG = "Chị Hoa hẹn gọi 0912 345 678 mà không gọi; ghế ngồi chờ thiếu, quạt hỏng, " + "rấtlâu" * 30


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def address(settings) -> Iterator[str]:
    app = create_app(settings, clock=lambda: NOW)
    with serve(app) as found:
        yield found
    app.state.engine.dispose()


def take_picture(page, name: str) -> None:
    """Into the folder of HAILONG_PICTURES, where it is set: pages are looked at by people too."""
    if folder := os.environ.get("HAILONG_PICTURES"):
        page.screenshot(Path(folder) / f"{name}.png", whole=True)


def test_privacy_and_comments_have_no_faults_and_work_without_scripts(
    chromium, address, engine, settings, add_comment
):
    id = add_comment(1, LONG)
    add_comment(2, "Nhanh, vui vẻ", counter="Q1")
    screen_waiting(engine, make_sealer(settings), now=NOW, zone=settings.zone, keep_days=90)
    add_comment(3, "Chờ sàng lọc 0987654321")
    secret = add_second_factor(engine, add_staff(engine, "analyst", email=ANALYST))
    page = chromium.open_page(width=360, scripts=False)
    page.go(f"{address}/privacy")
    take_picture(page, "privacy-360")
    page.type("#receipt", str(id))
    page.press("Enter", leads_away=True)
    take_picture(page, "privacy-response-360")
    assert "[số điện thoại]" in page.evaluate("document.body.textContent")
    assert "0912" not in page.evaluate("document.body.textContent")

    page = chromium.open_page(width=360)
    problems = look_over(page, f"{address}/privacy")
    page.go(f"{address}/privacy?lang=vi")
    page.type("#receipt", str(id))
    page.press("Enter", leads_away=True)
    problems += find_faults(page)

    page.go(f"{address}/staff/sign-in")
    page.type("#email", ANALYST)
    page.type("#password", PASSWORD)
    page.press("Enter", leads_away=True)
    page.type("#code", code_of(secret))
    page.press("Enter", leads_away=True)
    for path in ("/staff/comments", f"/staff/comments/{id}/comment"):
        problems += look_over(page, f"{address}{path}")
    for width in (360, 820, 1280):
        page.resize(width, 800)
        page.go(f"{address}/staff/comments?lang=vi")
        take_picture(page, f"comments-{width}")
    page.go(f"{address}/staff/comments/{id}/comment")
    page.type("#reason", "gọi lại cho người dân")
    page.press("Enter", leads_away=True)
    take_picture(page, "comment-opened-1280")
    assert "0912 345 678" in page.evaluate("document.body.textContent")
    assert problems == []
    assert page.origins() == {address}
    assert page.errors == []
