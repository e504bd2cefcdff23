"""Questions to the register."""

from datetime import date
from typing import Any

from sqlalchemy import or_, select
from sqlmodel import Session, col

from api.registry.names import fold_name
from api.tables import Procedure, Unit, UnitSuccession


def unit_on(session: Session, code: str, day: date) -> Unit | None:
    """The unit called ``code`` on ``day``; None when the code means nothing that day."""
    return session.execute(_valid(select(Unit), day).where(col(Unit.code) == code)).scalar_one_or_none()


def unit_versions(session: Session, code: str) -> list[Unit]:
    """Everything ``code`` has ever meant, oldest first."""
    found = session.execute(select(Unit).where(col(Unit.code) == code).order_by(col(Unit.valid_from)))
    return list(found.scalars())


def predecessors(session: Session, unit: Unit) -> list[tuple[Unit, UnitSuccession]]:
    """The units that went into ``unit``, with how much of each."""
    query = (
        select(Unit, UnitSuccession)
        .join(UnitSuccession, col(UnitSuccession.predecessor_id) == col(Unit.id))
        .where(col(UnitSuccession.successor_id) == unit.id)
        .order_by(col(Unit.code))
    )
    return [(found, link) for found, link in session.execute(query)]


def successors(session: Session, unit: Unit) -> list[tuple[Unit, UnitSuccession]]:
    """The units ``unit`` went into, with how much of it."""
    query = (
        select(Unit, UnitSuccession)
        .join(UnitSuccession, col(UnitSuccession.successor_id) == col(Unit.id))
        .where(col(UnitSuccession.predecessor_id) == unit.id)
        .order_by(col(Unit.code))
    )
    return [(found, link) for found, link in session.execute(query)]


def find_units(
    session: Session,
    *,
    day: date,
    kind: str | None = None,
    parent: str | None = None,
    q: str | None = None,
    limit: int,
    offset: int = 0,
) -> tuple[int, list[Unit]]:
    """How many units are valid on ``day``, and one page of them by code.

    ``q`` matches part of the name, tones and capitals not needed, or the start of the code.
    """
    query = _valid(select(Unit), day).order_by(col(Unit.code))
    if kind is not None:
        query = query.where(col(Unit.kind) == kind)
    if parent is not None:
        query = query.where(col(Unit.parent_code) == parent)
    # Neither database folds Vietnamese the same way: the few thousand names of a day are folded here.
    wanted, start = fold_name(q or ""), (q or "").strip()
    names = session.execute(query.with_only_columns(col(Unit.id), col(Unit.code), col(Unit.name)))
    ids = [id for id, code, name in names if code.startswith(start) or (wanted and wanted in fold_name(name))]
    page = query.where(col(Unit.id).in_(ids[offset : offset + limit]))
    return len(ids), list(session.execute(page).scalars())


def find_procedures(session: Session) -> list[Procedure]:
    """Every procedure, by code."""
    return list(session.execute(select(Procedure).order_by(col(Procedure.code))).scalars())


def _valid(query: Any, day: date) -> Any:
    return query.where(col(Unit.valid_from) <= day, or_(col(Unit.valid_to).is_(None), col(Unit.valid_to) >= day))
