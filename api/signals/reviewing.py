"""What analysts decide about signals: nothing to it, or its responses are left out of the indices; and back."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlmodel import Session, col

from api.errors import Conflict, Malformed
from api.staff_access.deeds import record_deed
from api.staff_access.staff import Staff
from api.tables import Response, ResponseExclusion, Signal, SignalResponse, SignalReview

REASON_LETTERS = 10
REASON_LETTERS_MAX = 1000


class Verdict(StrEnum):
    KEEP = "keep"
    EXCLUDE = "exclude"
    REOPEN = "reopen"  # take back whatever was decided


@dataclass(frozen=True)
class Decision:
    """``responses``: which to leave out; None: all of the signal."""

    verdict: str
    reason: str
    responses: Collection[str] | None = None


def review_signal(session: Session, staff: Staff, signal: Signal, decision: Decision, *, now: datetime) -> int:
    """Write the decision down and do it, in the caller's transaction; how many responses are left out now.

    Malformed without a reason, or when nothing is chosen; Conflict when there is nothing to take back.
    """
    reason = decision.reason.strip()
    if decision.verdict not in set(Verdict):
        raise Malformed("unknown_verdict", "Không có quyết định này", "There is no such decision")
    if not REASON_LETTERS <= len(reason) <= REASON_LETTERS_MAX or "\x00" in reason:
        raise Malformed(
            "reason_needed",
            f"Hãy ghi lý do, từ {REASON_LETTERS} đến {REASON_LETTERS_MAX} chữ; lý do được lưu vào nhật ký",
            f"Write a reason of {REASON_LETTERS} to {REASON_LETTERS_MAX} letters; it is kept in the audit",
        )
    if decision.verdict == Verdict.REOPEN and latest_review(session, signal.id) is None:
        raise Conflict("nothing_decided", "Chưa có quyết định nào để thu hồi", "Nothing was decided yet")
    chosen = _choose(session, staff, signal, decision) if decision.verdict == Verdict.EXCLUDE else []
    session.execute(delete(ResponseExclusion).where(col(ResponseExclusion.signal) == signal.id))
    if chosen:
        rows = [{"response_id": id, "signal": signal.id, "month": signal.month} for id in chosen]
        session.execute(insert(ResponseExclusion), rows)
    session.add(
        SignalReview(
            signal=signal.id,
            at=now,
            by=staff.actor,
            verdict=decision.verdict,
            reason=reason,
            responses=len(chosen),
        )
    )
    record_deed(
        session,
        staff,
        at=now,
        action=f"signal.{decision.verdict}",
        subject=signal.id,
        unit=signal.unit,
        kind=signal.kind,
        month=signal.month,
        responses=len(chosen),
        reason=reason,
    )
    return len(chosen)


def latest_review(session: Session, signal: str) -> SignalReview | None:
    """The decision that holds; None: not looked at, or taken back."""
    of_signal = select(SignalReview).where(col(SignalReview.signal) == signal)
    latest = of_signal.order_by(col(SignalReview.id).desc()).limit(1)
    found: SignalReview | None = session.execute(latest).scalar_one_or_none()
    return None if found is None or found.verdict == Verdict.REOPEN else found


def _choose(session: Session, staff: Staff, signal: Signal, decision: Decision) -> list[UUID]:
    wanted = select(col(SignalResponse.response_id)).where(col(SignalResponse.signal) == signal.id)
    # Never those of somebody else's signal, and never one that is not stored any more.
    stored = wanted.join(Response, col(Response.id) == col(SignalResponse.response_id))
    if staff.own_counters:  # a signal about a whole unit leaves those of one's own counter to a colleague
        own = col(Response.counter).in_(sorted(staff.own_counters))
        stored = stored.where(col(Response.counter).is_(None) | ~own)
    members = list(session.execute(stored).scalars())
    asked = None if decision.responses is None else {one.lower() for one in decision.responses}
    chosen = [id for id in members if asked is None or str(id) in asked]
    if not chosen:
        raise Malformed(
            "nothing_chosen", "Hãy chọn ít nhất một phiếu để loại", "Choose at least one response to leave out"
        )
    return sorted(chosen)
