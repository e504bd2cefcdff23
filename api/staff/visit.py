"""Forms of people not signed in yet: bound to a cookie of the visit, so that no other site can send them."""

import secrets

from fastapi import Request, Response

from api.errors import Malformed
from api.staff_access.cookies import VISIT, set_cookie
from api.staff_access.csrf import check_csrf, csrf_of


def start_visit(request: Request) -> str:
    """The token of this visit; a new one for a new browser."""
    return request.cookies.get(VISIT) or secrets.token_urlsafe(32)


def keep_visit(request: Request, reply: Response, token: str) -> Response:
    """``reply``, which hands the token out when the browser has none."""
    if VISIT not in request.cookies:
        set_cookie(request, reply, VISIT, token)
    return reply


def csrf_of_visit(token: str) -> str:
    """What the forms of this visit carry."""
    return csrf_of(token)


async def check_visit(request: Request) -> None:
    """FastAPI dependency: Forbidden for a form that did not come from our page; Malformed without cookies."""
    token = request.cookies.get(VISIT)
    if token is None:
        raise Malformed(
            "no_cookie",
            "Trình duyệt không giữ cookie của trang này; hãy cho phép cookie rồi mở lại trang đăng nhập",
            "The browser keeps no cookie of this page; allow cookies, then open the sign-in page again",
        )
    await check_csrf(request, token)
