"""The demonstration in the database: stored through the same door as real answers, marked, counted."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, func
from sqlmodel import Session, select

from api.demo.load import CENTRE, PROVINCE, demo_months, is_loaded, load_demo
from api.registry.import_procedures import STARTER, import_procedures
from api.tables import Response, TransactionCount, Unit
from survey_forms.loader import load_catalogue

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("today", "months"),
    [
        pytest.param(date(2026, 11, 20), ["2026-08", "2026-09", "2026-10", "2026-11"], id="within a year"),
        pytest.param(date(2027, 1, 1), ["2026-10", "2026-11", "2026-12", "2027-01"], id="first day of a year"),
    ],
)
def test_three_finished_months_and_the_running_one(today: date, months: list[str]):
    assert demo_months(today) == months


def test_demonstration_is_stored_once_and_marked(engine: Engine, tmp_path: Path):
    with Session(engine) as session:
        session.add(Unit(code=PROVINCE, name="Tỉnh", kind="province", valid_from=date(2025, 7, 1)))
        session.add(
            Unit(code="01273", name="Xã", kind="commune", parent_code=PROVINCE, valid_from=date(2025, 7, 1))
        )
        session.commit()
    import_procedures(engine, STARTER, now=NOW, actor="test", is_starter=True)
    assert not is_loaded(engine)
    stored = load_demo(
        engine,
        load_catalogue(),
        now=NOW,
        zone=ZoneInfo("Asia/Ho_Chi_Minh"),
        truth_file=tmp_path / "truth.json",
        progress=lambda _step, _share: None,
    )
    with Session(engine) as session:
        assert session.exec(select(func.count()).select_from(Response)).one() == stored
        assert session.exec(select(func.count()).where(Response.is_demo.is_(False))).one() == 0
        assert set(session.exec(select(Response.unit_filed).distinct())) == {"01273", CENTRE}
        counted = session.exec(
            select(func.sum(TransactionCount.completed)).where(TransactionCount.month == "2026-10")
        ).one()
    assert is_loaded(engine)
    truth = json.loads((tmp_path / "truth.json").read_text("utf-8"))
    october = next(month for month in truth["months"] if month["month"] == "2026-10")
    assert october["overall"]["transactions"] == counted
