"""Fay-Herriot: numbers of R sae 1.3 (p22), a case by hand, invariants, and what is refused."""

import math

import numpy as np
import polars as pl
import pytest
from scipy import integrate, stats

from analysis.errors import AreaError
from analysis.small_area import fit_fay_herriot
from analysis.small_area.fay_herriot import METHODS
from analysis.small_area.mixture import mixture_quantiles
from tests.analysis.oracle import differ, read_case, read_data

# y = 0, 10, 20 with D = 25: residual mean square 100, so A = 75 and a quarter of each figure is the model's
THREE = pl.DataFrame({"unit": ["A", "B", "C"], "estimate": [0.0, 10.0, 20.0], "standard_error": [5.0] * 3})


def make_areas(seed: int = 1, areas: int = 20, between: float = 9.0) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    x, error = rng.normal(size=areas), rng.uniform(1, 4, areas)
    y = 70 + 4 * x + rng.normal(0, np.sqrt(between), areas) + rng.normal(0, error)
    return pl.DataFrame({"unit": np.arange(areas), "x": x, "estimate": y, "standard_error": error})


@pytest.mark.parametrize(
    ("theirs", "ours"), [pytest.param("REML", "reml"), pytest.param("ML", "ml"), pytest.param("FH", "moments")]
)
def test_all_numbers_agree_with_r_sae(theirs: str, ours: str) -> None:
    case = read_case("p22_fay_herriot")[theirs]
    areas = read_data("fh_sim").with_columns(pl.col("var").sqrt().alias("se"))
    model = fit_fay_herriot(areas, area="area", estimate="y", standard_error="se", covariates=["x"], method=ours)
    found = {
        "sigma2_v": [model.between],
        "eblup": model.areas["estimate"].to_list(),
        "mse": model.areas["mse"].to_list(),
        **{name: model.coefficients[name].to_list() for name in ("estimate", "standard_error", "z", "p_value")},
        **{name: model.fit[name].to_list() for name in ("log_likelihood", "aic", "bic", "kic")},
    }
    beta = {"estimate": "beta", "standard_error": "std.error", "z": "tvalue", "p_value": "pvalue"}
    goodness = {"log_likelihood": "loglike", "aic": "AIC", "bic": "BIC", "kic": "KIC"}
    expected = {
        "sigma2_v": [case["sigma2_v"]],
        "eblup": case["eblup"],
        "mse": case["mse"],
        **{name: [row[column] for row in case["beta"]] for name, column in beta.items()},
        **{name: [case["goodness"][column]] for name, column in goodness.items()},
    }
    wrong = [
        (name, place)
        for name, values in expected.items()
        for place, (one, other) in enumerate(zip(found[name], values, strict=True))
        if differ(one, other, relative=1e-6)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("method", "between"),
    [
        pytest.param("reml", 75.0, id="mean square 200/2 less 25"),
        pytest.param("ml", 200 / 3 - 25, id="200/3 less 25"),
        pytest.param("moments", 75.0, id="200/(A + 25) = 2"),
        pytest.param("prasad_rao", 75.0, id="(200 - 25 * 3 * 2/3) / 2"),
    ],
)
def test_variance_between_three_equal_areas_by_hand(method: str, between: float) -> None:
    assert fit_fay_herriot(THREE, area="unit", method=method).between == pytest.approx(between)


def test_three_equal_areas_by_hand() -> None:
    areas = fit_fay_herriot(THREE, area="unit").areas
    assert areas["estimate"].to_list() == pytest.approx([2.5, 10.0, 17.5])
    assert areas["shrinkage"].to_list() == pytest.approx([0.25] * 3)
    # g1 = 75/4; g2 = 1/16 * 100/3; g3 = 1/16 / 100 * 2 * 100^2 / 3, twice
    assert areas["mse"].to_list() == pytest.approx([75 / 4 + 100 / 48 + 2 * 100 / 24] * 3)
    half = stats.t.ppf(0.975, 2) * math.sqrt(75 / 4 + 100 / 48 + 2 * 100 / 24)
    assert (areas["high"] - areas["estimate"]).to_list() == pytest.approx([half] * 3)
    assert areas["df"].to_list() == [2.0] * 3
    # (0 - 10) / sqrt(100 - 100/3)
    assert areas["residual"].to_list() == pytest.approx([-10 / math.sqrt(200 / 3), 0, 10 / math.sqrt(200 / 3)])


