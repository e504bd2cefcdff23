"""The run masks what waits, seals originals, forgets nothing by accident and deletes on time."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlmodel import Session, select

from api.comments.screening import purge_originals, replace_clerks, screen_waiting
from api.db import make_engine
from api.errors import Conflict
from api.sealer import Sealer, make_sealer, new_seal_key, require_sealer
from api.settings import Settings, SettingsUnusable, read_settings
from api.tables import Comment, CommentOriginal, ResponseText
from tests.conftest import NOW

TEXT = "Chị Hoa hẹn gọi 0912 345 678 mà không gọi"
MASKED = "Chị [tên người] hẹn gọi [số điện thoại] mà không gọi"


def run(engine, settings: Settings, **other):
    given = {"now": NOW, "zone": settings.zone, "keep_days": 90} | other
    return screen_waiting(engine, make_sealer(settings), **given)


def test_what_waits_is_masked_and_its_original_is_sealed(engine, settings, add_comment):
    id = add_comment(1, TEXT)
    report = run(engine, settings)

    with Session(engine) as session:
        comment = session.get(Comment, (id, "comment"))
        original = session.get(CommentOriginal, (id, "comment"))
        assert session.exec(select(ResponseText)).all() == []
    assert (comment.text, comment.masked) == (MASKED, {"name": 1, "phone": 1})
    assert "0912" not in original.sealed
    assert original.keep_until == date(2027, 2, 18)  # 20/11/2026 and 90 days
    assert make_sealer(settings).open(original.sealed, place=f"{id}/comment") == TEXT
    assert (report.screened, report.masked) == (1, 1)


def test_nothing_of_a_comment_is_left_in_the_database_file(engine, settings, add_comment, database_url, tmp_path):
    if not database_url.startswith("sqlite"):
        pytest.skip("PostgreSQL leaves deleted rows to its vacuum; DECISIONS says so")
    add_comment(1, TEXT)
    run(engine, settings)
    engine.dispose()
    again = make_engine(database_url)
    with again.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    again.dispose()
    files = list(tmp_path.glob("hailong.sqlite3*"))
    assert files
    assert all(b"0912 345" not in file.read_bytes() for file in files)


def test_a_harmless_comment_has_no_original(engine, settings, add_comment):
    id = add_comment(1, "Nhanh, vui vẻ 😀")
    run(engine, settings)
    with Session(engine) as session:
        assert session.get(Comment, (id, "comment")).text == "Nhanh, vui vẻ 😀"
        assert session.exec(select(CommentOriginal)).all() == []


def test_screening_twice_changes_nothing(engine, settings, add_comment):
    id = add_comment(1, TEXT)
    run(engine, settings)
    assert run(engine, settings).screened == 0
    with Session(engine) as session:
        assert session.get(Comment, (id, "comment")).text == MASKED


def test_names_of_clerks_are_masked_also_in_comments_screened_before(engine, settings, add_comment):
    here, there = (
        add_comment(1, "quầy 5 Thu Hà rất tốt"),
        add_comment(2, "quầy 5 Thu Hà rất tốt", unit_filed="00008"),
    )
    run(engine, settings)
    with Session(engine) as session, session.begin():
        replace_clerks(session, "00004", ["Nguyễn Thị Thu Hà"])
    run(engine, settings)
    with Session(engine) as session:
        assert session.get(Comment, (here, "comment")).text == "quầy 5 [tên người] rất tốt"
        assert session.get(Comment, (there, "comment")).text == "quầy 5 Thu Hà rất tốt"
        sealed = session.get(CommentOriginal, (here, "comment")).sealed
    assert make_sealer(settings).open(sealed, place=f"{here}/comment") == "quầy 5 Thu Hà rất tốt"


def test_originals_are_deleted_the_day_after_their_last(engine, settings, add_comment):
    add_comment(1, TEXT)
    run(engine, settings, keep_days=10)
    last = NOW.date() + timedelta(days=10)
    with Session(engine) as session, session.begin():
        assert purge_originals(session, today=last) == 0
        assert purge_originals(session, today=last + timedelta(days=1)) == 1


def test_a_thousand_comments_are_screened_in_lots(engine, settings, add_comment):
    for number in range(3):
        add_comment(number + 1, f"Gọi 09123456{number:02d}")
    seen = []
    report = run(engine, settings, progress=lambda *step: seen.append(step))
    assert report.kinds == {"phone": 3}
    assert seen[-1] == ("", 3, 3)


def test_a_seal_opens_only_in_its_place_and_by_former_keys_too(add_comment):
    one, two = add_comment(1, "a"), add_comment(2, "b")
    old, new = new_seal_key(), new_seal_key()
    sealed = Sealer([old]).seal("riêng", place=f"{one}/comment")
    assert Sealer([new, old]).open(sealed, place=f"{one}/comment") == "riêng"
    for sealer, id in ((Sealer([new]), one), (Sealer([old]), two)):
        with pytest.raises(Conflict):
            sealer.open(sealed, place=f"{id}/comment")


def test_without_a_key_nothing_is_screened_by_accident(settings):
    with pytest.raises(Conflict, match="HAILONG_SEAL_KEY"):
        require_sealer(replace(settings, seal_key=""))


@pytest.mark.parametrize("key", ["short", "x" * 43 + ",y", "đ" * 43])
def test_a_seal_key_that_is_none_stops_the_service_at_the_start_and_is_not_shown(key):
    with pytest.raises(SettingsUnusable) as refused:
        read_settings({"HAILONG_SEAL_KEY": key})
    assert key not in str(refused.value.problems)
