"""Writes down what staff and machines did, in the transaction of the deed."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from api.tables import AuditEvent


def record_event(session: Session, *, at: datetime, actor: str, action: str, subject: str, **detail: Any) -> None:
    """Add one audit row; it stands or falls with the caller's transaction. ``detail`` holds no personal data."""
    session.add(AuditEvent(at=at, actor=actor, action=action, subject=subject[:200], detail=detail))
    session.flush()
