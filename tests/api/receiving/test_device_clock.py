"""When a response counts as given, by the clock of a device whose offset was measured when it sent."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from api.receiving.device_clock import judge_clock
from api.receiving.submission import Submission
from tests.conftest import NOW

YEAR = 365 * 86_400


def make_submission(submitted_at: datetime, offset: int | None, **more) -> Submission:
    return Submission(
        id=UUID(int=1),
        form="counter",
        version="2026.1",
        answers={},
        unit_filed="00004",
        channel="kiosk",
        submitted_at=submitted_at,
        clock_offset_seconds=offset,
        **more,
    )


@pytest.mark.parametrize(
    ("submitted_at", "offset", "instant", "is_doubted"),
    [
        pytest.param(NOW - timedelta(days=7), 120, NOW - timedelta(days=7), False, id="two minutes are believed"),
        pytest.param(
            NOW - timedelta(days=7), -121, NOW - timedelta(days=7, seconds=121), True, id="more are put right"
        ),
        pytest.param(NOW - timedelta(days=366), YEAR, NOW - timedelta(days=1), True, id="set back a year"),
        pytest.param(
            NOW - timedelta(days=2), YEAR, NOW - timedelta(days=2), True, id="right then, set back after it"
        ),
        pytest.param(
            datetime(1970, 1, 2, tzinfo=UTC),
            int((NOW - datetime(1970, 1, 3, tzinfo=UTC)).total_seconds()),
            NOW - timedelta(days=1),
            True,
            id="1970, and still there when it sent",
        ),
        pytest.param(datetime(1970, 1, 2, tzinfo=UTC), 0, NOW, True, id="1970, set right since: nobody knows"),
        pytest.param(datetime(2024, 12, 31, 23, 59, 59, tzinfo=UTC), 0, NOW, True, id="before 2025"),
        pytest.param(datetime(9997, 12, 31, tzinfo=UTC), 2**31 - 1, NOW, True, id="the last years"),
        pytest.param(NOW + timedelta(minutes=2), 0, NOW + timedelta(minutes=2), False, id="two minutes ahead"),
        pytest.param(NOW + timedelta(minutes=3), 0, NOW, True, id="three minutes ahead"),
        pytest.param(
            NOW - timedelta(days=400), None, NOW - timedelta(days=400), False, id="offset never measured"
        ),
    ],
)
def test_the_first_instant_that_can_be_true_counts(submitted_at, offset, instant, is_doubted):
    assert judge_clock(make_submission(submitted_at, offset), now=NOW) == (instant, is_doubted)


def test_a_clock_set_back_between_the_taps_is_doubted_and_put_right():
    submission = make_submission(
        NOW - timedelta(hours=5), 4 * 3600, started_at=NOW - timedelta(hours=1), is_clock_trusted=False
    )
    assert judge_clock(submission, now=NOW) == (NOW - timedelta(hours=1), True)


def test_a_date_written_down_is_believed_whatever_the_offset():
    submission = make_submission(datetime(2017, 5, 4, tzinfo=UTC), 9_999, is_clock_trusted=True)
    assert judge_clock(submission, now=NOW) == (submission.submitted_at, False)
