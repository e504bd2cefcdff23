"""Contrasts against R survey 4.5: case p19 (R code in tests/oracles)."""

import math

import numpy as np
import polars as pl

from analysis.comparison import estimate_contrasts
from analysis.estimation.joint import estimate_jointly
from tests.analysis.oracle import CLUSTERED, mismatches, read_case, read_data

T = {"est": "estimate", "se": "standard_error", "df": "df", "lo_t": "low", "hi_t": "high"}
Z = {"est": "estimate", "se": "standard_error", "lo_z": "low", "hi_z": "high"}
CASE = "p19_contrasts"


def agree(joint, contrasts, part):
    expected = read_case(CASE)[part]
    t = mismatches(estimate_contrasts(joint, contrasts), expected, T)
    return t + mismatches(estimate_contrasts(joint, contrasts, df=math.inf), expected, Z)


def levels():
    return estimate_jointly(read_data("apiclus1"), CLUSTERED, values=["api00"], by=["stype"])


def test_domain_means_and_their_covariance_agree():
    joint, case = levels(), read_case(CASE)
    assert mismatches(joint.estimates, case["by"], {"api00": "estimate", "se": "standard_error"}) == []
    np.testing.assert_allclose(joint.covariance, case["cov"], rtol=1e-8)
    assert joint.names == ("E", "H", "M")


def test_differences_agree():
    assert agree(levels(), {"E_H": [1, -1, 0], "E_M": {"E": 1, "M": -1}}, "diff") == []


def test_ratio_and_its_logarithm_agree():
    joint = levels()
    assert agree(joint, {"contrast": "E / H"}, "ratio") == []
    assert agree(joint, {"contrast": lambda x: x[0] / x[1]}, "ratio") == []
    assert agree(joint, {"contrast": "log(E/H)"}, "logratio") == []
    by_hand = estimate_contrasts(
        joint,
        {"contrast": lambda x: math.log(x[0] / x[1])},
        gradients={"contrast": lambda x: [1 / x[0], -1 / x[1], 0.0]},
    )
    assert mismatches(by_hand, read_case(CASE)["logratio"], T) == []


def test_average_of_domains_agrees():
    assert agree(levels(), {"avg": np.ones(3) / 3}, "diff_indep_strata") == []


def test_contrasts_of_items_agree():
    joint = estimate_jointly(read_data("apiclus1"), CLUSTERED, values=["api00", "api99", "enroll"])
    assert agree(joint, {"gain": "api00 - api99"}, "within") == []
    assert agree(joint, {"contrast": "0.5*api00 + 0.3*api99 + 0.2*enroll"}, "weighted_index") == []


def test_names_of_domains_and_items_are_both_in_the_expression():
    frame = read_data("apiclus1").with_columns(pl.col("stype").replace({"E": "Tiểu học"}))
    joint = estimate_jointly(frame, CLUSTERED, values=["api00", "api99"], by=["stype"])
    found = estimate_contrasts(joint, {"gain": "`Tiểu học:api00` - `Tiểu học:api99`"})
    alone = estimate_jointly(frame, CLUSTERED, values=["api00", "api99"], where=pl.col("stype") == "Tiểu học")
    expected = estimate_contrasts(alone, {"gain": "api00 - api99"})
    np.testing.assert_allclose(found["standard_error"], expected["standard_error"], rtol=1e-10)
