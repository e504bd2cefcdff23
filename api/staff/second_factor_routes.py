"""``/staff/second-factor``: joining an authenticator app to the account; recovery codes, shown this once."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from markupsafe import Markup
from sqlmodel import Session

from api.audit import record_event
from api.db import begin_write, session
from api.errors import HailongError, Malformed, TooMany, Unauthorised
from api.staff.passwords import verify_password
from api.staff.replies import own_path, redirect, reply_texts_page
from api.staff.second_factor import draw_secret, find_step, make_recovery_codes, new_secret
from api.staff.sign_in_routes import remember_browser
from api.staff.signing_in import finish
from api.staff_access.cookies import SESSION, set_cookie
from api.staff_access.guard import require_staff, require_step
from api.staff_access.sessions import ENROL, FULL, hash_token
from api.staff_access.staff import Staff
from api.tables import StaffAccount, StaffSession

router = APIRouter(include_in_schema=False)

Database = Annotated[Session, Depends(session, scope="function")]
Enrols = Annotated[Staff, Depends(require_step(ENROL, FULL))]
AnyStaff = Annotated[Staff, Depends(require_staff("profile"))]


@router.get("/staff/second-factor")
def get_second_factor(request: Request, staff: Enrols, database: Database, next: str = "/staff") -> Response:
    """Shows the QR code of a new secret; nothing changes before a code of it is given."""
    account, row = _find(request, database, staff)
    if row.pending_totp is None:
        begin_write(database)
        row.pending_totp = new_secret()
        database.add(row)
        database.flush()
    return _reply(request, staff, account, row, next=next)


@router.post("/staff/second-factor")
def post_second_factor(
    request: Request,
    staff: Enrols,
    database: Database,
    code: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/staff",
) -> Response:
    """Joins the app to the account, gives recovery codes, and begins a new session."""
    now = request.app.state.clock()
    account, row = _find(request, database, staff)
    if row.pending_totp is None:
        return redirect("/staff/second-factor", next=own_path(next))
    try:
        if row.step == FULL:  # somebody at an unattended desk must not change it
            check_own_password(request, account, password)
        step = find_step(row.pending_totp, code, now)
        if step is None:
            raise Malformed(
                "wrong_code",
                "Mã không đúng; quét lại mã QR, kiểm tra giờ của điện thoại rồi nhập mã mới",
                "The code is not right; scan again, check the phone's clock and give the newest code",
            )
    except HailongError as error:
        return _reply(request, staff, account, row, next=next, error=error)
    begin_write(database)
    account.totp_secret, account.totp_last_step = row.pending_totp, step
    database.add(account)
    codes = make_recovery_codes(database, account.id)
    record_event(database, at=now, actor=staff.actor, action="account.second_factor", subject=staff.id, unit=None)
    signed_in = finish(
        database,
        request.cookies[SESSION],
        account,
        how="second_factor",
        now=now,
        settings=request.app.state.settings,
    )
    reply = _reply_codes(request, codes, next=own_path(next))
    set_cookie(request, reply, SESSION, signed_in.token)
    remember_browser(request, database, account.id, reply)
    return reply


@router.post("/staff/recovery-codes")
def post_recovery_codes(
    request: Request, staff: AnyStaff, database: Database, password: Annotated[str, Form()] = ""
) -> Response:
    """New recovery codes instead of the old ones."""
    account, _ = _find(request, database, staff)
    if account.totp_secret is None:
        return redirect("/staff/second-factor")
    try:
        check_own_password(request, account, password)
    except HailongError as error:
        return reply_texts_page(
            request, "staff_mistake.html", "recovery_codes", staff=staff, path="/staff/profile", error=error
        )
    begin_write(database)
    codes = make_recovery_codes(database, account.id)
    record_event(
        database,
        at=request.app.state.clock(),
        actor=staff.actor,
        action="account.recovery_codes",
        subject=staff.id,
        unit=None,
    )
    return _reply_codes(request, codes, next="/staff/profile")


def check_own_password(request: Request, account: StaffAccount, password: str) -> None:
    """Unauthorised for a wrong password of whoever is signed in, TooMany when too often; nothing to check for an
    account that has none."""
    if account.password_hash is None:
        return
    request.app.state.sign_in_throttle.take_code(account.id)
    if not verify_password(account.password_hash, password):
        raise Unauthorised("wrong_password", "Mật khẩu hiện tại không đúng", "That is not your present password")
    request.app.state.sign_in_throttle.give_back_code(account.id)


def _find(request: Request, database: Session, staff: Staff) -> tuple[StaffAccount, StaffSession]:
    account = database.get(StaffAccount, staff.id)
    row = database.get(StaffSession, hash_token(request.cookies[SESSION]))
    if account is None or row is None:
        raise Unauthorised("sign_in_required", "Phiên làm việc đã hết; hãy đăng nhập", "Please sign in again")
    return account, row


def _reply(
    request: Request,
    staff: Staff,
    account: StaffAccount,
    row: StaffSession,
    *,
    next: str,
    error: HailongError | TooMany | None = None,
) -> Response:
    secret = row.pending_totp or ""
    return reply_texts_page(
        request,
        "staff_second_factor.html",
        "second_factor",
        staff=staff if row.step == FULL else None,
        csrf=staff.csrf,
        error=error,
        next=own_path(next),
        drawing=Markup(draw_secret(secret, account.email)),  # noqa: S704  drawn here, from letters of our own
        secret=" ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        asks_password=row.step == FULL and account.password_hash is not None,
    )


def _reply_codes(request: Request, codes: list[str], *, next: str) -> Response:
    return reply_texts_page(
        request, "staff_recovery_codes.html", "recovery_codes", path="/staff/profile", codes=codes, next=next
    )
