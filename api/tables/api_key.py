"""Keys of machines and offices; only the hash of the secret is stored."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from api.tables.types import Instant


class ApiKey(SQLModel, table=True):
    """``scopes`` are words separated by blanks: batch, import, export, queue."""

    __tablename__ = "api_key"

    id: str = Field(primary_key=True, max_length=20)
    name: str = Field(max_length=200)
    secret_sha256: str = Field(max_length=64)
    scopes: str = Field(max_length=200)
    unit: str | None = Field(default=None, max_length=40)  # null: every unit
    created_at: datetime = Field(sa_type=Instant)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)
