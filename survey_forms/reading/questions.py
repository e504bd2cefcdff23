"""Sections and questions from their fields; checks that need only the question itself."""

from collections.abc import Mapping

from survey_forms.form import Condition, Missing, Option, Question, QuestionType, Scale, Section
from survey_forms.reading.field import Field

EVERY = ("id", "type", "text")
ANY = ("help", "required", "missing", "asked_if", "about_person")
NEEDS: Mapping[QuestionType, tuple[str, ...]] = {
    QuestionType.RATING: ("scale",),
    QuestionType.SINGLE: ("options",),
    QuestionType.MULTIPLE: ("options",),
    QuestionType.MATRIX: ("scale", "rows"),
}
MAY: Mapping[QuestionType, tuple[str, ...]] = {
    QuestionType.SINGLE: ("max_letters",),
    QuestionType.MULTIPLE: ("choose", "max_letters"),
    QuestionType.NUMBER: ("minimum", "maximum"),
    QuestionType.SHORT_TEXT: ("max_letters",),
    QuestionType.LONG_TEXT: ("max_letters",),
}
MAX_LETTERS, MAX_LETTERS_SHORT, MOST_LETTERS = 2000, 200, 20_000
RESERVED_IDS = frozenset(reason.value for reason in Missing)


def read_section(entry: Field, scales: Mapping[str, Scale]) -> tuple[Section, list[Field]]:
    """A section, and the fields of its questions (so that later checks can name their places)."""
    taken = entry.take(required=("id", "title", "questions"), optional=("intro",))
    fields = taken["questions"].items(at_least=1)
    section = Section(
        id=taken["id"].word(),
        title=taken["title"].text(),
        questions=tuple(read_question(field, scales) for field in fields),
        intro=taken["intro"].optional_text(),
    )
    return section, fields


def read_question(entry: Field, scales: Mapping[str, Scale]) -> Question:
    """A question; keys that its type does not take are noted as unknown."""
    named = entry.value.get("type") if isinstance(entry.value, dict) else None
    kind = QuestionType(named) if named in [member.value for member in QuestionType] else None
    needs = NEEDS.get(kind, ()) if kind else ()
    may = MAY.get(kind, ()) if kind else tuple({key for keys in (*NEEDS.values(), *MAY.values()) for key in keys})
    taken = entry.take(required=(*EVERY, *needs), optional=(*ANY, *may))
    taken["type"].choice(QuestionType)
    options = _read_options(taken.get("options"), at_least=2, may_have_text=True)
    exactly, at_least, at_most = _read_choose(taken.get("choose"), len(options))
    minimum, maximum = _read_bounds(taken)
    return Question(
        id=taken["id"].word(),
        type=kind or QuestionType.SHORT_TEXT,
        text=taken["text"].text(),
        help=taken["help"].optional_text(),
        required=taken["required"].boolean(),
        scale=_read_scale(taken.get("scale"), scales),
        options=options,
        rows=_read_options(taken.get("rows"), at_least=1, may_have_text=False),
        choose_exactly=exactly,
        choose_at_least=at_least,
        choose_at_most=at_most,
        minimum=minimum,
        maximum=maximum,
        max_letters=_read_max_letters(taken, kind),
        missing=tuple(reason for field in taken["missing"].items() if (reason := field.choice(Missing))),
        asked_if=tuple(_read_condition(field) for field in taken["asked_if"].items(at_least=1)),
        is_about_person=taken["about_person"].boolean(),
    )


def _read_scale(field: Field | None, scales: Mapping[str, Scale]) -> Scale | None:
    name = field.word() if field else ""
    if field and name and name not in scales:
        field.fail(f"một thang đo / a scale: {', '.join(sorted(scales))}", name)
    return scales.get(name)


def _read_options(field: Field | None, *, at_least: int, may_have_text: bool) -> tuple[Option, ...]:
    options: list[Option] = []
    for entry in field.items(at_least=at_least) if field else []:
        taken = entry.take(required=("id", "text"), optional=("with_text",) if may_have_text else ())
        id = taken["id"].word()
        if id and id in {option.id for option in options}:
            taken["id"].fail("mã chưa dùng trong câu này / an id not used in this question", id)
        if id in RESERVED_IDS:
            taken["id"].fail("mã không dành riêng / an id that is not reserved", id)
        with_text = taken["with_text"].boolean() if may_have_text else False
        options.append(Option(id, taken["text"].text(), with_text))
    return tuple(options)


def _read_choose(field: Field | None, options: int) -> tuple[int | None, int | None, int | None]:
    if field is None or not field.is_there:
        return None, None, None
    taken = field.take(required=(), optional=("exactly", "at_least", "at_most"))
    exactly, at_least, at_most = (
        taken[name].integer(minimum=1, maximum=max(options, 1)) for name in ("exactly", "at_least", "at_most")
    )
    if not any(entry.is_there for entry in taken.values()):
        field.fail("exactly, at_least hoặc / or at_most")
    if exactly is not None and (at_least is not None or at_most is not None):
        field.fail("exactly đứng một mình / exactly alone", "exactly + at_least/at_most")
    if at_least is not None and at_most is not None and at_least > at_most:
        field.fail("at_least ≤ at_most", f"{at_least} > {at_most}")
    return exactly, at_least, at_most


def _read_bounds(taken: Mapping[str, Field]) -> tuple[float | None, float | None]:
    minimum = taken["minimum"].number() if "minimum" in taken else None
    maximum = taken["maximum"].number() if "maximum" in taken else None
    if minimum is not None and maximum is not None and minimum > maximum:
        taken["maximum"].fail("minimum ≤ maximum", f"{minimum:g} > {maximum:g}")
    return minimum, maximum


def _read_max_letters(taken: Mapping[str, Field], kind: QuestionType | None) -> int:
    found = taken["max_letters"].integer(minimum=1, maximum=MOST_LETTERS) if "max_letters" in taken else None
    return found or (MAX_LETTERS_SHORT if kind is QuestionType.SHORT_TEXT else MAX_LETTERS)


def _read_condition(field: Field) -> Condition:
    taken = field.take(required=("question",), optional=("in", "at_least", "at_most"))
    if isinstance(field.value, dict) and set(field.value) == {"question"}:
        field.fail("in, at_least hoặc / or at_most")
    values: list[str | int | bool] = []
    for entry in taken["in"].items(at_least=1):
        if isinstance(entry.value, str | int | bool):
            values.append(entry.value)
        else:
            entry.fail("mã, mức hoặc true/false / an id, a level or true/false")
    return Condition(
        question=taken["question"].word(),
        values=tuple(values),
        at_least=taken["at_least"].integer(minimum=-(10**9), maximum=10**9),
        at_most=taken["at_most"].integer(minimum=-(10**9), maximum=10**9),
    )
