"""A mapping from its YAML file, with every problem of it: file, key, expected, got."""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from pathlib import Path

from api.errors import FileUnusable
from api.receiving.submission import Channel, Selection
from api.responses.importing.mapping import UNANSWERED, AnswerRule, Picked, ResponseMapping
from api.tabular.digest import sha256_of
from survey_forms.errors import FormErrors, UnknownForm
from survey_forms.form import LANGUAGES, Form, Missing, Question, QuestionType
from survey_forms.loader import Catalogue
from survey_forms.reading.field import Field
from survey_forms.reading.source import read_source

REQUIRED_FACTS = ("unit_filed", "channel")
OPTIONAL_FACTS = ("unit_decided", "unit_residence", "procedure", "counter", "selection", "language")
WORDS: Mapping[str, Collection[str]] = {
    "channel": [str(channel) for channel in Channel],
    "selection": [str(selection) for selection in Selection],
    "language": LANGUAGES,
}
REASONS = (*(str(reason) for reason in Missing), UNANSWERED)
TICKED = frozenset({"1", "x", "X", "true", "TRUE", "True", "Y", "y", "yes", "có", "Có"})


def read_mapping(path: Path, forms: Catalogue) -> ResponseMapping:
    """The mapping in ``path``; FileUnusable with all that is wrong with it."""
    try:
        source = read_source(path)
        mapping = _read(Field(source, "", source.data), forms, path)
        source.raise_problems()
    except FormErrors as errors:
        problems = [asdict(found) for found in errors.problems]
        raise FileUnusable(
            "mapping_unusable",
            f"Ánh xạ {path.name} có {len(problems)} lỗi cần sửa",
            f"The mapping {path.name} has {len(problems)} problems to mend",
            problems,
        ) from None
    assert mapping is not None
    return mapping


def _read(root: Field, forms: Catalogue, path: Path) -> ResponseMapping | None:
    taken = root.take(
        required=("source", "form", "version", "id", "submitted", *REQUIRED_FACTS, "answers"),
        optional=(*OPTIONAL_FACTS, "missing"),
    )
    form = _read_form(taken["form"], taken["version"], forms)
    source = taken["source"].string()
    id_columns = tuple(entry.string() for entry in taken["id"].items(at_least=1))
    submitted = _read_picked(taken["submitted"], None)
    facts = {
        name: _read_picked(taken[name], WORDS.get(name))
        for name in (*REQUIRED_FACTS, *OPTIONAL_FACTS)
        if taken[name].is_there
    }
    missing = {"": UNANSWERED} | _read_reasons(taken["missing"])
    if form is None:
        return None
    answers = []
    for key, entry in taken["answers"].pairs() if taken["answers"].is_there else ():
        rule = _read_rule(key, entry, form, missing)
        if rule is not None:
            answers.append(rule)
    _demand_required(form, answers, taken["answers"])
    return ResponseMapping(source, form, id_columns, submitted, facts, tuple(answers), sha256_of(path))


def _read_form(name: Field, version: Field, forms: Catalogue) -> Form | None:
    asked, of_version = name.string(), version.string()
    if not asked or not of_version:
        return None
    try:
        return forms.get(asked, of_version)
    except UnknownForm as error:
        known = ", ".join(error.known) or "–"
        (version if any(form.id == asked for form in forms.forms) else name).fail(f"một trong / one of: {known}")
        return None


def _read_picked(field: Field, words: Collection[str] | None) -> Picked:
    """``column`` with ``values``, or ``constant``; a bare text is a column."""
    if not field.is_there:
        return Picked()
    if isinstance(field.value, str):
        return Picked(column=field.string())
    taken = field.take(required=(), optional=("column", "constant", "values"))
    if taken["column"].is_there == taken["constant"].is_there:
        field.fail("column hoặc / or constant, một trong hai / one of the two")
        return Picked()
    if taken["constant"].is_there:
        return Picked(constant=_read_word(taken["constant"], words))
    values = _read_values(taken["values"], words)
    return Picked(column=taken["column"].string(), values=values)


