"""Changes from one period to the next: separate samples, panels, rotating samples."""

import numpy as np
import polars as pl
import pytest
from scipy import sparse

from analysis.comparison import compare_periods, estimate_contrasts
from analysis.comparison.overlap import Period, covary_shared, covary_side_by_side
from analysis.design import Stage, SurveyDesign
from analysis.designs.replicate import make_replicates
from analysis.errors import ComparisonError
from analysis.estimation.estimate import estimate_means
from analysis.estimation.joint import estimate_jointly

DESIGN = SurveyDesign("w", stratum="h", population="N")


def panel(seed: int = 4, people: int = 120) -> pl.DataFrame:
    """People in three strata asked twice: ``y`` in the first period, ``z`` in the second."""
    rng = np.random.default_rng(seed)
    level = rng.normal(60, 10, people)
    return pl.DataFrame(
        {
            "person": np.arange(people),
            "h": np.arange(people) % 3,
            "w": rng.uniform(1, 4, people),
            "N": 100,
            "unit": rng.choice(["A", "B"], people),
            "y": level + rng.normal(0, 4, people),
            "z": level + 2 + rng.normal(0, 4, people),
        }
    )


def periods(frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    return frame.drop("z"), frame.drop("y").rename({"z": "y"})


@pytest.mark.parametrize("by", [[], ["unit"]])
@pytest.mark.parametrize("design", [DESIGN, SurveyDesign("w", stratum="h")])
def test_the_same_people_twice_are_paired_differences(design, by):
    frame = panel()
    found = compare_periods(*periods(frame), design, item="y", by=by, shared="person")
    gain = estimate_means(frame.with_columns(gain=pl.col("z") - pl.col("y")), design, values=["gain"], by=by)
    for column in ("estimate", "standard_error", "low", "high", "df"):
        np.testing.assert_allclose(found[column], gain[column], rtol=1e-8, err_msg=column)


def test_separate_samples_add_their_variances():
    found = compare_periods(*periods(panel()), DESIGN, item="y", by=["unit"])
    each = [estimate_means(frame, DESIGN, values=["y"], by=["unit"]) for frame in periods(panel())]
    expected = (each[0]["standard_error"] ** 2 + each[1]["standard_error"] ** 2).sqrt()
    np.testing.assert_allclose(found["standard_error"], expected, rtol=1e-10)
    np.testing.assert_allclose(found["estimate"], each[1]["estimate"] - each[0]["estimate"])
    assert (found["df"] <= each[0]["df"] + each[1]["df"]).all()


def clustered(seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The same communes in both periods, other people in them."""
    made = []
    communes = np.random.default_rng(seed).normal(60, 8, 24)
    for period in (0, 1):
        rng = np.random.default_rng([seed, period])
        commune = rng.integers(0, 24, 300)
        commune[:24] = np.arange(24)
        y = communes[commune] + 3 * period + rng.normal(0, 10, 300)
        made.append(
            pl.DataFrame(
                {"c": commune, "h": commune % 2, "w": rng.uniform(1, 3, 300), "N": 60, "y": y, "t": period}
            )
        )
    return made[0], made[1]


@pytest.mark.parametrize("population", [None, "N"])
def test_the_same_communes_twice_are_two_domains_of_one_sample(population):
    before, after = clustered(1)
    design = SurveyDesign("w", stratum="h", cluster="c", population=population)
    joint = estimate_jointly(pl.concat([before, after]), design, values=["y"], by=["t"])
    expected = estimate_contrasts(joint, {"change": [-1.0, 1.0]})
    found = compare_periods(before, after, design, item="y", shared="c")
    for column in ("estimate", "standard_error", "df"):
        assert found[column].item() == pytest.approx(expected[column].item(), rel=1e-8)
    apart = compare_periods(before, after, design, item="y")
    assert found["standard_error"].item() < apart["standard_error"].item()


def test_replicates_drawn_alike_give_the_covariance():
    before, after = clustered(2)
    design = SurveyDesign("w", stratum="h", cluster="c")
    pairs = [make_replicates(frame, design, kind="JKn", centre="estimate") for frame in (before, after)]
    found = compare_periods(pairs[0][0], pairs[1][0], (pairs[0][1], pairs[1][1]), item="y", shared="c")
    linear = compare_periods(before, after, design, item="y", shared="c")
    assert found["standard_error"].item() == pytest.approx(linear["standard_error"].item(), rel=0.05)


@pytest.mark.long
def test_rotating_samples_have_their_true_variance():
    # 2,000 people; 80 asked in each period, half of them the same. 300 pairs of samples: relative error 8 %.
    rng = np.random.default_rng(6)
    level = rng.normal(60, 10, 2000)
    y, z = level + rng.normal(0, 4, 2000), level + rng.normal(0, 4, 2000)
    design = SurveyDesign("w", population="N")
    changes, variances, apart = [], [], []
    for number in range(300):
        drawn = rng.permutation(2000)
        frames = [
            pl.DataFrame({"p": who, "w": 25.0, "N": 2000, "y": values[who]})
            for who, values in ((drawn[:80], y), (drawn[40:120], z))
        ]
        row = compare_periods(*frames, design, item="y", shared="p").row(0, named=True)
        changes.append(row["estimate"])
        variances.append(row["standard_error"] ** 2)
        if number < 30:
            apart.append(compare_periods(*frames, design, item="y")["standard_error"].item() ** 2)
    truth = np.var(changes)
    assert np.mean(variances) == pytest.approx(truth, rel=0.2)
    assert np.mean(apart) > 1.3 * truth


def test_more_stages_follow_their_communes():
    before, after = (frame.with_columns(M=40) for frame in clustered(3))
    design = SurveyDesign("w", stratum="h", cluster="c", population="N", stages=(Stage(population="M"),))
    together = compare_periods(before, after, design, item="y", shared="c")["standard_error"].item()
    apart = compare_periods(before, after, design, item="y")["standard_error"].item()
    assert 0 < together < apart


def test_composites_and_many_tests_at_once():
    frames = [
        frame.with_columns(q=(pl.col("y") > 60).cast(pl.Float64) * 100, r=(pl.col("w") > 2).cast(pl.Float64) * 100)
        for frame in periods(panel())
    ]
    nodes = {"index": {"q": 0.5, "r": 0.5}, "q": {"q": 1.0}}
    asked = {"nodes": nodes, "by": ["unit"], "shared": "person"}
    plain = compare_periods(*frames, DESIGN, **asked)
    assert plain.select("unit", "node").rows() == [("A", "index"), ("A", "q"), ("B", "index"), ("B", "q")]
    largest = compare_periods(*frames, DESIGN, **asked, multiplicity="max_t")
    assert ((largest["high"] - largest["low"]) > (plain["high"] - plain["low"])).all()
    bonferroni = compare_periods(*frames, DESIGN, **asked, multiplicity="bonferroni")
    separate = compare_periods(*frames, DESIGN, nodes=nodes, by=["unit"], multiplicity="max_t")
    assert separate["p_adjusted"].null_count() == 0
    assert (largest["p_adjusted"] <= bonferroni["p_adjusted"] + 0.005).all()


@pytest.mark.parametrize(
    ("change", "asked", "said"),
    [
        pytest.param({}, {"shared": "x"}, "'x' .shared. is missing", id="no such column"),
        pytest.param({"person": pl.lit(1)}, {"shared": "person"}, "bear a label twice", id="one label for all"),
        pytest.param({"person": pl.lit(None)}, {"shared": "person"}, "is null", id="nameless"),
        pytest.param({"unit": pl.lit("Z")}, {"by": ["unit"]}, "both periods", id="no domain in common"),
    ],
)
def test_what_cannot_be_compared_is_refused_by_name(change, asked, said):
    before, after = periods(panel())
    with pytest.raises(ComparisonError, match=said):
        compare_periods(before, after.with_columns(**change), DESIGN, item="y", **asked)


def test_each_of_thousands_of_units_is_compared_with_itself_in_a_panel():
    rng = np.random.default_rng(14)
    people, units = 3000, 1200
    before = pl.DataFrame(
        {
            "w": rng.uniform(1, 5, people),
            "person": np.arange(people),
            "unit": np.arange(people) % units,
            "y": rng.normal(50, 9, people),
        }
    )
    after = before.with_columns(pl.col("y") + pl.Series(rng.normal(2, 3, people)))
    found = compare_periods(before, after, SurveyDesign("w"), item="y", by="unit", shared="person")
    assert found.height == units
    # the same people in one stratum: the change of each is one influence, of two means with the same weights
    w, unit = before["w"].to_numpy(), before["unit"].to_numpy()
    change = after["y"].to_numpy() - before["y"].to_numpy()
    total = np.bincount(unit, w)
    influence = w * (change - (np.bincount(unit, w * change) / total)[unit]) / total[unit]
    expected = np.sqrt(people / (people - 1) * np.bincount(unit, influence**2))
    assert found["standard_error"].to_numpy() == pytest.approx(expected, rel=1e-9)


def test_periods_side_by_side_covary_as_they_do_in_the_whole_table():
    rng = np.random.default_rng(3)
    periods = []
    for fraction in (0.0, 0.3):
        strata = [str(k) for k in rng.integers(0, 4, 40)]
        names = [(stratum, str(k)) for stratum, k in zip(strata, rng.permutation(60), strict=False)]
        totals = sparse.csr_array(rng.normal(0, 1, (40, 6)) * (rng.random((40, 6)) < 0.5))
        periods.append(Period(names, strata, totals, np.full(40, fraction)))
    old, new = np.array([0, 2, 5]), np.array([1, 2, 4])
    assert covary_side_by_side(*periods, old, new) == pytest.approx(covary_shared(*periods)[old, new], abs=1e-13)
