"""Sets of ranks: cases by hand, the textbook critical value, invariants, and what is refused."""

import numpy as np
import polars as pl
import pytest
from scipy import stats

from analysis.errors import RankError
from analysis.ranking import critical_values, rank_units
from analysis.ranking.every_pair import largest_differences
from analysis.ranking.figures import read_figures

FIVE = pl.DataFrame(
    {"unit": list("ABCDE"), "estimate": [95.0, 80.0, 79.0, 60.0, 59.0], "standard_error": [1.0] * 5}
)


def make_units(count: int = 12, seed: int = 2) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    return pl.DataFrame(
        {
            "unit": [f"u{k:03}" for k in range(count)],
            "estimate": rng.normal(80, 6, count),
            "standard_error": rng.uniform(0.5, 2.5, count),
            "df": rng.integers(5, 40, count),
        }
    )


def test_sets_of_five_units_by_hand() -> None:
    # needed: 3.86 / sqrt(2) * sqrt(2) = 3.86 points; only B-C and D-E are nearer
    found = rank_units(FIVE, unit="unit").units
    assert found.select(
        "unit", "rank", "rank_low", "rank_high", "n_better", "n_worse", "n_alike", "tier"
    ).rows() == [
        ("A", 1, 1, 1, 0, 4, 0, 1),
        ("B", 2, 2, 3, 1, 2, 1, 2),
        ("C", 3, 2, 3, 1, 2, 1, 2),
        ("D", 4, 4, 5, 3, 0, 1, 3),
        ("E", 5, 4, 5, 3, 0, 1, 3),
    ]
    assert found["rank_note"].null_count() == 5


def test_low_may_be_best() -> None:
    found = rank_units(FIVE, unit="unit", best="low").units
    assert found["rank"].to_list() == [5, 4, 3, 2, 1]
    assert found["rank_low"].to_list() == [5, 3, 3, 1, 1]


@pytest.mark.parametrize("units", [3, 10, 40])
def test_the_first_step_is_tukeys_studentised_range_where_errors_are_equal(units: int) -> None:
    # all figures equal: nothing is told apart, one step only; q / sqrt(2) of tables, here from scipy
    frame = pl.DataFrame({"unit": range(units), "estimate": [80.0] * units, "standard_error": [2.0] * units})
    expected = stats.studentized_range.ppf(0.95, units, np.inf) / 2**0.5
    assert rank_units(frame, unit="unit", draws=40_000).critical == pytest.approx(expected, rel=0.015)


def test_a_single_units_set_of_two_units_is_the_plain_comparison() -> None:
    frame = pl.DataFrame({"unit": ["A", "B"], "estimate": [80.0, 80.0], "standard_error": [3.0, 4.0]})
    for joint in (True, False):
        assert rank_units(frame, unit="unit", joint=joint, draws=40_000).critical == pytest.approx(1.96, rel=0.02)


def test_sets_of_single_units_are_never_wider_than_joint_ones() -> None:
    joint, each = (rank_units(make_units(), unit="unit", joint=joint).units for joint in (True, False))
    assert (each["rank_low"] >= joint["rank_low"]).all()
    assert (each["rank_high"] <= joint["rank_high"]).all()
    assert (each["rank_high"] - each["rank_low"]).sum() < (joint["rank_high"] - joint["rank_low"]).sum()


def test_errors_from_few_responses_widen_the_sets() -> None:
    known = rank_units(make_units(), unit="unit")
    few = rank_units(make_units(), unit="unit", df="df")
    assert few.critical > known.critical


def test_a_step_that_tells_units_apart_lowers_the_critical_value_of_the_next() -> None:
    alike = FIVE.with_columns(estimate=pl.lit(80.0))
    assert rank_units(FIVE, unit="unit").critical < rank_units(alike, unit="unit").critical


