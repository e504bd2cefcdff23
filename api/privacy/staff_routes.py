"""``/staff/privacy``: requests of people who came to the counter, and what was decided about them."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session

from api.clock import today
from api.db import begin_write, session
from api.errors import HailongError, NotThere
from api.privacy.erasing import erase_response, find_response
from api.privacy.requests import (
    Asked,
    Kind,
    Verdict,
    decide_request,
    find_request,
    list_requests,
    read_periods,
    read_receipts,
    record_request,
)
from api.staff_access.frame import language_of
from api.staff_access.guard import require_staff
from api.staff_access.staff import Staff, may_handle_counter
from api.staff_access.worded import reply_worded_page
from api.tables import PrivacyRequest
from api.texts import read_texts

router = APIRouter(prefix="/staff/privacy", include_in_schema=False)

CATALOGUE = Path(__file__).with_name("staff_texts.yaml")
load_texts = partial(read_texts, CATALOGUE)
DECIDED_SHOWN = 100

Database = Annotated[Session, Depends(session, scope="function")]
Recorder = Annotated[Staff, Depends(require_staff("privacy.record"))]
Answerer = Annotated[Staff, Depends(require_staff("privacy.answer"))]
Posted = Annotated[str, Form()]


@router.get("")
def get_requests(request: Request, staff: Recorder, database: Database) -> Response:
    """The requests of one's units, and the form of a new one."""
    return _reply_list(request, staff, database)


@router.post("")
def post_request(
    request: Request,
    staff: Recorder,
    database: Database,
    kind: Posted = "",
    unit: Posted = "",
    what: Posted = "",
    received_on: Posted = "",
) -> Response:
    """Record a request; its number is on the page that follows."""
    asked = Asked(kind, unit.strip()[:40], what, received_on)
    begin_write(database)
    try:
        scope = staff.units_in_scope(database, today(request))
        if not asked.unit or "\x00" in asked.unit + what or (scope is not None and asked.unit not in scope):
            raise NotThere("no_unit", "Không có đơn vị này trong phạm vi của bạn", "No such unit is given to you")
        made = record_request(
            database,
            staff,
            asked,
            periods=read_periods(request.app.state.settings),
            today=today(request),
            now=request.app.state.clock(),
        )
    except HailongError as error:
        return _reply_list(request, staff, database, typed=asked, error=error)
    return RedirectResponse(f"/staff/privacy/{made.number}?{urlencode({'done': 'recorded'})}", 303)


@router.get("/{number}")
def get_request(request: Request, staff: Recorder, database: Database, number: str) -> Response:
    """One request, with its days and what may be done."""
    return _reply_one(request, staff, database, _find(request, staff, database, number))


@router.post("/{number}")
def post_decision(
    request: Request,
    staff: Answerer,
    database: Database,
    number: str,
    verdict: Posted = "",
    reason: Posted = "",
    receipts: Posted = "",
) -> Response:
    """Decide it. Responses of ``receipts`` are deleted in the same transaction; the codes are kept nowhere."""
    begin_write(database)
    found, state = _find(request, staff, database, number), request.app.state
    try:
        ids, now = read_receipts(receipts), state.clock()
        _check_theirs(request, staff, database, ids)
        decide_request(database, staff, found, verdict=verdict, reason=reason, now=now, erased=len(ids))
        for id in ids:
            erase_response(
                database, id, now=now, zone=state.settings.zone, actor=staff.actor,
                snapshots_folder=state.settings.snapshots_folder,
            )  # fmt: skip
    except HailongError as error:
        return _reply_one(request, staff, database, found, error=error)
    return RedirectResponse(f"/staff/privacy/{found.number}?done=decided", 303)


def _find(request: Request, staff: Staff, database: Session, number: str) -> PrivacyRequest:
    return find_request(database, number.replace("\x00", ""), staff.units_in_scope(database, today(request)))


def _check_theirs(request: Request, staff: Staff, database: Session, ids: Sequence[UUID]) -> None:
    """NotThere unless each of ``ids`` is a response that ``staff`` may delete: none about their own counter."""
    scope = staff.units_in_scope(database, today(request))
    for id in ids:
        response = find_response(database, id)
        is_theirs = response is not None and (scope is None or response.unit_filed in scope)
        if response is None or not is_theirs or not may_handle_counter(staff, response.counter):
            raise NotThere(
                "no_response",
                "Có mã không thuộc phiếu nào trong phạm vi của bạn",
                "A code belongs to no response that is yours to delete",
            )


def _reply_list(
    request: Request,
    staff: Staff,
    database: Session,
    *,
    typed: Asked | None = None,
    error: HailongError | None = None,
) -> Response:
    day = today(request)
    scope = staff.units_in_scope(database, day)
    only = next(iter(staff.units)) if staff.units and len(staff.units) == 1 else ""
    return reply_worded_page(
        request,
        "staff_privacy.html",
        staff,
        load_texts,
        error=error,
        mistakes=_tell(error, language_of(request)) if error else (),
        path="/staff/privacy",
        rows=list_requests(database, scope, limit=DECIDED_SHOWN),
        kinds=list(Kind),
        periods=read_periods(request.app.state.settings),
        typed=typed or Asked("", only, "", day.isoformat()),
        today=day,
    )


def _reply_one(
    request: Request, staff: Staff, database: Session, found: PrivacyRequest, *, error: HailongError | None = None
) -> Response:
    language = language_of(request)
    return reply_worded_page(
        request,
        "staff_privacy_request.html",
        staff,
        load_texts,
        title=f"{load_texts(language)['request']} {found.number}",
        error=error,
        mistakes=_tell(error, language) if error else (),
        one=found,
        verdicts=list(Verdict),
        may_answer="privacy.answer" in staff.permissions,
        today=today(request),
    )


def _tell(error: HailongError, language: str) -> list[str]:
    told = [str(found[language]) for found in error.problems if language in found]
    return told or [error.en if language == "en" else error.vi]
