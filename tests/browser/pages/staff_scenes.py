"""Pages of staff: signing in, one's account, administration, tablets, codes, invitations, comments, signals."""

from uuid import uuid4

from sqlmodel import Session, select

from api.tables import Signal
from tests.api.staff.people import PASSWORD, add_staff, code_of
from tests.browser.page import Page
from tests.browser.pages.parts import NEWCOMER, STAFF, Open, Scene, send, show, submit
from tests.browser.pages.site import CAREFUL, EVERYBODY, Site

MAIN = "main form"
SIGN_IN = "/staff/sign-in"


def enter(page: Page, site: Site, language: str, email: str = EVERYBODY) -> None:
    """Sign in by password."""
    send(SIGN_IN, MAIN, email=email, password=PASSWORD)(page, site, language)


def ask_code(page: Page, site: Site, language: str) -> None:
    enter(page, site, language, CAREFUL)


def give_wrong_code(page: Page, site: Site, language: str) -> None:
    ask_code(page, site, language)
    submit(page, MAIN, code="000000")


def join_app(page: Page, site: Site, language: str) -> None:
    """An account of its own each time: a joined app stays."""
    email = f"{uuid4()}@example.vn"
    add_staff(site.engine, "analyst", email=email)
    enter(page, site, language, email)
    show("/staff/second-factor")(page, site, language)
    code = code_of(page.evaluate("document.querySelector('.copy code').textContent").replace(" ", ""))
    submit(page, MAIN, password=PASSWORD, code=code)


def renew_codes(page: Page, site: Site, language: str) -> None:
    join_app(page, site, language)
    send("/staff/profile", 'form[action="/staff/recovery-codes"]', password=PASSWORD)(page, site, language)


def open_signal(page: Page, site: Site, language: str) -> None:
    with Session(site.engine) as session:
        id = session.exec(select(Signal.id).where(Signal.kind == "burst")).one()
    show(f"/staff/signals/{id}")(page, site, language)


def review_wrongly(page: Page, site: Site, language: str) -> None:
    open_signal(page, site, language)
    submit(page, 'form[action$="/review"]', verdict="exclude", reason="")


def newcomer(name: str, route: str, opened: Open, only: str | None = None) -> Scene:
    return Scene(name, route, NEWCOMER, opened, only)


def staff(name: str, route: str, opened: Open, only: str | None = None) -> Scene:
    return Scene(name, route, STAFF, opened, only)


ACCOUNT, TABLET, COMMENT = (
    "/staff/accounts/{account}",
    "/staff/kiosks/{tablet}",
    "/staff/comments/{commented}/comment",
)
INVITATION, BATCH = "/staff/invitation/{token}", "/staff/paper/{batch}"

SCENES = (
    newcomer("sign in", "GET /staff/sign-in", show(SIGN_IN)),
    newcomer("sign in: wrong", "POST /staff/sign-in", send(SIGN_IN, MAIN, email="x@example.vn", password="sai")),
    newcomer("code", "GET /staff/code", ask_code),
    newcomer("code: wrong", "POST /staff/code", give_wrong_code),
    newcomer("provider: none", "GET /staff/oidc/callback", show("/staff/oidc/callback?code=x&state=y"), "vi"),
    newcomer("invitation", "GET /staff/invitation/{token}", show(INVITATION)),
    newcomer("invitation: over", "GET /staff/invitation/{token}", show("/staff/invitation/none")),
    newcomer(
        "invitation: short", "POST /staff/invitation/{token}",
        send(INVITATION, MAIN, password="a", again="b"),
    ),
    newcomer("recovery codes", "POST /staff/second-factor", join_app),
    newcomer("recovery codes: new", "POST /staff/recovery-codes", renew_codes),
    staff("home", "GET /staff", show("/staff")),
    staff("profile", "GET /staff/profile", show("/staff/profile")),
    staff(
        "profile: wrong password", "POST /staff/profile/password",
        send("/staff/profile", 'form[action$="/password"]', present="x", password="a", again="b"),
    ),
    staff("second factor", "GET /staff/second-factor", show("/staff/second-factor")),
    staff(
        "second factor: wrong", "POST /staff/second-factor",
        send("/staff/second-factor", MAIN, code="1", password="x"),
    ),
    staff("accounts", "GET /staff/accounts", show("/staff/accounts")),
    staff(
        "accounts: mistakes", "POST /staff/accounts",
        send("/staff/accounts", MAIN, email="x", name="", grants="?"),
    ),
    staff(
        "accounts: invited", "POST /staff/accounts",
        send("/staff/accounts", MAIN, email="nguoi.moi.{language}@example.vn", name="Hòa", grants="analyst"),
    ),
    staff("account", "GET /staff/accounts/{id}", show(ACCOUNT)),
    staff("account: mistakes", "POST /staff/accounts/{id}", send(ACCOUNT, MAIN, name="", grants="?")),
    staff("account: reset", "POST /staff/accounts/{id}/reset", send(ACCOUNT, 'form[action$="/reset"]')),
    staff("audit", "GET /staff/audit", show("/staff/audit")),
    staff("not there", "GET /staff/accounts/{id}", show("/staff/accounts/none"), "vi"),
    staff("invitations", "GET /staff/invitations", show("/staff/invitations")),
    staff("invitations: none", "GET /staff/invitations", show("/staff/invitations?unit=none")),
    staff("qr", "GET /staff/qr", show("/staff/qr")),
    staff("qr: sheets", "GET /staff/qr", show("/staff/qr?unit=00004&counter=*&layout=sheet")),
    staff("qr: mistake", "GET /staff/qr", show("/staff/qr?unit=nowhere")),
    staff("tablets", "GET /staff/kiosks", show("/staff/kiosks")),
    staff("tablets: mistake", "POST /staff/kiosks/enrol", send("/staff/kiosks", MAIN, unit="nowhere")),
    staff("tablet", "GET /staff/kiosks/{id}", show(TABLET)),
    staff("tablet: code", "POST /staff/kiosks/{id}/enrol", send(TABLET, 'form[action$="/enrol"]')),
    staff("tablet: pin", "POST /staff/kiosks/{id}/pin", send(TABLET, 'form[action$="/pin"]')),
    staff(
        "tablet: mistake", "POST /staff/kiosks/{id}/configure",
        send(TABLET, 'form[action$="/configure"]', form="?"),
    ),
    staff("comments", "GET /staff/comments", show("/staff/comments")),
    staff("comment", "GET /staff/comments/{id}/{question}", show(COMMENT)),
    staff("comment: mask", "POST /staff/comments/{id}/{question}/mask", send(COMMENT, 'form[action$="/mask"]')),
    staff(
        "comment: opened", "POST /staff/comments/{id}/{question}/original",
        send(COMMENT, 'form[action$="/original"]', reason="gọi lại cho người dân"),
    ),
    staff("signals", "GET /staff/signals", show("/staff/signals")),
    staff("signal", "GET /staff/signals/{id}", open_signal),
    staff("signal: mistake", "POST /staff/signals/{id}/review", review_wrongly),
)  # fmt: skip
