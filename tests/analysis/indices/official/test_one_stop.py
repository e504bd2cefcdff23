"""The 18-point sheet: sums, bands at their edges, self against appraised, what does not apply."""

from inspect import signature

import polars as pl
import pytest

from analysis.errors import OfficialError
from analysis.indices.official.method import Status
from analysis.indices.official.one_stop import band_of, score_sheets
from analysis.indices.official.reading import load_method

QUESTIONS = [f"q{number}" for number in range(1, 10)]


def make_sheet(unit, own, appraised):
    return pl.DataFrame(
        {"unit": unit, "indicator": QUESTIONS, "self_points": own, "appraised_points": appraised},
        schema_overrides={"self_points": pl.Float64, "appraised_points": pl.Float64},
    )


def test_sums_percent_bands_and_difference():
    frame = pl.concat(
        [
            make_sheet("B", [2] * 9, [2, 2, 2, 2, 2, 2, 2, 1, 0]),
            make_sheet("A", [1] * 9, [1, 1, 1, 1, 1, 1, 2, 2, 2]),
        ]
    )
    scored = score_sheets(frame)
    assert scored["unit"].to_list() == ["B", "A"]
    assert scored["self_points_total"].to_list() == [18, 9]
    assert scored["appraised_points_total"].to_list() == [15, 12]
    assert scored["self_points_percent"].to_list() == [100, 50]
    assert scored["appraised_points_band"].to_list() == ["excellent", "good"]
    assert scored["appraised_points_band_vi"].to_list() == ["Xuất sắc", "Tốt"]
    assert scored["self_points_band_en"].to_list() == ["Excellent", "Fair"]
    assert scored["difference"].to_list() == [3, -3]


@pytest.mark.parametrize("total", range(19))
def test_every_sum_has_one_band_and_more_points_no_worse_one(total):
    points = [2] * (total // 2) + [1] * (total % 2)
    points += [0] * (9 - len(points))
    order = ["weak", "average", "fair", "good", "excellent"]
    scored = score_sheets(make_sheet("A", points, points))
    assert scored["self_points_total"].item() == total
    place = order.index(scored["self_points_band"].item())
    assert place == sum(total >= bound for bound in (6, 9, 12, 15))


def test_the_steps_taken_for_granted_are_those_of_the_data():
    parameters = load_method("one_stop", "2018").parameters
    assert signature(score_sheets).parameters["allowed"].default == tuple(parameters["allowed"].value)
    assert parameters["allowed"].status is Status.UNKNOWN, "so they may be replaced"


def test_a_sum_of_floats_at_an_edge_reaches_it():
    assert band_of(14.999999999999998) == "excellent"
    assert band_of(14.9999) == "good"


def test_what_does_not_apply_is_refused_or_left_out():
    sheet = make_sheet("A", [2, 2, 2, 2, 2, 2, 2, 2, None], [2, 2, 2, 2, 2, 1, 1, 1, None])
    with pytest.raises(OfficialError, match="'self_points' is null in 1 rows"):
        score_sheets(sheet)
    scored = score_sheets(sheet, leave_out_not_applicable=True)
    assert scored["appraised_points_total"].item() == 13
    assert scored["appraised_points_maximum"].item() == 16
    assert scored["appraised_points_percent"].item() == pytest.approx(81.25)
    # 13·18/16 = 14.625: good, though 13 of 18 would be good as well
    assert scored["appraised_points_band"].item() == "good"
    nothing = score_sheets(make_sheet("A", [None] * 9, [2] * 9), leave_out_not_applicable=True)
    assert nothing.select("self_points_percent", "self_points_band").row(0) == (None, None)


def test_other_bands_and_other_points():
    half = make_sheet("A", [1.5] * 9, [1.5] * 9)
    with pytest.raises(OfficialError, match="9 rows hold points that are not allowed"):
        score_sheets(half)
    assert score_sheets(half, allowed=None)["self_points_total"].item() == 13.5
    assert score_sheets(half, allowed=None, bands={"pass": 9, "fail": 0})["self_points_band"].item() == "pass"
    with pytest.raises(OfficialError, match="below every band"):
        band_of(-1)


def test_all_that_is_wrong_with_sheets_is_told_together():
    frame = pl.concat([make_sheet("A", [2] * 9, [3] * 9).head(8), make_sheet("B", [2] * 9, [2] * 9).head(1)] * 2)
    with pytest.raises(OfficialError) as caught:
        score_sheets(frame)
    told = "; ".join(caught.value.problems)
    assert "A: missing ['q9']" in told
    assert "B: missing" in told
    assert "unknown or repeated ['q1'" in told
    assert "'appraised_points': 16 rows" in told
    with pytest.raises(OfficialError, match="'self_points' is missing"):
        score_sheets(frame.drop("self_points"))
