"""``POST /api/v1/responses`` and ``/api/v1/responses/batch``: from a request to receipts."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from sqlmodel import Session

from api.audit import record_event
from api.auth import KeyHolder, optional_key, require_scope
from api.db import begin_write
from api.errors import HailongError, NotSupported
from api.post_guard import guard_public_post
from api.receiving.json_body import read_json, text_of
from api.receiving.receiver import Receiver
from api.receiving.schemas import PostedBatch, PostedResponse, ShownBatch, ShownReceipt, read_batch, read_posted
from api.receiving.submission import ReadyResponse, Receipt

router = APIRouter(prefix="/api/v1/responses", tags=["responses"])

PROOF_HEADER = "x-proof-of-work"  # <challenge>:<answer>, where a 429 asked for it
GROUP_OF_BATCH = 100  # entries in one transaction; a database that goes away takes back at most these


def _body_of(model: type[PostedResponse] | type[PostedBatch]) -> dict[str, Any]:
    schema = model.model_json_schema()
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


@router.post(
    "",
    status_code=201,
    openapi_extra=_body_of(PostedResponse),
    responses={
        200: {"model": ShownReceipt, "description": "Đã lưu từ trước / Stored before; the first receipt"},
        201: {"model": ShownReceipt, "description": "Đã lưu / Stored"},
    },
)
async def post_response(request: Request, key: Annotated[KeyHolder | None, Depends(optional_key)]) -> JSONResponse:
    """Store one response: 201 when new, 200 with the first receipt when the same was stored before."""
    given: Any = None
    try:
        given = await _read_body(request)
    finally:
        _count_post(request, key, given)  # what cannot be read counts too
    submission = read_posted(given, is_public=key is None or "batch" not in key.scopes)
    receipt = await _receiver(request).receive(submission, within=key.unit if key else None)
    return JSONResponse(_shown(receipt), 201 if receipt.is_new else 200)


@router.post("/batch", openapi_extra=_body_of(PostedBatch), responses={200: {"model": ShownBatch}})
async def post_batch(request: Request, key: Annotated[KeyHolder, Depends(require_scope("batch"))]) -> JSONResponse:
    """Store many responses; each entry is answered on its own, in order: 201, 200, 403, 404, 409, 422 or 503."""
    request.app.state.rate_limit.take_for_key(key.id)
    given = await _read_body(request)
    entries = read_batch(given, items_max=request.app.state.settings.batch_items_max)
    await run_in_threadpool(_record_batch, request, key, len(entries))
    replies: list[dict[str, Any]] = []
    for start in range(0, len(entries), GROUP_OF_BATCH):
        replies += await _store_group(_receiver(request), entries[start : start + GROUP_OF_BATCH], key)
    return JSONResponse({"responses": replies})


async def _read_body(request: Request) -> Any:
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != "application/json" or request.headers.get("content-encoding", "identity") != "identity":
        raise NotSupported(
            "not_supported",
            "Chỉ nhận application/json, không nén",
            "Only application/json is read here, not compressed",
        )
    return read_json(await request.body())


def _count_post(request: Request, key: KeyHolder | None, given: Any) -> None:
    rate_limit = request.app.state.rate_limit
    if key is not None:
        rate_limit.take_for_key(key.id)
        return
    counter = text_of(given, "counter")
    is_counter = counter is not None and _receiver(request).codes.has_counter(counter)
    address = request.client.host if request.client else None
    challenge, _, answer = request.headers.get(PROOF_HEADER, "").partition(":")
    guard_public_post(
        rate_limit,
        request.app.state.proof_desk,
        address=address,
        counter=counter if is_counter else None,
        id=_read_id(text_of(given, "id")),
        challenge=challenge,
        answer=answer,
    )


def _read_id(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None  # it will be refused for that


def _record_batch(request: Request, key: KeyHolder, entries: int) -> None:
    # Before the entries: if the audit row cannot be written, nothing is stored and nothing acknowledged.
    with Session(request.app.state.engine) as session, session.begin():
        begin_write(session)
        record_event(
            session,
            at=request.app.state.clock(),
            actor=f"key {key.id}",
            action="responses.batch",
            subject=key.name,
            entries=entries,
        )


async def _store_group(receiver: Receiver, entries: list[Any], key: KeyHolder) -> list[dict[str, Any]]:
    read: list[ReadyResponse | HailongError] = []
    for entry in entries:
        try:
            read.append(await receiver.read(read_posted(entry, is_public=False), within=key.unit))
        except HailongError as problem:
            read.append(problem)
        await asyncio.sleep(0)  # a large batch lets the counters' posts through
    outcomes = iter(await receiver.write([found for found in read if isinstance(found, ReadyResponse)]))
    return [
        _reply(entry, found if isinstance(found, HailongError) else next(outcomes))
        for entry, found in zip(entries, read, strict=True)
    ]


def _reply(entry: Any, outcome: Receipt | HailongError) -> dict[str, Any]:
    id = text_of(entry, "id")
    if isinstance(outcome, HailongError):
        return {"id": id, "status": outcome.status, "problem": outcome.as_problem()}
    return {"id": id, "status": 201 if outcome.is_new else 200, "receipt": _shown(outcome)}


def _shown(receipt: Receipt) -> dict[str, str]:
    # The same for the first and every later reply, so is_new is not in it.
    return {
        "id": str(receipt.id),
        "received_at": receipt.received_at.isoformat(),
        "content_hash": receipt.content_hash,
    }


def _receiver(request: Request) -> Receiver:
    receiver: Receiver = request.app.state.receiver
    return receiver
