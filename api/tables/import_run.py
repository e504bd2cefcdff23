"""One run of an import: what file, what came of it."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from api.tables.types import Instant


class ImportRun(SQLModel, table=True):
    """Counts of one finished import; ``rows = accepted + known + rejected``."""

    __tablename__ = "import_run"

    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(max_length=20)
    file_name: str = Field(max_length=300)
    file_sha256: str = Field(max_length=64)
    mapping_sha256: str | None = Field(default=None, max_length=64)
    finished_at: datetime = Field(sa_type=Instant)
    rows: int
    accepted: int
    known: int
    rejected: int
