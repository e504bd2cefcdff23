"""Raw answers become stored ones, or every problem by question."""

import math
import unicodedata

import pytest

from survey_forms.answers import drop_unasked, read_answers
from survey_forms.errors import AnswersInvalid, Problem
from survey_forms.form import Form
from tests.survey_forms.making import make_form
from tests.survey_forms.naughty import NAUGHTY, NFC, NFD

OPTIONS = """options: [{id: a, text: {vi: A, en: A}}, {id: b, text: {vi: B, en: B}}, {id: c, text: {vi: C, en: C}},
    {id: other, text: {vi: Khác, en: Other}, with_text: true}]"""
ROWS = "rows: [{id: p1, text: {vi: Một, en: One}}, {id: p2, text: {vi: Hai, en: Two}}]"
WORDS = "text: {vi: Câu, en: Question}"


def one_question(kind: str, more: str = "") -> Form:
    return make_form(f"- {{id: q, type: {kind}, {WORDS}{', ' if more else ''}{more}}}")


FORMS = {
    "rating": one_question("rating", "scale: five"),
    "rating or unknown": one_question("rating", "scale: five, missing: [dont_know]"),
    "single": one_question("single", OPTIONS),
    "multiple": one_question("multiple", OPTIONS),
    "multiple or none": one_question("multiple", OPTIONS + ", missing: [not_applicable]"),
    "exactly two": one_question("multiple", OPTIONS + ", choose: {exactly: 2}"),
    "two or three": one_question("multiple", OPTIONS + ", choose: {at_least: 2, at_most: 3}"),
    "number": one_question("number", "minimum: 0, maximum: 24.5"),
    "any number": one_question("number"),
    "date": one_question("date"),
    "text": one_question("long_text", "max_letters: 10"),
    "text or unknown": one_question("short_text", "missing: [dont_know]"),
    "yes or no": one_question("yes_no"),
    "matrix": one_question("matrix", f"scale: five, {ROWS}, missing: [not_applicable]"),
}


def problems_of(form: Form, raw: object) -> list[Problem]:
    with pytest.raises(AnswersInvalid) as caught:
        read_answers(form, raw)  # type: ignore[arg-type]
    return list(caught.value.problems)


def codes_of(form: Form, raw: object) -> list[str]:
    return [problem.code for problem in problems_of(form, raw)]


@pytest.mark.parametrize(
    ("form", "value", "stored"),
    [
        pytest.param("rating", 1, {"q": 1}, id="lowest level"),
        pytest.param("rating", 5, {"q": 5}, id="highest level"),
        pytest.param("rating", None, {}, id="null is no answer"),
        pytest.param("rating or unknown", "dont_know", {"q#missing": "dont_know"}, id="don't know"),
        pytest.param("single", "b", {"q": "b"}, id="an option"),
        pytest.param(
            "multiple", ["c", "a"], {"q.a": True, "q.b": False, "q.c": True, "q.other": False}, id="two options"
        ),
        pytest.param("multiple", [], {}, id="nothing ticked is no answer"),
        pytest.param("multiple or none", "not_applicable", {"q#missing": "not_applicable"}, id="does not apply"),
        pytest.param(
            "exactly two", ["a", "b"], {"q.a": True, "q.b": True, "q.c": False, "q.other": False}, id="exactly two"
        ),
        pytest.param("number", 0, {"q": 0.0}, id="least number"),
        pytest.param("number", 24.5, {"q": 24.5}, id="greatest number"),
        pytest.param("date", "2024-02-29", {"q": "2024-02-29"}, id="leap day"),
        pytest.param("yes or no", False, {"q": False}, id="no"),
        pytest.param("text or unknown", "dont_know", {"q#missing": "dont_know"}, id="text not known"),
        pytest.param(
            "matrix", {"p1": 4, "p2": "not_applicable"}, {"q.p1": 4, "q.p2#missing": "not_applicable"}, id="rows"
        ),
        pytest.param("matrix", {"p2": 1, "p1": None}, {"q.p2": 1}, id="a row left open"),
        pytest.param("matrix", {}, {}, id="no row answered"),
    ],
)
def test_a_good_answer_is_stored_as(form: str, value: object, stored: dict[str, object]):
    answers = read_answers(FORMS[form], {"q": value})
    assert answers.values == stored
    assert [type(found) for found in answers.values.values()] == [type(wanted) for wanted in stored.values()]
    assert answers.texts == {}


