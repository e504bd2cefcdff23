"""The answers of one response against their form: read, or every problem at once. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from survey_forms.errors import AnswersInvalid, Problem
from survey_forms.form import Form, Missing, Option, Question, QuestionType
from survey_forms.logic import is_asked
from survey_forms.posted import read_posted
from survey_forms.questions import KINDS
from survey_forms.questions.kind import Reading, Value
from survey_forms.questions.matrix import find_open_rows
from survey_forms.questions.text import read_words
from survey_forms.questions.wording import show, show_key

__all__ = ["Answers", "AnswersInvalid", "Problem", "drop_unasked", "read_answers", "read_posted"]

MOST_UNKNOWN = 20
TEXT_TYPES = (QuestionType.SHORT_TEXT, QuestionType.LONG_TEXT)


@dataclass(frozen=True)
class Answers:
    """What was answered: ``values`` flat, one key per column (columns.py), and the free ``texts`` apart."""

    values: dict[str, Value]
    texts: dict[str, str]


def read_answers(form: Form, raw: Mapping[str, object], *, is_whole: bool = True) -> Answers:
    """The answers in ``raw``, as posted in JSON; AnswersInvalid with every problem by question.

    ``is_whole`` False: the person left before the end, so that no answer need be there.
    """
    if not isinstance(raw, Mapping):
        got = show(raw)
        raise AnswersInvalid(
            [
                Problem(
                    "",
                    "wrong_type",
                    f"Cần {{câu: trả lời}}, nhận được {got}",
                    f"Expected {{question: answer}}, got {got}",
                )
            ]
        )
    reading, unasked = _read_all(form, raw, is_whole=is_whole)
    reading.problems += [_not_asked(question) for question in unasked if _given_keys(question, raw)]
    if len(raw) > len(_keys(form)) or not raw.keys() <= _keys(form):
        reading.problems += _unknown_questions(form, raw)
    if reading.problems:
        raise AnswersInvalid(reading.problems)
    return Answers(reading.values, reading.texts)


def drop_unasked(form: Form, raw: Mapping[str, object]) -> dict[str, object]:
    """``raw`` without answers to questions that were not asked: for a page without scripts, which shows all."""
    _, unasked = _read_all(form, raw, is_whole=True)
    dropped = {key for question in unasked for key in _question_keys(question)}
    return {key: value for key, value in raw.items() if key not in dropped}


def _read_all(form: Form, raw: Mapping[str, object], *, is_whole: bool) -> tuple[Reading, list[Question]]:
    """What can be read, in the order of the form, and the questions that were not asked."""
    reading = Reading()
    unasked: list[Question] = []
    unclear: set[str] = set()
    for question in form.questions:
        asked = is_asked(question, reading.values, unclear) if question.asked_if else True
        if asked is False:
            unasked.append(question)
            continue
        before = len(reading.problems)
        _read_question(question, raw, reading, must_answer=is_whole and question.required and asked is True)
        if len(reading.problems) > before or asked is None:
            unclear.add(question.id)
    return reading, unasked


def _read_question(question: Question, raw: Mapping[str, object], into: Reading, *, must_answer: bool) -> None:
    value = raw.get(question.id)
    before = len(into.values) + len(into.texts) + len(into.problems)
    if value is not None and not _read_missing(question, value, into):
        KINDS[question.type].read(question, value, into)
    for option in question.options:
        if option.with_text:
            _read_option_text(question, option, raw, into)
    if not must_answer:
        return
    if question.type is QuestionType.MATRIX:
        into.problems += find_open_rows(question, value)
    elif len(into.values) + len(into.texts) + len(into.problems) == before:
        into.problems.append(
            Problem(question.id, "required", "Câu này cần trả lời", "This question needs an answer")
        )


def _read_missing(question: Question, value: object, into: Reading) -> bool:
    """True if ``value`` is a reason why there is none, allowed or not."""
    if not isinstance(value, str) or value not in _REASONS or question.type is QuestionType.MATRIX:
        return False
    if value in question.missing:
        into.values[f"{question.id}#missing"] = value
        return True
    if question.type in TEXT_TYPES:  # there it is a word like any other
        return False
    vi, en = f"Câu này không nhận “{value}”", f"This question does not take “{value}”"
    into.problems.append(Problem(question.id, "missing_not_allowed", vi, en))
    return True


def _read_option_text(question: Question, option: Option, raw: Mapping[str, object], into: Reading) -> None:
    key = f"{question.id}.{option.id}"
    words = raw.get(key)
    if not _is_given(words):
        return
    is_chosen = into.values.get(question.id) == option.id or into.values.get(key) is True
    if is_chosen or any(problem.question == question.id for problem in into.problems):
        read_words(question, words, key, option.id, into)
        return
    vi = f"Có ghi thêm nhưng chưa chọn “{option.text['vi']}”; hãy chọn hoặc xoá phần ghi thêm"
    en = f"There is a text but “{option.text['en']}” is not chosen; choose it or clear the text"
    into.problems.append(Problem(question.id, "text_without_option", vi, en, option.id))


def _not_asked(question: Question) -> Problem:
    vi = "Câu này không được hỏi theo các câu trả lời trước; hãy bỏ câu trả lời"
    en = "This question was not asked after the earlier answers; leave its answer out"
    return Problem(question.id, "not_asked", vi, en)


def _unknown_questions(form: Form, raw: Mapping[str, object]) -> list[Problem]:
    unknown = [key for key in raw if key not in _keys(form)]
    problems = []
    for key in unknown[:MOST_UNKNOWN]:
        vi, en = f"Phiếu không có câu {show(key)}", f"The form has no question {show(key)}"
        problems.append(Problem(show_key(key), "unknown_question", vi, en))
    if len(unknown) > MOST_UNKNOWN:
        more = len(unknown) - MOST_UNKNOWN
        problems.append(
            Problem("", "unknown_question", f"Còn {more} câu lạ khác", f"{more} more unknown questions")
        )
    return problems


def _given_keys(question: Question, raw: Mapping[str, object]) -> list[str]:
    return [key for key in _question_keys(question) if _is_given(raw.get(key))]


def _is_given(value: object) -> bool:
    """False for what counts as no answer: null, only spaces, an empty list, an object of nulls."""
    if isinstance(value, str):
        return bool(value.strip())
    if isinstance(value, Mapping):
        return any(inner is not None for inner in value.values())
    return value is not None and value not in ([], ())


def _question_keys(question: Question) -> list[str]:
    return [question.id, *(f"{question.id}.{option.id}" for option in question.options if option.with_text)]


@lru_cache(maxsize=256)
def _keys(form: Form) -> frozenset[str]:
    return frozenset(key for question in form.questions for key in _question_keys(question))


_REASONS = frozenset(reason.value for reason in Missing)
