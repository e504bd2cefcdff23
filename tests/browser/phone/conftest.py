"""A browser, and the service with one office in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest
from fastapi import FastAPI
from sqlmodel import Session, select

from api.app import create_app
from api.settings import Settings
from api.tables import Response, Unit
from tests.browser.served import serve

FOREIGN = "http://localhost"  # another origin than 127.0.0.1; its port is added where a page of it is served


@dataclass(frozen=True)
class Service:
    """The service at ``address``."""

    app: FastAPI
    address: str

    def stored(self) -> list[Response]:
        with Session(self.app.state.engine) as session:
            return list(session.exec(select(Response)))


@pytest.fixture
def service(sqlite_url, tmp_path) -> Iterator[Service]:
    app = create_app(Settings(database_url=sqlite_url, var_folder=tmp_path / "var"))
    with Session(app.state.engine) as session, session.begin():
        name = "Trung tâm Phục vụ hành chính công phường Thử"
        session.add(Unit(code="T1", name=name, kind="centre", valid_from=date(2025, 7, 1), is_demo=True))
    with serve(app) as address:
        yield Service(app, address)
    app.state.engine.dispose()
