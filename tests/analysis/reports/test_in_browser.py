"""The pages of pictures and tables in a real browser: they draw, ask for nothing, and fit a phone."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from analysis.reports import Look, print_table
from tests.analysis.reports.draw_each import EACH
from tests.analysis.reports.make_figures import UNITS, make_units
from tests.browser.chromium import Chromium, start_chromium

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.long]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    with start_chromium(tmp_path_factory.mktemp("browser") / "profile") as started:
        yield started


@pytest.mark.parametrize("name", EACH)
def test_page_of_a_picture_is_drawn_by_its_own_scripts_and_asks_for_nothing(
    browser: Chromium, tmp_path: Path, name: str
):
    file = EACH[name](Look()).save(tmp_path / f"{name}.html")
    page = browser.open_page(width=360, height=740)
    page.go(file.as_uri())
    # what was drawn beforehand has a <title> of its own; what the scripts draw in its place has none
    assert page.evaluate("document.querySelectorAll('#picture svg').length") == 1
    assert page.evaluate("document.querySelector('#picture svg > title') === null") is True
    assert [request.url for request in page.requests if not request.url.startswith("file:")] == []
    assert len(page.requests) == 1
    assert page.errors == []
    assert page.overflow() == 0


def test_drawn_picture_has_names_in_order_and_vietnamese_numbers(browser: Chromium, tmp_path: Path):
    page = browser.open_page(width=1280)
    page.go(EACH["intervals"](Look()).save(tmp_path / "intervals.html").as_uri())
    texts = page.evaluate("[...document.querySelectorAll('#picture svg text')].map((each) => each.textContent)")
    assert [text for text in texts if text in UNITS] == list(UNITS)
    assert "1.310" in texts


def test_printed_page_of_a_picture_cuts_nothing_and_has_its_figures(browser: Chromium, tmp_path: Path):
    page = browser.open_page(width=640)
    page.go(EACH["likert"](Look()).save(tmp_path / "likert.html").as_uri())
    page.send("Emulation.setEmulatedMedia", media="print")
    picture = "document.querySelector('#picture svg').getBoundingClientRect().width"
    assert page.evaluate(f"{picture} <= document.body.clientWidth") is True
    assert page.evaluate("getComputedStyle(document.querySelector('.wide')).overflowX") == "visible"
    assert page.evaluate("document.querySelector('details table').getBoundingClientRect().height") > 100


def test_printed_table_repeats_its_heads_and_fits_the_screen(browser: Chromium, tmp_path: Path):
    frame = make_units()
    long = pl.concat([frame] * 32)
    file = print_table(long, labels={"unit": "Đơn vị"}, title="Bảng dài").save(tmp_path / "long.html")
    page = browser.open_page(width=360, height=740)
    page.go(file.as_uri())
    assert page.overflow() == 0
    pdf = page.print_pdf(tmp_path / "long.pdf").read_bytes()
    assert pdf.count(b"/Type /Page\n") >= 3  # 128 rows
    page.send("Emulation.setEmulatedMedia", media="print")
    styled = "getComputedStyle(document.querySelector('{}')).{}"
    assert page.evaluate(styled.format("thead", "display")) == "table-header-group"
    assert page.evaluate(styled.format("tbody tr", "breakInside")) == "avoid"
