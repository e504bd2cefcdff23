"""``/staff/signals``: what should be looked at, one signal with its responses, and the decision about it."""

from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session

from api.clock import today
from api.db import begin_write, session
from api.errors import HailongError, NotThere
from api.signals.queries import (
    ROWS_MAX,
    STATES,
    Listed,
    SignalFilter,
    find_signal,
    find_signals,
    list_members,
    list_months,
    list_reviews,
)
from api.signals.replies import reply_signal_page, show_chance
from api.signals.reviewing import Decision, review_signal
from api.staff_access.frame import language_of
from api.staff_access.guard import require_staff
from api.staff_access.names import name_units
from api.staff_access.staff import Staff, may_handle_counter, refuse_own_counter

router = APIRouter(prefix="/staff/signals", include_in_schema=False)

Database = Annotated[Session, Depends(session, scope="function")]
Reader = Annotated[Staff, Depends(require_staff("signals.read"))]
Analyst = Annotated[Staff, Depends(require_staff("signals.decide"))]
CODE_MAX = 60


@router.get("")
def get_signals(
    request: Request,
    staff: Reader,
    database: Database,
    month: str = "",
    kind: str = "",
    unit: str = "",
    state: str = "",
) -> Response:
    """The signals of one's units, those nobody looked at first; never those of one's own counter."""
    months = list_months(database)
    asked = SignalFilter(
        month=month if month in months else (months[0] if months else ""),
        kind=_clean(kind),
        unit=_clean(unit),
        state=state if state in STATES else "",
        scope=staff.units_in_scope(database, today(request)),
        own_counters=staff.own_counters,
    )
    found = find_signals(database, asked)
    counts = Counter(one.signal.kind for one in found)
    return reply_signal_page(
        request,
        "staff_signals.html",
        staff,
        asked=asked,
        months=months,
        states=STATES,
        rows=found[:ROWS_MAX],
        is_cut=len(found) > ROWS_MAX,
        counts=counts.most_common(),
        most=max(counts.values(), default=1),
        units=name_units(database, (one.signal.unit for one in found)),
    )


@router.get("/{id}")
def get_signal(request: Request, id: str, staff: Reader, database: Database) -> Response:
    """One signal: the figures behind it, its responses, what was decided."""
    return _reply_signal(request, staff, database, _find(request, staff, database, id))


@router.post("/{id}/review")
def post_review(
    request: Request,
    id: str,
    staff: Analyst,
    database: Database,
    verdict: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
    response: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Keep, leave out (``exclude``: those chosen, ``exclude_all``), or take back what was decided."""
    begin_write(database)
    found = _find(request, staff, database, id)
    refuse_own_counter(staff, found.signal.counter)
    is_all = verdict == "exclude_all"
    decision = Decision("exclude" if is_all else verdict, reason, None if is_all else response or [])
    try:
        review_signal(database, staff, found.signal, decision, now=request.app.state.clock())
    except HailongError as error:
        return _reply_signal(request, staff, database, found, error=error, reason=reason, chosen=response)
    return RedirectResponse(f"/staff/signals/{id}?done={decision.verdict}", 303, {"Cache-Control": "no-store"})


def _find(request: Request, staff: Staff, database: Session, id: str) -> Listed:
    found = find_signal(database, id)
    if found is None or not may_handle_counter(staff, found.signal.counter):
        raise NotThere(
            "unknown_signal",
            "Không có dấu hiệu này trong phạm vi của bạn",
            "There is no such signal in your units",
        )
    staff.check_unit(database, found.signal.unit, today(request))
    return found


def _reply_signal(
    request: Request,
    staff: Staff,
    database: Session,
    found: Listed,
    *,
    error: HailongError | None = None,
    reason: str = "",
    chosen: list[str] | None = None,
) -> Response:
    signal, zone = found.signal, request.app.state.settings.zone
    # A signal without a counter may be about several; one's own is not shown.
    members = [
        one
        for one in list_members(database, signal.id, limit=ROWS_MAX + 1)
        if may_handle_counter(staff, one.counter)
    ]
    hours = Counter(one.at.astimezone(zone).hour for one in members)
    return reply_signal_page(
        request,
        "staff_signal.html",
        staff,
        error=error,
        path=f"/staff/signals/{signal.id}",
        found=found,
        signal=signal,
        chance=show_chance(signal.p, language_of(request)),
        members=members[:ROWS_MAX],
        is_cut=len(members) > ROWS_MAX,
        hours=[(hour, hours[hour]) for hour in range(min(hours, default=0), max(hours, default=0) + 1)],
        most=max(hours.values(), default=1),
        reviews=list_reviews(database, signal.id),
        units=name_units(database, [signal.unit]),
        typed=reason,
        chosen=None if chosen is None else set(chosen),
        may_decide="signals.decide" in staff.permissions,
    )


def _clean(asked: str) -> str:
    return asked.replace("\x00", "").strip()[:CODE_MAX]
