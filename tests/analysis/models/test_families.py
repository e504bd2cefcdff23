"""Every family and link: a model of two groups is their means seen through the link, and so are its errors."""

import numpy as np
import polars as pl
import pytest

from analysis.design import SurveyDesign
from analysis.errors import EstimateError
from analysis.estimation.estimate import estimate_means
from analysis.models.families import LINKS, find_family
from analysis.models.generalised import fit_model
from tests.analysis.models.make_people import make_people

CLUSTERED = SurveyDesign("w", stratum="province", cluster="commune")
OUTCOMES = {"linear": "minutes", "logistic": "pleased", "poisson": "visits", "gamma": "minutes"}
EACH = [pytest.param(model, link, id=f"{model}-{link}") for model, links in LINKS.items() for link in links]


def people():
    return make_people(240).with_columns(minutes=pl.col("speed") * 3.0 + pl.col("visits") + 1)


@pytest.mark.parametrize(("model", "link"), EACH)
def test_two_groups_are_their_means_seen_through_the_link(model, link):
    # b₀ = g(ȳ_f), b₁ = g(ȳ_m) − g(ȳ_f); errors by the delta method: g'(ȳ) = 1 / slope there
    outcome = OUTCOMES[model]
    fitted = fit_model(people(), CLUSTERED, outcome=outcome, predictors=["sex"], model=model, link=link)
    means = estimate_means(
        people().with_columns(pl.col(outcome).cast(float)), CLUSTERED, values=[outcome], by=["sex"]
    )
    family = find_family(model, link)
    eta = family.forward(means["estimate"].to_numpy())
    found = fitted.coefficients["estimate"].to_numpy()
    np.testing.assert_allclose([found[0], found[0] + found[1]], eta, rtol=1e-8)
    np.testing.assert_allclose(
        fitted.coefficients["standard_error"][0], means["standard_error"][0] / abs(family.slope(eta)[0]), rtol=1e-8
    )


@pytest.mark.parametrize(("model", "link"), EACH)
def test_curves_of_a_link_fit_each_other(model, link):
    family = find_family(model, link)
    mean = np.linspace(0.1, 0.9, 9)
    eta, step = family.forward(mean), 1e-6
    np.testing.assert_allclose(family.inverse(eta), mean, rtol=1e-12)
    slope = (family.inverse(eta + step) - family.inverse(eta - step)) / (2 * step)
    np.testing.assert_allclose(family.slope(eta), slope, rtol=1e-6)


@pytest.mark.parametrize(("model", "link"), EACH)
def test_where_r_stops_is_near_the_solution(model, link):
    # own rounds of least squares against statsmodels' solution: nothing of one in the other
    asked = {"outcome": OUTCOMES[model], "predictors": ["province", "sex"], "model": model, "link": link}
    exact, ended = (
        fit_model(people(), CLUSTERED, **asked, information=information) for information in ("exact", "last_round")
    )
    for column in ("estimate", "standard_error"):
        np.testing.assert_allclose(ended.coefficients[column], exact.coefficients[column], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("model", list(LINKS))
def test_scale_of_weights_does_not_matter_to_deviance_and_dispersion(model):
    asked = {"outcome": OUTCOMES[model], "predictors": ["sex", "speed"], "model": model}
    one = fit_model(people(), CLUSTERED, **asked).fit
    other = fit_model(people().with_columns(pl.col("w") * 40), CLUSTERED, **asked).fit
    for column in ("deviance", "null_deviance", "explained", "dispersion"):
        assert one[column].item() == pytest.approx(other[column].item(), rel=1e-9)


def test_outcomes_a_family_has_no_room_for_are_counted():
    waits = people().with_columns(minutes=pl.when(pl.col("speed") > 2).then("minutes").otherwise(0.0))
    zeros = waits.filter(pl.col("minutes") == 0).height
    with pytest.raises(EstimateError, match=f"outcome: {zeros} of 240 values are 0"):
        fit_model(waits, CLUSTERED, outcome="minutes", predictors=["sex"], model="gamma")
    with pytest.raises(EstimateError, match="Links of gamma: log, inverse, identity"):
        fit_model(waits, CLUSTERED, outcome="minutes", predictors=["sex"], model="gamma", link="logit")
