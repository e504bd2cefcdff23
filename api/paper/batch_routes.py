"""``/staff/paper/{batch}``: one batch, and the steps of its life."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlalchemy import select
from sqlmodel import Session, col

from api.clock import today
from api.db import begin_write, session
from api.errors import HailongError
from api.paper.batches import close_batch, find_batch, finish_entering
from api.paper.deciding import list_compared
from api.paper.entering import refuses
from api.paper.replies import lead_to, load_texts, reply_paper_page
from api.paper.totals import FIRST, SECOND, find_totals
from api.staff_access.frame import language_of
from api.staff_access.guard import require_staff
from api.staff_access.staff import Staff
from api.tables import PaperBatch, PaperEntry, PaperSheet
from survey_forms.form import Form as Questionnaire
from survey_forms.pages.printed.codes import list_fields
from survey_forms.pages.printed.serials import write_serial

router = APIRouter(prefix="/staff/paper", include_in_schema=False)

Database = Annotated[Session, Depends(session, scope="function")]
Reader = Annotated[Staff, Depends(require_staff("paper.read"))]
Operator = Annotated[Staff, Depends(require_staff("paper.enter"))]
Posted = Annotated[str, Form()]


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
