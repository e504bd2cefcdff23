"""The replies of the form page: the form again with all that was typed, or a notice why there is none."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlmodel import Session

from api.clock import today
from api.errors import TooMany, Unavailable
from api.form_pages.context import FormContext, group_fields
from api.form_pages.queries import Place, list_serving_units
from api.form_pages.words import WORDS
from api.page_reply import reply_page
from survey_forms.answers import Problem
from survey_forms.errors import UnknownForm
from survey_forms.form import Form
from survey_forms.pages.render import PAGE_POLICY, render_form, render_notice
from survey_forms.pages.view import UnitChoice

DATABASE_AWAY = (OperationalError, InterfaceError)
LIST_LINK = ("/", "to_list")


@dataclass(frozen=True)
class Filled:
    """A page that came back: its form, where it was filled, what was typed."""

    form: Form
    context: FormContext
    place: Place
    pairs: Sequence[tuple[str, str]]


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
    unit_choice = None
    if not place.unit:
        unit_choice = UnitChoice(await run_in_threadpool(_list_units, request, context.language), context.unit)
    html = render_form(
        filled.form,
        language=context.language,
        action=f"/f/{filled.form.id}",
        hidden=context.hidden_fields(asks_unit=unit_choice is not None),
        posted=group_fields(filled.pairs),
        problems=problems,
        summary=summary,
        place=" · ".join(place.names),
        unit_choice=unit_choice,
        demonstration=place.is_demo,
        switch=context.address(filled.form.id, language="vi" if context.language == "en" else "en"),
    )
    return reply_page(request, html, status=status, policy=PAGE_POLICY, language=context.language, headers=headers)


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
    words = WORDS[language]
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
