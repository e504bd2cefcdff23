"""``/staff/oidc/start`` and ``/staff/oidc/callback``: there and back."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from api.audit import record_event
from api.db import begin_write, session
from api.errors import Forbidden, HailongError, NotThere
from api.settings import Settings
from api.staff.oidc.accounts import find_account_of
from api.staff.oidc.journey import COOKIE, SECONDS, read_journey, start_journey
from api.staff.oidc.provider import Identity, authorize_address, fetch_identity, find_offer
from api.staff.replies import own_path, redirect
from api.staff.sign_in_routes import reply_sign_in, reply_signed_in
from api.staff.signing_in import open_session
from api.staff_access.cookies import SESSION, clear_cookie, set_cookie

router = APIRouter(prefix="/staff/oidc", include_in_schema=False)

Database = Annotated[Session, Depends(session, scope="function")]


@router.get("/start")
def get_start(request: Request, next: str = "/staff") -> Response:
    """Sends the browser to the provider."""
    settings = _settings(request)
    journey = start_journey(own_path(next))
    try:
        request.app.state.sign_in_throttle.take_provider(request.client.host if request.client else None)
        offer = find_offer(settings)
    except HailongError as error:
        return reply_sign_in(request, next=next, email="", error=error)
    to = authorize_address(
        offer,
        settings,
        back=_back(settings),
        state=journey.state,
        nonce=journey.nonce,
        challenge=journey.challenge,
    )
    reply = redirect(to)
    set_cookie(request, reply, COOKIE, journey.write(), seconds=SECONDS)
    return reply


@router.get("/callback")
def get_callback(request: Request, database: Database, code: str = "", state: str = "") -> Response:
    """Takes the provider's word for an invited account; whatever fails is told on the sign-in page."""
    settings, now = _settings(request), request.app.state.clock()
    journey = read_journey(request.cookies.get(COOKIE))
    try:
        if journey is None or not code or not journey.is_back(state):
            raise _lost()
        request.app.state.sign_in_throttle.take_provider(request.client.host if request.client else None)
        identity = fetch_identity(
            settings, code=code, verifier=journey.verifier, nonce=journey.nonce, back=_back(settings), now=now
        )
        begin_write(database)
        reply = _sign_in(request, database, identity, journey.next)
    except HailongError as error:
        reply = reply_sign_in(request, next=journey.next if journey else "/staff", email="", error=error)
        if error.code in ("not_invited", "provider_not_believed"):
            record_event(database, at=now, actor="oidc", action="sign_in.refused", subject="", why=error.code)
    clear_cookie(request, reply, COOKIE)
    return reply


def _sign_in(request: Request, database: Session, identity: Identity, next: str) -> Response:
    now, settings = request.app.state.clock(), request.app.state.settings
    account, is_new = find_account_of(database, identity)
    if is_new:
        account.oidc_subject = identity.subject
        database.add(account)
        record_event(
            database, at=now, actor=f"staff {account.id}", action="account.provider", subject=account.id, unit=None
        )
    signed_in = open_session(
        database,
        account,
        former=request.cookies.get(SESSION),
        how="oidc",
        now=now,
        settings=settings,
        has_second_factor=identity.has_second_factor,
    )
    return reply_signed_in(request, database, signed_in, next=next)


def _settings(request: Request) -> Settings:
    settings = request.app.state.settings
    assert isinstance(settings, Settings)
    if not settings.oidc_issuer:
        raise NotThere(
            "no_provider",
            "Chưa nối với hệ thống đăng nhập nào",
            "No identity provider is set (HAILONG_OIDC_ISSUER)",
        )
    return settings


def _back(settings: Settings) -> str:
    # From the settings: the host a request claims must not decide where the provider sends its code.
    return f"{settings.public_url.rstrip('/')}/staff/oidc/callback"


def _lost() -> Forbidden:
    return Forbidden(
        "journey_lost",
        "Lần đăng nhập này đã cũ hoặc bắt đầu ở trình duyệt khác; hãy đăng nhập lại",
        "This sign-in is too old, or began in another browser; sign in again",
    )
