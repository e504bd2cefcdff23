"""Sampling against R: cases p23 (inclusion probabilities), p24 (sizes, allocation), weights of p04."""

import numpy as np
import polars as pl
import pytest

from analysis.sampling import (
    Stage,
    allocate,
    inclusion_probabilities,
    joint_probabilities,
    power_for_two_means,
    power_for_two_shares,
    select_stages,
    size_for_share,
    size_for_two_means,
    size_for_two_shares,
)
from tests.analysis.oracle import read_case, read_data

FIRST, SECOND = read_case("p23_inclusion_probs"), read_case("p24_allocation_size")
STRATA = pl.DataFrame({"stratum": list("ABCD"), "population": SECOND["N"], "spread": SECOND["S"]})


@pytest.mark.parametrize("n", ["5", "10", "20"])
def test_inclusion_probabilities_agree_with_r(n):
    found = inclusion_probabilities(read_data("pps_frame")["size"], int(n))
    np.testing.assert_allclose(found, FIRST["pik"][n], rtol=1e-8)
    assert ((found == 1).arg_true() + 1).to_list() == FIRST["certainty"][n]


def test_joint_probabilities_agree_with_r_where_r_stops():
    probabilities = inclusion_probabilities(read_data("pps_frame")["size"].head(12), 4)
    found = joint_probabilities(probabilities, "max_entropy", tolerance=1e-6)
    np.testing.assert_allclose(found, FIRST["brewer_joint_n5"], rtol=1e-8)


def test_exact_joint_probabilities_differ_from_r_only_by_where_r_stops():
    # R sampling 2.9 stops looking for the working chances at a step of 1e-6; its rows miss (n−1)·π_k by 6e-7.
    probabilities = inclusion_probabilities(read_data("pps_frame")["size"].head(12), 4)
    found = joint_probabilities(probabilities, "max_entropy")
    np.testing.assert_allclose(found, FIRST["brewer_joint_n5"], rtol=2e-6)
    np.testing.assert_allclose(found.sum(axis=1), 4 * probabilities.to_numpy(), rtol=1e-11)
    assert np.abs(np.sum(FIRST["brewer_joint_n5"], axis=1) - 4 * probabilities.to_numpy()).max() > 1e-7


@pytest.mark.parametrize(
    ("rule", "options", "expected"),
    [
        ("proportional", {}, "proportional"),
        ("neyman", {"standard_deviation": "spread"}, "neyman"),
        ("power", {"power": 0.5}, "power_half"),
        ("equal", {}, "equal"),
    ],
)
def test_allocations_agree_with_r(rule, options, expected):
    allocated = allocate(STRATA, n=SECOND["n"], rule=rule, **options)
    np.testing.assert_allclose(allocated["n_exact"], SECOND[expected], rtol=1e-8)
    assert allocated["n"].sum() == SECOND["n"]
    assert (allocated["n"] - allocated["n_exact"]).abs().max() < 1


def test_sizes_for_a_share_agree_with_r():
    sizes = {
        "size_p50_e5": size_for_share(0.05),
        "size_p50_e3_deff15_N8000_rr70": size_for_share(
            0.03, design_effect=1.5, population=8000, response_rate=0.7
        ),
    }
    for name, size in sizes.items():
        expected = [SECOND[name][part] for part in ("n0", "n", "n_resp")]
        np.testing.assert_allclose([size.infinite, size.exact, size.exact_invited], expected, rtol=1e-8)


def test_sizes_for_a_difference_agree_with_r():
    # R solves both by uniroot, whose answer is good to about 1e-8 here.
    shares, means = (
        size_for_two_shares(0.6, 0.66, power=0.8),
        size_for_two_means(3, standard_deviation=15, power=0.9),
    )
    np.testing.assert_allclose(shares.exact, SECOND["two_props_80"], rtol=1e-6)
    np.testing.assert_allclose(means.exact, SECOND["two_means_90"], rtol=1e-6)


def test_powers_undo_the_sizes():
    assert power_for_two_shares(SECOND["two_props_80"], 0.6, 0.66) == pytest.approx(0.8, abs=1e-7)
    assert power_for_two_means(SECOND["two_means_90"], 3, standard_deviation=15) == pytest.approx(0.9, abs=1e-7)


def test_weights_of_two_simple_stages_are_those_of_r():
    sampled = read_data("mu284").with_columns(weight=pl.Series(read_case("p04_two_stage_small")["weights"]))
    known = sampled.unique("id1").select("id1", "n2", "weight")
    others = [k for k in range(1, 51) if k not in known["id1"]]
    clusters = pl.concat([known.select("id1", "n2"), pl.DataFrame({"id1": others, "n2": [6] * len(others)})])
    frame = clusters.with_columns(pl.int_ranges(1, pl.col("n2") + 1).alias("id2")).explode("id2")
    seen = set()
    for seed in range(40):
        drawn = select_stages(frame, [Stage("id1", 5), Stage("id2", 3)], seed=seed).units
        assert drawn.height == 15
        both = drawn.join(known, on="id1")
        np.testing.assert_allclose(both["design_weight"], both["weight"], rtol=1e-12)
        seen |= set(both["id1"])
    assert seen == {19, 45, 47, 50, 31}
