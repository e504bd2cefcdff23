"""``/privacy``: what is kept; the response of a receipt, shown and deleted. No cookie, no script."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request, Response
from sqlmodel import Session

from api.audit import record_event
from api.clock import today
from api.db import begin_write, session
from api.errors import TooMany
from api.page_reply import fill_template, reply_page
from api.privacy.erasing import CITIZEN, erase_response, find_response
from api.privacy.showing import show_answers, show_unit
from api.receiving.receipt_codes import read_receipt
from api.texts import read_texts
from survey_forms.consent.catalogue import read_consents
from survey_forms.pages.render import PAGE_POLICY, show_day, style_address

router = APIRouter(include_in_schema=False)

Database = Annotated[Session, Depends(session, scope="function")]
Field = Annotated[str, Form()]
CATALOGUE = Path(__file__).with_name("texts.yaml")
load_texts = partial(read_texts, CATALOGUE)
KEPT_NOWHERE = {"Cache-Control": "no-store"}


@router.get("/privacy")
def get_privacy(request: Request, lang: str = "vi") -> Response:
    """What is kept, why, for how long, and the form for one's own response."""
    return _reply(request, "privacy.html", lang)


# Codes are posted, never part of an address: addresses stay in logs and histories.
@router.post("/privacy/response")
def post_response(request: Request, database: Database, receipt: Field = "", lang: Field = "vi") -> Response:
    """The response of ``receipt``."""
    return _reply_response(request, database, receipt, lang)


@router.post("/privacy/deletion")
def post_deletion(
    request: Request, database: Database, receipt: Field = "", sure: Field = "", lang: Field = "vi"
) -> Response:
    """Delete the response of ``receipt`` for somebody who said twice that they want it."""
    if sure != "yes":
        return _reply_response(request, database, receipt, lang, mistake="sure_missing")
    if (refusal := _refuse_many(request, lang)) is not None:
        return refusal
    begin_write(database)
    id, state = read_receipt(receipt), request.app.state
    settings = state.settings
    is_gone = id is not None and erase_response(
        database, id, now=state.clock(), zone=settings.zone, snapshots_folder=settings.snapshots_folder
    )
    if not is_gone:
        return _reply(request, "privacy.html", lang, status=404, mistake="no_such")
    return _reply(request, "privacy_deleted.html", lang)


def _reply_response(
    request: Request, database: Session, receipt: str, lang: str, *, mistake: str = ""
) -> Response:
    if (refusal := _refuse_many(request, lang)) is not None:
        return refusal
    begin_write(database)
    id, state = read_receipt(receipt), request.app.state
    response = find_response(database, id) if id is not None else None
    if response is None:
        return _reply(request, "privacy.html", lang, status=404, mistake="no_such")
    form = state.forms.get(response.form, response.version)
    record_event(
        database,
        at=state.clock(),
        actor=CITIZEN,
        action="response.see",
        subject=f"{response.form} {response.version} {response.month}",
        unit=response.unit_filed,
    )
    language = _language(lang)
    return _reply(
        request,
        "privacy_response.html",
        lang,
        status=422 if mistake else 200,
        mistake=mistake,
        receipt=str(response.id),
        form_title=form.title[language],
        day=show_day(response.local_day, language),
        unit=show_unit(database, response.unit_filed, language),
        answers=list(show_answers(database, response, form, language)),
    )


def _refuse_many(request: Request, lang: str) -> Response | None:
    try:
        request.app.state.privacy_limit.take_for_address(request.client.host if request.client else None)
    except TooMany as error:
        wait = str(error.more.get("retry_after_seconds", 60))
        return _reply(request, "privacy.html", lang, status=429, mistake="too_many", headers={"Retry-After": wait})
    return None


def _language(lang: str) -> str:
    return "en" if lang == "en" else "vi"


def _reply(
    request: Request,
    template: str,
    lang: str,
    *,
    status: int = 200,
    mistake: str = "",
    headers: Mapping[str, str] | None = None,
    **given: Any,
) -> Response:
    language, settings = _language(lang), request.app.state.settings
    texts = load_texts(language)
    consents = [consent for consent in read_consents() if consent.valid_from <= today(request)]
    html = fill_template(
        template,
        texts=texts,
        language=language,
        other="vi" if language == "en" else "en",
        style=style_address(),
        mistake=texts[mistake] if mistake else "",
        basis=consents[-1].legal_basis if consents else "–",
        days=settings.comment_original_days,
        **given,
    )
    more = KEPT_NOWHERE | dict(headers or {})
    return reply_page(request, html, status=status, policy=PAGE_POLICY, language=language, headers=more)
