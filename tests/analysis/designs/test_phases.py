"""Two phases: the textbook's form, joint probabilities, every sample there is, special cases, refusals."""

import math
from dataclasses import replace
from itertools import combinations

import numpy as np
import polars as pl
import pytest

from analysis.comparison.contrasts import estimate_contrasts
from analysis.design import FirstPhase, Stage, SurveyDesign
from analysis.designs.replicate import make_replicates
from analysis.designs.weights import weigh_stages
from analysis.errors import DesignError, EstimateError, WeightError
from analysis.estimation.calibrated import estimate_calibrated_totals
from analysis.estimation.estimate import estimate_means, estimate_proportions, estimate_ratios, estimate_totals
from analysis.estimation.joint import estimate_jointly
from analysis.estimation.quantiles import estimate_quantiles
from analysis.models.generalised import fit_model
from analysis.weighting.calibrate import calibrate

TWO = SurveyDesign(
    "w", stratum="h", population="n_ah", first_phase=FirstPhase("n_g", stratum="g", population="N_g")
)


def made(seed=1, *, groups=2, cut_across=True):
    """People of a second phase: strata h cut across those of the first, g, or lie in them."""
    rng = np.random.default_rng(seed)
    first, population = 60 + 20 * np.arange(groups), 400 + 300 * np.arange(groups)
    g = np.repeat(np.arange(groups), first)
    h = rng.integers(0, 3, len(g)) + (0 if cut_across else 3 * g)
    phase = pl.DataFrame(
        {
            "g": g,
            "h": h,
            "n_g": first[g],
            "N_g": population[g],
            "y": 10 + 3 * h + 2 * g + rng.normal(0, 2, len(g)),
            "x": rng.gamma(4, 2, len(g)),
            "sex": rng.choice(["f", "m"], len(g)),
        }
    ).with_columns(pl.len().over("h").alias("n_ah"))
    taken = phase.with_columns(u=pl.Series(rng.random(len(g))))
    drawn = taken.filter(pl.col("u").rank().over("h") <= 8 + pl.col("h") % 3).drop("u")
    return drawn.with_columns(weigh_stages(drawn, TWO))


def test_the_mean_is_that_of_double_sampling_for_stratification():
    # Cochran (1977) 12.2, Lohr (1999) 12.2: N = 400, n' = 60, w_h = n'_h/n', n_h interviewed
    sample = made(groups=1)
    big, first = 400, 60
    found = estimate_means(sample, TWO, values=["y"]).row(0, named=True)
    y = pl.col("y")
    strata = sample.group_by("h").agg(pl.len().alias("n"), pl.col("n_ah").first(), y.mean(), y.var().alias("s2"))
    share = strata["n_ah"] / first
    mean = (share * strata["y"]).sum()
    part = (strata["n_ah"] - 1) / (first - 1) - (strata["n"] - 1) / (big - 1)
    within = part * share * strata["s2"] / strata["n"]
    between = (share * (strata["y"] - mean) ** 2).sum() / (first - 1) * (1 - first / big)
    assert found["estimate"] == pytest.approx(mean)
    assert found["standard_error"] ** 2 == pytest.approx((big - 1) / big * within.sum() + between, rel=1e-12)
    assert found["df"] == len(sample) - 3
    assert found["method"].startswith("linearised, two phases")


def by_joint_probabilities(sample, z, second=None):
    """ΣΣ Δ_kl/π*_kl·(z_k/π_k)(z_l/π_l) of the first phase + ΣΣ Δ_kl/π_kl·(z_k/π*_k)(z_l/π*_l) of the second.

    ``second``: the values of the second phase, where they are others.
    """
    g, h, first, big, held = (sample[c].to_numpy() for c in ("g", "h", "n_g", "N_g", "n_ah"))
    count = np.bincount(h)[h]
    one, two = first / big, count / held
    both_one = np.where(g[:, None] == g, one * ((first - 1) / (big - 1))[:, None], np.outer(one, one))
    both_two = np.where(h[:, None] == h, two * ((count - 1) / (held - 1))[:, None], np.outer(two, two))
    np.fill_diagonal(both_one, one)
    np.fill_diagonal(both_two, two)
    u, e = z / one, (z if second is None else second) / one / two
    drawn = (both_one - np.outer(one, one)) / (both_one * both_two)
    again = (both_two - np.outer(two, two)) / both_two
    return float(u @ drawn @ u + e @ again @ e)


