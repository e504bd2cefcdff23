"""Nested errors: against the definition with whole matrices, statsmodels, and a balanced case by hand."""

import numpy as np
import polars as pl
import pytest
from statsmodels.regression.mixed_linear_model import MixedLM

from analysis.errors import AreaError
from analysis.small_area import fit_nested_error

# means 10, 20, 60 of two responses each, 4 apart: within 8, between 700 - 8/2
BALANCED = pl.DataFrame({"unit": list("AABBCC"), "score": [8.0, 12, 18, 22, 58, 62]})
UNITS = pl.DataFrame({"unit": list("ABC")})


def make_world(seed: int = 5, areas: int = 25, between: float = 25.0) -> tuple[pl.DataFrame, pl.DataFrame]:
    rng = np.random.default_rng(seed)
    n = rng.integers(1, 12, areas)
    owner = np.repeat(np.arange(areas), n)
    x = rng.normal(0, 10, len(owner))
    y = 60 + 0.8 * x + rng.normal(0, np.sqrt(between), areas)[owner] + rng.normal(0, 9, len(owner))
    populations = pl.DataFrame({"unit": np.arange(areas), "x": rng.normal(0, 2, areas), "size": n * 5})
    return pl.DataFrame({"unit": owner, "x": x, "y": y}), populations


def test_a_balanced_sample_by_hand() -> None:
    model = fit_nested_error(BALANCED, UNITS, area="unit", value="score")
    # mean square inside 3 * 8 / 3; between: variance of 10, 20, 60 is 700, less 8/2
    assert model.within == pytest.approx(8)
    assert model.between == pytest.approx(696, rel=1e-6)
    gamma = 696 / 700
    assert model.areas["estimate"].to_list() == pytest.approx([30 + gamma * (m - 30) for m in (10, 20, 60)])


@pytest.mark.parametrize("method", ["reml", "ml"])
def test_statsmodels_agrees(method: str) -> None:
    responses, populations = make_world()
    model = fit_nested_error(responses, populations, area="unit", value="y", covariates=["x"], method=method)
    design = np.column_stack([np.ones(responses.height), responses["x"].to_numpy()])
    theirs = MixedLM(responses["y"].to_numpy(), design, groups=responses["unit"].to_numpy()).fit(
        reml=method == "reml"
    )
    assert model.between == pytest.approx(float(theirs.cov_re[0, 0]), rel=1e-3)  # their optimiser stops early
    assert model.within == pytest.approx(float(theirs.scale), rel=1e-3)
    assert model.coefficients["estimate"].to_list() == pytest.approx(list(theirs.fe_params), rel=1e-3)
    n = responses.group_by("unit").len().sort("unit")["len"].to_numpy()
    assert n.sum() == responses.height


@pytest.mark.parametrize("method", ["reml", "ml"])
def test_the_likelihood_is_at_its_top_and_figures_follow_the_definition(method: str) -> None:
    responses, populations = make_world()
    model = fit_nested_error(
        responses, populations, area="unit", value="y", covariates=["x"], population="size", method=method
    )
    y, owner = responses["y"].to_numpy(), responses["unit"].to_numpy()
    x = np.column_stack([np.ones(len(y)), responses["x"].to_numpy()])
    together = (owner[:, None] == owner).astype(float)

    def solve(between: float, within: float) -> tuple[float, np.ndarray, np.ndarray, np.ndarray]:
        inverse = np.linalg.inv(between * together + within * np.eye(len(y)))
        spread = np.linalg.inv(x.T @ inverse @ x)
        beta = spread @ x.T @ inverse @ y
        lost = np.linalg.slogdet(inverse)[1] - (y - x @ beta) @ inverse @ (y - x @ beta)
        return float(lost + (np.linalg.slogdet(spread)[1] if method == "reml" else 0)), beta, spread, inverse

    top, beta, spread, inverse = solve(model.between, model.within)
    for one, other in ((1.02, 1), (0.98, 1), (1, 1.02), (1, 0.98)):
        assert solve(model.between * one, model.within * other)[0] < top
    assert model.coefficients["estimate"].to_list() == pytest.approx(list(beta), rel=1e-6)
    assert model.coefficients["standard_error"].to_list() == pytest.approx(
        list(np.sqrt(np.diag(spread))), rel=1e-6
    )
    # those asked count as they answered, the others as predicted
    effect = (
        model.between
        * np.array([(owner == u).astype(float) for u in populations["unit"]])
        @ inverse
        @ (y - x @ beta)
    )
    for unit in (0, 7, 24):
        inside = owner == unit
        size = populations["size"][unit]
        rest_x = (size * np.array([1, populations["x"][unit]]) - x[inside].sum(axis=0)) / (size - inside.sum())
        expected = (y[inside].sum() + (size - inside.sum()) * (rest_x @ beta + effect[unit])) / size
        assert model.areas["estimate"][unit] == pytest.approx(expected)


