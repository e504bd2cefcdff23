"""A unit that hands out paper, people who key it in, and how a browser does each step."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response as Reply
from sqlalchemy import Engine
from sqlmodel import Session, select

from api.paper.printing import print_sheets
from api.tables import PaperSheet, Response, ResponseText
from survey_forms.pages.printed.serials import write_serial
from tests.api.staff.people import add_staff, csrf_in, sign_in
from tests.conftest import NOW
from tests.registered import add_register

PAPER = "/staff/paper"
FIRST, SECOND, HEAD = "mot@example.vn", "hai@example.vn", "lanhdao@example.vn"


@dataclass
class Person:
    """Somebody signed in, at their own browser."""

    client: TestClient

    def get(self, path: str) -> Reply:
        return self.client.get(f"{PAPER}{path}")

    def post(self, path: str, page: str = "", **fields: str) -> Reply:
        csrf = csrf_in(self.get(page))
        return self.client.post(f"{PAPER}{path}", data={"csrf": csrf} | fields, follow_redirects=False)

    def open_batch(self, sheets: int, total: float, **fields: str) -> int:
        given = {
            "form": "counter", "unit": "00004", "answered_on": "2026-11-19", "control": "1",
            "declared_sheets": str(sheets), "declared_sum": str(total),
        }  # fmt: skip
        reply = self.post("/batches", **(given | fields))
        assert reply.status_code == 303, reply.text
        return int(re.search(r"/paper/(\d+)", reply.headers["location"])[1])

    def key(self, batch: int, number: int, **boxes: str) -> Reply:
        fields = {f"box.{name}": said for name, said in boxes.items() if name != "confirm_blanks"}
        more = {"confirm_blanks": "1"} if "confirm_blanks" in boxes else {}
        return self.post(f"/{batch}/sheet", f"/{batch}/sheet", serial=write_serial(number), **fields, **more)


@pytest.fixture
def register(engine: Engine) -> None:
    add_register(engine)


@pytest.fixture
def join(app: FastAPI, engine: Engine, register: None) -> Callable[..., Person]:
    """Signs somebody in: ``join(email, role, own_counters=…)``."""

    def sign(email: str, *roles: str, own_counters: tuple[str, ...] = ()) -> Person:
        add_staff(engine, *roles, email=email, own_counters=own_counters)
        client = TestClient(app, raise_server_exceptions=False)
        assert sign_in(client, email=email).status_code == 303
        return Person(client)

    return sign


@pytest.fixture
def first(join) -> Person:
    return join(FIRST, "operator 00004")


@pytest.fixture
def second(join) -> Person:
    return join(SECOND, "operator 00004")


@pytest.fixture
def head(join) -> Person:
    return join(HEAD, "unit_head 00004")


@pytest.fixture
def printed(app: FastAPI, engine: Engine, register: None) -> Callable[..., int]:
    """Prints sheets; gives the number of the first."""

    def print_now(sheets: int = 10, now: datetime = NOW, **other: str) -> int:
        given = {"form": "counter", "unit": "00004"} | other
        with Session(engine) as session, session.begin():
            made = print_sheets(
                session, forms=app.state.forms, codes=app.state.receiver.codes, sheets=sheets, day=now.date(),
                now=now, actor="test", **given,
            )  # fmt: skip
            return made.first_number

    return print_now


def stored(engine: Engine) -> list[Response]:
    with Session(engine) as session:
        return list(session.exec(select(Response).order_by(Response.submitted_at, Response.id)))


def stored_texts(engine: Engine) -> list[str]:
    with Session(engine) as session:
        return sorted(row.text for row in session.exec(select(ResponseText)))


def sampled(engine: Engine) -> list[int]:
    with Session(engine) as session:
        rows = session.exec(select(PaperSheet).where(PaperSheet.is_sampled).order_by(PaperSheet.number))
        return [row.number for row in rows]
