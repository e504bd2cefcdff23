"""Quantiles against R survey 4.5 (case p08), by hand, and what never changes them."""

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from analysis.design import Stage, SurveyDesign
from analysis.designs.replicate import make_replicates
from analysis.errors import DesignError, EstimateError
from analysis.estimation.estimate import estimate_proportions
from analysis.estimation.quantile_rules import QUANTILE_RULES, weighted_quantile
from analysis.estimation.quantiles import estimate_quantiles
from tests.analysis.oracle import CLUSTERED, STRATIFIED, mismatches, read_case, read_data

COLUMNS = {"est": "estimate", "lo": "low", "hi": "high", "se": "standard_error"}
OURS = {"mean": "t", "xlogit": "logit"}
CASE = read_case("p08_quantiles")


@pytest.mark.parametrize("rule", sorted({row["qrule"] for row in CASE["rules"]}))
def test_rules_agree_with_r(rule):
    expected = [row for row in CASE["rules"] if row["qrule"] == rule]
    asked = [row["q"] for row in expected]
    found = estimate_quantiles(read_data("apistrat"), STRATIFIED, values=["api00"], quantiles=asked, rule=rule)
    assert mismatches(found, expected, COLUMNS) == []


@pytest.mark.parametrize("interval", sorted({row["interval"] for row in CASE["intervals"]}))
def test_intervals_agree_with_r(interval):
    expected = [row for row in CASE["intervals"] if row["interval"] == interval]
    found = estimate_quantiles(
        read_data("apiclus1"),
        CLUSTERED,
        values=["api00", "enroll"],
        quantiles=[0.25, 0.5, 0.75],
        interval=OURS.get(interval, interval),
    )
    assert found["value"].to_list() == [row["var"] for row in expected]
    assert found["quantile"].to_list() == [row["q"] for row in expected]
    assert mismatches(found, expected, COLUMNS) == []


def test_domains_agree_with_r():
    found = estimate_quantiles(read_data("apistrat"), STRATIFIED, values=["api00"], by=["stype"])
    expected = [{"est": row["api00"], "se": row["se.api00"]} for row in CASE["by"]]
    assert found["stype"].to_list() == [row["stype"] for row in CASE["by"]]
    assert mismatches(found, expected, {"est": "estimate", "se": "standard_error"}) == []


# Hyndman and Fan's positions for 10, 20, 30, 40 at p = 0.3: n·p = 1.2; 4: 12; 5: n·p + ½ = 1.7; 6: (n+1)p = 1.5;
# 7: 1 + (n−1)p = 1.9; 8: ⅓ + (n+⅓)p = 1.6333; 9: ⅜ + (n+¼)p = 1.65.
BY_HAND = {"hf1": 20, "hf2": 20, "hf3": 20, "hf4": 12, "hf5": 17, "hf6": 15, "hf7": 19, "hf8": 49 / 3, "hf9": 16.5}


@pytest.mark.parametrize(("rule", "expected"), BY_HAND.items())
def test_equal_weights_by_hand(rule, expected):
    found = weighted_quantile(np.array([30.0, 10.0, 40.0, 20.0]), np.full(4, 3.0), np.array([0.3]), rule)
    assert found[0] == pytest.approx(expected)


@pytest.mark.parametrize("rule", QUANTILE_RULES)
def test_quantiles_lie_within_the_values_and_rise(rule):
    rng = np.random.default_rng(3)
    values, weights = rng.normal(size=40), rng.uniform(0.5, 4, 40)
    found = weighted_quantile(values, weights, np.linspace(0, 1, 101), rule)
    assert (np.diff(found) >= 0).all()
    assert values.min() == found[0] or rule == "shahvaish"
    assert found[-1] == values.max()


@pytest.mark.parametrize("rule", QUANTILE_RULES)
def test_one_value_is_every_quantile(rule):
    assert (
        weighted_quantile(np.array([7.0]), np.array([2.5]), np.array([0.01, 0.5, 0.99]), rule).tolist() == [7] * 3
    )


@pytest.mark.parametrize("rule", [rule for rule in QUANTILE_RULES if rule != "shahvaish"])
def test_weight_scale_does_not_matter(rule):
    first, second = (
        estimate_quantiles(
            read_data("apistrat").with_columns(pl.col("pw") * factor),
            SurveyDesign("pw", stratum="stype"),
            values=["api00"],
            quantiles=[0.1, 0.5],
            rule=rule,
        )
        for factor in (1, 1024)
    )
    for column in ("estimate", "low", "high"):
        np.testing.assert_allclose(first[column], second[column], rtol=1e-9)


def test_row_order_does_not_matter_for_values_of_people():
    sample = read_data("apistrat")
    shuffled = sample.sample(fraction=1.0, shuffle=True, seed=1)
    first, second = (
        estimate_quantiles(each, STRATIFIED, values=["api00"], by=["awards"]).drop("n_effective", "design_effect")
        for each in (sample, shuffled)
    )
    np.testing.assert_allclose(first["standard_error"], second["standard_error"], rtol=1e-9)
    assert first["estimate"].equals(second["estimate"])


def test_the_share_at_or_below_the_median_has_the_limits_of_woodruff():
    sample = read_data("apistrat")
    row = estimate_quantiles(sample, STRATIFIED, values=["api00"]).row(0, named=True)
    at_or_below = sample.with_columns((pl.col("api00") <= row["estimate"]).alias("below"))
    share = estimate_proportions(at_or_below, STRATIFIED, of="below", interval="t").row(1, named=True)
    ordered = sample.sort("api00").with_columns((pl.col("pw").cum_sum() / pl.col("pw").sum()).alias("share"))
    for end in ("low", "high"):
        assert row[end] == ordered.filter(pl.col("share") >= share[end])["api00"][0]


