"""What a tablet is given as its configuration: its settings, the names of its place, its questionnaire whole."""

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from typing import Any

from fastapi.encoders import jsonable_encoder
from sqlalchemy import Engine, or_
from sqlmodel import Session, col, select

from api.errors import NotThere
from api.kiosks.configuration import KioskSettings
from api.kiosks.configuring import read_settings_of
from api.kiosks.devices import find_device
from api.tables import Counter, KioskDevice, Procedure, Unit
from survey_forms.consent.catalogue import find_consent
from survey_forms.errors import UnknownForm
from survey_forms.form import Form
from survey_forms.loader import Catalogue

FRESH_SECONDS = 30.0  # a unit that gets another name reaches the tablets after this long and a heartbeat
KEPT_MAX = 20_000


def find_shown_form(forms: Catalogue, settings: KioskSettings, day: date) -> Form:
    """The form of ``settings``; without a version the one that holds on ``day``, else the newest there is: a
    tablet must not fall silent because a decision ran out. NotThere when there is no such form."""
    try:
        if settings.form_version:
            return forms.get(settings.form, settings.form_version)
        return forms.current(settings.form, day)
    except UnknownForm as error:
        newest = [form for form in forms.forms if form.id == settings.form]
        if newest and not settings.form_version:
            return newest[-1]
        named = f"{settings.form} {settings.form_version or ''}".strip()
        raise NotThere(
            "unknown_form",
            f"Không có phiếu {named}; hãy cấu hình lại máy",
            f"There is no form {named}; configure the device anew",
            known=[str(known) for known in error.known],
        ) from None


class ConfigShelf:
    """Configurations ready to be sent, each kept a short while: every heartbeat asks for its version."""

    def __init__(
        self, engine: Engine, forms: Catalogue, timezone: str, *, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._engine, self._forms, self._timezone, self._seconds = engine, forms, timezone, seconds
        self._kept: dict[tuple[str, int, date], tuple[float, dict[str, Any]]] = {}

    def find(self, device: str, config_version: int, day: date) -> dict[str, Any]:
        """The configuration of ``device`` on ``day``; reads the database when none is fresh."""
        key, now = (device, config_version, day), self._seconds()
        kept = self._kept.get(key)
        if kept is None or now - kept[0] > FRESH_SECONDS:
            with Session(self._engine) as session:
                kept = (now, show_config(session, find_device(session, device), self._forms, day, self._timezone))
            if len(self._kept) >= KEPT_MAX:
                self._kept.clear()
            self._kept[key] = kept
        return kept[1]


def show_config(
    session: Session, device: KioskDevice, forms: Catalogue, day: date, timezone: str
) -> dict[str, Any]:
    """The configuration as it is sent. ``version`` changes with anything in it: also with the name of the unit, or
    when another version of the form begins to hold."""
    settings = read_settings_of(session, device)
    form = find_shown_form(forms, settings, day)
    counter = session.get(Counter, device.counter) if device.counter else None
    shown = settings.as_document() | {
        "device": device.id,
        "number": device.number,
        "unit": device.unit,
        "unit_name": _unit_name(session, device.unit, day),
        "counter": device.counter,
        "counter_name": counter.name if counter else None,
        "form_version": form.version,
        "timezone": timezone,
        "consent": find_consent("interviewer" if settings.mode == "interviewer" else "kiosk", day),
        "pin": dict(device.pin),
        "questionnaire": jsonable_encoder(asdict(form)),
        "procedures": _procedures(session, day) if settings.asks_procedure else None,
    }
    canonical = json.dumps(shown, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return shown | {"version": f"{device.config_version}.{hashlib.sha256(canonical.encode()).hexdigest()[:8]}"}


def _unit_name(session: Session, code: str, day: date) -> dict[str, str]:
    rows = session.exec(select(Unit).where(Unit.code == code).order_by(col(Unit.valid_from)))
    found = None
    for row in rows:  # the one that holds, else the last that began
        if found is None or row.valid_from <= day:
            found = row
    return {"vi": found.name, "en": found.name_en or found.name} if found else {"vi": code, "en": code}


def _procedures(session: Session, day: date) -> list[dict[str, str]]:
    rows = session.exec(
        select(Procedure)
        .where(
            or_(col(Procedure.valid_from).is_(None), col(Procedure.valid_from) <= day),
            or_(col(Procedure.valid_to).is_(None), col(Procedure.valid_to) >= day),
        )
        .order_by(col(Procedure.code))
    )
    return [{"code": row.code, "name_vi": row.name, "name_en": row.name_en or row.name} for row in rows]
