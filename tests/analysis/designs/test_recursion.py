"""The variance of several stages as a recursion from unit to unit, against every way the public functions go."""

import math
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
import pytest

from analysis.design import Stage, SurveyDesign
from analysis.designs.replicate import make_replicates, reweight_replicates
from analysis.designs.weights import weigh_stages
from analysis.errors import DesignError
from analysis.estimation.calibrated import (
    estimate_calibrated_means,
    estimate_calibrated_ratios,
    estimate_calibrated_totals,
)
from analysis.estimation.estimate import estimate_means, estimate_ratios, estimate_totals
from analysis.weighting.calibrate import calibrate
from analysis.weighting.post_stratify import post_stratify


@dataclass(frozen=True)
class Level:
    """One stage: labels of units and strata, and the fraction of each row's unit (0: with replacement)."""

    unit: np.ndarray
    stratum: np.ndarray
    fraction: np.ndarray


def recursive_variance(t, levels):
    """v = Σ_strata n/(n−1)·Σ(1−f)(t−t̄)² + Σ_units f·v(the stages below), lonely strata adding nothing."""
    here, below = levels[0], levels[1:]
    variance = 0.0
    for stratum in np.unique(here.stratum):
        rows = here.stratum == stratum
        units = np.unique(here.unit[rows])
        totals = np.array([t[rows & (here.unit == unit)].sum() for unit in units])
        fractions = np.array([here.fraction[rows & (here.unit == unit)][0] for unit in units])
        n = len(units)
        if n > 1:
            variance += n / (n - 1) * ((1 - fractions) * (totals - totals.mean()) ** 2).sum()
        for unit, fraction in zip(units, fractions, strict=True):
            inside = rows & (here.unit == unit)
            if below and fraction > 0:
                parts = [Level(each.unit[inside], each.stratum[inside], each.fraction[inside]) for each in below]
                variance += fraction * recursive_variance(t[inside], parts)
    return variance


def made(seed, *, pps=False):
    """Districts in regions, communes in districts, people in communes; region 2 is taken whole."""
    rng = np.random.default_rng(seed)
    rows = []
    for region in range(3):
        districts = 3 + region
        for d in range(districts):
            communes = int(rng.integers(1, 4))
            chance = 1.0 if region == 2 else float(rng.uniform(0.2, 0.9))
            for c in range(communes):
                people = int(rng.integers(2, 6))
                rows += [
                    {
                        "region": region,
                        "district": d,  # the same labels in every region
                        "commune": c,
                        "pi": chance,
                        "N1": districts if region == 2 else districts * 4,
                        "N2": communes + int(d % 2) * 3,
                        "N3": people * 5,
                    }
                    for _ in range(people)
                ]
    frame = pl.DataFrame(rows)
    n = frame.height
    x = rng.gamma(4, 2, n)
    return frame.with_columns(
        pl.col("N2").first().over("region", "district"),
        pl.col("N3").first().over("region", "district", "commune"),
        x=pl.Series(x),
        y=pl.Series(2 * x + rng.normal(0, 2, n) + frame["district"].to_numpy()),
        sex=pl.Series(rng.choice(["f", "m"], n)),
        age=pl.Series(rng.choice(["young", "old"], n)),
    )


def designed(frame, *, pps):
    stages = (Stage("commune", population="N2"), Stage(population="N3"))
    first = {"probability": "pi"} if pps else {"population": "N1"}
    design = SurveyDesign("w", stratum="region", cluster="district", stages=stages, lonely="certainty", **first)
    return frame.with_columns(weigh_stages(frame, design)), design


def levels_of(frame, *, pps):
    region, district, commune = (frame[c].to_numpy() for c in ("region", "district", "commune"))
    psu, ssu = region * 100 + district, (region * 100 + district) * 100 + commune
    person = np.arange(frame.height)
    first = frame["pi"].to_numpy() if pps else np.zeros(frame.height)
    if not pps:
        for each in np.unique(region):
            here = region == each
            first[here] = len(np.unique(psu[here])) / frame["N1"].to_numpy()[here]
    second, third = np.zeros(frame.height), np.zeros(frame.height)
    for each in np.unique(psu):
        second[psu == each] = len(np.unique(ssu[psu == each])) / frame["N2"].to_numpy()[psu == each]
    for each in np.unique(ssu):
        third[ssu == each] = (ssu == each).sum() / frame["N3"].to_numpy()[ssu == each]
    return [Level(psu, region, first), Level(ssu, psu, second), Level(person, ssu, third)]


