"""``/staff`` and ``/staff/profile``: the first page, and one's own account."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlmodel import Session

from api.clock import today
from api.db import session
from api.errors import HailongError
from api.staff.invitation_routes import check_same
from api.staff.passwords import LETTERS_MIN
from api.staff.replies import redirect, reply_texts_page
from api.staff.second_factor_routes import check_own_password
from api.staff.signing_in import set_password
from api.staff_access.cookies import SESSION, set_cookie
from api.staff_access.frame import language_of
from api.staff_access.guard import require_staff
from api.staff_access.menu import entries_for
from api.staff_access.names import name_units
from api.staff_access.permissions import ROLE_NAMES
from api.staff_access.sessions import FULL, start_session
from api.staff_access.staff import Staff
from api.tables import StaffAccount

router = APIRouter(include_in_schema=False)

Database = Annotated[Session, Depends(session, scope="function")]
AnyStaff = Annotated[Staff, Depends(require_staff("profile"))]


@router.get("/staff")
def get_home(request: Request, staff: AnyStaff, database: Database) -> Response:
    """What this person may do here."""
    return reply_texts_page(
        request,
        "staff_home.html",
        "home",
        staff=staff,
        entries=entries_for(staff),
        grants=show_grants(request, database, staff),
        day=today(request).strftime("%d/%m/%Y"),
    )


@router.get("/staff/profile")
def get_profile(request: Request, staff: AnyStaff, database: Database) -> Response:
    """One's own account: roles, password, second factor, sign out everywhere."""
    return _reply(request, database, staff)


@router.post("/staff/profile/password")
def post_password(
    request: Request,
    staff: AnyStaff,
    database: Database,
    present: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
) -> Response:
    """Sets a new password, signs out everywhere else, and goes on under a new session."""
    now, account = request.app.state.clock(), database.get(StaffAccount, staff.id)
    assert account is not None
    try:
        check_own_password(request, account, present)
        check_same(password, again)
        set_password(database, account, password, now=now, how="profile")
    except HailongError as error:
        return _reply(request, database, staff, error)
    token = start_session(database, account, step=FULL, now=now, settings=request.app.state.settings)
    reply = redirect("/staff/profile", done="password_changed")
    set_cookie(request, reply, SESSION, token)
    return reply


def show_grants(request: Request, database: Session, staff: Staff) -> list[tuple[str, str]]:
    """Each role in words, and the unit it holds for; no unit: every one."""
    names = name_units(database, [grant.unit for grant in staff.grants if grant.unit])
    roles = ROLE_NAMES[language_of(request)]
    return [
        (roles[grant.role], f"{names.get(grant.unit, '')} ({grant.unit})" if grant.unit else "")
        for grant in staff.grants
    ]


def _reply(request: Request, database: Session, staff: Staff, error: HailongError | None = None) -> Response:
    return reply_texts_page(
        request,
        "staff_profile.html",
        "profile",
        staff=staff,
        path="/staff/profile",
        error=error,
        account=database.get(StaffAccount, staff.id),
        grants=show_grants(request, database, staff),
        own_counters=staff.own_counters,
        letters_min=LETTERS_MIN,
    )
