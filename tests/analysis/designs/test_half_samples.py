"""Half-samples of strata of any size, JK2, successive differences: by hand, transcribed, refused."""

import math
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from analysis.design import SurveyDesign
from analysis.designs.replicate import make_replicates, reweight_replicates
from analysis.errors import DesignError
from analysis.estimation.estimate import estimate_means, estimate_totals
from analysis.replicates import Replicates
from tests.analysis.designs.test_replicates import DESIGN, FINITE, draw

# strata of 2, 5 and 4 PSUs
PLACE, STRATUM = pl.col("c") % 5, pl.col("h")
UNEQUAL = draw(psus=5).filter((PLACE < 2) | (STRATUM % 3 > 0) & ((PLACE < 4) | (STRATUM > 3)))


def psu_totals(sample, by=("h", "c")):
    return sample.group_by(by).agg((pl.col("w") * pl.col("y")).sum().alias("t")).sort(by)


def between_groups(made, group):
    """Σ_h a·b·(mean of the totals of a units − that of b units)²: Rao and Shao (1996) for a total."""
    units = made.group_by("h", "c").agg((pl.col("w") * pl.col("y")).sum().alias("t"), pl.col(group).first())
    variance = 0.0
    for _, stratum in units.group_by("h"):
        one, other = (stratum.filter(pl.col(group) == side)["t"].to_numpy() for side in (1, -1))
        variance += len(one) * len(other) * (one.mean() - other.mean()) ** 2
    return variance


@pytest.mark.parametrize(("kind", "fay"), [("JK2", 0.0), ("Fay", 0.3), ("Fay", 0.6)])
@pytest.mark.parametrize("seed", [1, 2])
def test_a_total_has_the_variance_between_its_two_groups(kind, fay, seed):
    sizes = UNEQUAL.group_by("h").agg(pl.col("c").n_unique())["c"].to_list()
    assert sorted(set(sizes)) == [2, 4, 5]
    made, design = make_replicates(UNEQUAL, DESIGN, kind=kind, fay=fay, seed=seed, centre="estimate")
    found = estimate_totals(made, design, values=["y"])
    assert found["standard_error"].item() ** 2 == pytest.approx(between_groups(made, "replicate_group"))
    # six strata of two groups each, however many PSUs there were
    assert found["df"].item() == 6
    assert made.select(pl.col(design.replicates.columns).min()).min_horizontal().item() >= 0


def test_groups_of_equal_size_suit_balanced_half_samples_without_fay():
    sample = draw(psus=4)
    made, design = make_replicates(sample, DESIGN, kind="BRR", seed=3)
    found = estimate_totals(made, design, values=["y"])
    assert found["standard_error"].item() ** 2 == pytest.approx(between_groups(made, "replicate_group"))
    counts = made.group_by("h", "replicate_group").agg(pl.col("c").n_unique())
    assert counts["c"].to_list() == [2] * 12


def test_over_the_groupings_the_variance_is_the_linearised_one():
    linear = estimate_totals(UNEQUAL, DESIGN, values=["y"])["standard_error"].item() ** 2
    found = [
        estimate_totals(*make_replicates(UNEQUAL, DESIGN, kind="JK2", seed=seed), values=["y"], df=math.inf)
        for seed in range(300)
    ]
    variances = np.array([each["standard_error"].item() ** 2 for each in found])
    # the mean of 300 lies within four of its own standard errors
    assert abs(variances.mean() - linear) < 4 * variances.std() / math.sqrt(300)


def test_lazy_frames_are_taken_too():
    lazy, design = make_replicates(UNEQUAL.lazy(), DESIGN, kind="JK2", seed=1)
    assert lazy.equals(make_replicates(UNEQUAL, DESIGN, kind="JK2", seed=1)[0])
    doubled = reweight_replicates(lazy.lazy(), design, lambda rows, column: 2 * rows[column])
    np.testing.assert_allclose(doubled["replicate_1"], 2 * lazy["replicate_1"])


def test_groups_are_told_by_their_seed():
    first, second, other = (make_replicates(UNEQUAL, DESIGN, kind="JK2", seed=seed)[0] for seed in (1, 1, 2))
    assert first.equals(second)
    assert not first.equals(other)


def test_pairs_need_no_seed_and_keep_their_psus():
    sample = draw()
    for kind in ("BRR", "Fay", "JK2"):
        made, design = make_replicates(sample, DESIGN, kind=kind)
        assert design.cluster == "c"
        assert "replicate_group" not in made.columns
        found = estimate_totals(made, design, values=["y"], by=["g"])
        linear = estimate_totals(sample, DESIGN, values=["y"], by=["g"])
        np.testing.assert_allclose(found["standard_error"], linear["standard_error"], rtol=1e-10)
        assert found["df"].to_list() == linear["df"].to_list()
    assert len(design.replicates.columns) == 6


def test_a_domain_has_the_degrees_of_freedom_of_its_groups():
    sample = UNEQUAL.with_columns(
        pl.when(pl.col("h") < 2).then(pl.lit("few")).otherwise(pl.lit("many")).alias("g")
    )
    made, design = make_replicates(sample, DESIGN, kind="JK2", seed=1)
    assert estimate_means(made, design, values=["y"], by=["g"])["df"].to_list() == [2, 4]


