"""``GET /``: the forms in use today, and the way to the results."""

from datetime import date

from fastapi import APIRouter, Request, Response

from api.clock import today
from api.home.words import WORDS
from api.page_reply import fill_template, reply_page
from survey_forms.errors import UnknownForm
from survey_forms.form import Form
from survey_forms.loader import Catalogue
from survey_forms.pages.render import PAGE_POLICY, show_legal_basis, style_address

router = APIRouter(include_in_schema=False)


@router.get("/")
def get_home(request: Request, lang: str = "vi") -> Response:
    """The first page."""
    language = "en" if lang == "en" else "vi"
    current = _current_forms(request.app.state.forms, today(request))
    html = fill_template(
        "home.html",
        words=WORDS[language],
        language=language,
        other="vi" if language == "en" else "en",
        style=style_address(),
        forms=[_show(form, language) for form in current],
    )
    return reply_page(request, html, policy=PAGE_POLICY, language=language)


def _show(form: Form, language: str) -> dict[str, object]:
    count = len(form.questions)
    questions = WORDS[language]["questions_one" if count == 1 else "questions_many"].format(count=count)
    return {
        "form": form,
        "title": form.title[language],
        "questions": questions,
        "basis": show_legal_basis(form, language),
    }


def _current_forms(forms: Catalogue, day: date) -> list[Form]:
    """The version in use on ``day`` of each form that has one."""
    current = []
    for id in dict.fromkeys(form.id for form in forms.forms):
        try:
            current.append(forms.current(id, day))
        except UnknownForm:
            continue
    return current
