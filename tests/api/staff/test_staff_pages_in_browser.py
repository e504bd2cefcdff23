"""Administration in a real browser: by keyboard, without scripts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.app import create_app
from api.settings import Settings
from tests.api.staff.people import PASSWORD, add_second_factor, add_staff, code_of, invite
from tests.browser.page import Page
from tests.browser.served import serve
from tests.conftest import NOW
from tests.stored import make_unit, store

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

ADMIN = "quantri@example.vn"


@pytest.fixture
def secret(sqlite_url: str, engine) -> str:
    """The second factor of an administrator; some people and units to show."""
    store(engine, [make_unit("01", parent_code=None, name="Thành phố Hà Nội"), make_unit("01273")])
    add_staff(engine, "operator 01273", "unit_head 01273")
    invite(engine, "analyst", email="minh.tran.van.rat.dai@trungtamphucvuhanhchinhcong.example.vn")
    return add_second_factor(engine, add_staff(engine, "administrator", email=ADMIN))


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def address(sqlite_url: str, tmp_path: Path, secret: str) -> Iterator[str]:
    app = create_app(Settings(database_url=sqlite_url, var_folder=tmp_path), clock=lambda: NOW)
    with serve(app) as found:
        yield found
    app.state.engine.dispose()


def sign_in_there(page: Page, address: str, secret: str) -> None:
    page.go(f"{address}/staff/sign-in")
    page.type("#email", ADMIN)
    page.type("#password", PASSWORD)
    page.press("Enter", leads_away=True)
    page.type("#code", code_of(secret))
    page.press("Enter", leads_away=True)
    assert page.evaluate("location.pathname") == "/staff"


def test_an_administrator_signs_in_and_invites_somebody_by_keyboard_without_scripts(chromium, address, secret):
    page = chromium.open_page(width=360, scripts=False)
    sign_in_there(page, address, secret)
    page.go(f"{address}/staff/accounts")
    page.type("#email", "hoa@example.vn")
    page.type("#name", "Lê Thị Hòa")
    page.type("#grants", "operator 01273")
    page.evaluate("document.querySelector('#own').focus()")
    page.press("Enter", leads_away=True)
    assert "/staff/invitation/" in page.evaluate("document.querySelector('.copy').textContent")
    assert page.errors == []
    assert page.origins() == {address}
