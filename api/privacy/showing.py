"""A stored response in words, for the person who gave it."""

from collections.abc import Iterator

from sqlmodel import Session, col, select

from api.tables import Comment, Response, ResponseText, Unit
from survey_forms.columns import answer_columns
from survey_forms.form import Form, Question

YES_NO = {"vi": {True: "Có", False: "Không"}, "en": {True: "Yes", False: "No"}}
MISSING = {
    "vi": {"dont_know": "Không biết", "not_applicable": "Không áp dụng"},
    "en": {"dont_know": "Don't know", "not_applicable": "Not applicable"},
}
WAITS = {
    "vi": "(lời góp ý này đang chờ che thông tin cá nhân; chưa ai đọc)",
    "en": "(this comment waits to be masked; nobody has read it)",
}


def show_unit(session: Session, code: str, language: str) -> str:
    """The unit's newest name, and its code."""
    found = session.exec(select(Unit).where(Unit.code == code).order_by(col(Unit.valid_from).desc())).first()
    if found is None:
        return code
    return f"{(found.name_en if language == 'en' else None) or found.name} ({code})"


def show_answers(session: Session, response: Response, form: Form, language: str) -> Iterator[tuple[str, str]]:
    """Question and answer, in the order of the form; free text as it is masked."""
    questions = {question.id: question for question in form.questions}
    for column in answer_columns(form):
        value = response.answers.get(column.name)
        if value is not None:
            yield column.text[language], _show(questions[column.question], value, language)
    texts = {
        row.question: row.text for row in session.exec(select(Comment).where(Comment.response_id == response.id))
    }
    waiting = session.exec(select(ResponseText.question).where(ResponseText.response_id == response.id))
    texts |= dict.fromkeys(waiting, WAITS[language])
    for name, text in texts.items():
        asked = questions.get(name.split(".")[0])
        yield (asked.text[language] if asked else name), text


def _show(question: Question, value: object, language: str) -> str:
    if isinstance(value, bool):
        return YES_NO[language][value]
    option = next((option for option in question.options if option.id == value), None)
    if option is not None:
        return option.text[language]
    if question.scale is not None and isinstance(value, int):
        return f"{value} – {question.scale.labels[value - 1][language]}"
    if value in MISSING[language]:
        return MISSING[language][str(value)]
    return str(value)
