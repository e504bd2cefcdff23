"""CSV files as offices send them."""

import unicodedata
from pathlib import Path

import pytest

from api.errors import FileUnusable
from api.tabular import open_table

ROWS = "code,name\n00004,Phường Ba Đình\n"


def read(path: Path, content: bytes, required: tuple[str, ...] = ("code", "name")) -> list[dict[str, str]]:
    path.write_bytes(content)
    return [dict(row.values) for row in open_table(path, required=required).rows]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(ROWS.encode(), id="utf-8"),
        pytest.param(b"\xef\xbb\xbf" + ROWS.encode(), id="utf-8 with byte order mark"),
        pytest.param(ROWS.encode("utf-16"), id="utf-16 with byte order mark"),
        pytest.param(ROWS.replace(",", "\t").encode("utf-16"), id="Unicode text of Excel"),
        pytest.param(ROWS.replace(",", ";").encode(), id="semicolons"),
        pytest.param(("sep=;\n" + ROWS.replace(",", ";")).encode(), id="first line names the separator"),
        pytest.param(unicodedata.normalize("NFD", ROWS).encode(), id="decomposed letters"),
        pytest.param(ROWS.replace("\n", "\r\n").encode(), id="Windows line ends"),
        pytest.param(ROWS.replace("Phường", "  Phường").replace("Đình", "Đình\u00a0").encode(), id="blanks"),
        pytest.param(("DANH SÁCH,\n,\n" + ROWS).encode(), id="title rows above the header"),
        pytest.param(ROWS.replace("code", "Code ").encode(), id="capitals in the header"),
        pytest.param((ROWS + ",\n\n").encode(), id="blank rows below"),
        pytest.param(ROWS.replace("Đình\n", "Đình,,\n").encode(), id="blank cells behind the last column"),
    ],
)
def test_one_table_in_many_spellings_reads_the_same(tmp_path: Path, content: bytes):
    assert read(tmp_path / "units.csv", content) == [{"code": "00004", "name": "Phường Ba Đình"}]


def test_windows_1258_spells_tones_apart_and_reads_composed(tmp_path: Path):
    # Windows-1258 has letters such as ơ and â, and the five tones as marks of their own.
    apart = "Ph\u01b0\u01a1\u0300ng Ba \u0110i\u0300nh"
    content = b"code,name\n00004," + apart.encode("cp1258") + b"\n"
    assert read(tmp_path / "units.csv", content) == [{"code": "00004", "name": "Phường Ba Đình"}]


def test_row_numbers_are_those_of_a_spreadsheet(tmp_path: Path):
    path = tmp_path / "units.csv"
    path.write_text('Danh sách\n\ncode,name\n\n1,"xuống\ndòng"\n2,b\n', encoding="utf-8")
    assert [(row.number, row.values["code"]) for row in open_table(path, required=("code",)).rows] == [
        (5, "1"),
        (6, "2"),
    ]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        pytest.param("00004", "ragged", id="too few cells"),
        pytest.param("00004,Ba Đình,thừa", "ragged", id="too many cells"),
        pytest.param("00004,Ba\0Đình", "nul_letter", id="NUL letter"),
    ],
)
def test_a_broken_row_is_told_and_the_next_one_read(tmp_path: Path, line: str, code: str):
    path = tmp_path / "units.csv"
    path.write_text(f"code,name\n{line}\n00008,Ngọc Hà\n" + "1,a\n" * 30, encoding="utf-8")
    broken, sound, *_ = open_table(path, required=("code", "name")).rows
    assert [(problem.row, problem.code) for problem in broken.problems] == [(2, code)]
    assert sound.problems == ()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(b"", "file_empty", id="empty"),
        pytest.param(b"\xd0\xcf\x11\xe0rest", "file_kind", id="old Excel"),
        pytest.param(b"%PDF-1.7", "file_kind", id="PDF"),
        pytest.param(b"PK\x03\x04rest", "file_kind", id="ZIP under the name of a CSV"),
        pytest.param("code,name\n1,a\n".encode("utf-16-le"), "file_encoding", id="utf-16 without its mark"),
        pytest.param(b"code,name\n1,\x90\xff\n", "file_encoding", id="neither UTF-8 nor Windows-1258"),
        pytest.param(b"code,code,name\n1,2,a\n", "header_repeated", id="repeated header"),
        pytest.param(b"ma,name\n1,a\n", "header_missing", id="missing column"),
        pytest.param(b"1,a\n2,b\n", "header_missing", id="no header at all"),
        pytest.param(b'code,name\n1,"a\n2,b\n3,c\n', "file_broken", id="a quote left open"),
    ],
)
def test_an_unusable_file_says_why(tmp_path: Path, content: bytes, code: str):
    with pytest.raises(FileUnusable) as caught:
        read(tmp_path / "units.csv", content)
    assert caught.value.code == code


def test_every_missing_column_is_named_with_the_nearest_one_there(tmp_path: Path):
    with pytest.raises(FileUnusable) as caught:
        read(tmp_path / "units.csv", b"Danh sach\ncode,nmae,kind\n1,a,b\n", ("code", "name", "parent"))
    assert caught.value.problems == [
        {"column": "name", "code": "missing", "nearest": "nmae"},
        {"column": "parent", "code": "missing"},
    ]


def test_a_file_that_is_not_there_is_said_to_be_missing(tmp_path: Path):
    with pytest.raises(FileUnusable, match="There is no file"):
        open_table(tmp_path / "none.csv", required=("code",))
