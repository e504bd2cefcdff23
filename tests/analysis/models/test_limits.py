"""Limits of coefficients: Wald's at any level, and those at which the likelihood ratio is just rejected."""

import numpy as np
import polars as pl
import pytest

from analysis.design import SurveyDesign
from analysis.errors import EstimateError
from analysis.models.generalised import fit_model
from analysis.models.likelihood_ratio import likelihood_ratio_test
from analysis.models.limits import limit_coefficients
from analysis.models.ordinal import fit_ordinal
from tests.analysis.models.make_people import make_people

CLUSTERED = SurveyDesign("w", stratum="province", cluster="commune")
LOGISTIC = {"outcome": "pleased", "predictors": ["speed", "sex"], "model": "logistic"}


@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.99])
def test_walds_limits_are_those_of_a_model_fitted_for_that_level(confidence):
    found = limit_coefficients(fit_model(make_people(), CLUSTERED, **LOGISTIC), confidence=confidence)
    fitted = fit_model(make_people(), CLUSTERED, **LOGISTIC, confidence=confidence).coefficients
    for column in ("low", "high", "confidence", "df"):
        np.testing.assert_allclose(found[column], fitted[column], rtol=1e-12)


def test_of_a_linear_model_both_methods_agree():
    model = fit_model(make_people(), CLUSTERED, outcome="overall", predictors=["speed", "province"])
    wald, ratio = (limit_coefficients(model, method=method) for method in ("wald", "likelihood"))
    for column in ("low", "high"):
        np.testing.assert_allclose(ratio[column], wald[column], rtol=1e-6)


@pytest.mark.parametrize("choices", [LOGISTIC, {**LOGISTIC, "outcome": "visits", "model": "poisson"}])
def test_at_a_limit_the_likelihood_ratio_is_just_rejected(choices):
    # With the effect at the limit taken into the offset, the ratio of the coefficient has p = 1 − confidence.
    people = make_people().with_columns(male=(pl.col("sex") == "m").cast(float))
    asked = {**choices, "predictors": ["speed", "male"]}
    limits = limit_coefficients(fit_model(people, CLUSTERED, **asked), confidence=0.9, method="likelihood")
    row = limits.filter(term="male").row(0, named=True)
    assert row["low"] < row["estimate"] < row["high"]
    for limit in (row["low"], row["high"]):
        at = fit_model(people, CLUSTERED, **asked, offset=pl.col("male") * limit)
        test = likelihood_ratio_test(at, ["male"], statistic="F")
        assert test["p_value"].item() == pytest.approx(0.1, rel=1e-6)


def test_limits_of_a_nearly_unanimous_office_reach_farther_up_than_down():
    # 9 of 10 are pleased there, 10 of 20 elsewhere; Wald's limits are as far on both sides
    people = pl.DataFrame(
        {
            "w": [1.0] * 30,
            "office": [1.0] * 10 + [0.0] * 20,
            "pleased": [True] * 9 + [False] + [True, False] * 10,
        }
    )
    model = fit_model(people, SurveyDesign("w"), outcome="pleased", predictors=["office"], model="logistic")
    row = limit_coefficients(model, method="likelihood").row(1, named=True)
    assert row["estimate"] == pytest.approx(np.log(9))  # odds 9/1 over 10/10
    assert row["high"] - row["estimate"] > 1.2 * (row["estimate"] - row["low"])
    wald = limit_coefficients(model).row(1, named=True)
    assert wald["high"] - wald["estimate"] == pytest.approx(wald["estimate"] - wald["low"])


def test_what_has_no_limits_is_said():
    ordinal = fit_ordinal(make_people(), CLUSTERED, outcome="overall", predictors=["speed"])
    assert limit_coefficients(ordinal, confidence=0.8)["low"].null_count() == 0
    with pytest.raises(EstimateError, match=r"(?s)confidence is 95.*not of ordinal models"):
        limit_coefficients(ordinal, method="likelihood", confidence=95)
    with pytest.raises(EstimateError, match="method is 'profile'"):
        limit_coefficients(ordinal, method="profile")