def test_figures_averaged_over_the_posterior_agree_with_integration() -> None:
    # with equal D the restricted likelihood of v = A + D is v^(-(m-1)/2) exp(-S/2v)
    y, sampling = np.array([60.0, 70, 72, 75, 80, 81, 90, 95]), 36.0
    areas = pl.DataFrame({"unit": np.arange(8), "estimate": y, "standard_error": [6.0] * 8})
    found = fit_fay_herriot(areas, area="unit", method="bayes").areas
    squares, grand = float(((y - y.mean()) ** 2).sum()), float(y.mean())

    def mean(function) -> float:
        def weighted(a: float, extra: bool) -> float:
            v = a + sampling
            return v**-3.5 * math.exp(-squares / 2 / v) * 1e6 * (function(a) if extra else 1.0)

        top = integrate.quad(weighted, 0, np.inf, args=(True,), limit=200)[0]
        return top / integrate.quad(weighted, 0, np.inf, args=(False,), limit=200)[0]

    share = mean(lambda a: sampling / (a + sampling))
    assert found["shrinkage"].to_list() == pytest.approx([share] * 8, rel=1e-5)
    assert found["estimate"].to_list() == pytest.approx(list(share * grand + (1 - share) * y), rel=1e-6)

    def below(a: float, place: int, limit: float) -> float:
        b = sampling / (a + sampling)
        spread = math.sqrt(a * b + b**2 * (a + sampling) / 8)
        return float(stats.norm.cdf(limit, b * grand + (1 - b) * y[place], spread))

    for place in (0, 4, 7):
        assert mean(lambda a, p=place: below(a, p, found["low"][p])) == pytest.approx(0.025, abs=1e-5)
        assert mean(lambda a, p=place: below(a, p, found["high"][p])) == pytest.approx(0.975, abs=1e-5)


@pytest.mark.parametrize("method", METHODS)
def test_scale_and_order_do_not_matter(method: str) -> None:
    areas = make_areas()
    model = fit_fay_herriot(areas, area="unit", covariates=["x"], method=method)
    other = areas.with_columns(pl.col("estimate", "standard_error") * 100, pl.col("x") * 3 - 7).reverse()
    scaled = fit_fay_herriot(other, area="unit", covariates=["x"], method=method)
    assert scaled.between == pytest.approx(10_000 * model.between, rel=1e-6)
    for column in ("estimate", "standard_error", "low", "high"):
        assert scaled.areas.reverse()[column].to_list() == pytest.approx(
            (100 * model.areas[column]).to_list(), rel=1e-6
        )


@pytest.mark.parametrize("method", METHODS)
def test_estimates_lie_between_direct_and_synthetic_and_errors_are_positive(method: str) -> None:
    areas = fit_fay_herriot(make_areas(seed=4), area="unit", covariates=["x"], method=method).areas
    low, high = pl.min_horizontal("direct", "synthetic"), pl.max_horizontal("direct", "synthetic")
    if method != "bayes":  # there both ends are averages
        assert areas.filter(~pl.col("estimate").is_between(low - 1e-9, high + 1e-9)).is_empty()
    assert areas["mse"].min() > 0
    assert areas["modelled"].all()


@pytest.mark.parametrize("method", ["reml", "ml", "moments", "prasad_rao"])
def test_a_variance_of_zero_is_said_and_leaves_the_model_alone(method: str) -> None:
    # differences of 1 with errors of 10
    areas = THREE.with_columns(estimate=pl.Series([9.0, 10, 11]), standard_error=pl.lit(10.0))
    model = fit_fay_herriot(areas, area="unit", method=method)
    assert model.between == 0.0
    assert model.areas["estimate"].to_list() == pytest.approx([10.0] * 3)
    assert model.areas["shrinkage"].to_list() == [1.0] * 3
    assert model.areas["mse"].min() > 0
    assert model.areas["note"].str.contains("variance between areas estimated as 0").all()


