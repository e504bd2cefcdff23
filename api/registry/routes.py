"""The register for everyone: units and procedures."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from sqlmodel import Session

from api.clock import today
from api.db import session
from api.errors import NotThere
from api.registry import queries
from api.tables import Procedure, Unit, UnitSuccession
from api.tables.unit import UnitKind

router = APIRouter(prefix="/api/v1", tags=["registry"])
PAGE_ROWS, PAGE_ROWS_MAX = 200, 5000
NO_NUL = r"^[^\x00]*$"  # PostgreSQL takes no NUL in a text

Opened = Annotated[Session, Depends(session, scope="function")]


@router.get("/units")
def list_units(
    request: Request,
    opened: Opened,
    kind: UnitKind | None = None,
    parent: Annotated[str | None, Query(max_length=40, pattern=NO_NUL)] = None,
    day: date | None = None,
    q: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_ROWS_MAX)] = PAGE_ROWS,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> dict[str, Any]:
    """Units valid on a day (today by default), by kind, parent and part of the name, tones not needed."""
    on = day or today(request)
    total, page = queries.find_units(opened, day=on, kind=kind, parent=parent, q=q, limit=limit, offset=offset)
    return {"day": on, "total": total, "units": [_unit(unit) for unit in page]}


@router.get("/units/{code}")
def show_unit(
    request: Request,
    opened: Opened,
    code: Annotated[str, Path(max_length=40, pattern=NO_NUL)],
    day: date | None = None,
) -> dict[str, Any]:
    """One unit on a day (today by default), with those it came from and those that followed it."""
    on = day or today(request)
    unit = queries.unit_on(opened, code, on)
    if unit is None:
        raise _no_such_unit(code, on, queries.unit_versions(opened, code))
    return {
        **_unit(unit),
        "day": on,
        "predecessors": [_linked(*found) for found in queries.predecessors(opened, unit)],
        "successors": [_linked(*found) for found in queries.successors(opened, unit)],
    }


@router.get("/procedures")
def list_procedures(opened: Opened) -> dict[str, Any]:
    """Every procedure of the register."""
    found = queries.find_procedures(opened)
    return {"total": len(found), "procedures": [_procedure(procedure) for procedure in found]}


def _unit(unit: Unit) -> dict[str, Any]:
    return unit.model_dump(exclude={"id", "parent_code"}) | {"parent": unit.parent_code}


def _linked(unit: Unit, link: UnitSuccession) -> dict[str, Any]:
    return _unit(unit) | {"is_whole": link.is_whole, "note": link.note}


def _procedure(procedure: Procedure) -> dict[str, Any]:
    return procedure.model_dump()


def _no_such_unit(code: str, day: date, versions: list[Unit]) -> NotThere:
    known = [{"valid_from": str(unit.valid_from), "valid_to": unit.valid_to and str(unit.valid_to),
              "name": unit.name} for unit in versions]  # fmt: skip
    return NotThere(
        "unit_unknown",
        f"Không có đơn vị {code} ngày {day:%d/%m/%Y}",
        f"There is no unit {code} on {day}",
        versions=known,
    )
