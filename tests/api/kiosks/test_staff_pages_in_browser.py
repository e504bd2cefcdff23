"""A tablet enrolled in a real browser: by keyboard, without scripts."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.app import create_app
from api.settings import Settings
from tests.api.staff.people import add_second_factor, add_staff
from tests.api.staff.test_staff_pages_in_browser import ADMIN, sign_in_there
from tests.browser.served import serve
from tests.conftest import NOW

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def secret(engine) -> str:
    return add_second_factor(engine, add_staff(engine, "administrator", email=ADMIN))


@pytest.fixture
def address(sqlite_url: str, tmp_path: Path, engine, secret: str) -> Iterator[str]:
    app = create_app(Settings(database_url=sqlite_url, var_folder=tmp_path), clock=lambda: NOW)
    with serve(app) as found:
        yield found
    app.state.engine.dispose()


def test_a_tablet_is_enrolled_by_keyboard_without_scripts(chromium, address, secret):
    page = chromium.open_page(width=360, scripts=False)
    sign_in_there(page, address, secret)
    page.go(f"{address}/staff/kiosks")
    page.type("#unit", "00008")
    page.type("#counter", "Q8")
    page.press("Enter", leads_away=True)
    assert re.search(r"/kiosk#code=[2-9A-Z]{8}", page.evaluate("document.querySelector('main').textContent"))
    assert page.overflow() == 0
    assert page.origins() == {address}
