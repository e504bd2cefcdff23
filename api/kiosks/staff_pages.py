"""What the pages of ``/staff/kiosks`` show: the tablets one may see, each with its history and its quarantine."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import segno
from fastapi import Request, Response
from sqlmodel import Session

from api.clock import today
from api.errors import HailongError, NotThere
from api.kiosks.configuration import ALLOWED, write_hours
from api.kiosks.configuring import list_configs, read_settings_of
from api.kiosks.desk import desk_of
from api.kiosks.devices import CODE_MINUTES, Invitation, find_device
from api.kiosks.fleet import Judged, judge_fleet
from api.kiosks.fleet_queries import LATELY, list_refusals, list_spans
from api.kiosks.happenings import list_happenings, pick_weightiest
from api.kiosks.staff_replies import load_texts, reply_kiosk_page
from api.staff_access.frame import language_of
from api.staff_access.staff import Staff, refuse_own_counter

STATES = ("urgent", "wrong", "well", "revoked")
TOLD = timedelta(days=30)
REFUSALS_SHOWN_MAX = 100
SHOWN_IN_LIST = 3


def find_judged(request: Request, staff: Staff, database: Session, id: str) -> Judged:
    found = judge_seen(request, staff, database, device=id)
    if not found:
        raise NotThere(
            "unknown_device", "Không có máy này trong phạm vi của bạn", "There is no such device in your units"
        )
    return found[0]


def find_own(request: Request, staff: Staff, database: Session, id: str) -> Judged:
    """A tablet one may act on: not that of the counter where one serves."""
    found = find_judged(request, staff, database, id)
    refuse_own_counter(staff, found.known.device.counter)
    return found


def judge_seen(request: Request, staff: Staff, database: Session, device: str | None = None) -> list[Judged]:
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


def reply_fleet(
    request: Request,
    staff: Staff,
    database: Session,
    *,
    error: HailongError | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    judged = sorted(judge_seen(request, staff, database), key=lambda one: STATES.index(one.state))
    known = [one.known for one in judged]
    state = request.app.state
    happened = list_happenings(database, known, since=state.clock() - LATELY, zone=state.settings.zone)
    return reply_kiosk_page(
        request,
        "staff_kiosks.html",
        staff,
        error=error,
        path="/staff/kiosks",
        judged=judged,
        happenings={
            device: (pick_weightiest(lately, SHOWN_IN_LIST), len(lately)) for device, lately in happened.items()
        },
        counts={state: sum(one.state == state for one in judged) for state in STATES},
        may_manage="kiosks.manage" in staff.permissions,
        typed={"unit": "", "counter": "", "minutes": str(CODE_MINUTES)} | (typed or {}),
    )


def reply_device(
    request: Request,
    staff: Staff,
    database: Session,
    found: Judged,
    *,
    error: HailongError | None = None,
    typed: dict[str, str] | None = None,
    pin: str | None = None,
) -> Response:
    device, texts, state = found.known.device, load_texts(language_of(request)), request.app.state
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
        happenings=list_happenings(database, [found.known], since=state.clock() - TOLD, zone=state.settings.zone)[
            device.id
        ],
        refusals=[
            (row, _tell_problem(row.problem, language_of(request)))
            for row in list_refusals(database, device=device.id, most=REFUSALS_SHOWN_MAX)
        ],
        may_manage="kiosks.manage" in staff.permissions and device.counter not in staff.own_counters,
    )


def reply_code(request: Request, staff: Staff, invited: Invitation) -> Response:
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


def _tell_problem(problem: Mapping[str, Any], language: str) -> list[str]:
    """Why a response lies in quarantine: the whole, then each of its fields; never what was answered."""
    told = [str(problem.get("title" if language == "vi" else "title_en", ""))]
    for one in problem.get("problems", ()):
        place = one.get("field") or one.get("path") or ""
        told.append(
            f"{place}: {one.get(language) or one.get('expected') or one.get('code', '')}".removeprefix(": ")
        )
    return told
