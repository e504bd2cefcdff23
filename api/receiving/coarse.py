"""What is left of when and on what an invited response was given: the month."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from api.receiving.submission import Submission


def coarsen(submission: Submission, *, zone: ZoneInfo) -> Submission:
    """``submission`` with the first instant of its local month for every time, and nothing of its device.

    Coarsening twice changes nothing, so that a page sent again is known by its content.
    """
    return replace(
        submission,
        submitted_at=first_of_month(submission.submitted_at, zone),
        started_at=None,
        counter=None,
        device=None,
        device_sequence=None,
        clock_offset_seconds=None,
        durations=None,
    )


def first_of_month(instant: datetime, zone: ZoneInfo) -> datetime:
    """The first instant of the local month that ``instant`` lies in."""
    local = instant.astimezone(zone)
    return datetime(local.year, local.month, 1, tzinfo=zone).astimezone(UTC)
