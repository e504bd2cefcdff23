"""A tablet in a real browser, and the service it talks to: a unit, a counter, a procedure, codes to enrol with."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from sqlalchemy import Engine
from sqlmodel import Session, select

from api.app import create_app
from api.clock import utc_now
from api.db import begin_write
from api.kiosks.configuration import KioskSettings, change_settings
from api.kiosks.devices import Invitation, invite_device
from api.settings import Settings
from api.tables import Counter, Procedure, Response, Unit
from tests.browser.chromium import Chromium
from tests.browser.page import BrowserError, Page
from tests.browser.served import serve

UNIT, COUNTER, PROCEDURE = "20242", "HC-3", "1.001193"
ALWAYS_OPEN = {"opening_hours": "mon-sun 00:00-23:59"}
KINDS = Path(__file__).parent / "kinds.yaml"


@dataclass
class Tablet:
    """One tab with the kiosk page; ``address`` is where its service is."""

    page: Page
    address: str

    @property
    def browser(self) -> Chromium:
        return self.page.browser

    def screen(self) -> str:
        return str(self.page.evaluate("document.body && document.body.getAttribute('data-screen')"))

    def wait_for(self, screen: str, seconds: float = 10) -> None:
        """Wait until ``screen`` is shown."""
        self.browser.pump_until(lambda: self.screen() == screen, seconds, f"the screen {screen}")

    def wait_for_version(self, version: str, seconds: float = 60) -> None:
        """Wait until the page of ``version`` runs and shows the first screen."""

        def is_there() -> bool:
            try:
                return bool(self.page.evaluate(f"hailong.version === {json.dumps(version)} && !!hailong.screen"))
            except BrowserError:  # just then the page begins anew
                return False

        self.browser.pump_until(is_there, seconds, f"version {version} of the page")

    def press(self, key: str) -> None:
        """Press the button of that key."""
        self.page.click(f'[data-key="{key}"]')

    def run(self, statements: str, *modules: str) -> Any:
        """The value that ``statements`` return; each module (``queue``) is at hand by its name."""
        names = ", ".join(module.rsplit("/", 1)[-1] for module in modules)
        files = json.dumps(list(modules))
        return self.page.evaluate(
            f"(async () => {{ const [{names}] = await Promise.all({files}.map((name) =>"
            f" import(`/kiosk/app/${{hailong.version}}/app/${{name}}.js`))); {statements} }})()"
        )

    def queue(self) -> list[dict[str, Any]]:
        """What waits to be sent."""
        found = self.run("return queue.listItems(hailong.store);", "queue")
        return list(found)

    def send(self) -> None:
        """Try to send now, and wait until it has been tried."""
        self.run("await send.sendNow(hailong.sender);", "send")

    def configure(self, **changed: Any) -> None:
        """Take up another configuration, as if it had come from the office."""
        self.run(
            f"hailong.nextConfig = {{ ...hailong.config, ...{json.dumps(changed)} }}; hailong.wake('config');"
        )


@contextmanager
def serve_kiosks(database_url: str, folder: Path) -> Iterator[tuple[FastAPI, str]]:
    """The service with its register, on a free port; a form of every type of question beside the shipped ones."""
    forms = folder / "forms" / "kinds"
    forms.mkdir(parents=True)
    shutil.copy(KINDS, forms / "1.yaml")
    app = create_app(Settings(database_url=database_url, var_folder=folder / "var", forms_folder=folder / "forms"))
    add_place(app.state.engine)
    with serve(app) as address:
        yield app, address
    app.state.engine.dispose()


def add_place(engine: Engine) -> None:
    """Where the tablet stands."""
    since = date(2025, 7, 1)
    with Session(engine) as session, session.begin():
        session.add(
            Unit(
                code=UNIT,
                name="Trung tâm Phục vụ hành chính công phường Hải Châu",
                name_en="Public service centre of Hải Châu ward",
                kind="centre",
                valid_from=since,
            )
        )
        session.add(Counter(code=COUNTER, unit_code=UNIT, name="Quầy 3", valid_from=since))
        session.add(
            Procedure(
                code=PROCEDURE,
                name="Đăng ký khai sinh",
                name_en="Birth registration",
                field="Hộ tịch",
                level="commune",
            )
        )


def invite(engine: Engine, **settings: Any) -> Invitation:
    """A code for a tablet that is told ``settings``; never closed unless they say when."""
    with Session(engine) as session, session.begin():
        begin_write(session)  # the service writes heartbeats meanwhile
        return invite_device(
            session,
            unit=UNIT,
            counter=COUNTER,
            now=utc_now(),
            settings=change_settings(KioskSettings(), ALWAYS_OPEN | settings),
            actor="test",
        )


def open_tablet(
    chromium: Chromium, app: FastAPI, address: str, *, width: int = 820, height: int = 1180, **settings: Any
) -> tuple[Tablet, Invitation]:
    """A tablet just enrolled, on its first screen."""
    invitation = invite(app.state.engine, **settings)
    page = chromium.open_page(f"{address}/kiosk#code={invitation.code}", width=width, height=height)
    tablet = Tablet(page, address)
    tablet.wait_for("start" if settings.get("mode") == "form" else "rating")
    return tablet, invitation


def list_stored(engine: Engine) -> list[Response]:
    """What the service has, in the order of the device."""
    with Session(engine) as session:
        rows = list(session.exec(select(Response)))
    return sorted(rows, key=lambda row: row.device_sequence or 0)


def arrived(service: tuple[FastAPI, str], count: int) -> list[Response]:
    """The responses of the service, when there are so many."""
    rows = list_stored(service[0].state.engine)
    assert len(rows) == count
    return rows


def wait_until_sent(tablet: Tablet) -> None:
    """Wait until nothing waits to be sent."""
    tablet.browser.pump_until(lambda: tablet.queue() == [], 10, "the queue to be empty")
