"""The pages of an invited person beside the form: where the code is given, why there is none, thanks."""

from urllib.parse import urlencode

from fastapi import Request, Response

from api.form_pages.context import INVITED
from api.form_pages.invited_words import WORDS
from api.page_reply import reply_page
from api.receiving.tokens import FoundToken
from survey_forms.pages.render import FORM_POLICY, PAGE_POLICY, render_invited, render_notice, show_day

FORM_PATH, THANKS_PATH = f"{INVITED}/form", f"{INVITED}/thanks"
SCRIPT = "/static/site/invited.js"
# The one script reads the code behind the #.
CODE_POLICY = f"{PAGE_POLICY}; script-src 'self'"


def reply_code_page(request: Request, language: str) -> Response:
    """Where the code of an invitation is given."""
    html = render_invited(
        language=language,
        said=WORDS[language],
        action=FORM_PATH,
        script=SCRIPT,
        switch=f"{INVITED}?lang={'vi' if language == 'en' else 'en'}",
    )
    return reply_page(request, html, policy=CODE_POLICY, language=language)


def reply_no_form(
    request: Request, code: str, language: str, token: FoundToken | None, *, status: int, over: str = ""
) -> Response:
    """Why there is no form (``unknown``, ``used``, ``expired``), and the one that is open to everybody. What the
    device keeps as ``over`` can never be sent, so it is forgotten there."""
    words = WORDS.get(language, WORDS["vi"])
    shown = {"day": show_day(token.expires_on, language)} if token else {}
    link = (INVITED, words["try_again"]) if token is None else (_open_form(token, language), words["to_open_form"])
    html = render_notice(
        language=language,
        title=words[code],
        paragraphs=[words[f"{code}_text"].format(**shown)],
        link=link,
        over=over,
    )
    return reply_page(request, html, status=status, policy=FORM_POLICY, language=language)


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
