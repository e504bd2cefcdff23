"""What came of each try: read from a tablet, kept once, with the instant only where there is no answer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import or_, select
from sqlmodel import Session, col

from analysis.quality.fieldwork import Outcome
from api.clock import local_day
from api.receiving.schemas import Instant
from api.tables import InterviewAssignment, InterviewAttempt

ANSWERED = (Outcome.COMPLETE, Outcome.PARTIAL, Outcome.BREAK_OFF)  # something of it may lie among the responses
FINAL = frozenset(set(Outcome) - {Outcome.OPEN, Outcome.NON_CONTACT})
ATTEMPTS_MAX = 500


class Attempt(BaseModel):
    """One try as a tablet sends it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: UUID
    assignment: Annotated[str, Field(min_length=1, max_length=32)]
    outcome: Outcome
    at: Instant
    seconds: Annotated[int, Field(ge=0, le=86_400)] | None = None
    consent: Annotated[str, Field(max_length=40)] | None = None
    why: Literal["refused", "no_time", "interrupted", "device"] | None = None  # it was broken off


class Attempts(BaseModel):
    """The body of ``POST /api/v1/interviews/attempts``."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    attempts: Annotated[list[Attempt], Field(max_length=ATTEMPTS_MAX)]


def list_assignments(session: Session, *, device: str, unit: str) -> list[dict[str, Any]]:
    """The cases of a tablet: its own and those of its unit that no tablet has; what came of each so far."""
    cases = session.execute(_of_tablet(device, unit).order_by(col(InterviewAssignment.code))).scalars().all()
    tried = list_tries(session, [case.id for case in cases])
    return [
        {
            "id": case.id,
            "code": case.code,
            "place": case.place,
            "outcome": present_outcome(tried.get(case.id, ())),
            "tries": len(tried.get(case.id, ())),
        }
        for case in cases
    ]


def keep_attempts(
    session: Session, attempts: Sequence[Attempt], *, device: str, unit: str, now: datetime, zone: ZoneInfo
) -> list[dict[str, Any]]:
    """One result for each: ``stored``, ``known`` (sent before), or ``refused`` (no case of this tablet).
    The caller commits before it replies."""
    cases = {case.id for case in session.execute(_of_tablet(device, unit)).scalars()}
    ids = [attempt.id for attempt in attempts]
    known = set(
        session.execute(select(col(InterviewAttempt.id)).where(col(InterviewAttempt.id).in_(ids))).scalars()
    )
    results = []
    for attempt in attempts:
        status = "known" if attempt.id in known else "stored"
        if status == "stored" and (attempt.assignment not in cases or attempt.outcome is Outcome.OPEN):
            status = "refused"
        if status == "stored":
            session.add(_as_row(attempt, now=now, zone=zone))
            known.add(attempt.id)
        results.append({"id": str(attempt.id), "status": status})
    session.flush()
    return results


def list_tries(session: Session, cases: Sequence[str]) -> dict[str, list[InterviewAttempt]]:
    """The tries at each of ``cases``."""
    found: dict[str, list[InterviewAttempt]] = {}
    for start in range(0, len(cases), ATTEMPTS_MAX):
        some = select(InterviewAttempt).where(
            col(InterviewAttempt.assignment).in_(cases[start : start + ATTEMPTS_MAX])
        )
        for attempt in session.execute(some.order_by(col(InterviewAttempt.local_day))).scalars():
            found.setdefault(attempt.assignment, []).append(attempt)
    return found


def present_outcome(tries: Sequence[InterviewAttempt]) -> str:
    """Of a case: an interview if there was one, else the last final outcome, else that of the last try."""
    said = [Outcome(one.outcome) for one in tries]
    for best in (Outcome.COMPLETE, Outcome.PARTIAL):
        if best in said:
            return best
    final = [one for one in said if one in FINAL]
    return (final or said or [Outcome.OPEN])[-1]


def _as_row(attempt: Attempt, *, now: datetime, zone: ZoneInfo) -> InterviewAttempt:
    at = min(attempt.at, now)  # a clock that is ahead
    has_answers = attempt.outcome in ANSWERED
    return InterviewAttempt(
        id=attempt.id,
        assignment=attempt.assignment,
        outcome=attempt.outcome,
        local_day=local_day(at, zone),
        at=None if has_answers else at,
        seconds=None if has_answers else attempt.seconds,
        consent=attempt.consent,
        why=attempt.why if attempt.outcome is Outcome.BREAK_OFF else None,
    )


def _of_tablet(device: str, unit: str) -> Any:
    return select(InterviewAssignment).where(
        or_(
            col(InterviewAssignment.device) == device,
            col(InterviewAssignment.device).is_(None) & (col(InterviewAssignment.unit) == unit),
        )
    )
