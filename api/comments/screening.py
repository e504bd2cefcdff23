"""The screening run: every text that waits becomes a comment that may be read, its original sealed."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from typing import TypedDict
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, tuple_
from sqlmodel import Session, col, delete, func, select

from api.clock import local_day
from api.db import begin_write
from api.sealer import Sealer
from api.tables import ClerkName, Comment, CommentOriginal, Response, ResponseText
from survey_forms.screening.screen import VERSION, screen_text

AT_ONCE = 500

Progress = Callable[[str, int, int], None]


class _Place(TypedDict):
    response_id: UUID
    question: str


@dataclass
class ScreeningReport:
    """How many texts were screened, how many had something masked, what by kind; how many were screened again."""

    screened: int = 0
    masked: int = 0
    again: int = 0
    kinds: Counter[str] = field(default_factory=Counter)


def screen_waiting(
    engine: Engine,
    sealer: Sealer | None,
    *,
    now: datetime,
    zone: ZoneInfo,
    keep_days: int,
    progress: Progress | None = None,
) -> ScreeningReport:
    """Screen what waits, then what older rules screened. ``sealer`` None: originals are forgotten, not kept.
    Each lot of texts is one transaction: stopped half-way, the rest waits as before."""
    report = ScreeningReport()
    keep_until = local_day(now, zone) + timedelta(days=keep_days)
    with Session(engine) as session:
        waiting = count_waiting(session)
    for step in (_screen_lot, _screen_lot_again):
        taken = 1
        while taken:
            with Session(engine) as session, session.begin():
                begin_write(session)
                taken = step(session, sealer, keep_until, report)
            if progress:
                progress("", report.screened, max(waiting, report.screened))
    return report


def count_waiting(session: Session) -> int:
    """How many texts nobody may read yet."""
    return session.exec(select(func.count()).select_from(ResponseText)).one()


def replace_clerks(session: Session, unit: str, names: list[str]) -> None:
    """``names`` are now those of ``unit``; every comment about it is screened again at the next run."""
    session.exec(delete(ClerkName).where(col(ClerkName.unit) == unit))
    session.add_all(ClerkName(unit=unit, name=name) for name in dict.fromkeys(names))
    of_unit = select(Response.id).where(Response.unit_filed == unit)
    for comment in session.exec(select(Comment).where(col(Comment.response_id).in_(of_unit))):
        comment.rules = ""
        session.add(comment)
    session.flush()


def purge_originals(session: Session, *, today: date) -> int:
    """Delete the originals whose time is over; how many."""
    old = delete(CommentOriginal).where(col(CommentOriginal.keep_until) < today)
    return len(session.execute(old.returning(col(CommentOriginal.question))).all())


def comment_place(response_id: UUID, question: str) -> str:
    """What the sealed original of a comment is bound to."""
    return f"{response_id}/{question}"


def _screen_lot(session: Session, sealer: Sealer | None, keep_until: date, report: ScreeningReport) -> int:
    # In the order of their ids, which are random: nothing here tells in which order people wrote.
    wanted = (
        select(ResponseText, Response.unit_filed)
        .join(Response, col(Response.id) == col(ResponseText.response_id))
        .order_by(col(ResponseText.response_id), col(ResponseText.question))
        .limit(AT_ONCE)
        .with_for_update(of=ResponseText, skip_locked=True)
    )
    found, clerks = session.exec(wanted).all(), _clerks_of(session)
    for waiting, unit in found:
        screened = screen_text(waiting.text, clerks=clerks(unit))
        report.screened += 1
        report.masked += screened.is_masked
        report.kinds.update(screened.counts)
        place = _Place(response_id=waiting.response_id, question=waiting.question)
        session.add(Comment(**place, text=screened.text, masked=dict(screened.counts), rules=VERSION))
        if screened.is_masked and sealer is not None:
            sealed = sealer.seal(waiting.text, place=comment_place(**place))
            session.add(CommentOriginal(**place, sealed=sealed, keep_until=keep_until))
    done = [(waiting.response_id, waiting.question) for waiting, _ in found]
    session.flush()
    for waiting, _ in found:
        session.expunge(waiting)
    if done:
        key = tuple_(col(ResponseText.response_id), col(ResponseText.question))
        session.exec(delete(ResponseText).where(key.in_(done)))
    return len(found)


def _screen_lot_again(session: Session, sealer: Sealer | None, keep_until: date, report: ScreeningReport) -> int:
    wanted = (
        select(Comment, Response.unit_filed)
        .join(Response, col(Response.id) == col(Comment.response_id))
        .where(Comment.rules != VERSION)
        .order_by(col(Comment.response_id), col(Comment.question))
        .limit(AT_ONCE)
        .with_for_update(of=Comment, skip_locked=True)
    )
    found, clerks = session.exec(wanted).all(), _clerks_of(session)
    for comment, unit in found:
        screened = screen_text(comment.text, clerks=clerks(unit))
        place = _Place(response_id=comment.response_id, question=comment.question)
        has_original = session.get(CommentOriginal, (comment.response_id, comment.question)) is not None
        if screened.is_masked and not comment.masked and not has_original and sealer is not None:
            sealed = sealer.seal(comment.text, place=comment_place(**place))
            session.add(CommentOriginal(**place, sealed=sealed, keep_until=keep_until))
        comment.masked = dict(Counter(comment.masked) + Counter(screened.counts))
        comment.text, comment.rules = screened.text, VERSION
        session.add(comment)
        report.again += 1
    return len(found)


def _clerks_of(session: Session) -> Callable[[str], tuple[str, ...]]:
    @cache
    def names(unit: str) -> tuple[str, ...]:
        return tuple(session.exec(select(ClerkName.name).where(ClerkName.unit == unit)))

    return names
