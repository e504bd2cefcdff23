"""The results page for readers with a screen reader, a keyboard, weak eyes or an unsteady hand."""

import itertools
from collections.abc import Iterator

import pytest

from api.app import create_app
from api.settings import Settings
from tests.browser.chromium import Chromium, start_chromium
from tests.browser.served import serve
from tests.releasing import make_index, make_release, make_suppressed

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.long]

PROCEDURE = {"procedure": "1.004222", "procedure_name": "Đăng ký thường trú"}
PATHS = (
    "/results",
    "/results?lang=en",
    "/results/2026-10/counter?by=procedure&unit=u1",
    "/results/1999-01/counter",
)
# Contrast of every text with what lies behind it, WCAG 2.2, 1.4.3: the worst of the page.
WORST_CONTRAST = """(() => {
  const parse = (colour) => (colour.match(/[\\d.]+/g) ?? [0, 0, 0, 0]).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour[3] !== 0) return colour;
    }
    return [255, 255, 255];
  };
  const written = [...document.querySelectorAll("body *")].filter((element) =>
    [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()));
  return Math.min(...written.map((element) => {
    const style = getComputedStyle(element);
    const ink = parse(element.namespaceURI.endsWith("svg") ? style.fill : style.color);
    const [more, less] = [light(ink), light(behind(element))].sort((a, b) => b - a);
    return (more + 0.05) / (less + 0.05);
  }));
})()"""
TARGETS_TOO_LOW = """[...document.querySelectorAll("a:not(.skip), button, select, input:not([type=hidden])")]
  .filter((element) => element.offsetParent && element.getBoundingClientRect().width > 1)
  .filter((element) => element.getBoundingClientRect().height < 24).map((element) => element.textContent.trim())"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    with start_chromium(tmp_path_factory.mktemp("browser") / "profile") as started:
        yield started


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Two months; units that are higher, lower, neither, withheld and silent."""
    folder = tmp_path_factory.mktemp("site")
    rows = [make_index(estimate=83.94, low=83.0, high=84.8), make_index(**PROCEDURE, estimate=82.0)]
    for code, name, estimate in (
        ("u1", "Phường Đông Ngạc", 95.0),
        ("u2", "Xã Ba Vì", 60.0),
        ("u3", "Xã Ứng Hòa", 84.0),
    ):
        rows.append(make_index(unit=code, unit_name=name, estimate=estimate))
        rows.append(make_index(unit=code, unit_name=name, **PROCEDURE, estimate=estimate))
    rows.append(make_suppressed(unit="u4", unit_name="Phường Láng"))
    rows.append(make_index(unit="u5", unit_name="Phường Xa", estimate=None, n=0))
    for month in ("2026-09", "2026-10"):
        make_release(folder / "exports", rows, month=month, is_demonstration=True)
    database_url = f"sqlite:///{folder / 'none.sqlite3'}"
    app = create_app(
        Settings(database_url=database_url, exports_folder=folder / "exports", var_folder=folder / "var")
    )
    with serve(app) as address:
        yield address
    app.state.engine.dispose()


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("width", [320, 1280])
def test_all_text_stands_out_and_everything_can_be_hit(browser: Chromium, site: str, path: str, width: int):
    page = browser.open_page(site + path, width=width)
    assert page.evaluate(WORST_CONTRAST) >= 4.5
    assert page.evaluate(TARGETS_TOO_LOW) == []


@pytest.mark.parametrize("path", PATHS)
def test_headings_leave_no_level_out_and_controls_have_names(browser: Chromium, site: str, path: str):
    page = browser.open_page(site + path, width=1280)
    levels = page.evaluate(
        "[...document.querySelectorAll('h1,h2,h3,h4')].map(heading => Number(heading.tagName[1]))"
    )
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in itertools.pairwise(levels))
    spoken = page.send("Accessibility.getFullAXTree")["nodes"]
    named = {"link", "button", "searchbox", "combobox", "navigation", "table", "form"}
    nameless = [
        node["role"]["value"]
        for node in spoken
        if not node["ignored"] and node["role"]["value"] in named and not node["name"]["value"].strip()
    ]
    assert nameless == []


@pytest.mark.parametrize("width", [320, 1280])
def test_the_table_stays_a_table_to_a_screen_reader(browser: Chromium, site: str, width: int):
    page = browser.open_page(f"{site}/results/2026-10/counter?sort=-n", width=width)
    spoken = [
        node["role"]["value"] for node in page.send("Accessibility.getFullAXTree")["nodes"] if not node["ignored"]
    ]
    assert (spoken.count("table"), spoken.count("columnheader"), spoken.count("rowheader")) == (1, 7, 5)
    sorts = page.evaluate("[...document.querySelectorAll('thead th')].map(cell => [cell.scope, cell.ariaSort])")
    assert sorts == [["col", "descending" if number == 5 else None] for number in range(7)]


def test_the_keyboard_goes_from_top_to_bottom(browser: Chromium, site: str):
    page = browser.open_page(f"{site}/results", width=1280)
    places = []
    for _ in range(18):
        page.press("Tab")
        places.append(page.evaluate("document.activeElement.getBoundingClientRect().top + scrollY"))
    assert page.evaluate("document.activeElement.tagName") == "A"
    # Within a line from left to right; the skip link, shown first, lies on the line of the header.
    assert all(later >= earlier - 40 for earlier, later in itertools.pairwise(places))


def test_the_skip_link_is_first_and_leads_to_the_content(browser: Chromium, site: str):
    page = browser.open_page(f"{site}/results", width=1280)
    page.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
