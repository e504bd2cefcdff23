"""``/staff/sign-in``, ``/staff/code``, ``/staff/sign-out``: in by password and code, and out again."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlmodel import Session

from api.audit import record_event
from api.db import begin_write, session
from api.errors import HailongError, TooMany, Unauthorised
from api.staff.replies import own_path, redirect, reply_texts_page
from api.staff.signing_in import (
    BROWSER_DAYS,
    SignedIn,
    is_known_browser,
    know_browser,
    sign_in_by_code,
    sign_in_by_password,
)
from api.staff.throttle import SignInThrottle
from api.staff.visit import check_visit, csrf_of_visit, keep_visit, start_visit
from api.staff_access.cookies import BROWSER, SESSION, clear_cookie, set_cookie
from api.staff_access.guard import require_staff, require_step
from api.staff_access.sessions import CODE, ENROL, FULL, end_session, end_sessions
from api.staff_access.staff import Staff
from api.tables import StaffAccount

router = APIRouter(include_in_schema=False)

Database = Annotated[Session, Depends(session, scope="function")]
AwaitsCode = Annotated[Staff, Depends(require_step(CODE))]
AnyStaff = Annotated[Staff, Depends(require_staff("profile"))]


@router.get("/staff/sign-in")
def get_sign_in(request: Request, next: str = "/staff") -> Response:
    """Asks for e-mail and password."""
    return reply_sign_in(request, next=next, email="")


@router.post("/staff/sign-in", dependencies=[Depends(check_visit)])
def post_sign_in(
    request: Request,
    database: Database,
    email: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/staff",
) -> Response:
    """Signs in, or leads to the code; the same answer for a wrong password and an unknown e-mail."""
    now, email = request.app.state.clock(), email.strip().lower()[:200]
    browser = request.cookies.get(BROWSER)
    known = browser if is_known_browser(database, browser, email, now=now) else None
    address = request.client.host if request.client else None
    throttle: SignInThrottle = request.app.state.sign_in_throttle
    try:
        throttle.take_password(email, address, browser=known)
    except TooMany as error:
        return reply_sign_in(request, next=next, email=email, error=error)
    signed_in = sign_in_by_password(
        database,
        email,
        password,
        former=request.cookies.get(SESSION),
        now=now,
        settings=request.app.state.settings,
    )
    if signed_in is None:
        return reply_sign_in(request, next=next, email=email, error=_wrong_password())
    throttle.give_back_password(email, address, browser=known)
    return reply_signed_in(request, database, signed_in, next=next)


@router.get("/staff/code")
def get_code(request: Request, staff: AwaitsCode, next: str = "/staff") -> Response:
    """Asks for the code of the authenticator app, or a recovery code."""
    return _reply_code(request, staff, next=next)


@router.post("/staff/code")
def post_code(
    request: Request,
    staff: AwaitsCode,
    database: Database,
    code: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/staff",
) -> Response:
    """Completes the sign-in."""
    throttle: SignInThrottle = request.app.state.sign_in_throttle
    begin_write(database)
    try:
        throttle.take_code(staff.id)
    except TooMany as error:
        return _reply_code(request, staff, next=next, error=error)
    account = database.get(StaffAccount, staff.id)
    assert account is not None
    signed_in = sign_in_by_code(
        database,
        request.cookies[SESSION],
        account,
        code,
        now=request.app.state.clock(),
        settings=request.app.state.settings,
    )
    if signed_in is None:
        return _reply_code(request, staff, next=next, error=_wrong_code())
    throttle.give_back_code(staff.id)
    return reply_signed_in(request, database, signed_in, next=next)


@router.post("/staff/sign-out")
def post_sign_out(request: Request, staff: AnyStaff, database: Database) -> Response:
    """Signs this browser out."""
    begin_write(database)
    end_session(database, request.cookies[SESSION])
    _record(request, database, staff, "sign_out")
    return _reply_signed_out(request)


@router.post("/staff/sign-out-everywhere")
def post_sign_out_everywhere(request: Request, staff: AnyStaff, database: Database) -> Response:
    """Signs the person out of every browser, this one too."""
    begin_write(database)
    end_sessions(database, staff.id)
    _record(request, database, staff, "sign_out.everywhere")
    return _reply_signed_out(request)


def reply_signed_in(request: Request, database: Session, signed_in: SignedIn, *, next: str) -> Response:
    """303 onward with the new cookie; a browser that is in for good is known from now on."""
    to = {CODE: "/staff/code", ENROL: "/staff/second-factor"}.get(signed_in.step)
    reply = redirect(to, next=own_path(next)) if to else redirect(own_path(next))
    set_cookie(request, reply, SESSION, signed_in.token)
    if signed_in.step == FULL:
        remember_browser(request, database, signed_in.account.id, reply)
    return reply


def remember_browser(request: Request, database: Session, account: str, reply: Response) -> None:
    """Let ``reply`` make this browser known as one of the person's."""
    token = know_browser(database, account, now=request.app.state.clock())
    set_cookie(request, reply, BROWSER, token, seconds=BROWSER_DAYS * 86_400)


def reply_sign_in(request: Request, *, next: str, email: str, error: HailongError | None = None) -> Response:
    """The page that asks for e-mail and password."""
    visit = start_visit(request)
    reply = reply_texts_page(
        request,
        "staff_sign_in.html",
        "sign_in",
        error=error,
        csrf=csrf_of_visit(visit),
        next=own_path(next),
        email=email,
        has_provider=bool(request.app.state.settings.oidc_issuer),
    )
    return keep_visit(request, reply, visit)


def _reply_code(
    request: Request, staff: Staff, *, next: str, error: TooMany | Unauthorised | None = None
) -> Response:
    # Nobody is signed in yet: no menu, no name; only the form's value.
    return reply_texts_page(
        request, "staff_code.html", "code_title", error=error, csrf=staff.csrf, next=own_path(next)
    )


def _reply_signed_out(request: Request) -> Response:
    reply = redirect("/staff/sign-in", done="signed_out")
    clear_cookie(request, reply, SESSION)
    return reply


def _record(request: Request, database: Session, staff: Staff, action: str) -> None:
    now = request.app.state.clock()
    record_event(database, at=now, actor=staff.actor, action=action, subject=staff.id, unit=None)


def _wrong_password() -> Unauthorised:
    return Unauthorised(
        "wrong_password",
        "E-mail hoặc mật khẩu không đúng. Kiểm tra phím Caps Lock và bộ gõ tiếng Việt rồi thử lại.",
        "The e-mail or the password is not right. Check Caps Lock and the keyboard, then try again.",
    )


def _wrong_code() -> Unauthorised:
    return Unauthorised(
        "wrong_code",
        "Mã không đúng hoặc đã dùng. Đợi mã mới trên điện thoại rồi thử lại; kiểm tra giờ của điện thoại.",
        "The code is not right, or was used. Wait for the next one on the phone; check the phone's clock.",
    )
