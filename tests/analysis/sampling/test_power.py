"""Power for a difference: statsmodels as second opinion, groups of unequal size, what a ratio costs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.power import TTestIndPower
from statsmodels.stats.proportion import samplesize_proportions_2indep_onetail

from analysis.errors import SizeError
from analysis.sampling import power_for_two_means, power_for_two_shares, size_for_two_means, size_for_two_shares


@pytest.mark.parametrize("ratio", [1.0, 2.0, 0.5, 9.0])
@pytest.mark.parametrize("sides", [1, 2])
@pytest.mark.parametrize(("one", "other"), [(0.6, 0.66), (0.9, 0.8), (0.05, 0.02)])
def test_sizes_for_shares_agree_with_statsmodels(one, other, sides, ratio):
    # statsmodels 0.14; pooled variance under the null, as R's power.prop.test has it
    direction = "two-sided" if sides == 2 else "larger" if one > other else "smaller"
    expected = samplesize_proportions_2indep_onetail(one - other, other, 0.9, ratio=ratio, alternative=direction)
    found = size_for_two_shares(one, other, power=0.9, sides=sides, ratio=ratio)
    assert found.exact == pytest.approx(expected, rel=1e-12)
    assert power_for_two_shares(found.exact, one, other, sides=sides, ratio=ratio) == pytest.approx(0.9, abs=1e-12)


@pytest.mark.parametrize("ratio", [1.0, 2.0, 0.5, 9.0])
@pytest.mark.parametrize("sides", [1, 2])
def test_powers_for_means_agree_with_statsmodels(sides, ratio):
    # statsmodels 0.14, TTestIndPower: its two-sided power counts the wrong side too, here below 1e-6 of it
    direction = "two-sided" if sides == 2 else "larger"
    size = size_for_two_means(3, standard_deviation=15, power=0.9, sides=sides, ratio=ratio)
    expected = TTestIndPower().power(3 / 15, size.exact, 0.05, ratio, alternative=direction)
    assert expected == pytest.approx(0.9, abs=1e-6)
    found = power_for_two_means(size.exact, 3, standard_deviation=15, sides=sides, ratio=ratio)
    assert found == pytest.approx(0.9, abs=1e-9)


@given(st.floats(0.1, 0.45), st.floats(0.55, 0.9), st.floats(0.1, 10))
def test_which_group_comes_first_does_not_matter_and_equal_groups_of_means_need_the_fewest(one, other, ratio):
    first = size_for_two_shares(one, other, ratio=ratio).exact
    turned = size_for_two_shares(other, one, ratio=1 / ratio).exact
    assert turned == pytest.approx(first * ratio, rel=1e-9)
    together = (1 + ratio) * size_for_two_means(4, standard_deviation=20, ratio=ratio).exact
    assert together >= 2 * size_for_two_means(4, standard_deviation=20).exact - 1e-6


def test_a_group_of_many_leaves_the_other_the_size_of_one_sample():
    # r → ∞: only the first group is uncertain; 387.34/2 would hold if variances were alike
    one = size_for_two_shares(0.5, 0.6, ratio=1e9).exact
    # p̄ = 0.6: (1.959964·√0.24 + 0.841621·√0.25)² /0.01 = 190.71
    assert one == pytest.approx(190.71, abs=0.01)


def test_large_effects_still_need_two_in_the_smaller_group():
    assert size_for_two_means(1000, standard_deviation=1).exact == 2
    assert size_for_two_means(1000, standard_deviation=1, ratio=0.25).exact == 8
    assert size_for_two_means(1000, standard_deviation=1, ratio=4).exact == 2


def test_a_ratio_that_is_none_is_refused():
    for call in (
        lambda: size_for_two_shares(0.5, 0.6, ratio=0),
        lambda: size_for_two_means(1, standard_deviation=1, ratio=-1),
        lambda: power_for_two_shares(10, 0.5, 0.6, ratio=float("inf")),
    ):
        with pytest.raises(SizeError, match="ratio is"):
            call()
    with pytest.raises(SizeError, match="not above 2 effective responses"):
        power_for_two_means(1, 1, standard_deviation=1)
