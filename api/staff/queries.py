"""Questions about staff accounts, and the deletions that go with them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import delete
from sqlmodel import Session, col, select

from api.tables import (
    Counter,
    StaffAccount,
    StaffBrowser,
    StaffGrant,
    StaffInvitation,
    StaffOwnCounter,
    StaffRecoveryCode,
    Unit,
)


@dataclass(frozen=True)
class Listed:
    """An account with what belongs to it."""

    account: StaffAccount
    grants: tuple[StaffGrant, ...]
    own_counters: tuple[str, ...]

    @property
    def state(self) -> str:
        """disabled, invited (cannot sign in by password yet) or active."""
        if self.account.disabled_at is not None:
            return "disabled"
        return "active" if self.account.password_hash or self.account.oidc_subject else "invited"


def find_by_email(session: Session, email: str) -> StaffAccount | None:
    """The account of an e-mail address, however it is written."""
    if "\x00" in email:  # PostgreSQL knows no such text
        return None
    return session.exec(select(StaffAccount).where(StaffAccount.email == email.strip().lower())).first()


def list_accounts(session: Session) -> list[Listed]:
    """Every account, by name."""
    accounts = session.exec(select(StaffAccount).order_by(col(StaffAccount.name), col(StaffAccount.email))).all()
    grants = session.exec(select(StaffGrant).order_by(col(StaffGrant.id))).all()
    counters = session.exec(select(StaffOwnCounter).order_by(col(StaffOwnCounter.counter))).all()
    return [
        Listed(
            account,
            tuple(grant for grant in grants if grant.account_id == account.id),
            tuple(found.counter for found in counters if found.account_id == account.id),
        )
        for account in accounts
    ]


def find_listed(session: Session, id: str) -> Listed | None:
    """One account with what belongs to it."""
    return next((found for found in list_accounts(session) if found.account.id == id), None)


def known_units(session: Session, codes: Iterable[str]) -> frozenset[str]:
    """Those of ``codes`` that name a unit, whenever it was valid."""
    wanted = _readable(codes)
    return frozenset(session.exec(select(Unit.code).where(col(Unit.code).in_(wanted))))


def known_counters(session: Session, codes: Iterable[str]) -> frozenset[str]:
    """Those of ``codes`` that name a counter."""
    return frozenset(session.exec(select(Counter.code).where(col(Counter.code).in_(_readable(codes)))))


def name_staff(session: Session, ids: Sequence[str]) -> dict[str, str]:
    """The name of each account."""
    found = session.exec(select(StaffAccount.id, StaffAccount.name).where(col(StaffAccount.id).in_(ids)))
    return dict(found.all())


def delete_grants(session: Session, account: str) -> None:
    """Take every role and own counter from the account."""
    session.execute(delete(StaffGrant).where(col(StaffGrant.account_id) == account))
    session.execute(delete(StaffOwnCounter).where(col(StaffOwnCounter.account_id) == account))


def delete_invitations(session: Session, account: str) -> None:
    """Make every link of the account useless."""
    session.execute(delete(StaffInvitation).where(col(StaffInvitation.account_id) == account))


def delete_recovery_codes(session: Session, account: str) -> None:
    """Make every recovery code of the account useless."""
    session.execute(delete(StaffRecoveryCode).where(col(StaffRecoveryCode.account_id) == account))


def delete_browsers(session: Session, account: str) -> None:
    """Know none of the person's browsers any more."""
    session.execute(delete(StaffBrowser).where(col(StaffBrowser.account_id) == account))


def _readable(codes: Iterable[str]) -> list[str]:
    return sorted({code for code in codes if "\x00" not in code})
