"""What happened to tablets, in sentences: silences, what came after them, troubles; also what is over and well."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from itertools import pairwise
from zoneinfo import ZoneInfo

from sqlalchemy import func
from sqlmodel import Session, col, select

from api.clock import local_day
from api.kiosks.fleet_queries import KnownDevice
from api.kiosks.hours import open_seconds_between
from api.kiosks.judging import SILENT_SECONDS
from api.kiosks.telling import tell_trouble, write_span
from api.kiosks.troubles import list_troubles
from api.tables import KioskSpan, KioskTrouble, Response


@dataclass(frozen=True)
class Happening:
    """One thing that happened. ``at`` None: nobody knows when, only that it was over by ``known_at``."""

    at: datetime | None
    known_at: datetime
    vi: str
    en: str
    is_wrong: bool
    is_silence: bool = False


def pick_weightiest(happenings: Sequence[Happening], most: int) -> list[Happening]:
    """The few that a list has room for: silences, then what went wrong, the latest of each first."""
    return sorted(happenings, key=lambda one: (not one.is_silence, not one.is_wrong))[:most]


def list_happenings(
    session: Session, known: Collection[KnownDevice], *, since: datetime, zone: ZoneInfo
) -> Mapping[str, list[Happening]]:
    """By tablet, the latest first: everything known of since then."""
    ids = [one.device.id for one in known]
    spans, troubles = _read_spans(session, ids, since), list_troubles(session, ids, since=since)
    return {
        one.device.id: sorted(
            [
                *_tell_silences(session, one, spans.get(one.device.id, []), zone),
                *_tell_troubles(troubles.get(one.device.id, ()), zone),
            ],
            key=lambda happening: happening.at or happening.known_at,
            reverse=True,
        )
        for one in known
    }


def _tell_silences(
    session: Session, known: KnownDevice, spans: Sequence[KioskSpan], zone: ZoneInfo
) -> Iterator[Happening]:
    hours = known.settings.opening_hours
    for earlier, later in pairwise(spans):
        begun, ended = earlier.ended_at, later.started_at
        if open_seconds_between(hours, begun, ended, zone) <= SILENT_SECONDS:
            continue
        vi, en = write_span(round((ended - begun).total_seconds()))
        late = _count_late(session, known.device.id, begun, ended, zone)
        yield Happening(
            begun,
            ended,
            f"im lặng {vi}, tới {_write(ended, zone)}"
            + (f"; sau đó {late} phiếu chờ trên máy đã tới" if late else ""),
            f"silent for {en}, until {_write(ended, zone)}"
            + (f"; then {late} responses that had waited on it came" if late else ""),
            True,
            is_silence=True,
        )


def _count_late(session: Session, device: str, begun: datetime, ended: datetime, zone: ZoneInfo) -> int:
    """Responses of the days of a silence that came on its last day or later; those of that day are not counted,
    since they may have come at once."""
    day = local_day(ended, zone)
    return session.exec(
        select(func.count()).where(
            col(Response.device) == device,
            col(Response.received_at) >= datetime.combine(day, time(), zone),
            col(Response.local_day) >= local_day(begun, zone),
            col(Response.local_day) < day,
        )
    ).one()


def _tell_troubles(troubles: Sequence[KioskTrouble], zone: ZoneInfo) -> Iterator[Happening]:
    """One line for what happened several times in a day."""
    alike: dict[tuple[object, ...], list[KioskTrouble]] = defaultdict(list)
    for one in troubles:
        alike[one.code, one.detail, local_day(one.happened_at or one.received_at, zone)].append(one)
    for (code, detail, _), rows in alike.items():
        told, last, many = tell_trouble(str(code), str(detail)), rows[-1], len(rows)
        vi, en = (f" ({many} lần)", f" ({many} times)") if many > 1 else ("", "")
        yield Happening(last.happened_at, last.received_at, told.vi + vi, told.en + en, told.is_wrong)


def _read_spans(session: Session, ids: Collection[str], since: datetime) -> dict[str, list[KioskSpan]]:
    """Its spans since then, in order, after the last one before: the silence between them counts."""
    found: dict[str, list[KioskSpan]] = defaultdict(list)
    last = (
        select(func.max(KioskSpan.id))
        .where(col(KioskSpan.device).in_(ids), col(KioskSpan.ended_at) < since)
        .group_by(col(KioskSpan.device))
    )
    asked = select(KioskSpan).where(
        col(KioskSpan.device).in_(ids), (col(KioskSpan.ended_at) >= since) | col(KioskSpan.id).in_(last)
    )
    for row in session.exec(asked.order_by(col(KioskSpan.started_at))):
        found[row.device].append(row)
    return found


def _write(instant: datetime, zone: ZoneInfo) -> str:
    return instant.astimezone(zone).strftime("%H:%M %d/%m/%Y")
