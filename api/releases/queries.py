"""Reads what a month's indices need beside the answers: transactions, units, procedures, what is left out."""

import polars as pl
from sqlalchemy import Connection, select
from sqlmodel import col

from analysis.frames import PROCEDURES, TRANSACTIONS, UNITS
from api.clock import month_days
from api.tables import Procedure, ResponseExclusion, TransactionCount, Unit
from api.tables.unit import UnitKind


def read_transactions(connection: Connection, month: str) -> pl.DataFrame:
    """The completed transactions of ``month``, by ``frames.TRANSACTIONS``, sorted."""
    columns = [col(getattr(TransactionCount, name)) for name in TRANSACTIONS]
    rows = connection.execute(select(*columns).where(col(TransactionCount.month) == month)).all()
    schema = {name: column.dtype for name, column in TRANSACTIONS.items()}
    return pl.DataFrame([tuple(row) for row in rows], schema=schema, orient="row").sort(
        "month", "unit", "procedure", "channel"
    )


def read_units(connection: Connection, month: str) -> pl.DataFrame:
    """The units valid on a day of ``month``, by ``frames.UNITS``; of two with one code, the later."""
    first, last = month_days(month)
    rows = connection.execute(
        select(col(Unit.code), col(Unit.name), col(Unit.kind), col(Unit.parent_code))
        .where(
            col(Unit.valid_from) <= last,
            (col(Unit.valid_to).is_(None)) | (col(Unit.valid_to) >= first),
        )
        .order_by(col(Unit.code), col(Unit.valid_from))
    ).all()
    valid = {code: (name, kind, parent) for code, name, kind, parent in rows}
    units = [(code, name, kind, _province(code, valid)) for code, (name, kind, _) in sorted(valid.items())]
    return pl.DataFrame(units, schema={name: column.dtype for name, column in UNITS.items()}, orient="row")


def read_procedures(connection: Connection) -> pl.DataFrame:
    """Every procedure with its name, by ``frames.PROCEDURES``, sorted."""
    rows = connection.execute(select(col(Procedure.code), col(Procedure.name)).order_by(col(Procedure.code))).all()
    schema = {name: column.dtype for name, column in PROCEDURES.items()}
    return pl.DataFrame([tuple(row) for row in rows], schema=schema, orient="row")


def read_excluded(connection: Connection, month: str) -> frozenset[str]:
    """The ids of the responses of ``month`` that an analyst left out."""
    wanted = select(col(ResponseExclusion.response_id)).where(col(ResponseExclusion.month) == month)
    return frozenset(str(id) for id in connection.execute(wanted).scalars())


def _province(code: str, valid: dict[str, tuple[str, str, str | None]]) -> str | None:
    at: str | None = code
    for _ in range(10):  # deeper than any hierarchy; a loop in the parents must not hang us
        if at is None or at not in valid:
            return None
        if valid[at][1] == UnitKind.PROVINCE:
            return at
        at = valid[at][2]
    return None
