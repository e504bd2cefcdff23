"""``/api/v1/kiosks``: what a tablet asks and sends; every error tells it what to do."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from api.clock import local_day
from api.db import begin_write
from api.errors import Unauthorised
from api.kiosks.desk import KioskDesk, desk_of
from api.kiosks.device_guard import FINAL, Device, KioskRoute, device_of, require_device
from api.kiosks.devices import enrol_device
from api.kiosks.heartbeats import MINUTES, read_heartbeat
from api.kiosks.items import measure_offset, read_batch, read_ids
from api.kiosks.services import list_pending, make_ticket, take_ticket
from api.receiving.json_body import read_json
from api.tables import KioskDevice

router = APIRouter(prefix="/api/v1/kiosks", tags=["kiosks"], route_class=KioskRoute)
ThisDevice = Annotated[Device, Depends(require_device)]


class EnrolBody(BaseModel):
    """``first_sequence``: the number of the next response; a tablet that was enrolled before goes on counting."""

    model_config = ConfigDict(extra="ignore")

    code: Annotated[str, Field(min_length=1, max_length=40)]
    first_sequence: Annotated[int, Field(ge=1, le=2**31 - 1)] = 1


@router.post("/enrol", status_code=201)
async def post_enrol(request: Request, body: EnrolBody) -> JSONResponse:
    """Exchange a code for a key; the code is used up."""
    request.app.state.rate_limit.take_for_address(request.client.host if request.client else None)
    return JSONResponse(await run_in_threadpool(_enrol, request, body), 201)


@router.get("/me/config")
def get_config(request: Request, device: ThisDevice) -> Response:
    """What this tablet shows; 304 when it has just that."""
    config = _config(request, device)
    etag = f'"{config["version"]}"'
    if request.headers.get("if-none-match") in (etag, f"W/{etag}"):
        return Response(status_code=304, headers={"ETag": etag})
    return JSONResponse(config, headers={"ETag": etag, "Cache-Control": "private, no-cache"})


@router.post("/me/responses")
async def post_responses(request: Request, device: ThisDevice) -> JSONResponse:
    """Store a part of the queue; a result for each item, none without its commit."""
    desk, length = desk_of(request), request.headers.get("content-length", "")
    with desk.admission.admit(int(length) if length.isdigit() else None):
        body = await request.body()
        now = request.app.state.clock()
        batch = read_batch(body)
        results = await desk.items.receive(
            device, batch.items, now=now, clock_offset_seconds=measure_offset(batch.sent_at, now)
        )
    return JSONResponse({"server_time": _now(request), "results": results})


@router.post("/me/known")
async def post_known(request: Request, device: ThisDevice) -> JSONResponse:
    """Which of these responses are here? For a tablet that never got its receipt."""
    ids = read_ids(read_json(await request.body()))
    found = await run_in_threadpool(desk_of(request).items.find_known, device, ids)
    return JSONResponse(found | {"server_time": _now(request)})


@router.post("/me/heartbeat")
async def post_heartbeat(request: Request, device: ThisDevice) -> JSONResponse:
    """How the tablet is; the reply says what it should have."""
    desk = desk_of(request)
    beat = read_heartbeat(read_json(await request.body()), device=device.id, now=request.app.state.clock())
    await asyncio.wrap_future(desk.heartbeats.write(beat))
    config = await run_in_threadpool(_config, request, device)
    return JSONResponse(
        {
            "server_time": _now(request),
            "config_version": config["version"],
            "app_version": desk.app_version,
            "minutes": MINUTES,
        }
    )


@router.post("/me/events-ticket", status_code=201)
def post_ticket(request: Request, device: ThisDevice) -> JSONResponse:
    """A ticket for one stream of events, good once and for a minute."""
    state = request.app.state
    with Session(state.engine) as session, session.begin():
        begin_write(session)
        ticket = make_ticket(session, device.id, now=state.clock())
    return JSONResponse({"ticket": ticket}, 201)


@router.get("/me/pending")
def get_pending(request: Request, device: ThisDevice) -> JSONResponse:
    """What the events would have said, for a tablet they do not reach."""
    state = request.app.state
    with Session(state.engine) as session:
        found = list_pending(session, now=state.clock(), counter=device.counter) if device.counter else []
    return JSONResponse({"server_time": _now(request), "items": [one.as_event() for one in found]})


@router.get("/me/events")
async def get_events(request: Request, ticket: Annotated[str, Query(max_length=100)] = "") -> StreamingResponse:
    """Server-sent events: service_ended, config. Opened by a ticket, since a browser sends no key here."""
    device = await run_in_threadpool(_take_ticket, request, ticket)

    async def stream() -> AsyncIterator[str]:
        async for event in desk_of(request).board.listen(device.id, device.counter):
            yield event

    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(stream(), media_type="text/event-stream", headers=headers)


def _enrol(request: Request, body: EnrolBody) -> dict[str, Any]:
    state = request.app.state
    with Session(state.engine, expire_on_commit=False) as session, session.begin():
        begin_write(session)
        enrolled = enrol_device(session, body.code, first_sequence=body.first_sequence, now=state.clock())
    device = device_of(enrolled.device)
    return {
        "device": device.id,
        "key": enrolled.key,
        "number": device.number,
        "config": _config(request, device),
        "server_time": _now(request),
    }


def _take_ticket(request: Request, ticket: str) -> Device:
    state = request.app.state
    with Session(state.engine) as session, session.begin():
        begin_write(session)
        id = take_ticket(session, ticket, now=state.clock())
        row = session.get(KioskDevice, id) if id else None
        device = device_of(row) if row is not None and row.revoked_at is None else None
    if device is None:
        raise Unauthorised(
            "ticket_used",
            "Vé đã dùng hoặc hết hạn; hãy lấy vé mới",
            "The ticket is used or too old; take a new one",
            action=FINAL,
        )
    return device


def _config(request: Request, device: Device) -> dict[str, Any]:
    desk: KioskDesk = desk_of(request)
    day = local_day(request.app.state.clock(), request.app.state.settings.zone)
    return desk.configs.find(device.id, device.config_version, day)


def _now(request: Request) -> str:
    now: str = request.app.state.clock().isoformat()
    return now
