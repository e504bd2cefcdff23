"""Resources for receiving: registered codes, a body as a kiosk sends it, keys."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from api.auth import make_key
from api.tables import Counter, Procedure, Unit
from tests.conftest import NOW


@pytest.fixture(autouse=True)
def registry(request: pytest.FixtureRequest) -> None:
    """A province with two communes, a district that ended, a procedure, a counter in each commune."""
    if not {"engine", "client"} & set(request.fixturenames):
        return
    since = date(2025, 7, 1)
    with Session(request.getfixturevalue("engine")) as session, session.begin():
        session.add(Unit(code="01", name="Thành phố Hà Nội", kind="province", valid_from=date(2008, 8, 1)))
        session.add(Unit(code="00004", name="Phường Ba Đình", kind="commune", parent_code="01", valid_from=since))
        session.add(Unit(code="00008", name="Phường Ngọc Hà", kind="commune", parent_code="01", valid_from=since))
        session.add(Unit(code="79", name="Thành phố Hồ Chí Minh", kind="province", valid_from=since))
        session.add(
            Unit(
                code="001",
                name="Quận Ba Đình",
                kind="district",
                parent_code="01",
                valid_from=date(2008, 8, 1),
                valid_to=date(2025, 6, 30),
            )
        )
        session.add(Procedure(code="1.000001", name="Đăng ký khai sinh", field="Hộ tịch", level="commune"))
        session.add(Counter(code="Q1", unit_code="00004", name="Quầy 1", valid_from=since))
        session.add(Counter(code="Q8", unit_code="00008", name="Quầy 8", valid_from=since))


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
