"""Covariances of estimates agree with the variances of every design, and with variances of differences."""

import numpy as np
import polars as pl
import pytest

from analysis.design import Stage, SurveyDesign
from analysis.designs.replicate import make_replicates
from analysis.estimation.calibrated import estimate_calibrated_means
from analysis.estimation.estimate import estimate_means, estimate_ratios, estimate_totals
from analysis.estimation.joint import estimate_jointly
from analysis.weighting.calibrate import calibrate


def draw(seed: int = 5, rows: int = 300) -> pl.DataFrame:
    """Three strata of clusters of households, two items, two keys; some answers are missing."""
    rng = np.random.default_rng(seed)
    cluster = rng.integers(0, 24, rows)
    cluster[:24] = np.arange(24)
    y = np.where(rng.random(rows) < 0.1, np.nan, 50 + 4.0 * (cluster % 5) + rng.normal(0, 9, rows))
    frame = pl.DataFrame(
        {
            "w": rng.uniform(1, 9, rows),
            "h": cluster % 3,
            "c": cluster,
            "house": rng.integers(0, 3, rows),
            "g": rng.choice(["A", "B", "C"], rows),
            "sex": rng.choice(["f", "m"], rows),
            "y": y,
            "x": rng.normal(20, 3, rows),
            "N": 30,
            "M": 7,
            "pi": (0.1 + 0.03 * (cluster % 4)),
        }
    )
    return frame.with_columns(pl.col("y").fill_nan(None))


PLAIN = SurveyDesign("w", stratum="h", cluster="c", population="N")
DESIGNS = {
    "elements": SurveyDesign("w"),
    "clusters": PLAIN,
    "two stages": SurveyDesign(
        "w", stratum="h", cluster="c", population="N", stages=(Stage("house", population="M"),)
    ),
    "pps brewer": SurveyDesign("w", stratum="h", cluster="c", probability="pi"),
    "pps overton": SurveyDesign("w", stratum="h", cluster="c", probability="pi", pps="overton"),
    "pps hartley-rao": SurveyDesign("w", stratum="h", cluster="c", probability="pi", pps="hartley_rao"),
}
STATISTICS = {"mean": estimate_means, "total": estimate_totals}


def make(name: str) -> tuple[pl.DataFrame, SurveyDesign]:
    if name in DESIGNS:
        return draw(), DESIGNS[name]
    return make_replicates(draw(), PLAIN, kind=name, count=40, seed=1)


@pytest.mark.parametrize("statistic", STATISTICS)
@pytest.mark.parametrize("name", [*DESIGNS, "JKn", "bootstrap"])
def test_the_diagonal_is_the_variance_of_every_estimate(name, statistic):
    sample, design = make(name)
    joint = estimate_jointly(sample, design, values=["y", "x"], by=["g"], statistic=statistic)
    alone = STATISTICS[statistic](sample, design, values=["y", "x"], by=["g"])
    for column in ("n", "estimate", "standard_error", "df"):
        np.testing.assert_allclose(joint.estimates[column], alone[column], rtol=1e-9, err_msg=column)
    effects = np.diag(joint.covariance) / np.diag(joint.random_covariance)
    np.testing.assert_allclose(effects, alone["design_effect"], rtol=1e-9)


@pytest.mark.parametrize("name", [*DESIGNS, "JKn", "bootstrap"])
def test_a_difference_of_items_has_the_variance_of_the_item_of_differences(name):
    sample, design = make(name)
    sample = sample.filter(pl.col("y").is_not_null()) if name == "elements" else sample
    both = pl.col("y").is_not_null()
    sample = sample.with_columns(gain=pl.col("y") - pl.col("x"))
    joint = estimate_jointly(sample, design, values=["y", "x"], by=["g"], where=both)
    alone = estimate_means(sample, design, values=["gain"], by=["g"], where=both)
    c = np.kron(np.eye(3), [1.0, -1.0])
    errors = np.sqrt(np.diag(c @ joint.covariance @ c.T))
    np.testing.assert_allclose(errors, alone["standard_error"], rtol=1e-9)


@pytest.mark.parametrize("lonely", ["adjust", "average", "certainty", "collapse"])
def test_lonely_strata_are_treated_as_in_single_estimates(lonely):
    sample = draw().with_columns(h=pl.when(pl.col("c") == 5).then(9).otherwise("h"))
    design = SurveyDesign("w", stratum="h", cluster="c", lonely=lonely)
    for statistic, alone in STATISTICS.items():
        joint = estimate_jointly(sample, design, values=["y", "x"], statistic=statistic)
        expected = alone(sample, design, values=["y", "x"])["standard_error"]
        np.testing.assert_allclose(joint.estimates["standard_error"], expected, rtol=1e-9)


def test_covariances_know_what_a_calibration_fixed():
    met = calibrate(draw(), weight="w", counts={"sex": {"f": 800, "m": 700}})
    design = SurveyDesign("weight_calibrated", stratum="h", cluster="c", population="N")
    joint = estimate_jointly(met.frame, design, values=["y", "x"], by=["g"], calibration=met.calibration)
    alone = estimate_calibrated_means(met.frame, design, met.calibration, values=["y", "x"], by=["g"])
    np.testing.assert_allclose(joint.estimates["standard_error"], alone["standard_error"], rtol=1e-9)
    sexes = estimate_jointly(
        met.frame.with_columns(one=1.0),
        design,
        values=["one"],
        by=["sex"],
        statistic="total",
        calibration=met.calibration,
    )
    assert np.abs(sexes.covariance).max() < 1e-12


def test_ratios_covary_with_means():
    sample, design = draw(), PLAIN
    joint = estimate_jointly(sample, design, values=["x"], ratios={"y/x": ("y", "x")}, by=["g"])
    alone = estimate_ratios(sample, design, ratios={"y/x": ("y", "x")}, by=["g"])
    found = joint.estimates.filter(pl.col("value") == "y/x")["standard_error"]
    np.testing.assert_allclose(found, alone["standard_error"], rtol=1e-9)
    assert joint.covariance[0, 1] != 0


def test_scaling_weights_leaves_covariances():
    one = estimate_jointly(draw(), PLAIN, values=["y"], by=["g"]).covariance
    ten = estimate_jointly(draw().with_columns(pl.col("w") * 10), PLAIN, values=["y"], by=["g"]).covariance
    np.testing.assert_allclose(ten, one, rtol=1e-10)


def test_a_domain_of_one_psu_has_the_error_0_and_not_a_number_near_it():
    people = pl.DataFrame({"w": 1.0, "c": [1] * 6 + [2] * 6 + [3] * 6, "y": [0.0, 1, 1, 1, 0, 1] * 3})
    people = people.with_columns(unit=pl.when(pl.col("c") == 1).then(pl.lit("A")).otherwise(pl.lit("B")))
    joint = estimate_jointly(people, SurveyDesign("w", cluster="c"), values="y", by="unit")
    assert joint.estimates["standard_error"][0] == 0.0
    assert joint.covariance[0].tolist() == [0.0, 0.0]


def test_a_ratio_over_nothing_has_no_figure_and_says_so():
    people = pl.DataFrame({"w": [1.0] * 4, "y": [1.0, 2, 3, 4], "x": [1.0, -1, 1, -1]})
    row = estimate_ratios(people, SurveyDesign("w"), ratios={"r": ("y", "x")}).row(0, named=True)
    assert (row["n"], row["estimate"], row["standard_error"], row["low"]) == (4, None, None, None)
    assert "the denominator adds up to 0" in row["note"]