@pytest.mark.parametrize(
    ("form", "value", "code"),
    [
        pytest.param("rating", 0, "out_of_range", id="level 0"),
        pytest.param("rating", 6, "out_of_range", id="level above"),
        pytest.param("rating", 10**5000, "out_of_range", id="a number of 5,001 digits"),
        pytest.param("rating", "4", "wrong_type", id="a level as text"),
        pytest.param("rating", 4.0, "wrong_type", id="a level with a point"),
        pytest.param("rating", True, "wrong_type", id="true is not level 1"),
        pytest.param("rating", [4], "wrong_type", id="a list"),
        pytest.param("rating", {"q": 4}, "wrong_type", id="an object"),
        pytest.param("rating", "", "wrong_type", id="an empty text"),
        pytest.param("rating", "dont_know", "missing_not_allowed", id="don't know where it is not offered"),
        pytest.param("rating or unknown", "not_applicable", "missing_not_allowed", id="the other reason"),
        pytest.param("single", "d", "unknown_option", id="unknown option"),
        pytest.param("single", "A", "unknown_option", id="option in capitals"),
        pytest.param("single", ["a"], "wrong_type", id="list for a single"),
        pytest.param("multiple", "a", "wrong_type", id="one for a list"),
        pytest.param("multiple", ["a", "z"], "unknown_option", id="one unknown in a list"),
        pytest.param("multiple", ["a", ["b"]], "unknown_option", id="list in a list"),
        pytest.param("multiple", ["a", "a"], "repeated_option", id="the same twice"),
        pytest.param("multiple or none", ["a", "not_applicable"], "contradictory", id="an option and none"),
        pytest.param("exactly two", ["a"], "wrong_count", id="one of exactly two"),
        pytest.param("exactly two", ["a", "b", "c"], "wrong_count", id="three of exactly two"),
        pytest.param("two or three", ["a"], "wrong_count", id="fewer than at least"),
        pytest.param("two or three", ["a", "b", "c", "other"], "wrong_count", id="more than at most"),
        pytest.param("number", -0.1, "out_of_range", id="below the minimum"),
        pytest.param("number", 24.6, "out_of_range", id="above the maximum"),
        pytest.param("number", "4", "wrong_type", id="number as text"),
        pytest.param("number", True, "wrong_type", id="true is no number"),
        pytest.param("any number", math.nan, "wrong_type", id="NaN"),
        pytest.param("any number", math.inf, "wrong_type", id="infinity"),
        pytest.param("any number", 10**400, "out_of_range", id="beyond every float"),
        pytest.param("date", "2026-02-30", "wrong_type", id="30 February"),
        pytest.param("date", "20261120", "wrong_type", id="date without dashes"),
        pytest.param("date", "2026-W10-1", "wrong_type", id="week date"),
        pytest.param("date", "2026-11-20T00:00:00", "wrong_type", id="date with a time"),
        pytest.param("date", "٢٠٢٦-١١-٢٠", "wrong_type", id="digits of another script"),
        pytest.param("date", 20261120, "wrong_type", id="date as a number"),
        pytest.param("date", "1899-12-31", "out_of_range", id="before all"),
        pytest.param("yes or no", "yes", "wrong_type", id="yes as text"),
        pytest.param("yes or no", 1, "wrong_type", id="1 is not true"),
        pytest.param("text", 5, "wrong_type", id="number for a text"),
        pytest.param("text", "x" * 11, "too_long", id="a letter too long"),
        pytest.param("text", "a\0b", "unstorable_text", id="NUL"),
        pytest.param("text", "a\ud800b", "unstorable_text", id="half a surrogate pair"),
        pytest.param("matrix", 4, "wrong_type", id="level for a matrix"),
        pytest.param("matrix", {"p1": "4"}, "wrong_type", id="row as text"),
        pytest.param("matrix", {"p1": 6}, "out_of_range", id="row out of range"),
        pytest.param("matrix", {"p3": 4}, "unknown_row", id="unknown row"),
        pytest.param("matrix", "not_applicable", "wrong_type", id="a reason for the whole matrix"),
    ],
)
def test_a_bad_answer_is_refused_with_its_code(form: str, value: object, code: str):
    (problem,) = problems_of(FORMS[form], {"q": value})
    assert (problem.question, problem.code) == ("q", code)
    assert problem.vi
    assert problem.en