@pytest.mark.parametrize("cut_across", [True, False])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_variance_is_that_of_the_joint_probabilities(seed, cut_across):
    sample = made(seed, cut_across=cut_across)
    y, x, w = (sample[c].to_numpy() for c in ("y", "x", "w"))
    total = estimate_totals(sample, TWO, values=["y"])["standard_error"].item()
    assert total**2 == pytest.approx(by_joint_probabilities(sample, y), rel=1e-10)
    ratio = estimate_ratios(sample, TWO, ratios={"r": ("y", "x")}).row(0, named=True)
    z = (y - ratio["estimate"] * x) / (w @ x)
    assert ratio["standard_error"] ** 2 == pytest.approx(by_joint_probabilities(sample, z), rel=1e-10)
    for row in estimate_means(sample, TWO, values=["y"], by=["sex"]).iter_rows(named=True):
        here = (sample["sex"] == row["sex"]).to_numpy()
        z = np.where(here, (y - row["estimate"]) / w[here].sum(), 0.0)
        assert row["standard_error"] ** 2 == pytest.approx(by_joint_probabilities(sample, z), rel=1e-10)
    shares = estimate_proportions(sample, TWO, of="sex")
    z = ((sample["sex"] == "f").to_numpy() - shares["estimate"][0]) / w.sum()
    assert shares["standard_error"][0] ** 2 == pytest.approx(by_joint_probabilities(sample, z), rel=1e-10)


def test_differences_between_domains_know_both_phases():
    sample = made()
    joint = estimate_jointly(sample, TWO, values=["y"], by=["sex"])
    found = estimate_contrasts(joint, {"f alone": [1, 0], "f - m": [1, -1]})
    w, y, is_f = (each.to_numpy() for each in (sample["w"], sample["y"], sample["sex"] == "f"))
    alone = estimate_means(sample, TWO, values=["y"], by=["sex"])
    mean = np.where(is_f, *alone["estimate"])
    z = np.where(is_f, 1 / w[is_f].sum(), -1 / w[~is_f].sum()) * (y - mean)
    assert found["standard_error"][0] == pytest.approx(alone["standard_error"][0], rel=1e-10)
    assert found["standard_error"][1] ** 2 == pytest.approx(by_joint_probabilities(sample, z), rel=1e-10)


def test_models_know_both_phases():
    # a regression on the intercept alone is the mean
    sample = made()
    fitted = fit_model(sample, TWO, outcome="y").coefficients
    mean = estimate_means(sample, TWO, values=["y"])
    assert fitted["standard_error"].item() == pytest.approx(mean["standard_error"].item(), rel=1e-9)


def test_over_all_samples_the_variance_is_right():
    # 8 people, 6 drawn first, of each kind 2 of those there are: every pair of samples, with its chance
    y = np.array([1.0, 4.0, 2.0, 8.0, 9.0, 3.0, 7.0, 7.0])
    kind = np.array([0, 0, 0, 0, 1, 1, 1, 1])
    design = replace(TWO, first_phase=FirstPhase("n_g", population="N_g"))
    estimates, variances, chances = [], [], []
    for first in combinations(range(8), 6):
        of_kind = [[k for k in first if kind[k] == each] for each in (0, 1)]
        pairs = [list(combinations(each, 2)) for each in of_kind]
        for one in pairs[0]:
            for other in pairs[1]:
                rows = [*one, *other]
                held = np.array([len(of_kind[kind[k]]) for k in rows])
                frame = pl.DataFrame({"y": y[rows], "h": kind[rows], "n_ah": held, "n_g": 6, "N_g": 8})
                frame = frame.with_columns(w=pl.Series(8 / 6 * held / 2))
                row = estimate_totals(frame, design, values=["y"])
                estimates.append(row["estimate"].item())
                variances.append(row["standard_error"].item() ** 2)
                chances.append(1 / 28 / len(pairs[0]) / len(pairs[1]))
    chance, estimate = np.array(chances), np.array(estimates)
    assert chance.sum() == pytest.approx(1)
    mean = chance @ estimate
    assert mean == pytest.approx(y.sum())
    assert chance @ np.array(variances) == pytest.approx(chance @ (estimate - mean) ** 2)


