"""``/staff/invitations``: response rates by unit and procedure."""

from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy import select
from sqlmodel import Session, col

from api.clock import today
from api.db import session
from api.invitations.status import Answering, count_held, list_answering
from api.invitations.texts import TEXTS
from api.staff_access.frame import language_of, reply_staff_page
from api.staff_access.guard import require_staff
from api.staff_access.staff import Staff
from api.tables import Procedure, Unit

router = APIRouter(include_in_schema=False)
Database = Annotated[Session, Depends(session, scope="function")]
Reader = Annotated[Staff, Depends(require_staff("cases.read"))]


@dataclass(frozen=True)
class Line:
    """One row of the page, ready to print."""

    period: str
    unit: str
    procedure: str
    form: str
    invited: str
    opened: str
    answered: str
    rate: str


@router.get("/staff/invitations")
def get_invitations(
    request: Request, staff: Reader, database: Database, period: str = "", unit: str = ""
) -> Response:
    """How many were invited, opened and answered in the units given to this person."""
    language, settings = language_of(request), request.app.state.settings
    asked = {"period": _clean(period), "unit": _clean(unit)}
    scope = staff.units_in_scope(database, today(request))
    units = scope if not asked["unit"] else frozenset({asked["unit"]}) & (scope or frozenset({asked["unit"]}))
    if scope is not None and not scope:
        units = frozenset()
    lines = list_answering(database, period=asked["period"] or None, units=units)
    held = count_held(database, period=asked["period"] or None, units=units)
    texts = TEXTS[language]
    names = _names(database, lines, language)
    shown = [_show(line, names, language) for line in lines]
    return reply_staff_page(
        request,
        "staff_invitations.html",
        title=texts["title"],
        staff=staff,
        texts=texts,
        asked=asked,
        lines=shown,
        by_unit=_by_unit(lines, names, language),
        total=_total(lines, language),
        held=texts["held"].format(count=held, least=settings.invitation_cell) if held else "",
        why_together=texts["why_together"].format(least=settings.invitation_cell)
        if any(line.procedure is None for line in lines)
        else "",
    )


def _show(line: Answering, names: dict[str, str], language: str) -> Line:
    words = TEXTS[language]
    procedure = words["together"] if line.procedure is None else names.get(line.procedure, line.procedure)
    year, month = line.period.split("-")
    return Line(
        period=f"{month}/{year}",
        unit=names.get(line.unit_filed, line.unit_filed),
        procedure=procedure,
        form=line.form + (f" ({words['census']})" if line.selection == "census" else ""),
        invited=_count(line.invited, language),
        opened=_count(line.opened, language),
        answered=_count(line.answered, language),
        rate=_percent(line.rate, language),
    )


def _by_unit(lines: list[Answering], names: dict[str, str], language: str) -> list[Line]:
    """A line for each unit, where some have several."""
    groups: dict[str, list[Answering]] = {}
    for line in lines:
        groups.setdefault(line.unit_filed, []).append(line)
    totals = [(unit, _total(of_unit, language)) for unit, of_unit in sorted(groups.items())]
    shown = [replace(total, unit=names.get(unit, unit)) for unit, total in totals if total is not None]
    return shown if len(shown) < len(lines) else []


def _total(lines: list[Answering], language: str) -> Line | None:
    invited = sum(line.invited for line in lines)
    if not invited:
        return None
    answered = sum(line.answered for line in lines)
    return Line(
        "", "", "", "", _count(invited, language), _count(sum(line.opened for line in lines), language),
        _count(answered, language), _percent(answered / invited, language),
    )  # fmt: skip


def _names(database: Session, lines: list[Answering], language: str) -> dict[str, str]:
    """Names of the units (the latest of each code) and procedures of ``lines``."""
    units = select(col(Unit.code), col(Unit.name), col(Unit.name_en)).where(
        col(Unit.code).in_(sorted({line.unit_filed for line in lines}))
    )
    procedures = select(col(Procedure.code), col(Procedure.name), col(Procedure.name_en)).where(
        col(Procedure.code).in_(sorted({line.procedure for line in lines if line.procedure}))
    )
    rows = [*database.execute(units.order_by(col(Unit.valid_from))), *database.execute(procedures)]
    return {code: (name_en or name) if language == "en" else name for code, name, name_en in rows}


def _count(number: int, language: str) -> str:
    shown = f"{number:,}"
    return shown if language == "en" else shown.replace(",", ".")


def _percent(share: float, language: str) -> str:
    shown = f"{100 * share:.1f}"
    return f"{shown}%" if language == "en" else f"{shown.replace('.', ',')} %"


def _clean(asked: str) -> str:
    return asked.replace("\x00", "").strip()[:40]
