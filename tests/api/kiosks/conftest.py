"""Resources for tablets: the register, an enrolled device and what it sends."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session

from api.db import begin_write
from api.kiosks.configuration import KioskSettings, change_settings
from api.kiosks.devices import invite_device
from tests.conftest import NOW
from tests.registered import add_register

KIOSKS = "/api/v1/kiosks"


@pytest.fixture(autouse=True)
def registry(request: pytest.FixtureRequest) -> None:
    """What stands in the register of a test that has a database or a client."""
    if {"engine", "client"} & set(request.fixturenames):
        add_register(request.getfixturevalue("engine"))


@dataclass
class Tablet:
    """A tablet as the server meets it."""

    client: TestClient
    id: str
    key: str
    config: dict[str, Any]

    def post(self, path: str, body: Any) -> Any:
        return self.client.post(f"{KIOSKS}/me/{path}", json=body, headers=self.headers)

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(f"{KIOSKS}/me/{path}", headers=self.headers | headers)

    def send(self, *items: Any, sent_at: str = NOW.isoformat()) -> Any:
        return self.post("responses", {"sent_at": sent_at, "app_version": "1", "items": list(items)})

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}


@pytest.fixture
def invite(engine: Engine) -> Callable[..., str]:
    """A code for a tablet."""

    def make(unit: str = "00004", counter: str | None = "Q1", **more: Any) -> str:
        settings = change_settings(KioskSettings(), more.pop("settings", {}))
        with Session(engine) as session, session.begin():
            begin_write(session)
            return invite_device(
                session, unit=unit, counter=counter, now=NOW, settings=settings, actor="test", **more
            ).code

    return make


@pytest.fixture
def enrol(client: TestClient, invite: Callable[..., str]) -> Callable[..., Tablet]:
    """A tablet that has its key."""

    def make(*, first_sequence: int = 1, **more: Any) -> Tablet:
        body = {"code": invite(**more), "first_sequence": first_sequence}
        given = client.post(f"{KIOSKS}/enrol", json=body)
        assert given.status_code == 201, given.text
        told = given.json()
        return Tablet(client, told["device"], told["key"], told["config"])

    return make


@pytest.fixture
def tablet(enrol: Callable[..., Tablet]) -> Tablet:
    return enrol()


def make_item(sequence: int = 1, **fields: Any) -> dict[str, Any]:
    """A rating as it lies in the queue of a tablet."""
    return {
        "id": str(uuid4()),
        "sequence": sequence,
        "form": "counter",
        "version": "2026.1",
        "answers": {"overall": 5},
        "language": "vi",
        "started_at": "2026-11-20T09:58:50+07:00",
        "submitted_at": "2026-11-20T09:59:00+07:00",
        "procedure": None,
        "completeness": "complete",
        "is_assisted": False,
        "option_order": "ascending",
        "durations": {"overall": 2.5},
        "consent": None,
        "service": None,
    } | fields


def make_heartbeat(**fields: Any) -> dict[str, Any]:
    """A tablet that is well."""
    return {
        "at": NOW.isoformat(),
        "monotonic": 1234.5,
        "queue_length": 0,
        "oldest_queued_at": None,
        "last_sent_at": NOW.isoformat(),
        "last_sequence": 0,
        "app_version": "1",
        "form_version": "2026.1",
        "config_version": "1",
        "battery": {"level": 0.9, "charging": True},
        "storage": {"persisted": True, "usage": 1000, "quota": 1_000_000},
        "clock_offset_seconds": 0,
        "errors": [],
        "is_visible": True,
        "presses": {},
    } | fields
