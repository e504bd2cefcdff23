"""Shares and composite indices against R survey 4.5: cases p20 and p21 (R code in tests/oracles)."""

import math

import numpy as np
import polars as pl
import pytest

from analysis.design import SurveyDesign
from analysis.estimation.composite import estimate_composites
from analysis.estimation.estimate import estimate_means, estimate_proportions
from analysis.estimation.intervals import t_limits
from analysis.estimation.joint import contrast, estimate_jointly
from analysis.estimation.measures import rescale_zero_based, share_satisfied
from analysis.models.reliability import estimate_alpha
from tests.analysis.oracle import differ, mismatches, read_case, read_data

DESIGN = SurveyDesign("wgt", stratum="stratum", population="Nh")
ITEMS = [f"q{k}" for k in range(1, 7)]
COLUMNS = {"est": "estimate", "se": "standard_error", "lo_t": "low", "hi_t": "high", "df": "df"}
METHODS = {"xlogit": "xlogit", "beta": "beta", "mean": "t", "wilson": "wilson"}


def shares() -> pl.DataFrame:
    return read_data("likert_a").with_columns(share_satisfied(q, satisfied_from=4).alias(q) for q in ITEMS)


DOMAINS = [
    pytest.param("overall", "q1", [], id="overall"),
    pytest.param("unit", "q1", ["unit"], id="units"),
    pytest.param("procedure", "q1", ["procedure"], id="procedures"),
    pytest.param("unit_procedure", "q1", ["unit", "procedure"], id="units by procedures"),
    pytest.param("province_q6", "q6", ["province"], id="provinces"),
]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(("part", "item", "by"), DOMAINS)
def test_share_in_every_domain_agrees_with_r(part, item, by, method):
    expected = read_case("p20_likert_domains")[part]
    regular = [row for row in expected if row["method"] == method]
    frame = read_data("likert_a").with_columns((pl.col(item) >= 4).alias("satisfied"))
    found = estimate_proportions(frame, DESIGN, of="satisfied", by=by, interval=METHODS[method]).filter("level")
    points = estimate_composites(shares(), DESIGN, nodes={item: {item: 1.0}}, by=by, interval=METHODS[method])
    wanted = {"est": "estimate", "se": "standard_error", "n": "n", "sum_w": "sum_weights", "df": "df"}
    limits = {"lo": "low", "hi": "high"}
    is_regular = pl.struct(by).is_in([{k: row[k] for k in by} for row in regular]) if by else pl.lit(True)
    assert mismatches(found.filter(is_regular), regular, wanted | limits) == []
    in_points = [
        row
        | {name: 100 * row[name] for name in ("est", "se")}
        | {name: min(100.0, max(0.0, 100 * row[name])) for name in ("lo", "hi")}
        for row in regular
    ]
    assert mismatches(points.filter(is_regular), in_points, wanted | limits) == []


@pytest.mark.parametrize(("part", "item", "by"), DOMAINS)
def test_where_r_gives_no_interval_we_give_an_honest_one(part, item, by):
    certain = [row for row in read_case("p20_likert_domains")[part] if row["method"] is None]
    found = estimate_composites(shares(), DESIGN, nodes={item: {item: 1.0}}, by=by)
    rows = {tuple(row[k] for k in by): row for row in found.iter_rows(named=True)}
    for expected in certain:
        row = rows[tuple(expected[k] for k in by)]
        assert not differ(row["estimate"], 100 * expected["est"])
        assert row["standard_error"] == 0
        assert (row["n"], row["df"]) == (expected["n"], expected["df"])
        if expected["unit"] == "P01-U01":
            assert (row["low"], row["high"], row["method"]) == (row["estimate"], row["estimate"], "census")
        else:
            assert 0 <= row["low"] < row["high"] <= 100
            assert row["low"] <= row["estimate"] <= row["high"]
            assert row["method"] == "linearised; clopper-pearson on n_effective"


def test_degrees_of_freedom_of_the_design_agree_with_r():
    found = estimate_composites(shares(), DESIGN, nodes={"q1": {"q1": 1.0}}, by=[], df="design")
    assert found["df"].item() == read_case("p20_likert_domains")["df"]


def test_items_of_those_who_answered_agree_with_r():
    found = estimate_means(_fractions(), DESIGN, values=ITEMS, df="design")
    expected = read_case("p21_likert_index")["available_case_items"]
    assert mismatches(found, expected, COLUMNS) == []
    for row in expected + read_case("p21_likert_index")["complete_case_items"]:
        low, high = t_limits(row["est"], row["se"], math.inf, 0.95)
        assert not differ(float(low), row["lo_z"])
        assert not differ(float(high), row["hi_z"])


def _fractions() -> pl.DataFrame:
    return shares().with_columns(pl.col(q) / 100 for q in ITEMS)


COMPLETE = pl.all_horizontal(pl.col(q).is_not_null() for q in ITEMS)


def test_items_and_covariance_of_complete_cases_agree_with_r():
    case = read_case("p21_likert_index")
    found = estimate_means(_fractions(), DESIGN, values=ITEMS, where=COMPLETE)
    assert mismatches(found, case["complete_case_items"], COLUMNS) == []
    joint = estimate_jointly(_fractions(), DESIGN, values=ITEMS, where=COMPLETE)
    np.testing.assert_allclose(joint.covariance, case["complete_case_cov"], rtol=1e-8)
    index = contrast(joint, case["index_weights"])
    assert mismatches(index, case["index"], COLUMNS) == []


def test_composite_of_complete_cases_agrees_with_r():
    case = read_case("p21_likert_index")
    nodes = {"index": dict(zip(ITEMS, case["index_weights"], strict=True))}
    found = estimate_composites(shares(), DESIGN, nodes=nodes, by=[], interval="t", where=COMPLETE)
    expected = [
        {name: 100 * row[name] for name in ("est", "se", "lo_t", "hi_t")} | {"df": row["df"]}
        for row in case["index"]
    ]
    assert mismatches(found, expected, COLUMNS) == []


def test_index_of_persons_agrees_with_r():
    case = read_case("p21_likert_index")
    persons = shares().with_columns(pm=pl.mean_horizontal(ITEMS) / 100)
    found = estimate_means(persons, DESIGN, values=["pm"], df="design")
    assert mismatches(found, case["person_mean_index"], COLUMNS) == []
    scores = read_data("likert_a").with_columns(rescale_zero_based(q, levels=5).alias(q) for q in ITEMS)
    scores = scores.with_columns(pm100=pl.mean_horizontal(ITEMS))
    by_province = estimate_means(scores, DESIGN, values=["pm100"], by=["province"])
    expected = case["person_mean_0_100_by_province"]
    assert by_province["province"].to_list() == [row["province"] for row in expected]
    assert mismatches(by_province, expected, {"pm100": "estimate", "se": "standard_error"}) == []


def test_alpha_agrees_with_r():
    assert not differ(
        estimate_alpha(read_data("likert_a"), DESIGN, items=ITEMS), read_case("p21_likert_index")["alpha"]
    )
