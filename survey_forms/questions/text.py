"""Free text, short or long: kept apart from the answers, so it has no column. Only spaces are no answer."""

import unicodedata
from collections.abc import Sequence

from survey_forms.errors import Problem
from survey_forms.form import Question
from survey_forms.questions.kind import AnswerColumn, Reading
from survey_forms.questions.wording import wrong_type


def read(question: Question, value: object, into: Reading) -> None:
    read_words(question, value, question.id, None, into)


def read_words(question: Question, value: object, key: str, part: str | None, into: Reading) -> None:
    """``value`` as the free text called ``key``: NFC, line ends as \\n, nothing around it."""
    if not isinstance(value, str):
        into.problems.append(wrong_type(question, "văn bản", "text", value, part))
        return
    if not _can_be_stored(value):
        vi, en = "Văn bản có ký tự không lưu được (NUL)", "The text has a character that cannot be stored (NUL)"
        into.problems.append(Problem(question.id, "unstorable_text", vi, en, part))
        return
    text = unicodedata.normalize("NFC", value.replace("\r\n", "\n")).strip()
    if len(text) > question.max_letters:
        most, count = question.max_letters, len(text)
        vi = f"Nhiều nhất {most} chữ cái (đang có {count}); hãy viết ngắn lại"
        en = f"At most {most} letters (there are {count}); please shorten it"
        into.problems.append(Problem(question.id, "too_long", vi, en, part))
    elif text:
        into.texts[key] = text


def columns(question: Question) -> tuple[AnswerColumn, ...]:
    return ()


def read_posted(question: Question, posted: Sequence[str]) -> object:
    return posted[0] if len(posted) == 1 else list(posted)


def _can_be_stored(value: str) -> bool:
    # PostgreSQL has no NUL; half a surrogate pair (JSON can carry one) is in no UTF-8.
    return "\0" not in value and not any("\ud800" <= letter <= "\udfff" for letter in value)
