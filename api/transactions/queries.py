"""Questions to the transactions."""

from collections.abc import Sequence

import polars as pl
from sqlalchemy import select
from sqlmodel import Session, col

from analysis.frames import TRANSACTIONS
from api.tables import TransactionCount


def transactions_frame(session: Session, months: Sequence[str]) -> pl.DataFrame:
    """frames.TRANSACTIONS of ``months``, sorted. A cell nobody filed has no row: neither zero nor guessed."""
    columns = [col(getattr(TransactionCount, name)) for name in TRANSACTIONS]
    query = select(*columns).where(col(TransactionCount.month).in_(list(months))).order_by(*columns[:4])
    rows = [tuple(row) for row in session.execute(query)]
    return pl.DataFrame(rows, {name: column.dtype for name, column in TRANSACTIONS.items()}, orient="row")