@pytest.mark.parametrize("method", ["positive", "bayes"])
def test_adjusted_likelihood_and_posterior_never_let_direct_figures_count_nothing(method: str) -> None:
    rng = np.random.default_rng(0)
    areas = pl.DataFrame(
        {"unit": np.arange(12), "estimate": 50 + 0.1 * rng.normal(size=12), "standard_error": [5.0] * 12}
    )
    found = fit_fay_herriot(areas, area="unit", method=method)
    assert found.between > 0
    assert found.areas["shrinkage"].max() < 1
    assert found.areas["note"].null_count() == 12


def test_an_area_without_responses_gets_what_the_covariates_say_and_says_so() -> None:
    known = make_areas()
    asked = fit_fay_herriot(known, area="unit", covariates=["x"])
    blank = pl.DataFrame({"unit": [99], "x": [0.5], "estimate": [None], "standard_error": [None]}, known.schema)
    model = fit_fay_herriot(pl.concat([known, blank]), area="unit", covariates=["x"])
    row = model.areas.row(-1, named=True)
    intercept, slope = asked.coefficients["estimate"]
    assert model.between == asked.between
    assert row["estimate"] == row["synthetic"] == pytest.approx(intercept + 0.5 * slope)
    assert row["direct"] is None
    assert row["residual"] is None
    assert row["mse"] > model.between
    assert "no direct figure" in row["note"]
    averaged = fit_fay_herriot(pl.concat([known, blank]), area="unit", covariates=["x"], method="bayes").areas
    assert averaged["estimate"][-1] == pytest.approx(row["estimate"], abs=0.3)
    assert averaged["mse"][-1] > row["mse"]
    assert averaged["shrinkage"][-1] == pytest.approx(1)


def test_a_census_keeps_its_direct_figure_and_is_not_marked_as_modelled() -> None:
    areas = make_areas().with_columns(method=pl.lit("linearised"))
    census = pl.DataFrame(
        {"unit": [99], "x": [0.0], "estimate": [55.5], "standard_error": [0.0], "method": ["census"]}
    ).cast(dict(areas.schema))
    for method in ("reml", "bayes"):
        both = fit_fay_herriot(pl.concat([areas, census]), area="unit", covariates=["x"], method=method)
        row = both.areas.row(-1, named=True)
        assert (row["estimate"], row["low"], row["high"], row["mse"]) == (55.5, 55.5, 55.5, 0.0)
        assert row["modelled"] is False
        assert both.between == fit_fay_herriot(areas, area="unit", covariates=["x"], method=method).between


def test_figures_and_limits_are_cut_to_bounds_and_the_note_says_which() -> None:
    areas = pl.DataFrame(
        {
            "unit": ["A", "B", "C", "D"],
            "x": [1.0, 2.0, 3.0, 6.0],
            "estimate": [70.0, 80.0, 90.0, None],
            "standard_error": [1.0, 1.0, 1.0, None],
        }
    )
    found = fit_fay_herriot(areas, area="unit", covariates=["x"], bounds=(0, 100)).areas
    assert found["high"].max() == 100
    assert found["estimate"][3] == 100  # the line says 120
    assert found["note"][3].startswith("không có số trực tiếp")
    assert "figure cut" in found["note"][3]


def test_n_and_design_effect_of_the_direct_figure_stay() -> None:
    areas = make_areas().with_columns(n=pl.lit(7), design_effect=pl.lit(1.3), sum_weights=pl.lit(70.0))
    found = fit_fay_herriot(areas, area="unit").areas
    assert found.select("n", "design_effect", "sum_weights", "n_effective").row(0) == (7, 1.3, 70.0, None)


def test_several_columns_may_name_the_area() -> None:
    areas = make_areas().with_columns(procedure=pl.lit("p1"))
    found = fit_fay_herriot(areas, area=["unit", "procedure"]).areas
    assert found.columns[:2] == ["unit", "procedure"]


