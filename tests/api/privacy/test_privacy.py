"""People see and delete their own response by its receipt; what was deleted stays away, and no address is kept."""

import re
from uuid import UUID, uuid4

import pytest
from sqlalchemy import inspect
from sqlmodel import Session, select, text

from api.comments.screening import screen_waiting
from api.receiving.receipt_codes import show_receipt
from api.sealer import make_sealer, new_seal_key
from api.settings import Settings
from api.snapshots.service import write_snapshots
from api.tables import (
    AuditEvent,
    Comment,
    CommentOriginal,
    ErasedResponse,
    Response,
    ResponseExclusion,
    ResponseText,
    Signal,
    SignalResponse,
)
from survey_forms.loader import load_catalogue
from tests.conftest import NOW
from tests.registered import add_register
from tests.stored import store

AGENT = "Trinh-duyet-kiem-thu/9.9"
BODY = {
    "form": "counter",
    "version": "2026.1",
    "answers": {"overall": 2, "comment": "Chị Hoa hẹn gọi 0912 345 678"},
    "unit_filed": "00004",
    "channel": "qr",
    "submitted_at": "2026-11-20T09:59:00+07:00",
}


@pytest.fixture
def settings(database_url: str, tmp_path) -> Settings:
    return Settings(database_url=database_url, var_folder=tmp_path, seal_key=new_seal_key())


@pytest.fixture
def receipt(engine, client) -> UUID:
    add_register(engine)
    id = uuid4()
    assert client.post("/api/v1/responses", json=BODY | {"id": str(id)}).status_code == 201
    return id


def screen(engine, settings) -> None:
    screen_waiting(engine, make_sealer(settings), now=NOW, zone=settings.zone, keep_days=90)


def delete(client, id):
    return client.post("/privacy/deletion", data={"receipt": str(id), "sure": "yes"})


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_page_says_what_is_kept_and_for_how_long_and_that_some_responses_have_no_link(client, language):
    page = client.get(f"/privacy?lang={language}").text
    assert f'lang="{language}"' in page
    assert "90 ngày" in page or "90 days" in page
    assert "91/2025/QH15" in page
    assert "lời mời không gắn với ai" in page or "by an invitation belong to nobody" in page


def test_a_person_sees_their_answers_in_words_and_their_comment_masked(client, engine, settings, receipt):
    waiting = client.post("/privacy/response", data={"receipt": str(receipt)}).text
    assert "đang chờ che" in waiting
    assert "0912" not in waiting
    screen(engine, settings)

    page = client.post("/privacy/response", data={"receipt": f" {receipt} ".upper()})

    assert page.headers["cache-control"] == "no-store"
    assert re.search(r"<p>2 – \w+", page.text)
    assert "Chị [tên người] hẹn gọi [số điện thoại]" in page.text
    assert "nơi làm thủ tục: Phường Ba Đình (00004)" in page.text


def test_deleting_leaves_only_that_there_was_a_response(client, engine, settings, receipt):
    screen(engine, settings)
    assert delete(client, receipt).status_code == 200

    with Session(engine) as session:
        for table in (Response, ResponseText, Comment, CommentOriginal):
            assert session.exec(select(table)).all() == []
        left = session.exec(select(ErasedResponse)).one()
        deeds = [(row.actor, row.action) for row in session.exec(select(AuditEvent))]
    assert (left.form, left.month, left.unit_filed) == ("counter", "2026-11", "00004")
    assert ("citizen", "response.erase") in deeds
    assert not finds(engine, str(receipt))
    assert not finds(engine, receipt.hex)
    assert client.post("/privacy/response", data={"receipt": str(receipt)}).status_code == 404
    assert delete(client, receipt).status_code == 404


def test_a_comment_that_was_never_screened_is_deleted_too(client, engine, receipt):
    delete(client, receipt)
    with Session(engine) as session:
        assert session.exec(select(ResponseText)).all() == []


def test_a_tablet_that_sends_a_deleted_response_again_gets_its_receipt_and_nothing_is_stored(
    client, engine, receipt
):
    body = BODY | {"id": str(receipt)}
    first = client.post("/api/v1/responses", json=body).json()
    delete(client, receipt)

    again = client.post("/api/v1/responses", json=body)

    assert again.status_code == 200
    assert again.json()["received_at"] == first["received_at"]
    other = client.post("/api/v1/responses", json=body | {"answers": {"overall": 5}})
    assert other.status_code == 409
    with Session(engine) as session:
        assert session.exec(select(Response)).all() == []
        assert session.exec(select(ResponseText)).all() == []


