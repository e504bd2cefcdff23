"""Two weeks of October at two counters, with a burst; its signals are computed as the command does it."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Engine

from api.settings import Settings
from api.signals.service import compute_signals
from api.snapshots.service import write_snapshots
from tests.conftest import NOW
from tests.stored import make_response, store

MONTH = "2026-10"


def at(day: int, minute: int, second: int = 0) -> datetime:
    return datetime(2026, 10, day, tzinfo=UTC) + timedelta(hours=-7, minutes=minute, seconds=second)


def store_month(engine: Engine, catalogue, *, burst: int = 12, counter: str = "Q1", **other: object) -> None:
    """Two weeks of a response every half hour at each of two counters, and a burst at ``counter`` on 5 October."""
    form = catalogue.get("counter", "2026.1")
    rows, number = [], 0
    for place, unit in (("Q1", "00004"), ("Q8", "00008")):
        for day in (5, 6, 7, 8, 9, 12, 13, 14, 15, 16):
            for minute in range(480, 1020, 30):
                number += 1
                rows.append(
                    make_response(
                        number, form, {"overall": 1 + number * number % 5}, unit_filed=unit, counter=place,
                        submitted_at=at(day, minute), local_day=date(2026, 10, day),
                    )
                )  # fmt: skip
    unit = "00004" if counter == "Q1" else "00008"
    for i in range(burst):
        rows.append(
            make_response(
                9000 + i, form, {"overall": 1 + i % 5}, unit_filed=unit, counter=counter,
                submitted_at=at(5, 601, 20 * i), **other,
            )
        )  # fmt: skip
    store(engine, rows)


def compute(engine: Engine, catalogue, settings: Settings, *, now: datetime = NOW):
    write_snapshots(engine, settings.snapshots_folder, catalogue, months=[MONTH])
    return compute_signals(
        engine, catalogue, month=MONTH, snapshots_folder=settings.snapshots_folder, zone=settings.zone,
        office=(450, 1020), now=now,
    )  # fmt: skip
