"""A reader opens a month's results on a phone, sorts, drills down, prints; with scripts and without."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.app import create_app
from api.results.collation import vietnamese_key
from api.settings import Settings
from tests.browser.chromium import Chromium, start_chromium
from tests.browser.served import serve
from tests.releasing import make_index, make_release, make_suppressed

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.long]

NAMES = (
    *("Phường Ba Đình", "Phường Đống Đa", "Phường Đông Ngạc", "Phường Ô Chợ Dừa", "Phường Ngọc Hà"),
    *("Phường Nghĩa Đô", "Xã Yên Bài", "Xã Ứng Hòa", "Xã Ứng Thiên", "Phường 10", "Phường 2"),
    "Trung tâm Phục vụ hành chính công thành phố trực thuộc Trung ương, chi nhánh số 12 khu vực phía Tây",
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    with start_chromium(tmp_path_factory.mktemp("browser") / "profile") as started:
        yield started


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("site")
    chance = random.Random(20)
    rows = [make_index(estimate=83.94, low=83.0, high=84.8)]
    procedure = {"procedure": "1.004222.000.00.00.H26", "procedure_name": "Đăng ký thường trú"}
    rows.append(make_index(**procedure, estimate=82.0))
    for number, name in enumerate(NAMES):
        unit = {"unit": f"{number:05}", "unit_name": name}
        rows.append(make_index(**unit, estimate=chance.uniform(70, 95)))
        rows.append(make_index(**unit, **procedure, estimate=chance.uniform(70, 95)))
    rows.append(make_suppressed(unit="00099", unit_name="Xã Ba Vì"))
    make_release(folder / "exports", rows, is_demonstration=True)
    settings = Settings(
        database_url=f"sqlite:///{folder / 'none.sqlite3'}",
        exports_folder=folder / "exports",
        var_folder=folder / "var",
    )
    app = create_app(settings)
    with serve(app) as address:
        yield address
    app.state.engine.dispose()


ROW_NAMES = "[...document.querySelectorAll('tbody th')].map(cell => cell.firstChild.textContent.trim())"
ESTIMATES = (
    "[...document.querySelectorAll('td.estimate')].map(cell => parseFloat(cell.textContent.replace(',', '.')))"
)


@pytest.mark.parametrize("width", [320, 360, 767, 768, 820, 1024, 1280])
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_page_fits_every_screen_and_asks_nobody_else(browser: Chromium, site: str, width: int, lang: str):
    page = browser.open_page(f"{site}/results?lang={lang}", width=width)
    assert page.overflow() == 0
    assert page.origins() == {site}
    assert page.errors == []
    assert page.evaluate("document.cookie") == ""
    assert page.bytes < 30_000


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_reader_sorts_by_result_on_a_wide_screen(browser: Chromium, site: str, scripts: bool):
    page = browser.open_page(f"{site}/results", width=1280, scripts=scripts)
    assert page.evaluate(ROW_NAMES)[0] == "Phường 2"
    page.click("th.estimate a", leads_away=not scripts)
    page.browser.pump_until(lambda: "sort=-estimate" in page.evaluate("location.search"), 5, "the order to change")
    shown = [value for value in page.evaluate(ESTIMATES) if value is not None]
    assert len(shown) == len(NAMES)
    assert shown == sorted(shown, reverse=True)
    assert page.evaluate("document.querySelector('th.estimate').ariaSort") == "descending"
    assert page.errors == []


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_reader_on_a_phone_finds_a_unit_without_typing_its_marks(browser: Chromium, site: str, scripts: bool):
    page = browser.open_page(f"{site}/results", width=360, scripts=scripts)
    page.type("input[name=q]", "dong ngac")
    page.click("form.filters button", leads_away=not scripts)
    page.browser.pump_until(lambda: "q=" in page.evaluate("location.search"), 5, "the search to end")
    assert page.evaluate(ROW_NAMES) == ["Phường Đông Ngạc"]
    assert page.overflow() == 0


def test_back_returns_to_the_order_before(browser: Chromium, site: str):
    page = browser.open_page(f"{site}/results", width=1280)
    before = page.evaluate(ROW_NAMES)
    page.click("th.n a")
    page.browser.pump_until(lambda: "sort=-n" in page.evaluate("location.search"), 5, "the order to change")
    page.evaluate("history.back()")
    page.browser.pump_until(lambda: page.evaluate("location.search") == "", 5, "the way back")
    page.browser.pump_until(lambda: page.evaluate(ROW_NAMES) == before, 5, "the order before")


def test_reader_drills_down_to_one_unit_without_scripts(browser: Chromium, site: str):
    page = browser.open_page(f"{site}/results", width=360, scripts=False)
    page.click("tbody tr:nth-child(3) .more a", leads_away=True)
    assert page.evaluate(ROW_NAMES) == ["Đăng ký thường trú"]
    assert page.evaluate("document.querySelector('h2#table-title').textContent").endswith("Phường Ba Đình")
    assert page.overflow() == 0


def test_keyboard_sorts_and_keeps_its_place(browser: Chromium, site: str):
    page = browser.open_page(f"{site}/results", width=1280)
    page.evaluate("document.querySelector('th.estimate a').focus()")
    page.press("Enter")
    page.browser.pump_until(lambda: "sort=-estimate" in page.evaluate("location.search"), 5, "the order to change")
    assert page.evaluate("document.activeElement.closest('th').className") == "estimate"


def test_names_stand_in_the_order_the_browser_knows(browser: Chromium, site: str):
    page = browser.open_page(f"{site}/results", width=1280)
    by_browser = page.evaluate(f"{[*NAMES, 'Xã Ba Vì']}.sort(new Intl.Collator('vi', {{numeric: true}}).compare)")
    assert page.evaluate(ROW_NAMES) == by_browser == sorted([*NAMES, "Xã Ba Vì"], key=vietnamese_key)


def test_intervals_are_drawn_on_one_axis(browser: Chromium, site: str):
    page = browser.open_page(f"{site}/results", width=360)
    lefts = page.evaluate(
        "[...document.querySelectorAll('td.drawing svg .reference')].map(line => line.getBoundingClientRect().x)"
    )
    axis = page.evaluate("document.querySelector('.axis-above svg').getBoundingClientRect().toJSON()")
    drawn = page.evaluate("document.querySelector('td.drawing svg').getBoundingClientRect().toJSON()")
    assert len(lefts) == len(NAMES)
    assert max(lefts) - min(lefts) < 1
    assert (abs(axis["x"] - drawn["x"]) < 1, abs(axis["width"] - drawn["width"]) < 1) == (True, True)


def test_page_prints_on_a4(browser: Chromium, site: str, tmp_path: Path):
    page = browser.open_page(f"{site}/results", width=1280)
    printed = page.print_pdf(tmp_path / "page.pdf").read_bytes()
    assert printed.startswith(b"%PDF")
    page.send("Emulation.setEmulatedMedia", media="print")
    page.resize(703, 1000)  # A4 less its margins, at 96 dots to the inch
    assert page.overflow() == 0
    assert page.evaluate("getComputedStyle(document.querySelector('.filters')).display") == "none"
