"""What the form page needs from the registry, and the receipt it shows again."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import or_
from sqlmodel import Session, col, exists, select

from api.tables import Counter, Procedure, Response, Unit
from api.tables.unit import UnitKind

UNITS_MAX = 200  # more do not fit a list on a phone; then the code is typed
SERVING_KINDS = (UnitKind.COMMUNE, UnitKind.CENTRE, UnitKind.BRANCH, UnitKind.DEPARTMENT)


@dataclass(frozen=True)
class Place:
    """Where and for what the form is filled, as far as the registry knows it today; empty codes are not known."""

    unit: str = ""
    procedure: str = ""
    counter: str = ""
    names: tuple[str, ...] = ()
    is_demo: bool = False


@dataclass(frozen=True)
class Stored:
    """A stored response, as its receipt shows it."""

    id: UUID
    form: str
    version: str
    submitted_at: datetime
    received_at: datetime
    is_demo: bool


def find_place(session: Session, *, unit: str, procedure: str, counter: str, day: date, language: str) -> Place:
    """The codes that hold on ``day``, and their names. A counter alone names its unit; a procedure or counter that
    does not exist is left out, a misprinted sticker must not cost the answer."""
    found_counter = session.get(Counter, counter) if counter else None
    if found_counter and not _holds(found_counter.valid_from, found_counter.valid_to, day):
        found_counter = None
    found_unit = _find_unit(session, unit or (found_counter.unit_code if found_counter else ""), day)
    if found_unit is None:
        return Place()
    if found_counter and found_counter.unit_code != found_unit.code:
        found_counter = None
    found_procedure = session.get(Procedure, procedure) if procedure else None
    if found_procedure and not _holds(found_procedure.valid_from, found_procedure.valid_to, day):
        found_procedure = None
    names = [_name(found_unit.name, found_unit.name_en, language)]
    names += [found_counter.name] if found_counter else []
    names += [_name(found_procedure.name, found_procedure.name_en, language)] if found_procedure else []
    return Place(
        unit=found_unit.code,
        procedure=found_procedure.code if found_procedure else "",
        counter=found_counter.code if found_counter else "",
        names=tuple(names),
        is_demo=found_unit.is_demo or bool(found_counter and found_counter.is_demo),
    )


def list_serving_units(session: Session, *, day: date, language: str) -> list[tuple[str, str]]:
    """Code and name of the units a person may have been served at: those with a counter, or of the demonstration.
    Empty when they are more than UNITS_MAX."""
    has_counter = exists().where(col(Counter.unit_code) == col(Unit.code))
    wanted = (
        select(Unit)
        .where(
            col(Unit.kind).in_(SERVING_KINDS),
            col(Unit.valid_from) <= day,
            or_(col(Unit.valid_to).is_(None), col(Unit.valid_to) >= day),
            or_(col(Unit.is_demo), has_counter),
        )
        .order_by(col(Unit.name), col(Unit.code))
        .limit(UNITS_MAX + 1)
    )
    units = session.exec(wanted).all()
    return (
        [] if len(units) > UNITS_MAX else [(unit.code, _name(unit.name, unit.name_en, language)) for unit in units]
    )


def find_stored(session: Session, id: UUID) -> Stored | None:
    """The response ``id`` if it is stored."""
    row = session.get(Response, id)
    if row is None:
        return None
    return Stored(row.id, row.form, row.version, row.submitted_at, row.received_at, row.is_demo)


def _find_unit(session: Session, code: str, day: date) -> Unit | None:
    if not code:
        return None
    units = session.exec(select(Unit).where(Unit.code == code)).all()
    return next((unit for unit in units if _holds(unit.valid_from, unit.valid_to, day)), None)


def _holds(since: date | None, until: date | None, day: date) -> bool:
    return (since is None or since <= day) and (until is None or day <= until)


def _name(name: str, name_en: str | None, language: str) -> str:
    return (name_en or name) if language == "en" else name
