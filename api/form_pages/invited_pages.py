"""The pages of an invited person: where the code is given, the form of the case, why there is none, thanks."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import Request, Response

from api.clock import today
from api.form_pages.context import FormContext, group_fields
from api.form_pages.invited_words import WORDS
from api.form_pages.queries import Place
from api.page_reply import reply_page
from api.receiving.submission import Channel
from api.receiving.tokens import FoundToken
from survey_forms.answers import Problem
from survey_forms.consent.catalogue import find_consent
from survey_forms.form import Form
from survey_forms.pages.render import PAGE_POLICY, render_form, render_invited, render_notice, show_day

PATH, FORM_PATH, ANSWER_PATH, THANKS_PATH = "/t", "/t/form", "/t/answer", "/t/thanks"
SCRIPT = "/static/site/invited.js"
# The one script reads the code behind the #.
CODE_POLICY = f"{PAGE_POLICY}; script-src 'self'"


@dataclass(frozen=True)
class Invited:
    """A page for a token that is still good: its form, where and what it is about, what was typed."""

    code: str
    form: Form
    context: FormContext
    place: Place
    pairs: Sequence[tuple[str, str]] = ()


def reply_code_page(request: Request, language: str) -> Response:
    """Where the code of an invitation is given."""
    html = render_invited(
        language=language,
        said=WORDS[language],
        action=FORM_PATH,
        script=SCRIPT,
        switch=f"{PATH}?lang={_other(language)}",
    )
    return reply_page(request, html, policy=CODE_POLICY, language=language)


def reply_invited_form(
    request: Request,
    invited: Invited,
    *,
    status: int = 200,
    problems: Sequence[Problem] = (),
    summary: str = "",
    headers: dict[str, str] | None = None,
) -> Response:
    """The form of a case, with its ``problems``; ``summary`` says why nothing was stored."""
    context = invited.context
    consent = find_consent(Channel.WEB, today(request)) or {}
    hidden = {"_id": str(context.id), "_version": context.version, "_lang": context.language}
    hidden |= {"_consent": consent.get("version", "")}
    html = render_form(
        invited.form,
        language=context.language,
        action=ANSWER_PATH,
        hidden=hidden | {"_code": invited.code},
        posted=group_fields(invited.pairs),
        problems=problems,
        summary=summary,
        place=" · ".join(invited.place.names),
        consent=consent,
        demonstration=invited.place.is_demo,
        switch=f"{PATH}?lang={_other(context.language)}#{invited.code}",
    )
    return reply_page(request, html, status=status, policy=PAGE_POLICY, language=context.language, headers=headers)


def reply_no_form(
    request: Request, code: str, language: str, token: FoundToken | None, *, status: int
) -> Response:
    """Why there is no form (``unknown``, ``used``, ``expired``), and the one that is open to everybody."""
    words = WORDS[language]
    shown = {"day": show_day(token.expires_on, language)} if token else {}
    link = (PATH, words["try_again"]) if token is None else (_open_form(token, language), words["to_open_form"])
    html = render_notice(
        language=language, title=words[code], paragraphs=[words[f"{code}_text"].format(**shown)], link=link
    )
    return reply_page(request, html, status=status, policy=PAGE_POLICY, language=language)


def reply_invited_thanks(request: Request, language: str) -> Response:
    """Thanks, without anything by which the answer could be found again."""
    words = WORDS[language]
    html = render_notice(
        language=language, title=words["thanks"], paragraphs=[words["thanks_text"], words["thanks_why"]]
    )
    return reply_page(request, html, policy=PAGE_POLICY, language=language)


def _open_form(token: FoundToken, language: str) -> str:
    query = {"unit": token.unit_filed, "procedure": token.procedure or "", "lang": language}
    return f"/f/{token.form}?{urlencode({name: value for name, value in query.items() if value})}"


def _other(language: str) -> str:
    return "vi" if language == "en" else "en"
