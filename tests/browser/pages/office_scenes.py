"""Pages of an office's own work: interviews, the nightly run, requests about one's own data."""

from tests.browser.page import Page
from tests.browser.pages.parts import STAFF, Open, Scene, send, show, submit
from tests.browser.pages.site import Site

MAIN = "main form[method=post]"
INTERVIEWS, REQUESTS = "/staff/interviews", "/staff/privacy"


def ask(page: Page, site: Site, language: str) -> None:
    """A request that somebody brought to the counter."""
    asked = {"kind": "delete", "unit": "00004", "what": "Xin xóa phiếu gửi sáng nay", "received_on": "2026-11-20"}
    send(REQUESTS, MAIN, **asked)(page, site, language)


def decide_wrongly(page: Page, site: Site, language: str) -> None:
    ask(page, site, language)
    submit(page, MAIN, verdict="done", reason="")


def office(name: str, route: str, opened: Open) -> Scene:
    return Scene(name, route, STAFF, opened)


SCENES = (
    office("interviews", f"GET {INTERVIEWS}", show(f"{INTERVIEWS}?survey=s")),
    office("interviews refused", f"POST {INTERVIEWS}", send(INTERVIEWS, MAIN, survey="")),
    office("nightly", "GET /staff/nightly", show("/staff/nightly")),
    office("requests", f"GET {REQUESTS}", show(REQUESTS)),
    office("request refused", f"POST {REQUESTS}", send(REQUESTS, MAIN, kind="?")),
    office("request", f"GET {REQUESTS}/{{number}}", ask),
    office("request undecided", f"POST {REQUESTS}/{{number}}", decide_wrongly),
)
