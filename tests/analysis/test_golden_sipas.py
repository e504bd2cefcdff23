"""Golden cases G1-G12, G14: figures of official SIPAS reports that our arithmetic must reproduce."""

from decimal import Decimal

import pytest

from analysis.indices.counts import fit_integer_counts, measure_counts, option_shares, percent
from analysis.indices.published import aggregate, check_shares, index_points, rank_move
from analysis.rounding import round_half_up, subtract_rounded


def test_g1_published_shares_of_da_nang_2014_determine_the_counts():
    assert fit_integer_counts(["98.23", "1.51", "0.26"], 7725) == [(7588, 117, 20)]
    assert fit_integer_counts(["97.45", "1.67", "0.88"], 4669) == [(4550, 78, 41)]
    assert 7725 + 4669 == 12394


def test_g1_the_counts_give_the_published_shares():
    shares = option_shares({"satisfied": 7588, "normal": 117, "dissatisfied": 20})
    assert [str(share) for share in shares.values()] == ["98.23", "1.51", "0.26"]
    shares = option_shares({"satisfied": 4550, "normal": 78, "dissatisfied": 41})
    assert [str(share) for share in shares.values()] == ["97.45", "1.67", "0.88"]


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        pytest.param(28439, 30000, "94.80", id="G2 returned of issued, 2021"),
        pytest.param(28372, 28439, "99.76", id="G2 valid of returned, 2021"),
        pytest.param(28372, 30000, "94.57", id="G2 valid of issued, 2021"),
        pytest.param(35268, 36630, "96.28", id="G3 valid of issued, 2019"),
    ],
)
def test_g2_g3_rates_of_return(part, whole, expected):
    assert str(percent(part, whole)) == expected


def test_g4_exact_tie_of_2022_goes_up():
    overall = aggregate(["79.72", "80.43"])
    assert overall == Decimal("80.075")
    assert str(round_half_up(overall)) == "80.08"


def test_g5_differences_are_of_published_figures():
    assert subtract_rounded("81.83", "88.64") == Decimal("-6.81")
    assert subtract_rounded("80.08", "87.16") == Decimal("-7.08")
    assert subtract_rounded("81.83", "80.08") == Decimal("1.75")
    assert rank_move(16, 20) == -4
    assert subtract_rounded("88.64", "3.47") == Decimal("85.17")


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        pytest.param([23, 16], "83.94", id="every criterion equal"),
        pytest.param([60, 40], "83.94", id="sixty to forty"),
        pytest.param([50, 50], "83.97", id="equal contents, not what was published"),
    ],
)
def test_g6_weights_of_the_contents_in_2024(weights, expected):
    assert str(round_half_up(aggregate(["83.84", "84.09"], weights))) == expected


def test_g6_unrounded_overall():
    assert round_half_up(aggregate(["83.84", "84.09"], [23, 16]), 4) == Decimal("83.9426")


def test_g7_factors_of_2023():
    factors = ["83.00", "83.02", "83.12", "83.03", "82.27"]
    by_criteria = aggregate(factors, [3, 4, 3, 3, 3])
    assert round_half_up(by_criteria, 3) == Decimal("82.896")
    assert aggregate(factors) == Decimal("82.888")
    assert str(round_half_up(aggregate(["82.49", by_criteria], [23, 16]))) == "82.66"


def test_g8_shares_that_sum_to_100_are_accepted():
    assert check_shares({"none": "90.06", "some": "8.98", "many": "0.96"}) == ()


def test_g9_a_dropped_digit_warns_and_does_not_fail():
    assert check_shares({"interested": "57.07", "a little": "37.49", "not": "5.44"}) == ()
    (finding,) = check_shares({"interested": "71.82", "a little": "25.8", "not": "2.34"})
    assert finding.code == "shares_do_not_sum_to_100"
    assert "99.96" in finding.en
    assert "99,96" in finding.vi
    assert check_shares({"interested": "71.82", "a little": "25.84", "not": "2.34"}) == ()


def test_g10_shares_of_hcmc_2016_warn():
    (finding,) = check_shares({"satisfied": "50.78", "normal": "43.24", "not": "5.89"})
    assert "99.91" in finding.en


def test_g11_gaps_and_rank_of_ha_noi():
    assert subtract_rounded("84.45", "80.09") == Decimal("4.36")
    assert subtract_rounded("85.48", "85.15") == Decimal("0.33")
    assert rank_move(52, 33) == 19


def test_g12_khanh_hoa_gains_points_and_loses_places():
    assert subtract_rounded("84.4", "81.82") == Decimal("2.58")
    assert rank_move(51, 56) == -5


def test_g14_ha_tinh_in_par_index_points():
    assert str(index_points("91.17")) == "9.12"


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        # n = 10: levels 4 and 5 hold 3 + 2
        pytest.param("satisfied_share", "50", id="share of levels 4-5"),
        # 1·1 + 2·1 + 3·3 + 4·3 + 5·2 = 34; 100·34/50
        pytest.param("rescaled_mean", "68", id="mean over 5"),
        # 34 − 10 = 24; 100·24/40
        pytest.param("zero_based_mean", "60", id="mean from 0"),
    ],
)
def test_three_measures_of_the_same_counts(measure, expected):
    assert measure_counts([1, 1, 3, 3, 2], measure) == Decimal(expected)
