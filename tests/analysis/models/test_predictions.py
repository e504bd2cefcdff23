"""Predictions: group means where the model is saturated, derivatives of the shares of levels, refusals."""

import numpy as np
import polars as pl
import pytest

from analysis.comparison.contrasts import estimate_contrasts
from analysis.design import SurveyDesign
from analysis.designs.replicate import make_replicates
from analysis.errors import EstimateError
from analysis.estimation.estimate import estimate_means
from analysis.models.any_statistic import estimate_statistic
from analysis.models.generalised import fit_model
from analysis.models.ordinal import fit_ordinal
from analysis.models.predictions import predict_outcomes
from analysis.models.thresholds import ORDINAL_LINKS
from analysis.models.wald_test import wald_test
from tests.analysis.models.make_people import make_people

CLUSTERED = SurveyDesign("w", stratum="province", cluster="commune")
GROUPS = ["sex", "province", ("sex", "province")]


@pytest.mark.parametrize(
    ("model", "outcome"), [("linear", "overall"), ("logistic", "pleased"), ("poisson", "visits")]
)
def test_a_model_with_all_interactions_predicts_the_means_of_its_groups(model, outcome):
    people = make_people(240).with_columns(pl.col("pleased", "overall", "visits").cast(float))
    fitted = fit_model(people, CLUSTERED, outcome=outcome, predictors=GROUPS, model=model)
    means = estimate_means(people, CLUSTERED, values=[outcome], by=["sex", "province"])
    found = predict_outcomes(fitted, means.select("sex", "province"))
    np.testing.assert_allclose(found["estimate"], means["estimate"], rtol=1e-9)
    np.testing.assert_allclose(found["standard_error"], means["standard_error"], rtol=1e-8)
    assert ((found["low"] < found["estimate"]) & (found["estimate"] < found["high"])).all()
    if model == "logistic":
        assert found["low"].min() > 0
        assert found["high"].max() < 1


def test_predictions_on_the_scale_of_the_link_are_sums_of_coefficients():
    people = make_people()
    asked = {"outcome": "visits", "predictors": ["speed", "sex"], "model": "poisson"}
    fitted = fit_model(people, CLUSTERED, **asked)
    found = predict_outcomes(fitted, pl.DataFrame({"speed": [3], "sex": ["m"]}), scale="link").row(0, named=True)
    sums = estimate_contrasts(fitted.jointly(), {"sum": "intercept + 3 * speed + `sex:m`"}).row(0, named=True)
    for column in ("estimate", "standard_error", "low", "high", "df"):
        assert found[column] == pytest.approx(sums[column], rel=1e-10)
    rate = predict_outcomes(
        fitted, pl.DataFrame({"speed": [3], "sex": ["m"], "log_days": [np.log(2.0)]}), offset="log_days"
    )
    once = predict_outcomes(fitted, pl.DataFrame({"speed": [3], "sex": ["m"]}))
    assert rate["estimate"].item() == pytest.approx(2 * once["estimate"].item())


def test_contrasts_of_coefficients_are_wald_tests():
    people = make_people()
    fitted = fit_model(people, CLUSTERED, outcome="overall", predictors=["province", "speed"])
    gap = estimate_contrasts(fitted.jointly(), {"gap": "`province:north` - `province:south`"}).row(0, named=True)
    turned = people.with_columns(pl.col("province").replace({"south": "a south"}))
    again = fit_model(turned, CLUSTERED, outcome="overall", predictors=["province", "speed"]).coefficients
    expected = again.filter(pl.col("level") == "north").row(0, named=True)
    assert gap["estimate"] == pytest.approx(expected["estimate"], rel=1e-9)
    assert gap["standard_error"] == pytest.approx(expected["standard_error"], rel=1e-9)
    assert gap["p_value"] == pytest.approx(expected["p_value"], rel=1e-8)
    one = wald_test(fitted, ["speed"])["p_value"].item()
    assert estimate_contrasts(fitted.jointly(), {"s": "speed"})["p_value"].item() == pytest.approx(one, rel=1e-10)


