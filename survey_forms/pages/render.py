"""A form as a page that works without scripts: a form goes in, HTML comes out."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from survey_forms.errors import Problem
from survey_forms.form import Form
from survey_forms.pages.conditions import value_texts
from survey_forms.pages.icons import list_paths, option_icon, question_icon
from survey_forms.pages.languages import Language, find_language, list_offered, words_of
from survey_forms.pages.questions import show_sections, tell_problem
from survey_forms.pages.review import list_reviewed
from survey_forms.pages.said import Said
from survey_forms.pages.steps import list_steps
from survey_forms.pages.style import STYLE, STYLE_SOURCE
from survey_forms.pages.view import Look, Mistake, UnitChoice
from survey_forms.questions.kind import Value

FOLDER = Path(__file__).parent
SHORT_LETTERS = 60  # of a question's text in the summary of mistakes

# No script, nothing from elsewhere, no inline style but ours; the page may only send to its own address.
PAGE_POLICY = (
    f"default-src 'none'; style-src 'self' {STYLE_SOURCE}; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
# A form's own script keeps what was typed and sends it again when the line is back; it works without.
FORM_POLICY = f"{PAGE_POLICY}; script-src 'self'; connect-src 'self'"


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
    consent: Mapping[str, str] | None = None,
    demonstration: bool = False,
    switch: str = "",
    look: Look | None = None,
) -> str:
    """The page that asks ``form``.

    ``hidden`` are fields sent back unseen; ``posted`` what the person typed, by field name; ``problems`` what is
    wrong with it (a question the form does not have gets no link; ``_unit`` leads to the choice of the unit).
    ``summary`` replaces the sentence above the problems. ``place`` says for whom it is; ``unit_choice`` asks for
    it. ``consent`` is what is said before the first question, by language. ``switch`` is the address in the
    other language, for a page that takes no turns. Without a ``look`` everything stands on one page.
    """
    look = look or Look()
    spoken = find_language(language)
    mistakes = tuple(_show_mistake(problem, form, spoken) for problem in problems)
    sections = show_sections(form, language=language, posted=posted or {}, problems=problems)
    return _fill(
        "form.html",
        language,
        look=look,
        form=form,
        title=spoken.say(form.title),
        intro=spoken.say(form.intro),
        sections=sections,
        steps=list_steps(form, sections, row_by_row=look.is_simple) if look.is_stepped else (),
        icons=_list_icons(form) if look.is_simple else {},
        action=action,
        hidden=tuple(hidden.items()),
        place=place,
        unit_choice=unit_choice,
        consent=spoken.say(consent) if consent else "",
        mistakes=mistakes,
        summary=summary or (_count_mistakes(len(mistakes), spoken.words) if mistakes else ""),
        is_posted=posted is not None and bool(posted),
        legal_basis=show_legal_basis(form, language),
        legal_note=spoken.say(form.legal_basis.note) if form.legal_basis.note else "",
        is_demonstration=demonstration,
        switch=switch,
    )


def render_review(
    form: Form,
    *,
    language: str,
    action: str,
    hidden: Mapping[str, str],
    posted: Mapping[str, Sequence[str]],
    values: Mapping[str, Value],
    place: str = "",
    demonstration: bool = False,
    look: Look,
) -> str:
    """The answers ``posted`` (stored they would be ``values``) once more before they are sent; nothing is kept
    between, all fields come back with the page."""
    spoken = find_language(language)
    sections = show_sections(form, language=language, posted=posted, problems=())
    return _fill(
        "review.html",
        language,
        look=look,
        form=form,
        title=spoken.words["review_title"],
        reviewed=list_reviewed(form, sections, values),
        action=action,
        hidden=[*hidden.items(), *((name, value) for name, given in posted.items() for value in given)],
        place=place,
        is_demonstration=demonstration,
        switch="",
    )


def render_thanks(
    form: Form,
    *,
    language: str,
    id: str,
    receipt: str,
    received_at: datetime,
    demonstration: bool = False,
    switch: str = "",
    look: Look | None = None,
) -> str:
    """The page after sending: thanks, when it was recorded (``received_at`` in local time), the receipt code.
    What the device keeps of the response ``id`` is forgotten there."""
    spoken = find_language(language)
    recorded = spoken.words["recorded"].format(
        time=received_at.strftime("%H:%M"), day=show_day(received_at.date(), language)
    )
    return _fill(
        "thanks.html",
        language,
        look=look or Look(),
        title=spoken.say(form.title),
        thanks=spoken.say(form.thanks),
        recorded=recorded,
        id=id,
        receipt=receipt,
        is_demonstration=demonstration,
        switch=switch,
    )


def render_notice(
    *,
    language: str,
    title: str,
    paragraphs: Sequence[str],
    english: Sequence[str] = (),
    link: tuple[str, str] | tuple[str, str, str] | None = None,
    over: str = "",
) -> str:
    """A page that says why there is no form; ``link`` is an address and its words. ``english`` paragraphs follow,
    and a third word of ``link``, where the page is in both languages. What the device keeps under the name
    ``over`` is forgotten there, where scripts run."""
    return _fill(
        "notice.html",
        language,
        title=title,
        paragraphs=paragraphs,
        english=english,
        link=link,
        over=over,
        look=Look(has_script=bool(over)),
    )


def render_invited(*, language: str, said: Mapping[str, str], action: str, script: str, switch: str) -> str:
    """The page that takes the code of an invitation: ``said`` are its words, ``script`` reads it from the link."""
    return _fill(
        "invited.html", language, title=said["title"], said=said, action=action, script=script, switch=switch
    )


def render_embedding(
    *, language: str, said: Mapping[str, Any], snippets: Sequence[Mapping[str, str]], service: str, switch: str
) -> str:
    """The page that tells an office how to put a form into its own site; ``snippets`` are ready to copy."""
    return _fill(
        "embedding.html",
        language,
        title=said["title"],
        said=said,
        snippets=snippets,
        service=service,
        switch=switch,
    )


@lru_cache(maxsize=8)
def read_asset(name: str) -> tuple[str, str]:
    """The file ``name`` of the pages (style sheet, script, picture), and the short hash that changes with it."""
    text = (FOLDER / name).read_text(encoding="utf-8")
    return text, hashlib.sha256(text.encode()).hexdigest()[:8]


def asset_address(name: str) -> str:
    """Where pages look for the file ``name``; it may be kept for ever, a changed one has another address."""
    return f"/static/{name}?v={read_asset(name)[1]}"


def style_address() -> str:
    """Where pages that do not carry the style sheet look for it."""
    return asset_address("form.css")


def show_legal_basis(form: Form, language: str) -> str:
    """``1001/QĐ-BNV ngày 11/12/2023. Áp dụng từ 01/01/2023 đến 31/12/2026.``"""
    basis, words = form.legal_basis, words_of(language)
    # Numbers of decisions are the same in both languages; that there is none is said in words.
    document = words["no_document"] if basis.document == words_of("vi")["no_document"] else basis.document
    issued = f" {words['issued_on']} {show_day(basis.issued_on, language)}" if basis.issued_on else ""
    since = show_day(basis.valid_from, language)
    if basis.valid_to is None:
        valid = words["valid"].format(since=since)
    else:
        valid = words["valid_until"].format(since=since, until=show_day(basis.valid_to, language))
    return f"{document}{issued}. {valid}."


def show_day(day: date, language: str) -> str:
    """20/11/2026, in English 20 Nov 2026."""
    if language != "en":
        return day.strftime("%d/%m/%Y")
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return f"{day.day} {months[day.month - 1]} {day.year}"


def _show_mistake(problem: Problem, form: Form, spoken: Language) -> Mistake:
    said = tell_problem(problem, spoken)
    questions = {question.id: question for question in form.questions}
    question = questions.get(problem.question)
    if question is None:
        return Mistake("", said, "unit" if problem.question == "_unit" else "")
    rows = {row.id: row for row in question.rows}
    row = rows.get(problem.part or "")
    subject = spoken.say((row or question).text)
    if len(subject) > SHORT_LETTERS:
        subject = Said(subject[:SHORT_LETTERS].rsplit(" ", 1)[0] + "…", subject.language, subject.direction)
    return Mistake(subject, said, f"q-{question.id}-{row.id}" if row else f"q-{question.id}")


def _count_mistakes(count: int, words: Mapping[str, Said]) -> str:
    return words["trouble_one"] if count == 1 else words["trouble_many"].format(count=count)


def _list_icons(form: Form) -> dict[str, str]:
    names = ["place", "speaker"]
    for question in form.questions:
        names.append(question_icon(question))
        names += [option_icon(question, value) for value, _ in value_texts(question, "vi")]
    return list_paths([*names, "skip"])


def _fill(template: str, language: str, **given: Any) -> str:
    spoken = find_language(language)
    shown = {
        "words": spoken.words,
        "language": spoken.tag,
        "direction": spoken.direction,
        "offered": [other for other in list_offered() if other.tag != spoken.tag],
        "other": find_language("vi" if spoken.tag == "en" else "en"),
        "style": STYLE,
        "script": asset_address("form.js"),
        "switch": "",
        "is_demonstration": False,
        "look": Look(),
    }
    return _environment().get_template(template).render(shown | given)


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
    environment.filters["plain"] = str
    environment.globals.update(question_icon=question_icon, option_icon=option_icon)
    return environment


def _may_break(label: Said) -> Said:
    """A label of a scale that fits a fifth of 320 px: its one long English word gets a soft hyphen."""
    text = label.replace("issatisfied", "is\u00adsatisfied")
    return Said(text, label.language, label.direction)
