"""Writes down what a person of the staff did: who, when, what, about which unit."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from api.audit import record_event
from api.staff_access.staff import Staff


def record_deed(
    session: Session, staff: Staff, *, at: datetime, action: str, subject: str, unit: str | None, **detail: Any
) -> None:
    """Add one audit row in the transaction of the deed; ``unit`` None: about no unit. ``action`` as
    ``<subject>.<verb>``, for instance ``kiosk.revoke``. ``detail`` holds no personal data."""
    record_event(session, at=at, actor=staff.actor, action=action, subject=subject, unit=unit, **detail)
