"""FastAPI dependencies of staff routes: who is signed in, may they, and did the form come from our page."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from urllib.parse import quote

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from sqlmodel import Session
from starlette.exceptions import HTTPException

from api.db import begin_write
from api.errors import Forbidden, Unauthorised
from api.staff_access.cookies import SESSION
from api.staff_access.csrf import check_csrf, csrf_of
from api.staff_access.permissions import PERMISSIONS, Role
from api.staff_access.sessions import FULL, NOTED_SECONDS, OpenSession, find_session, note_sign_of_life
from api.staff_access.staff import Grant, Staff

SAFE_METHODS = ("GET", "HEAD")


def require_staff(permission: str) -> Callable[[Request], AsyncIterator[Staff]]:
    """Who is signed in and holds ``permission`` somewhere. Not signed in: pages lead to sign-in, the API answers
    401; without the permission 403. Every POST must carry the value of ``Staff.csrf``."""
    roles = PERMISSIONS[permission]

    async def guard(request: Request) -> AsyncIterator[Staff]:
        token, opened = await _find(request, FULL)
        staff = _staff_of(opened, permission, token)
        if not staff.roles & roles:
            raise Forbidden(
                "permission_required",
                "Tài khoản của bạn không có quyền làm việc này; hãy hỏi người quản trị",
                "Your account may not do this; ask an administrator",
                permission=permission,
            )
        async with _checked_form(request, token):
            yield staff

    guard.required_staff = permission  # type: ignore[attr-defined]  # tests/test_house.py looks for it
    return guard


def require_step(*steps: str) -> Callable[[Request], AsyncIterator[Staff]]:
    """Who gave the right password and still owes a code (``steps``: sessions.CODE, ENROL); nothing else is open
    to them."""

    async def guard(request: Request) -> AsyncIterator[Staff]:
        token, opened = await _find(request, *steps)
        async with _checked_form(request, token):
            yield _staff_of(opened, "profile", token)

    guard.required_step = steps  # type: ignore[attr-defined]  # tests/test_house.py looks for it
    return guard


@asynccontextmanager
async def _checked_form(request: Request, token: str) -> AsyncIterator[None]:
    try:
        if request.method not in SAFE_METHODS:
            await check_csrf(request, token)
        yield
    finally:
        await request.close()  # files that came with the form


async def _find(request: Request, *steps: str) -> tuple[str, OpenSession]:
    token = request.cookies.get(SESSION)
    opened = await run_in_threadpool(_find_now, request, token) if token else None
    if token is None or opened is None or opened.row.step not in steps:
        raise _not_signed_in(request)
    return token, opened


def _find_now(request: Request, token: str) -> OpenSession | None:
    state = request.app.state
    now = state.clock()
    with Session(state.engine, expire_on_commit=False) as session:  # no cache: a disabled account is out at once
        opened = find_session(session, token, now=now, settings=state.settings)
    if opened is not None and now - opened.row.seen_at >= timedelta(seconds=NOTED_SECONDS):
        with Session(state.engine) as session, session.begin():
            begin_write(session)
            note_sign_of_life(session, token, now=now)
    return opened


def _not_signed_in(request: Request) -> Exception:
    path = request.url.path
    if request.method in SAFE_METHODS and not path.startswith("/api/"):
        asked = f"{path}?{request.url.query}" if request.url.query else path
        return HTTPException(303, headers={"Location": f"/staff/sign-in?next={quote(asked, safe='')}"})
    return Unauthorised(
        "sign_in_required",
        "Phiên làm việc đã hết; hãy đăng nhập (ở thẻ khác) rồi gửi lại",
        "You are not signed in any more; sign in (in another tab), then send again",
    )


def _staff_of(opened: OpenSession, permission: str, token: str) -> Staff:
    grants = tuple(Grant(found.role, found.unit) for found in opened.grants if found.role in set(Role))
    account = opened.account
    return Staff(
        id=account.id,
        name=account.name,
        email=account.email,
        grants=grants,
        own_counters=opened.own_counters,
        permission=permission,
        csrf=csrf_of(token),
    )
