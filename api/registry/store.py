"""Puts units and successions into the register; what differs is corrected and audited.

Nothing here commits; the caller's transaction holds all of a file or none of it.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert, select, tuple_, update
from sqlmodel import Session, col

from api.registry.unit_rows import UnitRow
from api.tables import AuditEvent, Unit, UnitSuccession

ROWS_AT_ONCE = 2_000

Key = tuple[str, date]


def read_units(session: Session) -> dict[Key, UnitRow]:
    """The whole register of units, by code and first valid day."""
    found = session.execute(
        select(
            col(Unit.code), col(Unit.name), col(Unit.kind), col(Unit.parent_code), col(Unit.valid_from),
            col(Unit.valid_to), col(Unit.name_en),
        )
    )  # fmt: skip
    rows = (UnitRow(*row) for row in found)
    return {row.key: row for row in rows}


def write_units(
    session: Session, new: Iterable[UnitRow], changed: Mapping[Key, tuple[UnitRow, UnitRow]],
    *, now: datetime, actor: str, is_demo: bool = False,
) -> None:  # fmt: skip
    """Insert ``new``, correct ``changed`` (key → as it was, as it is), an audit row for every correction."""
    values = [_values_of(unit) | {"is_demo": is_demo} for unit in new]
    for start in range(0, len(values), ROWS_AT_ONCE):
        session.execute(insert(Unit), values[start : start + ROWS_AT_ONCE])
    for (code, valid_from), (old, wanted) in changed.items():
        facts = _values_of(wanted)
        session.execute(
            update(Unit).where(col(Unit.code) == code, col(Unit.valid_from) == valid_from).values(**facts)
        )
        before = _values_of(old)
        detail = {key: [_plain(before[key]), _plain(facts[key])] for key in facts if before[key] != facts[key]}
        session.add(
            AuditEvent(at=now, actor=actor, action="unit.changed", subject=f"{code}@{valid_from}", detail=detail)
        )


def read_ids(session: Session) -> dict[Key, int]:
    """Row id of every unit."""
    found = session.execute(select(col(Unit.code), col(Unit.valid_from), col(Unit.id)))
    return {(code, valid_from): id for code, valid_from, id in found}


def read_links(session: Session) -> dict[tuple[int, int], tuple[bool, str | None]]:
    """Every succession: (predecessor, successor) → whole?, note."""
    found = session.execute(
        select(
            col(UnitSuccession.predecessor_id), col(UnitSuccession.successor_id),
            col(UnitSuccession.is_whole), col(UnitSuccession.note),
        )
    )  # fmt: skip
    return {(old, new): (is_whole, note) for old, new, is_whole, note in found}


def write_links(session: Session, links: Mapping[tuple[int, int], tuple[bool, str | None]]) -> None:
    """Insert successions that are not there yet."""
    values = [
        {"predecessor_id": old, "successor_id": new, "is_whole": is_whole, "note": note}
        for (old, new), (is_whole, note) in sorted(links.items())
    ]
    for start in range(0, len(values), ROWS_AT_ONCE):
        session.execute(insert(UnitSuccession), values[start : start + ROWS_AT_ONCE])


def drop_links(session: Session, links: Iterable[tuple[int, int]]) -> None:
    """Remove the named successions."""
    wanted = list(links)
    pair = tuple_(col(UnitSuccession.predecessor_id), col(UnitSuccession.successor_id))
    for start in range(0, len(wanted), 200):
        session.execute(delete(UnitSuccession).where(pair.in_(wanted[start : start + 200])))


def _values_of(unit: UnitRow) -> dict[str, Any]:
    return {
        "code": unit.code, "name": unit.name, "name_en": unit.name_en, "kind": unit.kind,
        "parent_code": unit.parent, "valid_from": unit.valid_from, "valid_to": unit.valid_to,
    }  # fmt: skip


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
