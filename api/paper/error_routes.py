"""``/staff/paper/errors``: how often boxes are keyed wrong, by operator and by batch."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy import select
from sqlmodel import Session

from api.clock import today
from api.db import session
from api.paper.error_rates import list_error_rates
from api.paper.replies import load_texts, reply_paper_page
from api.staff_access.frame import language_of
from api.staff_access.guard import require_staff
from api.staff_access.staff import Staff
from api.tables import StaffAccount

router = APIRouter(prefix="/staff/paper", include_in_schema=False)

Database = Annotated[Session, Depends(session, scope="function")]
Decider = Annotated[Staff, Depends(require_staff("paper.decide"))]


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


def _name_operators(database: Session) -> dict[str, str]:
    return {f"staff {account.id}": account.name for account in database.execute(select(StaffAccount)).scalars()}
