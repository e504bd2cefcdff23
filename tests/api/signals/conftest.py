"""The month with one burst, found; and an analyst who looks at it."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from api.catalogue import open_catalogue
from api.settings import Settings
from api.tables import Signal
from tests.api.signals.october import compute, store_month
from tests.api.staff.people import add_second_factor, add_staff, code_of, send, sign_in
from tests.registered import add_register


@pytest.fixture
def catalogue(settings: Settings):
    return open_catalogue(settings)


@pytest.fixture
def found(engine: Engine, catalogue, settings: Settings) -> str:
    """The id of the one burst of the month."""
    add_register(engine)
    store_month(engine, catalogue)
    compute(engine, catalogue, settings)
    with Session(engine) as session:
        (signal,) = session.exec(select(Signal)).all()
        assert signal.kind == "burst"
        return signal.id


@pytest.fixture
def analyst(client: TestClient, engine: Engine, found: str) -> TestClient:
    secret = add_second_factor(engine, add_staff(engine, "analyst"))
    sign_in(client)
    send(client, "/staff/code", code=code_of(secret))
    return client