def test_jackknife_of_pairs_by_hand():
    # strata (1, 3) and (2, 7): with the second left out θ = 2·1 + 9 = 11 and 4 + 4 = 8, the total 13: v = 4 + 25
    sample = pl.DataFrame({"w": [1.0] * 4, "h": [1, 1, 2, 2], "y": [1, 3, 2, 7]})
    made, design = make_replicates(sample, SurveyDesign("w", stratum="h"), kind="JK2", centre="estimate")
    assert made["replicate_1"].to_list() == [2, 0, 1, 1]
    assert made["replicate_2"].to_list() == [1, 1, 2, 0]
    assert estimate_totals(made, design, values=["y"])["standard_error"].item() ** 2 == pytest.approx(29)


def test_jackknife_of_pairs_supplied_has_scale_1():
    frame = pl.DataFrame({"w": [1.0] * 4, "y": [1, 3, 2, 7], "a": [2.0, 0, 1, 1], "b": [1.0, 1, 2, 0]})
    design = SurveyDesign("w", replicates=Replicates(("a", "b"), "JK2", centre="estimate"))
    assert estimate_totals(frame, design, values=["y"])["standard_error"].item() ** 2 == pytest.approx(29)


@pytest.mark.parametrize("population", [None, "N"])
def test_successive_differences_are_half_the_squared_steps_around(population):
    design = replace(DESIGN, population=population)
    sample = draw(psus=5)
    made, replicated = make_replicates(sample, design, kind="SDR")
    found = estimate_totals(made, replicated, values=["y"])["standard_error"].item()
    t = psu_totals(sample)["t"].to_numpy().reshape(6, 5)
    v = ((t - np.roll(t, 1, axis=1)) ** 2).sum() / 2 * (1 if population is None else 1 - 5 / 10)
    assert found**2 == pytest.approx(v)
    assert replicated.replicates.multipliers[0] == pytest.approx(4 / len(replicated.replicates.columns))


def test_successive_differences_follow_the_order_of_the_rows():
    # a trend along the list: neighbours are alike, so that the variance is a small part of the linearised one
    sample = pl.DataFrame({"w": [1.0] * 40, "y": np.arange(40.0) + np.tile([0.0, 2.0], 20)})
    errors = [
        estimate_totals(*make_replicates(each, SurveyDesign("w"), kind="SDR"), values=["y"])[
            "standard_error"
        ].item()
        for each in (sample, sample.sample(fraction=1.0, shuffle=True, seed=1))
    ]
    linear = estimate_totals(sample, SurveyDesign("w"), values=["y"])["standard_error"].item()
    assert errors[0] < 0.5 * linear
    assert 0.7 < errors[1] / linear < 1.4


@pytest.mark.parametrize("draws", [1, 2, 3, 99])
@pytest.mark.parametrize("design", [DESIGN, FINITE], ids=["replaced", "finite"])
def test_a_bootstrap_of_fewer_draws_has_the_same_variance_and_no_negative_weights(draws, design):
    sample = draw(psus=5)
    made, replicated = make_replicates(sample, design, kind="bootstrap", count=2000, seed=4, draws=draws)
    found = estimate_totals(made, replicated, values=["y"])["standard_error"].item()
    linear = estimate_totals(sample, design, values=["y"])["standard_error"].item()
    assert found == pytest.approx(linear, rel=0.06)
    assert made.select(pl.col(replicated.replicates.columns).min()).min_horizontal().item() >= 0


def test_draws_beyond_n_less_one_are_n_less_one():
    many, most = (
        make_replicates(draw(psus=5), DESIGN, kind="bootstrap", count=5, seed=4, draws=each)[0]
        for each in (99, None)
    )
    assert many.equals(most)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        pytest.param({"kind": "BRR"}, "4 of 6 strata do not have two PSUs, first 1. Give a seed", id="no seed"),
        pytest.param({"kind": "JK2"}, "4 of 6 strata do not have two PSUs", id="JK2 without seed"),
        pytest.param({"kind": "BRR", "seed": 1}, "2 strata have an odd number.*fay=0.3 or more", id="odd"),
        pytest.param({"kind": "bootstrap", "seed": 1, "draws": 0}, "draws is 0, must be 1 or more", id="draws"),
        pytest.param({"kind": "bootstrap", "seed": 1, "count": 1}, "count is 1, must be 2 or more", id="count"),
        pytest.param({"kind": "Fay", "seed": 1, "fay": -0.2}, "fay is -0.2, must be 0 or more", id="fay"),
    ],
)
def test_unsuited_strata_are_refused_with_the_remedy(asked, said):
    with pytest.raises(DesignError, match=said):
        make_replicates(UNEQUAL, DESIGN, **asked)


def test_one_stratum_is_too_few_for_jk2():
    with pytest.raises(DesignError, match="1 strata have two PSUs or more, and each is one replicate"):
        make_replicates(UNEQUAL, SurveyDesign("w", cluster="c"), kind="JK2", seed=1)


def test_a_lonely_stratum_is_left_or_stretched_for_in_halves_too():
    lone = draw(psus=4).filter((pl.col("h") > 0) | (pl.col("c") == 0))
    with pytest.raises(DesignError, match="cannot centre them elsewhere"):
        make_replicates(lone, DESIGN, kind="JK2", seed=1)
    errors = {}
    for rule in ("certainty", "average"):
        made, design = make_replicates(lone, replace(DESIGN, lonely=rule), kind="JK2", seed=1)
        errors[rule] = estimate_totals(made, design, values=["y"])["standard_error"].item()
    assert errors["average"] ** 2 == pytest.approx(errors["certainty"] ** 2 * 6 / 5)
