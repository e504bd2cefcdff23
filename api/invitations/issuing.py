"""Makes the tokens of a period: all of them anew at every import, so that none shows when its case came."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, insert, select, text
from sqlmodel import Session, col

from api.errors import Conflict
from api.invitations.cells import Facts, share_facts
from api.invitations.links import token_of
from api.receiving.tokens import hash_token
from api.tables import InvitationCase, InvitationPending, InvitationToken
from api.tables.invitation import Awaited

ROWS_AT_ONCE = 2_000


@dataclass(frozen=True)
class Issued:
    """``invited`` cases have a link, ``added`` of them since now; ``held``: in units with too few cases."""

    invited: int
    added: int
    held: int


def issue_tokens(session: Session, period: str, *, key: str, at_least: int, expires_on: date) -> Issued:
    """Write every token of ``period`` anew, in the caller's transaction, which holds the write lock.

    Conflict when the links that are out were made with another key.
    """
    if session.connection().dialect.name == "postgresql":  # answers of invited people wait until this is done
        session.execute(text("LOCK TABLE invitation_pending, invitation_token IN SHARE ROW EXCLUSIVE MODE"))
    cases = list(session.execute(select(InvitationCase).where(col(InvitationCase.period) == period)).scalars())
    of_case = {case.id: hash_token(token_of(key, case.id)) for case in cases}
    is_of_period = col(InvitationToken.period) == period
    known = set(session.execute(select(col(InvitationToken.token_sha256)).where(is_of_period)).scalars())
    _refuse_other_key(known, set(of_case.values()), period)
    awaited = select(col(InvitationPending.token_sha256), col(InvitationPending.awaits)).where(
        col(InvitationPending.token_sha256).in_(select(col(InvitationToken.token_sha256)).where(is_of_period))
    )
    pending = {(token, awaits) for token, awaits in session.execute(awaited)}
    tokens = []
    for (form, selection), alike in _by_question(cases).items():
        facts = {
            case.id: Facts(case.unit_filed, case.procedure, case.unit_decided, case.unit_residence)
            for case in alike
        }
        shared = share_facts(facts, at_least=at_least)
        # A link that is out stays good, whatever the setting is now.
        shared |= {id: Facts(facts[id].unit_filed) for id in facts.keys() - shared if of_case[id] in known}
        tokens += [
            shared[id]._asdict() | {"token_sha256": of_case[id], "form": form, "selection": selection}
            for id in shared
        ]
    added = [token["token_sha256"] for token in tokens if token["token_sha256"] not in known]
    pending |= {(token, awaits.value) for token in added for awaits in Awaited}
    _replace(session, period, tokens, pending, expires_on)
    return Issued(invited=len(tokens), added=len(added), held=len(cases) - len(tokens))


def _by_question(cases: Iterable[InvitationCase]) -> dict[tuple[str, str], list[InvitationCase]]:
    alike: dict[tuple[str, str], list[InvitationCase]] = {}
    for case in cases:
        alike.setdefault((case.form, case.selection), []).append(case)
    return alike


def _replace(
    session: Session,
    period: str,
    tokens: list[dict[str, Any]],
    pending: set[tuple[str, str]],
    expires_on: date,
) -> None:
    delete_tokens(session, period)
    tokens.sort(key=lambda token: str(token["token_sha256"]))
    rows = [token | {"period": period, "expires_on": expires_on} for token in tokens]
    _insert(session, InvitationToken, rows)
    _insert(session, InvitationPending, [{"token_sha256": one, "awaits": what} for one, what in sorted(pending)])


def delete_tokens(session: Session, period: str) -> None:
    """Forget every token of ``period``, and what it awaited."""
    of_period = select(col(InvitationToken.token_sha256)).where(col(InvitationToken.period) == period)
    session.execute(delete(InvitationPending).where(col(InvitationPending.token_sha256).in_(of_period)))
    session.execute(delete(InvitationToken).where(col(InvitationToken.period) == period))


def _insert(session: Session, table: type, rows: Sequence[dict[str, Any]]) -> None:
    for start in range(0, len(rows), ROWS_AT_ONCE):
        session.execute(insert(table), rows[start : start + ROWS_AT_ONCE])


def _refuse_other_key(known: set[str], made: set[str], period: str) -> None:
    if known - made:
        raise Conflict(
            "other_invitation_key",
            f"HAILONG_INVITATION_KEY không phải khóa đã dùng cho kỳ {period}: {len(known - made)} liên kết đã "
            "phát không còn khớp. Hãy đặt lại khóa cũ.",
            f"HAILONG_INVITATION_KEY is not the key that was used for {period}: {len(known - made)} links that "
            "are out do not fit. Put the former key back.",
        )
