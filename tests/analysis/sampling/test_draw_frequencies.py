"""Simulation with stored seeds: how often units and pairs are drawn is what the probabilities say."""

import math

import numpy as np
import polars as pl
import pytest

from analysis.sampling import Stage, inclusion_probabilities, joint_probabilities, select_sample, select_stages
from analysis.sampling.draw import draw
from analysis.sampling.randomness import RandomStream

pytestmark = pytest.mark.long

DRAWS = {"max_entropy": 1000}  # 4000 for the others; it looks for its working chances each time
SIZES = [1, 2, 3, 5, 8, 8, 13, 60]  # the last is certain for n = 4
FAR = 4.5  # standard errors; of the 36 figures of a method one in 4,000 runs would be further off


def far_off(counts, probabilities, draws):
    expected = np.asarray(probabilities)
    error = np.sqrt(expected * (1 - expected) / draws)
    return np.abs(counts / draws - expected) > FAR * error + 1e-12


@pytest.mark.parametrize("method", ["srs", "systematic", "pps_systematic", "sampford", "brewer", "max_entropy"])
def test_units_and_pairs_are_drawn_as_often_as_their_probabilities_say(method):
    sizes = SIZES if method not in ("srs", "systematic") else [1] * 8
    single = inclusion_probabilities(sizes, 4).to_numpy()
    counts, draws = np.zeros((8, 8)), DRAWS.get(method, 4000)
    for seed in range(draws):
        drawn = draw(single, method, RandomStream(seed, "frame", method))
        assert len(set(drawn.tolist())) == 4
        counts[np.ix_(drawn, drawn)] += 1
    assert not far_off(np.diag(counts), single, draws).any()
    assert not far_off(counts, joint_probabilities(single, method), draws).any()


def test_large_probabilities_are_kept_by_every_method():
    single = np.array([0.999, 0.95, 0.9, 0.5, 0.4, 0.2, 0.051])
    for method in ("pps_systematic", "sampford", "brewer", "max_entropy"):
        counts = np.zeros(7)
        for seed in range(500):
            counts[draw(single, method, RandomStream(seed, "large"))] += 1
        assert not far_off(counts, single, 500).any(), method


def test_weights_of_two_stages_with_certain_units_estimate_without_bias():
    # Districts by their villages' people; district c is certain. Σ weight·people should average the total.
    rows = [("a", 1), ("a", 2), ("b", 4), ("b", 1), ("b", 2), ("c", 20), ("c", 9), ("d", 3), ("d", 3)]
    frame = pl.DataFrame(rows, schema=["district", "people"], orient="row").with_columns(
        village=pl.int_range(9), province=pl.lit("P")
    )
    stages = [Stage("district", 2, method="sampford", size="people"), Stage("village", 2)]
    totals, counts = [], np.zeros(9)
    for seed in range(600):
        units = select_stages(frame, stages, seed=seed, strata=["province"]).units
        assert "c" in units["district"]
        totals.append((units["people"] * units["design_weight"]).sum())
        counts[units["village"].to_list()] += 1
    error = np.std(totals) / math.sqrt(600)
    assert abs(np.mean(totals) - frame["people"].sum()) < 4 * error
    # π: c is certain, 2 of its 2 villages; the others a 3/16, b 7/16 · 2/3, d 6/16
    assert not far_off(counts, [3 / 16] * 2 + [7 / 24] * 3 + [1, 1] + [6 / 16] * 2, 600).any()


def test_main_and_reserve_share_their_chances_in_each_stratum():
    frame = pl.DataFrame({"unit": range(9), "stratum": ["x"] * 5 + ["y"] * 4})
    main, reserve = np.zeros(9), np.zeros(9)
    first = np.zeros(9)
    for seed in range(600):
        sample = select_sample(frame, unit="unit", n=2, reserve=2, strata=["stratum"], seed=seed)
        main[sample.main["unit"].to_list()] += 1
        reserve[sample.reserve["unit"].to_list()] += 1
        first[sample.reserve.filter(pl.col("position") == 1)["unit"].to_list()] += 1
    assert not far_off(main, [2 / 5] * 5 + [1 / 2] * 4, 600).any()
    assert not far_off(reserve, [2 / 5] * 5 + [1 / 2] * 4, 600).any()
    assert not far_off(first, [1 / 5] * 5 + [1 / 4] * 4, 600).any()