@pytest.mark.parametrize("joint", [True, False])
def test_order_scale_and_level_do_not_matter(joint: bool) -> None:
    once = rank_units(make_units(), unit="unit", joint=joint, draws=20_000).units
    moved = make_units().with_columns(pl.col("estimate") / 10 + 5, pl.col("standard_error") / 10)
    again = rank_units(moved, unit="unit", joint=joint, draws=20_000).units
    columns = ["rank", "rank_low", "rank_high", "tier"]
    assert again.select(columns).equals(once.select(columns))
    turned = rank_units(make_units().reverse(), unit="unit", joint=joint, draws=20_000).units
    assert turned.reverse().select(columns).equals(once.select(columns))


@pytest.mark.parametrize("options", [{}, {"df": "df"}, {"covariance": np.diag(np.arange(1.0, 13.0))}])
def test_the_order_of_rows_changes_no_draw(options) -> None:
    turned = dict(options)
    if "covariance" in options:
        turned["covariance"] = options["covariance"][::-1, ::-1]
    once = rank_units(make_units(), unit="unit", **options).critical
    assert rank_units(make_units().reverse(), unit="unit", **turned).critical == pytest.approx(once, rel=1e-12)


def test_the_same_seed_gives_the_same_sets() -> None:
    assert (
        rank_units(make_units(), unit="unit", seed=5).critical
        == rank_units(make_units(), unit="unit", seed=5).critical
    )
    assert (
        rank_units(make_units(), unit="unit", seed=6).critical
        != rank_units(make_units(), unit="unit", seed=5).critical
    )


def test_a_covariance_of_independent_units_changes_little_and_shared_noise_narrows_the_sets() -> None:
    frame = make_units()
    variance = frame["standard_error"].to_numpy() ** 2
    plain = rank_units(frame, unit="unit", draws=20_000)
    independent = rank_units(frame, unit="unit", covariance=np.diag(variance), draws=20_000)
    assert independent.critical == pytest.approx(plain.critical, rel=0.02)
    # noise that all units share moves no rank
    shared = rank_units(frame, unit="unit", covariance=np.diag(variance) + 100.0, draws=20_000)
    assert shared.units["rank_low"].to_list() == independent.units["rank_low"].to_list()
    naive = frame.with_columns((pl.col("standard_error") ** 2 + 100).sqrt())
    assert rank_units(naive, unit="unit").units["n_alike"].sum() > shared.units["n_alike"].sum()


def test_a_unit_without_a_figure_may_stand_anywhere_and_widens_the_others() -> None:
    blank = pl.DataFrame({"unit": ["F"], "estimate": [None], "standard_error": [None]}, schema=FIVE.schema)
    found = rank_units(pl.concat([FIVE, blank]), unit="unit").units
    assert found.select("rank", "rank_low", "rank_high", "tier").rows() == [
        (1, 1, 2, 1),
        (2, 2, 4, 2),
        (3, 2, 4, 2),
        (4, 4, 6, 3),
        (5, 4, 6, 3),
        (None, 1, 6, None),
    ]
    assert found["rank_note"].str.contains("without a figure").sum() == 5
    assert "any rank is possible" in found["rank_note"][5]


def test_equal_figures_share_a_rank() -> None:
    frame = FIVE.with_columns(estimate=pl.Series([90.0, 80.0, 80.0, 70.0, 60.0]))
    assert rank_units(frame, unit="unit").units["rank"].to_list() == [1, 2, 2, 4, 5]


def test_classes_of_error_bound_the_critical_value_closely(monkeypatch: pytest.MonkeyPatch) -> None:
    figures = read_figures(
        make_units(90),
        unit="unit",
        estimate="estimate",
        standard_error="standard_error",
        df=None,
        covariance=None,
        best="high",
    )
    for joint in (True, False):
        options = {"confidence": 0.95, "draws": 2000, "seed": 1, "joint": joint}
        exact = critical_values.critical_values(figures, **options)
        with monkeypatch.context() as patch:
            patch.setattr(critical_values, "EVERY_PAIR", 10)
            bound = critical_values.critical_values(figures, **options)
        assert (bound >= exact * 0.99).all()  # chunks draw the same errors in another order
        assert (bound <= exact * 1.04).all()