def test_every_problem_comes_at_once_by_question():
    form = make_form(f"""
        - {{id: q1, type: rating, {WORDS}, scale: five, required: true}}
        - {{id: q2, type: number, {WORDS}}}
        - {{id: q3, type: matrix, {WORDS}, scale: five, required: true, {ROWS}}}
    """)
    found = problems_of(form, {"q2": "2", "q3": {"p1": 9}, "q7": 1})
    assert [(problem.question, problem.code, problem.part) for problem in found] == [
        ("q1", "required", None),
        ("q2", "wrong_type", None),
        ("q3", "out_of_range", "p1"),
        ("q3", "required", "p2"),
        ("q7", "unknown_question", None),
    ]


@pytest.mark.parametrize("value", [None, "dont_know", 3])
def test_a_required_question_is_satisfied_by_a_value_or_a_reason_only(value: object):
    form = one_question("rating", "scale: five, required: true, missing: [dont_know]")
    if value is None:
        assert codes_of(form, {"q": value}) == codes_of(form, {}) == ["required"]
    else:
        assert len(read_answers(form, {"q": value}).values) == 1


@pytest.mark.parametrize("blank", ["", "   ", "\r\n\t", "\u00a0\u3000"])
def test_a_text_of_spaces_is_no_answer(blank: str):
    assert read_answers(FORMS["text"], {"q": blank}).texts == {}
    assert codes_of(one_question("short_text", "required: true"), {"q": blank}) == ["required"]


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in NAUGHTY.items()])
def test_a_naughty_text_is_stored_as_it_was_written(text: str):
    form = one_question("long_text", "max_letters: 10000")
    answers = read_answers(form, {"q": text})
    assert answers.texts == {"q": unicodedata.normalize("NFC", text)}
    assert answers.values == {}


def test_composed_and_combining_diacritics_are_the_same_text():
    form = one_question("long_text", f"max_letters: {len(NFC)}")
    assert NFC != NFD
    assert read_answers(form, {"q": NFD}).texts == read_answers(form, {"q": NFC}).texts == {"q": NFC}


def test_line_ends_are_one_letter_and_spaces_around_do_not_count():
    assert read_answers(FORMS["text"], {"q": "  abcd\r\nefghi \r\n"}).texts == {"q": "abcd\nefghi"}


@pytest.mark.parametrize(("kind", "answer"), [("single", "other"), ("multiple", ["other", "a"])])
def test_the_words_of_an_option_are_kept_apart(kind: str, answer: object):
    answers = read_answers(FORMS[kind], {"q": answer, "q.other": " xa quá "})
    assert answers.texts == {"q.other": "xa quá"}
    assert "xa quá" not in answers.values.values()


@pytest.mark.parametrize(("kind", "answer"), [("single", "a"), ("multiple", ["a"]), ("single", None)])
def test_words_of_an_option_that_is_not_chosen_are_refused(kind: str, answer: object):
    (problem,) = problems_of(FORMS[kind], {"q": answer, "q.other": "xa"})
    assert (problem.question, problem.part, problem.code) == ("q", "other", "text_without_option")


def test_blank_words_of_an_option_are_none():
    assert read_answers(FORMS["single"], {"q": "a", "q.other": "  "}).texts == {}


def test_words_for_an_option_without_text_are_an_unknown_question():
    assert codes_of(FORMS["single"], {"q": "a", "q.a": "xa"}) == ["unknown_question"]


