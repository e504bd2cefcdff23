"""Smoothed standard errors: pooled spread over n, by hand; a unanimous cell is not certain."""

import polars as pl
import pytest

from analysis.errors import AreaError
from analysis.small_area import smooth_variances

CELLS = pl.DataFrame({"n": [5, 5, 10, 1], "standard_error": [20.0, 0.0, 10.0, None]})


def test_the_pooled_spread_by_hand() -> None:
    # n SE^2 = 2000, 0, 1000 with n - 1 = 4, 4, 9: (8000 + 0 + 9000) / 17 = 1000
    found = smooth_variances(CELLS)["smoothed_standard_error"] ** 2
    assert found.to_list() == pytest.approx([200.0, 200.0, 100.0, 1000.0])


def test_with_an_expected_figure_spread_follows_that_of_shares() -> None:
    # shapes 90*10 = 900, 900, 50*50 = 2500, 900: factor 17000 / (8*900 + 9*2500) = 17000/29700
    cells = CELLS.with_columns(province=pl.Series([90.0, 90, 50, 90]))
    found = smooth_variances(cells, expected="province")["smoothed_standard_error"] ** 2
    factor = 17000 / 29700
    assert found.to_list() == pytest.approx([factor * 180, factor * 180, factor * 250, factor * 900])


def test_simple_shares_keep_their_spread_on_average() -> None:
    # equal cells: the smoothed variance is the mean of the direct ones
    cells = pl.DataFrame({"n": [8, 8, 8], "standard_error": [3.0, 0.0, 6.0]})
    assert smooth_variances(cells)["smoothed_standard_error"].to_list() == pytest.approx([15**0.5] * 3)


def test_a_census_teaches_nothing_and_stays() -> None:
    cells = CELLS.with_columns(method=pl.Series(["x", "census", "x", "x"]))
    found = smooth_variances(cells)["smoothed_standard_error"]
    assert found[1] == 0
    assert found[0] == pytest.approx((17000 / 13 / 5) ** 0.5)


@pytest.mark.parametrize(
    ("change", "options", "problem"),
    [
        pytest.param({"standard_error": 0.0}, {}, "above 0 in none of 3 cells", id="all unanimous"),
        pytest.param({"standard_error": -1.0}, {}, "negative or infinite in 4 rows", id="negative"),
        pytest.param({"p": 100.0}, {"expected": "p"}, "not inside (0.0, 100.0) in 4 rows", id="at the bound"),
        pytest.param({}, {"n": "responses"}, "column 'responses' is missing", id="missing"),
    ],
)
def test_what_cannot_be_smoothed_is_refused(change, options, problem) -> None:
    cells = CELLS.with_columns(pl.lit(value).alias(name) for name, value in change.items())
    with pytest.raises(AreaError) as refused:
        smooth_variances(cells, **options)
    assert any(problem in found for found in refused.value.problems)
