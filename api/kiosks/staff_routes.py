"""``/staff/kiosks``: the fleet, one tablet, and what can be done about it."""

from dataclasses import fields
from typing import Annotated

import segno
from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session

from api.clock import today
from api.db import begin_write, session
from api.errors import HailongError, Malformed, NotThere
from api.kiosks.configuration import ALLOWED, KioskSettings, change_settings, write_hours
from api.kiosks.desk import desk_of
from api.kiosks.devices import (
    CODE_MINUTES,
    Invitation,
    change_pin,
    configure_device,
    find_device,
    invite_device,
    list_configs,
    read_settings_of,
    revoke_device,
    roll_back_device,
)
from api.kiosks.fleet import Judged, judge_fleet
from api.kiosks.fleet_queries import list_spans
from api.kiosks.shown_config import find_shown_form
from api.kiosks.staff_replies import load_texts, reply_kiosk_page
from api.staff_access.frame import language_of
from api.staff_access.guard import require_staff
from api.staff_access.staff import Staff, refuse_own_counter

router = APIRouter(prefix="/staff/kiosks", include_in_schema=False)

Database = Annotated[Session, Depends(session, scope="function")]
Reader = Annotated[Staff, Depends(require_staff("kiosks.read"))]
Manager = Annotated[Staff, Depends(require_staff("kiosks.manage"))]
Posted = Annotated[str, Form()]
STATES = ("urgent", "wrong", "well", "revoked")
SETTINGS = tuple(one.name for one in fields(KioskSettings))


async def read_settings_form(request: Request) -> dict[str, str]:
    """FastAPI dependency: the settings that a form sent."""
    form = await request.form()
    return {name: str(form[name]).strip() for name in SETTINGS if name in form}


@router.get("")
def get_fleet(request: Request, staff: Reader, database: Database) -> Response:
    """Every tablet of one's units, those that need somebody first."""
    return _reply_fleet(request, staff, database)


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
        return _reply_fleet(request, staff, database, error=error, typed=typed)
    return _reply_code(request, staff, invited)


@router.get("/{id}")
def get_device(request: Request, id: str, staff: Reader, database: Database) -> Response:
    """One tablet: what is wrong, how it was, what it was told."""
    return _reply_device(request, staff, database, _find(request, staff, database, id))


@router.post("/{id}/enrol")
def post_enrol_again(request: Request, id: str, staff: Manager, database: Database) -> Response:
    """A code that gives this tablet a new key."""
    begin_write(database)
    found = _find_own(request, staff, database, id)
    device, settings = found.known.device, found.known.settings
    invited = _invite(request, database, staff, device.unit, device.counter, "", settings, device.id)
    return _reply_code(request, staff, invited)


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
    found = _find_own(request, staff, database, id)
    try:
        wanted = change_settings(found.known.settings, given)
        find_shown_form(request.app.state.forms, wanted, today(request))
        configure_device(database, id, given, now=request.app.state.clock(), actor=staff.actor)
    except HailongError as error:
        return _reply_device(request, staff, database, found, error=error, typed=given)
    return _redirect(id, "configured")


@router.post("/{id}/rollback")
def post_rollback(request: Request, id: str, staff: Manager, database: Database, version: Posted = "") -> Response:
    """Back to an earlier version, as a new one."""
    begin_write(database)
    found = _find_own(request, staff, database, id)
    try:
        number = int(version) if version.isdecimal() and len(version) < 9 else 0
        roll_back_device(database, id, now=request.app.state.clock(), actor=staff.actor, to=number)
    except HailongError as error:
        return _reply_device(request, staff, database, found, error=error)
    return _redirect(id, "rolled_back")


@router.post("/{id}/pin")
def post_pin(request: Request, id: str, staff: Manager, database: Database) -> Response:
    """A new PIN, on the page that answers and nowhere else."""
    begin_write(database)
    _find_own(request, staff, database, id)
    pin = change_pin(database, id, now=request.app.state.clock(), actor=staff.actor)
    return _reply_device(request, staff, database, _find(request, staff, database, id), pin=pin)


