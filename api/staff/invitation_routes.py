"""``/staff/invitation/{token}``: an invited person sets the password, once."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlmodel import Session

from api.db import session
from api.errors import Malformed, NotThere
from api.staff.passwords import LETTERS_MIN
from api.staff.replies import redirect, reply_texts_page
from api.staff.signing_in import find_invited, set_password
from api.staff.visit import check_visit, csrf_of_visit, keep_visit, start_visit
from api.tables import StaffAccount

router = APIRouter(include_in_schema=False)

Database = Annotated[Session, Depends(session, scope="function")]


@router.get("/staff/invitation/{token}")
def get_invitation(request: Request, token: str, database: Database) -> Response:
    """Asks for a password; looking at it uses nothing up, so that a preview of the link does no harm."""
    try:
        account = find_invited(database, token, now=request.app.state.clock())
    except NotThere as error:
        return _reply_over(request, error)
    return _reply(request, account)


@router.post("/staff/invitation/{token}", dependencies=[Depends(check_visit)])
def post_invitation(
    request: Request,
    token: str,
    database: Database,
    password: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
) -> Response:
    """Sets the password and leads to sign-in."""
    now = request.app.state.clock()
    try:
        account = find_invited(database, token, now=now)
    except NotThere as error:
        return _reply_over(request, error)
    try:
        check_same(password, again)
        set_password(database, account, password, now=now, how="invitation")
    except Malformed as error:
        return _reply(request, account, error)
    return redirect("/staff/sign-in", done="password")


def check_same(password: str, again: str) -> None:
    """Malformed unless both were typed alike."""
    if password != again:
        raise Malformed(
            "passwords_differ",
            "Hai lần nhập mật khẩu không giống nhau; hãy nhập lại cả hai",
            "The two passwords differ; type both again",
        )


def _reply(request: Request, account: StaffAccount, error: Malformed | None = None) -> Response:
    visit = start_visit(request)
    reply = reply_texts_page(
        request,
        "staff_invitation.html",
        "invitation",
        error=error,
        csrf=csrf_of_visit(visit),
        account=account,
        letters_min=LETTERS_MIN,
    )
    return keep_visit(request, reply, visit)


def _reply_over(request: Request, error: NotThere) -> Response:
    return reply_texts_page(request, "staff_invitation.html", "invitation", error=error, account=None)
