"""What is known of every tablet: the last sign of life, the responses that came, the numbers that are missing."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, union_all
from sqlmodel import Session, col
from sqlmodel import select as select_model

from api.kiosks.configuration import KioskSettings
from api.kiosks.configuring import read_settings_of
from api.kiosks.troubles import list_troubles
from api.tables import Counter, KioskDevice, KioskRefusal, KioskSpan, KioskState, KioskTrouble, Response
from api.tables.types import Instant

LATELY = timedelta(days=7)  # the week that the fleet page tells
UNDER_WAY = timedelta(minutes=15)  # a part of a queue may still be on its way
GAPS_SHOWN_MAX = 50


@dataclass(frozen=True)
class Gap:
    """Numbers that never came, from ``first`` to ``last``, though a later one did, at ``since``."""

    first: int
    last: int
    since: datetime


@dataclass(frozen=True)
class KnownDevice:
    """A tablet and what is known of it."""

    device: KioskDevice
    settings: KioskSettings
    counter_name: str | None
    state: KioskState | None
    responses: int = 0
    last_response_at: datetime | None = None
    last_sequence: int = 0  # the highest that came, stored or in quarantine
    numbers_twice: int = 0
    gaps: tuple[Gap, ...] = ()
    refused: int = 0
    refused_since: datetime | None = None
    outside: tuple[KioskSpan, ...] = ()
    troubles: tuple[KioskTrouble, ...] = ()  # told in the last week

    @property
    def told(self) -> dict[str, Any]:
        """Its last heartbeat; empty when there was none."""
        return self.state.told if self.state else {}


@dataclass
class _Came:
    responses: int = 0
    last_at: datetime | None = None
    last_sequence: int = 0
    twice: int = 0
    gaps: list[Gap] = field(default_factory=list)


def read_fleet(
    session: Session, *, now: datetime, units: Collection[str] | None = None, device: str | None = None
) -> list[KnownDevice]:
    """Every tablet of ``units`` (None: of all), or one of them, by unit and number.

    Counts every number that came from them, over an index, and reads the rows of those that lack some: about a
    second for 1,000 tablets with a million responses.
    """
    asked = select_model(KioskDevice).order_by(col(KioskDevice.unit), col(KioskDevice.number))
    if units is not None:
        asked = asked.where(col(KioskDevice.unit).in_(sorted(units)))
    if device is not None:
        asked = asked.where(KioskDevice.id == device)
    devices = list(session.exec(asked))
    ids = [found.id for found in devices]
    states = {
        row.device: row for row in session.exec(select_model(KioskState).where(col(KioskState.device).in_(ids)))
    }
    counters = dict(session.execute(select(col(Counter.code), col(Counter.name))).all())
    came, refused, outside = (
        _read_came(session, devices, now),
        _read_refused(session, ids),
        _read_outside(session, ids, now),
    )
    troubles = list_troubles(session, ids, since=now - LATELY)
    return [
        KnownDevice(
            device=found,
            settings=read_settings_of(session, found),
            counter_name=counters.get(found.counter),
            state=states.get(found.id),
            responses=came[found.id].responses,
            last_response_at=came[found.id].last_at,
            last_sequence=came[found.id].last_sequence,
            numbers_twice=came[found.id].twice,
            gaps=tuple(came[found.id].gaps),
            refused=refused.get(found.id, (0, None))[0],
            refused_since=refused.get(found.id, (0, None))[1],
            outside=tuple(outside[found.id]),
            troubles=troubles.get(found.id, ()),
        )
        for found in devices
    ]


def list_spans(session: Session, device: str, *, most: int = 50) -> list[KioskSpan]:
    """When it was awake, the latest first."""
    return list(
        session.exec(
            select_model(KioskSpan)
            .where(KioskSpan.device == device)
            .order_by(col(KioskSpan.ended_at).desc())
            .limit(most)
        )
    )


def list_refusals(session: Session, *, device: str | None = None, most: int = 1000) -> list[KioskRefusal]:
    """What lies in quarantine and was not stored since, the oldest first."""
    asked = select_model(KioskRefusal).where(col(KioskRefusal.settled_at).is_(None))
    if device is not None:
        asked = asked.where(KioskRefusal.device == device)
    return list(session.exec(asked.order_by(col(KioskRefusal.id)).limit(most)))


def _read_came(session: Session, devices: list[KioskDevice], now: datetime) -> dict[str, _Came]:
    came: dict[str, _Came] = defaultdict(_Came)
    ids = [found.id for found in devices]
    with_holes = set(_find_refusing(session, ids))
    begun_with = {found.id: found.first_sequence for found in devices}
    for device, many, first, last, different, last_at in session.execute(_count_numbers(ids)):
        came[device] = _Came(many, last_at, last or 0, many - different if last else 0)
        if last and (last - first + 1 != different or first != begun_with[device]):
            with_holes.add(device)
    # Looked for only where counting says that there are some: it means to read every row.
    numbers = _numbers(with_holes)
    highest = select(numbers.c.device, func.max(numbers.c.number)).group_by(numbers.c.device)
    for device, last in session.execute(highest):
        came[device].last_sequence = last
    for found in devices:
        if found.id in with_holes:
            came[found.id].gaps = _missing_first(session, found, now)
    for device, gap in _read_gaps(session, with_holes, now):
        if len(came[device].gaps) < GAPS_SHOWN_MAX:
            came[device].gaps.append(gap)
    return came


def _count_numbers(ids: Collection[str]) -> Any:
    """Per tablet: responses, first and last number, how many different ones, when the last came. Over the index
    (device, device_sequence) alone, but for one row of each tablet."""
    number = col(Response.device_sequence)
    counted = (
        select(
            col(Response.device).label("device"),
            func.count().label("many"),
            func.min(number).label("first"),
            func.max(number).label("last"),
            func.count(number.distinct()).label("different"),
        )
        .where(col(Response.device).in_(ids))
        .group_by(col(Response.device))
        .subquery()
    )
    last_at = (
        select(func.max(col(Response.received_at)))
        .where(col(Response.device) == counted.c.device, number == counted.c.last)
        .scalar_subquery()
    )
    return select(counted, last_at)


def _find_refusing(session: Session, ids: Collection[str]) -> list[str]:
    """The tablets of which something was ever in quarantine: their numbers are not all among the responses."""
    return list(
        session.exec(select_model(KioskRefusal.device).where(col(KioskRefusal.device).in_(ids)).distinct())
    )


def _numbers(ids: Collection[str]) -> Any:
    """Device, number and receipt of everything that came: stored, or in quarantine."""
    return union_all(
        select(
            col(Response.device).label("device"),
            col(Response.device_sequence).label("number"),
            col(Response.received_at).label("at"),
        ).where(col(Response.device).in_(ids), col(Response.device_sequence).is_not(None)),
        select(col(KioskRefusal.device), col(KioskRefusal.sequence), col(KioskRefusal.received_at)).where(
            col(KioskRefusal.device).in_(ids), col(KioskRefusal.sequence).is_not(None)
        ),
    ).subquery()


def _read_gaps(session: Session, ids: Collection[str], now: datetime) -> list[tuple[str, Gap]]:
    numbers = _numbers(ids)
    ordered = {"partition_by": numbers.c.device, "order_by": numbers.c.number}
    pairs = select(
        numbers.c.device,
        numbers.c.number,
        func.lead(numbers.c.number).over(**ordered).label("next"),
        func.lead(numbers.c.at, type_=Instant()).over(**ordered).label("next_at"),
    ).subquery()
    rows = session.execute(
        select(pairs).where(pairs.c.next > pairs.c.number + 1).order_by(pairs.c.device, pairs.c.number)
    )
    return [
        (device, Gap(number + 1, following - 1, following_at))
        for device, number, following, following_at in rows
        if following_at <= now - UNDER_WAY
    ]


def _missing_first(session: Session, device: KioskDevice, now: datetime) -> list[Gap]:
    numbers = _numbers([device.id])
    first = session.execute(select(numbers.c.number, numbers.c.at).order_by(numbers.c.number).limit(1)).first()
    if first is None or first.number <= device.first_sequence or first.at > now - UNDER_WAY:
        return []
    return [Gap(device.first_sequence, first.number - 1, first.at)]


def _read_refused(session: Session, ids: Collection[str]) -> dict[str, tuple[int, datetime | None]]:
    rows = session.execute(
        select(col(KioskRefusal.device), func.count(), func.min(col(KioskRefusal.received_at)))
        .where(col(KioskRefusal.device).in_(ids), col(KioskRefusal.settled_at).is_(None))
        .group_by(col(KioskRefusal.device))
    )
    return {device: (many, since) for device, many, since in rows}


def _read_outside(session: Session, ids: Collection[str], now: datetime) -> dict[str, list[KioskSpan]]:
    found: dict[str, list[KioskSpan]] = defaultdict(list)
    rows = session.exec(
        select_model(KioskSpan)
        .where(
            col(KioskSpan.device).in_(ids),
            col(KioskSpan.is_outside),
            col(KioskSpan.ended_at) >= now - LATELY,
        )
        .order_by(col(KioskSpan.started_at))
    )
    for row in rows:
        found[row.device].append(row)
    return found