def test_a_thousand_unknown_keys_are_twenty_problems_and_a_count():
    found = problems_of(FORMS["rating"], {"q": 4} | {f"x{number}": 1 for number in range(1000)})
    assert [problem.question for problem in found[:20]] == [f"x{number}" for number in range(20)]
    assert len(found) == 21
    assert "980" in found[20].vi
    assert "980" in found[20].en


def test_a_thousand_unknown_rows_and_options_are_few_problems():
    assert len(problems_of(FORMS["matrix"], {"q": {f"x{number}": 1 for number in range(1000)}})) == 6
    assert len(problems_of(FORMS["multiple"], {"q": [f"x{number}" for number in range(1000)]})) == 5


def test_unknown_names_are_shown_short_and_printable():
    (problem,) = problems_of(FORMS["rating"], {"a\0\ud800" + "x" * 1000: 1})
    assert problem.question == "a��" + "x" * 37 + "…"
    (problem.vi + problem.en).encode("utf-8")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("shape", ["list", "object"])
def test_deep_json_is_refused_without_recursion(form: str, shape: str):
    deep: object = 1
    for _ in range(20_000):
        deep = [deep] if shape == "list" else {"p1": deep}
    found = problems_of(FORMS[form], {"q": deep, "other": deep})
    assert {problem.question for problem in found} == {"q", "other"}


@pytest.mark.parametrize("raw", [None, [], "q", 4])
def test_answers_that_are_no_object_are_refused(raw: object):
    assert codes_of(FORMS["rating"], raw) == ["wrong_type"]


CHAIN = make_form(f"""
    - {{id: q1, type: rating, {WORDS}, scale: five}}
    - {{id: q2, type: single, {WORDS}, asked_if: [{{question: q1, at_most: 2}}], required: true, {OPTIONS}}}
    - {{id: q3, type: long_text, {WORDS}, asked_if: [{{question: q2, in: [a, other]}}], required: true}}
""")


def test_a_question_that_was_not_asked_need_not_be_answered():
    assert read_answers(CHAIN, {"q1": 3}).values == {"q1": 3}


def test_a_question_that_was_asked_must_be_answered_if_required():
    assert [(problem.question, problem.code) for problem in problems_of(CHAIN, {"q1": 2})] == [("q2", "required")]


def test_an_answer_to_a_question_that_was_not_asked_is_refused_down_the_chain():
    found = problems_of(CHAIN, {"q1": 3, "q2": "a", "q3": "vì"})
    assert [(problem.question, problem.code) for problem in found] == [("q2", "not_asked"), ("q3", "not_asked")]


def test_no_answer_to_a_question_that_was_not_asked_is_fine():
    assert read_answers(CHAIN, {"q1": 3, "q2": None, "q2.other": "", "q3": " "}).values == {"q1": 3}


def test_words_of_an_option_not_asked_are_refused():
    found = problems_of(CHAIN, {"q1": 5, "q2.other": "xa"})
    assert [(problem.question, problem.code) for problem in found] == [("q2", "not_asked")]


def test_nothing_is_said_of_questions_that_depend_on_an_unreadable_answer():
    assert [problem.question for problem in problems_of(CHAIN, {"q1": "2"})] == ["q1"]
    assert [problem.question for problem in problems_of(CHAIN, {"q1": "2", "q2": "a", "q3": "vì"})] == ["q1"]
    assert [problem.question for problem in problems_of(CHAIN, {"q1": "2", "q2": "a"})] == ["q1"]
    assert [problem.question for problem in problems_of(CHAIN, {"q1": "2", "q3": "vì"})] == ["q1"]


def test_dropping_the_unasked_keeps_the_rest_and_the_caller_s_mapping():
    raw = {"q1": 3, "q2": "other", "q2.other": "xa", "q3": "vì", "page": "x"}
    assert drop_unasked(CHAIN, raw) == {"q1": 3, "page": "x"}
    assert len(raw) == 5
    assert drop_unasked(CHAIN, {"q1": 1, "q2": "b", "q3": "vì"}) == {"q1": 1, "q2": "b"}
    assert drop_unasked(CHAIN, {"q1": "2", "q2": "a"}) == {"q1": "2", "q2": "a"}
