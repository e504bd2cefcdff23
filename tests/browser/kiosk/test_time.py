"""Clocks that jump, opening hours, waiting: pure functions of the page."""

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

CLOCK = """
const now = { wall: Date.UTC(2026, 10, 20, 3), steady: 0 };
const clock = m.makeClock({ wall: () => now.wall, steady: () => now.steady });
const pass = (seconds) => { now.wall += seconds * 1000; now.steady += seconds * 1000; };
"""


def run(call, statements: str):
    return call("clock.js", f"(m) => {{ {CLOCK} {statements} }}")


def test_the_servers_time_is_known_from_a_reply(call):
    told = "m.noteServerTime(clock, '2026-11-20T04:00:00Z', now.steady); pass(60);"
    assert run(call, f"{told} return [m.offsetSeconds(clock), new Date(m.serverNow(clock)).toISOString()];") == [
        3600,
        "2026-11-20T04:01:00.000Z",
    ]


def test_a_clock_set_back_a_year_is_noticed_and_the_servers_time_goes_on(call):
    assert run(
        call,
        """m.noteServerTime(clock, '2026-11-20T03:00:00Z', 0); pass(10); now.wall -= 365 * 86400e3; pass(10);
        const { seconds } = m.checkClock(clock);
        return [seconds, m.offsetSeconds(clock), new Date(m.serverNow(clock)).toISOString()];""",
    ) == [-365 * 86400, 365 * 86400, "2026-11-20T03:00:20.000Z"]


def test_after_a_jump_forward_or_sleep_the_servers_time_is_not_known(call):
    assert run(
        call, "m.noteServerTime(clock, '2026-11-20T03:00:00Z', 0); now.wall += 3600e3; m.checkClock(clock);"
        "return [m.offsetSeconds(clock), clock.jumps.length];",
    ) == [None, 1]  # fmt: skip


def test_a_clock_at_1970_is_written_down_and_not_believed(call):
    assert run(call, "now.wall = 61e3; return [m.isPlausible(clock), m.writeInstant(61e3).slice(0, 19)];") == [
        False,
        "1970-01-01T00:01:01",
    ]


@pytest.mark.parametrize(
    ("instant", "is_open"),
    [
        pytest.param("2026-11-20T00:29:59Z", False, id="a second before half past seven"),
        pytest.param("2026-11-20T00:30:00Z", True, id="half past seven"),
        pytest.param("2026-11-20T04:30:00Z", False, id="noon"),
        pytest.param("2026-11-20T06:30:00Z", True, id="afternoon"),
        pytest.param("2026-11-21T02:00:00Z", False, id="Saturday"),
        pytest.param("2026-11-22T23:59:00Z", False, id="Monday morning here, Sunday there"),
        pytest.param("2026-11-23T00:30:00Z", True, id="Monday"),
    ],
)
def test_opening_hours_are_those_of_the_offices_zone(call, instant, is_open):
    spans = "[['07:30', '11:30'], ['13:30', '17:00']]"
    hours = f"{{ mon: {spans}, fri: {spans} }}"
    assert call("hours.js", f"(m) => m.isOpen({hours}, 'Asia/Ho_Chi_Minh', Date.parse('{instant}'))") is is_open


def test_without_opening_hours_it_is_always_open(call):
    assert call("hours.js", "(m) => m.isOpen({}, 'Asia/Ho_Chi_Minh', 0)") is True


def test_waiting_doubles_up_to_a_quarter_of_an_hour_and_the_server_may_say_otherwise(call):
    waits = "[1, 2, 3, 99].map((count) => m.waitSeconds(count, { random: () => 1 }))"
    assert call("waiting.js", f"(m) => {waits}") == [5, 10, 20, 900]
    assert call("waiting.js", "(m) => m.waitSeconds(1, { random: () => 0 })") == 2.5
    assert call("waiting.js", "(m) => m.waitSeconds(9, { retryAfter: 40, random: () => 0 })") == 40


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("20/11/2026", "2026-11-20"),
        ("1/2/2026", "2026-02-01"),
        ("30/2/2026", None),
        ("20/11/26", None),
        ("//", None),
        ("11/2026", None),
    ],
)
def test_a_day_is_read_as_it_is_written_here(call, typed, day):
    assert call("checks.js", f"(m) => m.readDate('{typed}')") == day


@pytest.mark.parametrize(
    ("typed", "number"), [("12", 12), ("2,5", 2.5), ("-3.25", -3.25), ("1.000", None), ("ba", None)]
)
def test_a_number_that_means_two_things_is_not_read(call, typed, number):
    assert call("checks.js", f"(m) => m.readNumber('{typed}')") == number


def test_a_wrong_pin_costs_more_and_more_time(call):
    assert call("pin.js", "(m) => [0, 2, 3, 4, 99].map(m.penaltySeconds)") == [0, 0, 10, 20, 300]
