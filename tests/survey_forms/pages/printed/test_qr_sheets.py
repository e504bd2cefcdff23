"""Stands, stickers and sheets: the code is the whole code, nothing sticks out, names stand as they are."""

import re
from xml.etree import ElementTree

import pytest
import segno

from survey_forms.pages.printed.qr_code import QUIET, draw_qr_code
from survey_forms.pages.printed.qr_sheets import A4_MM, A6_MM, STICKER_MM, Layout, PrintedCode, draw_sheets
from survey_forms.pages.printed.text_lines import break_lines, fit_lines, measure_em

LONG = PrintedCode(
    "https://khaosat.example.vn/f/counter?counter=Q1&channel=qr",
    "khaosat.tinhrattendai.example.vn/q/01273-Q12",
    "Trung tâm Phục vụ hành chính công phường Văn Miếu - Quốc Tử Giám, thành phố Hà Nội",
    "Quầy 12 – Hộ tịch, chứng thực, bảo trợ xã hội, người có công",
)
CASE = PrintedCode(
    "https://a.vn/t#X", "khaosat.example.vn/t", "Phường Ba Đình", code="63Y2-DW6T-WQB1-SD69-28BY-28H8-0XF1"
)
ODD = PrintedCode("https://a.vn/f/x?a=1&b=2", "a.vn/q/1", "<b>Xã & Đảo</b> \u202e", "")
SVG = "{http://www.w3.org/2000/svg}"


def texts_of(svg: str) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(svg).iter(f"{SVG}text"))


def test_the_path_draws_exactly_the_modules_of_the_code():
    content = "https://khaosat.example.vn/q/01273-Q1"
    drawn = set()
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", draw_qr_code(content).path):
        drawn |= {(int(x) - QUIET + step, int(y) - QUIET) for step in range(int(length))}
    matrix = segno.make(content, error="m", micro=False).matrix
    assert drawn == {(x, y) for y, row in enumerate(matrix) for x, dark in enumerate(row) if dark}


@pytest.mark.parametrize("code", [LONG, CASE, ODD], ids=["long", "case", "odd"])
@pytest.mark.parametrize(("layout", "size"), [(Layout.STAND, A6_MM), (Layout.STICKER, STICKER_MM)])
def test_nothing_sticks_out_of_the_paper(layout, size, code):
    [svg] = draw_sheets(layout, [code])
    found = texts_of(svg)
    assert found
    for text in found:
        width = measure_em(text.text or "") * float(text.get("font-size", 0))
        left = float(text.get("x", 0)) - (width / 2 if text.get("text-anchor") == "middle" else 0)
        assert left >= 1
        assert left + width <= size[0] - 1, text.text
        assert 0 < float(text.get("y", 0)) < size[1] - 1, text.text


@pytest.mark.parametrize("layout", list(Layout))
def test_names_stand_as_they_are_and_make_no_markup(layout):
    [svg] = draw_sheets(layout, [ODD])
    assert "<b>" not in svg
    shown = " ".join(text.text or "" for text in texts_of(svg))
    for part in ("<b>Xã & Đảo</b>", "a.vn/q/1"):
        assert part in shown


def test_the_words_are_vietnamese_first_and_the_case_has_its_code():
    shown = [text.text or "" for text in texts_of(draw_sheets(Layout.STAND, [CASE])[0])]
    assert shown[0] == "Mời ông/bà cho ý kiến"
    assert shown[1] == "Tell us how it went"
    assert CASE.code in " ".join(shown)


def test_an_a4_sheet_takes_24_stickers_and_the_next_begins_another():
    sheets = draw_sheets(Layout.SHEET, [LONG] * 25)
    assert len(sheets) == 2
    assert [sheet.count("crispEdges") for sheet in sheets] == [24, 1]
    root = ElementTree.fromstring(sheets[0])
    assert (root.get("width"), root.get("height")) == (f"{A4_MM[0]}mm", f"{A4_MM[1]}mm")


def test_the_drawing_needs_no_style_and_no_script():
    for layout in Layout:
        [svg] = draw_sheets(layout, [LONG])
        assert "style" not in svg
        assert "script" not in svg
        assert "http" not in svg.replace('xmlns="http://www.w3.org/2000/svg"', "")


def test_lines_break_between_words_and_a_long_word_where_it_must():
    assert break_lines("Quầy 1 – Hộ tịch", width=20, size=4) == ["Quầy 1 –", "Hộ tịch"]
    assert "".join(break_lines("khaosat.example.vn/q/Q1", width=20, size=4)) == "khaosat.example.vn/q/Q1"
    assert break_lines("", width=10, size=4) == []
    size, lines = fit_lines("một hai ba bốn năm", width=10, sizes=(6.0, 4.0), lines_max=2)
    assert (size, len(lines), lines[-1][-1]) == (4.0, 2, "…")
