"""``GET`` and ``POST /f/{form}``: a questionnaire as a page that works without scripts."""

from collections.abc import Sequence
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
from api.form_pages.context import FRAME, PAGE, FormContext, group_fields, read_fields
from api.form_pages.filled import Filled
from api.form_pages.proving import reply_proof
from api.form_pages.queries import Place, Stored, find_place, find_stored
from api.form_pages.replies import (
    DATABASE_AWAY,
    TURN,
    form_policy,
    reply_form,
    reply_notice,
    reply_unknown_form,
    take_turn,
    why_not_stored,
)
from api.page_reply import FOR_EVER, reply_page, reply_text
from api.post_guard import ProofNeeded, guard_public_post
from api.receiving.receipt_codes import show_receipt
from api.receiving.submission import Receipt, Submission
from survey_forms.answers import Answers, Problem
from survey_forms.consent.catalogue import is_consent
from survey_forms.errors import UnknownForm
from survey_forms.form import Form
from survey_forms.pages.proof import ANSWER, CHALLENGE, TRAP
from survey_forms.pages.render import read_asset, render_thanks

router = APIRouter(include_in_schema=False)


@router.get(f"{PAGE}/{{form}}")
@router.get(f"{FRAME}/{{form}}")
async def get_form_page(form: str, request: Request) -> Response:
    """The empty page, for the unit, procedure and counter its address names."""
    context = FormContext.from_address(
        request.query_params, now=request.app.state.clock(), base=_base(request)
    ).within(_hosts(request))
    try:
        found = _find_form(request, form, context)
        place = await run_in_threadpool(_find_place, request, context)
        context = replace(context.known(place), version=found.version)
        return await reply_form(request, Filled(found, context, place))
    except UnknownForm as error:
        return reply_unknown_form(request, error, context.language)
    except DATABASE_AWAY:
        return reply_notice(request, "out_of_order", context.language, status=503)


@router.post(f"{PAGE}/{{form}}")
@router.post(f"{FRAME}/{{form}}")
async def post_form_page(form: str, request: Request) -> Response:
    """Store what was filled in: 303 to the thanks after the commit; else the page again with what was typed.

    A button called ``_turn`` stores nothing: it shows the page in another way, or the answers for reading over.
    """
    pairs = read_fields(request.headers.get("content-type", ""), await request.body())
    turn = dict(pairs).get(TURN, "")
    context = FormContext.from_fields(group_fields(pairs), base=_base(request)).within(_hosts(request))
    context = context.turned(turn)
    try:
        found = _find_form(request, form, context)
    except UnknownForm as error:
        return reply_unknown_form(request, error, context.language)
    filled = Filled(found, replace(context, version=found.version), Place(unit=context.unit), pairs)
    try:
        _count_post(request, context, pairs)
        filled = replace(filled, place=await run_in_threadpool(_find_place, request, context))
        taken = await take_turn(request, filled, turn)
        if isinstance(taken, Response):
            return taken
        receipt = await _record(request, filled, taken)
    except ProofNeeded as needed:
        return reply_proof(
            request,
            needed,
            pairs,
            id=context.id,
            action=f"{context.base}/{found.id}",
            language=context.language,
            policy=form_policy(request, context),
        )
    except Conflict:
        link = context.address(found.id, language=context.language)
        return reply_notice(request, "conflict", context.language, status=409, link=(link, "again"))
    except Malformed as error:
        problems = [Problem("", found["code"], found["vi"], found["en"]) for found in error.problems]
        return await reply_form(request, filled, status=422, problems=problems)
    except (HailongError, *DATABASE_AWAY) as error:
        return await reply_form(request, filled, **why_not_stored(error, context.language))
    query = urlencode({"receipt": str(receipt.id), "lang": context.language} | context.display())
    return RedirectResponse(f"{context.base}/{found.id}/thanks?{query}", 303)


@router.get(f"{PAGE}/{{form}}/thanks")
@router.get(f"{FRAME}/{{form}}/thanks")
async def get_thanks_page(form: str, request: Request, receipt: str = "") -> Response:
    """The receipt of a stored response; may be opened as often as one likes."""
    context = FormContext.from_address(
        request.query_params, now=request.app.state.clock(), base=_base(request)
    ).within(_hosts(request))
    language = context.language
    try:
        stored = await run_in_threadpool(_find_stored, request, UUID(receipt))
    except ValueError:
        stored = None
    except DATABASE_AWAY:
        return reply_notice(request, "out_of_order", language, status=503)
    if stored is None or stored.form != form:
        return reply_notice(request, "no_receipt", language, status=404)
    other = "vi" if language == "en" else "en"
    query = {"receipt": str(stored.id), "lang": other} | context.display()
    html = render_thanks(
        request.app.state.forms.get(stored.form, stored.version),
        language=language,
        id=str(stored.id),
        receipt=show_receipt(stored.id),
        received_at=stored.received_at.astimezone(request.app.state.settings.zone),
        demonstration=stored.is_demo,
        switch=f"{context.base}/{form}/thanks?{urlencode(query)}",
        look=context.look(is_short=True),
    )
    return reply_page(request, html, policy=form_policy(request, context), language=language)


@router.get("/static/form.css")
def get_style(request: Request) -> Response:
    """The style sheet of the pages."""
    return _reply_asset(request, "form.css", "text/css; charset=utf-8")


@router.get("/static/form.js")
def get_script(request: Request) -> Response:
    """What the pages do where scripts run."""
    return _reply_asset(request, "form.js", "text/javascript; charset=utf-8")


@router.get("/static/form.svg")
def get_icon(request: Request) -> Response:
    """The picture in the browser's tab."""
    return _reply_asset(request, "form.svg", "image/svg+xml")


def _reply_asset(request: Request, name: str, media_type: str) -> Response:
    return reply_text(request, read_asset(name)[0], media_type, headers={"Cache-Control": FOR_EVER})


def _base(request: Request) -> str:
    return FRAME if request.url.path.startswith(f"{FRAME}/") else PAGE


def _hosts(request: Request) -> list[str]:
    hosts: list[str] = request.app.state.settings.widget_hosts.split()
    return hosts


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


def _count_post(request: Request, context: FormContext, pairs: Sequence[tuple[str, str]]) -> None:
    counter = context.counter if request.app.state.receiver.codes.has_counter(context.counter) else None
    address = request.client.host if request.client else None
    fields, state = dict(pairs), request.app.state
    guard_public_post(
        state.rate_limit,
        state.proof_desk,
        address=address,
        counter=counter,
        id=context.id,
        challenge=fields.get(CHALLENGE, ""),
        answer=fields.get(ANSWER, ""),
    )


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
        language=filled.asked_in,
        started_at=context.started_at,
        submitted_at=now,
        is_clock_trusted=True,
        is_demo=place.is_demo,
        consent=context.consent if is_consent(context.consent) else None,
        is_trapped=any(value.strip() for name, value in filled.pairs if name == TRAP),
    )