def _read_values(field: Field, words: Collection[str] | None) -> dict[str, str] | None:
    if not field.is_there:
        return None
    return {cell: _read_word(entry, words) for cell, entry in field.pairs()}


def _read_word(field: Field, words: Collection[str] | None) -> str:
    value = field.value
    word = str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else None
    if isinstance(value, bool) and words is not None and str(value).lower() in words:
        word = str(value).lower()
    if word is None and hasattr(value, "isoformat"):  # YAML makes a date of 2021-09-01
        word = value.isoformat()
    if word is None or (words is not None and word not in words):
        field.fail("một trong / one of: " + ", ".join(words) if words else "chữ hoặc số / a text or number")
        return ""
    return word


def _read_reasons(field: Field) -> dict[str, str]:
    if not field.is_there:
        return {}
    return {cell: _read_word(entry, REASONS) for cell, entry in field.pairs()}


def _read_rule(key: str, field: Field, form: Form, missing: Mapping[str, str]) -> AnswerRule | None:
    name, _, part = key.partition(".")
    question = next((asked for asked in form.questions if asked.id == name), None)
    if question is None or not _has_part(question, part):
        known = ", ".join(_keys(form))
        field.fail(f"câu hỏi của phiếu / a question of the form: {known}", key)
        return None
    if isinstance(field.value, str):
        return AnswerRule(question, field.string(), part or None, missing=missing)
    taken = field.take(required=(), optional=("column", "values", "missing", "separator", "ticks", "ticked"))
    own = dict(missing) | _read_reasons(taken["missing"])
    if taken["ticks"].is_there:
        if question.type is not QuestionType.MULTIPLE or taken["column"].is_there:
            taken["ticks"].fail("chỉ cho câu chọn nhiều, không cùng column / only for multiple, without column")
        options = [option.id for option in question.options]
        ticks = {column: _read_word(entry, options) for column, entry in taken["ticks"].pairs()}
        ticked = frozenset(str(entry.value) for entry in taken["ticked"].items()) or TICKED
        return AnswerRule(question, None, None, missing=own, ticks=ticks, ticked=ticked)
    if not taken["column"].is_there:
        field.fail("column hoặc / or ticks")
        return None
    return AnswerRule(
        question,
        taken["column"].string(),
        part or None,
        values=_read_values(taken["values"], _targets(question, part)),
        missing=own,
        separator=taken["separator"].string() if taken["separator"].is_there else ";",
    )


def _has_part(question: Question, part: str) -> bool:
    if question.type is QuestionType.MATRIX:
        return part in {row.id for row in question.rows}
    return not part or part in {option.id for option in question.options if option.with_text}


def _keys(form: Form) -> list[str]:
    keys = []
    for question in form.questions:
        rows = [f"{question.id}.{row.id}" for row in question.rows]
        keys += rows or [question.id]
        keys += [f"{question.id}.{option.id}" for option in question.options if option.with_text]
    return keys


def _targets(question: Question, part: str) -> list[str] | None:
    """What the values of a question may be turned into; None: anything."""
    reasons = [str(reason) for reason in question.missing] + [UNANSWERED]
    if question.scale is not None:
        return [str(level) for level in range(1, question.scale.levels + 1)] + reasons
    if question.type is QuestionType.YES_NO:
        return ["true", "false", *reasons]
    if question.options and not part:
        return [option.id for option in question.options] + reasons
    return None


def _demand_required(form: Form, answers: list[AnswerRule], field: Field) -> None:
    mapped = {rule.question.id for rule in answers}
    lost = [
        asked.id for asked in form.questions if asked.required and not asked.asked_if and asked.id not in mapped
    ]
    if lost and field.is_there:
        field.fail(
            "cột cho câu bắt buộc / a column for required questions: " + ", ".join(lost), "không có / nothing"
        )