def test_hundreds_of_units_are_ranked_in_classes() -> None:
    found = rank_units(make_units(300), unit="unit", draws=500)
    assert found.units["rank_method"][0].startswith("joint; classes of standard error")
    assert found.units["rank_low"].is_between(1, found.units["rank"]).all()
    assert found.units["rank_high"].is_between(found.units["rank"], 300).all()


def test_units_of_different_tiers_are_all_told_apart() -> None:
    frame = make_units().with_columns(
        estimate=pl.Series([10.0 * (k // 4) + k % 4 for k in range(12)]), standard_error=1.0
    )
    ranking = rank_units(frame, unit="unit")
    tiers = ranking.units["tier"].to_numpy()
    assert set(tiers) == {1, 2, 3}
    for j in range(12):
        for k in range(12):
            if tiers[j] < tiers[k]:
                assert ranking.is_better[j, k]


@pytest.mark.parametrize(
    ("change", "options", "problem"),
    [
        pytest.param({"standard_error": 0.0}, {}, "null, 0 or negative in 5 units with a figure", id="unanimous"),
        pytest.param({"unit": "A"}, {}, "4 rows repeat a unit of 'unit'", id="double"),
        pytest.param({"df": 0.5}, {"df": "df"}, "column 'df' is null or below 1 in 5 units", id="df"),
        pytest.param({}, {"best": "top"}, "best is 'top', known: high, low", id="best"),
        pytest.param({}, {"estimate": "score"}, "column 'score' is missing", id="missing"),
        pytest.param({"rank": 1}, {}, "column 'rank' is also a column of the result", id="taken"),
        pytest.param({}, {"draws": 100}, "100 draws leave fewer than 20 beyond 0.95", id="draws"),
        pytest.param({}, {"confidence": 1.0}, "confidence is 1.0", id="confidence"),
        pytest.param({}, {"covariance": np.eye(4)}, "covariance is (4, 4), the frame has 5 rows", id="shape"),
        pytest.param(
            {}, {"covariance": 2 * np.ones((5, 5)) - 3 * np.eye(5)}, "variance of 0 or less", id="variance"
        ),
        pytest.param({}, {"covariance": np.eye(5) - 0.9}, "not positive semidefinite", id="indefinite"),
    ],
)
def test_what_cannot_be_ranked_is_refused(change, options, problem) -> None:
    frame = FIVE.with_columns(pl.lit(value).alias(name) for name, value in change.items())
    with pytest.raises(RankError) as refused:
        rank_units(frame, unit="unit", **options)
    assert any(problem in found for found in refused.value.problems), refused.value.problems


def test_one_figure_is_no_ranking() -> None:
    with pytest.raises(RankError, match="1 units with a figure"):
        rank_units(FIVE.head(1), unit="unit")


@pytest.mark.parametrize("joint", [True, False])
def test_largest_differences_are_those_of_every_pair(joint: bool) -> None:
    rng = np.random.default_rng(5)
    noise, errors = rng.normal(0, 1, (300, 7)), rng.uniform(1, 2, (7, 7))
    errors = errors + errors.T
    np.fill_diagonal(errors, 0.0)
    errors[1, 2] = errors[2, 1] = 0.0  # two units that are certain of each other: no comparison
    above = rng.random((7, 7)) < 0.6
    below = above.T
    expected = np.zeros((300, 7))
    for j, k in zip(*np.nonzero(errors), strict=True):
        apart = (noise[:, j] - noise[:, k]) / errors[j, k]
        counted = np.maximum(np.where(above[j, k], apart, 0.0), np.where(below[j, k], -apart, 0.0))
        expected[:, j] = np.maximum(expected[:, j], counted)
    found = largest_differences(noise, errors, above, below, joint=joint)
    assert found == pytest.approx(expected.max(axis=1, keepdims=True) if joint else expected, rel=1e-12)
