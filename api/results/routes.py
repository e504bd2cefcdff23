"""The results page: newest month, or one form's month, in Vietnamese or English. Public, read-only, no cookie."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from analysis.release.reading import UnknownRelease, released_months
from api.page_reply import HTML, fill_template, reply_text
from api.results.choice import Choice, read_choice, read_language
from api.results.numbers import write_month
from api.results.page import Link, MissingPage
from api.results.published import UnknownDomain
from api.results.queries import list_forms, newest_month, read_published
from api.results.texts import load_texts
from api.results.view import build_page
from api.settings import Settings
from survey_forms.catalogued import Catalogue

router = APIRouter(include_in_schema=False)


@router.get("/results")
def show_newest(request: Request) -> Response:
    """On to the newest month's first form."""
    settings, lang = _settings(request), read_language(request.query_params)
    month = newest_month(settings.exports_folder)
    forms = list_forms(settings.exports_folder, month) if month else []
    if month is None or not forms:
        return _missing(request, lang, "missing_none", [], status=200)
    return RedirectResponse(Choice(month, forms[0].form, lang=lang).address(), 307)


@router.get("/results/{month}/{form}")
def show_results(request: Request, month: str, form: str) -> Response:
    """One form's month."""
    settings, catalogue = _settings(request), _catalogue(request)
    choice = read_choice(month, form, request.query_params)
    try:
        published = read_published(settings.exports_folder, settings.shelf_folder, choice, catalogue)
    except UnknownRelease:
        return _missing_month(request, choice.lang)
    if published is None:
        return _missing_form(request, choice)
    try:
        page = build_page(published, choice)
    except UnknownDomain:
        back = Choice(month, form, choice.version, lang=choice.lang)
        link = Link(load_texts(choice.lang)["back_to_units"], back.address())
        return _missing(request, choice.lang, "missing_unit", [link])
    return _reply(request, "results.html", page, choice.lang)


def _missing_month(request: Request, lang: str) -> Response:
    folder = _settings(request).exports_folder
    links = [
        Link(write_month(month, lang), Choice(month, listed[0].form, lang=lang).address())
        for month in reversed(released_months(folder))
        if (listed := list_forms(folder, month))
    ]
    return _missing(request, lang, "missing_month" if links else "missing_none", links)


def _missing_form(request: Request, choice: Choice) -> Response:
    listed = list_forms(_settings(request).exports_folder, choice.month)
    links = {
        entry.form: Link(entry.title[choice.lang], Choice(choice.month, entry.form, lang=choice.lang).address())
        for entry in listed
    }
    return _missing(request, choice.lang, "missing_form", list(links.values()))


def _missing(request: Request, lang: str, sentence: str, links: list[Link], *, status: int = 404) -> Response:
    texts = load_texts(lang)
    other = "en" if lang == "vi" else "vi"
    page = MissingPage(
        lang=lang,
        title=texts["index_title"],
        heading=texts["missing_title"],
        sentence=texts[sentence],
        other_language=Link(texts["other_language"], f"{request.url.path}?lang={other}"),
        links=tuple(links),
    )
    return _reply(request, "results_missing.html", page, lang, status=status)


def _reply(request: Request, template: str, page: object, lang: str, *, status: int = 200) -> Response:
    html = fill_template(template, page=page, texts=load_texts(lang))
    headers = {"Content-Language": lang, "Cache-Control": "no-cache"}
    return reply_text(request, html, HTML, status=status, headers=headers)


def _settings(request: Request) -> Settings:
    settings = request.app.state.settings
    assert isinstance(settings, Settings)
    return settings


def _catalogue(request: Request) -> Catalogue:
    catalogue = request.app.state.forms
    assert isinstance(catalogue, Catalogue)
    return catalogue
