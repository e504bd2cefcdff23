"""Benchmarking: the total is met, what is well known moves least, what is not modelled does not move."""

import numpy as np
import polars as pl
import pytest

from analysis.errors import AreaError
from analysis.ranking import rank_units
from analysis.small_area import benchmark_areas, fit_fay_herriot

DIRECT = pl.DataFrame(
    {
        "unit": ["A", "B", "C", "D"],
        "estimate": [60.0, 90.0, 80.0, 95.0],
        "standard_error": [1.0, 4.0, 8.0, 16.0],
        "transactions": [400, 300, 200, 100],
    }
)
MODEL = fit_fay_herriot(DIRECT, area="unit").areas.join(DIRECT.select("unit", "transactions"), on="unit")
# 0.4 * 60 + 0.3 * 90 + 0.2 * 80 + 0.1 * 95
TOTAL = 76.5


def total(areas: pl.DataFrame) -> float:
    return float((areas["transactions"] * areas["estimate"]).sum() / areas["transactions"].sum())


@pytest.mark.parametrize("rule", ["error", "difference", "ratio"])
def test_the_direct_total_is_met(rule: str) -> None:
    assert total(MODEL) != pytest.approx(TOTAL, abs=0.1)
    assert total(benchmark_areas(MODEL, share="transactions", rule=rule)) == pytest.approx(TOTAL)
    assert total(benchmark_areas(MODEL, share="transactions", rule=rule, total=80.0)) == pytest.approx(80)


def test_rules_spread_the_difference_as_they_say() -> None:
    missing = TOTAL - total(MODEL)
    shifts = {
        rule: benchmark_areas(MODEL, share="transactions", rule=rule)["shift"]
        for rule in ("difference", "ratio", "error")
    }
    assert shifts["difference"].to_list() == pytest.approx([missing] * 4)
    assert (shifts["ratio"] / MODEL["estimate"]).to_list() == pytest.approx([TOTAL / total(MODEL) - 1] * 4)
    by_error = shifts["error"] / (MODEL["transactions"] * MODEL["mse"])
    assert by_error.to_list() == pytest.approx([by_error[0]] * 4)
    assert abs(shifts["error"][0]) < abs(missing) / 2


def test_the_shift_is_added_to_the_error() -> None:
    found = benchmark_areas(MODEL, share="transactions", rule="difference")
    assert found["mse"].to_list() == pytest.approx((MODEL["mse"] + found["shift"] ** 2).to_list())
    assert found["standard_error"].to_list() == pytest.approx(found["mse"].sqrt().to_list())
    assert found["note"].str.contains("benchmarked").all()
    assert found["modelled"].all()


def test_size_of_the_shares_does_not_matter() -> None:
    once = benchmark_areas(MODEL, share="transactions")
    again = benchmark_areas(MODEL.with_columns(pl.col("transactions") * 7), share="transactions")
    assert again["estimate"].to_list() == pytest.approx(once["estimate"].to_list())


def test_figures_of_a_census_do_not_move() -> None:
    rows = DIRECT.with_columns(
        method=pl.Series(["census", "x", "x", "x"]), standard_error=pl.Series([0.0, 4, 8, 16])
    )
    model = fit_fay_herriot(rows, area="unit").areas.join(DIRECT.select("unit", "transactions"), on="unit")
    for rule in ("error", "difference", "ratio"):
        found = benchmark_areas(model, share="transactions", rule=rule)
        assert found["shift"][0] == 0
        assert total(found) == pytest.approx(TOTAL)


def test_whoever_reaches_a_bound_stays_and_the_others_take_the_rest() -> None:
    found = benchmark_areas(MODEL, share="transactions", rule="difference", total=92.0, bounds=(0, 100))
    assert found["estimate"].max() == 100
    assert total(found) == pytest.approx(92)
    with pytest.raises(AreaError, match="cannot be met; the nearest is 100"):
        benchmark_areas(MODEL, share="transactions", total=101.0, bounds=(0, 100))


@pytest.mark.parametrize(
    ("change", "options", "problem"),
    [
        pytest.param({"transactions": -1}, {}, "null or negative in 4 rows", id="negative"),
        pytest.param({"transactions": 0}, {}, "adds up to 0", id="zero"),
        pytest.param({"direct": None}, {}, "4 areas have no direct figure", id="no direct"),
        pytest.param({}, {"rule": "raking"}, "rule is 'raking'", id="rule"),
    ],
)
def test_what_cannot_be_benchmarked_is_refused(change, options, problem) -> None:
    areas = MODEL.with_columns(pl.lit(value).alias(name) for name, value in change.items())
    with pytest.raises(AreaError, match=problem):
        benchmark_areas(areas, share="transactions", **options)


def provinces() -> pl.DataFrame:
    rng = np.random.default_rng(3)
    cells = pl.DataFrame(
        {
            "unit": range(30),
            "estimate": rng.normal(80, 5, 30),
            "standard_error": rng.uniform(1, 6, 30),
        }
    )
    modelled = fit_fay_herriot(cells, area="unit").areas
    return modelled.with_columns(province=pl.col("unit") % 3, people=pl.Series(rng.integers(5, 90, 30)))


def test_each_province_meets_its_own_direct_figure_and_rows_keep_their_order() -> None:
    areas = provinces()
    met = benchmark_areas(areas, share="people", by="province")
    assert met["unit"].to_list() == areas["unit"].to_list()
    weighted = met.group_by("province").agg(
        ((pl.col("estimate") - pl.col("direct")) * pl.col("people")).sum().alias("apart")
    )
    assert weighted["apart"].to_list() == pytest.approx([0.0] * 3, abs=1e-9)
    alone = benchmark_areas(areas.filter(pl.col("province") == 1), share="people")
    assert met.filter(pl.col("province") == 1)["estimate"].to_list() == alone["estimate"].to_list()


def test_published_figures_of_provinces_are_met() -> None:
    met = benchmark_areas(provinces(), share="people", by="province", total={0: 81.0, 1: 82.0, 2: 83.0})
    means = met.group_by("province").agg((pl.col("estimate") * pl.col("people")).sum() / pl.col("people").sum())
    assert means.sort("province")["estimate"].to_list() == pytest.approx([81.0, 82.0, 83.0])


def test_a_province_without_a_figure_is_named() -> None:
    with pytest.raises(AreaError, match="2: total has no figure for it"):
        benchmark_areas(provinces(), share="people", by="province", total={0: 81.0, 1: 82.0})
    with pytest.raises(AreaError, match="for several groups"):
        benchmark_areas(provinces(), share="people", by="province", total=80.0)


def test_frames_may_be_lazy_and_one_name_need_not_be_a_list() -> None:
    areas = provinces()
    assert benchmark_areas(areas.lazy(), share="people").equals(benchmark_areas(areas, share="people"))
    lazy = areas.select("unit", "estimate", "standard_error", age="people").lazy()
    one, several = (fit_fay_herriot(lazy, area="unit", covariates=names).areas for names in ("age", ["age"]))
    assert one.equals(several)
    assert rank_units(lazy, unit="unit").units.equals(rank_units(lazy.collect(), unit="unit").units)
