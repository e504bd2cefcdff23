"""What a tablet is told, version after version: changed, gone back to, read."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from api.audit import record_event
from api.errors import NotThere
from api.kiosks.codes import hash_pin, make_pin
from api.kiosks.configuration import KioskSettings, change_settings, settings_from
from api.kiosks.devices import find_device
from api.tables import KioskConfig, KioskDevice


def configure_device(
    session: Session, id: str, given: Mapping[str, Any], *, now: datetime, actor: str
) -> KioskSettings:
    """The next version of what it is told; nothing given, or nothing changed, makes none."""
    device = find_device(session, id)
    before = read_settings_of(session, device)
    settings = change_settings(before, given)
    if settings != before:
        _add_version(session, device, settings, now=now, actor=actor, restores=None)
        record_event(
            session, at=now, actor=actor, action="kiosk.configure", subject=id, unit=device.unit,
            version=device.config_version, changed=sorted(given),
        )  # fmt: skip
    return settings


def roll_back_device(
    session: Session, id: str, *, now: datetime, actor: str, to: int | None = None
) -> KioskSettings:
    """Tell it what version ``to`` said (None: the one before this), as a new version: history only grows."""
    device = find_device(session, id)
    wanted = device.config_version - 1 if to is None else to
    old = session.get(KioskConfig, (id, wanted))
    if old is None or wanted == device.config_version:
        raise NotThere(
            "unknown_config_version",
            f"Máy {id} không có cấu hình cũ số {wanted}",
            f"Device {id} has no earlier configuration {wanted}",
        )
    settings = settings_from(old.settings)
    _add_version(session, device, settings, now=now, actor=actor, restores=wanted)
    record_event(
        session, at=now, actor=actor, action="kiosk.rollback", subject=id, unit=device.unit,
        version=device.config_version, restores=wanted,
    )  # fmt: skip
    return settings


def change_pin(session: Session, id: str, *, now: datetime, actor: str) -> str:
    """A new PIN for its supervisor, given back this once; the tablet learns it with its next configuration."""
    device = find_device(session, id)
    pin = make_pin()
    device.pin = hash_pin(pin)
    _add_version(session, device, read_settings_of(session, device), now=now, actor=actor, restores=None)
    record_event(session, at=now, actor=actor, action="kiosk.change_pin", subject=id, unit=device.unit)
    return pin


def read_settings_of(session: Session, device: KioskDevice) -> KioskSettings:
    """What it is told now."""
    found = session.get(KioskConfig, (device.id, device.config_version))
    return settings_from(found.settings) if found else KioskSettings()


def list_configs(session: Session, id: str) -> list[KioskConfig]:
    """Every version it was ever told, newest first."""
    return list(
        session.exec(select(KioskConfig).where(KioskConfig.device == id).order_by(col(KioskConfig.version).desc()))
    )


def _add_version(
    session: Session,
    device: KioskDevice,
    settings: KioskSettings,
    *,
    now: datetime,
    actor: str,
    restores: int | None,
) -> None:
    device.config_version += 1
    session.add(
        KioskConfig(
            device=device.id,
            version=device.config_version,
            settings=settings.as_document(),
            made_at=now,
            made_by=actor,
            restores=restores,
        )
    )
    session.flush()