def test_a_second_phase_that_takes_all_is_the_first_phase_alone():
    sample = made(groups=1).with_columns(h=pl.lit(0), n_ah=pl.len(), n_g=pl.len(), w=400 / pl.len())
    found = estimate_means(sample, TWO, values=["y"], by=["sex"])
    alone = estimate_means(sample, SurveyDesign("w", population="N_g"), values=["y"], by=["sex"])
    np.testing.assert_allclose(found["standard_error"], alone["standard_error"], rtol=1e-10)


def test_a_first_phase_that_takes_all_is_the_second_alone():
    sample = made().with_columns(N_g=pl.col("n_g"))
    found = estimate_means(sample, TWO, values=["y"], by=["sex"])
    alone = estimate_means(sample, SurveyDesign("w", stratum="h", population="n_ah"), values=["y"], by=["sex"])
    np.testing.assert_allclose(found["standard_error"], alone["standard_error"], rtol=1e-10)
    # its variance is larger, where the first phase was drawn, by what the first adds
    assert (estimate_means(made(), TWO, values=["y"])["standard_error"] > 0).all()


def test_order_and_scale_change_nothing():
    sample = made()
    expected = estimate_means(sample, TWO, values=["y"], by=["sex"])
    turned = estimate_means(sample.sample(fraction=1.0, shuffle=True, seed=1), TWO, values=["y"], by=["sex"])
    scaled = estimate_means(sample.with_columns(pl.col("w") * 7), TWO, values=["y"], by=["sex"])
    for found in (turned, scaled):
        np.testing.assert_allclose(found["standard_error"], expected["standard_error"], rtol=1e-10)


def test_calibration_of_two_phases_is_the_variance_of_its_residuals():
    sample = made()
    met = calibrate(sample, weight="w", population=1150.0, totals={"x": 9000.0})
    design = replace(TWO, weight="weight_calibrated")
    found = estimate_calibrated_totals(met.frame, design, met.calibration, values=["y", "x"])
    w, y = sample["w"].to_numpy(), sample["y"].to_numpy()
    sides = np.column_stack([np.ones(len(w)), sample["x"]])
    e = y - sides @ np.linalg.solve((sides.T * w) @ sides, (sides.T * w) @ y)
    expected = by_joint_probabilities(sample, e * met.weights.to_numpy() / w)
    assert found["standard_error"][0] ** 2 == pytest.approx(expected, rel=1e-8)
    assert found["standard_error"][1] == pytest.approx(0, abs=1e-6)


def test_weights_calibrated_to_the_first_phase_vary_by_the_residuals_in_the_second_only():
    sample = made()
    total = 1.03 * float((sample["w"] * sample["x"]).sum())
    met = calibrate(sample, weight="w", population=1100.0, totals={"x": total}, totals_of="first_phase")
    design = replace(TWO, weight="weight_calibrated")
    found = estimate_calibrated_totals(met.frame, design, met.calibration, values=["y", "x"])
    w, y, g = (met.frame[c].to_numpy() for c in ("w", "y", "weight_calibrated"))
    sides = np.column_stack([np.ones(len(w)), sample["x"]])
    e = y - sides @ np.linalg.solve((sides.T * w) @ sides, (sides.T * w) @ y)
    expected = by_joint_probabilities(sample, y * g / w, e * g / w)
    assert found["standard_error"][0] ** 2 == pytest.approx(expected, rel=1e-9)
    assert found["standard_error"][1] > 0  # the total of x is an estimate of the first phase
    joint = {"values": ["y"], "by": ["sex"], "calibration": met.calibration}
    with pytest.raises(WeightError, match="neither contrasts and models"):
        estimate_jointly(met.frame, design, **joint)
    with pytest.raises(EstimateError, match="the design names none"):
        estimate_calibrated_totals(met.frame, replace(design, first_phase=None), met.calibration, values=["y"])
    with pytest.raises(WeightError, match="totals_of is 'census', known: population, first_phase"):
        calibrate(sample, weight="w", population=1100.0, totals_of="census")


def test_weights_are_the_product_of_both_phases():
    sample = made().with_columns(pl.len().over("h").alias("n_h"))
    expected = sample["N_g"] / sample["n_g"] * sample["n_ah"] / sample["n_h"]
    np.testing.assert_allclose(weigh_stages(sample, TWO), expected, rtol=1e-12)


