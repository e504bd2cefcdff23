"""``/t``: the form of an invited person's case, which may be answered once.

The code comes behind the # of the link and goes on in the body of posts, so it stands in no log and no referrer.
"""

from dataclasses import replace
from datetime import datetime

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse
from sqlmodel import Session

from api.clock import today
from api.db import begin_write
from api.errors import Conflict, HailongError, Malformed
from api.form_pages.context import INVITED, FormContext, group_fields, read_fields
from api.form_pages.filled import ANSWER_PATH, CODE, Filled, kept_name
from api.form_pages.invited_pages import (
    FORM_PATH,
    THANKS_PATH,
    reply_code_page,
    reply_invited_thanks,
    reply_no_form,
)
from api.form_pages.queries import Place, find_place, find_stored
from api.form_pages.replies import (
    DATABASE_AWAY,
    TURN,
    reply_form,
    reply_notice,
    reply_unknown_form,
    take_turn,
    why_not_stored,
)
from api.receiving.submission import Channel, Receipt, Submission
from api.receiving.tokens import FoundToken, find_token, is_opening_awaited, note_opening
from survey_forms.answers import Answers, Problem
from survey_forms.consent.catalogue import is_consent
from survey_forms.errors import UnknownForm

router = APIRouter(include_in_schema=False)
CODE_LETTERS_MAX = 80


@router.get(INVITED)
async def get_code_page(request: Request, lang: str = "vi") -> Response:
    """Where the link of an invitation leads; its script hands the code on."""
    return reply_code_page(request, "en" if lang == "en" else "vi")


@router.get(FORM_PATH)
@router.get(ANSWER_PATH)
async def get_form_again(lang: str = "vi") -> Response:
    """Somebody kept the address of a form, which is nothing without its code."""
    return RedirectResponse(f"{INVITED}?lang={'en' if lang == 'en' else 'vi'}", 303)


@router.post(FORM_PATH)
async def post_code(request: Request) -> Response:
    """The form of the case, or why there is none."""
    fields = group_fields(await _read_body(request))
    code = fields.get("code", [""])[-1][:CODE_LETTERS_MAX].strip()
    context = FormContext.from_invited({"_lang": fields.get("lang", [])})
    try:
        _count_post(request, code)
        token = await run_in_threadpool(_open_token, request, code)
        if token is None or token.is_spent or token.is_expired(today(request)):
            return _refuse(request, code, token, context.language)
        found = request.app.state.forms.current(token.form, today(request))
        place = await run_in_threadpool(_find_place, request, token, context.language)
        context = replace(context, version=found.version)
        return await reply_form(request, Filled(found, context, place, code=code))
    except UnknownForm as error:
        return reply_unknown_form(request, error, context.language)
    except (HailongError, *DATABASE_AWAY):
        return reply_notice(request, "out_of_order", context.language, status=503)


@router.post(ANSWER_PATH)
async def post_answer(request: Request) -> Response:
    """Store what was filled in and end the invitation, in one transaction: 303 to the thanks after the commit.

    A button called ``_turn`` stores nothing and spends nothing; between pages answers are with the person only.
    """
    pairs = await _read_body(request)
    turn = dict(pairs).get(TURN, "")
    context = FormContext.from_invited(group_fields(pairs)).turned(turn)
    code = dict(pairs).get(CODE, "")[:CODE_LETTERS_MAX].strip()
    try:
        token = await run_in_threadpool(_find_token, request, code)
    except DATABASE_AWAY:
        return reply_notice(request, "out_of_order", context.language, status=503)
    # Whoever has answered may send again at any time: the reply may have been lost.
    if token is None or (not token.is_spent and token.is_expired(today(request), is_sending=True)):
        return _refuse(request, code, token, context.language)
    try:
        found = request.app.state.forms.get(token.form, context.version)
    except UnknownForm as error:
        return reply_unknown_form(request, error, context.language)
    filled = Filled(found, context, Place(unit=token.unit_filed), pairs, code)
    try:
        _count_post(request, code)
        filled = replace(filled, place=await run_in_threadpool(_find_place, request, token, context.language))
        taken = await take_turn(request, filled, turn)
        if isinstance(taken, Response):
            return taken
        await _record(request, filled, token, taken)
    except Conflict:
        return _refuse(request, code, replace(token, is_spent=True), context.language)
    except Malformed as error:
        problems = [Problem("", wrong["code"], wrong["vi"], wrong["en"]) for wrong in error.problems]
        return await reply_form(request, filled, status=422, problems=problems)
    except (HailongError, *DATABASE_AWAY) as error:
        return await reply_form(request, filled, **why_not_stored(error, context.language))
    return RedirectResponse(f"{THANKS_PATH}?lang={context.language}", 303)


