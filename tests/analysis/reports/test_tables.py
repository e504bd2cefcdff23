"""Tables for paper: n and interval in every row, notes under it, commas under each other."""

import csv
import io
import re
from pathlib import Path

import polars as pl
import pytest

from analysis.errors import ReportError
from analysis.reports import Look, print_table
from analysis.reports.tables import FILLING
from tests.analysis.reports.make_figures import make_units

JOINED = "có ô được gộp / some cells joined"
CUT = "giới hạn được cắt / limits cut"


def make_table(**columns: object):
    return print_table(
        make_units(**columns),
        labels={"unit": "Đơn vị"},
        title="Mức độ hài lòng",
        look=Look(digits=2, source="ví dụ"),
    )


def test_every_row_has_figure_interval_and_n():
    rows = make_table().rows
    # 83,94 ± 2·sqrt(83,94·16,06/100) = 83,94 ± 7,3432
    assert (rows[1].figure, rows[1].interval.replace(FILLING, ""), rows[1].n) == ("83,94", "76,60 – 91,28", "150")
    assert len({len(row.interval) for row in rows}) == 1


def test_different_notes_are_numbered_once_and_written_out():
    table = make_table(note=[None, f"{CUT} | {JOINED}", JOINED, None])
    assert [row.notes for row in table.rows] == [(), (1, 2), (2,), ()]
    assert table.notes == (CUT, JOINED)
    page = table.html()
    assert f'<li id="note-2">{JOINED}</li>' in page
    assert page.count('href="#note-2"') == 2


def test_a_note_of_all_rows_is_told_once_without_a_number():
    table = make_table(note=[JOINED, f"{CUT} | {JOINED}", JOINED, JOINED])
    assert (table.shared, table.notes) == ((JOINED,), (CUT,))
    assert [row.notes for row in table.rows] == [(), (1,), (), ()]
    for text in (table.html(), table.markdown()):
        assert text.count(f"Mọi dòng: {JOINED}") == 1
    # a row of a CSV is read alone
    rows = list(csv.reader(io.StringIO(table.csv())))
    assert [row[-1] for row in rows[1:3]] == [JOINED, f"{JOINED} | {CUT}"]


def test_modelled_and_withheld_figures_are_marked_and_explained():
    table = make_table(
        modelled=[False, True, False, False],
        suppressed=[False, False, False, True],
        estimate=[95.0, 83.94, 80.0, None],
        low=[90.0, 76.6, 72.0, None],
        high=[99.0, 91.28, 88.0, None],
        n=[1310, 150, 140, None],
    )
    assert [row.figure for row in table.rows] == ["95,00", "83,94*", "80,00", "**"]
    assert [mark[:3].strip() for mark in table.marks] == ["* S", "**", "Ngu"]


def test_printed_page_repeats_heads_and_tears_no_row():
    page = make_table().html()
    printed = page.split("@media print", 1)[1]
    assert "display: table-header-group" in printed
    assert "break-inside: avoid" in printed
    assert re.findall(r"(?:src|href)\s*=\s*[\"']?(?!#)", page) == []
    assert "tabular-nums" in page


def test_markdown_has_as_many_cells_in_every_row():
    lines = [
        line for line in make_table(note=[JOINED] * 3 + [CUT]).markdown().splitlines() if line.startswith("|")
    ]
    assert len(lines) == 6
    assert {line.count("|") for line in lines} == {5}
    assert lines[2] == "| Phường Nghĩa Đô [1] | 95,00 | 90,64 – 99,36 | 1.310 |"


def test_csv_holds_the_printed_figures_and_the_notes():
    rows = list(csv.reader(io.StringIO(make_table(note=[JOINED, None, None, None]).csv())))
    assert rows[0] == ["Đơn vị", "Ước lượng (%)", "Khoảng 95 %", "n", "Ghi chú"]
    assert rows[1] == ["Phường Nghĩa Đô", "95,00", "90,64 – 99,36", "1.310", JOINED]


def test_spreadsheet_knows_the_letters_and_runs_no_name(tmp_path: Path):
    file = make_table(unit=["=1+1", "b", "c", "d"]).save(tmp_path / "bảng.csv")
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    assert "'=1+1," in file.read_text(encoding="utf-8-sig")


def test_names_are_words_and_no_markup():
    page = make_table(unit=["<b>A</b>|*", "b", "c", "d"]).html()
    assert "<b>A</b>|" not in page
    assert "&lt;b&gt;A&lt;/b&gt;" in page
    assert "A</b>\\|\\*" in make_table(unit=["<b>A</b>|*", "b", "c", "d"]).markdown()


def test_invented_figures_say_so():
    note = "số liệu trình diễn, không có thật / demonstration data, not real"
    assert "SỐ LIỆU TRÌNH DIỄN" in make_table(note=[note] * 4).html()


def test_all_units_together_need_no_name():
    assert make_table(unit=[None, "b", "c", "d"]).rows[0].words == ("",)


@pytest.mark.parametrize("column", ["n", "low", "high", "confidence"])
def test_table_without_n_or_interval_is_refused(column: str):
    with pytest.raises(ReportError, match=f"'{column}' is missing"):
        print_table(make_units().drop(column), labels={"unit": "Đơn vị"}, title="t")


def test_file_of_another_kind_is_refused(tmp_path: Path):
    with pytest.raises(ReportError, match=r"\.html, \.md, \.csv"):
        make_table().save(tmp_path / "bảng.docx")


def test_rounding_is_half_up():
    frame = pl.DataFrame({"u": ["A"], "estimate": [80.075], "low": [80.065], "high": [80.085], "n": [9]})
    table = print_table(
        frame.with_columns(confidence=0.95), labels={"u": "Đơn vị"}, title="t", look=Look(digits=2)
    )
    assert (table.rows[0].figure, table.rows[0].interval) == ("80,08", "80,07 – 80,09")


def test_every_sheet_has_its_number_and_the_title():
    page = print_table(make_units(), labels={"unit": "Đơn vị"}, title='Mức "hài lòng"; </style> 2026').html()
    assert 'counter(page) " / " counter(pages)' in page
    # the quotes and signs as numbers: they cannot end the string or the style
    assert '"Mức\\20 \\22 hài\\20 lòng\\22 \\3b \\20 \\3c \\2f style\\3e \\20 2026"' in page
    assert page.count("</style>") == 1
