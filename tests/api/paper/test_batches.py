"""From printed sheets to responses: batches with control totals, blind second entry, decisions, error rates."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from api.paper.batches import draw_sample
from api.paper.filling import response_id
from api.paper.printing import draw_printing, find_printing_of
from api.tables import AuditEvent, PaperDifference, PaperEntry
from survey_forms.pages.printed.serials import write_serial
from tests.api.paper.conftest import Person, sampled, stored, stored_texts


def test_a_pile_that_is_keyed_checked_and_closed_becomes_responses(engine, printed, first, second):
    start = printed(3, counter="Q1")
    batch = first.open_batch(3, 11)  # 5 + 4 + 2
    assert first.key(batch, start, overall="5", comment="Tốt, cảm ơn").status_code == 303
    assert first.key(batch, start + 1, overall="4").status_code == 303
    first.key(batch, start + 2, overall="2", reasons="7 1", **{"reasons.other": "Máy hỏng", "_day": "18112026"})
    assert stored(engine) == []  # nothing counts before the batch is closed
    assert first.post(f"/{batch}/finish", f"/{batch}").status_code == 303
    (drawn,) = sampled(engine)  # ⌈0,1 · 3⌉
    again = {0: {"overall": "5", "comment": "tốt cảm ơn"}, 1: {"overall": "4"}, 2: {}}[drawn - start]
    if drawn == start + 2:
        again = {"overall": "2", "reasons": "17", "reasons.other": "máy hỏng", "_day": "18/11/2026"}
    assert second.key(batch, drawn, **again).status_code == 303
    assert second.post(f"/{batch}/close", f"/{batch}").status_code == 303
    found = {row.id: row for row in stored(engine)}
    assert set(found) == {response_id(start + place) for place in range(3)}
    last = found[response_id(start + 2)]
    assert (last.channel, last.unit_filed, last.counter, last.completeness) == ("paper", "00004", "Q1", "complete")
    assert (last.local_day.isoformat(), last.month) == ("2026-11-18", "2026-11")
    assert found[response_id(start)].local_day.isoformat() == "2026-11-19"
    assert last.answers["overall"] == 2
    assert {name for name, said in last.answers.items() if said is True} == {"reasons.waiting", "reasons.other"}
    assert stored_texts(engine) == ["Máy hỏng", "Tốt, cảm ơn"]
    assert {row.consent for row in found.values()} == {"2026.1"}


def test_words_do_not_stay_with_the_batch_once_it_is_closed(engine, printed, first, second):
    start = printed(1)
    batch = first.open_batch(1, 5)
    first.key(batch, start, overall="5", comment="Chị Lan ở quầy 3")
    first.post(f"/{batch}/finish", f"/{batch}")
    second.key(batch, start, overall="5", comment="Chị Lam ở quầy 3")
    third = PaperDifference
    with Session(engine) as session, session.begin():
        found = session.exec(select(third)).one()
        found.decided = found.first
    assert first.post(f"/{batch}/close", f"/{batch}").status_code == 303
    with Session(engine) as session:
        assert [entry.keyed for entry in session.exec(select(PaperEntry))] == [{"overall": "5"}] * 2
        one = session.exec(select(third)).one()
        assert (one.first, one.second, one.decided) == ("", "", "")
    assert stored_texts(engine) == ["Chị Lan ở quầy 3"]


def test_totals_that_differ_are_told_and_need_a_reason(printed, first):
    start = printed(3)
    batch = first.open_batch(3, 14)
    first.key(batch, start, overall="5")
    first.key(batch, start + 1, overall="3")
    page = first.post(f"/{batch}/finish", f"/{batch}")
    assert page.status_code == 409
    assert "phiếu 2 / 3, tổng 8 / 14" in page.text
    assert first.post(f"/{batch}/finish", f"/{batch}", reason="mất").status_code == 409
    reply = first.post(f"/{batch}/finish", f"/{batch}", reason="Phiếu thứ ba bị ướt, không đọc được")
    assert reply.status_code == 303
    assert "Phiếu thứ ba bị ướt" in first.get(f"/{batch}").text


def test_the_same_sheet_twice_is_one_and_is_known_in_another_batch(engine, printed, first, second):
    start = printed(1)
    batch = first.open_batch(1, 5)
    first.key(batch, start, overall="4")
    first.key(batch, start, overall="5")  # a correction
    with Session(engine) as session:
        entry = session.exec(select(PaperEntry)).one()
        assert (entry.keyed, entry.corrections) == ({"overall": "5"}, 1)
    assert second.key(batch, start, overall="1").status_code == 409
    other = first.open_batch(1, 5)
    page = first.key(other, start, overall="5")
    assert (page.status_code, f"đã nhập ở chồng {batch}" in page.text) == (409, True)


def test_a_sheet_keyed_by_mistake_is_taken_out(engine, printed, first):
    start = printed(1)
    batch = first.open_batch(1, 5)
    first.key(batch, start, overall="4")
    serial = write_serial(start)
    assert first.post(f"/{batch}/take-out", f"/{batch}/sheet?serial={serial}", serial=serial).status_code == 303
    with Session(engine) as session:
        assert session.exec(select(PaperEntry)).all() == []
        assert "paper.take_out" in [row.action for row in session.exec(select(AuditEvent))]


@pytest.mark.parametrize(
    ("typed", "status", "words"),
    [("0000 0014", 422, "gõ sai"), ("", 200, "Số phiếu"), (write_serial(999), 422, "chưa từng được in")],
)
def test_a_serial_that_is_none_is_refused_before_anything_is_keyed(printed, first, typed, status, words):
    printed(1)
    batch = first.open_batch(1, 5)
    page = first.get(f"/{batch}/sheet?serial={typed}")
    assert (page.status_code, words in page.text) == (status, True)


def test_a_sheet_of_another_form_is_put_aside(printed, first):
    batch = first.open_batch(1, 5)
    page = first.key(batch, printed(1, form="one_stop"), overall="5")
    assert (page.status_code, "để riêng" in page.text) == (409, True)


def test_what_is_wrong_on_a_sheet_is_told_box_by_box_and_what_was_typed_stays(printed, first):
    batch = first.open_batch(1, 5)
    page = first.key(batch, printed(1), overall="6", reasons="9", _day="01012030", comment="Dài")
    assert page.status_code == 422
    for words in (
        "Không có mã “6”",
        "Không có mã “9”",
        "01/01/2030 không thể đúng",
        'value="6"',
        ">Dài</textarea>",
    ):
        assert words in page.text


def test_a_required_box_left_blank_on_paper_is_confirmed_and_flags_the_response(engine, printed, first, second):
    start = printed(1)
    batch = first.open_batch(1, 0)
    page = first.key(batch, start, comment="Chỉ góp ý")
    assert page.status_code == 422
    assert 'name="confirm_blanks"' in page.text
    assert first.key(batch, start, comment="Chỉ góp ý", confirm_blanks="1").status_code == 303
    first.post(f"/{batch}/finish", f"/{batch}")
    second.key(batch, start, comment="Chỉ góp ý", confirm_blanks="1")
    assert first.post(f"/{batch}/close", f"/{batch}").status_code == 303
    assert [row.completeness for row in stored(engine)] == ["flagged"]


def test_an_empty_sheet_is_not_keyed(printed, first):
    batch = first.open_batch(1, 5)
    page = first.key(batch, printed(1), confirm_blanks="1")
    assert (page.status_code, "Phiếu trống" in page.text) == (422, True)


def test_the_second_entry_is_blind_and_by_somebody_else(engine, printed, first, second):
    start = printed(1)
    batch = first.open_batch(1, 5)
    first.key(batch, start, overall="5", comment="Bí mật")
    first.post(f"/{batch}/finish", f"/{batch}")
    assert first.key(batch, start, overall="5").status_code == 403
    page = second.get(f"/{batch}/sheet?serial={write_serial(start)}")
    assert page.status_code == 200
    assert "Bí mật" not in page.text
    assert 'value="5"' not in page.text
    assert "Bí mật" not in second.get(f"/{batch}").text


def test_differences_are_decided_by_a_third_and_both_entries_stay(engine, printed, first, second, head):
    start = printed(1)
    batch = first.open_batch(1, 4)
    first.key(batch, start, overall="5")
    first.post(f"/{batch}/finish", f"/{batch}", reason="Cộng tay có thể sai một")
    second.key(batch, start, overall="4")
    page = first.post(f"/{batch}/close", f"/{batch}")
    assert (page.status_code, "1 chỗ khác nhau chưa quyết định" in page.text) == (409, True)
    assert first.get(f"/{batch}/differences/{start}").status_code == 403
    shown = head.get(f"/{batch}/differences/{start}").text
    assert "5 – Rất hài lòng" in shown
    assert "4 – Hài lòng" in shown
    where = f"/{batch}/differences/{start}"
    assert head.post(where, where, **{"box.which.overall": "second"}).status_code == 303
    with Session(engine) as session:
        one = session.exec(select(PaperDifference)).one()
        assert (one.first, one.second, one.decided) == ("5", "4", "4")
        assert one.decided_by.startswith("staff ")
    assert first.post(f"/{batch}/close", f"/{batch}").status_code == 303
    assert [row.answers["overall"] for row in stored(engine)] == [4]


def test_a_decision_must_be_something_the_box_can_say(printed, first, second, head):
    start = printed(1)
    batch = first.open_batch(1, 5)
    first.key(batch, start, overall="5")
    first.post(f"/{batch}/finish", f"/{batch}")
    second.key(batch, start, overall="4")
    where = f"/{batch}/differences/{start}"
    page = head.post(where, where, **{"box.which.overall": "other", "box.other.overall": "7"})
    assert (page.status_code, "Không có mã “7”" in page.text) == (422, True)
    assert head.post(where, where).status_code == 422
    fields = {"box.which.overall": "other", "box.other.overall": "3"}
    assert head.post(where, where, **fields).status_code == 303


def test_who_keyed_a_sheet_does_not_decide_it(join, printed, second):
    both = join("ca-hai@example.vn", "operator 00004", "unit_head 00004")
    start = printed(1)
    batch = both.open_batch(1, 5)
    both.key(batch, start, overall="5")
    both.post(f"/{batch}/finish", f"/{batch}")
    second.key(batch, start, overall="4")
    assert both.get(f"/{batch}/differences/{start}").status_code == 403


def test_error_rates_count_the_boxes_keyed_twice_by_operator_and_batch(printed, first, second, head):
    start = printed(1)
    batch = first.open_batch(1, 2)
    first.key(batch, start, overall="2", reasons="1", comment="a")
    first.post(f"/{batch}/finish", f"/{batch}")
    second.key(batch, start, overall="3", reasons="1", comment="b")
    where = f"/{batch}/differences/{start}"
    head.post(where, where, **{"box.which.overall": "first", "box.which.comment": "first"})
    page = head.get("/errors").text
    # Two boxes (level, reasons); the words do not count. The second operator had one of two wrong:
    # Wilson at 95 %: (1/2 + 3,8415/4 ± √(3,8415·(1/8 + 3,8415/16)))/(1 + 3,8415/2) = 9,45–90,55 %.
    assert "50,00 %" in page
    assert "9,45–90,55 %" in page
    assert "0,00 %" in page
    assert first.get("/errors").status_code == 403


def test_nobody_keys_sheets_of_the_own_counter_or_of_none_in_the_own_unit(join, printed):
    clerk = join("quay@example.vn", "operator 00004", own_counters=("Q1",))
    own, none = printed(1, counter="Q1"), printed(1)
    batch = clerk.open_batch(1, 5)
    for number in (own, none):
        assert clerk.key(batch, number, overall="5").status_code == 403
        assert clerk.get(f"/{batch}/sheet?serial={write_serial(number)}").status_code == 403


def test_another_unit_is_out_of_reach(join, printed, first):
    printed(1)
    batch = first.open_batch(1, 5)
    stranger = join("khac@example.vn", "operator 00008")
    assert stranger.get(f"/{batch}").status_code == 403
    assert f"Chồng {batch}" not in stranger.get("").text
    csrf = {"form": "counter", "unit": "00004", "declared_sheets": "1", "declared_sum": "1", "control": "1"}
    assert stranger.post("/batches", **csrf).status_code == 403


def test_every_problem_of_a_cover_is_told_together_and_nothing_is_lost(first: Person):
    page = first.post("/batches", form="counter", unit="00004", control="2", declared_sheets="x", declared_sum="y")
    assert page.status_code == 422
    for words in ("declared_sheets", "declared_sum", "control_field", 'value="x"'):
        assert words in page.text


def test_a_closed_batch_stays_as_it_is(printed, first, second, engine: Engine):
    start = printed(2)
    batch = first.open_batch(1, 5)
    first.key(batch, start, overall="5")
    first.post(f"/{batch}/finish", f"/{batch}")
    second.key(batch, start, overall="5")
    first.post(f"/{batch}/close", f"/{batch}")
    assert first.key(batch, start + 1, overall="5").status_code == 409
    assert first.post(f"/{batch}/close", f"/{batch}").status_code == 409
    assert len(stored(engine)) == 1


def test_the_sample_follows_from_its_seed_and_is_never_none():
    assert draw_sample(range(1, 31), share=0.1, seed=7) == draw_sample(range(1, 31), share=0.1, seed=7)
    assert len(draw_sample(range(30), share=0.1, seed=1)) == 3
    assert len(draw_sample(range(31), share=0.1, seed=1)) == 4
    assert draw_sample([5], share=0.1, seed=1) == [5]
    assert draw_sample([5], share=0.0, seed=1) == []


def test_sheets_say_the_consent_of_the_day_they_were_printed_and_their_responses_keep_its_version(
    app, engine, printed, first, second
):
    early = datetime(2026, 6, 30, 3, 0, tzinfo=UTC)  # the first text holds from 01/07/2026
    numbers = {printed(1, now=early): None, printed(1): "2026.1"}
    for number, version in numbers.items():
        with Session(engine) as session:
            printing = find_printing_of(session, number)
            html = draw_printing(session, printing, app.state.forms.get("counter", "2026.1"))
        assert printing.consent == version
        assert ("Trả lời là tự nguyện, không ghi tên" in html) is (version is not None)
        batch = first.open_batch(1, 5)
        first.key(batch, number, overall="5")
        first.post(f"/{batch}/finish", f"/{batch}")
        second.key(batch, number, overall="5")
        assert first.post(f"/{batch}/close", f"/{batch}").status_code == 303
    assert {row.id: row.consent for row in stored(engine)} == {
        response_id(number): version for number, version in numbers.items()
    }


@pytest.mark.parametrize("role", ["operator 00004", "operator"])
@pytest.mark.parametrize("path", ["/printings", "/batches"])
def test_a_unit_left_empty_is_asked_for(join, role, path):
    page = join("in@example.vn", role).post(path, form="counter", unit=" ", sheets="10")
    assert page.status_code == 422
    assert "Hãy ghi mã đơn vị" in page.text
