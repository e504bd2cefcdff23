"""The fleet page: who may see and do what, and that what is done there reaches the tablet."""

import re

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from api.kiosks.staff_replies import load_texts
from api.tables import AuditEvent, Procedure
from tests.api.kiosks.conftest import KIOSKS, make_heartbeat, make_item
from tests.api.staff.people import add_staff, csrf_in, send, sign_in

FLEET = "/staff/kiosks"


@pytest.fixture
def operator(client, engine: Engine):
    """The client, signed in as an operator of the unit of the tablet."""
    add_staff(engine, "operator 00004")
    assert sign_in(client).status_code == 303
    return client


def test_the_page_explains_what_happened_to_each_tablet(tablet, operator):
    tablet.send(make_item(1), make_item(5))
    tablet.post("heartbeat", make_heartbeat(last_sequence=6, storage={"persisted": False}))
    page = operator.get(FLEET)
    assert page.status_code == 200
    assert "máy 1, 00004" in page.text
    assert "thiếu số 6" in page.text  # 2–4 may still be on their way
    assert "màn hình chính" in page.text
    assert "lacks numbers 6" in operator.get(f"{FLEET}?lang=en").text


def test_a_tablet_is_enrolled_from_the_page(operator):
    page = send(operator, FLEET, f"{FLEET}/enrol", unit="00004", counter="Q1", minutes="10")
    assert page.status_code == 200, page.text
    code = re.search(r"/kiosk#code=([2-9A-Z]{8})", page.text)[1]
    assert "<svg" in page.text
    assert re.search(r"<strong>\d{6}</strong>", page.text)
    assert operator.post(f"{KIOSKS}/enrol", json={"code": code}).status_code == 201
    assert "máy 1, 00004" in operator.get(FLEET).text


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"unit": "00008"}, 403, "không thuộc phạm vi"),
        ({"unit": "00004", "counter": "Q8"}, 422, "không thuộc đơn vị"),
        ({"unit": "00004", "minutes": "mười"}, 422, "số nguyên"),
        ({"unit": "00004", "minutes": "0"}, 422, "từ 1 đến"),
    ],
)
def test_what_cannot_be_enrolled_is_told_and_what_was_typed_stays(operator, fields, status, words):
    page = send(operator, FLEET, f"{FLEET}/enrol", **fields)
    assert (page.status_code, words in page.text) == (status, True), page.text
    assert f'value="{fields["unit"]}"' in page.text


def test_configured_and_rolled_back_from_the_page(tablet, operator):
    one = f"{FLEET}/{tablet.id}"
    done = send(operator, one, f"{one}/configure", contrast="high", opening_hours="sat 08:00-11:00", speech="true")
    assert done.status_code == 303
    assert "Đã lưu cấu hình" in operator.get(done.headers["location"]).text
    shown = tablet.get("config").json()
    assert (shown["contrast"], shown["opening_hours"], shown["speech"]) == (
        "high",
        {"sat": [["08:00", "11:00"]]},
        True,
    )
    assert send(operator, one, f"{one}/rollback", version="1").status_code == 303
    assert tablet.get("config").json()["contrast"] == "normal"


def test_a_configuration_that_cannot_be_is_told_with_what_is_expected(tablet, operator):
    one = f"{FLEET}/{tablet.id}"
    page = send(operator, one, f"{one}/configure", idle_seconds="3", opening_hours="always", form="nothing")
    assert page.status_code == 422
    assert "idle_seconds: a number from 10 to 600" in page.text
    assert "opening_hours: hours such as" in page.text
    assert ">always</textarea>" in page.text
    assert tablet.get("config").json() == tablet.config