def test_a_deleted_response_leaves_the_snapshot_at_once(client, engine, settings, receipt):
    write_snapshots(engine, settings.snapshots_folder, load_catalogue())
    file = settings.snapshots_folder / "counter" / "2026.1" / "2026-11.parquet"
    assert file.is_file()
    delete(client, receipt)
    assert not file.exists()
    write_snapshots(engine, settings.snapshots_folder, load_catalogue())
    assert not file.exists()


def test_nothing_is_deleted_without_saying_so_twice(client, engine, receipt):
    asked = client.post("/privacy/deletion", data={"receipt": str(receipt)})
    assert asked.status_code == 422
    with Session(engine) as session:
        assert session.get(Response, receipt) is not None


def test_the_code_of_the_thanks_shows_the_response_as_it_is_printed_and_as_it_is_typed(client, receipt):
    for code in (show_receipt(receipt), show_receipt(receipt).lower().replace("-", " ").replace("0", "o")):
        assert client.post("/privacy/response", data={"receipt": code}).status_code == 200


@pytest.mark.parametrize(
    "code", ["", "không phải mã", "7d0b1f5e", "7d0b1f5e-3c1a-4b52-9d7e-0123456789ab", "\x00", "7" * 5000]
)
def test_a_code_that_is_none_is_told_kindly(client, receipt, code):
    for path in ("/privacy/response", "/privacy/deletion"):
        reply = client.post(path, data={"receipt": code, "sure": "yes"})
        assert reply.status_code == 404
        assert "Không có phiếu nào với mã này" in reply.text


def test_codes_cannot_be_tried_quickly(client, receipt):
    replies = [client.post("/privacy/response", data={"receipt": str(uuid4())}) for _ in range(31)]
    assert replies[0].status_code == 404
    assert replies[-1].status_code == 429
    assert int(replies[-1].headers["retry-after"]) >= 1


def test_no_address_and_no_kind_of_browser_is_kept_anywhere(client, engine, receipt, tmp_path):
    headers = {"User-Agent": AGENT, "X-Forwarded-For": "203.0.113.77", "Referer": "https://bimat.example/trang"}
    id, page = str(uuid4()), {"_unit": "00004", "_channel": "qr", "overall": "1"}
    assert client.post("/api/v1/responses", json=BODY | {"id": id}, headers=headers).status_code == 201
    assert client.post("/f/counter", data=page, headers=headers, follow_redirects=False).status_code == 303
    client.post("/privacy/response", data={"receipt": id}, headers=headers)
    client.post("/privacy/deletion", data={"receipt": id, "sure": "yes"}, headers=headers)

    for trace in (AGENT, "203.0.113.77", "testclient", "bimat.example"):
        assert not finds(engine, trace), trace
    kept = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert AGENT.encode() not in kept
    assert b"203.0.113.77" not in kept


def finds(engine, words: str) -> list[str]:
    """The tables of which any row holds ``words``."""
    found = []
    with engine.connect() as connection:
        for table in inspect(engine).get_table_names():
            rows = connection.execute(text(f"SELECT * FROM {table}")).all()
            if any(words.lower() in str(value).lower() for row in rows for value in row):
                found.append(table)
    return found


def test_nothing_of_a_deleted_response_is_left_in_signals_and_exclusions(client, engine, receipt):
    other = UUID(int=5)
    signal = Signal(
        id="s", month="2026-11", kind="burst", unit="00004", reason="vi", reason_en="en", figures={}, responses=2,
        found_at=NOW, computed_at=NOW, is_current=True,
    )  # fmt: skip
    store(engine, [signal])
    store(engine, [SignalResponse(signal="s", response_id=id) for id in (receipt, other)])
    store(engine, [ResponseExclusion(response_id=id, signal="s", month="2026-11") for id in (receipt, other)])
    delete(client, receipt)
    assert not finds(engine, str(receipt))
    assert not finds(engine, receipt.hex)
    with Session(engine) as session:
        assert session.exec(select(SignalResponse.response_id)).all() == [other]
        assert session.exec(select(ResponseExclusion.response_id)).all() == [other]
