"""Changes of series from period to period: by hand, corrected for many, and refused."""

import math

import numpy as np
import polars as pl
import pytest
from scipy import stats

from analysis.errors import WatchError
from analysis.monitoring import find_changes


def series(**more: object) -> pl.DataFrame:
    """Two units over four months."""
    made = pl.DataFrame(
        {
            "unit": ["A"] * 4 + ["B"] * 4,
            "month": ["2026-07", "2026-08", "2026-09", "2026-10"] * 2,
            "n": [20] * 8,
            "estimate": [90.0, 92.0, 88.0, 70.0, 80.0, 81.0, 79.0, 80.0],
            "standard_error": [3.0, 3.0, 3.0, 4.0, 3.0, 3.0, 3.0, 4.0],
            "df": [19.0] * 8,
            "design_effect": [1.5] * 8,
        }
    )
    return made.with_columns(**more)


def test_change_from_the_month_before_by_hand():
    found = find_changes(series(), by=["unit"], period="month", multiplicity="none")
    row = found.row(2, named=True)
    # −18 ± t·√(3² + 4²); df = 25²/(9²/19 + 16²/19)
    df = 625 / ((81 + 256) / 19)
    assert (row["unit"], row["month"], row["against"]) == ("A", "2026-10", "2026-09")
    assert (row["estimate"], row["standard_error"], row["n_against"]) == (-18, 5, 20)
    assert row["df"] == pytest.approx(df)
    assert row["p_value"] == pytest.approx(2 * stats.t.sf(18 / 5, df))
    assert row["low"] == pytest.approx(-18 - 5 * stats.t.ppf(0.975, df))
    assert row["design_effect"] == pytest.approx(1.5)
    assert found.height == 6


def test_change_from_the_mean_of_earlier_months_by_hand():
    found = find_changes(series(), by=["unit"], period="month", against="earlier", latest_only=True)
    row = found.row(0, named=True)
    # mean 90 of three months, variance 27/9 = 3, df 27²/(3·81/19) = 57; change −20, v = 16 + 3
    assert (row["figure"], row["figure_against"], row["n_against"]) == (70, pytest.approx(90), 60)
    assert row["standard_error"] == pytest.approx(math.sqrt(19))
    assert row["df"] == pytest.approx(19**2 / (16**2 / 19 + 9 / 57))
    assert found["unit"].to_list() == ["A", "B"]
    assert found["is_different"].to_list() == [True, False]


def test_lags_and_gaps_go_by_periods_not_by_rows():
    gap = series().filter(~((pl.col("unit") == "A") & (pl.col("month") == "2026-09")))
    found = find_changes(gap, by=["unit"], period="month")
    assert found.filter(pl.col("unit") == "A")["month"].to_list() == ["2026-08"]
    two = find_changes(series(), by=["unit"], period="month", against=2)
    assert two["against"].to_list() == ["2026-07", "2026-08"] * 2


def test_shared_people_make_a_change_surer():
    apart = find_changes(series(), by=["unit"], period="month")
    panel = find_changes(series(), by=["unit"], period="month", correlation=0.5)
    np.testing.assert_allclose(panel["standard_error"][2] ** 2, 9 + 16 - 2 * 0.5 * 12)
    assert (panel["standard_error"] < apart["standard_error"]).all()


def test_the_more_series_the_more_is_needed():
    one = find_changes(series().filter(pl.col("unit") == "A"), by=["unit"], period="month", latest_only=True)
    many = pl.concat([series().with_columns(unit=pl.format("{}{}", "unit", pl.lit(k))) for k in range(40)])
    found = find_changes(many, by=["unit"], period="month", latest_only=True)
    assert one["is_different"].item()
    assert not found["is_different"].any()


def test_a_unanimous_month_is_not_tested():
    sure = series(standard_error=pl.when(pl.col("month") == "2026-09").then(0.0).otherwise("standard_error"))
    found = find_changes(sure, by=["unit"], period="month").filter(pl.col("month") != "2026-08")
    assert found["p_value"].null_count() == found.height
    assert not found["is_different"].any()


def test_where_nothing_changes_holm_errs_once_in_twenty():
    rng = np.random.default_rng(2)
    any_false = []
    for _ in range(200):
        frame = pl.DataFrame(
            {
                "unit": np.tile(np.arange(30), 2),
                "month": np.repeat(["a", "b"], 30),
                "estimate": 80 + rng.normal(0, 2, 60),
                "standard_error": 2.0,
                "df": 200.0,
            }
        )
        any_false.append(find_changes(frame, by=["unit"], period="month")["is_different"].any())
    assert 0.005 <= np.mean(any_false) <= 0.1  # 5 in 100, standard error 1.5


