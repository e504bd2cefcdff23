"""What users of R survey ask for by options, said in our words, with the closed form it must give."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from analysis.design import SurveyDesign
from analysis.designs.replicate import make_replicates
from analysis.estimation.calibrated import estimate_calibrated_means, estimate_calibrated_totals
from analysis.estimation.calibrated_quantiles import estimate_calibrated_quantiles
from analysis.estimation.estimate import estimate_means, estimate_ratios, estimate_totals
from analysis.estimation.quantiles import estimate_quantiles
from analysis.replicates import Replicates
from analysis.sampling.joint import joint_probabilities
from analysis.weighting.calibrate import calibrate
from analysis.weighting.post_stratify import post_stratify
from tests.analysis.test_calibrated_replicates import made

CLUSTERED = SurveyDesign("w", stratum="stratum", cluster="psu")


def test_a_jackknife_with_fpc_has_the_linearised_variance_of_a_total():
    # as.svrepdesign(type = "JKn") of a design with fpc
    design = replace(CLUSTERED, population="population")
    frame, replicated = make_replicates(made(1), design, kind="JKn")
    for by in ([], ["area"]):
        jackknife = estimate_totals(frame, replicated, values=["y"], by=by)
        linearised = estimate_totals(frame, design, values=["y"], by=by)
        np.testing.assert_allclose(jackknife["standard_error"], linearised["standard_error"], rtol=1e-10)
        assert jackknife["df"].to_list() == linearised["df"].to_list()


@pytest.mark.parametrize("rho", [0.1, 0.3, 0.5, 0.7])
def test_fays_rho_does_not_change_the_variance_of_a_total(rho: float):
    # svrepdesign(type = "Fay", rho = )
    sample = made(2, strata=7, psus=2, people=4)
    frame, fay = make_replicates(sample, CLUSTERED, kind="Fay", fay=rho)
    expected = estimate_totals(sample, CLUSTERED, values=["y"])["standard_error"].item()
    assert estimate_totals(frame, fay, values=["y"])["standard_error"].item() == pytest.approx(expected, rel=1e-10)


def test_successive_differences_are_replicates_of_another_kind_with_their_scale():
    # svrepdesign(type = "successive-difference"): scale 4/R, here 4/4. 1.5·10 + 0.5·4 = 17, 0.5·10 + 1.5·4 = 11,
    # the total 14: v = 1·(9 + 9 + 9 + 9)
    frame = pl.DataFrame({"w": [1.0, 1.0], "y": [10.0, 4.0]}).with_columns(
        r1=pl.Series([1.5, 0.5]), r2=pl.Series([0.5, 1.5]), r3=pl.Series([1.5, 0.5]), r4=pl.Series([0.5, 1.5])
    )
    replicates = Replicates(
        ("r1", "r2", "r3", "r4"), "other", scale=4 / 4, are_factors=True, centre="estimate", df=1
    )
    found = estimate_totals(frame, SurveyDesign("w", replicates=replicates), values=["y"])
    assert found["standard_error"].item() == pytest.approx(6.0)


def test_weights_alike_within_clusters_come_from_cluster_means():
    # calibrate(aggregate.stage = 1): auxiliaries are averaged in the cluster before
    sample = made(3).with_columns(one=pl.lit(1.0), w=pl.col("w").first().over("psu"))
    mean = sample.with_columns(pl.col("x").mean().over("psu").alias("mean_x"))
    total, people = 10.2 * float(sample["w"].sum()), float(sample["w"].sum())
    met = calibrate(mean, weight="w", totals={"mean_x": total}, population=people, distance="raking")
    factors = met.frame.with_columns(g=pl.col("weight_calibrated") / pl.col("w")).group_by("psu")
    spread = factors.agg((pl.col("g").max() - pl.col("g").min()).alias("spread"))["spread"]
    assert spread.max() < 1e-12
    assert float((met.weights * sample["x"]).sum()) == pytest.approx(total)
    design = replace(CLUSTERED, weight="weight_calibrated")
    known = estimate_calibrated_totals(met.frame, design, met.calibration, values=["x"])
    assert known["standard_error"].item() == pytest.approx(0.0, abs=1e-6)  # fixed, cluster by cluster


def test_a_ratio_by_domain_is_the_ratio_of_the_totals_there():
    # svyby(~y, ~area, denominator = ~x, svyratio)
    sample = made(4)
    ratio = estimate_ratios(sample, CLUSTERED, ratios={"r": ("y", "x")}, by=["area"])
    totals = {name: estimate_totals(sample, CLUSTERED, values=[name], by=["area"]) for name in ("y", "x")}
    np.testing.assert_allclose(ratio["estimate"], totals["y"]["estimate"] / totals["x"]["estimate"])
    # the total of y − R·x, over X̂, has the standard error of the ratio
    for area, r, error in ratio.select("area", "estimate", "standard_error").rows():
        left = sample.with_columns(e=pl.col("y") - r * pl.col("x"))
        total = estimate_totals(left, CLUSTERED, values=["e"], where=pl.col("area") == area)
        x = totals["x"].filter(area=area)["estimate"].item()
        assert error == pytest.approx(total["standard_error"].item() / x, rel=1e-10)


def test_simple_random_sampling_has_a_design_effect_of_one_on_its_own_reference():
    # svytotal(deff = TRUE) and deff = "replace"
    sample = pl.DataFrame({"y": [3.0, 7.0, 8.0, 1.0, 4.0], "w": [20.0] * 5, "N": [100] * 5})
    drawn = SurveyDesign("w", population="N")
    for estimate in (estimate_means, estimate_totals):
        finite = estimate(sample, drawn, values=["y"], design_effect="finite")
        replaced = estimate(sample, drawn, values=["y"], design_effect="replace")
        assert finite["design_effect"].item() == pytest.approx(1.0)
        assert replaced["design_effect"].item() == pytest.approx(0.95)


def test_post_stratification_of_a_clustered_sample_is_the_variance_of_its_residuals():
    # postStratify of a cluster sample: e = y − mean of the post-stratum by the start weights
    sample = made(5)
    counts = {"a": 300.0, "b": 450.0, "c": 400.0}
    met = post_stratify(sample, weight="w", by="area", counts=counts)
    found = estimate_calibrated_totals(
        met.frame, replace(CLUSTERED, weight="weight_calibrated"), met.calibration, values=["y"]
    )
    centre = (pl.col("y") * pl.col("w")).sum().over("area") / pl.col("w").sum().over("area")
    residuals = met.frame.with_columns(e=pl.col("y") - centre)
    expected = estimate_totals(residuals, replace(CLUSTERED, weight="weight_calibrated"), values=["e"])
    assert found["standard_error"].item() == pytest.approx(expected["standard_error"].item(), rel=1e-10)


@pytest.mark.parametrize("interval", ["t", "beta", "logit", "asin", "wilson"])
def test_quantiles_of_a_calibrated_sample_invert_its_shares(interval: str):
    sample = made(6)
    met = post_stratify(sample, weight="w", by="area", counts={"a": 300.0, "b": 450.0, "c": 400.0})
    design = replace(CLUSTERED, weight="weight_calibrated")
    asked = {"values": ["y"], "quantiles": [0.25, 0.5], "interval": interval}
    found = estimate_calibrated_quantiles(met.frame, design, met.calibration, **asked)
    naive = estimate_calibrated_quantiles(met.frame, design, met.calibration, variance="naive", **asked)
    plain = estimate_quantiles(met.frame, design, **asked)
    assert naive.equals(plain)
    assert found["estimate"].equals(plain["estimate"])
    # The share at or below the estimate, with its own interval, is what was turned into values.
    for row in found.iter_rows(named=True):
        below = met.frame.with_columns(below=(pl.col("y") <= row["estimate"]).cast(pl.Float64))
        share = estimate_calibrated_means(below, design, met.calibration, values=["below"]).row(0, named=True)
        assert row["n_effective"] == pytest.approx(share["n_effective"], rel=1e-10)
        if interval == "t":
            values = met.frame.sort("y").with_columns(s=pl.col("weight_calibrated").cum_sum() / 1150.0)
            for end in ("low", "high"):
                assert row[end] == values.filter(pl.col("s") >= share[end] - 1e-12)["y"][0]


@pytest.mark.parametrize("pps", ["horvitz_thompson", "yates_grundy", "poisson"])
def test_calibration_of_a_sample_with_joint_probabilities_varies_by_its_residuals(pps: str):
    # calibev(with = FALSE) of the R package sampling: ΣΣ (π_kl − π_kπ_l)/π_kl·(w_k·e_k)(w_l·e_l), e with q = 1/x
    chance = np.array([0.3, 0.6, 0.5, 0.8, 0.4, 0.4])
    both = joint_probabilities(chance, "sampford")
    taken = np.array([0, 2, 3])
    pi = chance[taken]
    joint = np.diag(pi) + np.outer(pi, pi) * (1 - np.eye(3)) if pps == "poisson" else both[np.ix_(taken, taken)]
    sample = pl.DataFrame({"pi": pi, "w": 1 / pi, "x": [2.0, 3.0, 5.0], "y": [7.0, 8.0, 16.0]})
    met = calibrate(sample, weight="w", totals={"x": 22.0}, variance="x")
    named = {} if pps == "poisson" else {"joint": "joint"}
    frame = met.frame.with_columns(joint=pl.Series(joint.tolist()))
    design = SurveyDesign("weight_calibrated", probability="pi", pps=pps, **named)
    found = estimate_calibrated_totals(frame, design, met.calibration, values=["y"])["standard_error"].item()
    w, x, y = (sample[c].to_numpy() for c in ("w", "x", "y"))
    e = met.weights.to_numpy() * (y - x * (w @ y) / (w @ x))
    d = 1 - np.outer(pi, pi) / joint
    np.fill_diagonal(d, 1 - pi)
    expected = e @ d @ e - (pps == "yates_grundy") * (e**2 * d.sum(axis=1)).sum()
    assert found**2 == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("centre", ["mean", "estimate"])
@pytest.mark.parametrize("are_factors", [False, True])
def test_replicates_with_their_own_scales_follow_them(centre: str, are_factors: bool):
    # svrepdesign(type = "other", scale = , rscales = , combined.weights = ): the mean is of those with rscales > 0
    rng = np.random.default_rng(7)
    y, w, factors = rng.normal(10, 3, 8), rng.uniform(1, 5, 8), rng.uniform(0.5, 1.5, (8, 4))
    given = factors if are_factors else factors * w[:, None]
    frame = pl.DataFrame({"y": y, "w": w, **{f"r{k}": given[:, k] for k in range(4)}})
    parts = (0.5, 0.0, 1.0, 2.0)
    replicates = Replicates(
        ("r0", "r1", "r2", "r3"), "other", scale=0.7, coefficients=parts, are_factors=are_factors, centre=centre
    )
    found = estimate_means(frame, SurveyDesign("w", replicates=replicates), values=["y"])["standard_error"].item()
    theta = (factors * w[:, None]).T @ y / (factors.T @ w)
    middle = theta[[0, 2, 3]].mean() if centre == "mean" else w @ y / w.sum()
    assert found**2 == pytest.approx(0.7 * (np.array(parts) * (theta - middle) ** 2).sum())


def test_a_delete_one_jackknife_with_fpc_has_it_in_its_scale():
    # as.svrepdesign(type = "JK1") of a design with fpc: scale (R − 1)/R·(1 − n/N)
    sample = made(1).with_columns(N=pl.lit(90))
    frame, replicated = make_replicates(sample, SurveyDesign("w", cluster="psu", population="N"), kind="JK1")
    count = sample["psu"].n_unique()
    assert replicated.replicates is not None
    assert replicated.replicates.multipliers == pytest.approx([(count - 1) / count * (1 - count / 90)] * count)
    linearised = estimate_totals(sample, SurveyDesign("w", cluster="psu", population="N"), values=["y"])
    jackknife = estimate_totals(frame, replicated, values=["y"])
    assert jackknife["standard_error"].item() == pytest.approx(linearised["standard_error"].item(), rel=1e-10)
