"""The names behind the codes that pages of staff show."""

from collections.abc import Iterable

from sqlmodel import Session, col, select

from api.tables import Procedure, Unit


def name_units(session: Session, codes: Iterable[str]) -> dict[str, str]:
    """The latest name of each unit that is known."""
    wanted = col(Unit.code).in_(sorted(set(codes)))
    return dict(session.exec(select(Unit.code, Unit.name).where(wanted).order_by(col(Unit.valid_from))).all())


def name_procedures(session: Session, codes: Iterable[str], language: str) -> dict[str, str]:
    """The name of each procedure that is known; the Vietnamese one where there is no other."""
    wanted = col(Procedure.code).in_(sorted(set(codes)))
    found = session.exec(select(Procedure.code, Procedure.name, Procedure.name_en).where(wanted))
    return {code: (name_en or name) if language == "en" else name for code, name, name_en in found}
