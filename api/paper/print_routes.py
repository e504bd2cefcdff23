"""``/staff/paper/printings``: serials are given out, sheets opened to be printed."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlmodel import Session

from api.clock import today
from api.db import begin_write, session
from api.errors import HailongError
from api.paper.opening_routes import reply_batches
from api.paper.printing import draw_printing, find_printing, print_sheets
from api.paper.replies import lead_to
from api.staff_access.frame import STAFF_POLICY
from api.staff_access.guard import require_staff
from api.staff_access.staff import Staff
from survey_forms.pages.printed.paper_sheets import read_paper_style

router = APIRouter(prefix="/staff/paper", include_in_schema=False)

Database = Annotated[Session, Depends(session, scope="function")]
Printer = Annotated[Staff, Depends(require_staff("paper.print"))]
Posted = Annotated[str, Form()]
STYLE = "/staff/paper/sheet.css"
HTML = "text/html; charset=utf-8"


@router.post("/printings")
def post_printing(
    request: Request,
    staff: Printer,
    database: Database,
    form: Posted = "",
    unit: Posted = "",
    counter: Posted = "",
    procedure: Posted = "",
    sheets: Posted = "",
    language: Posted = "vi",
) -> Response:
    """Give out serials, then open the sheets."""
    begin_write(database)
    state, day = request.app.state, today(request)
    try:
        staff.check_unit(database, unit.strip(), day)
        made = print_sheets(
            database,
            forms=state.forms,
            codes=state.receiver.codes,
            form=form,
            unit=unit.strip(),
            counter=counter.strip() or None,
            procedure=procedure.strip() or None,
            sheets=int(sheets) if sheets.strip().isdecimal() else 0,
            language=language,
            day=day,
            now=state.clock(),
            actor=staff.actor,
        )
    except HailongError as error:
        typed = {
            "print_form": form,
            "print_unit": unit,
            "counter": counter,
            "procedure": procedure,
            "sheets": sheets,
        }
        return reply_batches(request, staff, database, error=error, typed=typed)
    return lead_to(f"/staff/paper/printings/{made.id}")


@router.get("/printings/{printing}")
def get_printing(request: Request, staff: Printer, database: Database, printing: int) -> Response:
    """The sheets, to be printed with the browser."""
    found = find_printing(database, printing)
    staff.check_unit(database, found.unit, today(request))
    form = request.app.state.forms.get(found.form, found.version)
    html = draw_printing(database, found, form, style_address=STYLE)
    return Response(
        html, headers={"Content-Security-Policy": STAFF_POLICY, "Cache-Control": "no-store"}, media_type=HTML
    )


@router.get("/sheet.css")
def get_style(staff: Printer) -> Response:
    """The style of the sheets."""
    return Response(
        read_paper_style(), media_type="text/css; charset=utf-8", headers={"Cache-Control": "no-cache"}
    )
