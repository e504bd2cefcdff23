"""When a question is asked: from the answers stored so far."""

from collections.abc import Collection, Mapping

from survey_forms.form import Condition, Question
from survey_forms.questions.kind import Value


def is_asked(question: Question, values: Mapping[str, Value], unclear: Collection[str] = ()) -> bool | None:
    """Whether ``question`` is asked of somebody who answered ``values`` (stored, by column).

    A condition on a question without an answer does not hold. None when it depends on an answer that could
    not be read (``unclear``): then nothing can be said against answering or not answering.
    """
    if not question.asked_if:
        return True
    held = [
        None if condition.question in unclear else _holds(condition, values) for condition in question.asked_if
    ]
    if False in held:
        return False
    return None if None in held else True


def _holds(condition: Condition, values: Mapping[str, Value]) -> bool:
    name = condition.question
    value = values.get(name)
    if condition.at_least is not None or condition.at_most is not None:
        if not isinstance(value, int | float) or isinstance(value, bool):
            return False
        if condition.at_least is not None and value < condition.at_least:
            return False
        if condition.at_most is not None and value > condition.at_most:
            return False
    if not condition.values:
        return True
    return (
        value in condition.values
        or values.get(f"{name}#missing") in condition.values
        or any(values.get(f"{name}.{option}") is True for option in condition.values)
    )
