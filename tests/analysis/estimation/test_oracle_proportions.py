"""Intervals of shares against R survey 4.5: case p07 (R code in tests/oracles)."""

import math

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from analysis.design import SurveyDesign
from analysis.errors import EstimateError
from analysis.estimation.cubic_spline import interpolate
from analysis.estimation.estimate import estimate_proportions
from analysis.estimation.intervals import INTERVALS, asin_limits, exact_limits, likelihood_limits
from analysis.estimation.proportions_as_r import estimate_proportions_as_r
from tests.analysis.oracle import CLUSTERED, STRATIFIED, differ, read_case, read_data

CASE = read_case("p07_ciprop")
PARTS = {
    "clus_ell0": ("apiclus1", CLUSTERED, pl.col("ell") == 0, None),
    "clus_sch.wide": ("apiclus1", CLUSTERED, pl.col("sch.wide") == "Yes", None),
    "strat_awards": ("apistrat", STRATIFIED, pl.col("awards") == "Yes", None),
    "strat_rare": ("apistrat", STRATIFIED, pl.col("mobility") > 60, None),
    "strat_domain_H": ("apistrat", STRATIFIED, pl.col("awards") == "Yes", pl.col("stype") == "H"),
    "clus_zinf": ("apiclus1", CLUSTERED, pl.col("ell") == 0, None),
}
OURS = {"mean": "t"}  # their name → ours, where it differs


def estimate_share(part, method, level):
    data, design, claim, where = PARTS[part]
    df = math.inf if part == "clus_zinf" else "domain"
    sample = read_data(data).with_columns(claim.alias("claim"))
    found = estimate_proportions(
        sample, design, of="claim", where=where, confidence=level, interval=OURS.get(method, method), df=df
    )
    return found.filter("level").row(0, named=True)


@pytest.mark.parametrize(
    ("part", "row"),
    [
        pytest.param(part, row, id=f"{part} {row['method']} {row['level']}")
        for part, rows in CASE.items()
        for row in rows
    ],
)
def test_limits_of_a_share_agree_with_r(part, row):
    found = estimate_share(part, row["method"], row["level"])
    iterated = row["method"] == "logit"  # R refits a model there
    assert not differ(found["estimate"], row["est"], relative=1e-6 if iterated else 1e-8)
    assert not differ(found["standard_error"], row["se"])
    low, high, relative = found["low"], found["high"], 1e-6 if iterated else 1e-8
    if row["method"] == "asin":
        df = math.inf if row["df"] is None else row["df"]
        low, high = map(
            float, asin_limits(found["estimate"], found["standard_error"], df, row["level"], reflected=True)
        )
        if low > found["low"] + 1e-12:  # R's angle is below 0 and turns back; ours stops at 0
            assert found["low"] == 0
        assert not differ(found["high"], row["hi"])
    if row["method"] == "likelihood":
        relative = 6e-3  # R interpolates its profile; see the next test
    assert not differ(low, row["lo"], relative=relative)
    assert not differ(high, row["hi"], relative=relative)


@pytest.mark.parametrize(
    ("part", "row"),
    [
        pytest.param(part, row, id=f"{part} {row['method']} {row['level']}")
        for part, rows in CASE.items()
        for row in rows
        if row["method"] in ("likelihood", "asin")
    ],
)
def test_limits_as_r_prints_them_agree_with_r(part, row):
    data, design, claim, where = PARTS[part]
    found = estimate_proportions_as_r(
        read_data(data).with_columns(claim.alias("claim")),
        design,
        of="claim",
        where=where,
        confidence=row["level"],
        interval=row["method"],
        df=math.inf if part == "clus_zinf" else "domain",
    )
    found = found.filter("level").row(0, named=True)
    for ours, theirs in (("low", "lo"), ("high", "hi")):
        assert not differ(found[ours], row[theirs], relative=1e-8)
    assert found["method"].endswith("as R")


def test_limits_as_r_of_domains_are_those_of_each_alone():
    sample = read_data("apistrat")
    together = estimate_proportions_as_r(sample, STRATIFIED, of="awards", by=["stype", "sch.wide"])
    for row in together.iter_rows(named=True):
        where = (pl.col("stype") == row["stype"]) & (pl.col("sch.wide") == row["sch.wide"])
        alone = estimate_proportions_as_r(sample, STRATIFIED, of="awards", where=where)
        same = alone.filter(pl.col("level") == row["level"]).row(0, named=True)
        assert (same["low"], same["high"]) == pytest.approx((row["low"], row["high"]), rel=1e-9)


