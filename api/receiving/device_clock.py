"""When a response was given, by the clock of a device that may be wrong, may have jumped, or stand at 1970."""

from datetime import UTC, datetime, timedelta

from api.receiving.submission import Submission

CLOCK_FROM = datetime(2020, 1, 1, tzinfo=UTC)
CLOCK_AHEAD = timedelta(days=1)
# For a device whose offset was measured when it sent.
OFFSET_BELIEVED_SECONDS = 120
MEASURED_FROM = datetime(2025, 1, 1, tzinfo=UTC)
MEASURED_AHEAD = timedelta(seconds=OFFSET_BELIEVED_SECONDS)


def judge_clock(submission: Submission, *, now: datetime) -> tuple[datetime, bool]:
    """The instant that counts, and whether the device's clock is doubted.

    Without a measured offset a device is believed from 2020 until a day ahead of us; otherwise the instant of
    receipt counts. With one, what it said counts while it was right to two minutes; else the first of these that
    can be true, from 2025 until now: what it said put right by the offset, what it said (its clock was set wrong
    after the answer), the receipt.
    """
    said = submission.submitted_at
    if submission.is_clock_trusted:
        return said, False
    runs_backwards = submission.started_at is not None and submission.started_at > said
    if submission.clock_offset_seconds is None:
        is_doubted = runs_backwards or not CLOCK_FROM <= said <= now + CLOCK_AHEAD
        return (now if is_doubted else said), is_doubted
    offset = timedelta(seconds=submission.clock_offset_seconds)
    is_right = abs(offset) <= timedelta(seconds=OFFSET_BELIEVED_SECONDS)
    if is_right and not runs_backwards and _can_be(said, now=now):
        return said, False
    corrected = _shift(said, offset)
    return next((instant for instant in (corrected, said) if _can_be(instant, now=now)), now), True


def _can_be(instant: datetime, *, now: datetime) -> bool:
    return MEASURED_FROM <= instant <= now + MEASURED_AHEAD


def _shift(instant: datetime, offset: timedelta) -> datetime:
    try:
        return instant.astimezone(UTC) + offset
    except OverflowError:  # the year 9997 and an offset to match
        return instant
