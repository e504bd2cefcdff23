"""How many were invited, opened and answered, by unit and procedure: what response rates are made of.

Counted on tokens, which know no case; of one case it is known only to whoever has the key.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import case, func, select
from sqlmodel import Session, col

from api.errors import NotThere
from api.invitations.links import token_of
from api.receiving.tokens import hash_token
from api.tables import InvitationCase, InvitationPending, InvitationToken, InvitationTotal
from api.tables.invitation import Awaited


class CaseStatus(StrEnum):
    """How far one case has come. ``HELD``: its unit has too few cases to be invited yet."""

    HELD = "held"
    INVITED = "invited"
    OPENED = "opened"
    ANSWERED = "answered"


@dataclass(frozen=True)
class Answering:
    """One line of response rates. ``procedure`` None: those with too few cases to be told apart, together."""

    period: str
    form: str
    selection: str
    unit_filed: str
    procedure: str | None
    invited: int
    opened: int
    answered: int

    @property
    def rate(self) -> float:
        """Answered of invited, 0 to 1."""
        return self.answered / self.invited


def list_answering(
    session: Session, *, period: str | None = None, units: Iterable[str] | None = None
) -> list[Answering]:
    """Open and closed periods, newest first; ``units`` None: all of them."""
    wanted = None if units is None else frozenset(units)
    lines = [
        line
        for line in (*_count_open(session, period), *_read_closed(session, period))
        if wanted is None or line.unit_filed in wanted
    ]
    lines.sort(key=lambda line: (line.unit_filed, line.procedure or "~", line.form, line.selection))
    return sorted(lines, key=lambda line: line.period, reverse=True)


def count_held(session: Session, *, period: str | None = None, units: Iterable[str] | None = None) -> int:
    """Cases without a link, because their units have too few."""
    cases = select(col(InvitationCase.unit_filed), func.count()).group_by(col(InvitationCase.unit_filed))
    tokens = select(col(InvitationToken.unit_filed), func.count()).group_by(col(InvitationToken.unit_filed))
    if period is not None:
        cases = cases.where(col(InvitationCase.period) == period)
        tokens = tokens.where(col(InvitationToken.period) == period)
    invited: dict[str, int] = dict(map(tuple, session.execute(tokens)))
    wanted = None if units is None else frozenset(units)
    found = {unit: count for unit, count in session.execute(cases) if wanted is None or unit in wanted}
    return sum(count - invited.get(unit, 0) for unit, count in found.items())


def find_status(session: Session, dossier: str, *, key: str) -> tuple[CaseStatus, InvitationCase]:
    """How far the case ``dossier`` has come; NotThere when it is not known, or its period is closed."""
    found = session.execute(select(InvitationCase).where(col(InvitationCase.dossier) == dossier)).scalar()
    if found is None:
        raise NotThere(
            "unknown_case",
            f"Không có hồ sơ {dossier}: chưa nhập, hoặc kỳ đã đóng và mã hồ sơ đã xóa",
            f"There is no case {dossier}: not imported, or its period is closed and its code deleted",
        )
    return read_statuses(session, [found], key=key)[found.id], found


def read_statuses(session: Session, cases: Iterable[InvitationCase], *, key: str) -> dict[str, CaseStatus]:
    """The status of each of ``cases``, by their ids."""
    token_of_case = {found.id: hash_token(token_of(key, found.id)) for found in cases}
    made = set(session.execute(select(col(InvitationToken.token_sha256))).scalars())
    pending = {
        (token, awaits)
        for token, awaits in session.execute(
            select(col(InvitationPending.token_sha256), col(InvitationPending.awaits))
        )
    }
    return {id: _status(token, made, pending) for id, token in token_of_case.items()}


def _status(token: str, made: set[str], pending: set[tuple[str, str]]) -> CaseStatus:
    if token not in made:
        return CaseStatus.HELD
    if (token, Awaited.ANSWER) not in pending:
        return CaseStatus.ANSWERED
    return CaseStatus.INVITED if (token, Awaited.OPENING) in pending else CaseStatus.OPENED


def _count_open(session: Session, period: str | None) -> list[Answering]:
    """An answer counts as opened too: whoever sent a page had seen it."""
    awaited = (
        select(
            col(InvitationPending.token_sha256),
            func.max(case((col(InvitationPending.awaits) == Awaited.OPENING, 1), else_=0)).label("opening"),
            func.max(case((col(InvitationPending.awaits) == Awaited.ANSWER, 1), else_=0)).label("answer"),
        )
        .group_by(col(InvitationPending.token_sha256))
        .subquery()
    )
    cell = (
        col(InvitationToken.period), col(InvitationToken.form), col(InvitationToken.selection),
        col(InvitationToken.unit_filed), col(InvitationToken.procedure),
    )  # fmt: skip
    counted = (
        select(
            *cell,
            func.count(),
            func.count() - func.coalesce(func.sum(awaited.c.opening * awaited.c.answer), 0),
            func.count() - func.coalesce(func.sum(awaited.c.answer), 0),
        )
        .outerjoin(awaited, awaited.c.token_sha256 == col(InvitationToken.token_sha256))
        .group_by(*cell)
    )
    if period is not None:
        counted = counted.where(col(InvitationToken.period) == period)
    return [Answering(*row) for row in session.execute(counted)]


def _read_closed(session: Session, period: str | None) -> list[Answering]:
    totals = select(InvitationTotal)
    if period is not None:
        totals = totals.where(col(InvitationTotal.period) == period)
    return [
        Answering(
            row.period,
            row.form,
            row.selection,
            row.unit_filed,
            row.procedure or None,
            row.invited,
            row.opened,
            row.answered,
        )
        for row in session.execute(totals).scalars()
    ]