@router.post("/{id}/revoke")
def post_revoke(request: Request, id: str, staff: Manager, database: Database) -> Response:
    """Its key ends at once."""
    begin_write(database)
    found = _find_own(request, staff, database, id)
    try:
        revoke_device(database, id, now=request.app.state.clock(), actor=staff.actor)
    except HailongError as error:
        return _reply_device(request, staff, database, found, error=error)
    return _redirect(id, "revoked")


def _find(request: Request, staff: Staff, database: Session, id: str) -> Judged:
    found = _judge(request, staff, database, device=id)
    if not found:
        raise NotThere(
            "unknown_device", "Không có máy này trong phạm vi của bạn", "There is no such device in your units"
        )
    return found[0]


def _find_own(request: Request, staff: Staff, database: Session, id: str) -> Judged:
    """A tablet one may act on: not that of the counter where one serves."""
    found = _find(request, staff, database, id)
    refuse_own_counter(staff, found.known.device.counter)
    return found


def _judge(request: Request, staff: Staff, database: Session, device: str | None = None) -> list[Judged]:
    state = request.app.state
    return judge_fleet(
        database,
        forms=state.forms,
        app_version=desk_of(request).app_version,
        now=state.clock(),
        zone=state.settings.zone,
        units=staff.units_in_scope(database, today(request)),
        device=device,
    )


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


def _reply_fleet(
    request: Request,
    staff: Staff,
    database: Session,
    *,
    error: HailongError | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    judged = sorted(_judge(request, staff, database), key=lambda one: STATES.index(one.state))
    return reply_kiosk_page(
        request,
        "staff_kiosks.html",
        staff,
        error=error,
        path="/staff/kiosks",
        judged=judged,
        counts={state: sum(one.state == state for one in judged) for state in STATES},
        may_manage="kiosks.manage" in staff.permissions,
        typed={"unit": "", "counter": "", "minutes": str(CODE_MINUTES)} | (typed or {}),
    )


def _reply_device(
    request: Request,
    staff: Staff,
    database: Session,
    found: Judged,
    *,
    error: HailongError | None = None,
    typed: dict[str, str] | None = None,
    pin: str | None = None,
) -> Response:
    device, texts = found.known.device, load_texts(language_of(request))
    database.refresh(find_device(database, device.id))
    settings = read_settings_of(database, device)
    shown = {name: str(value) for name, value in settings.as_document().items() if value is not None}
    shown |= {"languages": ",".join(settings.languages), "opening_hours": write_hours(settings.opening_hours)}
    shown |= {"speech": str(settings.speech).lower(), "asks_procedure": str(settings.asks_procedure).lower()}
    return reply_kiosk_page(
        request,
        "staff_kiosk.html",
        staff,
        title=f"{texts['number']} {device.number} – {device.unit}".capitalize(),
        error=error,
        path=f"/staff/kiosks/{device.id}",
        one=found,
        device=device,
        told=found.known.told,
        pin=pin,
        typed={"form_version": ""} | shown | (typed or {}),
        choices={name: ALLOWED[name] for name in ("mode", "language", "option_order", "contrast")},
        configs=list_configs(database, device.id),
        spans=list_spans(database, device.id),
        may_manage="kiosks.manage" in staff.permissions and device.counter not in staff.own_counters,
    )


def _reply_code(request: Request, staff: Staff, invited: Invitation) -> Response:
    texts = load_texts(language_of(request))
    base = request.app.state.settings.public_url.rstrip("/") or str(request.base_url).rstrip("/")
    address = f"{base}/kiosk#code={invited.code}"
    drawn = segno.make(address, error="m", micro=False).svg_inline(scale=5, border=4, light="#fff", omitsize=True)
    return reply_kiosk_page(
        request,
        "staff_kiosk_code.html",
        staff,
        title=texts["enrol_title"],
        path="/staff/kiosks",
        invited=invited,
        address=address,
        qr=drawn,
    )


def _redirect(id: str, done: str) -> RedirectResponse:
    return RedirectResponse(f"/staff/kiosks/{id}?done={done}", 303, {"Cache-Control": "no-store"})
