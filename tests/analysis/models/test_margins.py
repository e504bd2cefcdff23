"""Adjusted means: coefficients and group means where they must be those, R's sum of two variances written out."""

import numpy as np
import polars as pl
import pytest

from analysis.design import SurveyDesign
from analysis.designs.replicate import make_replicates
from analysis.errors import EstimateError
from analysis.estimation.estimate import estimate_means
from analysis.models.generalised import fit_model
from analysis.models.margins import estimate_margins
from analysis.models.predictions import predict_outcomes
from tests.analysis.models.make_people import make_people

CLUSTERED = SurveyDesign("w", stratum="province", cluster="commune")
COLUMNS = ("estimate", "standard_error", "low", "high", "df")
LOGISTIC = {"outcome": "pleased", "predictors": ["speed", "sex", "province"], "model": "logistic"}


def test_differences_of_a_linear_model_are_its_coefficients():
    asked = {"outcome": "overall", "predictors": ["speed", "province"]}
    found = estimate_margins(make_people(), CLUSTERED, **asked, of="province", differences=True)
    rows = fit_model(make_people(), CLUSTERED, **asked).coefficients.filter(term="province")
    assert found["province"].to_list() == ["north − middle", "south − middle"]
    for column in (*COLUMNS, "p_value"):
        np.testing.assert_allclose(found[column], rows[column], rtol=1e-9)


@pytest.mark.parametrize(
    ("model", "outcome"), [("linear", "overall"), ("logistic", "pleased"), ("poisson", "visits")]
)
def test_without_other_predictors_margins_are_group_means(model, outcome):
    people = make_people().with_columns(pl.col("pleased", "overall", "visits").cast(float))
    found = estimate_margins(people, CLUSTERED, outcome=outcome, predictors=["sex"], of="sex", model=model)
    means = estimate_means(people, CLUSTERED, values=[outcome], by=["sex"])
    assert found["sex"].to_list() == means["sex"].to_list()
    for column in ("estimate", "standard_error"):
        np.testing.assert_allclose(found[column], means[column], rtol=1e-8)


def test_variances_apart_are_those_of_the_averaged_people_and_of_the_model():
    people = make_people()
    fitted = fit_model(people, CLUSTERED, **LOGISTIC)
    found = estimate_margins(people, CLUSTERED, **LOGISTIC, of="sex", errors="apart")
    joint = estimate_margins(people, CLUSTERED, **LOGISTIC, of="sex")
    for sex, row, together in zip("fm", found.iter_rows(named=True), joint.iter_rows(named=True), strict=True):
        moved = people.with_columns(sex=pl.lit(sex))
        shares = predict_outcomes(fitted, moved.select("speed", "sex", "province"))["estimate"]
        average = estimate_means(people.with_columns(share=shares), CLUSTERED, values=["share"]).row(0, named=True)
        p, w = shares.to_numpy(), people["w"].to_numpy()
        x = np.column_stack(
            [np.ones(120), people["speed"], np.full(120, sex == "m")]
            + [people["province"].to_numpy() == name for name in ("north", "south")]
        )
        slope = (w * p * (1 - p)) @ x / w.sum()
        variance = average["standard_error"] ** 2 + slope @ fitted.covariance @ slope
        assert row["estimate"] == pytest.approx(average["estimate"], rel=1e-10)
        assert row["standard_error"] == pytest.approx(np.sqrt(variance), rel=1e-9)
        assert together["standard_error"] == pytest.approx(row["standard_error"], rel=0.15)
        assert together["standard_error"] != row["standard_error"]


def test_replicates_refit_everything():
    made, design = make_replicates(make_people(180), CLUSTERED, kind="JKn")
    found = estimate_margins(made, design, **LOGISTIC, of="sex", differences=True)
    linear = estimate_margins(make_people(180), CLUSTERED, **LOGISTIC, of="sex", differences=True)
    assert found["estimate"].item() == pytest.approx(linear["estimate"].item(), rel=1e-9)
    assert found["standard_error"].item() == pytest.approx(linear["standard_error"].item(), rel=0.2)
    assert found["method"].item().startswith("replicates JKn")


def test_a_number_is_set_to_the_values_named():
    asked = {"outcome": "overall", "predictors": ["speed", "sex"]}
    found = estimate_margins(make_people(), CLUSTERED, **asked, of="speed", levels=[2, 4], differences=True)
    slope = fit_model(make_people(), CLUSTERED, **asked).coefficients.filter(term="speed")
    assert found["speed"].to_list() == ["4 − 2"]
    assert found["estimate"].item() == pytest.approx(2 * slope["estimate"].item())
    assert found["p_value"].item() == pytest.approx(slope["p_value"].item(), rel=1e-8)


def test_rows_outside_stay_in_the_design():
    asked = pl.col("commune") % 3 > 0
    by_where = estimate_margins(make_people(), CLUSTERED, **LOGISTIC, of="sex", where=asked)
    hidden = make_people().with_columns(pl.when(asked).then("pleased").alias("pleased"))
    assert by_where.equals(estimate_margins(hidden, CLUSTERED, **LOGISTIC, of="sex"))


def test_what_has_no_margin_is_said():
    with pytest.raises(EstimateError, match=r"(?s)'fees' is not among the predictors.*errors is 'both'"):
        estimate_margins(make_people(), CLUSTERED, **LOGISTIC, of="fees", errors="both")
    with pytest.raises(EstimateError, match="'speed' is a number"):
        estimate_margins(make_people(), CLUSTERED, **LOGISTIC, of="speed")
    with pytest.raises(EstimateError, match="'x' is not a level of the model"):
        estimate_margins(make_people(), CLUSTERED, **LOGISTIC, of="sex", levels=["x"])
    with pytest.raises(EstimateError, match="1 levels"):
        estimate_margins(make_people(), CLUSTERED, **LOGISTIC, of="sex", levels=["f"], differences=True)