def counts(satisfied: list[int], n: int = 20, spread: float = 1.0) -> pl.DataFrame:
    """One unit's shares month by month, with the variance p(1 − p)/n and as good as unlimited df."""
    p = np.array(satisfied) / n
    return pl.DataFrame(
        {
            "unit": "A",
            "month": [f"2026-{month:02d}" for month in range(1, len(p) + 1)],
            "n": [n] * len(p),
            "estimate": 100 * p,
            "standard_error": 100 * np.sqrt(spread * p * (1 - p) / n),
            "df": 1e12,
        }
    )


@pytest.mark.parametrize("satisfied", [(18, 10), (20, 14), (3, 0)])
def test_with_bounds_the_test_is_pearsons_chi_square(satisfied: tuple[int, int]):
    found = find_changes(counts(list(satisfied)), by=["unit"], period="month", bounds=(0, 100))
    table = [[k, 20 - k] for k in satisfied]
    assert found["p_value"].item() == pytest.approx(stats.chi2_contingency(table, correction=False).pvalue)


def test_a_design_effect_divides_the_chi_square():
    found = find_changes(counts([18, 10], spread=2.0), by=["unit"], period="month", bounds=(0, 100))
    single = stats.chi2_contingency([[18, 2], [10, 10]], correction=False).statistic
    assert found["p_value"].item() == pytest.approx(stats.chi2.sf(single / 2, 1))


def test_pooled_spread_by_hand_with_few_degrees_of_freedom():
    # 18 and 10 of 20 with v = p(1−p)/19: effective sizes 19, pooled 0.7, v = 0.21/19 each, df 19 + 19
    frame = pl.DataFrame(
        {
            "unit": ["A"] * 2,
            "month": ["1", "2"],
            "estimate": [90.0, 50.0],
            "standard_error": [100 * math.sqrt(0.09 / 19), 100 * math.sqrt(0.25 / 19)],
            "df": [19.0] * 2,
        }
    )
    own = find_changes(frame, by=["unit"], period="month")
    found = find_changes(frame, by=["unit"], period="month", bounds=(0, 100))
    assert found["p_value"].item() == pytest.approx(2 * stats.t.sf(0.4 / math.sqrt(0.42 / 19), 38))
    kept = ["estimate", "standard_error", "low", "high", "df"]
    assert found.select(kept).equals(own.select(kept))


def test_a_unanimous_month_is_tested_with_bounds_but_has_no_limits():
    found = find_changes(counts([20, 14]), by=["unit"], period="month", bounds=(0, 100))
    assert found["low"].item() is None
    assert "no limits" in found["note"].item()
    assert found["is_different"].item()
    without_n = counts([20, 14]).drop("n")
    assert find_changes(without_n, by=["unit"], period="month", bounds=(0, 100))["p_value"].item() is None
    both = counts([20, 20])
    assert find_changes(both, by=["unit"], period="month", bounds=(0, 100))["p_value"].item() in (None, 1.0)


def test_seen_from_the_other_end_a_share_changes_as_much():
    asked = {"by": ["unit"], "period": "month", "bounds": (0, 100), "against": "earlier"}
    frame = counts([18, 15, 19, 11, 20])
    there = find_changes(frame, **asked)
    back = find_changes(frame.with_columns(estimate=100 - pl.col("estimate")), **asked)
    assert there["p_value"].to_list() == pytest.approx(back["p_value"].to_list())
    assert there["estimate"].to_list() == pytest.approx((-back["estimate"]).to_list())


@pytest.mark.parametrize(
    ("change", "asked", "said"),
    [
        pytest.param({}, {"by": []}, "no columns", id="no series"),
        pytest.param({}, {"against": 0}, "against is 0", id="itself"),
        pytest.param({}, {"against": "earlier", "correlation": 0.5}, "correlation is 0.5", id="correlated means"),
        pytest.param({}, {"multiplicity": "max_t"}, "max_t needs", id="max_t"),
        pytest.param({}, {"bounds": (0, 1)}, "outside 0-1 in 8 rows", id="points for shares"),
        pytest.param({}, {"bounds": (100, 0)}, "the first must be the smaller", id="bounds turned round"),
        pytest.param({"month": pl.lit("2026-10")}, {}, "6 rows repeat", id="a month twice"),
        pytest.param({"standard_error": -pl.col("df")}, {}, "negative in 8 rows", id="negative errors"),
    ],
)
def test_what_is_no_series_is_refused_by_name(change, asked, said):
    with pytest.raises(WatchError, match=said):
        find_changes(series(**change), **({"by": ["unit"], "period": "month"} | asked))