@router.get(THANKS_PATH)
async def get_invited_thanks(request: Request, lang: str = "vi") -> Response:
    """The same page for everybody."""
    return reply_invited_thanks(request, "en" if lang == "en" else "vi")


def _refuse(request: Request, code: str, token: FoundToken | None, language: str) -> Response:
    if token is None:
        return reply_no_form(request, "unknown", language, None, status=404)
    if token.is_spent:
        return reply_no_form(request, "used", language, token, status=409, over=kept_name(code))
    is_over = token.is_expired(today(request), is_sending=True)
    over = kept_name(code) if is_over else ""
    return reply_no_form(request, "expired", language, token, status=410, over=over)


async def _read_body(request: Request) -> list[tuple[str, str]]:
    return read_fields(request.headers.get("content-type", ""), await request.body())


def _count_post(request: Request, code: str) -> None:
    request.app.state.rate_limit.take_for_address(request.client.host if request.client else None)
    request.app.state.rate_limit.take_for_token(code)


def _find_token(request: Request, code: str) -> FoundToken | None:
    with Session(request.app.state.engine) as session:
        return find_token(session, code)


def _open_token(request: Request, code: str) -> FoundToken | None:
    """The token, noted as opened when its form will be shown for the first time."""
    with Session(request.app.state.engine) as session:
        token = find_token(session, code)
        is_first = token is not None and is_opening_awaited(session, token.sha256)
    if token is not None and is_first and not token.is_expired(today(request)):
        with Session(request.app.state.engine) as session, session.begin():
            begin_write(session)
            note_opening(session, token.sha256)
    return token


def _find_place(request: Request, token: FoundToken, language: str) -> Place:
    with Session(request.app.state.engine) as session:
        return find_place(
            session,
            unit=token.unit_filed,
            procedure=token.procedure or "",
            counter="",
            day=today(request),
            language=language,
        )


async def _record(request: Request, filled: Filled, token: FoundToken, answers: Answers) -> Receipt:
    """Store it once; sent again in the next month it is told by the month of the first."""
    submission = _as_submission(filled, token, answers, now=request.app.state.clock())
    receiver = request.app.state.receiver
    try:
        receipt: Receipt = await receiver.receive(submission)
    except Conflict as error:
        stored = await run_in_threadpool(_find_stored_at, request, submission)
        if stored is None or error.code == "invitation_spent":
            raise
        receipt = await receiver.receive(replace(submission, submitted_at=stored))
    return receipt


def _find_stored_at(request: Request, submission: Submission) -> datetime | None:
    with Session(request.app.state.engine) as session:
        stored = find_stored(session, submission.id)
        return stored.submitted_at if stored else None


def _as_submission(filled: Filled, token: FoundToken, answers: Answers, *, now: datetime) -> Submission:
    """Units and procedure come from the token, not from the page."""
    return Submission(
        id=filled.context.id,
        form=filled.form.id,
        version=filled.form.version,
        answers=answers,
        unit_filed=token.unit_filed,
        unit_decided=token.unit_decided,
        unit_residence=token.unit_residence,
        procedure=token.procedure,
        channel=Channel.WEB,
        selection=token.selection,
        language=filled.asked_in,
        submitted_at=now,
        is_clock_trusted=True,
        is_demo=filled.place.is_demo,
        invitation=token.sha256,
        consent=filled.context.consent if is_consent(filled.context.consent) else None,
    )
