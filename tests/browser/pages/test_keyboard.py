"""Every flow of citizens and staff by keyboard alone; forms and tablets have theirs beside them."""

import pytest
from sqlmodel import Session, select

from api.tables import ErasedResponse, PaperDifference, PaperEntry, PrivacyRequest, SignalReview
from tests.api.staff.people import PASSWORD, code_of
from tests.browser.axe import find_faults
from tests.browser.keyboard import CONTROL, press_together, tab_to, write
from tests.browser.page import Page
from tests.browser.pages.checks import SMALL
from tests.browser.pages.site import CAREFUL, EVERYBODY, Site

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.long]


def fill(page: Page, selector: str, text: str) -> None:
    tab_to(page, selector)
    write(page, text)


def follow(page: Page, selector: str) -> None:
    """Press Enter on the link or button, and wait for the page."""
    tab_to(page, selector)
    page.press("Enter", leads_away=True)


def sign_in(page: Page, site: Site, email: str, leads_to: str = "/staff") -> None:
    page.go(f"{site.address}/staff/sign-in?next={leads_to.format(**site.ids)}")
    fill(page, "#email", email)
    fill(page, "#password", PASSWORD)
    page.press("Enter", leads_away=True)


@pytest.fixture
def page(chromium) -> Page:
    return chromium.open_page(width=1280)


def text_of(page: Page, selector: str = "main") -> str:
    return str(page.evaluate(f"document.querySelector('{selector}').innerText"))


def test_signing_in_with_a_code_of_the_phone_and_out_again(page, site):
    sign_in(page, site, CAREFUL)
    fill(page, "#code", code_of(site.ids["secret"]))
    page.press("Enter", leads_away=True)
    assert page.evaluate("location.pathname") == "/staff"
    follow(page, ".person button")
    assert page.evaluate("location.pathname") == "/staff/sign-in"


def test_a_sealed_comment_is_opened_with_a_reason(page, site):
    sign_in(page, site, EVERYBODY, "/staff/comments")
    follow(page, f"main a[href*='{site.ids['commented']}']")
    assert "0912" not in text_of(page)
    fill(page, "#reason", "gọi lại cho người dân")
    follow(page, "main button.danger")
    assert "0912 345 678" in text_of(page)


def test_a_signal_is_reviewed(page, site):
    sign_in(page, site, EVERYBODY, "/staff/signals")
    follow(page, "main th a")
    fill(page, "#reason", "Quầy trưởng xác nhận hôm đó đông")
    follow(page, "button[value=keep]")
    assert "Đã ghi" in text_of(page, ".done")
    with Session(site.engine) as session:
        assert session.exec(select(SignalReview.verdict)).all() == ["keep"]


def test_a_sheet_of_paper_is_keyed_and_saved(page, site):
    sign_in(page, site, EVERYBODY, "/staff/paper/{entering}")
    follow(page, "main a.button[href$='/sheet']")
    write(page, site.ids["serial"].replace("%20", ""))  # the field has the caret already
    page.press("Enter", leads_away=True)
    write(page, "2")  # a whole code: the caret goes on by itself
    write(page, "13")
    press_together(page, CONTROL, "Enter", "Enter", 13)
    page.browser.pump_until(lambda: page.evaluate("!!document.getElementById('serial')"), 10, "the next serial")
    with Session(site.engine) as session:
        keyed = session.exec(select(PaperEntry.keyed)).all()
    assert {"overall": "2", "reasons": "13"} in keyed


def test_a_difference_between_two_entries_is_decided(page, site):
    sign_in(page, site, EVERYBODY, "/staff/paper/{checking}/differences/{differing}")
    for place in range(page.evaluate("document.querySelectorAll('main fieldset').length")):
        tab_to(page, f"main fieldset:nth-of-type({place + 1}) input[type=radio]")
        page.press(" ")
    follow(page, "main form .actions button")
    with Session(site.engine) as session:
        asked = select(PaperDifference).where(PaperDifference.number == int(site.ids["differing"]))
        differences = session.exec(asked).all()
    assert differences
    assert all(one.decided == one.first for one in differences)


def test_a_request_about_ones_own_data_is_recorded(page, site):
    sign_in(page, site, EVERYBODY, "/staff/privacy")
    tab_to(page, "#kind")
    page.press("ArrowDown")
    fill(page, "#unit", "00004")
    fill(page, "#what", "Đã ghi tên con vào lời góp ý ngày 18/11")
    follow(page, "main form[action='/staff/privacy'] button")
    number = page.evaluate("location.pathname").rsplit("/", 1)[-1]
    with Session(site.engine) as session:
        assert session.get(PrivacyRequest, number).kind == "access"


def test_a_tablet_gets_its_code(page, site):
    sign_in(page, site, EVERYBODY, "/staff/kiosks")
    fill(page, "#unit", "00004")
    follow(page, "main form[action$='/enrol'] button")
    assert "/kiosk#code=" in text_of(page)


def test_somebody_is_invited(page, site):
    sign_in(page, site, EVERYBODY, "/staff/accounts")
    fill(page, "#email", "hoa@example.vn")
    fill(page, "#name", "Lê Thị Hòa")
    fill(page, "#grants", "analyst")
    follow(page, "main button")
    assert "/staff/invitation/" in text_of(page, ".copy")


def test_a_person_sees_and_deletes_their_own_response(page, site):
    page.go(f"{site.address}/privacy")
    fill(page, "#receipt", site.ids["deleted"])
    page.press("Enter", leads_away=True)
    tab_to(page, "input[name=sure]")
    page.press(" ")
    follow(page, "main button")
    assert "Đã xóa phiếu" in text_of(page, "h1")
    with Session(site.engine) as session:
        assert len(session.exec(select(ErasedResponse)).all()) == 1


def test_an_invited_person_gives_the_code_and_answers(page, site):
    page.go(f"{site.address}/t")
    fill(page, "#code", site.ids["code4"])
    page.press("Enter", leads_away=True)
    tab_to(page, "input[name=overall]")
    page.press(" ")
    follow(page, "main button[type=submit]:not([hidden])")
    assert page.evaluate("location.pathname") == "/t/thanks"


def test_results_are_sorted_and_searched(page, site):
    page.go(f"{site.address}/results")
    fill(page, "input[name=q]", "dong ngac")
    page.press("Enter")
    page.browser.pump_until(lambda: "q=" in page.evaluate("location.search"), 10, "the search")
    assert "Phường Đông Ngạc" in text_of(page, "tbody")
    assert "Xã Ứng Hòa" not in text_of(page, "tbody")


def test_the_menu_is_unfolded_on_a_phone_and_lies_open_on_a_desk(chromium, site):
    page = chromium.open_page(width=360)
    sign_in(page, site, EVERYBODY)
    is_shown = "[...document.querySelectorAll('.menu a')].every((link) => link.checkVisibility())"
    assert not page.evaluate(is_shown)
    tab_to(page, ".menu summary")
    page.press("Enter")
    assert page.evaluate(is_shown)
    assert find_faults(page) + page.evaluate(SMALL) == []
    follow(page, ".menu a[href='/staff/comments']")
    assert page.evaluate("location.pathname") == "/staff/comments"
    assert not page.evaluate(is_shown)
    page.resize(1280, 800)
    assert page.evaluate(is_shown)
