"""The only file that knows the time and the local zone."""

from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from fastapi import Request

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The present instant, in UTC."""
    return datetime.now(UTC)


def local_day(instant: datetime, zone: ZoneInfo) -> date:
    """The calendar day of ``instant`` in ``zone``."""
    return instant.astimezone(zone).date()


def today(request: Request) -> date:
    """The local day of a request, by the clock of the service."""
    return local_day(request.app.state.clock(), request.app.state.settings.zone)


def show_instant(instant: datetime | None, zone: ZoneInfo) -> str:
    """``20/11/2026 09:59`` in ``zone``; nothing for None."""
    return instant.astimezone(zone).strftime("%d/%m/%Y %H:%M") if instant else ""


def month_of(day: date) -> str:
    """``2026-10`` for any day of October 2026."""
    return f"{day.year:04d}-{day.month:02d}"


def month_days(month: str) -> tuple[date, date]:
    """First and last day of ``month``."""
    year, number = (int(part) for part in month.split("-"))
    return date(year, number, 1), date(year, number, monthrange(year, number)[1])
