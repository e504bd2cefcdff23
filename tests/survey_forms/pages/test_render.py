"""The page of a form: everything asked, in both languages, nothing from elsewhere, nothing that needs a script."""

import re
from datetime import datetime
from html.parser import HTMLParser

import pytest

from survey_forms.answers import Problem, read_posted
from survey_forms.form import QuestionType
from survey_forms.loader import load_catalogue, load_form
from survey_forms.pages.render import read_asset, render_form, render_notice, render_thanks
from survey_forms.pages.style import STYLE
from survey_forms.pages.view import UnitChoice

FORMS = load_catalogue().forms
VOID = {"meta", "link", "input", "circle", "path", "use", "br"}

EVERY_TYPE = """
form: tiny
version: "1"
title: {vi: Thử, en: Trial}
intro: {vi: Mở đầu, en: Intro}
thanks: {vi: Cảm ơn, en: Thanks}
audience: citizen
is_representative: false
legal_basis: {document: X, valid_from: 2026-01-01}
sections:
  - id: a
    title: {vi: A, en: A}
    questions:
      - {id: face, type: rating, text: {vi: Mặt, en: Face}, scale: satisfaction_5, required: true,
         missing: [dont_know]}
      - {id: star, type: rating, text: {vi: Sao, en: Star}, scale: usefulness_5}
      - {id: one, type: single, text: {vi: Một, en: One},
         options: [{id: a, text: {vi: Ă, en: A}}, {id: b, text: {vi: B, en: B}, with_text: true}]}
      - {id: many, type: multiple, text: {vi: Nhiều, en: Many}, choose: {exactly: 2},
         options: [{id: a, text: {vi: A, en: A}}, {id: b, text: {vi: B, en: B}}, {id: c, text: {vi: C, en: C}}]}
      - {id: amount, type: number, text: {vi: Số, en: Number}, minimum: 0.5, maximum: 9, missing: [not_applicable]}
      - {id: day, type: date, text: {vi: Ngày, en: Day}}
      - {id: line, type: short_text, text: {vi: Dòng, en: Line}}
      - {id: story, type: long_text, text: {vi: Chuyện, en: Story}}
      - {id: sure, type: yes_no, text: {vi: Chắc, en: Sure}}
      - {id: grid, type: matrix, text: {vi: Lưới, en: Grid}, scale: interest_4, missing: [dont_know],
         rows: [{id: r1, text: {vi: H1, en: R1}}, {id: r2, text: {vi: H2, en: R2}}]}
  - id: b
    title: {vi: B, en: B}
    questions:
      - {id: why, type: short_text, text: {vi: Vì sao, en: Why}, asked_if: [{question: face, at_most: 2}]}
      - {id: deep, type: short_text, text: {vi: Sâu, en: Deep},
         asked_if: [{question: one, in: [b]}, {question: sure, in: [true]}]}
      - {id: much, type: short_text, text: {vi: Lắm, en: Much}, asked_if: [{question: amount, at_least: 3}]}
"""


class Page(HTMLParser):
    """The elements of a page; fails on tags that do not close."""

    def __init__(self, html):
        super().__init__()
        self.elements, self._open, self.text = [], [], ""
        self.feed(html)
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        self.text += data

    def find(self, tag, **attributes):
        return [found for name, found in self.elements if name == tag and attributes.items() <= found.items()]


@pytest.fixture
def tiny(tmp_path):
    file = tmp_path / "tiny.yaml"
    file.write_text(EVERY_TYPE, encoding="utf-8")
    return load_form(file)


def show(form, **more):
    return render_form(form, **({"language": "vi", "action": "/f/x", "hidden": {}} | more))


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form.id}-{form.version}")
def test_every_shipped_question_and_row_is_on_its_page(form, language):
    page = Page(show(form, language=language))
    text = " ".join(page.text.replace("\xad", "").split())
    for question in form.questions:
        assert question.text[language] in text
        for part in (*question.rows, *question.options):
            assert part.text[language] in text


