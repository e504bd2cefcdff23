"""The replies of the form page: the form again with all that was typed, or a notice why there is none."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlmodel import Session

from api.clock import today
from api.errors import TooMany, Unavailable
from api.form_pages.context import FRAME, OWN, FormContext, group_fields
from api.form_pages.filled import Filled, read_filled
from api.form_pages.queries import list_serving_units
from api.form_pages.words import WORDS
from api.page_reply import reply_page
from survey_forms.answers import Answers, Problem
from survey_forms.consent.catalogue import find_consent
from survey_forms.errors import UnknownForm
from survey_forms.pages.render import FORM_POLICY, PAGE_POLICY, render_form, render_notice, render_review
from survey_forms.pages.steps import is_short
from survey_forms.pages.view import UnitChoice
from survey_forms.questions.kind import Value

DATABASE_AWAY = (OperationalError, InterfaceError)
LIST_LINK = ("/", "to_list")
TURN, REVIEW = f"{OWN}turn", "review"


async def take_turn(request: Request, filled: Filled, turn: str) -> Answers | Response:
    """The answers to be stored; else the page that comes before: shown in another way, its mistakes, the review.

    ``turn`` is the value of the button ``_turn``, empty where the person sends.
    """
    if turn and turn != REVIEW:
        return await reply_form(request, filled)
    answers, problems = read_filled(filled)
    if problems:
        return await reply_form(request, filled, status=422, problems=problems)
    return reply_review(request, filled, answers.values) if turn else answers


async def reply_form(
    request: Request,
    filled: Filled,
    *,
    status: int = 200,
    problems: Sequence[Problem] = (),
    summary: str = "",
    headers: dict[str, str] | None = None,
) -> Response:
    """The page of ``filled`` with its ``problems``; ``summary`` says why nothing was stored."""
    context, place = filled.context, filled.place
    consent = find_consent(context.channel, today(request)) or {}
    filled = replace(filled, context=replace(context, consent=consent.get("version", "")))
    unit_choice = None
    if filled.asks_unit:
        unit_choice = UnitChoice(await run_in_threadpool(_list_units, request, context.language), context.unit)
    html = render_form(
        filled.form,
        language=context.language,
        action=filled.action,
        hidden=filled.hidden_fields(),
        posted=group_fields(filled.pairs),
        problems=problems,
        summary=summary,
        place=" · ".join(place.names),
        unit_choice=unit_choice,
        consent=consent,
        demonstration=place.is_demo,
        look=context.look(is_short=is_short(filled.form)),
    )
    policy = form_policy(request, context)
    return reply_page(request, html, status=status, policy=policy, language=context.language, headers=headers)


def reply_review(request: Request, filled: Filled, values: Mapping[str, Value]) -> Response:
    """The answers once more before they are sent; ``values`` as they would be stored."""
    context, place = filled.context, filled.place
    html = render_review(
        filled.form,
        language=context.language,
        action=filled.action,
        hidden=filled.hidden_fields(),
        posted={name: given for name, given in group_fields(filled.pairs).items() if not name.startswith(OWN)},
        values=values,
        place=" · ".join(place.names),
        demonstration=place.is_demo,
        look=context.look(is_short=is_short(filled.form)),
    )
    return reply_page(request, html, policy=form_policy(request, context), language=context.language)


def form_policy(request: Request, context: FormContext) -> str:
    """Nobody may frame a page; one for embedding only the hosts of the settings."""
    hosts = request.app.state.settings.widget_hosts.split()
    if context.base != FRAME or not hosts:
        return FORM_POLICY
    return FORM_POLICY.replace("frame-ancestors 'none'", f"frame-ancestors {' '.join(hosts)}")


def reply_unknown_form(request: Request, error: UnknownForm, language: str) -> Response:
    """404 with the forms, or the versions, that there are."""
    asked = f"{error.form} {error.version or ''}".strip()[:80]
    return reply_notice(
        request,
        "unknown_form",
        language,
        status=404,
        link=LIST_LINK,
        asked=asked,
        known=", ".join(error.known),
    )


def reply_notice(
    request: Request, code: str, language: str, *, status: int, link: tuple[str, str] | None = None, **shown: str
) -> Response:
    """A page of the words ``code`` and ``code_text``."""
    language = language if language in WORDS else "vi"
    words = WORDS[language]
    html = render_notice(
        language=language,
        title=words[code],
        paragraphs=[words[f"{code}_text"].format(**shown)],
        link=(link[0], words[link[1]]) if link else None,
    )
    headers = {"Retry-After": "60"} if status == 503 else {}
    return reply_page(request, html, status=status, policy=PAGE_POLICY, language=language, headers=headers)


def why_not_stored(error: Exception, language: str) -> dict[str, Any]:
    """What ``reply_form`` is told of an error that is not the person's."""
    words = WORDS.get(language, WORDS["vi"])
    if isinstance(error, TooMany):
        wait = str(error.more.get("retry_after_seconds", 60))
        return {"status": 429, "summary": words["too_many"], "headers": {"Retry-After": wait}}
    if isinstance(error, (Unavailable, *DATABASE_AWAY)):
        return {"status": 503, "summary": words["away"], "headers": {"Retry-After": "60"}}
    return {"status": 500, "summary": words["our_fault"]}


def _list_units(request: Request, language: str) -> tuple[tuple[str, str], ...]:
    try:
        with Session(request.app.state.engine) as session:
            return tuple(list_serving_units(session, day=today(request), language=language))
    except DATABASE_AWAY:
        return ()  # the code can be typed; what was filled in must be shown again
