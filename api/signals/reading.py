"""Reads out of the database what the signals need beside the snapshots."""

from collections import defaultdict
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
from sqlalchemy import Connection, select
from sqlmodel import col

from analysis.dataset import SnapshotKey
from analysis.frames import TRANSACTIONS
from analysis.quality.signals.frames import AWAKE, GUARDED_TEXTS
from analysis.quality.signals.guard import TIMES
from api.clock import local_day, month_days
from api.receiving.coarse import first_of_month
from api.signals.hours import OpenMinutes, hours_on, read_hours
from api.tables import Comment, KioskDevice, KioskSpan, Response, ResponseText, TransactionCount


def read_times(connection: Connection, key: SnapshotKey, *, zone: ZoneInfo, office: OpenMinutes) -> pl.DataFrame:
    """By ``guard.TIMES``. No time is known of a response whose clock is doubted, that came in a file, or of which
    only the month was stored; a time no device told must not look like a burst."""
    hours = read_hours(connection)
    wanted = select(
        col(Response.id),
        col(Response.device),
        col(Response.device_sequence),
        col(Response.submitted_at),
        col(Response.is_trapped),
        col(Response.counter),
        col(Response.local_day),
        col(Response.is_clock_doubted),
        col(Response.import_run),
    ).where(col(Response.form) == key.form, col(Response.version) == key.version, col(Response.month) == key.month)
    coarse = first_of_month(datetime.combine(month_days(key.month)[0], time(12), zone), zone)
    rows: list[tuple[Any, ...]] = []
    for id, device, sequence, at, is_trapped, counter, day, is_doubted, run in connection.execute(wanted):
        is_known = not is_doubted and run is None and at != coarse
        opens, closes = hours_on(hours, counter, day, office)
        rows.append(
            (str(id), device, sequence, int(at.timestamp()) if is_known else None, is_trapped, opens, closes)
        )
    return pl.DataFrame(rows, schema={name: column.dtype for name, column in TIMES.items()}, orient="row")


def read_texts(connection: Connection, month: str) -> pl.DataFrame:
    """The free texts of a month as they are compared, by ``frames.GUARDED_TEXTS``: masked where they were screened
    already. They are kept nowhere."""
    rows = [
        (str(id), text)
        for table in (ResponseText, Comment)
        for id, text in connection.execute(
            select(col(table.response_id), col(table.text))
            .join(Response, col(Response.id) == col(table.response_id))
            .where(col(Response.month) == month)
        )
    ]
    schema = {name: column.dtype for name, column in GUARDED_TEXTS.items()}
    return pl.DataFrame(rows, schema=schema, orient="row")


def read_completed(connection: Connection, month: str) -> pl.DataFrame:
    """The completed transactions of a month, by ``analysis.frames.TRANSACTIONS``."""
    columns = [col(getattr(TransactionCount, name)) for name in TRANSACTIONS]
    rows = connection.execute(select(*columns).where(col(TransactionCount.month) == month)).all()
    schema = {name: column.dtype for name, column in TRANSACTIONS.items()}
    return pl.DataFrame([tuple(row) for row in rows], schema=schema, orient="row")


def read_awake(connection: Connection, month: str, *, zone: ZoneInfo) -> pl.DataFrame:
    """Minutes that each tablet was awake outside its hours, by local day, by ``frames.AWAKE``."""
    first, last = month_days(month)
    since = datetime.combine(first, time(), zone).astimezone(UTC)
    until = datetime.combine(last, time(23, 59, 59), zone).astimezone(UTC)
    wanted = (
        select(
            col(KioskSpan.device),
            col(KioskDevice.unit),
            col(KioskDevice.counter),
            col(KioskSpan.started_at),
            col(KioskSpan.ended_at),
        )
        .join(KioskDevice, col(KioskDevice.id) == col(KioskSpan.device))
        .where(col(KioskSpan.is_outside), col(KioskSpan.started_at) >= since, col(KioskSpan.started_at) <= until)
    )
    minutes: dict[tuple[str, str, str | None, date], float] = defaultdict(float)
    for device, unit, counter, started_at, ended_at in connection.execute(wanted):
        day = local_day(started_at, zone)
        minutes[device, unit, counter, day] += (ended_at - started_at).total_seconds() / 60
    rows = [(*key, many) for key, many in sorted(minutes.items(), key=lambda one: (one[0][0], one[0][3]))]
    return pl.DataFrame(rows, schema={name: column.dtype for name, column in AWAKE.items()}, orient="row")
