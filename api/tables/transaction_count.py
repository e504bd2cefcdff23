"""Completed transactions: the denominators."""

from sqlmodel import CheckConstraint, Field, SQLModel, UniqueConstraint


class TransactionCount(SQLModel, table=True):
    """How many transactions of a procedure a unit completed in a month, by channel."""

    __tablename__ = "transaction_count"
    __table_args__ = (
        UniqueConstraint("month", "unit", "procedure", "channel"),
        CheckConstraint("completed >= 0", name="completed_not_negative"),
    )

    id: int | None = Field(default=None, primary_key=True)
    month: str = Field(max_length=7)
    unit: str = Field(max_length=40)
    procedure: str = Field(max_length=40)
    channel: str = Field(max_length=20)
    completed: int
    import_run: int | None = Field(default=None, foreign_key="import_run.id")
    is_demo: bool = False
