"""Inclusion and joint probabilities: by hand, against enumeration, invariants, refusals."""

from itertools import combinations, product

import numpy as np
import polars as pl
import pytest

from analysis.errors import SelectionError
from analysis.sampling import inclusion_probabilities, joint_probabilities

SIZES = {
    "all different": [1, 2, 3, 4, 5, 6, 7.5],
    "all equal": [2, 2, 2, 2, 2],
    "nearly equal": [2, 2, 2, 3, 3, 1, 1.0005],
    "one certain": [1, 2, 3, 3, 900],
    "nearly certain": [1, 1, 1, 1, 1.999],
}


def test_certain_units_are_taken_out_until_none_is_above_one():
    # 4·(1, 1, 2, 4, 8)/16 = .25 .25 .5 1 2: two certain; then 2·(1, 1, 2)/4
    assert inclusion_probabilities([1, 1, 2, 4, 8], 4).to_list() == [0.5, 0.5, 1, 1, 1]
    assert inclusion_probabilities([1, 1, 2, 4, 8], 3).to_list() == [0.25, 0.25, 0.5, 1, 1]


def test_units_said_to_be_certain_count_in_the_size():
    found = inclusion_probabilities([1, 2, 2, 5], 2, certain=[True, False, False, False])
    assert found.to_list() == pytest.approx([1, 2 / 9, 2 / 9, 5 / 9])


@pytest.mark.parametrize("n", [1, 2, 3.5, 6])
def test_probabilities_add_up_and_do_not_depend_on_scale_or_order(n):
    sizes = np.array([1.0, 40, 3, 2, 9, 2, 7, 5])
    found = inclusion_probabilities(sizes, n).to_numpy()
    assert found.sum() == pytest.approx(n, rel=1e-14)
    assert found.max() <= 1
    np.testing.assert_allclose(inclusion_probabilities(sizes * 1e9, n), found, rtol=1e-13)
    np.testing.assert_array_equal(inclusion_probabilities(sizes[::-1], n), found[::-1])


def test_size_zero_is_never_drawn():
    assert inclusion_probabilities([0, 1, 1], 2).to_list() == [0, 1, 1]


def test_odd_sizes_are_refused_with_their_count():
    with pytest.raises(SelectionError, match=r"'dossiers' is null, negative or not finite in 2 of 3 rows"):
        inclusion_probabilities(pl.Series("dossiers", [None, -1.0, 3.0]), 1)
    with pytest.raises(SelectionError, match="n is 3, but 2 of 3 units have a size above 0"):
        inclusion_probabilities([0, 1, 2], 3)
    with pytest.raises(SelectionError, match="2 units are said to be certain"):
        inclusion_probabilities([1, 1, 2], 1, certain=[True, True, False])


@pytest.mark.parametrize("method", ["sampford", "brewer", "max_entropy", "pps_systematic"])
@pytest.mark.parametrize(("name", "n"), list(product(SIZES, [1, 2, 3, 4])))
def test_joint_probabilities_belong_to_the_single_ones(method, name, n):
    single = inclusion_probabilities(SIZES[name], n).to_numpy()
    joint = joint_probabilities(single, method)
    np.testing.assert_allclose(np.diag(joint), single, rtol=1e-12)
    np.testing.assert_allclose(joint, joint.T, atol=1e-15)
    np.testing.assert_allclose(joint.sum(axis=1), n * single, rtol=1e-10)
    assert (joint <= np.minimum.outer(single, single) + 1e-12).all()
    if method in ("sampford", "max_entropy"):  # Yates and Grundy's variance is never negative
        assert (np.outer(single, single) - joint + 1e-12 >= np.where(np.eye(len(single)), -1, 0)).all()


@pytest.mark.parametrize("name", ["all different", "nearly equal"])
@pytest.mark.parametrize("n", [2, 3])
def test_sampford_pairs_are_those_of_its_definition(name, n):
    single = inclusion_probabilities(SIZES[name], n).to_numpy()
    odds, expected, total = single / (1 - single), np.zeros((len(single),) * 2), 0.0
    for chosen in combinations(range(len(single)), n):
        drawn = list(chosen)
        chance = np.prod(odds[drawn]) * (1 - single[drawn]).sum()  # Sampford 1967
        expected[np.ix_(drawn, drawn)] += chance
        total += chance
    np.testing.assert_allclose(joint_probabilities(single, "sampford"), expected / total, rtol=1e-11)


def test_brewer_for_two_by_hand():
    # Brewer 1963: first draw in proportion to p(1−p)/(1−2p), second to p among the rest; π = 2p
    p = np.array([0.1, 0.2, 0.3, 0.4])
    weights = p * (1 - p) / (1 - 2 * p)
    first = weights / weights.sum()
    expected = first[0] * p[1] / (1 - p[0]) + first[1] * p[0] / (1 - p[1])
    assert joint_probabilities(2 * p, "brewer")[0, 1] == pytest.approx(expected, rel=1e-12)
    assert joint_probabilities(2 * p, "sampford")[0, 1] == pytest.approx(expected, rel=1e-12)


def test_systematic_pairs_by_hand():
    # cumulated .5, 1, 1.5, 2: u < .5 draws 1 and 3, else 2 and 4
    joint = joint_probabilities([0.5] * 4, "systematic")
    assert joint[0].tolist() == [0.5, 0, 0.5, 0]
    assert joint[1].tolist() == [0, 0.5, 0, 0.5]


def test_certain_units_join_everybody():
    joint = joint_probabilities(inclusion_probabilities([1, 1, 2, 100], 3), "sampford")
    assert joint[3].tolist() == pytest.approx([0.5, 0.5, 1, 1])


def test_a_large_list_keeps_its_digits():
    sizes = np.random.default_rng(5).lognormal(sigma=1.2, size=150)
    single = inclusion_probabilities(sizes, 60).to_numpy()
    for method in ("sampford", "max_entropy"):
        np.testing.assert_allclose(joint_probabilities(single, method).sum(axis=1), 60 * single, rtol=1e-9)


@pytest.mark.parametrize(
    ("values", "method", "says"),
    [
        pytest.param([0.5, 0.7], "sampford", "adds up to 1.2 over 2 rows", id="no fixed size"),
        pytest.param([0.5, 1.5], "sampford", "outside 0-1 in 1 of 2 rows", id="above one"),
        pytest.param([0.5, float("nan"), 0.5], "srs", "outside 0-1 in 1 of 3 rows", id="nan"),
        pytest.param([0.4, 0.6], "srs", "unequal", id="unequal for srs"),
        pytest.param([0.5, 0.5], "cube", "method is 'cube'", id="unknown"),
        pytest.param([0.5] * 60, "brewer", "no formula", id="brewer too large"),
    ],
)
def test_probabilities_of_no_design_are_refused(values, method, says):
    with pytest.raises(SelectionError, match=says):
        joint_probabilities(values, method)
