"""Whether an office is open, and for how long it has been since a given moment."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from api.kiosks.configuration import DAYS

Hours = Mapping[str, list[list[str]]]


def is_open(hours: Hours, instant: datetime, zone: ZoneInfo, *, grace: timedelta = timedelta(0)) -> bool:
    """Whether ``instant`` lies in ``hours``, or within ``grace`` of them; no hours at all: always open."""
    if not hours:
        return True
    return any(start - grace <= instant < end + grace for start, end in list_open(hours, instant - grace, zone))


def open_seconds_between(hours: Hours, since: datetime, until: datetime, zone: ZoneInfo) -> float:
    """Seconds of opening hours between two instants; without hours every second counts."""
    if not hours:
        return max(0.0, (until - since).total_seconds())
    seconds, day = 0.0, since - timedelta(days=1)
    seen: set[datetime] = set()
    while day < until + timedelta(days=1):
        for start, end in list_open(hours, day, zone):
            if start not in seen:
                seen.add(start)
                seconds += max(0.0, (min(end, until) - max(start, since)).total_seconds())
        day += timedelta(days=1)
    return seconds


def list_open(hours: Hours, instant: datetime, zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
    """The spans of the local days of ``instant`` and the day after it."""
    local = instant.astimezone(zone)
    spans = []
    for day in (local, local + timedelta(days=1)):
        for first, last in hours.get(DAYS[day.weekday()], ()):
            spans.append((_at(day, first), _at(day, last)))
    return spans


def _at(day: datetime, time: str) -> datetime:
    hour, minute = time.split(":")
    return day.replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)
