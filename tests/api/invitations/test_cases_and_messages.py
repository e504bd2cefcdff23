"""Lists of finished cases in, messages for the gateway out, response rates between, what is left at the end."""

import csv
import stat
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlmodel import Session, select

from api.db import begin_write
from api.errors import Conflict, FileUnusable, Malformed, NotThere
from api.invitations.closing import close_due, close_period, list_due
from api.invitations.importing import import_cases
from api.invitations.links import InvitationsNotReady, require_address, require_key
from api.invitations.messages import Sending, write_messages
from api.invitations.status import CaseStatus, count_held, find_status, list_answering
from api.settings import Settings
from api.tables import AuditEvent, ImportRun, InvitationCase, InvitationToken
from tests.api.invitations.conftest import KEY
from tests.api.invitations.people import code_of, fields_of, follow, respond
from tests.conftest import NOW

TODAY = date(2026, 11, 20)
INVITE = Sending("invite", "vi", "https://khaosat.example.vn", 45)
REMIND = replace(INVITE, kind="remind")
CASES = [(f"HS-{number}", "1.000001", "00004", "2026-11-10") for number in range(4)]


@pytest.fixture
def load(engine, settings, asking, write_cases):
    """Imports rows; gives the report."""

    def load(*rows, now=NOW, **asked):
        path = write_cases(*rows)
        asks = replace(asking, form="counter", **asked)
        return import_cases(engine, path, asking=asks, now=now, actor="test", zone=settings.zone)

    return load


def write(engine, path, sending, *, today=TODAY) -> list[list[str]]:
    """The lines of the file, without its head."""
    with Session(engine) as session, session.begin():
        begin_write(session)
        write_messages(session, path, sending, key=KEY, today=today, now=NOW, actor="test")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))[1:]


def status_of(engine, dossier) -> CaseStatus:
    with Session(engine) as session:
        return find_status(session, dossier, key=KEY)[0]


def rates(engine, **asked) -> list[tuple]:
    with Session(engine) as session:
        return [
            (line.period, line.unit_filed, line.procedure, line.invited, line.opened, line.answered)
            for line in list_answering(session, **asked)
        ]


