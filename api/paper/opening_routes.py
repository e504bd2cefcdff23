"""``/staff/paper``: every batch, every printing, and a new batch."""

import math
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlalchemy import select
from sqlmodel import Session, col

from api.clock import today
from api.db import begin_write, session
from api.errors import HailongError
from api.paper.opening import Wanted, open_batch
from api.paper.replies import lead_to, reply_paper_page
from api.receiving.submission import Selection
from api.staff_access.frame import language_of
from api.staff_access.guard import require_staff
from api.staff_access.staff import Staff
from api.tables import PaperBatch, PaperPrinting
from survey_forms.errors import UnknownForm
from survey_forms.pages.printed.codes import list_fields
from survey_forms.pages.printed.serials import write_serial

router = APIRouter(prefix="/staff/paper", include_in_schema=False)

Database = Annotated[Session, Depends(session, scope="function")]
Reader = Annotated[Staff, Depends(require_staff("paper.read"))]
Operator = Annotated[Staff, Depends(require_staff("paper.enter"))]
Posted = Annotated[str, Form()]
PRINTINGS_SHOWN = 50
TYPED = (
    "form", "version", "unit", "answered_on", "control", "declared_sheets", "declared_sum", "selection",
    "print_form", "print_unit", "counter", "procedure", "sheets",
)  # fmt: skip


@router.get("")
def get_batches(request: Request, staff: Reader, database: Database) -> Response:
    """Every batch of one's units, open ones first."""
    return reply_batches(request, staff, database)


@router.post("/batches")
def post_batch(
    request: Request,
    staff: Operator,
    database: Database,
    form: Posted = "",
    version: Posted = "",
    unit: Posted = "",
    answered_on: Posted = "",
    control: Posted = "",
    declared_sheets: Posted = "",
    declared_sum: Posted = "",
    selection: Posted = Selection.SELF_SELECTED,
) -> Response:
    """Open a batch."""
    begin_write(database)
    state = request.app.state
    typed = {
        "form": form, "version": version, "unit": unit.strip(), "answered_on": answered_on,
        "control": control.strip(), "declared_sheets": declared_sheets, "declared_sum": declared_sum,
        "selection": selection,
    }  # fmt: skip
    try:
        staff.check_unit(database, typed["unit"], today(request))
        wanted = Wanted(
            form=form,
            version=version.strip(),
            unit=typed["unit"],
            answered_on=_read_day(answered_on, today(request)),
            declared_sheets=int(declared_sheets) if declared_sheets.strip().isdecimal() else 0,
            declared_sum=_read_number(declared_sum),
            control_field=_name_control(request, form, version.strip(), control.strip(), answered_on),
            selection=selection,
        )
        made = open_batch(
            database,
            wanted,
            forms=state.forms,
            codes=state.receiver.codes,
            share=state.settings.paper_second_share,
            now=state.clock(),
            actor=staff.actor,
        )
    except HailongError as error:
        return reply_batches(request, staff, database, error=error, typed=typed)
    return lead_to(f"/staff/paper/{made.id}", done="opened")


def reply_batches(
    request: Request,
    staff: Staff,
    database: Session,
    *,
    error: HailongError | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    """The first page, with what was ``typed`` into one of its forms and why it was not taken."""
    language, day = language_of(request), today(request)
    scope = staff.units_in_scope(database, day)
    batches, printings = select(PaperBatch), select(PaperPrinting)
    if scope is not None:
        batches = batches.where(col(PaperBatch.unit).in_(sorted(scope)))
        printings = printings.where(col(PaperPrinting.unit).in_(sorted(scope)))
    is_closed = col(PaperBatch.closed_at).is_not(None)
    forms = {form.id: form.title[language] for form in request.app.state.forms.forms}
    return reply_paper_page(
        request,
        "staff_paper.html",
        staff,
        error=error,
        typed=dict.fromkeys(TYPED, "") | {"answered_on": day.isoformat(), "control": "1"} | (typed or {}),
        batches=database.execute(batches.order_by(is_closed, col(PaperBatch.id).desc())).scalars().all(),
        printings=database.execute(printings.order_by(col(PaperPrinting.id).desc()).limit(PRINTINGS_SHOWN))
        .scalars()
        .all(),
        forms=forms,
        selections=list(Selection),
        serial=write_serial,
    )


def _name_control(request: Request, form: str, version: str, number: str, answered_on: str) -> str:
    """The field whose printed number was typed; what was typed when there is none, to be refused."""
    forms = request.app.state.forms
    try:
        day = _read_day(answered_on, today(request))
        found = forms.get(form, version) if version else forms.current(form, day)
    except (UnknownForm, HailongError):
        return number
    by_number = {field.number: field.name for field in list_fields(found) if field.is_summable}
    return by_number.get(number.lower().rstrip("."), number)


def _read_day(typed: str, usual: date) -> date:
    try:
        return date.fromisoformat(typed.strip()) if typed.strip() else usual
    except ValueError:
        vi, en = f"Ngày “{typed[:20]}” không đọc được", f"“{typed[:20]}” is no day"
        problem = HailongError("wrong_day", vi, en)
        problem.status = 422
        raise problem from None


def _read_number(typed: str) -> float:
    """Not a number where there is none: refused with all else that is wrong."""
    try:
        number = float(typed.strip().replace(",", "."))
    except ValueError:
        return math.nan
    return number
