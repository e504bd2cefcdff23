"""Short addresses, and the staff page where codes are printed."""

import pytest

from api.qr.addresses import make_codes
from tests.api.staff.people import add_staff, sign_in
from tests.conftest import NOW
from tests.registered import add_register


@pytest.fixture(autouse=True)
def registry(engine) -> None:
    add_register(engine)


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [
        ("/q/Q1", "/f/counter?counter=Q1&channel=qr"),
        ("/q/Q1/one_stop", "/f/one_stop?counter=Q1&channel=qr"),
        ("/q/00004", "/f/one_stop?unit=00004&channel=qr"),
    ],
)
def test_a_short_address_leads_to_the_form_of_its_place(client, path, leads_to):
    reply = client.get(path, follow_redirects=False)
    assert (reply.status_code, reply.headers["location"]) == (303, leads_to)
    assert client.get(leads_to).status_code == 200
    assert "Phường Ba Đình" in client.get(leads_to).text


@pytest.mark.parametrize("code", ["nowhere", "001", "%00", "Q1%0d%0aX-A:1", "a" * 500])
def test_an_unknown_short_address_is_a_page_that_says_so(client, code):
    reply = client.get(f"/q/{code}", headers={"accept": "text/html"}, follow_redirects=False)
    assert reply.status_code == 404
    assert "x-a" not in reply.headers


@pytest.mark.parametrize("form", ["..%2f..%2fstaff", "%2e%2e", "a%3fb"])
def test_the_form_of_a_short_address_stays_below_the_forms(client, form):
    reply = client.get(f"/q/Q1/{form}", follow_redirects=False)
    assert reply.status_code == 404 or reply.headers["location"].startswith("/f/")


def test_codes_of_every_counter_have_their_names(session):
    [code] = make_codes(session, address="https://a.vn/", day=NOW.date(), unit="00004", counters=[])
    assert code.address == "https://a.vn/f/counter?counter=Q1&channel=qr"
    assert (code.short, code.unit, code.counter) == ("a.vn/q/Q1", "Phường Ba Đình", "Quầy 1")


def test_a_unit_head_sees_and_downloads_the_sheets_of_the_units_given_to_them(client, engine):
    add_staff(engine, "unit_head 00004")
    sign_in(client)

    page = client.get("/staff/qr?unit=00004&counter=Q1&layout=stand")
    assert page.status_code == 200
    assert "/staff/qr/sheet?unit=00004&amp;counter=Q1" in page.text
    sheet = client.get("/staff/qr/sheet?unit=00004&counter=Q1&layout=stand")
    assert sheet.headers["content-type"].startswith("image/svg+xml")
    assert "Phường Ba Đình" in sheet.text
    assert "Quầy 1" in sheet.text

    assert client.get("/staff/qr?unit=00008").status_code == 403
    assert client.get("/staff/qr/sheet?unit=00008").status_code == 403
    for wrong in ("counter=Q8", "form=nothing", "sheet=2"):
        assert client.get(f"/staff/qr/sheet?unit=00004&{wrong}").status_code == 404


def test_an_operator_of_another_unit_sees_no_rates(client, engine):
    add_staff(engine, "operator 00008")
    sign_in(client)
    page = client.get("/staff/invitations?unit=00004")
    assert page.status_code == 200
    assert "Chưa có hồ sơ nào được mời" in page.text
