"""``/staff/paper``: the batches, one batch, and the steps of its life."""

import math
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlalchemy import select
from sqlmodel import Session, col

from api.clock import today
from api.db import begin_write, session
from api.errors import HailongError
from api.paper.batches import (
    FIRST,
    SECOND,
    Wanted,
    close_batch,
    find_batch,
    find_totals,
    finish_entering,
    open_batch,
)
from api.paper.deciding import list_compared
from api.paper.entering import refuses
from api.paper.error_rates import list_error_rates
from api.paper.replies import lead_to, load_texts, reply_paper_page
from api.receiving.submission import Selection
from api.staff_access.frame import language_of
from api.staff_access.guard import require_staff
from api.staff_access.staff import Staff
from api.tables import PaperBatch, PaperEntry, PaperPrinting, PaperSheet, StaffAccount
from survey_forms.errors import UnknownForm
from survey_forms.form import Form as Questionnaire
from survey_forms.pages.printed.codes import list_fields
from survey_forms.pages.printed.serials import write_serial

router = APIRouter(prefix="/staff/paper", include_in_schema=False)

Database = Annotated[Session, Depends(session, scope="function")]
Reader = Annotated[Staff, Depends(require_staff("paper.read"))]
Operator = Annotated[Staff, Depends(require_staff("paper.enter"))]
Decider = Annotated[Staff, Depends(require_staff("paper.decide"))]
Posted = Annotated[str, Form()]
PRINTINGS_SHOWN = 50
TYPED = (
    "form", "version", "unit", "answered_on", "control", "declared_sheets", "declared_sum", "selection",
    "print_form", "print_unit", "counter", "procedure", "sheets",
)  # fmt: skip


@dataclass(frozen=True)
class Listed:
    """A sheet on the page of its batch. ``closed_to``: why the person may not key it."""

    number: int
    is_mine: bool
    is_sampled: bool
    is_second_done: bool
    closed_to: str | None

    @property
    def serial(self) -> str:
        return write_serial(self.number)


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


@router.get("/errors")
def get_errors(request: Request, staff: Decider, database: Database) -> Response:
    """Error rates by operator and by batch."""
    settings = request.app.state.settings
    operators, batches = list_error_rates(
        database,
        forms=request.app.state.forms,
        confidence=settings.confidence,
        units=staff.units_in_scope(database, today(request)),
    )
    texts = load_texts(language_of(request))
    return reply_paper_page(
        request,
        "staff_paper_errors.html",
        staff,
        title=texts["errors"],
        operators=operators,
        batches=batches,
        names=_name_operators(database),
        level=f"{100 * settings.confidence:g}",
    )


@router.get("/{batch}")
def get_batch(request: Request, staff: Reader, database: Database, batch: int) -> Response:
    """One batch and its next step."""
    return _reply_batch(request, staff, database, find_batch_of(database, request, staff, batch))


@router.post("/{batch}/finish")
def post_finish(
    request: Request, staff: Operator, database: Database, batch: int, reason: Posted = ""
) -> Response:
    """No more sheets."""
    begin_write(database)
    found = find_batch_of(database, request, staff, batch)
    try:
        finish_entering(
            database,
            found,
            form_of(request, found),
            reason=reason,
            now=request.app.state.clock(),
            actor=staff.actor,
        )
    except HailongError as error:
        return _reply_batch(request, staff, database, found, error=error)
    return lead_to(f"/staff/paper/{batch}", done="finished")


@router.post("/{batch}/close")
def post_close(request: Request, staff: Operator, database: Database, batch: int, reason: Posted = "") -> Response:
    """Its sheets become responses."""
    begin_write(database)
    found, state = find_batch_of(database, request, staff, batch), request.app.state
    try:
        with database.begin_nested():  # all of its sheets or none
            close_batch(
                database,
                found,
                form_of(request, found),
                reason=reason,
                forms=state.forms,
                codes=state.receiver.codes,
                now=state.clock(),
                zone=state.settings.zone,
                actor=staff.actor,
            )
    except HailongError as error:
        return _reply_batch(request, staff, database, found, error=error)
    return lead_to(f"/staff/paper/{batch}", done="closed")


def find_batch_of(database: Session, request: Request, staff: Staff, id: int) -> PaperBatch:
    """The batch, if it is of one's units; locked when something is to be changed."""
    batch = find_batch(database, id, is_locked=request.method == "POST")
    staff.check_unit(database, batch.unit, today(request))
    return batch


def form_of(request: Request, batch: PaperBatch) -> Questionnaire:
    """The version of the form that the batch was printed of."""
    form: Questionnaire = request.app.state.forms.get(batch.form, batch.version)
    return form


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


def _reply_batch(
    request: Request, staff: Staff, database: Session, batch: PaperBatch, *, error: HailongError | None = None
) -> Response:
    language, texts = language_of(request), load_texts(language_of(request))
    form = form_of(request, batch)
    listed = _list_sheets(database, batch, staff, language)
    share = f"{100 * batch.second_share:.4g} %"
    return reply_paper_page(
        request,
        "staff_paper_batch.html",
        staff,
        title=f"{texts['batch']} {batch.id}",
        error=error,
        batch=batch,
        form_title=form.title[language],
        control=next(one.number for one in list_fields(form) if one.name == batch.control_field),
        totals=find_totals(database, batch, form),
        listed=listed,
        compared=list_compared(database, batch),
        share=share.replace(".", ",") if language == "vi" else share,
    )


def _list_sheets(database: Session, batch: PaperBatch, staff: Staff, language: str) -> list[Listed]:
    sheets = database.execute(
        select(PaperSheet).where(col(PaperSheet.batch) == batch.id).order_by(col(PaperSheet.number))
    ).scalars()
    listed = []
    for sheet in sheets:
        first = database.get(PaperEntry, (sheet.number, FIRST))
        second = database.get(PaperEntry, (sheet.number, SECOND))
        is_second_due = batch.state == "checking" and sheet.is_sampled and second is None
        refusal = refuses(database, batch, sheet.number, staff) if is_second_due else None
        listed.append(
            Listed(
                number=sheet.number,
                is_mine=first is not None and first.operator == staff.actor,
                is_sampled=sheet.is_sampled,
                is_second_done=second is not None,
                closed_to=getattr(refusal, language) if refusal else None,
            )
        )
    return listed


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


def _name_operators(database: Session) -> dict[str, str]:
    return {f"staff {account.id}": account.name for account in database.execute(select(StaffAccount)).scalars()}
