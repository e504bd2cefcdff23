"""``/staff/accounts``: inviting, changing, disabling and resetting, within the units one administers."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlmodel import Session

from api.clock import today
from api.db import begin_write, session
from api.errors import Forbidden, HailongError, NotThere
from api.staff.accounts import (
    Wanted,
    change_account,
    disable_account,
    invitation_link,
    invite_account,
    reset_account,
)
from api.staff.queries import Listed, find_listed, list_accounts
from api.staff.replies import redirect, reply_texts_page
from api.staff_access.frame import language_of
from api.staff_access.guard import require_staff
from api.staff_access.permissions import ROLE_NAMES
from api.staff_access.staff import Grant, Staff
from api.tables import StaffAccount

router = APIRouter(prefix="/staff/accounts", include_in_schema=False)

Database = Annotated[Session, Depends(session, scope="function")]
Manager = Annotated[Staff, Depends(require_staff("accounts.manage"))]
Posted = Annotated[str, Form()]


@router.get("")
def get_accounts(request: Request, staff: Manager, database: Database) -> Response:
    """The accounts one may manage, and the form of an invitation."""
    return _reply_list(request, staff, database)


@router.post("")
def post_account(
    request: Request,
    staff: Manager,
    database: Database,
    email: Posted = "",
    name: Posted = "",
    grants: Posted = "",
    own_counters: Posted = "",
) -> Response:
    """Invites somebody; the link is on the page that answers, and nowhere else."""
    wanted = Wanted(email, name, read_grants(grants), own_counters.split())
    now, settings = request.app.state.clock(), request.app.state.settings
    begin_write(database)
    try:
        _check_scope(request, database, staff, wanted.grants)
        token = invite_account(database, wanted, now=now, settings=settings, actor=staff.actor)
    except HailongError as error:
        typed = {"email": email, "name": name, "grants": grants, "own_counters": own_counters}
        return _reply_list(request, staff, database, typed=typed, error=error)
    return _reply_link(request, staff, token, email)


@router.get("/{id}")
def get_account(request: Request, id: str, staff: Manager, database: Database) -> Response:
    """One account, and what can be done about it."""
    return _reply_one(request, staff, _find(request, database, staff, id))


@router.post("/{id}")
def post_change(
    request: Request,
    id: str,
    staff: Manager,
    database: Database,
    name: Posted = "",
    grants: Posted = "",
    own_counters: Posted = "",
) -> Response:
    """Changes name, roles and own counters."""
    begin_write(database)
    listed = _find(request, database, staff, id)
    wanted = Wanted(listed.account.email, name, read_grants(grants), own_counters.split())
    try:
        _check_other(staff, id)
        _check_scope(request, database, staff, wanted.grants)
        change_account(database, listed.account, wanted, now=request.app.state.clock(), actor=staff.actor)
    except HailongError as error:
        typed = {"name": name, "grants": grants, "own_counters": own_counters}
        return _reply_one(request, staff, listed, typed=typed, error=error)
    return redirect(f"/staff/accounts/{id}", done="changed")


@router.post("/{id}/disable")
def post_disable(request: Request, id: str, staff: Manager, database: Database) -> Response:
    """Closes the account at once."""
    begin_write(database)
    account = _find(request, database, staff, id).account
    _check_other(staff, id)
    disable_account(database, account, now=request.app.state.clock(), actor=staff.actor)
    return redirect(f"/staff/accounts/{id}", done="disabled")


@router.post("/{id}/reset")
def post_reset(
    request: Request, id: str, staff: Manager, database: Database, second_factor: Posted = ""
) -> Response:
    """Takes the password away and shows a new link."""
    begin_write(database)
    account = _find(request, database, staff, id).account
    _check_other(staff, id)
    token = reset_account(
        database,
        account,
        forget_second_factor=second_factor == "yes",
        now=request.app.state.clock(),
        settings=request.app.state.settings,
        actor=staff.actor,
    )
    return _reply_link(request, staff, token, account.email)


def read_grants(text: str) -> list[Grant]:
    """``operator 01273`` on each line; a role alone, or with ``*``, is for every unit."""
    lines = [line.split(maxsplit=1) for line in text.splitlines() if line.strip()]
    return [Grant(words[0], None if words[1:] in ([], ["*"]) else words[1]) for words in lines]


def _write(listed: Listed) -> dict[str, str]:
    return {
        "name": listed.account.name,
        "grants": "\n".join(f"{grant.role} {grant.unit or '*'}" for grant in listed.grants),
        "own_counters": " ".join(listed.own_counters),
    }


def _find(request: Request, database: Session, staff: Staff, id: str) -> Listed:
    listed = find_listed(database, id)
    if listed is None or not _is_in_scope(staff.units_in_scope(database, today(request)), listed):
        raise NotThere("unknown_account", "Không có tài khoản này", "There is no such account")
    return listed


def _is_in_scope(scope: frozenset[str] | None, listed: Listed) -> bool:
    return scope is None or all(grant.unit in scope for grant in listed.grants)


def _check_scope(request: Request, database: Session, staff: Staff, grants: Sequence[Grant]) -> None:
    scope = staff.units_in_scope(database, today(request))
    if scope is not None and any(grant.unit not in scope for grant in grants):
        raise Forbidden(
            "unit_out_of_scope",
            "Bạn chỉ cấp được vai trò trong các đơn vị bạn quản trị; hãy ghi mã đơn vị sau mỗi vai trò",
            "You may give roles only in the units you administer; write a unit's code after each role",
        )


def _check_other(staff: Staff, id: str) -> None:
    if staff.id == id:
        raise Forbidden(
            "own_account",
            "Không ai tự đổi quyền hoặc tự khóa tài khoản của mình; hãy nhờ một người quản trị khác",
            "Nobody changes or disables their own account; ask another administrator",
        )


def _reply_list(
    request: Request,
    staff: Staff,
    database: Session,
    *,
    typed: dict[str, str] | None = None,
    error: HailongError | None = None,
) -> Response:
    scope = staff.units_in_scope(database, today(request))
    return reply_texts_page(
        request,
        "staff_accounts.html",
        "accounts",
        staff=staff,
        error=error,
        listed=[found for found in list_accounts(database) if _is_in_scope(scope, found)],
        roles=ROLE_NAMES[language_of(request)],
        typed=typed or {"email": "", "name": "", "grants": "", "own_counters": ""},
    )


def _reply_one(
    request: Request,
    staff: Staff,
    listed: Listed,
    *,
    typed: dict[str, str] | None = None,
    error: HailongError | None = None,
) -> Response:
    return reply_texts_page(
        request,
        "staff_account.html",
        "account",
        staff=staff,
        error=error,
        listed=listed,
        typed=typed or _write(listed),
        roles=ROLE_NAMES[language_of(request)],
        is_own=listed.account.id == staff.id,
        created=_local(request, listed.account),
    )


def _reply_link(request: Request, staff: Staff, token: str, email: str) -> Response:
    settings = request.app.state.settings
    return reply_texts_page(
        request,
        "staff_link.html",
        "link",
        staff=staff,
        path="/staff/accounts",
        link=invitation_link(token, settings.public_url or str(request.base_url)),
        email=email,
        hours=settings.staff_invitation_hours,
    )


def _local(request: Request, account: StaffAccount) -> str:
    return account.created_at.astimezone(request.app.state.settings.zone).strftime("%d/%m/%Y")
