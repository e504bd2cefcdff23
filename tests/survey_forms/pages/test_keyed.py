"""The digits of a paper sheet: one spelling, the meaning of each, serials that notice a slip."""

import pytest

from survey_forms.answers import drop_unasked, read_answers, read_posted
from survey_forms.pages.printed.codes import list_fields
from survey_forms.pages.printed.keyed import keyed_number, read_keyed, spell_keyed, tell_keyed, to_pairs
from survey_forms.pages.printed.serials import read_serial, write_serial
from tests.survey_forms.making import make_form

EVERY = """
- {id: level, type: rating, text: {vi: Mức, en: Level}, scale: five, missing: [dont_know]}
- id: place
  type: single
  text: {vi: Nơi, en: Place}
  options:
    - {id: board, text: {vi: Bảng, en: Board}}
    - {id: other, text: {vi: Khác, en: Other}, with_text: true}
- id: papers
  type: multiple
  text: {vi: Giấy, en: Papers}
  options: [{id: a, text: {vi: A, en: A}}, {id: b, text: {vi: B, en: B}}, {id: c, text: {vi: C, en: C}}]
- id: staff
  type: matrix
  text: {vi: Cán bộ, en: Staff}
  scale: three
  missing: [not_applicable]
  rows: [{id: polite, text: {vi: Lịch sự, en: Polite}}, {id: clear, text: {vi: Rõ, en: Clear}}]
- {id: paid, type: yes_no, text: {vi: Trả, en: Paid}}
- {id: amount, type: number, text: {vi: Bao nhiêu, en: Amount}, minimum: 0, missing: [dont_know]}
- {id: day, type: date, text: {vi: Ngày, en: Day}}
- {id: comment, type: long_text, text: {vi: Góp ý, en: Comment}}
"""


def answer(typed: dict[str, str], questions: str = EVERY):
    form = make_form(questions)
    keyed = read_keyed(form, typed)
    assert keyed.problems == ()
    return read_answers(form, drop_unasked(form, read_posted(form, to_pairs(form, keyed.values))))


def test_digits_of_every_type_become_the_answers_of_the_form():
    answers = answer(
        {
            "level": "4", "place": "2", "place.other": "Hàng xóm", "papers": "31", "staff.polite": "3",
            "staff.clear": "9", "paid": "2", "amount": "12,5", "day": "05092026", "comment": "Tốt  lắm",
        }
    )  # fmt: skip
    assert answers.values == {
        "level": 4, "place": "other", "papers.a": True, "papers.b": False, "papers.c": True, "staff.polite": 3,
        "staff.clear#missing": "not_applicable", "paid": False, "amount": 12.5, "day": "2026-09-05",
    }  # fmt: skip
    assert answers.texts == {"place.other": "Hàng xóm", "comment": "Tốt lắm"}


def test_a_box_nobody_can_read_is_no_answer_but_nought_in_a_number_is_a_number():
    answers = answer({"level": "0", "papers": "0", "day": "0", "amount": "0"})
    assert answers.values == {"amount": 0.0}


def test_reasons_have_their_own_digits():
    assert answer({"level": "8", "amount": "*"}).values == {
        "level#missing": "dont_know",
        "amount#missing": "dont_know",
    }


@pytest.mark.parametrize(
    ("name", "raw"),
    [("level", "6"), ("level", "9"), ("level", "x"), ("papers", "14"), ("papers", "11"), ("day", "31022026"),
     ("amount", "1.000"), ("amount", "a"), ("paid", "3"), ("staff.polite", "4")],
)  # fmt: skip
def test_what_no_box_says_is_refused_with_its_box(name: str, raw: str):
    keyed = read_keyed(make_form(EVERY), {name: raw})
    assert [(problem.question, problem.code) for problem in keyed.problems] == [(name.split(".")[0], "wrong_code")]
    assert keyed.values == {name: raw}


@pytest.mark.parametrize(
    ("name", "one", "other"),
    [("papers", "3 1", "13"), ("papers", "3,1", "13"), ("day", "5/09/2026", "05092026"), ("amount", "2,50", "2.5"),
     ("comment", "a  b", "a b"), ("day", "2026-09-05", "05092026")],
)  # fmt: skip
def test_two_ways_to_key_the_same_are_spelt_alike(name: str, one: str, other: str):
    field = next(found for found in list_fields(make_form(EVERY)) if found.name == name)
    assert spell_keyed(field, one) == spell_keyed(field, other)


def test_more_than_seven_options_take_two_digits():
    options = ", ".join(f"{{id: o{number}, text: {{vi: L{number}, en: L{number}}}}}" for number in range(1, 13))
    questions = f"- {{id: many, type: multiple, text: {{vi: N, en: M}}, options: [{options}]}}"
    form = make_form(questions)
    (field,) = list_fields(form)
    assert [code.keyed for code in field.codes][-2:] == ["11", "12"]
    assert spell_keyed(field, "3 12") == spell_keyed(field, "1203") == "0312"
    assert spell_keyed(field, "13") is None
    assert answer({"many": "0312"}, questions).values["many.o12"] is True


def test_a_control_total_adds_levels_not_reasons():
    level = list_fields(make_form(EVERY))[0]
    assert [keyed_number(level, keyed) for keyed in ("4", "8", "0", None)] == [4, 0, 0, 0]
    assert tell_keyed(level, "8", "vi") == "8 – Không biết"


def test_boxes_are_numbered_as_on_the_paper():
    assert [field.number for field in list_fields(make_form(EVERY))] == [
        "1", "2", "2…", "3", "4a", "4b", "5", "6", "7", "8",
    ]  # fmt: skip


@pytest.mark.parametrize("number", [1, 123, 9_999_999, 12_345_678])
def test_a_serial_is_read_back_with_or_without_gaps(number: int):
    assert read_serial(write_serial(number)) == number
    assert read_serial(write_serial(number).replace(" ", "")) == number


def test_every_wrong_digit_and_every_exchange_of_neighbours_is_noticed():
    for number in range(0, 5000, 37):
        digits = write_serial(number).replace(" ", "")
        slips = [digits[:at] + new + digits[at + 1 :] for at in range(8) for new in "0123456789"]
        slips += [digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :] for at in range(7)]
        assert [slip for slip in slips if slip != digits and read_serial(slip) is not None] == []


@pytest.mark.parametrize("typed", ["", "1", "abc", "00001235", "0000 123", "1" * 40, "٠٠٠٠١٢٣٤"])
def test_what_is_no_serial_is_none(typed: str):
    assert read_serial(typed) is None
