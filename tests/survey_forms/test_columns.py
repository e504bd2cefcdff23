"""The columns of a form's answers."""

from analysis.frames import INDICES, RESPONSES
from survey_forms.answers import read_answers
from survey_forms.columns import answer_columns
from survey_forms.reading.checks import RESERVED_COLUMNS
from tests.survey_forms.making import make_form

FORM = make_form("""
    - {id: r, type: rating, text: {vi: Một, en: One}, scale: five, missing: [dont_know]}
    - {id: s, type: single, text: {vi: Hai, en: Two}, options: [{id: a, text: {vi: A, en: A}},
       {id: b, text: {vi: B, en: B}, with_text: true}]}
    - {id: m, type: multiple, text: {vi: Ba, en: Three}, missing: [not_applicable],
       options: [{id: a, text: {vi: A, en: A}}, {id: b, text: {vi: B, en: B}}]}
    - {id: n, type: number, text: {vi: Bốn, en: Four}}
    - {id: d, type: date, text: {vi: Năm, en: Five}}
    - {id: t, type: long_text, text: {vi: Sáu, en: Six}, missing: [dont_know]}
    - {id: y, type: yes_no, text: {vi: Bảy, en: Seven}}
    - {id: x, type: matrix, text: {vi: Tám, en: Eight}, scale: five, missing: [dont_know],
       rows: [{id: p1, text: {vi: Dòng, en: Row}}]}
""")


def test_columns_come_in_the_order_asked_each_with_its_kind():
    assert [(column.name, column.kind, column.question, column.part) for column in answer_columns(FORM)] == [
        ("r", "level", "r", None),
        ("r#missing", "missing", "r", None),
        ("s", "option", "s", None),
        ("m.a", "boolean", "m", "a"),
        ("m.b", "boolean", "m", "b"),
        ("m#missing", "missing", "m", None),
        ("n", "number", "n", None),
        ("d", "date", "d", None),
        ("t#missing", "missing", "t", None),
        ("y", "boolean", "y", None),
        ("x.p1", "level", "x", "p1"),
        ("x.p1#missing", "missing", "x", "p1"),
    ]


def test_a_column_carries_its_wording_in_both_languages():
    texts = {column.name: column.text for column in answer_columns(FORM)}
    assert texts["x.p1"] == {"vi": "Tám – Dòng", "en": "Eight – Row"}
    assert texts["r#missing"] == {"vi": "Một – lý do không có câu trả lời", "en": "One – why there is no answer"}


def test_every_stored_value_has_a_column():
    raws: list[dict[str, object]] = [
        {"r": 1, "s": "b", "s.b": "x", "m": ["a"], "n": 1, "d": "2026-01-01", "t": "x", "y": True, "x": {"p1": 1}},
        {"r": "dont_know", "m": "not_applicable", "t": "dont_know", "x": {"p1": "dont_know"}},
    ]
    stored = {name for raw in raws for name in read_answers(FORM, raw).values}
    assert stored == {column.name for column in answer_columns(FORM)}


def test_no_question_can_be_called_as_a_column_beside_the_answers():
    assert set(RESPONSES) <= RESERVED_COLUMNS
    assert {"form", "version", "month"} <= RESERVED_COLUMNS & set(INDICES)
