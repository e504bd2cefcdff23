"""``/staff/kiosks``: the fleet, one tablet, and what can be done about it."""

from dataclasses import fields
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session

from api.clock import today
from api.db import begin_write, session
from api.errors import HailongError, Malformed
from api.kiosks.configuration import KioskSettings, change_settings
from api.kiosks.configuring import change_pin, configure_device, roll_back_device
from api.kiosks.devices import CODE_MINUTES, Invitation, invite_device, revoke_device
from api.kiosks.retrying import close_refusals, retry_refusals
from api.kiosks.shown_config import find_shown_form
from api.kiosks.staff_pages import find_judged, find_own, reply_code, reply_device, reply_fleet
from api.sealer import make_sealer
from api.staff_access.guard import require_staff
from api.staff_access.staff import Staff, refuse_own_counter

router = APIRouter(prefix="/staff/kiosks", include_in_schema=False)

Database = Annotated[Session, Depends(session, scope="function")]
Reader = Annotated[Staff, Depends(require_staff("kiosks.read"))]
Manager = Annotated[Staff, Depends(require_staff("kiosks.manage"))]
Posted = Annotated[str, Form()]
SETTINGS = tuple(one.name for one in fields(KioskSettings))


async def read_settings_form(request: Request) -> dict[str, str]:
    """FastAPI dependency: the settings that a form sent."""
    form = await request.form()
    return {name: str(form[name]).strip() for name in SETTINGS if name in form}


@router.get("")
def get_fleet(request: Request, staff: Reader, database: Database) -> Response:
    """Every tablet of one's units, those that need somebody first."""
    return reply_fleet(request, staff, database)


@router.post("/enrol")
def post_enrol(
    request: Request,
    staff: Manager,
    database: Database,
    unit: Posted = "",
    counter: Posted = "",
    minutes: Posted = "",
) -> Response:
    """A code for a new tablet, on the page that answers and nowhere else."""
    begin_write(database)
    unit, counter = unit.strip(), counter.strip()
    try:
        staff.check_unit(database, unit, today(request))
        refuse_own_counter(staff, counter or None)
        invited = _invite(request, database, staff, unit, counter or None, minutes, KioskSettings(), None)
    except HailongError as error:
        typed = {"unit": unit, "counter": counter, "minutes": minutes}
        return reply_fleet(request, staff, database, error=error, typed=typed)
    return reply_code(request, staff, invited)


@router.get("/{id}")
def get_device(request: Request, id: str, staff: Reader, database: Database) -> Response:
    """One tablet: what is wrong, how it was, what it was told."""
    return reply_device(request, staff, database, find_judged(request, staff, database, id))


@router.post("/{id}/enrol")
def post_enrol_again(request: Request, id: str, staff: Manager, database: Database) -> Response:
    """A code that gives this tablet a new key."""
    begin_write(database)
    found = find_own(request, staff, database, id)
    device, settings = found.known.device, found.known.settings
    invited = _invite(request, database, staff, device.unit, device.counter, "", settings, device.id)
    return reply_code(request, staff, invited)


@router.post("/{id}/configure")
def post_configure(
    request: Request,
    id: str,
    staff: Manager,
    database: Database,
    given: Annotated[dict[str, str], Depends(read_settings_form)],
) -> Response:
    """The next version of what it shows."""
    begin_write(database)
    found = find_own(request, staff, database, id)
    try:
        wanted = change_settings(found.known.settings, given)
        find_shown_form(request.app.state.forms, wanted, today(request))
        configure_device(database, id, given, now=request.app.state.clock(), actor=staff.actor)
    except HailongError as error:
        return reply_device(request, staff, database, found, error=error, typed=given)
    return _redirect(id, "configured")


@router.post("/{id}/rollback")
def post_rollback(request: Request, id: str, staff: Manager, database: Database, version: Posted = "") -> Response:
    """Back to an earlier version, as a new one."""
    begin_write(database)
    found = find_own(request, staff, database, id)
    try:
        number = int(version) if version.isdecimal() and len(version) < 9 else 0
        roll_back_device(database, id, now=request.app.state.clock(), actor=staff.actor, to=number)
    except HailongError as error:
        return reply_device(request, staff, database, found, error=error)
    return _redirect(id, "rolled_back")


@router.post("/{id}/pin")
def post_pin(request: Request, id: str, staff: Manager, database: Database) -> Response:
    """A new PIN, on the page that answers and nowhere else."""
    begin_write(database)
    find_own(request, staff, database, id)
    pin = change_pin(database, id, now=request.app.state.clock(), actor=staff.actor)
    return reply_device(request, staff, database, find_judged(request, staff, database, id), pin=pin)


@router.post("/{id}/revoke")
def post_revoke(request: Request, id: str, staff: Manager, database: Database) -> Response:
    """Its key ends at once."""
    begin_write(database)
    found = find_own(request, staff, database, id)
    try:
        revoke_device(database, id, now=request.app.state.clock(), actor=staff.actor)
    except HailongError as error:
        return reply_device(request, staff, database, found, error=error)
    return _redirect(id, "revoked")


@router.post("/{id}/retry")
def post_retry(request: Request, id: str, staff: Manager, database: Database) -> Response:
    """Try to store what lies in quarantine, after its cause was mended."""
    find_own(request, staff, database, id)
    state = request.app.state
    with Session(state.engine, expire_on_commit=False) as session:  # the receiver writes beside it
        retry_refusals(
            session, state.receiver, now=state.clock(), sealer=make_sealer(state.settings), device=id,
            actor=staff.actor,
        )  # fmt: skip
        session.commit()
    return _redirect(id, "retried")


@router.post("/{id}/close")
def post_close(request: Request, id: str, staff: Manager, database: Database, refusal: Posted = "") -> Response:
    """Looked at, and never to be stored: tell of it no more. The item stays."""
    begin_write(database)
    found = find_own(request, staff, database, id)
    try:
        number = int(refusal) if refusal.isdecimal() and len(refusal) < 10 else 0
        close_refusals(database, [number], now=request.app.state.clock(), device=id, actor=staff.actor)
    except HailongError as error:
        return reply_device(request, staff, database, found, error=error)
    return _redirect(id, "closed")


def _invite(
    request: Request,
    database: Session,
    staff: Staff,
    unit: str,
    counter: str | None,
    minutes: str,
    settings: KioskSettings,
    device: str | None,
) -> Invitation:
    if minutes and not (minutes.isdecimal() and len(minutes) < 6):
        raise Malformed("malformed_minutes", "Số phút phải là số nguyên", "Minutes must be a whole number")
    return invite_device(
        database,
        unit=unit,
        counter=counter,
        now=request.app.state.clock(),
        settings=settings,
        actor=staff.actor,
        minutes=int(minutes) if minutes else CODE_MINUTES,
        device=device,
    )


def _redirect(id: str, done: str) -> RedirectResponse:
    return RedirectResponse(f"/staff/kiosks/{id}?done={done}", 303, {"Cache-Control": "no-store"})
