from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import polars as pl
import pytest
from sqlalchemy import Engine, delete

from analysis.dataset import SnapshotKey, open_snapshot
from analysis.frames import RESPONSES, check_frame
from api.errors import Conflict
from api.sealing import only_writer
from api.snapshots.service import write_snapshots
from api.tables import Response
from survey_forms.loader import load_catalogue
from tests.stored import NOON, make_response, store

CATALOGUE = load_catalogue()
FORM = CATALOGUE.get("one_stop", "2026.1")
COUNTER = CATALOGUE.get("counter", "2026.1")
KEY = SnapshotKey("one_stop", "2026.1", "2026-10")


def outcomes(reports) -> list[tuple[str, str, int]]:
    return [(report.key.month, report.outcome, report.rows) for report in reports]


def test_answers_come_out_typed_in_the_columns_of_the_contract(engine: Engine, tmp_path: Path):
    answers = {"q1": 5, "q2#missing": "dont_know"}
    store(
        engine,
        [
            make_response(2, FORM, answers, started_at=NOON - timedelta(seconds=90), unit_residence="10025"),
            make_response(1, FORM, {}, procedure=None, is_demo=True),
        ],
    )
    write_snapshots(engine, tmp_path, CATALOGUE)

    frame = open_snapshot(tmp_path, KEY).collect()
    check_frame(frame, RESPONSES, "snapshot")
    assert frame["response_id"].to_list() == [str(UUID(int=1)), str(UUID(int=2))]
    assert frame.schema["q1"] == pl.Int8
    assert frame.schema["q2#missing"] == pl.String
    assert frame.select("q1", "q2", "q2#missing", "seconds", "is_demo").rows() == [
        (None, None, None, None, True),
        (5, None, "dont_know", 90, False),
    ]


def test_options_and_reasons_of_a_counter_rating_are_booleans(engine: Engine, tmp_path: Path):
    store(engine, [make_response(1, COUNTER, {"overall": 2, "reasons.late": True, "reasons.fee": False})])
    write_snapshots(engine, tmp_path, CATALOGUE)
    frame = open_snapshot(tmp_path, SnapshotKey("counter", "2026.1", "2026-10")).collect()
    assert frame.select("reasons.late", "reasons.fee", "reasons.papers").row(0) == (True, False, None)


def test_how_a_response_was_answered_comes_with_it(engine: Engine, tmp_path: Path):
    told = {"completeness": "flagged", "is_assisted": True, "option_order": "descending"}
    store(engine, [make_response(1, FORM, **told), make_response(2, FORM)])
    write_snapshots(engine, tmp_path, CATALOGUE)
    frame = open_snapshot(tmp_path, KEY).select(list(told)).collect()
    assert frame.rows() == [("flagged", True, "descending"), ("complete", False, None)]


def test_doubted_clock_gives_no_seconds(engine: Engine, tmp_path: Path):
    started = NOON - timedelta(days=9000)
    store(engine, [make_response(1, FORM, started_at=started, is_clock_doubted=True)])
    write_snapshots(engine, tmp_path, CATALOGUE)
    assert open_snapshot(tmp_path, KEY).collect()["seconds"].to_list() == [None]


def test_only_months_with_new_responses_are_written_again(engine: Engine, tmp_path: Path):
    september = {"month": "2026-09", "local_day": date(2026, 9, 5)}
    store(engine, [make_response(1, FORM), make_response(2, FORM, **september)])
    assert outcomes(write_snapshots(engine, tmp_path, CATALOGUE)) == [
        ("2026-09", "written", 1),
        ("2026-10", "written", 1),
    ]
    store(engine, [make_response(3, FORM, received_at=NOON + timedelta(hours=1))])
    assert outcomes(write_snapshots(engine, tmp_path, CATALOGUE)) == [
        ("2026-09", "current", 1),
        ("2026-10", "written", 2),
    ]