def test_certain_shares_keep_the_limits_they_have():
    sample = pl.DataFrame({"w": [1.0] * 6, "yes": [True] * 6})
    asked = {"of": "yes", "interval": "likelihood"}
    found = estimate_proportions_as_r(sample, SurveyDesign("w"), **asked)
    assert_frame_equal(found, estimate_proportions(sample, SurveyDesign("w"), **asked))
    with pytest.raises(EstimateError, match="wilson"):
        estimate_proportions_as_r(sample, SurveyDesign("w"), of="yes", interval="wilson")


def test_splines_meet_every_cubic():
    x = np.array([-2.0, -1.0, 0.5, 3.0, 4.0, 6.0])
    at = np.linspace(-2, 6, 33)
    np.testing.assert_allclose(interpolate(x, 2 * x**3 - x + 1, at), 2 * at**3 - at + 1, rtol=1e-11, atol=1e-9)
    np.testing.assert_allclose(interpolate(x, np.exp(x), x), np.exp(x), rtol=1e-12)


def test_likelihood_limits_meet_their_definition():
    p, effective, n, df = 0.3, 40.0, 60, 11
    t2 = 2.200985160082949**2  # qt(.975, 11)
    for q in likelihood_limits(p, effective, n, df, 0.95):
        deviance = 2 * effective * 59 / 60 * (p * math.log(p / q) + (1 - p) * math.log((1 - p) / (1 - q)))
        assert deviance == pytest.approx(t2, rel=1e-10)


@pytest.mark.parametrize("interval", [name for name in INTERVALS if name != "t"])
def test_limits_lie_in_the_range_and_nest_by_confidence(interval):
    sample = read_data("apiclus1").with_columns((pl.col("ell") == 0).alias("claim"))
    rows = [
        estimate_proportions(sample, CLUSTERED, of="claim", confidence=level, interval=interval).row(1, named=True)
        for level in (0.8, 0.95, 0.999)
    ]
    lows, highs = [row["low"] for row in rows], [row["high"] for row in rows]
    assert lows == sorted(lows, reverse=True)
    assert highs == sorted(highs)
    assert 0 <= lows[-1] < rows[0]["estimate"] < highs[-1] <= 1


def test_truncated_korn_graubard_is_never_narrower():
    # A stratified sample can know more than its n of people would: the cap makes the interval wider.
    yes = [True] * 19 + [False] + [False] * 19 + [True]
    sample = pl.DataFrame({"w": [1.0] * 40, "h": ["a"] * 20 + ["b"] * 20, "yes": yes})
    free, capped = (
        estimate_proportions(sample, SurveyDesign("w", stratum="h"), of="yes", interval=name).row(1, named=True)
        for name in ("beta", "beta_truncated")
    )
    assert free["n_effective"] > free["n"]
    assert capped["low"] < free["low"] < free["estimate"] < free["high"] < capped["high"]


def test_exact_limits_by_hand():
    # 1 of 4. Low: P(X >= 1) = 1 − (1 − q)⁴ = 0.025, q = 1 − 0.975^¼. High: (1 − q)⁴ + 4q(1 − q)³ = 0.025.
    low, high = (float(limit) for limit in exact_limits(0.25, 4, 0.95))
    assert low == pytest.approx(1 - 0.975**0.25, rel=1e-12)
    assert (1 - high) ** 4 + 4 * high * (1 - high) ** 3 == pytest.approx(0.025, rel=1e-10)
    # Without a design n_effective is n − 1, for R's n_eff = p(1 − p)/v has v of n − 1.
    sample = pl.DataFrame({"w": [1.0] * 5, "y": [True, False, False, False, False]})
    row = estimate_proportions(sample, SurveyDesign("w"), of="y", interval="exact").row(1, named=True)
    assert row["n_effective"] == pytest.approx(4)
    assert row["low"] == pytest.approx(float(exact_limits(0.2, 4, 0.95)[0]))


@pytest.mark.parametrize("df", [0.5, math.nan, -1.0])
def test_impossible_degrees_of_freedom_are_refused(df):
    sample = pl.DataFrame({"w": [1.0] * 4, "y": [True, False, False, False]})
    with pytest.raises(EstimateError, match="df is"):
        estimate_proportions(sample, SurveyDesign("w"), of="y", df=df)


def test_arcsine_angles_are_cut_at_zero():
    low, high = asin_limits(np.array([0.02, 0.98]), np.array([0.02, 0.02]), 14, 0.99)
    assert low[0] == 0
    assert high[1] == 1