@pytest.mark.parametrize(
    ("change", "options", "problem"),
    [
        pytest.param({"standard_error": 0.0}, {}, "null, 0 or negative in 20 areas", id="unanimous"),
        pytest.param({"unit": 1}, {}, "19 rows repeat an area of 'unit'", id="double"),
        pytest.param(
            {"x": math.nan}, {"covariates": ["x"]}, "column 'x' is null or infinite in 20 rows", id="null"
        ),
        pytest.param({"z": 1.0}, {"covariates": ["z"]}, "intercept, z repeat each other in 20", id="constant"),
        pytest.param({"z": "a"}, {"covariates": ["z"]}, "column 'z' is String, a number is needed", id="text"),
        pytest.param({}, {"covariates": ["y"]}, "column 'y' is missing", id="missing"),
        pytest.param({}, {"method": "REML"}, "method is 'REML', known: reml", id="method"),
        pytest.param({}, {"confidence": 95}, "confidence is 95", id="confidence"),
        pytest.param({"estimate": math.inf}, {}, "'estimate' has 20 infinite values", id="infinite"),
    ],
)
def test_what_cannot_be_fitted_is_refused_with_column_and_count(change, options, problem) -> None:
    areas = make_areas().with_columns(pl.lit(value).alias(name) for name, value in change.items())
    with pytest.raises(AreaError) as refused:
        fit_fay_herriot(areas, area="unit", **options)
    assert any(problem in found for found in refused.value.problems), refused.value.problems


def test_as_many_coefficients_as_areas_are_refused() -> None:
    with pytest.raises(AreaError, match="2 areas with a figure for 2 coefficients"):
        fit_fay_herriot(make_areas(areas=2), area="unit", covariates=["x"])
    with pytest.raises(AreaError, match="5 more are needed"):
        fit_fay_herriot(make_areas(areas=6), area="unit", covariates=["x"], method="bayes")


@pytest.mark.parametrize(
    ("error", "is_zero"), [pytest.param(10.0, False, id="far top"), pytest.param(20.0, True, id="top at 0")]
)
def test_of_two_tops_of_the_likelihood_the_higher_is_taken(error: float, is_zero: bool) -> None:
    # three precise areas agree, two imprecise ones do not
    y, sampling = np.array([50, 50.3, 49.7, 100, 0]), np.array([0.5] * 3 + [error] * 2) ** 2
    areas = pl.DataFrame({"unit": np.arange(5), "estimate": y, "standard_error": np.sqrt(sampling)})
    grid = np.concatenate([[0.0], np.geomspace(1e-4, 1e4, 2000)])
    values = np.array([_restricted(y, sampling, a) for a in grid])
    inner = (values[1:-1] > values[:-2]) & (values[1:-1] > values[2:])
    assert inner.sum() + (values[0] > values[1]) == 2
    between = fit_fay_herriot(areas, area="unit").between
    assert (between == 0) == is_zero
    assert _restricted(y, sampling, between) >= values.max() - 1e-9


def _restricted(y: np.ndarray, sampling: np.ndarray, between: float) -> float:
    v = sampling + between
    mean = (y / v).sum() / (1 / v).sum()
    return -0.5 * float(np.log(v).sum() + np.log((1 / v).sum()) + ((y - mean) ** 2 / v).sum())


@pytest.mark.parametrize("p", [0.0005, 0.025, 0.5, 0.975])
def test_quantiles_of_mixtures_leave_the_part_asked_for_below(p: float) -> None:
    rng = np.random.default_rng(6)
    weight = rng.dirichlet(np.ones(40))
    # needles, far apart, and all alike
    spread = np.column_stack([rng.uniform(1e-3, 1e-2, 40), rng.uniform(1, 3, 40), np.full(40, 2.0)])
    mean = np.column_stack([rng.normal(0, 9, 40), rng.normal(80, 4, 40), np.full(40, 7.0)])
    found = mixture_quantiles(weight, mean, spread, p)
    assert weight @ stats.norm.cdf((found - mean) / spread) == pytest.approx(np.full(3, p), rel=1e-9)
    assert found[2] == pytest.approx(7 + 2 * stats.norm.ppf(p), rel=1e-12)