def test_a_late_response_with_an_earlier_receipt_is_not_missed(engine: Engine, tmp_path: Path):
    store(engine, [make_response(1, FORM)])
    write_snapshots(engine, tmp_path, CATALOGUE)
    store(engine, [make_response(2, FORM, received_at=NOON - timedelta(days=1))])
    assert outcomes(write_snapshots(engine, tmp_path, CATALOGUE)) == [("2026-10", "written", 2)]


def test_same_responses_in_another_order_give_the_same_bytes(engine: Engine, tmp_path: Path):
    rows = [(number, {"q1": number % 5 + 1}) for number in range(200)]
    store(engine, [make_response(number, FORM, answers) for number, answers in rows])
    write_snapshots(engine, tmp_path / "one", CATALOGUE)
    with engine.begin() as connection:
        connection.execute(delete(Response))
    store(engine, [make_response(number, FORM, answers) for number, answers in reversed(rows)])
    write_snapshots(engine, tmp_path / "two", CATALOGUE)
    for name in ("2026-10.parquet", "2026-10.json"):
        one, two = (tmp_path / run / "one_stop/2026.1" / name for run in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()


def test_a_damaged_snapshot_is_written_again(engine: Engine, tmp_path: Path):
    store(engine, [make_response(1, FORM)])
    write_snapshots(engine, tmp_path, CATALOGUE)
    KEY.file(tmp_path).write_bytes(b"PAR1")
    assert outcomes(write_snapshots(engine, tmp_path, CATALOGUE)) == [("2026-10", "written", 1)]
    assert open_snapshot(tmp_path, KEY).collect().height == 1


def test_what_a_killed_writer_left_is_swept_away(engine: Engine, tmp_path: Path):
    store(engine, [make_response(1, FORM)])
    left = KEY.file(tmp_path).parent / ".2026-10.parquet.tmp-1-parts-x"
    left.mkdir(parents=True)
    (left / "000000.parquet").write_bytes(b"half")
    write_snapshots(engine, tmp_path, CATALOGUE)
    assert sorted(file.name for file in left.parent.iterdir()) == ["2026-10.json", "2026-10.parquet"]


def test_a_snapshot_whose_responses_are_gone_is_removed(engine: Engine, tmp_path: Path):
    store(engine, [make_response(1, FORM)])
    write_snapshots(engine, tmp_path, CATALOGUE)
    with engine.begin() as connection:
        connection.execute(delete(Response))
    assert outcomes(write_snapshots(engine, tmp_path, CATALOGUE)) == [("2026-10", "removed", 0)]
    assert not KEY.file(tmp_path).exists()


def test_all_unknown_form_versions_are_named_together(engine: Engine, tmp_path: Path):
    store(engine, [make_response(1, FORM, version="1999"), make_response(2, FORM, form="gone")])
    with pytest.raises(Conflict) as caught:
        write_snapshots(engine, tmp_path, CATALOGUE)
    assert [(problem["form"], problem["version"]) for problem in caught.value.problems] == [
        ("gone", "2026.1"),
        ("one_stop", "1999"),
    ]


def test_responses_to_another_wording_of_the_form_are_counted(engine: Engine, tmp_path: Path):
    store(engine, [make_response(1, FORM), make_response(2, FORM, form_hash="0" * 64)])
    [report] = write_snapshots(engine, tmp_path, CATALOGUE)
    assert report.rows_with_other_form == 1
    [again] = write_snapshots(engine, tmp_path, CATALOGUE)
    assert (again.outcome, again.rows_with_other_form) == ("current", 1)


def test_two_writers_at_once_do_not_mix(engine: Engine, tmp_path: Path):
    store(engine, [make_response(1, FORM)])
    with (
        only_writer(tmp_path, code="held", vi="bận", en="busy"),
        pytest.raises(Conflict, match="Another process is writing"),
    ):
        write_snapshots(engine, tmp_path, CATALOGUE)
