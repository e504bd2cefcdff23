"""When a question is asked."""

import pytest

from survey_forms.form import Condition, Question, QuestionType
from survey_forms.logic import is_asked


def question(*conditions: Condition) -> Question:
    return Question("q", QuestionType.YES_NO, {"vi": "–", "en": "–"}, asked_if=conditions)


@pytest.mark.parametrize(
    ("condition", "values", "expected"),
    [
        pytest.param(Condition("a", values=(1, 2)), {"a": 2}, True, id="level among them"),
        pytest.param(Condition("a", values=(1, 2)), {"a": 3}, False, id="level not among them"),
        pytest.param(Condition("a", values=("x",)), {"a": "x"}, True, id="option"),
        pytest.param(Condition("a", values=("x",)), {"a.x": True, "a.y": False}, True, id="ticked"),
        pytest.param(Condition("a", values=("y",)), {"a.x": True, "a.y": False}, False, id="not ticked"),
        pytest.param(Condition("a", values=(False,)), {"a": False}, True, id="no"),
        pytest.param(Condition("a", values=(True,)), {"a": False}, False, id="not yes"),
        pytest.param(Condition("a", values=("dont_know",)), {"a#missing": "dont_know"}, True, id="reason"),
        pytest.param(Condition("a", values=(1,)), {}, False, id="no answer"),
        pytest.param(Condition("a", at_least=3), {"a": 3}, True, id="at least, on it"),
        pytest.param(Condition("a", at_least=3), {"a": 2}, False, id="at least, below"),
        pytest.param(Condition("a", at_most=3), {"a": 3}, True, id="at most, on it"),
        pytest.param(Condition("a", at_most=3), {"a": 3.5}, False, id="at most, above"),
        pytest.param(Condition("a", at_most=3), {"a#missing": "dont_know"}, False, id="at most, no value"),
        pytest.param(Condition("a", at_least=2, at_most=3), {"a": 4}, False, id="between, above"),
        pytest.param(Condition("a", values=(1, 2), at_least=2), {"a": 1}, False, id="among them but too low"),
    ],
)
def test_a_condition_holds(condition: Condition, values: dict[str, int | float | bool | str], expected: bool):
    assert is_asked(question(condition), values) is expected


def test_without_conditions_a_question_is_always_asked():
    assert is_asked(question(), {}, {"a"}) is True


def test_all_conditions_must_hold():
    both = question(Condition("a", values=(1,)), Condition("b", values=(1,)))
    assert is_asked(both, {"a": 1, "b": 1}) is True
    assert is_asked(both, {"a": 1, "b": 2}) is False


def test_an_unreadable_answer_leaves_it_open_unless_another_condition_fails():
    both = question(Condition("a", values=(1,)), Condition("b", values=(1,)))
    assert is_asked(both, {"b": 1}, {"a"}) is None
    assert is_asked(both, {"b": 2}, {"a"}) is False
