"""``/widget``: the lines an office copies to show a form in its own pages, and the script they name."""

from fastapi import APIRouter, Request, Response

from api.form_pages.embedding_words import WORDS
from api.page_reply import reply_page, reply_text
from survey_forms.pages.render import PAGE_POLICY, read_asset, render_embedding

router = APIRouter(include_in_schema=False)
AN_HOUR = "public, max-age=3600"  # its address must stay the same, so it may not be kept for ever
LINES = """<a href="{service}/f/{form}?unit={unit}&amp;lang={language}"
   data-hailong-form="{form}" data-hailong-unit="{unit}" data-hailong-lang="{language}"{more}>{link}</a>
<script src="{service}/widget.js" defer></script>"""


@router.get("/widget")
def get_embedding_page(request: Request, lang: str = "vi") -> Response:
    """How to embed."""
    language = "en" if lang == "en" else "vi"
    words = WORDS[language]
    service = request.app.state.settings.public_url.rstrip("/") or str(request.base_url).rstrip("/")
    shown = {"service": service, "language": language, "unit": "00004"}
    poll = LINES.format(form="portal_poll", link=words["poll_link"], more="", **shown)
    more = f'\n   data-hailong-button="{words["button_link"]}"'
    button = LINES.format(form="counter", link=words["button_link"], more=more, **shown)
    snippets = [
        {"title": words["poll"], "text": words["poll_text"], "code": poll},
        {"title": words["button"], "text": words["button_text"], "code": button},
    ]
    other = "vi" if language == "en" else "en"
    html = render_embedding(
        language=language, said=words, snippets=snippets, service=service, switch=f"/widget?lang={other}"
    )
    return reply_page(request, html, policy=PAGE_POLICY, language=language)


@router.get("/widget.js")
def get_widget_script(request: Request) -> Response:
    """The script of the lines."""
    text = read_asset("widget.js")[0]
    headers = {"Cache-Control": AN_HOUR, "Cross-Origin-Resource-Policy": "cross-origin"}
    return reply_text(request, text, "text/javascript; charset=utf-8", headers=headers)
