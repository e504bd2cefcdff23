"""Correlations: slopes of standardised lines, covariances of the estimator, and what must not change them."""

import numpy as np
import polars as pl
import pytest

from analysis.design import SurveyDesign
from analysis.designs.replicate import make_replicates
from analysis.errors import EstimateError
from analysis.estimation.covariances import estimate_covariances
from analysis.models.correlations import estimate_correlations
from analysis.models.reliability import describe_items
from tests.analysis.models.make_people import make_people

CLUSTERED = SurveyDesign("w", stratum="province", cluster="commune")
ASPECTS = ["speed", "staff", "fees"]


@pytest.mark.parametrize("by", [[], ["sex"]])
def test_correlations_are_covariances_over_standard_deviations(by):
    found = estimate_correlations(make_people(), CLUSTERED, values=ASPECTS, by=by)
    spread = estimate_covariances(make_people(), CLUSTERED, values=ASPECTS, by=by)
    of = {(*row[:-1],): row[-1] for row in spread.select(*by, "value", "other", "estimate").rows()}
    for *domain, one, other, r in found.select(*by, "value", "other", "estimate").rows():
        both = of[(*domain, one, other)] / np.sqrt(of[(*domain, one, one)] * of[(*domain, other, other)])
        assert r == pytest.approx(both, rel=1e-10)
    assert found.height == 3 * (1 + len(by))


def test_correlation_with_the_only_other_item_is_that_with_the_rest():
    found = estimate_correlations(make_people(), CLUSTERED, values=["speed", "staff"]).row(0, named=True)
    rest = describe_items(make_people(), CLUSTERED, items=["speed", "staff"]).row(0, named=True)
    for column in ("estimate", "standard_error", "low", "high", "df", "design_effect"):
        assert found[column] == pytest.approx(rest[column], rel=1e-9)
    assert found["method"] == rest["method"]


def test_scale_and_sign_of_a_column_only_turn_the_sign():
    turned = make_people().with_columns(staff=100 - 20 * pl.col("staff"), w=pl.col("w") * 9)
    one = estimate_correlations(make_people(), CLUSTERED, values=["speed", "staff"]).row(0, named=True)
    other = estimate_correlations(turned, CLUSTERED, values=["speed", "staff"]).row(0, named=True)
    assert other["estimate"] == pytest.approx(-one["estimate"])
    assert (other["low"], other["high"]) == pytest.approx((-one["high"], -one["low"]))
    assert other["p_value"] == pytest.approx(one["p_value"])


def test_jackknife_is_near_and_limits_stay_inside():
    made, design = make_replicates(make_people(180), CLUSTERED, kind="JKn")
    linear = estimate_correlations(make_people(180), CLUSTERED, values=ASPECTS)
    jackknife = estimate_correlations(made, design, values=ASPECTS)
    np.testing.assert_allclose(linear["estimate"], jackknife["estimate"], rtol=1e-12)
    np.testing.assert_allclose(linear["standard_error"], jackknife["standard_error"], rtol=0.1)
    assert (linear["high"] < 1).all()


def test_a_sample_of_unrelated_answers_has_five_per_cent_of_small_p():
    # 400 samples of 60 pairs with seed 20261130; binomial: 3 standard errors at 5 % are 0.033
    rng = np.random.default_rng(20261130)
    wide = pl.DataFrame({"w": rng.uniform(1, 2, 24_000), "sample": np.arange(24_000) // 60}).with_columns(
        x=rng.normal(size=24_000), y=rng.normal(size=24_000)
    )
    found = estimate_correlations(wide, SurveyDesign("w", stratum="sample"), values=["x", "y"], by=["sample"])
    assert (found["p_value"] < 0.05).mean() == pytest.approx(0.05, abs=0.033)


def test_domains_without_variation_are_empty_and_tell_why():
    people = make_people().with_columns(
        speed=pl.when(pl.col("province") == "north").then(3).otherwise("speed"),
        staff=pl.when(pl.col("province") != "south").then("staff"),
    )
    found = estimate_correlations(people, CLUSTERED, values=["speed", "staff"], by=["province"])
    assert found["estimate"].is_null().to_list() == [False, True, True]
    assert found["n"].to_list() == [40, 40, 0]
    assert "not a finite number: speed × staff" in found["note"][1]
    assert "no answers" in found["note"][2]
    with pytest.raises(EstimateError, match="figure 'speed × fees' is nan"):
        estimate_correlations(people.with_columns(speed=pl.lit(1)), CLUSTERED, values=["speed", "fees"])
    with pytest.raises(EstimateError, match=r"(?s)'speed' is named twice"):
        estimate_correlations(people, CLUSTERED, values=["speed", "speed"])