def test_only_what_is_needed_of_a_row_is_kept(engine, settings, asking, tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(
        "Mã hồ sơ,Thủ tục,Đơn vị,Ngày trả kết quả,Họ tên,Điện thoại\n"
        + "".join(f"H{n},1.000001,00004,05/11/2026,Trần Thị Bưởi,0987654321\n" for n in range(3)),
        encoding="utf-8",
    )
    report = import_cases(engine, path, asking=asking, now=NOW, actor="test", zone=settings.zone)

    assert (report.rows, report.accepted, report.ignored) == (3, 3, ("Họ tên", "Điện thoại"))
    with Session(engine) as session:
        kept = str(session.exec(select(InvitationCase)).all()) + str(session.exec(select(AuditEvent)).all())
        assert session.exec(select(ImportRun.kind)).one() == "cases"
    assert "Bưởi" not in kept
    assert "0987654321" not in kept


def test_wrong_rows_are_listed_with_every_reason_and_the_others_count(load):
    report = load(
        *CASES,
        ("HS-0", "1.000001", "00004", "2026-11-10"),
        ("0912 345 678", "1.000001", "00004", "2026-11-10"),
        ("001085012345", "1.000001", "00004", "2026-11-10"),
        ("HS-7", "9.9", "001", "2026-11-31"),
        ("HS-8", "9.9", "001", "2026-11-21"),
        ("", "1.000001", "00004", "2026-08-31"),
    )
    assert (report.rows, report.accepted, report.rejected) == (10, 4, 6)
    assert [(wrong.row, wrong.code) for wrong in report.problems] == [
        (6, "duplicate_dossier"),
        (7, "personal_number"),
        (8, "personal_number"),
        (9, "unreadable"),
        (10, "out_of_period"),
        (10, "unknown_procedure"),
        (10, "unit_not_valid_on_day"),
        (11, "dossier_code"),
        (11, "out_of_period"),
    ]
    assert "0912" not in str(report.problems)


def test_a_second_import_knows_its_cases_and_refuses_others_under_the_same_code(load):
    load(*CASES)
    report = load(*CASES, ("HS-9", "1.000001", "00004", "2026-11-12"), ("HS-0", "1.000001", "00004", "2026-11-13"))
    assert (report.accepted, report.known, report.rejected) == (1, 4, 1)
    assert [wrong.code for wrong in report.problems] == ["duplicate_dossier"]
    assert load(("HS-0", "1.000001", "00008", "2026-11-10")).problems[0].code == "differs"


def test_a_link_that_is_out_survives_later_imports_opened_or_answered(client, engine, load):
    load(*CASES)
    codes = {number: code_of(engine, f"HS-{number}") for number in range(3)}
    respond(client, codes[0])
    follow(client, codes[1])
    load(*[(f"NEW-{number}", "1.000001", "00008", "2026-11-11") for number in range(5)])

    told = {number: status_of(engine, f"HS-{number}") for number in range(3)}
    assert told == {0: CaseStatus.ANSWERED, 1: CaseStatus.OPENED, 2: CaseStatus.INVITED}
    assert follow(client, codes[0]).status_code == 409
    assert fields_of(follow(client, codes[2]))["_code"] == codes[2]


def test_cases_of_a_small_unit_wait_until_there_are_enough(client, engine, load):
    report = load(*CASES[:2])
    assert (report.periods["2026-11"].invited, report.periods["2026-11"].held) == (0, 2)
    assert follow(client, code_of(engine, "HS-0")).status_code == 404
    assert status_of(engine, "HS-0") is CaseStatus.HELD
    with Session(engine) as session:
        assert count_held(session) == 2
        assert count_held(session, units=["00008"]) == 0

    report = load(*CASES)
    assert (report.periods["2026-11"].invited, report.periods["2026-11"].added) == (4, 4)
    assert follow(client, code_of(engine, "HS-0")).status_code == 200


def test_all_links_of_a_period_end_on_the_same_day(engine, load):
    load(*CASES, ("HS-9", "1.000001", "00004", "2026-11-19"))
    with Session(engine) as session:
        assert set(session.exec(select(InvitationToken.expires_on))) == {date(2027, 1, 14)}


def test_another_key_is_refused_before_it_breaks_the_links_that_are_out(load):
    load(*CASES)
    with pytest.raises(Conflict) as refused:
        load(("HS-9", "1.000001", "00004", "2026-11-12"), key="x" * 40)
    assert refused.value.code == "other_invitation_key"


def test_response_rates_count_invited_opened_and_answered(client, engine, load):
    load(*CASES, *[(f"B{number}", "1.000001", "00008", "2026-11-10") for number in range(3)])
    respond(client, code_of(engine, "HS-0"))
    follow(client, code_of(engine, "HS-1"))

    assert rates(engine) == [
        ("2026-11", "00004", "1.000001", 4, 2, 1),
        ("2026-11", "00008", "1.000001", 3, 0, 0),
    ]
    assert rates(engine, units=["00008"]) == [("2026-11", "00008", "1.000001", 3, 0, 0)]
    assert rates(engine, period="2026-10") == []


def test_a_census_says_so_on_its_answers(client, engine, load):
    from tests.api.invitations.test_answering import responses

    load(*CASES, selection="census")
    respond(client, code_of(engine, "HS-0"))
    assert [row.selection for row in responses(engine)] == ["census"]


def test_messages_carry_dossier_link_and_text_and_only_their_owner_reads_them(engine, load, tmp_path):
    load(*CASES)
    lines = write(engine, tmp_path / "a.csv", INVITE)

    assert [line[0] for line in lines] == ["HS-0", "HS-1", "HS-2", "HS-3"]
    _, link, language, text = lines[0]
    assert link == f"https://khaosat.example.vn/t#{code_of(engine, 'HS-0')}"
    assert language == "vi"
    assert "HS-0" in text
    assert "Phường Ba Đình" in text
    assert "14/01/2027" in text
    assert "khai sinh" not in text  # what it was about, others need not see on a phone
    assert text.endswith(link)
    assert stat.S_IMODE((tmp_path / "a.csv").stat().st_mode) == 0o600
    assert write(engine, tmp_path / "b.csv", INVITE) == []


def test_reminders_go_to_whoever_has_not_answered_after_a_week_and_not_for_ever(client, engine, load, tmp_path):
    load(*CASES)
    write(engine, tmp_path / "0.csv", INVITE)
    respond(client, code_of(engine, "HS-0"))
    follow(client, code_of(engine, "HS-1"))

    def reminded(day: int) -> list[str]:
        path = tmp_path / f"{day}.csv"
        return [line[0] for line in write(engine, path, REMIND, today=TODAY + timedelta(days=day))]

    assert reminded(6) == []
    assert reminded(7) == ["HS-1", "HS-2", "HS-3"]
    assert reminded(14) == ["HS-1", "HS-2", "HS-3"]
    assert reminded(21) == []  # three messages are enough
    with Session(engine) as session:  # nothing stored tells who was not reminded, which is who answered
        assert {(case.messages, case.messaged_on) for case in session.exec(select(InvitationCase))} == {
            (3, TODAY + timedelta(days=14))
        }
        assert [event.action for event in session.exec(select(AuditEvent).order_by(AuditEvent.id))][-4:] == [
            "invitations.remind"
        ] * 4


def test_nobody_is_messaged_about_a_link_that_has_expired(engine, load, tmp_path):
    load(*CASES)
    assert write(engine, tmp_path / "a.csv", INVITE, today=date(2027, 1, 15)) == []


@pytest.mark.parametrize("template", ["no place for it", "{link} {phone}", "{link", "{link} {0}"])
def test_a_template_that_cannot_be_filled_is_refused_before_anything_is_written(engine, load, tmp_path, template):
    load(*CASES)
    with pytest.raises(Malformed):
        write(engine, tmp_path / "a.csv", replace(INVITE, template=template))
    assert not (tmp_path / "a.csv").exists()


def test_an_office_may_word_its_messages_itself(engine, load, tmp_path):
    load(*CASES)
    [first, *_] = write(engine, tmp_path / "a.csv", replace(INVITE, template="{procedure}: {link}"))
    assert first[3] == f"Đăng ký khai sinh: {first[1]}"


def test_a_period_closes_when_its_last_link_has_expired_and_takes_no_more_cases(client, engine, load):
    load(*CASES)
    respond(client, code_of(engine, "HS-0"))
    code = code_of(engine, "HS-1")
    with Session(engine) as session:
        assert list_due(session, date(2027, 1, 15), days=45) == []
    assert close_due(engine, today=date(2027, 1, 16), days=45, now=NOW, actor="test") == ["2026-11"]

    assert rates(engine) == [("2026-11", "00004", "1.000001", 4, 1, 1)]
    assert follow(client, code).status_code == 404
    with Session(engine) as session:
        assert session.exec(select(InvitationCase)).all() == []
    assert load(("HS-9", "1.000001", "00004", "2026-11-12")).problems[0].code == "period_closed"
    with pytest.raises(NotThere):
        status_of(engine, "HS-0")
    with pytest.raises(NotThere):
        close_period(engine, "2026-11", now=NOW, actor="test")


def test_cases_that_waited_in_vain_go_too(engine, load):
    load(*CASES[:2])
    assert close_due(engine, today=date(2027, 1, 16), days=45, now=NOW, actor="test") == ["2026-11"]
    with Session(engine) as session:
        assert session.exec(select(InvitationCase)).all() == []


def test_a_file_without_a_needed_column_is_unusable(engine, settings, asking, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("dossier,unit\nA,00004\n", encoding="utf-8")
    with pytest.raises(FileUnusable) as refused:
        import_cases(engine, path, asking=asking, now=NOW, actor="test", zone=settings.zone)
    assert {problem["column"] for problem in refused.value.problems} == {"procedure", "result_day"}


def test_without_a_key_or_an_address_it_says_what_to_do():
    with pytest.raises(InvitationsNotReady) as no_key:
        require_key(Settings())
    assert "hailong invitations key" in no_key.value.en
    with pytest.raises(InvitationsNotReady) as no_address:
        require_address(Settings(), None)
    assert "HAILONG_PUBLIC_URL" in no_address.value.vi
