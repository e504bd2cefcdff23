"""Staff accounts: who may sign in, as what, for which units; their sessions. Secrets are stored hashed.

The one exception is ``totp_secret``: codes cannot be checked against a hash of it.
"""

from datetime import datetime

from sqlmodel import Field, SQLModel

from api.tables.types import Instant


class StaffAccount(SQLModel, table=True):
    """A person who may sign in. ``password_hash`` null: invited, or only by the office's identity provider."""

    __tablename__ = "staff_account"

    id: str = Field(primary_key=True, max_length=20)
    email: str = Field(unique=True, max_length=200)  # in small letters
    name: str = Field(max_length=200)
    password_hash: str | None = Field(default=None, max_length=200)
    totp_secret: str | None = Field(default=None, max_length=64)
    totp_last_step: int | None = None  # of the last code that was taken: none is taken twice
    oidc_subject: str | None = Field(default=None, unique=True, max_length=255)
    created_at: datetime = Field(sa_type=Instant)
    disabled_at: datetime | None = Field(default=None, sa_type=Instant)


class StaffGrant(SQLModel, table=True):
    """One role of a person in a unit and below it."""

    __tablename__ = "staff_grant"

    id: int | None = Field(default=None, primary_key=True)
    account_id: str = Field(foreign_key="staff_account.id", index=True, max_length=20)
    role: str = Field(max_length=20)
    unit: str | None = Field(default=None, max_length=40)  # null: every unit


class StaffOwnCounter(SQLModel, table=True):
    """A counter where the person serves: responses about it are closed to them."""

    __tablename__ = "staff_own_counter"

    account_id: str = Field(foreign_key="staff_account.id", primary_key=True, max_length=20)
    counter: str = Field(primary_key=True, max_length=40)


class StaffSession(SQLModel, table=True):
    """A signed-in browser; ``step`` says what is still asked of it before it counts."""

    __tablename__ = "staff_session"

    token_sha256: str = Field(primary_key=True, max_length=64)
    account_id: str = Field(foreign_key="staff_account.id", index=True, max_length=20)
    step: str = Field(max_length=10)  # code, enrol, full
    started_at: datetime = Field(sa_type=Instant)
    seen_at: datetime = Field(sa_type=Instant)
    pending_totp: str | None = Field(default=None, max_length=64)  # shown as a QR code, not confirmed yet
    wrong_codes: int = 0


class StaffInvitation(SQLModel, table=True):
    """A link, good once and not for long, with which a person sets a password."""

    __tablename__ = "staff_invitation"

    token_sha256: str = Field(primary_key=True, max_length=64)
    account_id: str = Field(foreign_key="staff_account.id", index=True, max_length=20)
    expires_at: datetime = Field(sa_type=Instant)


class StaffRecoveryCode(SQLModel, table=True):
    """A code for the day the phone is lost; deleted when it is used."""

    __tablename__ = "staff_recovery_code"

    code_sha256: str = Field(primary_key=True, max_length=64)
    account_id: str = Field(foreign_key="staff_account.id", index=True, max_length=20)


class StaffBrowser(SQLModel, table=True):
    """A browser from which the person has signed in before: strangers' wrong guesses do not hold it up."""

    __tablename__ = "staff_browser"

    token_sha256: str = Field(primary_key=True, max_length=64)
    account_id: str = Field(foreign_key="staff_account.id", index=True, max_length=20)
    seen_at: datetime = Field(sa_type=Instant)
