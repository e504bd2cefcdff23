"""Fields of a page as raw answers."""

import pytest

from survey_forms.answers import read_answers, read_posted
from survey_forms.errors import AnswersInvalid
from survey_forms.form import Form
from tests.survey_forms.making import make_form

OPTIONS = "options: [{id: a, text: {vi: A, en: A}}, {id: other, text: {vi: Khác, en: Other}, with_text: true}]"
WORDS = "text: {vi: Câu, en: Question}"


@pytest.fixture(scope="module")
def form() -> Form:
    return make_form(f"""
        - {{id: r, type: rating, {WORDS}, scale: five, missing: [dont_know]}}
        - {{id: s, type: single, {WORDS}, {OPTIONS}}}
        - {{id: m, type: multiple, {WORDS}, {OPTIONS}, missing: [not_applicable]}}
        - {{id: n, type: number, {WORDS}}}
        - {{id: d, type: date, {WORDS}}}
        - {{id: t, type: long_text, {WORDS}}}
        - {{id: y, type: yes_no, {WORDS}}}
        - {{id: x, type: matrix, {WORDS}, scale: five, missing: [dont_know],
           rows: [{{id: p1, text: {{vi: Một, en: One}}}}, {{id: p2, text: {{vi: Hai, en: Two}}}}]}}
    """)


@pytest.mark.parametrize(
    ("pairs", "raw"),
    [
        pytest.param([("r", "4")], {"r": 4}, id="level"),
        pytest.param([("r", "dont_know")], {"r": "dont_know"}, id="don't know"),
        pytest.param([("s", "a")], {"s": "a"}, id="option"),
        pytest.param([("m", "a"), ("m", "other")], {"m": ["a", "other"]}, id="options"),
        pytest.param([("m", "a")], {"m": ["a"]}, id="one of several"),
        pytest.param([("m", "not_applicable")], {"m": "not_applicable"}, id="does not apply"),
        pytest.param(
            [("s", "other"), ("s.other", "xa")], {"s": "other", "s.other": "xa"}, id="words of an option"
        ),
        pytest.param([("n", "2,5")], {"n": 2.5}, id="Vietnamese decimal comma"),
        pytest.param([("n", " 2.5 ")], {"n": 2.5}, id="decimal point, spaces"),
        pytest.param([("n", "-3")], {"n": -3.0}, id="negative"),
        pytest.param([("n", "0.125")], {"n": 0.125}, id="three decimals below one"),
        pytest.param([("d", "2026-11-20")], {"d": "2026-11-20"}, id="date"),
        pytest.param([("d", "5/9/2026")], {"d": "2026-09-05"}, id="day first"),
        pytest.param([("t", " xin\r\nchào ")], {"t": " xin\r\nchào "}, id="text is left to be read"),
        pytest.param([("y", "yes")], {"y": True}, id="yes"),
        pytest.param([("y", "no")], {"y": False}, id="no"),
        pytest.param([("x.p1", "3"), ("x.p2", "dont_know")], {"x": {"p1": 3, "p2": "dont_know"}}, id="rows"),
        pytest.param([("r", ""), ("n", " "), ("t", "\r\n"), ("x.p1", "")], {}, id="blank fields are no answer"),
        pytest.param([("unit", "00004"), ("r", "1")], {"r": 1}, id="fields of the page are passed over"),
        pytest.param([("r", "4"), ("r", "4")], {"r": 4}, id="the same twice"),
    ],
)
def test_fields_become_raw_answers_that_are_accepted(
    form: Form, pairs: list[tuple[str, str]], raw: dict[str, object]
):
    found = read_posted(form, pairs)
    assert found == raw
    read_answers(form, found)


@pytest.mark.parametrize(
    "pairs",
    [
        pytest.param([("r", "9")], id="level beyond"),
        pytest.param([("r", "4"), ("r", "5")], id="two levels"),
        pytest.param([("r", "bốn")], id="level in words"),
        pytest.param([("r", "٤")], id="digit of another script"),
        pytest.param([("r", "9" * 5000)], id="5,000 digits"),
        pytest.param([("n", "1.000")], id="a thousand or one"),
        pytest.param([("n", "1e3")], id="with an exponent"),
        pytest.param([("n", "nan")], id="NaN"),
        pytest.param([("d", "30/2/2026")], id="30 February"),
        pytest.param([("y", "maybe")], id="neither yes nor no"),
        pytest.param([("s", "a"), ("s", "other")], id="two of a single"),
        pytest.param([("t", "a"), ("t", "b")], id="two texts"),
        pytest.param([("x.p1", "3"), ("x.p1", "4")], id="two levels of a row"),
        pytest.param([("m", "a"), ("m", "not_applicable")], id="an option and none"),
    ],
)
def test_fields_that_are_unclear_are_refused_not_guessed(form: Form, pairs: list[tuple[str, str]]):
    with pytest.raises(AnswersInvalid) as caught:
        read_answers(form, read_posted(form, pairs))
    assert [problem.question for problem in caught.value.problems] == [pairs[0][0].partition(".")[0]]