@pytest.mark.parametrize("link", list(ORDINAL_LINKS))
def test_shares_of_levels_add_up_and_have_the_errors_of_their_derivatives(link):
    people = make_people(180)
    fitted = fit_ordinal(people, CLUSTERED, outcome="overall", predictors=["speed", "sex"], link=link)
    at = pl.DataFrame({"speed": [2, 5], "sex": ["f", "m"]})
    found = predict_outcomes(fitted, at)
    assert found["level"].to_list() == [*fitted.levels, *fitted.levels]
    assert found.group_by("speed").agg(pl.col("estimate").sum())["estimate"].to_list() == pytest.approx([1, 1])
    theta, slopes, curve = fitted.coefficients["estimate"].to_numpy(), 2, ORDINAL_LINKS[link].below

    def shares(theta):
        whole = []
        for x in ([2.0, 0.0], [5.0, 1.0]):
            below = curve(theta[slopes:] - np.array(x) @ theta[:slopes])
            whole += list(np.diff([0.0, *below, 1.0]))
        return np.array(whole)

    moves = 1e-6 * np.eye(len(theta))
    slope = np.array([(shares(theta + move) - shares(theta - move)) / 2e-6 for move in moves]).T
    np.testing.assert_allclose(found["estimate"], shares(theta), rtol=1e-10)
    np.testing.assert_allclose(
        found["standard_error"] ** 2, np.diag(slope @ fitted.covariance @ slope.T), rtol=1e-5
    )


def test_a_prediction_is_that_of_the_model_fitted_again_with_every_replicate():
    made, design = make_replicates(make_people(), CLUSTERED, kind="JKn")
    asked = {"outcome": "pleased", "predictors": ["speed"], "model": "logistic"}

    def predict(rows, weight):
        x = np.column_stack([np.ones(rows.height), rows["speed"]])
        y, beta = rows["pleased"].cast(float).to_numpy(), np.zeros(2)
        for _ in range(30):
            p = 1 / (1 + np.exp(-x @ beta))
            beta += np.linalg.solve((x * (weight * p * (1 - p))[:, None]).T @ x, x.T @ (weight * (y - p)))
        return beta @ [1.0, 4.0]

    again = estimate_statistic(made, design, statistic=predict, values=["pleased", "speed"])
    found = predict_outcomes(fit_model(made, design, **asked), pl.DataFrame({"speed": [4]}), scale="link")
    for column in ("estimate", "standard_error"):
        assert found[column].item() == pytest.approx(again[column].item(), rel=1e-8)


def test_booleans_enums_and_nulls_are_read_as_the_model_read_them():
    people = make_people().with_columns(
        often=pl.col("visits") > 2, place=pl.col("province").cast(pl.Enum(["south", "north", "middle"]))
    )
    fitted = fit_model(people, CLUSTERED, outcome="overall", predictors=["often", "place"])
    told = dict(
        zip(
            zip(*fitted.coefficients.select("term", "level"), strict=True),
            fitted.coefficients["estimate"],
            strict=True,
        )
    )
    values = pl.DataFrame({"often": [True, False, None], "place": ["middle", "south", "north"]})
    found = fitted.predict(values)
    assert found[0] == pytest.approx(told["intercept", None] + told["often", "True"] + told["place", "middle"])
    assert found[1] == pytest.approx(told["intercept", None])
    assert predict_outcomes(fitted, values)["estimate"].is_null().to_list() == [False, False, True]


def test_what_cannot_be_predicted_is_said():
    fitted = fit_model(make_people(), CLUSTERED, outcome="overall", predictors=["speed", "sex"])
    with pytest.raises(EstimateError, match=r"(?s)'speed' is missing.*'x' is not a level of the model.*sex: f, m"):
        predict_outcomes(fitted, pl.DataFrame({"sex": ["f", "x"]}))
    with pytest.raises(EstimateError, match="'speed' is String, in the model it is a number"):
        predict_outcomes(fitted, pl.DataFrame({"sex": ["f"], "speed": ["fast"]}))
    with pytest.raises(EstimateError, match=r"(?s)scale is 'odds'.*columns 'n', which stand in the result"):
        predict_outcomes(fitted, pl.DataFrame({"sex": ["f"], "speed": [1], "n": [2]}), scale="odds")
