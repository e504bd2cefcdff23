"""Resources for receiving: registered codes, a body as a kiosk sends it, keys."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from api.auth import make_key
from tests.conftest import NOW
from tests.registered import add_register


@pytest.fixture(autouse=True)
def registry(request: pytest.FixtureRequest) -> None:
    """What stands in the register of a test that has a database or a client."""
    if {"engine", "client"} & set(request.fixturenames):
        add_register(request.getfixturevalue("engine"))


@pytest.fixture
def post(client: Any, engine: Engine) -> Callable[..., Any]:
    """Post a body; ``key`` is sent as a bearer."""

    def send(body: Any, *, key: str | None = None, path: str = "/api/v1/responses") -> Any:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return client.post(path, json=body, headers=headers)

    return send


@pytest.fixture
def new_key(engine: Engine) -> Callable[..., str]:
    """Make a key with the given scopes."""

    def make(*scopes: str, unit: str | None = None) -> str:
        with Session(engine) as session, session.begin():
            return make_key(session, name="thử / test", scopes=scopes, unit=unit, now=NOW)

    return make


def make_body(**fields: Any) -> dict[str, Any]:
    """A counter rating as a kiosk sends it; a field given as None is left out."""
    body: dict[str, Any] = {
        "id": str(uuid4()),
        "form": "counter",
        "version": "2026.1",
        "answers": {"overall": 5},
        "unit_filed": "00004",
        "channel": "kiosk",
        "submitted_at": "2026-11-20T09:59:00+07:00",
    } | fields
    return {name: value for name, value in body.items() if value is not None}
