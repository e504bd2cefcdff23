"""Sample sizes and margins: the figures of the SIPAS dossier, cases by hand, refusals."""

import math

import pytest

from analysis.errors import SizeError
from analysis.sampling import (
    margin_for_share,
    power_for_two_means,
    size_by_yamane,
    size_for_mean,
    size_for_share,
    size_for_two_means,
    size_for_two_shares,
)


@pytest.mark.parametrize(
    ("population", "printed", "n"),
    [
        (100, "80.0", 80),
        (200, "133.3", 134),
        (500, "222.2", 223),
        (1_000, "285.7", 286),
        (2_000, "333.3", 334),
        (5_000, "370.4", 371),
        (10_000, "384.6", 385),
        (50_000, "396.8", 397),
    ],
)
def test_sizes_of_the_sipas_guidance(population, printed, n):
    size = size_by_yamane(population, 0.05)
    assert f"{size.exact:.1f}" == printed
    assert size.n == n


def test_whole_sizes_are_not_rounded_up_by_binary_noise():
    assert [size_by_yamane(population).n for population in (100, 400, 1200, 3600)] == [80, 200, 300, 360]
    assert size_for_share(0.1, share=0.5, confidence=math.erf(math.sqrt(2))).n == 100  # z = 2: 100.00000000000003


@pytest.mark.parametrize(
    ("n", "points"), [(30, 12.8), (90, 7.4), (150, 5.7), (300, 4.0), (580, 2.9)], ids=lambda value: str(value)
)
def test_margins_of_units_at_85_percent(n, points):
    margin = 100 * margin_for_share(n, share=0.85)
    assert round(margin, 1) == points
    assert margin_for_share(n, share=0.85, design_effect=2) == pytest.approx(margin / 100 * math.sqrt(2))


@pytest.mark.parametrize("population", [None, 60, 1000, 3321])
@pytest.mark.parametrize("design_effect", [1.0, 2.5])
def test_margin_undoes_size(population, design_effect):
    size = size_for_share(0.06, share=0.8, population=population, design_effect=design_effect)
    margin = margin_for_share(size.exact, share=0.8, population=population, design_effect=design_effect)
    assert margin == pytest.approx(0.06, rel=1e-12)


def test_size_never_exceeds_the_population():
    assert size_for_share(0.001, population=50, design_effect=30).n == 50
    assert size_for_mean(0.001, standard_deviation=10, population=50).n == 50
    assert margin_for_share(50, population=50) == 0


def test_size_for_a_mean_by_hand():
    # (1.959964·20/2)² = 384.1459; 384.1459/(1 + 384.1459/1000) = 277.53
    assert size_for_mean(2, standard_deviation=20, population=1000).exact == pytest.approx(277.53, abs=0.01)


def test_invited_make_good_those_who_do_not_answer():
    size = size_by_yamane(200, response_rate=0.5)
    assert (size.n, size.exact_invited, size.invited) == (134, pytest.approx(266.667, abs=1e-3), 267)


def test_one_sided_and_clustered_differences():
    two, one = size_for_two_shares(0.5, 0.6), size_for_two_shares(0.5, 0.6, sides=1)
    # (1.959964·√(1.1·0.45) + 0.841621·√(0.25 + 0.24))/0.1 = 19.68091; squared 387.34
    assert two.exact == pytest.approx(387.34, abs=0.01)
    assert one.n < two.n
    assert size_for_two_shares(0.5, 0.6, design_effect=2).exact == pytest.approx(2 * two.exact)
    assert size_for_two_shares(0.6, 0.5) == two
    n = size_for_two_means(1, standard_deviation=1).n
    assert power_for_two_means(n, 1, standard_deviation=1) >= 0.8
    assert power_for_two_means(n - 1, 1, standard_deviation=1) < 0.8


@pytest.mark.parametrize(
    ("call", "count"),
    [
        pytest.param(lambda: size_by_yamane(0, 5, response_rate=0), 3, id="all three impossible"),
        pytest.param(lambda: size_for_share(5, share=85), 2, id="points for shares"),
        pytest.param(lambda: size_for_share(0.05, confidence=95, population=0), 2, id="confidence in percent"),
        pytest.param(lambda: size_for_mean(0, standard_deviation=0), 2, id="no margin"),
        pytest.param(lambda: margin_for_share(60, population=50), 1, id="more than there are"),
        pytest.param(lambda: size_for_two_shares(0.6, 0.6), 1, id="no difference"),
        pytest.param(lambda: size_for_two_shares(0.6, 66, power=0.01, sides=3), 3, id="three problems"),
        pytest.param(lambda: size_for_two_means(0, standard_deviation=1), 1, id="no difference of means"),
        pytest.param(lambda: size_for_share(float("nan")), 1, id="not a number"),
    ],
)
def test_impossible_figures_are_refused_together(call, count):
    with pytest.raises(SizeError, match="0-1") as refused:
        call()
    assert len(refused.value.problems) == count
