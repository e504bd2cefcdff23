"""Pictures of every screen of the phone form, to look at: ``python -m tests.browser.phone.screens FOLDER``."""

import sys
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

from sqlmodel import Session, SQLModel

from api.app import create_app
from api.settings import Settings
from api.tables import Unit
from tests.browser.chromium import Page, start_chromium
from tests.browser.served import serve

WIDTHS = (360, 820, 1280)
UNIT = "unit=T1"


def go_to(step: str) -> Callable[[Page], None]:
    return lambda page: page.evaluate(f"location.hash = '#{step}'")


def answer_and_review(page: Page) -> None:
    for name, value in (("q1", 4), ("q3", 2), ("overall", 5)):
        page.evaluate(f"document.querySelector('[name={name}][value=\"{value}\"]').click()")
    go_to("s-end")(page)


def send_empty(page: Page) -> None:
    loads = page._loads
    page.evaluate("document.forms[0].submit()")
    page.wait_for_load(loads)


def send_offline(page: Page) -> None:
    page.evaluate("document.querySelector('[name=overall][value=\"2\"]').click()")
    page.go_offline()
    page.evaluate("document.querySelector('main button[type=submit]').click()")


def send_whole(page: Page) -> None:
    loads = page._loads
    page.evaluate("document.querySelector('[name=overall][value=\"5\"]').click()")
    page.evaluate("document.querySelector('main button[type=submit]').click()")
    page.wait_for_load(loads)


SCREENS: dict[str, tuple[str, Callable[[Page], None] | None]] = {
    "start": (f"/f/one_stop?{UNIT}", None),
    "question": (f"/f/one_stop?{UNIT}", go_to("s-q1")),
    "matrix": (f"/f/sipas?{UNIT}", go_to("s-q1")),
    "options": (f"/f/sipas?{UNIT}", go_to("s-q2")),
    "number": (f"/f/one_stop_enterprise?{UNIT}", go_to("s-hours")),
    "text": (f"/f/one_stop?{UNIT}&lang=en", go_to("s-comment")),
    "review": (f"/f/one_stop?{UNIT}", answer_and_review),
    "whole": (f"/f/one_stop?{UNIT}&view=all", None),
    "choose_unit": ("/f/one_stop", None),
    "counter": (f"/f/counter?{UNIT}", None),
    "counter_simple": (f"/f/counter?{UNIT}&mode=simple", None),
    "counter_contrast": (f"/f/counter?{UNIT}&contrast=high", None),
    "mistake": (f"/f/counter?{UNIT}", send_empty),
    "offline": (f"/f/counter?{UNIT}", send_offline),
    "thanks": (f"/f/counter?{UNIT}", send_whole),
    "simple_question": (f"/f/one_stop?{UNIT}&mode=simple", go_to("s-trips")),
    "simple_row": (f"/f/sipas?{UNIT}&mode=simple", go_to("s-q1-economy")),
    "poll": (f"/widget/portal_poll?{UNIT}", None),
    "right_to_left": (f"/f/counter?{UNIT}&lang=ar-XB", None),
    "longer_words": (f"/f/one_stop?{UNIT}&lang=en-XA", go_to("s-q1")),
    "embedding": ("/widget", None),
}


def main(folder: Path) -> None:
    """Write ``<screen>-<width>.png`` for every screen and width."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        app = create_app(Settings(database_url=f"sqlite:///{work}/x.sqlite3", var_folder=Path(work) / "var"))
        SQLModel.metadata.create_all(app.state.engine)
        with Session(app.state.engine) as session, session.begin():
            name = "Trung tâm Phục vụ hành chính công phường Nguyễn Huệ"
            session.add(Unit(code="T1", name=name, kind="centre", valid_from=date(2025, 7, 1), is_demo=True))
        with serve(app) as address, start_chromium(Path(work) / "profile") as chromium:
            for screen, (path, act) in SCREENS.items():
                for width in WIDTHS:
                    page = chromium.open_page(address + path, width=width)
                    if act:
                        act(page)
                        chromium.pump(0.4)
                    page.screenshot(folder / f"{screen}-{width}.png", whole=True)
                    page.send("Page.close")
        app.state.engine.dispose()
    print(f"{len(SCREENS) * len(WIDTHS)} pictures in {folder}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
