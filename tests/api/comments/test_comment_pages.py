"""Staff read masked comments of their units, never those of their own counter; originals with a reason."""

from uuid import UUID

import pytest
from sqlmodel import Session, select

from api.comments.screening import screen_waiting
from api.sealer import make_sealer
from api.tables import AuditEvent, Comment, Procedure
from tests.api.staff.people import EMAIL, add_second_factor, add_staff, code_of, send, sign_in
from tests.conftest import NOW

TEXT = "Chị Hoa hẹn gọi 0912 345 678 mà không gọi"


@pytest.fixture
def id(add_comment, engine, settings) -> UUID:
    found = add_comment(1, TEXT, counter="Q1")
    add_comment(2, "quầy tám tốt", unit_filed="00008", counter="Q8", month="2026-09", procedure=None)
    screen(engine, settings)
    return found


def screen(engine, settings) -> None:
    screen_waiting(engine, make_sealer(settings), now=NOW, zone=settings.zone, keep_days=90)


def enter(client, engine, role: str, own_counters: tuple[str, ...] = ()) -> None:
    staff = add_staff(engine, role, own_counters=own_counters)
    secret = add_second_factor(engine, staff)
    sign_in(client, email=EMAIL)
    send(client, "/staff/code", code=code_of(secret))


def test_only_the_masked_text_is_shown(client, engine, id):
    enter(client, engine, "analyst")
    page = client.get("/staff/comments").text
    assert "Chị [tên người] hẹn gọi [số điện thoại]" in page
    assert "0912" not in page


@pytest.mark.parametrize(("language", "procedure"), [("vi", "Đăng ký khai sinh"), ("en", "Register a birth")])
def test_unit_and_procedure_are_shown_by_name_with_their_code(client, engine, id, language, procedure):
    with Session(engine) as session, session.begin():
        session.get_one(Procedure, "1.000001").name_en = "Register a birth"
    enter(client, engine, "analyst")
    for path in ("/staff/comments", f"/staff/comments/{id}/comment"):
        page = client.get(f"{path}?lang={language}").text
        assert 'Phường Ba Đình <span class="quiet">(00004)</span>' in page
        assert f'{procedure} <span class="quiet">(1.000001)</span>' in page


def test_comments_are_those_of_ones_units_and_never_of_ones_own_counter(client, engine, id):
    enter(client, engine, "unit_head 00008")
    page = client.get("/staff/comments").text
    assert ("quầy tám" in page, "Chị [tên" in page) == (True, False)
    assert client.get(f"/staff/comments/{id}/comment").status_code == 404


def test_somebody_who_serves_at_the_counter_does_not_read_about_it(client, engine, id):
    enter(client, engine, "analyst", own_counters=("Q1",))
    assert "Chị [tên" not in client.get("/staff/comments").text
    assert client.get(f"/staff/comments/{id}/comment").status_code == 404
    assert (
        send(client, "/staff", f"/staff/comments/{id}/comment/original", reason="xem thử một lần").status_code
        == 404
    )


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("unit=00008", (False, True)),
        ("procedure=1.000001", (True, False)),
        ("month=2026-09", (False, True)),
        ("level=2", (True, True)),
        ("level=5", (False, False)),
        ("page=-7", (True, True)),
        ("unit=%00", (True, True)),
    ],
)
def test_comments_are_filtered(client, engine, id, query, shown):
    enter(client, engine, "analyst")
    page = client.get(f"/staff/comments?{query}").text
    assert ("Chị [tên" in page, "quầy tám" in page) == shown


def test_an_original_is_opened_with_a_reason_that_is_written_down(client, engine, id):
    enter(client, engine, "analyst")
    page = f"/staff/comments/{id}/comment"
    refused = send(client, page, f"{page}/original", reason="ngắn")
    assert (refused.status_code, "0912" in refused.text) == (422, False)

    opened = send(client, page, f"{page}/original", reason="gọi lại cho người dân 0912345678")

    assert TEXT in opened.text
    assert opened.headers["cache-control"] == "no-store"
    with Session(engine) as session:
        deed = session.exec(select(AuditEvent).where(AuditEvent.action == "comment.unseal")).one()
    assert deed.detail["unit"] == "00004"
    assert deed.detail["why"] == "gọi lại cho người dân [số điện thoại]"  # no personal data in the audit


def test_an_original_is_closed_to_a_unit_head(client, engine, id):
    enter(client, engine, "unit_head 00004")
    page = f"/staff/comments/{id}/comment"
    assert send(client, page, f"{page}/original", reason="muốn biết là ai viết").status_code == 403


def test_what_the_rules_missed_is_masked_by_hand(client, engine, id):
    enter(client, engine, "unit_head 00004")
    page = f"/staff/comments/{id}/comment"
    assert send(client, page, f"{page}/mask", words="không có chữ này").status_code == 422
    assert send(client, page, f"{page}/mask", words="mà không gọi").status_code == 303
    with Session(engine) as session:
        assert session.get(Comment, (id, "comment")).text == "Chị [tên người] hẹn gọi [số điện thoại] [đã che]"


def test_comments_that_wait_are_counted_and_screened_on_request(client, engine, id, add_comment):
    add_comment(3, "Gọi 0987654321")
    enter(client, engine, "analyst")
    page = client.get("/staff/comments").text
    assert "1 lời góp ý đang chờ" in page
    assert "0987654321" not in page
    send(client, "/staff/comments", "/staff/comments/screen")
    assert "Gọi [số điện thoại]" in client.get("/staff/comments").text
