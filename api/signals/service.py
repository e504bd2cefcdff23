"""Computes the signals of a month and keeps them, so that what was decided about one is found again."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import polars as pl
from sqlalchemy import Engine, delete, insert
from sqlmodel import Session, col, select

from analysis.dataset import find_snapshots, open_snapshot
from analysis.progress import Progress
from analysis.quality.signals.find import find_signals
from analysis.quality.signals.frames import GUARDED
from analysis.quality.signals.frames import Signal as FoundSignal
from analysis.quality.signals.guard import guard_responses
from analysis.quality.signals.sentences import tell_reason
from api.audit import record_event
from api.db import begin_write
from api.signals.hours import OpenMinutes
from api.signals.reading import read_awake, read_completed, read_texts, read_times
from api.tables import Signal, SignalResponse
from survey_forms.catalogued import Catalogue


@dataclass(frozen=True)
class Computed:
    """``new``: never seen before. ``gone``: seen before, and not any more."""

    responses: int
    found: int
    new: int
    gone: int


def compute_signals(
    engine: Engine,
    catalogue: Catalogue,
    *,
    month: str,
    snapshots_folder: Path,
    zone: ZoneInfo,
    office: OpenMinutes,
    now: datetime,
    progress: Progress | None = None,
) -> Computed:
    """Find the signals of ``month`` and store them in one transaction. The snapshots must be up to date."""
    keys = find_snapshots(snapshots_folder, month=month)
    with engine.connect() as connection:
        parts = [pl.DataFrame(schema={name: column.dtype for name, column in GUARDED.items()})]
        for done, key in enumerate(keys):
            if progress:
                progress(f"{key.form} {key.version}", done, len(keys))
            times = read_times(connection, key, zone=zone, office=office)
            opened, form = open_snapshot(snapshots_folder, key), catalogue.get(key.form, key.version)
            parts.append(guard_responses(opened, times, form, timezone=zone.key))
        texts, completed = read_texts(connection, month), read_completed(connection, month)
        awake = read_awake(connection, month, zone=zone)
    responses = pl.concat(parts)
    found = find_signals(responses, texts=texts, transactions=completed, awake=awake)
    with Session(engine) as session, session.begin():
        begin_write(session)
        new, gone = store_signals(session, found, month=month, now=now)
        record_event(
            session, at=now, actor="cli", action="signals.compute", subject=month, found=len(found), new=new
        )
    return Computed(responses.height, len(found), new, gone)


def store_signals(session: Session, found: Sequence[FoundSignal], *, month: str, now: datetime) -> tuple[int, int]:
    """Put ``found`` in the place of what was known of ``month``; how many are new, and how many gone."""
    known = {row.id: row for row in session.exec(select(Signal).where(Signal.month == month)).all()}
    ids = [identify(signal, month) for signal in found]
    for id, signal in zip(ids, found, strict=True):
        row = known.get(id) or Signal(
            id=id, month=month, kind=signal.kind, unit=signal.unit, found_at=now, **_told(signal, now)
        )
        for name, value in _told(signal, now).items():
            setattr(row, name, value)
        session.add(row)
    gone = [row for id, row in known.items() if row.is_current and id not in set(ids)]
    for row in gone:
        row.is_current = False
    session.flush()
    session.execute(delete(SignalResponse).where(col(SignalResponse.signal).in_(ids)))
    members = [
        {"signal": id, "response_id": UUID(response)}
        for id, signal in zip(ids, found, strict=True)
        for response in signal.responses
    ]
    if members:
        session.execute(insert(SignalResponse), members)
    return sum(id not in known for id in ids), len(gone)


def identify(signal: FoundSignal, month: str) -> str:
    """The id of a signal: from what it is about, not from its figures."""
    about = (
        month,
        signal.kind,
        signal.form or "",
        signal.unit,
        signal.counter or "",
        str(signal.local_day or ""),
        signal.detail,
    )
    return hashlib.sha256("\x1f".join(about).encode()).hexdigest()[:32]


def _told(signal: FoundSignal, now: datetime) -> dict[str, Any]:
    return {
        "form": signal.form,
        "counter": signal.counter,
        "local_day": signal.local_day,
        "reason": tell_reason(signal, "vi"),
        "reason_en": tell_reason(signal, "en"),
        "figures": dict(signal.figures),
        "responses": len(signal.responses),
        "p": signal.p,
        "computed_at": now,
        "is_current": True,
    }