def test_scale_and_order_do_not_matter() -> None:
    responses, populations = make_world()
    once = fit_nested_error(responses, populations, area="unit", value="y", covariates=["x"]).areas
    shuffled = responses.with_columns(pl.col("y") * 10).sample(fraction=1, shuffle=True, seed=2)
    again = fit_nested_error(shuffled, populations, area="unit", value="y", covariates=["x"]).areas
    for column in ("estimate", "standard_error", "low", "high"):
        assert again[column].to_list() == pytest.approx((10 * once[column]).to_list(), rel=1e-5)


def test_an_area_without_responses_is_modelled_alone_and_a_whole_one_not_at_all() -> None:
    responses, populations = make_world()
    n = responses.filter(pl.col("unit") == 3).height
    populations = pl.concat(
        [
            populations.with_columns(pl.when(pl.col("unit") == 3).then(n).otherwise("size").alias("size")),
            pl.DataFrame({"unit": [25], "x": [1.0], "size": [40]}, schema=populations.schema),
        ]
    )
    model = fit_nested_error(responses, populations, area="unit", value="y", covariates=["x"], population="size")
    whole, empty = model.areas.row(3, named=True), model.areas.row(25, named=True)
    direct = responses.filter(pl.col("unit") == 3)["y"].mean()
    assert (whole["modelled"], whole["mse"], whole["shrinkage"]) == (False, 0.0, 0.0)
    assert whole["estimate"] == whole["low"] == pytest.approx(direct)
    assert (empty["modelled"], empty["direct"], empty["n"]) == (True, None, 0)
    assert empty["estimate"] == pytest.approx(empty["synthetic"])
    assert empty["mse"] > model.between


def test_areas_that_do_not_differ_are_said_to_have_no_variance() -> None:
    # area means equal, responses far apart
    responses = pl.DataFrame({"unit": list("AABBCC"), "score": [0.0, 100, 10, 90, 20, 80]})
    model = fit_nested_error(responses, UNITS, area="unit", value="score")
    assert model.between == 0
    assert model.areas["estimate"].to_list() == pytest.approx([50.0] * 3)
    assert model.areas["note"].str.contains("estimated as 0").all()


@pytest.mark.parametrize(
    ("responses", "units", "problem"),
    [
        pytest.param(BALANCED, UNITS.head(2), "2 rows are of an area", id="stranger"),
        pytest.param(BALANCED, pl.concat([UNITS, UNITS]), "3 rows repeat an area", id="double"),
        pytest.param(BALANCED.drop("score"), UNITS, "column 'score' is missing", id="missing"),
        pytest.param(BALANCED.unique("unit"), UNITS, "no area has two responses", id="single"),
        pytest.param(
            BALANCED.with_columns(score=pl.lit(80.0)), UNITS, "'score' does not differ inside", id="same"
        ),
        pytest.param(BALANCED.with_columns(unit=pl.lit(1)), UNITS, "Int32 in responses and String", id="types"),
    ],
)
def test_what_cannot_be_fitted_is_refused(responses, units, problem) -> None:
    with pytest.raises(AreaError) as refused:
        fit_nested_error(responses, units, area="unit", value="score")
    assert any(problem in found for found in refused.value.problems), refused.value.problems


def test_more_responses_than_transactions_are_refused() -> None:
    with pytest.raises(AreaError, match="1 areas have more responses than 'size'"):
        fit_nested_error(
            BALANCED, UNITS.with_columns(size=pl.Series([1, 9, 9])), area="unit", value="score", population="size"
        )
