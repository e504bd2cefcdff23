"""Tablets from their enrolment code to the day they are revoked: every change is audited and none is lost."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from api.audit import record_event
from api.errors import Conflict, Malformed, NotThere
from api.kiosks.codes import hash_pin, hash_secret, make_code, make_pin, make_secret, normalise_code
from api.kiosks.configuration import KioskSettings
from api.tables import Counter, KioskConfig, KioskDevice, KioskEnrolment, Unit

CODE_MINUTES = 30
CODE_MINUTES_MAX = 7 * 24 * 60


@dataclass(frozen=True)
class Invitation:
    """What a supervisor carries to the tablet; neither is stored readably, so neither can be shown again."""

    code: str
    pin: str | None  # None: the tablet keeps the PIN it has
    expires_at: datetime


def invite_device(
    session: Session,
    *,
    unit: str,
    counter: str | None,
    now: datetime,
    settings: KioskSettings,
    actor: str,
    minutes: int = CODE_MINUTES,
    device: str | None = None,
) -> Invitation:
    """A code with which one tablet becomes a device of ``unit``; with ``device`` that one gets a new key and keeps
    its number, PIN and configuration. Malformed for an unknown unit, or a counter that stands elsewhere."""
    if not 1 <= minutes <= CODE_MINUTES_MAX:
        raise Malformed(
            "malformed_minutes",
            f"Mã có hiệu lực từ 1 đến {CODE_MINUTES_MAX} phút",
            f"A code is good for 1 to {CODE_MINUTES_MAX} minutes",
        )
    _check_place(session, unit, counter)
    known = None if device is None else find_device(session, device)
    pin = make_pin() if known is None else None
    code = make_code()
    session.add(
        KioskEnrolment(
            code_sha256=hash_secret(code),
            unit=unit,
            counter=counter,
            device=device,
            settings=settings.as_document(),
            pin=hash_pin(pin) if pin else dict(known.pin) if known else {},
            made_at=now,
            expires_at=now + timedelta(minutes=minutes),
        )
    )
    record_event(
        session, at=now, actor=actor, action="kiosk.invite", subject=device or unit, unit=unit, counter=counter
    )
    return Invitation(code, pin, now + timedelta(minutes=minutes))


@dataclass(frozen=True)
class Enrolled:
    """A tablet just enrolled; its ``key`` is given out this once."""

    device: KioskDevice
    key: str


def enrol_device(session: Session, typed: str, *, first_sequence: int, now: datetime) -> Enrolled:
    """The device of a code, with a fresh key; NotThere for a code that is unknown, used or too old."""
    code_sha256 = hash_secret(normalise_code(typed))
    found = session.exec(
        select(KioskEnrolment).where(col(KioskEnrolment.code_sha256) == code_sha256).with_for_update()
    ).first()
    if found is None or found.used_at is not None or found.expires_at <= now:
        raise NotThere(
            "unknown_code",
            "Mã không đúng, đã dùng hoặc đã hết hạn; hãy xin mã mới",
            "The code is wrong, used or too old; ask for a new one",
            action="final",
        )
    found.used_at = now
    secret = make_secret()
    device = session.get(KioskDevice, found.device) if found.device else None
    if device is None:
        device = _add_device(session, found, secret, first_sequence, now)
    else:
        device.key_sha256, device.revoked_at = hash_secret(secret), None
        device.unit, device.counter = found.unit, found.counter
        device.first_sequence = min(device.first_sequence, first_sequence)
    session.flush()
    record_event(
        session, at=now, actor=f"kiosk {device.id}", action="kiosk.enrol", subject=device.id,
        unit=device.unit, counter=device.counter, number=device.number,
    )  # fmt: skip
    return Enrolled(device, f"hd_{device.id}_{secret}")


def _add_device(
    session: Session, invited: KioskEnrolment, secret: str, first_sequence: int, now: datetime
) -> KioskDevice:
    last = session.exec(select(func.max(KioskDevice.number)).where(KioskDevice.unit == invited.unit)).one()
    device = KioskDevice(
        id=make_code().lower() + make_code().lower()[:4],
        number=(last or 0) + 1,
        unit=invited.unit,
        counter=invited.counter,
        key_sha256=hash_secret(secret),
        pin=invited.pin,
        first_sequence=first_sequence,
        enrolled_at=now,
    )
    session.add(device)
    session.flush()
    session.add(
        KioskConfig(
            device=device.id, version=1, settings=dict(invited.settings), made_at=now, made_by=f"kiosk {device.id}"
        )
    )
    return device


def find_device(session: Session, id: str) -> KioskDevice:
    """The device; NotThere when there is none."""
    device = session.get(KioskDevice, id)
    if device is None:
        raise NotThere("unknown_device", f"Không có máy {id}", f"There is no device {id}", action="re_enrol")
    return device


def revoke_device(session: Session, id: str, *, now: datetime, actor: str) -> KioskDevice:
    """Refuse its key from now on; Conflict for one revoked before. Its queue can still come as a file."""
    device = find_device(session, id)
    if device.revoked_at is not None:
        raise Conflict("device_is_revoked", f"Máy {id} đã bị thu hồi", f"Device {id} is revoked already")
    device.revoked_at = now
    record_event(session, at=now, actor=actor, action="kiosk.revoke", subject=id, unit=device.unit)
    return device


def _check_place(session: Session, unit: str, counter: str | None) -> None:
    problems = []
    if session.exec(select(Unit.id).where(Unit.code == unit)).first() is None:
        problems.append(
            {
                "field": "unit",
                "code": "unknown_unit",
                "vi": f"Không có đơn vị {unit}",
                "en": f"There is no unit {unit}",
            }
        )
    if counter is not None:
        found = session.get(Counter, counter)
        if found is None or found.unit_code != unit:
            vi, en = f"Quầy {counter} không thuộc đơn vị {unit}", f"Counter {counter} is not in unit {unit}"
            problems.append({"field": "counter", "code": "counter_of_other_unit", "vi": vi, "en": en})
    if problems:
        raise Malformed(
            "malformed_enrolment",
            "Chưa tạo được mã cho máy; xem từng mục",
            "No code could be made; see each entry",
            problems,
        )
