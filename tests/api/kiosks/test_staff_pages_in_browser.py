"""The fleet pages in a real browser: narrow and wide, in both languages, what axe finds; enrolling by keyboard."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from api.app import create_app
from api.kiosks.configuration import KioskSettings
from api.kiosks.configuring import configure_device
from api.kiosks.devices import invite_device
from api.settings import Settings
from tests.api.kiosks.conftest import KIOSKS, Tablet, make_heartbeat, make_item
from tests.api.staff.people import add_second_factor, add_staff
from tests.api.staff.test_staff_pages_in_browser import ADMIN, look_over, sign_in_there
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


@pytest.fixture
def tablet(sqlite_url: str, tmp_path: Path, engine) -> Tablet:
    """One that lost some responses, was awake at night, and tells of troubles."""
    app = create_app(Settings(database_url=sqlite_url, var_folder=tmp_path), clock=lambda: NOW)
    with TestClient(app) as client, Session(engine) as session:
        with session.begin():
            code = invite_device(
                session, unit="00004", counter="Q1", now=NOW, settings=KioskSettings(), actor="cli"
            ).code
        told = client.post(f"{KIOSKS}/enrol", json={"code": code}).json()
        made = Tablet(client, told["device"], told["key"], told["config"])
        made.send(make_item(1), make_item(2, version="2031.7"))
        made.post(
            "heartbeat",
            make_heartbeat(
                last_sequence=9,
                storage={"persisted": False},
                battery={"level": 0.1, "charging": False},
                errors=[{"at": NOW.isoformat(), "code": "quota", "detail": "x" * 150}],
            ),
        )
        with session.begin():
            configure_device(session, made.id, {"contrast": "high"}, now=NOW, actor="cli")
        return made


def test_no_fleet_page_scrolls_sideways_has_small_targets_or_faults(chromium, tablet, address, secret):
    page = chromium.open_page(width=1280)
    sign_in_there(page, address, secret)
    problems = look_over(page, f"{address}/staff/kiosks") + look_over(page, f"{address}/staff/kiosks/{tablet.id}")
    assert problems == []


def test_a_tablet_is_enrolled_by_keyboard_without_scripts(chromium, tablet, address, secret):
    page = chromium.open_page(width=360, scripts=False)
    sign_in_there(page, address, secret)
    page.go(f"{address}/staff/kiosks")
    page.type("#unit", "00008")
    page.type("#counter", "Q8")
    page.press("Enter", leads_away=True)
    assert re.search(r"/kiosk#code=[2-9A-Z]{8}", page.evaluate("document.querySelector('main').textContent"))
    assert page.overflow() == 0
    assert page.origins() == {address}