def test_a_domain_of_the_whole_sample_and_where_are_the_same():
    sample = read_data("apistrat")
    by = estimate_quantiles(sample, STRATIFIED, values=["api00"], by=["awards"]).filter(pl.col("awards") == "Yes")
    where = estimate_quantiles(sample, STRATIFIED, values=["api00"], where=pl.col("awards") == "Yes")
    assert_frame_equal(by.drop("awards"), where, rel_tol=1e-12)


def test_a_tail_the_sample_is_too_small_for_has_no_limit():
    sample = pl.DataFrame({"w": [1.0] * 12, "y": list(range(12))})
    # 11 of 12 at or below 10; SE √(0.0764/11) = 0.083, t(11) = 2.2: the share's upper limit is 1.1.
    wald = estimate_quantiles(sample, SurveyDesign("w"), values=["y"], quantiles=[0.9]).row(0, named=True)
    assert (wald["estimate"], wald["high"], wald["standard_error"]) == (10, None, None)
    wilson = estimate_quantiles(sample, SurveyDesign("w"), values=["y"], quantiles=[0.9], interval="wilson")
    assert wilson.select("estimate", "high").row(0) == (10, 11)


def test_the_largest_value_is_not_certain():
    # Everybody is at or below it; exact limits for 12 of 12: from 0.025^(1/12) = 0.735, the 9th value, on.
    sample = pl.DataFrame({"w": [1.0] * 12, "y": list(range(12))})
    found = estimate_quantiles(sample, SurveyDesign("w"), values=["y"], quantiles=[0.95])
    assert found.select("estimate", "low", "high").row(0) == (11, 8, 11)


def test_nobody_answered_is_a_row_without_figures():
    sample = pl.DataFrame({"w": [1.0] * 4, "g": ["a", "a", "b", "b"], "y": [1.0, 2.0, None, None]})
    row = estimate_quantiles(sample, SurveyDesign("w"), values=["y"], by=["g"]).row(1, named=True)
    assert (row["g"], row["n"], row["estimate"], row["low"], row["method"]) == ("b", 0, None, None, "none")


def test_a_census_has_no_error():
    sample = pl.DataFrame({"w": [1.0] * 5, "N": [5] * 5, "y": [3, 1, 4, 1, 5]})
    row = estimate_quantiles(sample, SurveyDesign("w", population="N"), values=["y"]).row(0, named=True)
    assert (row["estimate"], row["standard_error"], row["low"], row["high"]) == (3, 0, 3, 3)


def test_several_stages_and_replicates_have_quantiles_too():
    sample = read_data("apiclus1").with_columns(pl.lit(400).alias("schools"))
    staged = SurveyDesign("pw", cluster="dnum", population="fpc", stages=(Stage(population="schools"),))
    row = estimate_quantiles(sample, staged, values=["api00"]).row(0, named=True)
    plain = estimate_quantiles(sample, CLUSTERED, values=["api00"]).row(0, named=True)
    assert row["estimate"] == plain["estimate"]
    assert row["low"] <= plain["low"] < plain["high"] <= row["high"]
    made, design = make_replicates(sample, SurveyDesign("pw", cluster="dnum"), kind="bootstrap", count=50, seed=1)
    assert "bootstrap" in estimate_quantiles(made, design, values=["api00"])["method"].item()


@pytest.mark.parametrize(
    ("asked", "error", "said"),
    [
        pytest.param({"quantiles": [0.5, 1.5]}, EstimateError, "1.5 does not lie", id="beyond 1"),
        pytest.param({"rule": "hf10"}, EstimateError, "rule is 'hf10'", id="rule"),
        pytest.param({"quantiles": []}, EstimateError, "no quantiles", id="none"),
        pytest.param({"interval": "score"}, EstimateError, "interval is 'score'", id="interval"),
        pytest.param({"by": ["nowhere"]}, DesignError, "'nowhere' is missing", id="by"),
    ],
)
def test_impossible_requests_are_refused(asked, error, said):
    with pytest.raises(error, match=said):
        estimate_quantiles(read_data("apistrat"), STRATIFIED, **({"values": ["api00"]} | asked))


@pytest.mark.parametrize("rule", QUANTILE_RULES)
def test_each_of_many_domains_has_the_quantile_it_has_alone(rule):
    rng = np.random.default_rng(8)
    people = pl.DataFrame(
        {"w": rng.uniform(0.1, 9, 600), "unit": rng.integers(0, 90, 600), "y": rng.integers(1, 8, 600) * 1.0}
    )
    together = estimate_quantiles(people, SurveyDesign("w"), values=["y"], by=["unit"], rule=rule)
    alone = [
        weighted_quantile(rows["y"].to_numpy(), rows["w"].to_numpy(), np.array([0.5]), rule)[0]
        for _, rows in people.sort("unit").group_by("unit", maintain_order=True)
    ]
    assert together["estimate"].to_list() == alone


def test_weights_of_a_tenth_meet_a_share_exactly():
    # ten weights of 0.1 are cumulated to 0.30000000000000004, 0.7999999999999999, 0.9999999999999999 without care
    values = np.arange(1.0, 11.0)
    found = weighted_quantile(values, np.full(10, 0.1), np.array([0.3, 0.5, 0.8]), "math")
    assert found.tolist() == [3.0, 5.0, 8.0]
