"""What others than tablets ask: the key of the receipts; a queue or case system says that a service has ended."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from api.auth import KeyHolder, require_scope
from api.clock import local_day
from api.db import begin_write
from api.errors import Forbidden
from api.kiosks.desk import desk_of
from api.kiosks.services import Pending, end_service
from api.tables import Counter

router = APIRouter(prefix="/api/v1", tags=["kiosks"])


class ServiceEnded(BaseModel):
    """Nothing but the procedure: no person, no dossier."""

    model_config = ConfigDict(extra="forbid")

    procedure: Annotated[str, Field(min_length=1, max_length=40)] | None = None


@router.get("/receipts/key")
def get_receipt_key(request: Request) -> dict[str, Any]:
    """The public key with which anybody can check a receipt."""
    return desk_of(request).signer.public_key()


@router.post("/counters/{code}/service-ended", status_code=202)
async def post_service_ended(
    code: str, body: ServiceEnded, request: Request, key: Annotated[KeyHolder, Depends(require_scope("queue"))]
) -> JSONResponse:
    """Have the tablets of a counter ask about the service that has just ended there; for two minutes."""
    request.app.state.rate_limit.take_for_key(key.id)
    pending = await run_in_threadpool(_end, request, code, body.procedure, key)
    await desk_of(request).board.nudge()
    return JSONResponse({"service": pending.service, "ends_at": pending.ends_at.isoformat()}, 202)


def _end(request: Request, code: str, procedure: str | None, key: KeyHolder) -> Pending:
    state = request.app.state
    with Session(state.engine) as session, session.begin():
        begin_write(session)
        pending = end_service(session, code, procedure, now=state.clock())
        counter = session.get(Counter, code)
        unit = counter.unit_code if counter else ""
        state.receiver.codes.refresh_if_stale()
        day = local_day(state.clock(), state.settings.zone)
        if key.unit and not state.receiver.codes.is_within(unit, key.unit, day):
            raise Forbidden(
                "unit_not_yours",
                f"Khóa này chỉ dùng được cho đơn vị {key.unit}",
                f"This key may only be used for unit {key.unit}",
                unit=key.unit,
            )
    return pending
