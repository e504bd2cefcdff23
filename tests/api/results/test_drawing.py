import pytest

from api.results.drawing import Axis, common_axis


@pytest.mark.parametrize(
    ("values", "axis"),
    [
        pytest.param([61.0, 88.0], Axis(60, 90), id="in tens around all values"),
        pytest.param([84.1, 84.3], Axis(80, 100), id="at least 20 points wide"),
        pytest.param([99.5, 100.0], Axis(80, 100), id="not beyond 100"),
        pytest.param([0.0, 3.0], Axis(0, 20), id="not below 0"),
        pytest.param([22.0, 91.0], Axis(20, 100), id="80 points"),
        pytest.param([12.0, 75.0], Axis(0, 80), id="70 points have no even ticks, 80 have"),
        pytest.param([4.0, 85.0], Axis(0, 100), id="90 points have no even ticks, 100 have"),
        pytest.param([], Axis(0, 100), id="nothing to draw"),
    ],
)
def test_axis_holds_every_value_in_round_numbers(values: list[float], axis: Axis):
    assert common_axis(values) == axis


@pytest.mark.parametrize("start", range(0, 100, 10))
@pytest.mark.parametrize("end", range(10, 101, 10))
def test_every_axis_has_three_to_six_ticks_with_both_ends(start: int, end: int):
    axis = common_axis([float(start), float(end)])
    labels = [tick.label for tick in axis.ticks()]
    assert 3 <= len(labels) <= 6
    assert (labels[0], labels[-1]) == (str(axis.start), str(axis.end))


def test_places_are_shares_of_the_width_with_room_at_the_ends():
    drawn = Axis(60, 100).draw(60, 80, 100, 90)
    assert (drawn.low, drawn.point, drawn.high, drawn.reference) == ("2.0%", "50.0%", "98.0%", "74.0%")
