"""People who sign in: accounts put into the database as an invitation and the first sign-in would leave them."""

import re
from datetime import datetime
from functools import cache

import pyotp
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from api.db import begin_write
from api.settings import Settings
from api.staff.accounts import Wanted, invite_account
from api.staff.passwords import hash_password
from api.staff.queries import find_by_email
from api.staff_access.staff import Grant
from api.tables import AuditEvent, StaffAccount
from tests.conftest import NOW

PASSWORD = "mưa rơi trên mái ngói"
EMAIL = "lan@example.vn"


def invite(engine: Engine, *roles: str, email: str = EMAIL, own_counters: tuple[str, ...] = ()) -> str:
    """Invite somebody with roles such as ``operator`` or ``operator 01273``; gives the token of the link."""
    with Session(engine) as session, session.begin():
        begin_write(session)
        return invite_account(
            session,
            Wanted(email, "Nguyễn Thị Lan", [_read(role) for role in roles], own_counters),
            now=NOW,
            settings=Settings(),
            actor="cli",
        )


def add_staff(engine: Engine, *roles: str, email: str = EMAIL, own_counters: tuple[str, ...] = ()) -> str:
    """An account with ``PASSWORD``; gives its id."""
    invite(engine, *roles, email=email, own_counters=own_counters)
    with Session(engine) as session, session.begin():
        begin_write(session)
        account = find_by_email(session, email)
        account.password_hash = _hashed()
        session.add(account)
        return account.id


def add_second_factor(engine: Engine, id: str) -> str:
    """Give the account an authenticator; gives its secret."""
    secret = pyotp.random_base32()
    with Session(engine) as session, session.begin():
        begin_write(session)
        account = session.get(StaffAccount, id)
        account.totp_secret = secret
        session.add(account)
    return secret


def code_of(secret: str, at: datetime = NOW) -> str:
    return pyotp.TOTP(secret).at(at)


def sign_in(client: TestClient, *, email: str = EMAIL, password: str = PASSWORD, next: str = "/staff"):
    """Open the page and send its form, as a browser does; gives the answer to the form."""
    page = client.get("/staff/sign-in", params={"next": next})
    return client.post(
        "/staff/sign-in",
        data={"csrf": csrf_in(page), "email": email, "password": password, "next": next},
        follow_redirects=False,
    )


def send(client: TestClient, page: str, to: str | None = None, **fields: str):
    """Send a form of ``page`` with its csrf value; no redirect is followed."""
    return client.post(to or page, data={"csrf": csrf_in(client.get(page))} | fields, follow_redirects=False)


def csrf_in(page) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', page.text)
    assert found, page.text
    return found[1]


def audited(engine: Engine) -> list[tuple[str, str]]:
    """Actor and action of every audit row, oldest first."""
    with Session(engine) as session:
        return [(row.actor, row.action) for row in session.exec(select(AuditEvent).order_by(AuditEvent.id))]


@cache
def _hashed() -> str:
    return hash_password(PASSWORD)


def _read(role: str) -> Grant:
    word, _, unit = role.partition(" ")
    return Grant(word, unit or None)
