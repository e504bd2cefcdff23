"""Pages of people who answer, read results or ask what is kept of them."""

from api.rate_limit import CALM_PART, RateLimit
from tests.browser.page import Page
from tests.browser.pages.parts import ANYBODY, Open, Scene, send, show, submit
from tests.browser.pages.site import Site

UNIT = "unit=00004"
BY_PROCEDURE = "/results/2026-10/counter?by=procedure&unit=u1"


def follow_link(number: int) -> Open:
    """The form of an invited case."""

    def open_form(page: Page, site: Site, language: str) -> None:
        show("/t")(page, site, language)
        submit(page, 'form[action="/t/form"]', code=site.ids[f"code{number}"])

    return open_form


def answer_nothing(page: Page, site: Site, language: str) -> None:
    follow_link(0)(page, site, language)
    submit(page, 'form[action="/t/answer"]')


def answer_twice(page: Page, site: Site, language: str) -> None:
    """The second time from a page opened before the first."""
    number = {"vi": 1, "en": 2}[language]
    follow_link(number)(page, site, language)
    submit(page, 'form[action="/t/answer"]', overall="4")
    follow_link(number)(page, site, language)


def delete(page: Page, site: Site, language: str) -> None:
    """Each language deletes a response of its own."""
    receipt = site.ids["deleted" if language == "vi" else "deleted en"]
    send("/privacy", "form", receipt=receipt)(page, site, language)
    submit(page, 'form[action="/privacy/deletion"]', sure="yes")


def crowd(page: Page, site: Site, language: str) -> None:
    """So many have posted from here that a proof of work is asked."""
    calm = site.app.state.rate_limit
    site.app.state.rate_limit = crowded = RateLimit(600, seconds=lambda: 0.0)
    for _ in range(600 // CALM_PART):
        crowded.is_calm("127.0.0.1")
    page.send("Network.setBlockedURLs", urls=["*/static/proof.js*"])  # or it would be done before we look
    send(f"/f/counter?{UNIT}", "form", overall="5")(page, site, language)
    page.send("Network.setBlockedURLs", urls=[])
    site.app.state.rate_limit = calm


def enrolment(page: Page, site: Site, language: str) -> None:
    show("/kiosk")(page, site, language)
    page.browser.pump_until(lambda: page.evaluate("document.body.dataset.screen === 'enrol'"), 10, "the tablet")


def public(name: str, route: str, opened: Open, only: str | None = None) -> Scene:
    return Scene(name, route, ANYBODY, opened, only)


SCENES = (
    public("home", "GET /", show("/")),
    public("short address: unknown", "GET /q/{code}", show("/q/nowhere"), "vi"),
    public("form", "GET /f/{form}", show(f"/f/one_stop?{UNIT}")),
    public("form: one question", "GET /f/{form}", show(f"/f/sipas?{UNIT}#s-q1")),
    public("form: whole", "GET /f/{form}", show(f"/f/papi_procedures?{UNIT}&view=all")),
    public("form: easy", "GET /f/{form}", show(f"/f/one_stop?{UNIT}&view=all&mode=simple")),
    public("form: our contrast", "GET /f/{form}", show(f"/f/counter?{UNIT}&contrast=high")),
    public("form: which unit", "GET /f/{form}", show("/f/one_stop_enterprise")),
    public("form: mistakes", "POST /f/{form}", send(f"/f/counter?{UNIT}", "form")),
    public("form: review", "POST /f/{form}", send(f"/f/counter?{UNIT}", "form", overall="2", _turn="review")),
    public("form: proof of work", "POST /f/{form}", crowd),
    public("form: thanks", "GET /f/{form}/thanks", send(f"/f/counter?{UNIT}", "form", overall="5")),
    public("embedding", "GET /widget", show("/widget")),
    public("poll", "GET /widget/{form}", show(f"/widget/portal_poll?{UNIT}")),
    public("poll: mistakes", "POST /widget/{form}", send(f"/widget/portal_poll?{UNIT}", "form")),
    public("poll: thanks", "GET /widget/{form}/thanks", send(f"/widget/portal_poll?{UNIT}", "form", useful="1")),
    public("invited: code", "GET /t", show("/t")),
    public("invited: unknown", "POST /t/form", send("/t", 'form[action="/t/form"]', code="ABCD")),
    public("invited: form", "POST /t/form", follow_link(0)),
    public("invited: mistakes", "POST /t/answer", answer_nothing),
    public("invited: used", "POST /t/form", answer_twice),
    public("invited: thanks", "GET /t/thanks", show("/t/thanks")),
    public("privacy", "GET /privacy", show("/privacy")),
    public("privacy: mistake", "POST /privacy/response", send("/privacy", "form", receipt="xyz")),
    public("privacy: response", "POST /privacy/response", send("/privacy", "form", receipt="{commented}")),
    public("privacy: deleted", "POST /privacy/deletion", delete),
    public("results", "GET /results/{month}/{form}", show("/results")),
    public("results: procedures", "GET /results/{month}/{form}", show(BY_PROCEDURE)),
    public("results: no month", "GET /results/{month}/{form}", show("/results/1999-01/counter")),
    public("tablet: enrolment", "GET /kiosk", enrolment, "vi"),
)
