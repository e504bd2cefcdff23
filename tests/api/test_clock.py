from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from api.clock import show_instant


@pytest.mark.parametrize(
    ("instant", "shown"),
    [
        pytest.param(datetime(2026, 11, 20, 2, 59, tzinfo=UTC), "20/11/2026 09:59", id="of the place, not of UTC"),
        pytest.param(datetime(2026, 11, 30, 17, 0, tzinfo=UTC), "01/12/2026 00:00", id="local midnight"),
        pytest.param(None, "", id="not yet"),
    ],
)
def test_an_instant_is_shown_as_vietnam_writes_it(instant, shown):
    assert show_instant(instant, ZoneInfo("Asia/Ho_Chi_Minh")) == shown
