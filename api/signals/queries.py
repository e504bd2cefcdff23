"""Questions to the stored signals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlmodel import Session, col

from api.tables import Response, ResponseExclusion, Signal, SignalResponse, SignalReview

ROWS_MAX = 300
STATES = ("open", "keep", "exclude", "gone")


@dataclass(frozen=True)
class SignalFilter:
    """Empty: everything. ``scope``: units, None for all; ``own_counters`` are never shown."""

    month: str
    kind: str
    unit: str
    state: str
    scope: frozenset[str] | None
    own_counters: frozenset[str]


@dataclass(frozen=True)
class Listed:
    """A signal and what was decided about it; ``state`` is one of STATES."""

    signal: Signal
    review: SignalReview | None
    state: str


@dataclass(frozen=True)
class Member:
    """A response of a signal: when and for what, never what it says in words."""

    id: UUID
    at: datetime
    counter: str | None
    procedure: str | None
    channel: str
    is_excluded: bool


def list_months(session: Session) -> list[str]:
    """The months that have signals, newest first."""
    return sorted(session.execute(select(col(Signal.month)).distinct()).scalars(), reverse=True)


def find_signals(session: Session, asked: SignalFilter) -> list[Listed]:
    """The signals that fit: those nobody looked at first, then by kind and how many responses they are about."""
    wanted = select(Signal).where(*_conditions(asked)).order_by(col(Signal.kind), col(Signal.responses).desc())
    signals = list(session.execute(wanted.order_by(col(Signal.id))).scalars())
    reviews = _latest_reviews(session, [signal.id for signal in signals])
    listed = [_list(signal, reviews.get(signal.id)) for signal in signals]
    fitting = [one for one in listed if asked.state in ("", one.state)]
    return sorted(fitting, key=lambda one: STATES.index(one.state))


def find_signal(session: Session, id: str) -> Listed | None:
    """One signal."""
    signal = session.get(Signal, id)
    return None if signal is None else _list(signal, _latest_reviews(session, [id]).get(id))


def list_reviews(session: Session, id: str) -> Sequence[SignalReview]:
    """Everything that was ever decided about a signal, newest first."""
    wanted = select(SignalReview).where(col(SignalReview.signal) == id).order_by(col(SignalReview.id).desc())
    return list(session.execute(wanted).scalars())


def list_members(session: Session, id: str, *, limit: int = ROWS_MAX) -> list[Member]:
    """The responses of a signal that are still stored, in the order they were given."""
    is_excluded = (
        select(func.count())
        .where(col(ResponseExclusion.response_id) == col(Response.id), col(ResponseExclusion.signal) == id)
        .scalar_subquery()
    )
    wanted = (
        select(
            col(Response.id),
            col(Response.submitted_at),
            col(Response.counter),
            col(Response.procedure),
            col(Response.channel),
            is_excluded,
        )
        .join(SignalResponse, col(SignalResponse.response_id) == col(Response.id))
        .where(col(SignalResponse.signal) == id)
        .order_by(col(Response.submitted_at), col(Response.id))
        .limit(limit)
    )
    return [
        Member(id, at, counter, procedure, channel, bool(excluded))
        for id, at, counter, procedure, channel, excluded in session.execute(wanted)
    ]


def _conditions(asked: SignalFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for column, value in ((Signal.month, asked.month), (Signal.kind, asked.kind), (Signal.unit, asked.unit)):
        if value:
            found.append(col(column) == value)
    if asked.scope is not None:
        found.append(col(Signal.unit).in_(sorted(asked.scope)))
    if asked.own_counters:
        found.append(or_(col(Signal.counter).is_(None), col(Signal.counter).not_in(sorted(asked.own_counters))))
    return found


def _latest_reviews(session: Session, ids: Sequence[str]) -> dict[str, SignalReview]:
    wanted = select(SignalReview).where(col(SignalReview.signal).in_(ids)).order_by(col(SignalReview.id))
    return {review.signal: review for review in session.execute(wanted).scalars()}


def _list(signal: Signal, review: SignalReview | None) -> Listed:
    if review is not None and review.verdict != "reopen":
        return Listed(signal, review, review.verdict)
    return Listed(signal, None, "open" if signal.is_current else "gone")
