"""Screens of the phone form, some of which are seen only after something was done."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from sqlmodel import Session, SQLModel

from api.app import create_app
from api.settings import Settings
from api.tables import Unit
from tests.browser.page import Page
from tests.browser.served import serve

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


@contextmanager
def serve_one_unit(folder: Path) -> Iterator[str]:
    """The service with one office, of a demonstration; its address."""
    app = create_app(Settings(database_url=f"sqlite:///{folder}/phone.sqlite3", var_folder=folder / "var"))
    SQLModel.metadata.create_all(app.state.engine)
    with Session(app.state.engine) as session, session.begin():
        name = "Trung tâm Phục vụ hành chính công phường Nguyễn Huệ"
        session.add(Unit(code="T1", name=name, kind="centre", valid_from=date(2025, 7, 1), is_demo=True))
    with serve(app) as address:
        yield address
    app.state.engine.dispose()
