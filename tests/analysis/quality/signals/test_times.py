"""Signals that are about when: bursts, closing time, closed hours, speed."""

from datetime import date, timedelta

import pytest

from tests.analysis.quality.signals.make_guarded import DAY, find, make_guarded, seconds_of

WEEK = [DAY + timedelta(days=step) for step in (0, 1, 2, 3, 4)]


def an_ordinary_week(counter: str = "Q1", every_minutes: int = 30) -> list[dict]:
    """A response every half hour from 8:00 to 17:00, on five days, each with other answers."""
    return [
        {
            "counter": counter,
            "local_day": day,
            "minute": minute,
            "levels": [1 + (minute // every_minutes + step + item * item) % 5 for item in range(9)],
        }
        for step, day in enumerate(WEEK)
        for minute in range(480, 1020, every_minutes)
    ]


def test_an_ordinary_week_raises_nothing():
    assert find(an_ordinary_week()) == []


def test_twelve_in_ten_minutes_are_a_burst_at_a_counter_with_two_an_hour():
    rows = [*an_ordinary_week(), *({"minute": 601, "at": seconds_of(DAY, 601, 30 * i)} for i in range(12))]
    (signal,) = find(rows, "burst")
    assert (signal.unit, signal.counter, signal.local_day) == ("A", "Q1", DAY)
    # 90 of the ordinary week stand before them; the one of 10:00 was 1 minute before and is inside the window.
    assert set(signal.responses) >= {f"r{90 + i:05d}" for i in range(12)}
    assert signal.figures["responses"] == 13
    assert signal.p < 1e-6


def test_as_many_are_no_burst_where_they_are_usual():
    busy = [{"local_day": day, "minute": minute} for day in WEEK for minute in range(480, 1020)]
    assert find(busy, "burst") == []  # ten in ten minutes, all day, every day


def test_a_busy_day_as_a_whole_is_no_burst():
    rows = [*an_ordinary_week(), *({"minute": minute} for minute in range(480, 1020, 2))]
    assert find(rows, "burst") == []


def test_five_at_once_are_never_a_burst():
    rows = [*an_ordinary_week(), *({"minute": 601, "at": seconds_of(DAY, 601, i)} for i in range(4))]
    assert find(rows, "burst") == []


def test_who_answered_at_an_unknown_time_is_in_no_burst():
    assert find([{"minute": None, "at": None} for _ in range(200)], "burst") == []


def test_thirty_of_forty_just_before_closing_stand_out_among_counters_that_spread():
    spread = [row for counter in ("Q2", "Q3", "Q4", "Q5") for row in an_ordinary_week(counter)]
    late = [{"counter": "Q1", "local_day": WEEK[i % 5], "minute": 1006 + i % 14} for i in range(30)]
    early = [{"counter": "Q1", "local_day": WEEK[i % 5], "minute": 500 + 40 * i} for i in range(10)]
    (signal,) = find([*spread, *late, *early], "closing_time")
    assert signal.counter == "Q1"
    assert (signal.figures["hits"], signal.figures["responses"]) == (30, 40)
    assert signal.figures["share"] == 75.0


def test_where_everybody_is_asked_at_closing_nobody_stands_out():
    rows = [
        {"counter": counter, "local_day": WEEK[i % 5], "minute": 1005 + i % 15}
        for counter in ("Q1", "Q2", "Q3", "Q4")
        for i in range(40)
    ]
    assert find(rows, "closing_time") == []


def test_a_tablet_awake_at_night_is_told_with_what_came_from_it():
    rows = [{"device": "k7", "minute": 1300}, {"device": "k7", "minute": 700}]
    (signal,) = find(rows, "awake_closed", awake=[("k7", "A", "Q1", DAY, 95.0)])
    assert signal.responses == ("r00000",)
    assert signal.figures == {"minutes": 95.0, "responses": 1, "device": "k7"}


def test_a_tablet_that_cleans_up_for_ten_minutes_is_not_told():
    assert find([{"minute": 700}], "awake_closed", awake=[("k7", "A", "Q1", DAY, 10.0)]) == []


@pytest.mark.parametrize(
    ("minute", "is_told"),
    [
        pytest.param(1080, False, id="an hour after closing"),
        pytest.param(1081, True, id="more than an hour after closing"),
        pytest.param(419, True, id="more than an hour before opening"),
        pytest.param(420, False, id="an hour before opening"),
    ],
)
def test_three_responses_from_a_tablet_outside_hours_are_told(minute: int, is_told: bool):
    rows = [{"minute": minute, "local_day": day} for day in WEEK[:3]]
    assert bool(find(rows, "closed_hours")) is is_told


def test_a_phone_may_answer_at_night():
    assert find([{"minute": 1380, "channel": "qr"} for _ in range(9)], "closed_hours") == []


@pytest.mark.parametrize(
    ("seconds", "items", "is_told"),
    [
        pytest.param(8.9, 9, True, id="below a second each"),
        pytest.param(9.0, 9, False, id="a second each"),
        pytest.param(0.5, 2, False, id="two taps may be quick"),
        pytest.param(None, 9, False, id="not known"),
    ],
)
def test_faster_than_a_second_an_item_is_too_fast(seconds, items, is_told):
    rows = [{"minute": 500 + 30 * i, "seconds": seconds, "items": items} for i in range(3)]
    assert bool(find(rows, "too_fast")) is is_told


def test_an_empty_month_raises_nothing():
    assert find(make_guarded([])) == []


def test_the_order_of_the_rows_is_of_no_account():
    rows = [*an_ordinary_week(), *({"minute": 601, "at": seconds_of(DAY, 601, 30 * i)} for i in range(12))]
    frame = make_guarded(rows)
    assert find(frame) == find(frame.sample(fraction=1, shuffle=True, seed=7))
    assert frame["local_day"].min() == date(2026, 10, 5)