@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form.id}-{form.version}")
def test_a_page_needs_no_script_no_style_but_the_sheet_and_nothing_from_elsewhere(form):
    html = show(form, language="vi")
    page = Page(html)
    assert not page.find("script")
    assert len(page.find("style")) == 1
    assert f"<style>{STYLE}</style>" in html
    for _, attributes in page.elements:
        assert "style" not in attributes
        assert not any(name.startswith("on") for name in attributes)
        for name in ("href", "src", "action"):
            assert attributes.get(name, "/")[0] in "/#?"
            assert not attributes.get(name, "/").startswith("//")


@pytest.mark.parametrize("form", FORMS, ids=lambda form: f"{form.id}-{form.version}")
def test_every_input_has_a_label_and_ids_are_used_once(form):
    page = Page(show(form, language="vi"))
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    labelled = {attributes.get("for") for attributes in page.find("label")}
    for field in [*page.find("input", type="text"), *page.find("input", type="date"), *page.find("textarea")]:
        assert field.get("id") in labelled or field.get("aria-label")


def test_what_is_posted_from_the_page_reads_as_the_same_answers(tiny):
    page = Page(show(tiny))
    names = {attributes["name"] for tag, attributes in page.elements if tag in ("input", "textarea")}
    fields = {name for name in names if not name.startswith("_")}
    assert fields == {
        "face", "star", "one", "one.b", "many", "amount", "day", "line", "story", "sure", "grid.r1", "grid.r2",
        "why", "deep", "much",
    }  # fmt: skip
    values = {
        name: [f["value"] for f in page.find("input", name=name)] for name in ("face", "sure", "one", "grid.r1")
    }
    assert values["face"] == ["1", "2", "3", "4", "5", "dont_know"]
    assert read_posted(tiny, [("sure", values["sure"][0])]) == {"sure": True}
    assert read_posted(tiny, [("grid.r1", values["grid.r1"][3])]) == {"grid": {"r1": 4}}
    assert read_posted(tiny, [("one", values["one"][-1])]) == {}  # "no answer" is no answer


def test_everything_typed_stands_in_the_page_again(tiny):
    posted = {
        "face": ["2"], "one": ["b"], "one.b": ['"><script>'], "many": ["a", "c"], "amount": ["9,,5"],
        "day": ["2026-13-01"], "line": ["dòng"], "story": ["\nmột\nhai</textarea>"], "sure": ["false"],
        "grid.r2": ["dont_know"],
    }  # fmt: skip
    html = show(tiny, posted=posted)
    page = Page(html)
    ticked = [(f["name"], f["value"]) for f in page.find("input") if "checked" in f]
    assert ticked == [
        ("face", "2"), ("one", "b"), ("many", "a"), ("many", "c"), ("sure", "false"), ("grid.r2", "dont_know"),
    ]  # fmt: skip
    typed = {f["name"]: f["value"] for f in page.find("input") if f.get("type") in ("text", "date") and f["value"]}
    assert typed == {"one.b": '"><script>', "amount": "9,,5", "day": "2026-13-01", "line": "dòng"}
    assert "\n\nmột\nhai&lt;/textarea&gt;</textarea>" in html  # a browser drops the first line end
    assert not page.find("script")


def test_problems_are_summed_up_on_top_with_a_way_to_each_question(tiny):
    problems = [
        Problem("face", "required", "Câu này cần trả lời", "Needs an answer"),
        Problem("grid", "out_of_range", "Cần 1–4", "Expected 1–4", part="r2"),
        Problem("_unit", "choose_unit", "Chọn đơn vị", "Choose"),
        Problem("", "empty", "Trống", "Empty"),
    ]
    html = show(tiny, problems=problems, unit_choice=UnitChoice((), ""))
    page = Page(html)
    links = [attributes["href"][1:] for attributes in page.find("a") if attributes["href"].startswith("#")]
    assert links == ["q-face", "q-grid-r2", "unit"]
    assert set(links) <= {attributes.get("id") for _, attributes in page.elements}
    assert "Xin xem lại 4 chỗ" in page.text
    assert page.text.count("Câu này cần trả lời") == 2
    assert page.text.lstrip().startswith("Lỗi: ")
    assert page.find("fieldset", id="q-face")[0]["aria-describedby"] == "e-face"