def test_pin_new_key_and_revocation_from_the_page_are_in_the_audit(tablet, operator, engine: Engine):
    one = f"{FLEET}/{tablet.id}"
    assert re.search(r"<strong>\d{6}</strong>", send(operator, one, f"{one}/pin").text)
    code = re.search(r"#code=(\w{8})", send(operator, one, f"{one}/enrol").text)[1]
    assert operator.post(f"{KIOSKS}/enrol", json={"code": code}).json()["device"] == tablet.id
    assert send(operator, one, f"{one}/revoke").status_code == 303
    assert send(operator, one, f"{one}/revoke").status_code == 409
    with Session(engine) as session:
        rows = session.exec(select(AuditEvent).where(AuditEvent.actor.startswith("staff ")))
        deeds = [(row.action, row.detail.get("unit")) for row in rows if row.action.startswith("kiosk.")]
    assert deeds == [("kiosk.change_pin", "00004"), ("kiosk.invite", "00004"), ("kiosk.revoke", "00004")]


def test_quarantine_is_read_tried_again_and_closed_from_the_page(tablet, app, operator, engine: Engine):
    tablet.send(make_item(1, procedure="9.000009"), make_item(2, version="2031.7"))
    one = f"{FLEET}/{tablet.id}"
    page = operator.get(one).text
    assert "Khu cách ly" in page
    assert "2031.7" in page
    with Session(engine) as session, session.begin():
        session.add(Procedure(code="9.000009", name="Thủ tục mới", field="Hộ tịch", level="commune"))
    app.state.receiver.codes.refresh()
    assert send(operator, one, f"{one}/retry").status_code == 303
    (left,) = re.findall(r'name="refusal" value="(\d+)"', operator.get(one).text)
    assert send(operator, one, f"{one}/close", refusal=left).status_code == 303
    assert "Khu cách ly" not in operator.get(one).text
    assert send(operator, one, f"{one}/close", refusal=left).status_code == 404
    with Session(engine) as session:
        rows = session.exec(select(AuditEvent).where(AuditEvent.actor.startswith("staff ")))
        deeds = [row.action for row in rows if row.action.startswith("kiosk.")]
    assert deeds == ["kiosk.retry", "kiosk.close_refusal"]


def test_the_quarantine_of_another_tablet_is_not_closed_from_this_page(enrol, operator):
    here, other = enrol(), enrol(unit="00008", counter="Q8")
    other.send(make_item(1, version="2031.7"))
    one = f"{FLEET}/{here.id}"
    assert send(operator, one, f"{one}/close", refusal="1").status_code == 404
    assert send(operator, one, f"{FLEET}/{other.id}/retry").status_code == 404


def test_tablets_of_other_units_are_not_there(enrol, operator):
    other = enrol(unit="00008", counter="Q8")
    assert other.id not in operator.get(FLEET).text
    assert operator.get(f"{FLEET}/{other.id}").status_code == 404
    assert send(operator, FLEET, f"{FLEET}/{other.id}/revoke").status_code == 404
    assert other.get("config").status_code == 200


def test_a_unit_head_reads_and_changes_nothing(client, tablet, engine: Engine):
    add_staff(engine, "unit_head 00004")
    sign_in(client)
    page = client.get(f"{FLEET}/{tablet.id}")
    assert page.status_code == 200
    assert f'action="{FLEET}' not in page.text
    assert client.post(f"{FLEET}/{tablet.id}/revoke", data={"csrf": csrf_in(page)}).status_code == 403


def test_nobody_acts_on_the_tablet_of_their_own_counter(client, tablet, engine: Engine):
    add_staff(engine, "operator 00004", own_counters=("Q1",))
    sign_in(client)
    assert send(client, FLEET, f"{FLEET}/{tablet.id}/revoke").status_code == 403
    assert send(client, FLEET, f"{FLEET}/enrol", unit="00004", counter="Q1").status_code == 403
    assert tablet.get("config").status_code == 200


def test_both_languages_have_every_text():
    vietnamese, english = load_texts("vi"), load_texts("en")
    assert vietnamese.keys() == english.keys()
    assert all(vietnamese.values())
    assert all(english.values())
