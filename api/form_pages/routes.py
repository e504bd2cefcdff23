"""``GET`` and ``POST /f/{form}``: a questionnaire as a page that works without scripts."""

from dataclasses import replace
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse
from sqlmodel import Session

from api.clock import today
from api.errors import Conflict, HailongError, Malformed
from api.form_pages.context import FormContext, group_fields, read_fields
from api.form_pages.queries import Place, Stored, find_place, find_stored
from api.form_pages.replies import (
    DATABASE_AWAY,
    Filled,
    reply_form,
    reply_notice,
    reply_unknown_form,
    why_not_stored,
)
from api.form_pages.words import WORDS
from api.page_reply import FOR_EVER, reply_page, reply_text
from api.receiving.submission import Receipt, Submission
from survey_forms.answers import Answers, AnswersInvalid, Problem, drop_unasked, read_answers, read_posted
from survey_forms.errors import UnknownForm
from survey_forms.form import Form
from survey_forms.pages.render import PAGE_POLICY, read_icon, read_style, render_thanks

router = APIRouter(include_in_schema=False)


@router.get("/f/{form}")
async def get_form_page(form: str, request: Request) -> Response:
    """The empty page, for the unit, procedure and counter its address names."""
    context = FormContext.from_address(request.query_params, now=request.app.state.clock())
    try:
        found = _find_form(request, form, context)
        place = await run_in_threadpool(_find_place, request, context)
        context = replace(context.known(place), version=found.version)
        return await reply_form(request, Filled(found, context, place, ()))
    except UnknownForm as error:
        return reply_unknown_form(request, error, context.language)
    except DATABASE_AWAY:
        return reply_notice(request, "out_of_order", context.language, status=503)


@router.post("/f/{form}")
async def post_form_page(form: str, request: Request) -> Response:
    """Store what was filled in: 303 to the thanks after the commit; else the page again with what was typed."""
    pairs = read_fields(request.headers.get("content-type", ""), await request.body())
    context = FormContext.from_fields(group_fields(pairs))
    try:
        found = _find_form(request, form, context)
    except UnknownForm as error:
        return reply_unknown_form(request, error, context.language)
    filled = Filled(found, replace(context, version=found.version), Place(unit=context.unit), pairs)
    try:
        _count_post(request, context)
        filled = replace(filled, place=await run_in_threadpool(_find_place, request, context))
        answers, problems = _read_answers(filled)
        if problems:
            return await reply_form(request, filled, status=422, problems=problems)
        receipt = await _record(request, filled, answers)
    except Conflict:
        link = context.address(found.id, language=context.language)
        return reply_notice(request, "conflict", context.language, status=409, link=(link, "again"))
    except Malformed as error:
        problems = [Problem("", found["code"], found["vi"], found["en"]) for found in error.problems]
        return await reply_form(request, filled, status=422, problems=problems)
    except (HailongError, *DATABASE_AWAY) as error:
        return await reply_form(request, filled, **why_not_stored(error, context.language))
    query = urlencode({"receipt": str(receipt.id), "lang": context.language})
    return RedirectResponse(f"/f/{found.id}/thanks?{query}", 303)


@router.get("/f/{form}/thanks")
async def get_thanks_page(form: str, request: Request, receipt: str = "", lang: str = "vi") -> Response:
    """The receipt of a stored response; may be opened as often as one likes."""
    language = "en" if lang == "en" else "vi"
    try:
        stored = await run_in_threadpool(_find_stored, request, UUID(receipt))
    except ValueError:
        stored = None
    except DATABASE_AWAY:
        return reply_notice(request, "out_of_order", language, status=503)
    if stored is None or stored.form != form:
        return reply_notice(request, "no_receipt", language, status=404)
    other = "vi" if language == "en" else "en"
    html = render_thanks(
        request.app.state.forms.get(stored.form, stored.version),
        language=language,
        receipt=str(stored.id),
        received_at=stored.received_at.astimezone(request.app.state.settings.zone),
        demonstration=stored.is_demo,
        switch=f"/f/{form}/thanks?{urlencode({'receipt': str(stored.id), 'lang': other})}",
    )
    return reply_page(request, html, policy=PAGE_POLICY, language=language)


@router.get("/static/form.css")
def get_style(request: Request) -> Response:
    """The style sheet of the pages."""
    return reply_text(request, read_style()[0], "text/css; charset=utf-8", headers={"Cache-Control": FOR_EVER})


@router.get("/static/form.svg")
def get_icon(request: Request) -> Response:
    """The picture in the browser's tab."""
    return reply_text(request, read_icon(), "image/svg+xml", headers={"Cache-Control": FOR_EVER})


def _find_form(request: Request, form: str, context: FormContext) -> Form:
    forms = request.app.state.forms
    found: Form = forms.get(form, context.version) if context.version else forms.current(form, today(request))
    return found


def _find_place(request: Request, context: FormContext) -> Place:
    with Session(request.app.state.engine) as session:
        return find_place(
            session,
            unit=context.unit,
            procedure=context.procedure,
            counter=context.counter,
            day=today(request),
            language=context.language,
        )


def _find_stored(request: Request, id: UUID) -> Stored | None:
    with Session(request.app.state.engine) as session:
        return find_stored(session, id)


def _count_post(request: Request, context: FormContext) -> None:
    counter = context.counter if request.app.state.receiver.codes.has_counter(context.counter) else None
    address = request.client.host if request.client else None
    request.app.state.rate_limit.take_for_address(address, counter=counter)


def _read_answers(filled: Filled) -> tuple[Answers, list[Problem]]:
    """The answers, and every problem of the page together; what was not asked is dropped, a page shows it."""
    form, unit = filled.form, filled.context.unit
    problems = []
    if not filled.place.unit:
        code = "unknown_unit" if unit else "choose_unit"
        vi, en = (WORDS[language][code].format(code=unit) for language in ("vi", "en"))
        problems.append(Problem("_unit", code, vi, en))
    raw = drop_unasked(form, read_posted(form, filled.pairs))
    if not raw:
        return Answers({}, {}), [*problems, Problem("", "empty", WORDS["vi"]["empty"], WORDS["en"]["empty"])]
    try:
        return read_answers(form, raw), problems
    except AnswersInvalid as error:
        return Answers({}, {}), [*problems, *error.problems]


async def _record(request: Request, filled: Filled, answers: Answers) -> Receipt:
    """Store it once. The page carries no time of sending, so a page sent twice is told by the first one's."""
    submission = _as_submission(filled, answers, now=request.app.state.clock())
    receiver = request.app.state.receiver
    try:
        receipt: Receipt = await receiver.receive(submission)
    except Conflict:
        stored = await run_in_threadpool(_find_stored, request, submission.id)
        if stored is None:
            raise
        receipt = await receiver.receive(replace(submission, submitted_at=stored.submitted_at))
    return receipt


def _as_submission(filled: Filled, answers: Answers, *, now: datetime) -> Submission:
    context, place = filled.context, filled.place
    return Submission(
        id=context.id,
        form=filled.form.id,
        version=filled.form.version,
        answers=answers,
        unit_filed=place.unit,
        procedure=place.procedure or None,
        counter=place.counter or None,
        channel=context.channel,
        language=context.language,
        started_at=context.started_at,
        submitted_at=now,
        is_clock_trusted=True,
        is_demo=place.is_demo,
    )
