"""A questionnaire as A4 sheets: each with its serial and code, ready to print from a browser."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from survey_forms.form import Form, Question, QuestionType, Section
from survey_forms.pages.conditions import number_conditions
from survey_forms.pages.printed.codes import Code, FieldKind, SheetField, list_fields
from survey_forms.pages.printed.qr_code import QrCode, draw_qr_code
from survey_forms.pages.printed.serials import write_serial
from survey_forms.pages.questions import tell_helps
from survey_forms.pages.render import show_legal_basis
from survey_forms.pages.strict_templates import open_templates

FOLDER = Path(__file__).parent / "templates"

WORDS = {
    "vi": {
        "serial": "Số phiếu",
        "how": "Đánh dấu ✕ vào ô phù hợp. Sửa: tô kín ô sai, đánh dấu ô đúng. Câu nào không rõ có thể bỏ qua.",
        "consent": "Bản",
        "day": "Ngày trả lời",
        "unit": "Nơi làm thủ tục",
        "counter": "Quầy",
        "return": "Cảm ơn Ông/Bà. Xin bỏ phiếu vào thùng góp ý hoặc đưa lại người phát. Phiếu không ghi tên.",
        "staff": "Chữ số nhỏ cạnh ô dành cho người nhập phiếu.",
    },
    "en": {
        "serial": "Sheet number",
        "how": "Put a cross ✕ in the box. To correct, fill the wrong box and cross the right one. "
        "You may skip questions.",
        "consent": "Version",
        "day": "Day of answering",
        "unit": "Where you were served",
        "counter": "Counter",
        "return": "Thank you. Please put the sheet into the box or give it back. It carries no name.",
        "staff": "The small digits beside the boxes are for keying in.",
    },
}


@dataclass(frozen=True)
class Place:
    """Where sheets are handed out, in words."""

    unit: str
    counter: str = ""
    procedure: str = ""


@dataclass(frozen=True)
class _Asked:
    """A question as it is printed."""

    number: str
    question: Question
    text: str
    helps: tuple[str, ...]
    only_if: str
    kind: FieldKind
    codes: tuple[Code, ...]
    rows: tuple[SheetField, ...]
    words: dict[str, str]  # option → number of the line for its words


@dataclass(frozen=True)
class _Sheet:
    serial: str
    qr: QrCode


def render_sheets(
    form: Form,
    numbers: Sequence[int],
    *,
    language: str,
    place: Place,
    consent: Mapping[str, str] | None = None,
    style_address: str = "",
    demonstration: str = "",
) -> str:
    """One page of HTML with a sheet for each of ``numbers``; A4 when printed, no question across two pages.

    ``consent``: what is said before the first question, by language, and its ``version``.
    ``style_address``: where the style lies; empty: in the page itself, for a file that is opened from a disk.
    ``demonstration`` is told on every sheet.
    """
    conditions = number_conditions(form)
    by_question: dict[str, list[SheetField]] = {}
    for field in list_fields(form):
        by_question.setdefault(field.question.id, []).append(field)

    def show(question: Question) -> _Asked:
        fields = by_question[question.id]
        is_matrix = question.type is QuestionType.MATRIX
        return _Asked(
            number=fields[0].number.rstrip("a") if is_matrix else fields[0].number,
            question=question,
            text=question.text[language],
            helps=tell_helps(question, language),
            only_if=conditions.in_words(question, language),
            kind=fields[0].kind,
            codes=fields[0].codes,
            rows=tuple(fields) if is_matrix else (),
            words={field.part: field.name for field in fields if field.part and not is_matrix},
        )

    def ask(section: Section) -> list[_Asked]:
        return [show(question) for question in section.questions]

    return (
        open_templates(FOLDER)
        .get_template("paper_sheet.html")
        .render(
            form=form,
            language=language,
            words=WORDS[language],
            place=place,
            sections=[(section, ask(section)) for section in form.sections],
            sheets=[
                _Sheet(write_serial(number), draw_qr_code(write_serial(number).replace(" ", "")))
                for number in numbers
            ],
            consent=consent,
            legal_basis=show_legal_basis(form, language),
            style_address=style_address,
            style="" if style_address else read_paper_style(),
            demonstration=demonstration,
        )
    )


@lru_cache(maxsize=1)
def read_paper_style() -> str:
    """The style of the sheets."""
    return (FOLDER / "paper.css").read_text(encoding="utf-8")