@pytest.mark.parametrize("pps", [False, True], ids=["populations", "pps at stage 1"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_three_stages_in_strata_are_the_recursion(seed, pps):
    frame, design = designed(made(seed), pps=pps)
    levels, w, y, x = levels_of(frame, pps=pps), *(frame[c].to_numpy() for c in ("w", "y", "x"))
    total = estimate_totals(frame, design, values=["y"])["standard_error"].item()
    assert total**2 == pytest.approx(recursive_variance(w * y, levels), rel=1e-10)
    for by in ([], ["sex"]):
        for row in estimate_means(frame, design, values=["y"], by=by).iter_rows(named=True):
            here = np.ones(len(w), bool) if not by else (frame["sex"] == row["sex"]).to_numpy()
            z = np.where(here, w * (y - row["estimate"]) / w[here].sum(), 0.0)
            assert row["standard_error"] ** 2 == pytest.approx(recursive_variance(z, levels), rel=1e-10)
        for row in estimate_ratios(frame, design, ratios={"r": ("y", "x")}, by=by).iter_rows(named=True):
            here = np.ones(len(w), bool) if not by else (frame["sex"] == row["sex"]).to_numpy()
            z = np.where(here, w * (y - row["estimate"] * x) / (w[here] @ x[here]), 0.0)
            assert row["standard_error"] ** 2 == pytest.approx(recursive_variance(z, levels), rel=1e-10)


CHOICES = [
    pytest.param({}, id="linear"),
    pytest.param({"distance": "raking"}, id="raking"),
    pytest.param({"distance": "logit", "bounds": (0.3, 3)}, id="logit"),
    pytest.param({"distance": "sinh"}, id="sinh"),
    pytest.param({"bounds": (0.7, 1.5)}, id="linear bounded"),
    pytest.param({"distance": "raking", "bounds": (0.7, 1.5)}, id="raking bounded"),
]


@pytest.mark.parametrize("choices", CHOICES)
@pytest.mark.parametrize("pps", [False, True], ids=["populations", "pps at stage 1"])
def test_calibration_to_factors_and_numbers_in_three_stages_is_the_recursion_of_residuals(choices, pps):
    frame, design = designed(made(4), pps=pps)
    people = float(frame["w"].sum())
    of_sex = frame.group_by("sex").agg(pl.col("w").sum()).sort("sex")["w"] / people
    counts = {"sex": {"f": people * (0.9 * of_sex[0] + 0.05), "m": people * (0.9 * of_sex[1] + 0.05)}}
    total = 1.04 * float((frame["w"] * frame["x"]).sum())
    met = calibrate(frame, weight="w", counts=counts, totals={"x": total}, tolerance=1e-12, **choices)
    design = replace(design, weight="weight_calibrated")
    levels, d, g, y, x = (
        levels_of(frame, pps=pps),
        *(met.frame[c].to_numpy() for c in ("w", "weight_calibrated", "y", "x")),
    )
    sides = np.column_stack([frame["sex"] == "f", frame["sex"] == "m", x]).astype(float)

    def expected(z):
        slope = np.linalg.solve((sides.T * d) @ sides, (sides.T * d) @ z)
        return pytest.approx(math.sqrt(recursive_variance(g * (z - sides @ slope), levels)), rel=1e-7)

    found = estimate_calibrated_totals(met.frame, design, met.calibration, values=["y"])
    assert found["standard_error"].item() == expected(y)
    by = estimate_calibrated_means(met.frame, design, met.calibration, values=["y"], by=["age"])
    for age, mean, error in by.select("age", "estimate", "standard_error").rows():
        here = (frame["age"] == age).to_numpy()
        assert error == expected(np.where(here, (y - mean) / g[here].sum(), 0.0))
    ratio = estimate_calibrated_ratios(met.frame, design, met.calibration, ratios={"r": ("y", "x")}, by=["age"])
    for age, r, error in ratio.select("age", "estimate", "standard_error").rows():
        here = (frame["age"] == age).to_numpy()
        assert error == expected(np.where(here, (y - r * x) / (g[here] @ x[here]), 0.0))


def test_partly_filled_post_strata_of_clusters_leave_out_what_nobody_is_in():
    # R's postStratify(partial = TRUE)
    frame, design = designed(made(5), pps=False)
    counts = {("f", "young"): 400.0, ("f", "old"): 500.0, ("m", "young"): 450.0, ("m", "old"): 350.0}
    kept = frame.with_columns(
        age=pl.when((pl.col("sex") == "m") & (pl.col("age") == "young")).then(pl.lit("old")).otherwise("age")
    )
    met = post_stratify(kept, weight="w", by=["sex", "age"], counts=counts, partial=True)
    assert met.weights.sum() == pytest.approx(1250)  # without the 450 nobody answered for
    found = estimate_calibrated_means(
        met.frame, replace(design, weight="weight_calibrated"), met.calibration, values=["y"]
    )
    d, g, y = (met.frame[c].to_numpy() for c in ("w", "weight_calibrated", "y"))
    z = (y - g @ y / g.sum()) / g.sum()
    cell = (kept["sex"] + kept["age"]).to_numpy()
    for each in np.unique(cell):
        here = cell == each
        z[here] -= d[here] @ z[here] / d[here].sum()
    expected = recursive_variance(g * z, levels_of(frame, pps=False))
    assert found["standard_error"].item() ** 2 == pytest.approx(expected, rel=1e-9)


def test_replicates_may_be_negative_where_that_is_said():
    # linear calibration of a jackknife in three districts: some replicates give somebody a weight below 0
    rng = np.random.default_rng(3)
    x = rng.gamma(1, 4, 30)
    sample = pl.DataFrame({"c": np.arange(30) // 5, "w": 10.0, "x": x, "y": x + rng.normal(0, 1, 30)})
    frame, design = make_replicates(sample, SurveyDesign("w", cluster="c"), kind="JK1")
    known = {"population": 300.0, "totals": {"x": 0.75 * 10 * float(x.sum())}, "allow_negative": True}
    again = reweight_replicates(frame, design, lambda rows, c: calibrate(rows, weight=c, **known).weights)
    assert design.replicates is not None
    columns = design.replicates.columns
    assert again.select(pl.col(columns).min()).min_horizontal().item() < 0 <= again["w"].min()
    with pytest.raises(DesignError, match="may_be_negative=True"):
        estimate_means(again, design, values=["y"])
    said = replace(design, replicates=replace(design.replicates, may_be_negative=True))
    theta = np.array([again[c].to_numpy() @ sample["y"].to_numpy() / again[c].sum() for c in columns])
    found = estimate_means(again, said, values=["y"])["standard_error"].item()
    assert found**2 == pytest.approx(5 / 6 * ((theta - theta.mean()) ** 2).sum())
    with pytest.raises(DesignError, match=r"'replicate_2' \(weight\): 30 of 30 rows are null"):
        estimate_means(again.with_columns(replicate_2=pl.lit(None, pl.Float64)), said, values=["y"])


def test_jackknife_replicates_calibrated_one_by_one_spread_as_they_must():
    # calibrate() of as.svrepdesign(): every replicate meets the totals
    frame = designed(made(6), pps=False)[0]
    plain = SurveyDesign("w", stratum="region", cluster="district")
    replicated, jackknife = make_replicates(frame, plain, kind="JKn")
    total = 1.05 * float((frame["w"] * frame["x"]).sum())
    known = {"population": float(frame["w"].sum()), "totals": {"x": total}, "distance": "raking"}
    again = reweight_replicates(
        replicated, jackknife, lambda rows, c: calibrate(rows, weight=c, tolerance=1e-12, **known).weights
    )
    assert jackknife.replicates is not None
    theta, scale = [], jackknife.replicates.multipliers
    for column in jackknife.replicates.columns:
        w = again[column].to_numpy()
        assert w @ frame["x"].to_numpy() == pytest.approx(total)
        theta.append(w @ frame["y"].to_numpy() / w.sum())
    variance = sum(c * (each - np.mean(theta)) ** 2 for c, each in zip(scale, theta, strict=True))
    found = estimate_means(again, jackknife, values=["y"])["standard_error"].item()
    assert found**2 == pytest.approx(variance, rel=1e-10)
