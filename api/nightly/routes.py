"""``/staff/nightly``: whether the nightly work was done, and what came of it."""

from datetime import timedelta
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy import select
from sqlmodel import Session, col

from api.db import session
from api.nightly.telling import load_texts, name_step, tell_step
from api.staff_access.frame import language_of
from api.staff_access.guard import require_staff
from api.staff_access.staff import Staff
from api.staff_access.worded import reply_worded_page
from api.tables import NightlyRun

router = APIRouter(include_in_schema=False)

RUNS_SHOWN = 30
LATE = timedelta(hours=26)  # a night, and two hours for a long run


@router.get("/staff/nightly")
def get_nightly(
    request: Request,
    staff: Annotated[Staff, Depends(require_staff("nightly.read"))],
    database: Annotated[Session, Depends(session, scope="function")],
) -> Response:
    """The last run step by step, and those before it."""
    language, now = language_of(request), request.app.state.clock()
    newest = select(NightlyRun).order_by(col(NightlyRun.id).desc()).limit(RUNS_SHOWN)
    runs = list(database.execute(newest).scalars())
    ended = [run.finished_at for run in runs if run.finished_at is not None]
    return reply_worded_page(
        request,
        "staff_nightly.html",
        staff,
        load_texts,
        runs=runs,
        is_late=bool(runs) and (not ended or max(ended) < now - LATE),
        late_hours=int(LATE.total_seconds() // 3600),
        name_step=partial(name_step, language=language),
        tell_step=partial(tell_step, language=language),
    )
