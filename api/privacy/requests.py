"""Requests that people make to staff about their own data: recorded, decided in time, both audited."""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session, col

from api.errors import Conflict, Malformed, NotThere
from api.receiving.receipt_codes import read_receipt
from api.settings import Settings
from api.staff_access.deeds import record_deed
from api.staff_access.staff import Staff
from api.tables import PrivacyRequest
from survey_forms.screening.screen import screen_text

NUMBER_SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that looks like another
NUMBER_LETTERS = 8
WORDS_MIN, WORDS_MAX = 10, 1000
SATURDAY = 5


class Kind(StrEnum):
    """What is asked for."""

    ACCESS = "access"
    CORRECT = "correct"
    DELETE = "delete"
    WITHDRAW = "withdraw"


class Verdict(StrEnum):
    """How a request ended. ``NOT_FOUND``: no response can be told to be the person's."""

    DONE = "done"
    NOT_FOUND = "not_found"
    REFUSED = "refused"


@dataclass(frozen=True)
class Periods:
    """Days until something is done: ``reply`` working days, the others days of the calendar. The law sets them;
    what it says is not confirmed here, so an office does."""

    reply: int
    of_kind: Mapping[Kind, int]


def read_periods(settings: Settings) -> Periods:
    """The periods as set for this service."""
    access, withdrawal = settings.privacy_access_days, settings.privacy_withdrawal_days
    of_kind = {Kind.ACCESS: access, Kind.CORRECT: access, Kind.WITHDRAW: withdrawal}
    return Periods(settings.privacy_reply_days, of_kind | {Kind.DELETE: settings.privacy_deletion_days})


@dataclass(frozen=True)
class Asked:
    """A request as a form has it, not read yet."""

    kind: str
    unit: str
    what: str
    received_on: str


@dataclass(frozen=True)
class Counted:
    """How many requests wait, and of how many the last day is over."""

    open: int
    overdue: int


def record_request(
    session: Session, staff: Staff, asked: Asked, *, periods: Periods, today: date, now: datetime
) -> PrivacyRequest:
    """Keep a request; Malformed with every problem together. What leads to the person is masked before it is
    stored: the number on the slip is how they are known. The caller has checked the unit."""
    received_on, what = _read_day(asked.received_on, today), " ".join(asked.what.split())
    problems = []
    if asked.kind not in list(Kind):
        problems.append(_problem("kind", "Hãy chọn loại yêu cầu", "Choose what is asked for"))
    if received_on is None:
        problems.append(_problem("received_on", "Ngày nhận không đúng", "The day it came is not right"))
    if not WORDS_MIN <= len(what) <= WORDS_MAX:
        vi, en = (
            f"Nội dung từ {WORDS_MIN} đến {WORDS_MAX} ký tự",
            f"Say what is asked in {WORDS_MIN} to {WORDS_MAX}",
        )
        problems.append(_problem("what", vi, f"{en} letters"))
    if problems or received_on is None:
        raise Malformed("malformed_request", "Chưa ghi được", "It was not recorded", problems)
    kind = Kind(asked.kind)
    made = PrivacyRequest(
        number="".join(secrets.choice(NUMBER_SIGNS) for _ in range(NUMBER_LETTERS)),
        kind=kind,
        unit=asked.unit,
        what=screen_text(what).text[:WORDS_MAX],
        received_on=received_on,
        reply_by=add_working_days(received_on, periods.reply),
        due_on=received_on + timedelta(days=periods.of_kind[kind]),
        recorded_at=now,
        recorded_by=staff.actor,
    )
    session.add(made)
    record_deed(
        session, staff, at=now, action="privacy.record", subject=made.number, unit=made.unit, kind=made.kind,
        due_on=made.due_on.isoformat(),
    )  # fmt: skip
    return made


