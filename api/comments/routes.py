"""``/staff/comments``: masked comments of one's units; originals only with a reason that is written down."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlmodel import Session

from api.clock import today
from api.comments.opening import find_comment, mask_by_hand, open_original
from api.comments.queries import OVERALL, CommentFilter, list_comments
from api.comments.screening import count_waiting, screen_waiting
from api.db import begin_write, session
from api.errors import HailongError, Malformed
from api.sealer import make_sealer, require_sealer
from api.staff_access.frame import language_of
from api.staff_access.guard import require_staff
from api.staff_access.names import name_procedures, name_units
from api.staff_access.staff import Staff
from api.staff_access.worded import reply_worded_page
from api.tables import CommentOriginal
from api.tables import Response as Answered
from api.texts import read_texts

router = APIRouter(include_in_schema=False)

CATALOGUE = Path(__file__).with_name("texts.yaml")
load_texts = partial(read_texts, CATALOGUE)
PAGE_ROWS = 50
PAGES_MAX = 10_000
LEVELS = ("1", "2", "3", "4", "5")

Database = Annotated[Session, Depends(session, scope="function")]
Reader = Annotated[Staff, Depends(require_staff("comments.read"))]
Opener = Annotated[Staff, Depends(require_staff("comments.unseal"))]
Words = Annotated[str, Form()]


@router.get("/staff/comments")
def get_comments(
    request: Request,
    staff: Reader,
    database: Database,
    unit: str = "",
    procedure: str = "",
    month: str = "",
    level: str = "",
    page: int = 0,
) -> Response:
    """The comments about one's units that may be read."""
    asked = {"unit": unit, "procedure": procedure, "month": month, "level": level}
    clean = {name: value.replace("\x00", "").strip() for name, value in asked.items()}
    scope = staff.units_in_scope(database, today(request))
    page = min(max(page, 0), PAGES_MAX)
    found = list_comments(
        database,
        CommentFilter(**clean, scope=scope, own_counters=staff.own_counters),
        limit=PAGE_ROWS + 1,
        offset=page * PAGE_ROWS,
    )
    shown = found[:PAGE_ROWS]
    return _reply(
        request,
        "staff_comments.html",
        "comments",
        staff,
        rows=[(comment, response, response.answers.get(OVERALL)) for comment, response, _ in shown],
        **_name_places(request, database, [response for _, response, _ in shown]),
        asked=clean,
        levels=LEVELS,
        waiting=count_waiting(database),
        has_key=make_sealer(request.app.state.settings) is not None,
        next=urlencode({**clean, "page": page + 1}) if len(found) > PAGE_ROWS else "",
    )


@router.post("/staff/comments/screen")
def post_screen(request: Request, staff: Reader) -> Response:
    """Screen what waits, now."""
    settings = request.app.state.settings
    screen_waiting(
        request.app.state.engine,
        require_sealer(settings),
        now=request.app.state.clock(),
        zone=settings.zone,
        keep_days=settings.comment_original_days,
    )
    return RedirectResponse("/staff/comments?done=screened", 303)


@router.get("/staff/comments/{id}/{question}")
def get_comment(request: Request, staff: Reader, database: Database, id: UUID, question: str) -> Response:
    """One comment, with what may be done about it."""
    return _reply_comment(request, staff, database, id, question)


@router.post("/staff/comments/{id}/{question}/mask")
def post_mask(
    request: Request, staff: Reader, database: Database, id: UUID, question: str, words: Words = ""
) -> Response:
    """Mask what the rules missed."""
    begin_write(database)
    found = find_comment(database, staff, id, question, staff.units_in_scope(database, today(request)))
    try:
        mask_by_hand(database, staff, found, words=words, now=request.app.state.clock())
    except Malformed as error:
        return _reply_comment(request, staff, database, id, question, error=error)
    return RedirectResponse(f"/staff/comments/{id}/{question}?done=masked", 303)


@router.post("/staff/comments/{id}/{question}/original")
def post_original(
    request: Request, staff: Opener, database: Database, id: UUID, question: str, reason: Words = ""
) -> Response:
    """The original, once, to whoever says why. The audit row and this page stand or fall together."""
    begin_write(database)
    found = find_comment(database, staff, id, question, staff.units_in_scope(database, today(request)))
    try:
        sealer = require_sealer(request.app.state.settings)
        text = open_original(database, staff, found, sealer, reason=reason, now=request.app.state.clock())
    except HailongError as error:
        return _reply_comment(request, staff, database, id, question, error=error)
    return _reply_comment(request, staff, database, id, question, opened=text)


def _reply_comment(
    request: Request,
    staff: Staff,
    database: Session,
    id: UUID,
    question: str,
    *,
    opened: str | None = None,
    error: HailongError | None = None,
) -> Response:
    comment, response = find_comment(database, staff, id, question, staff.units_in_scope(database, today(request)))
    return _reply(
        request,
        "staff_comment.html",
        "one",
        staff,
        error=error,
        path=f"/staff/comments/{id}/{question}",
        comment=comment,
        response=response,
        **_name_places(request, database, [response]),
        level=response.answers.get(OVERALL),
        has_original=database.get(CommentOriginal, (id, question)) is not None,
        may_open="comments.unseal" in staff.permissions,
        opened=opened,
    )


def _name_places(request: Request, database: Session, responses: Sequence[Answered]) -> dict[str, Any]:
    codes = {response.procedure for response in responses if response.procedure}
    return {
        "units": name_units(database, (response.unit_filed for response in responses)),
        "procedures": name_procedures(database, codes, language_of(request)),
    }


def _reply(
    request: Request, template: str, title: str, staff: Staff, *, error: HailongError | None = None, **given: Any
) -> Response:
    language = language_of(request)
    return reply_worded_page(
        request,
        template,
        staff,
        load_texts,
        title=load_texts(language)[title],
        error=error,
        mistake=(error.en if language == "en" else error.vi) if error else "",
        **given,
    )
