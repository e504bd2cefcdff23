"""Brings stored rows to what a file says; every correction is audited."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from api.audit import record_event
from api.tables import Counter, Procedure


def correct_row(
    session: Session,
    known: Counter | Procedure,
    facts: Mapping[str, Any],
    *,
    action: str,
    now: datetime,
    actor: str,
) -> bool:
    """Whether ``known`` differed from ``facts``; it no longer does."""
    before = {key: getattr(known, key) for key in facts if getattr(known, key) != facts[key]}
    if before:
        known.sqlmodel_update(dict(facts))
        detail = {key: [str(value), str(facts[key])] for key, value in before.items()}
        record_event(session, at=now, actor=actor, action=action, subject=known.code, **detail)
    return bool(before)
