"""A form as a page that works without scripts: a form goes in, HTML comes out."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from survey_forms.errors import Problem
from survey_forms.form import Form
from survey_forms.pages.questions import show_sections
from survey_forms.pages.view import FormPage, Mistake, UnitChoice
from survey_forms.pages.words import WORDS

FOLDER = Path(__file__).parent
STYLE_FILE = FOLDER / "form.css"
SHORT_LETTERS = 60  # of a question's text in the summary of mistakes

# No script, nothing from elsewhere, no inline style; the page may only send to its own address.
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


def render_form(
    form: Form,
    *,
    language: str,
    action: str,
    hidden: Mapping[str, str],
    posted: Mapping[str, Sequence[str]] | None = None,
    problems: Sequence[Problem] = (),
    summary: str = "",
    place: str = "",
    unit_choice: UnitChoice | None = None,
    demonstration: bool = False,
    switch: str = "",
) -> str:
    """The page that asks ``form``.

    ``hidden`` are fields sent back unseen; ``posted`` what the person typed, by field name; ``problems`` what is
    wrong with it (a question the form does not have gets no link; ``_unit`` leads to the choice of the unit).
    ``summary`` replaces the sentence above the problems. ``place`` says for whom it is; ``unit_choice`` asks for
    it. ``switch`` is the address in the other language.
    """
    words = WORDS[language]
    mistakes = tuple(_show_mistake(problem, form, language) for problem in problems)
    page = FormPage(
        form=form,
        language=language,
        title=form.title[language],
        sections=show_sections(form, language=language, posted=posted or {}, problems=problems),
        action=action,
        hidden=tuple(hidden.items()),
        place=place,
        unit_choice=unit_choice,
        mistakes=mistakes,
        summary=summary or (_count_mistakes(len(mistakes), words) if mistakes else ""),
        legal_basis=show_legal_basis(form, language),
        legal_note=form.legal_basis.note[language] if form.legal_basis.note else "",
        is_demonstration=demonstration,
        switch=switch,
        style=style_address(),
    )
    return _environment().get_template("form.html").render(page=page, words=words)


def render_thanks(
    form: Form,
    *,
    language: str,
    receipt: str,
    received_at: datetime,
    demonstration: bool = False,
    switch: str = "",
) -> str:
    """The page after sending: thanks, when it was recorded (``received_at`` in local time), the receipt."""
    words = WORDS[language]
    recorded = words["recorded"].format(
        time=received_at.strftime("%H:%M"), day=show_day(received_at.date(), language)
    )
    template = _environment().get_template("thanks.html")
    return template.render(
        form=form,
        words=words,
        language=language,
        title=form.title[language],
        thanks=form.thanks[language],
        recorded=recorded,
        receipt=receipt,
        is_demonstration=demonstration,
        switch=switch,
        style=style_address(),
    )


def render_notice(
    *, language: str, title: str, paragraphs: Sequence[str], link: tuple[str, str] | None = None
) -> str:
    """A page that says why there is no form; ``link`` is an address and its words."""
    template = _environment().get_template("notice.html")
    return template.render(
        words=WORDS[language],
        language=language,
        title=title,
        paragraphs=paragraphs,
        link=link,
        switch="",
        is_demonstration=False,
        style=style_address(),
    )


def render_invited(*, language: str, said: Mapping[str, str], action: str, script: str, switch: str) -> str:
    """The page that takes the code of an invitation: ``said`` are its words, ``script`` reads it from the link."""
    template = _environment().get_template("invited.html")
    return template.render(
        words=WORDS[language],
        language=language,
        title=said["title"],
        said=said,
        action=action,
        script=script,
        switch=switch,
        is_demonstration=False,
        style=style_address(),
    )


@lru_cache(maxsize=1)
def read_style() -> tuple[str, str]:
    """The style sheet, and the short hash that changes with it."""
    style = STYLE_FILE.read_text(encoding="utf-8")
    return style, hashlib.sha256(style.encode()).hexdigest()[:8]


@lru_cache(maxsize=1)
def read_icon() -> str:
    """The picture in the browser's tab, SVG."""
    return (FOLDER / "form.svg").read_text(encoding="utf-8")


def style_address() -> str:
    """Where the pages look for the style sheet; it may be kept for ever, a changed one has another address."""
    return f"/static/form.css?v={read_style()[1]}"


def show_legal_basis(form: Form, language: str) -> str:
    """``1001/QĐ-BNV ngày 11/12/2023. Áp dụng từ 01/01/2023 đến 31/12/2026.``"""
    basis, words = form.legal_basis, WORDS[language]
    # Numbers of decisions are the same in both languages; that there is none is said in words.
    document = words["no_document"] if basis.document == WORDS["vi"]["no_document"] else basis.document
    issued = f" {words['issued_on']} {show_day(basis.issued_on, language)}" if basis.issued_on else ""
    since = show_day(basis.valid_from, language)
    if basis.valid_to is None:
        valid = words["valid"].format(since=since)
    else:
        valid = words["valid_until"].format(since=since, until=show_day(basis.valid_to, language))
    return f"{document}{issued}. {valid}."


def show_day(day: date, language: str) -> str:
    """20/11/2026, in English 20 Nov 2026."""
    if language == "vi":
        return day.strftime("%d/%m/%Y")
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return f"{day.day} {months[day.month - 1]} {day.year}"


def _show_mistake(problem: Problem, form: Form, language: str) -> Mistake:
    said = getattr(problem, language)
    questions = {question.id: question for question in form.questions}
    question = questions.get(problem.question)
    if question is None:
        return Mistake(said, "unit" if problem.question == "_unit" else "")
    rows = {row.id: row for row in question.rows}
    row = rows.get(problem.part or "")
    subject = (row or question).text[language]
    if len(subject) > SHORT_LETTERS:
        subject = subject[:SHORT_LETTERS].rsplit(" ", 1)[0] + "…"
    return Mistake(f"{subject} – {said}", f"q-{question.id}-{row.id}" if row else f"q-{question.id}")


def _count_mistakes(count: int, words: Mapping[str, str]) -> str:
    return words["trouble_one"] if count == 1 else words["trouble_many"].format(count=count)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["may_break"] = _may_break
    return environment


def _may_break(label: str) -> str:
    """A label of a scale that fits a fifth of 320 px: its one long English word gets a soft hyphen."""
    return label.replace("issatisfied", "is\u00adsatisfied")
