"""Personal data in quarantine: masked as in comments, the whole sealed until its time is over."""

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, update
from sqlmodel import Session, col, select

from api.clock import local_day
from api.db import begin_write
from api.kiosks.items import KioskItem
from api.sealer import Sealer
from api.tables import ClerkName, KioskDevice, KioskRefusal
from survey_forms.screening.screen import VERSION, screen_text

AT_ONCE = 200
# Codes and instants of the tablet itself. Everything else may have been typed by a person.
OWN_FIELDS = frozenset(KioskItem.model_fields) - {"answers"}
CODE_LETTERS_MAX = 60


def protect_refusals(engine: Engine, sealer: Sealer, *, now: datetime, zone: ZoneInfo, keep_days: int) -> int:
    """Mask every item that no rules, or older ones, went over; how many. What was masked is sealed whole, for
    ``keep_days`` from its receipt. Each lot is one transaction."""
    done, taken = 0, AT_ONCE
    while taken == AT_ONCE:
        with Session(engine) as session, session.begin():
            begin_write(session)
            taken = _protect_lot(session, sealer, zone=zone, keep_days=keep_days)
        done += taken
    return done


def purge_sealed_items(session: Session, *, today: date) -> int:
    """Delete the sealed items whose time is over; how many. The masked ones stay and can still be stored."""
    old = (
        update(KioskRefusal)
        .where(col(KioskRefusal.sealed).is_not(None), col(KioskRefusal.keep_until) < today)
        .values(sealed=None)
        .returning(col(KioskRefusal.id))
    )
    return len(session.execute(old).all())


def read_whole(refusal: KioskRefusal, sealer: Sealer | None) -> Any:
    """The item as it came while that is kept and ``sealer`` opens it; else as it was masked."""
    if refusal.sealed is None or sealer is None:
        return json.loads(refusal.item)
    return json.loads(sealer.open(refusal.sealed, place=_place(refusal)))


def _protect_lot(session: Session, sealer: Sealer, *, zone: ZoneInfo, keep_days: int) -> int:
    waiting = (
        select(KioskRefusal, KioskDevice.unit)
        .join(KioskDevice, col(KioskDevice.id) == col(KioskRefusal.device))
        .where(col(KioskRefusal.item) != "", col(KioskRefusal.rules) != VERSION)
        .order_by(col(KioskRefusal.id))
        .limit(AT_ONCE)
        .with_for_update(of=KioskRefusal, skip_locked=True)
    )
    found = session.exec(waiting).all()
    for refusal, unit in found:
        clerks = session.exec(select(ClerkName.name).where(ClerkName.unit == unit)).all()
        masked = json.dumps(_mask_item(json.loads(refusal.item), clerks), ensure_ascii=True, sort_keys=True)
        if masked != refusal.item and refusal.keep_until is None:
            refusal.sealed = sealer.seal(refusal.item, place=_place(refusal))
            refusal.keep_until = local_day(refusal.received_at, zone) + timedelta(days=keep_days)
        refusal.item, refusal.problem = masked, _mask(refusal.problem, clerks)
        refusal.rules = VERSION
        session.add(refusal)
    return len(found)


def _mask_item(item: Any, clerks: Sequence[str]) -> Any:
    if not isinstance(item, dict):
        return _mask(item, clerks)
    return {
        screen_text(name, clerks=clerks).text: value if _is_own(name, value) else _mask(value, clerks)
        for name, value in item.items()
    }


def _is_own(name: str, value: Any) -> bool:
    return name in OWN_FIELDS and (not isinstance(value, str | dict | list) or _is_code(value))


def _is_code(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= CODE_LETTERS_MAX and value.isascii() and " " not in value


def _mask(value: Any, clerks: Sequence[str]) -> Any:
    if isinstance(value, str):
        return screen_text(value, clerks=clerks).text
    if isinstance(value, list):
        return [_mask(inner, clerks) for inner in value]
    if isinstance(value, dict):
        return {screen_text(key, clerks=clerks).text: _mask(inner, clerks) for key, inner in value.items()}
    return value


def _place(refusal: KioskRefusal) -> str:
    return f"quarantine {refusal.device} {refusal.content_hash}"
