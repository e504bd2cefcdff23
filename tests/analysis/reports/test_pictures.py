"""What holds for every picture: words in it, numbers as people here write them, nothing fetched."""

import json
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from analysis.errors import ChartsNotInstalled, ReportError
from analysis.reports import Look, Picture, draw_intervals
from tests.analysis.reports.draw_each import EACH, TITLE
from tests.analysis.reports.make_figures import UNITS, make_units

NAMES = list(EACH)
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def pictures() -> dict[str, Picture]:
    return {name: draw(Look()) for name, draw in EACH.items()}


@pytest.fixture(scope="module")
def drawn(pictures: dict[str, Picture]) -> dict[str, str]:
    return {name: picture.svg() for name, picture in pictures.items()}


def read_texts(svg: str) -> list[str]:
    root = ElementTree.fromstring(svg)
    return [" ".join(each.itertext()) for each in root.iter(f"{SVG}text")]


@pytest.mark.parametrize("name", NAMES)
def test_title_n_and_confidence_stand_on_the_picture(drawn: dict[str, str], name: str):
    texts = read_texts(drawn[name])
    assert any(text.startswith(TITLE) for text in texts)
    assert any(re.search(r"n = [\d.]+", text) and "95 %" in text for text in texts)


@pytest.mark.parametrize("name", NAMES)
def test_those_who_cannot_see_it_are_told_in_vietnamese(
    pictures: dict[str, Picture], drawn: dict[str, str], name: str
):
    root = ElementTree.fromstring(drawn[name])
    assert root.get("role") == "img"
    assert root.get("lang") == "vi"
    assert root.get("aria-label") == f"{TITLE}. {pictures[name].alt}"
    assert root.findtext(f"{SVG}title") == TITLE
    assert root.findtext(f"{SVG}desc") == pictures[name].alt
    assert re.search("[ăâđêôơưáàảãạấậắặẻẽẹếệểốộớợứừựýỳ]", pictures[name].alt)
    assert re.search(r"\d", pictures[name].alt)


@pytest.mark.parametrize("name", NAMES)
def test_numbers_have_decimal_commas(pictures: dict[str, Picture], drawn: dict[str, str], name: str):
    printed = [str(cell) for row in pictures[name].table.iter_rows() for cell in row]
    # 1.310 has a dot for thousands: three digits follow
    assert [text for text in [*printed, *read_texts(drawn[name])] if re.search(r"\d\.\d(?!\d\d)", text)] == []
    assert any("," in text for text in printed)


def test_english_has_decimal_points():
    picture = EACH["intervals"](Look(language="en"))
    assert picture.table.row(0) == ("Phường Nghĩa Đô", "95.0 %", "90.6–99.4 %", "1,310", "")


@pytest.mark.parametrize("name", NAMES)
def test_table_of_the_picture_has_every_interval(pictures: dict[str, Picture], name: str):
    table = pictures[name].table
    assert table.height > 0
    if name != "rank_sets":
        spans = ["".join(map(str, row)) for row in table.iter_rows()]
        assert all(re.search(r"\d+,\d–\d+,\d|\d,\d\d–\d,\d\d", span) for span in spans)


@pytest.mark.parametrize("name", NAMES)
def test_png_is_a_picture_of_some_size(pictures: dict[str, Picture], name: str):
    png = pictures[name].png(scale=1)
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width = int.from_bytes(png[16:20], "big")
    assert 600 < width < 1400
    assert len(png) > 10_000


def test_vietnamese_letters_are_drawn_and_not_boxes():
    # Letters without a glyph all give the same box; each of these must give another picture.
    def draw(name: str) -> bytes:
        return draw_intervals(make_units(unit=[name, "b", "c", "d"]), unit="unit", title="t").png(scale=1)

    letters = ["Ữ", "ẵ", "ệ", "Đ", "ộ", "ỷ", "\u0378"]  # the last is in no font
    assert len({draw(letter) for letter in letters}) == len(letters)


@pytest.fixture(scope="module")
def page(pictures: dict[str, Picture]) -> str:
    return pictures["intervals"].html()


def test_page_fetches_nothing(page: str):
    given = page.split("<script>const", 1)[0] if "<script>const" in page else page
    markup = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    assert "<script src" not in given
    assert re.findall(r"(?:src|href|action|data)\s*=\s*[\"']?https?:", page) == []
    assert re.findall(r"<(?:link|iframe|object|embed|img|base)\b", markup) == []
    assert re.findall(r"@import|url\(", markup) == []
    assert "default-src 'none'" in markup


def test_page_shows_the_picture_and_its_figures_without_scripts(page: str):
    markup = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    assert "<svg" in markup
    assert all(markup.count(unit) >= 2 for unit in UNITS)  # in the picture and in the table
    assert '<html lang="vi">' in markup


def test_names_cannot_break_out_of_the_page(page: str):
    naughty = "</script><script>alert(1)</script><img src=x onerror=alert(1)>"
    made = draw_intervals(make_units(unit=[naughty, "b", "c", "d"]), unit="unit", title=naughty).html()
    assert "<script>alert(1)" not in made
    assert made.count("<img") == page.count("<img")  # those in the libraries' own words


@pytest.mark.parametrize("ending", [".svg", ".png", ".html"])
def test_same_figures_give_the_same_bytes(tmp_path: Path, ending: str):
    files = [
        draw_intervals(make_units(), unit="unit", title=TITLE).save(tmp_path / f"{name}{ending}")
        for name in ("one", "two")
    ]
    assert files[0].read_bytes() == files[1].read_bytes()


def test_file_of_another_kind_is_refused_with_the_known_ones(tmp_path: Path):
    with pytest.raises(ReportError, match=r"\.svg, \.png, \.html"):
        draw_intervals(make_units(), unit="unit", title=TITLE).save(tmp_path / "hình.pdf")


def test_missing_extra_is_named_with_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "altair", None)
    with pytest.raises(ChartsNotInstalled, match=r"hailong\[charts\]"):
        draw_intervals(make_units(), unit="unit", title=TITLE)


def test_reports_load_without_the_drawing_libraries():
    code = (
        "import sys; sys.modules['altair'] = sys.modules['vl_convert'] = None\n"
        "import analysis.reports as reports, polars as pl\n"
        "frame = pl.DataFrame({'u': ['A'], 'estimate': [1.0], 'low': [0.5],"
        "'high': [2.0], 'n': [9], 'confidence': [0.95]})\n"
        "print(reports.print_table(frame, labels={'u': 'x'}, title='t').rows[0].figure)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "1,0\n"


@pytest.mark.parametrize("name", NAMES)
def test_no_data_lie_outside_the_picture(pictures: dict[str, Picture], name: str):
    # a picture that names a file or an address would be empty on another machine
    assert '"url"' not in json.dumps(dict(pictures[name].spec))
