"""Probabilities of the top k: two units by hand, sums, and what is refused."""

import numpy as np
import polars as pl
import pytest
from scipy import stats

from analysis.errors import RankError
from analysis.ranking import estimate_top_probabilities

PAIR = pl.DataFrame({"unit": ["A", "B"], "estimate": [84.0, 80.0], "standard_error": [3.0, 4.0]})


def test_two_units_by_hand() -> None:
    # P(A above B) = Phi(4 / 5) = 0.788; the simulation is within 4 of its standard errors
    found = estimate_top_probabilities(PAIR, unit="unit", k=1, draws=40_000)
    assert found["probability_top"][0] == pytest.approx(stats.norm.cdf(0.8), abs=4 * 0.0021)
    assert found["probability_bottom"].to_list() == pytest.approx(found["probability_top"].reverse().to_list())
    assert found["expected_rank"][0] == pytest.approx(2 - stats.norm.cdf(0.8), abs=0.01)


def test_student_errors_bring_units_nearer() -> None:
    few = estimate_top_probabilities(PAIR.with_columns(df=3), unit="unit", k=1, df="df", draws=40_000)
    assert 0.5 < few["probability_top"][0] < stats.norm.cdf(0.8) - 0.01


def test_probabilities_add_up_to_k() -> None:
    rng = np.random.default_rng(1)
    frame = pl.DataFrame({"unit": range(20), "estimate": rng.normal(80, 3, 20), "standard_error": [2.0] * 20})
    found = estimate_top_probabilities(frame, unit="unit", k=4, draws=1000)
    assert found["probability_top"].sum() == pytest.approx(4)
    assert found["probability_bottom"].sum() == pytest.approx(4)
    assert found["expected_rank"].sum() == pytest.approx(210)
    turned = estimate_top_probabilities(frame, unit="unit", k=4, draws=1000, best="low")
    assert turned.sort("probability_top")["unit"][-1] == frame.sort("estimate")["unit"][0]


def test_noise_all_units_share_changes_nothing() -> None:
    shared = np.diag([9.0, 16.0]) + 400
    found = estimate_top_probabilities(PAIR, unit="unit", k=1, covariance=shared, draws=40_000)
    assert found["probability_top"][0] == pytest.approx(stats.norm.cdf(0.8), abs=4 * 0.0021)


def test_the_same_seed_gives_the_same_probabilities() -> None:
    once, again = (estimate_top_probabilities(PAIR, unit="unit", k=1, draws=500, seed=9) for _ in range(2))
    assert once.equals(again)


@pytest.mark.parametrize(
    ("frame", "options", "problem"),
    [
        pytest.param(PAIR, {"k": 2}, "k is 2, must lie between 1 and 1", id="k"),
        pytest.param(PAIR, {"k": 1, "draws": 10}, "10 draws, 100 at least", id="draws"),
        pytest.param(
            PAIR.vstack(
                pl.DataFrame({"unit": ["C"], "estimate": [None], "standard_error": [1.0]}, schema=PAIR.schema)
            ),
            {"k": 1},
            "1 units have no figure",
            id="absent",
        ),
    ],
)
def test_what_has_no_probability_is_refused(frame, options, problem) -> None:
    with pytest.raises(RankError) as refused:
        estimate_top_probabilities(frame, unit="unit", **options)
    assert problem in refused.value.problems