def test_quantiles_take_two_phases():
    found = estimate_quantiles(made(), TWO, values=["y"]).row(0, named=True)
    assert found["low"] < found["estimate"] < found["high"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(
            {"n_g": pl.lit(None, pl.Int64)}, "'n_g' .first phase.: 27 of 27 rows are not above 0", id="null"
        ),
        pytest.param({"g": pl.lit(None, pl.Int64)}, "'g' .first phase.: 27 of 27 rows are", id="no stratum"),
        pytest.param({"n_g": pl.col("sex")}, "'n_g' .first phase. is String, not numeric", id="text"),
        pytest.param({"n_g": pl.col("n_g") + pl.int_range(pl.len())}, "strata have more than one", id="varies"),
        pytest.param({"N_g": pl.lit(9)}, "'N_g': 2 strata are smaller than their first phase", id="small"),
        pytest.param(
            {"n_ah": pl.col("n_ah") + 1}, r"hold 143 of the 140 of the first phase", id="phases do not agree"
        ),
    ],
)
def test_columns_that_cannot_be_are_refused_with_their_rows(change, said):
    with pytest.raises(DesignError, match=said):
        estimate_means(made().with_columns(**change), TWO, values=["y"])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param({"population": None}, "first_phase needs population", id="no population"),
        pytest.param({"cluster": "c"}, "first_phase knows strata of people only", id="clusters"),
        pytest.param({"stages": (Stage(),)}, "first_phase knows strata of people only", id="stages"),
        pytest.param({"lonely": "collapse"}, "first_phase knows strata of people only", id="collapse"),
    ],
)
def test_designs_beyond_people_in_strata_are_refused(change, said):
    with pytest.raises(ValueError, match=said):
        replace(TWO, **change)


def test_replicates_of_two_phases_are_refused():
    with pytest.raises(DesignError, match="would not know that the first was drawn"):
        make_replicates(made(), TWO, kind="JKn")


def test_what_the_first_phase_adds_is_told_by_repetition():
    # 300 double samples of 30 from 120 from 900 people, the second by a guess of y: stated over true error
    rng = np.random.default_rng(20261130)
    guess = rng.integers(0, 3, 900)
    y = 10 * guess + rng.normal(0, 4, 900)
    design = replace(TWO, first_phase=FirstPhase("n_g", population="N_g"))
    alone = SurveyDesign("w", stratum="h", population="n_ah")
    estimates, both, one = [], [], []
    for _ in range(300):
        first = rng.choice(900, 120, replace=False)
        rows = np.concatenate([rng.permutation(first[guess[first] == h])[:10] for h in range(3)])
        held = np.bincount(guess[first])[guess[rows]]
        frame = pl.DataFrame({"y": y[rows], "h": guess[rows], "n_ah": held, "n_g": 120, "N_g": 900})
        frame = frame.with_columns(w=pl.Series(900 / 120 * held / 10))
        row = estimate_means(frame, design, values=["y"])
        estimates.append(row["estimate"].item())
        both.append(row["standard_error"].item())
        one.append(estimate_means(frame, alone, values=["y"])["standard_error"].item())
    spread = float(np.std(estimates))
    assert 0.9 < math.sqrt(np.mean(np.square(both))) / spread < 1.1
    assert math.sqrt(np.mean(np.square(one))) / spread < 0.75


@pytest.mark.long
def test_calibration_to_the_first_phase_states_what_repetition_shows():
    # 300 double samples of 40 from 160 from 900; y follows x, which is known of the 160: stated over true error
    rng = np.random.default_rng(20261130)
    x = rng.gamma(4, 2, 900)
    y = 3 * x + rng.normal(0, 3, 900)
    design = SurveyDesign("weight_calibrated", population="n_ah", first_phase=FirstPhase("n_ah", population="N_g"))
    estimates, errors = [], {"first_phase": [], "population": []}
    for _ in range(300):
        first = rng.choice(900, 160, replace=False)
        rows = first[:40]
        frame = pl.DataFrame({"y": y[rows], "x": x[rows], "n_ah": 160, "N_g": 900, "w": 900 / 40})
        known = {"population": 900.0, "totals": {"x": float(x[first].sum() * 900 / 160)}}
        for source, stated in errors.items():
            met = calibrate(frame, weight="w", **known, totals_of=source, allow_negative=True)
            row = estimate_calibrated_totals(met.frame, design, met.calibration, values=["y"])
            stated.append(row["standard_error"].item())
        estimates.append(row["estimate"].item())
    spread = float(np.std(estimates))
    root = {source: math.sqrt(np.mean(np.square(stated))) / spread for source, stated in errors.items()}
    assert 0.9 < root["first_phase"] < 1.1
    assert root["population"] < 0.8
