"""Any number of options, or a number the question sets. Answered, every option has a value: chosen or not."""

from collections.abc import Sequence

from survey_forms.errors import Problem
from survey_forms.form import Missing, Question
from survey_forms.questions.kind import AnswerColumn, Reading, join_text
from survey_forms.questions.wording import unknown_option, wrong_type

MOST_UNKNOWN_OPTIONS = 5


def read(question: Question, value: object, into: Reading) -> None:
    if not isinstance(value, list | tuple):
        into.problems.append(wrong_type(question, "danh sách mã lựa chọn", "a list of option ids", value))
        return
    if not value:  # nothing ticked is no answer, as on paper
        return
    problems = _find_problems(question, value)
    if problems:
        into.problems += problems
        return
    into.values |= {f"{question.id}.{option.id}": option.id in value for option in question.options}


def columns(question: Question) -> tuple[AnswerColumn, ...]:
    return tuple(
        AnswerColumn(
            f"{question.id}.{option.id}", "boolean", question.id, option.id, join_text(question.text, option.text)
        )
        for option in question.options
    )


def read_posted(question: Question, posted: Sequence[str]) -> object:
    return posted[0] if len(posted) == 1 and posted[0] in question.missing else list(posted)


def _find_problems(question: Question, value: Sequence[object]) -> list[Problem]:
    known = {option.id for option in question.options}
    reasons = [chosen for chosen in value if isinstance(chosen, str) and chosen in question.missing]
    if reasons:
        reason = Missing(reasons[0])
        vi, en = f"“{reason}” chỉ đứng một mình", f"“{reason}” only stands alone, not in a list"
        return [Problem(question.id, "contradictory", vi, en)]
    unknown = [chosen for chosen in value if not isinstance(chosen, str) or chosen not in known]
    if unknown:
        return [unknown_option(question, chosen) for chosen in unknown[:MOST_UNKNOWN_OPTIONS]]
    if len(set(value)) < len(value):
        vi, en = "Có lựa chọn lặp lại", "An option is repeated"
        return [Problem(question.id, "repeated_option", vi, en)]
    return _check_count(question, len(value))


def _check_count(question: Question, count: int) -> list[Problem]:
    exactly, at_least, at_most = question.choose_exactly, question.choose_at_least, question.choose_at_most
    if exactly is not None and count != exactly:
        vi, en = f"Chọn đúng {exactly} (đang chọn {count})", f"Choose exactly {exactly} (chosen: {count})"
    elif at_least is not None and count < at_least:
        vi, en = f"Chọn ít nhất {at_least} (đang chọn {count})", f"Choose at least {at_least} (chosen: {count})"
    elif at_most is not None and count > at_most:
        vi, en = f"Chọn nhiều nhất {at_most} (đang chọn {count})", f"Choose at most {at_most} (chosen: {count})"
    else:
        return []
    return [Problem(question.id, "wrong_count", vi, en)]
