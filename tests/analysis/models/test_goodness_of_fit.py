"""Shares against known ones: the t test of two levels, the formula by another covariance, chances under H0."""

import numpy as np
import polars as pl
import pytest
from scipy import stats

from analysis.design import SurveyDesign
from analysis.designs.replicate import make_replicates
from analysis.errors import EstimateError
from analysis.estimation.joint import estimate_jointly
from analysis.models.goodness_of_fit import goodness_of_fit_test
from analysis.models.t_test import t_test
from analysis.weighting.calibrate import calibrate
from tests.analysis.models.make_people import make_people

CLUSTERED = SurveyDesign("w", stratum="province", cluster="commune")
KNOWN = {1: 0.1, 2: 0.2, 3: 0.35, 4: 0.25, 5: 0.1}


def test_of_two_levels_it_is_the_t_test_of_a_share():
    people = make_people()
    found = goodness_of_fit_test(people, CLUSTERED, of="sex", shares={"f": 30, "m": 20}).row(0, named=True)
    share = t_test(people, CLUSTERED, value=pl.col("sex") == "f", null=0.6, df=27).row(0, named=True)
    assert found["statistic"] == pytest.approx(share["statistic"] ** 2, rel=1e-9)
    assert found["p_value"] == pytest.approx(share["p_value"], rel=1e-9)
    assert (found["df_numerator"], found["df"]) == pytest.approx((1, 27))


@pytest.mark.parametrize("kind", ["linearised", "replicates"])
def test_the_formula_by_the_covariance_of_means_gives_the_same(kind):
    people, design = make_people(), CLUSTERED
    if kind == "replicates":
        people, design = make_replicates(people, CLUSTERED, kind="JKn")
    p = np.array(list(KNOWN.values()))
    marked = people.with_columns((pl.col("overall") == level).cast(float).alias(f"is{level}") for level in KNOWN)
    joint = estimate_jointly(marked, design, values=[f"is{level}" for level in KNOWN])
    found = joint.estimates["estimate"].to_numpy()
    pearson = 120 * ((found - p) ** 2 / p).sum()
    effects = np.sort(np.linalg.eigvals(120 * np.diag(1 / p) @ joint.covariance).real)[1:]  # one is 0
    freedom = effects.sum() ** 2 / (effects**2).sum()
    row = goodness_of_fit_test(people, design, of="overall", shares=KNOWN).row(0, named=True)
    assert row["pearson"] == pytest.approx(pearson, rel=1e-10)
    assert row["design_effect"] == pytest.approx(effects.mean(), rel=1e-8)
    assert row["statistic"] == pytest.approx(pearson / effects.sum(), rel=1e-8)
    assert row["p_value"] == pytest.approx(stats.f.sf(pearson / effects.sum(), freedom, freedom * 27), rel=1e-7)
    once = goodness_of_fit_test(people, design, of="overall", shares=KNOWN, statistic="chi_square")[
        "p_value"
    ].item()
    assert once == pytest.approx(stats.chi2.sf(pearson / effects.mean(), 4), rel=1e-8)


def test_counts_order_and_scale_of_weights_do_not_matter():
    one = goodness_of_fit_test(make_people(), CLUSTERED, of="overall", shares=KNOWN, statistic="exact")
    turned = {level: 7000 * share for level, share in reversed(KNOWN.items())}
    scaled = make_people().with_columns(pl.col("w") * 31)
    other = goodness_of_fit_test(scaled, CLUSTERED, of="overall", shares=turned, statistic="exact")
    assert one["p_value"].item() == pytest.approx(other["p_value"].item(), rel=1e-8)


def test_true_shares_are_rejected_as_often_as_promised():
    # 400 samples of 25 clusters of 6 who are alike, seed 20261130: 3 standard errors at 10 % are 0.045
    rng = np.random.default_rng(20261130)
    design, commune, p_values = SurveyDesign("w", cluster="commune"), np.repeat(np.arange(25), 6), []
    for _ in range(400):
        mood = rng.normal(scale=0.7, size=25)[commune] + rng.normal(size=150)
        level = np.searchsorted(stats.norm.ppf([0.2, 0.7], scale=np.sqrt(1.49)), mood)
        people = pl.DataFrame({"w": rng.uniform(1, 2, 150), "commune": commune, "level": level})
        found = goodness_of_fit_test(people, design, of="level", shares={0: 0.2, 1: 0.5, 2: 0.3})
        p_values.append(found["p_value"].item())
    assert np.mean(np.array(p_values) < 0.1) == pytest.approx(0.1, abs=0.045)


def test_weights_that_were_made_to_fit_leave_nothing_to_test():
    counts = {"sex": {"f": 130.0, "m": 140.0}}
    met = calibrate(make_people(), weight="w", counts=counts, totals={})
    design = SurveyDesign("weight_calibrated", stratum="province", cluster="commune")
    found = goodness_of_fit_test(met.frame, design, of="sex", shares=counts["sex"], calibration=met.calibration)
    assert found["pearson"].item() == pytest.approx(0, abs=1e-9)
    assert found.select("statistic", "p_value").row(0) == (None, None)


def test_what_cannot_be_compared_is_said():
    shares = {1: 0.5, 2: 0.5, 4: 0.0, 5: 1.0}
    with pytest.raises(
        EstimateError, match=r"(?s)level 3: \d+ of 120 rows, and no known share.*share of 4 is 0.0"
    ):
        goodness_of_fit_test(make_people(), CLUSTERED, of="overall", shares=shares)
    with pytest.raises(EstimateError, match="statistic is 'wald'"):
        goodness_of_fit_test(make_people(), CLUSTERED, of="overall", shares=KNOWN, statistic="wald")
