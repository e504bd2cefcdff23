"""When the counters are open, as far as the service was told."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Connection, select
from sqlmodel import col

from api.tables import KioskConfig, KioskDevice

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CLOSED = 1_501  # a minute no day has: from then on, and until then, it is closed

OpenMinutes = tuple[int, int]  # first and last of a day, minutes since midnight


def read_hours(connection: Connection) -> dict[str, list[OpenMinutes]]:
    """Counter → hours of each weekday, as its tablets were last told; of several tablets the widest."""
    wanted = select(col(KioskDevice.counter), col(KioskConfig.settings)).join_from(
        KioskDevice,
        KioskConfig,
        (col(KioskConfig.device) == col(KioskDevice.id))
        & (col(KioskConfig.version) == col(KioskDevice.config_version)),
    )
    hours: dict[str, list[OpenMinutes]] = {}
    for counter, settings in connection.execute(wanted.where(col(KioskDevice.counter).is_not(None))):
        told = settings.get("opening_hours")
        if told:
            week = [_of_day(told.get(day, [])) for day in DAYS]
            known = hours.get(counter)
            hours[counter] = [_widest(a, b) for a, b in zip(known, week, strict=True)] if known else week
    return hours


def hours_on(
    hours: Mapping[str, list[OpenMinutes]], counter: str | None, day: date, default: OpenMinutes
) -> OpenMinutes:
    """The hours of ``counter`` on ``day``; ``default`` where nobody told any."""
    week = hours.get(counter or "")
    if week is None:
        return default
    return week[day.weekday()]


def read_office_hours(text: str) -> OpenMinutes:
    """``07:30-17:00`` in minutes."""
    first, last = (_minute(part) for part in text.split("-"))
    return first, last


def _of_day(spans: list[list[str]]) -> OpenMinutes:
    if not spans:
        return CLOSED, CLOSED
    return min(_minute(first) for first, _ in spans), max(_minute(last) for _, last in spans)


def _widest(one: OpenMinutes, other: OpenMinutes) -> OpenMinutes:
    if CLOSED in one or CLOSED in other:
        return other if CLOSED in one else one
    return min(one[0], other[0]), max(one[1], other[1])


def _minute(time: str) -> int:
    hour, minute = time.split(":")
    return int(hour) * 60 + int(minute)
