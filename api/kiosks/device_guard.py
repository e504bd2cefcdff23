"""Which tablet sent a request: ``Authorization: Bearer hd_<device>_<secret>``; errors say what it should do."""

import hmac
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from sqlalchemy import Engine
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlmodel import Session

from api.errors import HailongError, Unauthorised, database_away
from api.kiosks.codes import hash_secret
from api.tables import KioskDevice

FINAL, RETRY, RE_ENROL = "final", "retry", "re_enrol"


@dataclass(frozen=True)
class Device:
    """A tablet whose key counts."""

    id: str
    number: int
    unit: str
    counter: str | None
    config_version: int
    enrolled_at: datetime


async def require_device(request: Request) -> Device:
    """FastAPI dependency: the tablet of the key; Unauthorised (re_enrol) for any that does not count."""
    header = request.headers.get("authorization", "")
    device = await run_in_threadpool(_find_now, request.app.state.engine, header)
    request.app.state.rate_limit.take_for_device(device.id)
    return device


require_device.required_scope = "device"  # type: ignore[attr-defined]  # tests/test_house.py looks for it


def device_of(row: KioskDevice) -> Device:
    return Device(row.id, row.number, row.unit, row.counter, row.config_version, row.enrolled_at)


def _find_now(engine: Engine, header: str) -> Device:
    scheme, _, key = header.partition(" ")
    prefix, _, rest = key.strip().partition("_")
    id, _, secret = rest.partition("_")
    is_one = scheme.lower() == "bearer" and prefix == "hd" and id.isalnum() and len(id) <= 20
    with Session(engine) as session:  # no cache: a revoked tablet is refused at once
        stored = session.get(KioskDevice, id) if is_one else None
    # An unknown id costs the same comparison as a wrong secret.
    is_right = hmac.compare_digest(hash_secret(secret), stored.key_sha256 if stored else hash_secret(""))
    if stored is None or not is_right or stored.revoked_at is not None:
        raise Unauthorised(
            "unknown_device",
            "Máy này chưa được đăng ký hoặc đã bị thu hồi; hãy đăng ký lại, phiếu chờ gửi vẫn còn trên máy",
            "This device is not enrolled or was revoked; enrol it again, its queue stays on it",
            action=RE_ENROL,
        )
    return device_of(stored)


class KioskRoute(APIRoute):
    """A route whose every error says what a tablet does with it: ``action`` final, retry or re_enrol."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        call = super().get_route_handler()

        async def call_with_action(request: Request) -> Response:
            try:
                return await call(request)
            except HailongError as error:
                error.more.setdefault("action", _action(error.status))
                raise
            except (OperationalError, InterfaceError) as error:
                away = database_away()
                away.more["action"] = RETRY
                raise away from error
            except RequestValidationError as error:
                raise _malformed(error) from None

        return call_with_action


def _action(status: int) -> str:
    return RETRY if status == 429 or status >= 500 else FINAL


def _malformed(error: RequestValidationError) -> HailongError:
    problem = HailongError(
        "malformed_request",
        "Yêu cầu không hợp lệ",
        "The request is malformed",
        [{"path": ".".join(map(str, found["loc"])), "code": found["type"]} for found in error.errors()],
        action=FINAL,
    )
    problem.status = 422
    return problem