def decide_request(
    session: Session,
    staff: Staff,
    request: PrivacyRequest,
    *,
    verdict: str,
    reason: str,
    now: datetime,
    erased: int,
) -> None:
    """Close it for good; Malformed without a reason, Conflict when somebody has closed it. ``erased``: responses
    that were deleted for it."""
    why = " ".join(reason.split())
    if verdict not in list(Verdict) or not WORDS_MIN <= len(why) <= WORDS_MAX:
        raise Malformed(
            "malformed_decision",
            f"Hãy chọn kết quả và ghi đã làm gì hoặc vì sao không, từ {WORDS_MIN} ký tự",
            f"Choose an outcome and say what was done, or why not, in {WORDS_MIN} letters or more",
        )
    if request.verdict is not None:
        raise Conflict("request_is_decided", "Yêu cầu này đã được trả lời", "This request was decided already")
    request.verdict, request.reason = verdict, screen_text(why).text[:WORDS_MAX]
    request.decided_at, request.decided_by = now, staff.actor
    session.add(request)
    record_deed(
        session, staff, at=now, action="privacy.decide", subject=request.number, unit=request.unit,
        verdict=verdict, erased=erased,
    )  # fmt: skip


def find_request(session: Session, number: str, scope: Collection[str] | None) -> PrivacyRequest:
    """The request of ``number``, locked; NotThere for one outside ``scope`` (None: every unit)."""
    wanted = select(PrivacyRequest).where(col(PrivacyRequest.number) == number.strip().upper())
    found = session.execute(wanted.with_for_update()).scalar()
    if found is None or (scope is not None and found.unit not in scope):
        raise NotThere("no_request", "Không có yêu cầu mang số này", "There is no request of this number")
    return found


def list_requests(session: Session, scope: Collection[str] | None, *, limit: int) -> Sequence[PrivacyRequest]:
    """Those that wait, the most pressing first; then those decided, newest first."""
    waits = col(PrivacyRequest.verdict).is_(None)
    wanted = select(PrivacyRequest).where(*_within(scope))
    waiting = session.execute(wanted.where(waits).order_by(col(PrivacyRequest.due_on), col(PrivacyRequest.number)))
    done = wanted.where(~waits).order_by(col(PrivacyRequest.decided_at).desc(), col(PrivacyRequest.number))
    return [*waiting.scalars(), *session.execute(done.limit(limit)).scalars()]


def count_requests(session: Session, *, today: date) -> Counted:
    """Those that wait, everywhere."""
    waiting = select(func.count()).select_from(PrivacyRequest).where(col(PrivacyRequest.verdict).is_(None))
    overdue = waiting.where(col(PrivacyRequest.due_on) < today)
    return Counted(session.execute(waiting).scalar_one(), session.execute(overdue).scalar_one())


def add_working_days(day: date, days: int) -> date:
    """``days`` working days after ``day``, weekends left out. Holidays are not known: then it is too early."""
    while days:
        day += timedelta(days=1)
        days -= day.weekday() < SATURDAY
    return day


def read_receipts(typed: str) -> list[UUID]:
    """The receipt codes in ``typed``, one a line; Malformed when a line is none."""
    codes = [read_receipt(line) for line in typed.splitlines() if line.strip()]
    if None in codes:
        raise Malformed("malformed_receipt", "Mã biên nhận không đúng dạng", "A line is no receipt code")
    return list(dict.fromkeys(code for code in codes if code is not None))


def _within(scope: Collection[str] | None) -> list[ColumnElement[bool]]:
    return [] if scope is None else [col(PrivacyRequest.unit).in_(sorted(scope))]


def _read_day(typed: str, today: date) -> date | None:
    try:
        day = date.fromisoformat(typed) if typed else today
    except ValueError:
        return None
    return day if day <= today and day > today - timedelta(days=365) else None


def _problem(field: str, vi: str, en: str) -> dict[str, str]:
    return {"field": field, "code": "malformed", "vi": vi, "en": en}
