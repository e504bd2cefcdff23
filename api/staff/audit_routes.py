"""``/staff/audit``: who did what and when, newest first."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session

from api.clock import today
from api.db import session
from api.staff.audit_queries import AuditFilter, find_events
from api.staff.queries import name_staff
from api.staff.replies import reply_texts_page
from api.staff.texts import load_texts
from api.staff_access.frame import language_of
from api.staff_access.guard import require_staff
from api.staff_access.staff import Staff
from api.tables import AuditEvent

router = APIRouter(include_in_schema=False)

PAGE_ROWS = 100

Database = Annotated[Session, Depends(session, scope="function")]
Reader = Annotated[Staff, Depends(require_staff("audit.read"))]


@dataclass(frozen=True)
class Shown:
    """One row of the page."""

    at: str
    actor: str
    told: str  # the action in words, where it is one of ours
    action: str
    subject: str
    unit: str
    detail: str


@router.get("/staff/audit")
def get_audit(
    request: Request,
    staff: Reader,
    database: Database,
    actor: str = "",
    action: str = "",
    unit: str = "",
    day: str = "",
    before: int | None = None,
) -> Response:
    """A page of the audit; whoever administers some units sees what was done about those."""
    found = find_events(
        database,
        AuditFilter(
            actor=_clean(actor),
            action=_clean(action),
            unit=_clean(unit),
            until=_end_of(request, day),
            before=before,
            scope=staff.units_in_scope(database, today(request)),
        ),
        limit=PAGE_ROWS + 1,
    )
    ids = {id for event in found for id in (event.actor.removeprefix("staff "), event.subject)}
    names = name_staff(database, sorted(ids))
    rows, asked = found[:PAGE_ROWS], {"actor": actor, "action": action, "unit": unit, "day": day}
    older = urlencode(asked | {"before": str(rows[-1].id)}) if len(found) > PAGE_ROWS else ""
    return reply_texts_page(
        request,
        "staff_audit.html",
        "audit",
        staff=staff,
        rows=[_show(event, names, request) for event in rows],
        asked=asked,
        older=older,
    )


def _clean(asked: str) -> str:
    return asked.replace("\x00", "").strip()


def _end_of(request: Request, day: str) -> datetime | None:
    """The end of the local day that was asked for; None when none was, or it is not a day."""
    try:
        after = date.fromisoformat(day) + timedelta(days=1)
        return datetime.combine(after, time(), request.app.state.settings.zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _show(event: AuditEvent, names: dict[str, str], request: Request) -> Shown:
    id = event.actor.removeprefix("staff ")
    detail = {key: value for key, value in event.detail.items() if key != "unit" and value not in (None, [])}
    return Shown(
        at=event.at.astimezone(request.app.state.settings.zone).strftime("%d/%m/%Y %H:%M:%S"),
        actor=names.get(id, event.actor),
        told=load_texts(language_of(request)).get(f"action_{event.action}", ""),
        action=event.action,
        subject=names.get(event.subject, event.subject),
        unit=str(event.detail.get("unit") or ""),
        detail="; ".join(f"{key}: {_plain(value)}" for key, value in sorted(detail.items())),
    )


def _plain(value: object) -> str:
    return ", ".join(str(part) for part in value) if isinstance(value, list) else str(value)
