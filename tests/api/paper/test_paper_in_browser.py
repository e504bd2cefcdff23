"""Paper in a real browser: sheets as PDF, keying by keyboard, a lost connection."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import Session, select

from api.app import create_app
from api.settings import Settings
from api.tables import PaperEntry
from survey_forms.consent.catalogue import find_consent
from survey_forms.loader import load_form, load_scales
from survey_forms.pages.printed.paper_sheets import Place, render_sheets
from survey_forms.pages.printed.serials import write_serial
from tests.api.paper.conftest import FIRST
from tests.api.staff.people import PASSWORD
from tests.browser.page import Page
from tests.browser.served import serve
from tests.conftest import NOW

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.long]

ROOT = Path(__file__).resolve().parents[3]
CATALOGUE = ROOT / "survey_forms" / "catalogue"
KINDS = ROOT / "tests" / "browser" / "kiosk" / "kinds.yaml"
# A link at the start and at the end of each question: a PDF tells on which page each of them stands.
MARK = """[...document.querySelectorAll('.sheet')].forEach((sheet, number) =>
  [...sheet.querySelectorAll('.question')].forEach(asked => {
    for (const end of ['start', 'end']) {
      const link = document.createElement('a');
      link.href = `https://t.invalid/${number}/${asked.dataset.question}/${end}`;
      link.textContent = '.';
      link.style.cssText = 'display:block;font-size:1pt;line-height:1pt;height:1pt';
      end === 'start' ? asked.prepend(link) : asked.append(link);
    }
  }))"""
CLIPPED = """[...document.querySelectorAll('.question *, .head *, .band *')]
  .filter(one => one.checkVisibility() && one.getBoundingClientRect().right > document.body.clientWidth + 1)
  .map(one => one.outerHTML.slice(0, 80))"""


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def address(sqlite_url: str, tmp_path: Path) -> Iterator[str]:
    app = create_app(Settings(database_url=sqlite_url, var_folder=tmp_path), clock=lambda: NOW)
    with serve(app) as found:
        yield found
    app.state.engine.dispose()


def sign_in_as(page: Page, address: str, email: str, leads_to: str = "/staff/paper") -> None:
    page.go(f"{address}/staff/sign-in?next={leads_to}")
    page.type("#email", email)
    page.type("#password", PASSWORD)
    page.press("Enter", leads_away=True)


@pytest.mark.parametrize("form", ["kinds", "one_stop/2026.1", "sipas/2023.1", "papi_procedures/2026.1"])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_no_question_is_split_or_clipped_and_each_sheet_begins_a_page(chromium, tmp_path, form, language):
    file = KINDS if form == "kinds" else CATALOGUE / f"{form}.yaml"
    loaded = load_form(file, load_scales(CATALOGUE / "scales.yaml"))
    html = tmp_path / "sheets.html"
    html.write_text(
        render_sheets(
            loaded,
            [123, 124, 125],
            language=language,
            place=Place("Phường Ba Đình"),
            consent=find_consent("paper", NOW.date()),
        ),
        "utf-8",
    )
    page = chromium.open_page(width=690)  # 182 mm between the margins
    page.go(html.as_uri())
    page.send("Emulation.setEmulatedMedia", media="print")
    assert page.evaluate(CLIPPED) == []
    page.evaluate(MARK)
    pages = read_marks(page.print_pdf(tmp_path / "sheets.pdf"))
    where = {mark: number for number, marks in enumerate(pages) for mark in marks}
    asked = len(loaded.questions)
    assert len(where) == 3 * asked * 2
    split = [mark for mark in where if mark.endswith("/start") and where[mark] != where[mark[:-5] + "end"]]
    assert split == []
    of_sheet = [{where[mark] for mark in where if mark.startswith(f"{number}/")} for number in range(3)]
    assert of_sheet[0].isdisjoint(of_sheet[1])
    assert of_sheet[1].isdisjoint(of_sheet[2])
    assert page.errors == []


def read_marks(pdf: Path) -> list[list[str]]:
    """The marks on each page, page by page."""
    data = pdf.read_bytes()
    objects = dict(re.findall(rb"(\d+) 0 obj\n(.*?)\nendobj", data, re.DOTALL))
    pages = []
    for body in objects.values():
        if re.search(rb"/Type\s*/Page\b", body):
            found = re.search(rb"/Annots\s*\[(.*?)\]", body, re.DOTALL)
            links = [objects[number] for number in re.findall(rb"(\d+) 0 R", found[1])] if found else []
            pages.append([re.search(rb"t\.invalid/([^)]*)\)", link)[1].decode() for link in links])
    return pages


def test_a_sheet_is_keyed_with_digits_alone_and_the_next_serial_is_asked_for(
    chromium, address, engine, printed, first
):
    number = printed(2)
    batch = first.open_batch(2, 7)
    page = chromium.open_page(width=1280)
    sign_in_as(page, address, FIRST, f"/staff/paper/{batch}/sheet")
    page.send("Input.insertText", text=write_serial(number))  # the field has the caret already
    page.press("Enter", leads_away=True)
    page.send("Input.insertText", text="2")  # a whole code: the caret goes on by itself
    assert page.evaluate("document.activeElement.name") == "box.reasons"
    page.send("Input.insertText", text="13")
    page.press("Enter")
    page.evaluate("document.getElementById('keying').requestSubmit()")
    page.browser.pump_until(lambda: page.evaluate("!!document.getElementById('serial')"), 10, "the next serial")
    assert page.evaluate("document.activeElement.id") == "serial"
    with Session(engine) as session:
        assert session.exec(select(PaperEntry)).one().keyed == {"overall": "2", "reasons": "13"}
    assert page.errors == []
    assert page.origins() == {address}


def test_a_code_that_is_not_on_the_paper_is_marked_before_it_is_sent(chromium, address, printed, first):
    number = printed(1)
    batch = first.open_batch(1, 5)
    page = chromium.open_page(width=1280)
    sign_in_as(page, address, FIRST, f"/staff/paper/{batch}/sheet")
    page.go(f"{address}/staff/paper/{batch}/sheet?serial={write_serial(number).replace(' ', '')}")
    page.type("#box-overall", "9")
    page.press("Enter")
    assert page.evaluate("document.getElementById('box-overall').getAttribute('aria-invalid')") == "true"
    assert page.evaluate("document.activeElement.id") == "box-overall"


def test_what_was_keyed_outlives_a_lost_connection_and_a_reload(chromium, address, engine, printed, first):
    number = printed(1)
    batch = first.open_batch(1, 4)
    page = chromium.open_page(width=1280)
    sign_in_as(page, address, FIRST, f"/staff/paper/{batch}/sheet")
    there = f"{address}/staff/paper/{batch}/sheet?serial={write_serial(number).replace(' ', '')}"
    page.go(there)
    page.type("#box-overall", "4")
    page.type("#box-comment", "Nhanh, gọn")
    page.go_offline()
    page.evaluate("document.getElementById('keying').requestSubmit()")
    page.browser.pump_until(
        lambda: page.evaluate("!document.getElementById('offline').hidden"), 10, "the page to say so"
    )
    page.go_offline(False)
    page.go(there)
    assert page.evaluate("document.getElementById('box-comment').value") == "Nhanh, gọn"
    page.evaluate("document.getElementById('keying').requestSubmit()")
    page.browser.pump_until(lambda: page.evaluate("!!document.getElementById('serial')"), 10, "the next serial")
    with Session(engine) as session:
        assert session.exec(select(PaperEntry)).one().keyed == {"overall": "4", "comment": "Nhanh, gọn"}
    assert page.evaluate("sessionStorage.length") == 0


def test_a_sheet_is_keyed_without_scripts(chromium, address, engine, printed, first):
    number = printed(1)
    batch = first.open_batch(1, 5)
    page = chromium.open_page(width=360, scripts=False)
    sign_in_as(page, address, FIRST, f"/staff/paper/{batch}/sheet")
    page.type("#serial", write_serial(number))
    page.press("Enter", leads_away=True)
    page.type("#box-overall", "5")
    page.press("Enter", leads_away=True)
    with Session(engine) as session:
        assert session.exec(select(PaperEntry)).one().keyed == {"overall": "5"}
