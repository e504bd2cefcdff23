"""The pages of invitations and QR codes on a real service, with cases to be invited."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from api.app import create_app
from api.db import make_engine
from api.invitations.importing import Asking, import_cases
from api.settings import Settings
from tests.api.invitations.conftest import KEY
from tests.api.invitations.people import code_of
from tests.api.staff.people import PASSWORD, add_staff
from tests.browser.page import BrowserError, Page
from tests.browser.served import serve
from tests.conftest import NOW
from tests.registered import add_register

EMAIL = "head@example.vn"
SEND = "main button[type=submit]"


@contextmanager
def serve_invitations(url: str, folder: Path, form: str = "counter") -> Iterator[tuple[str, list[str]]]:
    """A service with two units, four cases invited to ``form``, one that waits and a unit head; its address
    and the codes."""
    settings = Settings(database_url=url, var_folder=folder, invitation_key=KEY, invitation_cell=3)
    engine = make_engine(url)
    add_register(engine)
    add_staff(engine, "unit_head", email=EMAIL)
    rows = [f"HS-{number},1.000001,00004,2026-11-10" for number in range(4)]
    path = folder / "cases.csv"
    path.write_text(
        "\n".join(["dossier,procedure,unit_filed,result_day", *rows, "HS-9,1.000001,00008,2026-11-10"]),
        encoding="utf-8",
    )
    asking = Asking(form, "invited", KEY, settings.invitation_days, settings.invitation_cell)
    import_cases(engine, path, asking=asking, now=NOW, actor="test", zone=settings.zone)
    codes = [code_of(engine, f"HS-{number}") for number in range(4)]
    engine.dispose()
    app = create_app(settings, clock=lambda: NOW)
    with serve(app) as address:
        app.state.settings = replace(settings, public_url=address)
        yield address, codes
    app.state.engine.dispose()


def answer_once(page: Page, address: str, code: str, look: Callable[[Page, str], None]) -> None:
    """Follow the link, answer, and follow it again."""
    page.go(f"{address}/t#{code}")
    wait_for(page, 'form[action="/t/answer"]')
    page.click('label:has(input[name="overall"][value="4"])')
    page.click(SEND, leads_away=True)
    look(page, "thanks")
    page.go(f"{address}/t#{code}")
    wait_for(page, "a.button")
    look(page, "used")


def sign_in_there(page: Page, address: str) -> None:
    page.go(f"{address}/staff/sign-in")
    page.type("#email", EMAIL)
    page.type("#password", PASSWORD)
    page.press("Enter", leads_away=True)


def wait_for(page: Page, selector: str) -> None:
    """Wait until something fits ``selector``, on this page or the one its script leads to."""
    wait_until(page, f"Boolean(document.querySelector({json.dumps(selector)}))")
    page.browser.pump(0.1)


def wait_until(page: Page, claim: str) -> None:
    """Wait until the JavaScript expression ``claim`` is true, on this page or the one its script leads to."""
    page.browser.pump_until(lambda: _evaluates(page, claim), 20, claim)


def _evaluates(page: Page, expression: str) -> bool:
    page.browser.pump(0.05)
    try:
        return bool(page.evaluate(expression))
    except BrowserError:  # between two pages
        return False