def test_a_question_asked_conditionally_carries_its_conditions_for_the_style_sheet(tiny):
    page = Page(show(tiny))
    marked = {
        (f["name"], f["value"]): f["class"] for f in page.find("input") if "class" in f and f["class"] != "other"
    }
    assert marked == {("face", "1"): "i1", ("face", "2"): "i1", ("one", "b"): "i2", ("sure", "true"): "i3"}
    assert page.find("div", id="q-why")[0]["class"].split() == ["q", "short-text", "if1"]
    assert page.find("div", id="q-deep")[0]["class"].split() == ["q", "short-text", "if2", "if3"]
    assert "Chỉ trả lời nếu “Mặt” là: Rất không hài lòng hoặc Không hài lòng." in page.text


def test_a_condition_on_a_number_is_said_in_words_and_hides_nothing(tiny):
    html = show(tiny)
    assert Page(html).find("div", id="q-much")[0]["class"].split() == ["q", "short-text"]
    assert "<p>Chỉ trả lời nếu “Số” từ 3.</p>" in html


def test_a_question_that_depends_on_a_hidden_one_is_hidden_too():
    form = next(form for form in FORMS if form.id == "papi_procedures")
    page = Page(show(form))
    applied = page.find("input", name="applied", value="true")[0]["class"]
    days = page.find("div", id="q-days")[0]["class"].split()
    assert applied.replace("i", "if") in days


def test_the_style_sheet_knows_as_many_conditions_as_the_page_numbers():
    style, _ = read_asset("form.css")
    assert re.findall(r"\.i(\d+):checked\)\) \.if(\d+)", style) == [(str(n), str(n)) for n in range(1, 13)]


def test_faces_never_stand_alone(tiny):
    html = show(tiny)
    cells = re.findall(r"<span><svg aria-hidden=\"true\">.*?</svg><i>([^<]*)</i></span>", html)
    assert cells == ["Rất không hài lòng", "Không hài lòng", "Bình thường", "Hài lòng", "Rất hài lòng"]


def test_help_says_how_many_and_how_much(tiny):
    text = Page(show(tiny)).text
    assert "Chọn đúng 2 mục." in text
    assert "Từ 0,5 đến 9." in text
    assert "From 0.5 to 9." in Page(show(tiny, language="en")).text


def test_a_poll_says_that_it_is_not_representative_and_a_demonstration_that_it_is_one(tiny):
    assert "không đại diện" in Page(show(tiny)).text
    assert "Bản trình diễn" in Page(show(tiny, demonstration=True)).text
    counter = next(form for form in FORMS if form.id == "counter")
    text = Page(show(counter)).text
    assert "Thăm dò này" not in text
    assert "Bản trình diễn" not in text


def test_the_legal_basis_stands_below_with_its_dates():
    sipas = next(form for form in FORMS if form.version == "2023.1")
    text = " ".join(Page(show(sipas)).text.split())
    assert "Căn cứ: 1001/QĐ-BNV ngày 11/12/2023. Áp dụng từ 01/01/2023 đến 31/12/2026." in text


def test_thanks_give_the_receipt_and_the_local_time():
    at = datetime(2026, 11, 20, 10, 5)  # noqa: DTZ001
    page = Page(render_thanks(FORMS[0], language="vi", id="abc", receipt="7D0B-1F5E", received_at=at))
    assert "Đã ghi nhận lúc 10:05 ngày 20/11/2026." in page.text
    assert "7D0B-1F5E" in page.text


def test_a_notice_shows_its_words_escaped():
    assert "&lt;b&gt;" in render_notice(language="vi", title="<b>", paragraphs=["x"])


def test_every_type_has_its_template(tiny):
    assert {question.type for question in tiny.questions} == set(QuestionType)
