"""Replicates by hand, their invariants, and what they refuse."""

import numpy as np
import polars as pl
import pytest

from analysis.design import SurveyDesign
from analysis.designs.hadamard import find_hadamard
from analysis.designs.replicate import make_replicates, reweight_replicates
from analysis.errors import DesignError
from analysis.estimation.composite import estimate_composites
from analysis.estimation.estimate import estimate_means, estimate_proportions, estimate_totals
from analysis.replicates import Replicates
from analysis.weighting.rake import rake


def draw(seed=1, *, strata=6, psus=2, people=3):
    rng = np.random.default_rng(seed)
    rows = strata * psus * people
    return pl.DataFrame(
        {
            "h": np.repeat(np.arange(strata), psus * people),
            "c": np.repeat(np.arange(strata * psus), people),
            "N": 10.0,
            "w": rng.uniform(1, 5, rows),
            "y": rng.normal(50, 10, rows).clip(0, 100),
            "x": rng.normal(70, 10, rows).clip(0, 100),
            "g": rng.choice(["a", "b"], rows),
        }
    )


DESIGN = SurveyDesign("w", stratum="h", cluster="c")
FINITE = SurveyDesign("w", stratum="h", cluster="c", population="N")


@pytest.mark.parametrize("order", [1, 2, 3, 4, 8, 9, 12, 20, 28, 36, 37, 52, 60, 92, 93])
def test_hadamard_columns_are_orthogonal_and_the_first_is_ones(order):
    matrix = find_hadamard(order)
    assert order <= len(matrix) < order + 8
    assert set(np.unique(matrix)) <= {-1, 1}
    assert (matrix[:, 0] == 1).all()
    assert (matrix.T @ matrix == len(matrix) * np.eye(len(matrix))).all()


@pytest.mark.parametrize(
    ("kind", "design", "psus"),
    [
        pytest.param("JKn", DESIGN, 4, id="JKn"),
        pytest.param("JKn", FINITE, 4, id="JKn with populations"),
        pytest.param("BRR", DESIGN, 2, id="BRR"),
        pytest.param("Fay", DESIGN, 2, id="Fay"),
    ],
)
def test_totals_have_the_linearised_variance(kind, design, psus):
    sample = draw(psus=psus)
    made, replicated = make_replicates(sample, design, kind=kind)
    found = estimate_totals(made, replicated, values=["y"], by=["g"])
    linear = estimate_totals(sample, design, values=["y"], by=["g"])
    np.testing.assert_allclose(found["standard_error"], linear["standard_error"], rtol=1e-10)
    assert found["df"].to_list() == linear["df"].to_list()
    assert found["method"].str.contains(kind).all()


@pytest.mark.parametrize("design", [DESIGN, FINITE])
def test_bootstrap_comes_near_the_linearised_variance(design):
    sample = draw(psus=4)
    made, replicated = make_replicates(sample, design, kind="bootstrap", count=2000, seed=4)
    found = estimate_totals(made, replicated, values=["y", "x"])
    linear = estimate_totals(sample, design, values=["y", "x"])
    # 1/√(2·2000) = 1,6 per cent is one standard deviation of the drawing
    np.testing.assert_allclose(found["standard_error"], linear["standard_error"], rtol=0.05)


def test_bootstrap_is_told_by_its_seed():
    first, second, other = (
        make_replicates(draw(), DESIGN, kind="bootstrap", count=5, seed=s)[0] for s in (1, 1, 2)
    )
    assert first.equals(second)
    assert not first.equals(other)


def test_half_samples_by_hand():
    # Two strata of two: totals 1, 3 and 2, 7. Linearised variance of the total: (3−1)² + (7−2)² = 29.
    sample = pl.DataFrame({"w": [1.0] * 4, "h": [1, 1, 2, 2], "y": [1, 3, 2, 7]})
    made, design = make_replicates(sample, SurveyDesign("w", stratum="h"), kind="BRR")
    row = estimate_totals(made, design, values=["y"]).row(0, named=True)
    assert row["estimate"] == 13
    assert row["standard_error"] ** 2 == pytest.approx(29)
    assert row["df"] == 2


def test_weight_scale_leaves_means_and_shares_alone():
    for kind in ("JKn", "BRR", "bootstrap"):
        made, design = make_replicates(draw(), DESIGN, kind=kind, count=20, seed=1)
        larger = made.with_columns(pl.col("w", *design.replicates.columns) * 1000)
        first, second = (estimate_means(each, design, values=["y"], by=["g"]) for each in (made, larger))
        np.testing.assert_allclose(first["standard_error"], second["standard_error"], rtol=1e-10)


def test_row_order_does_not_matter():
    made, design = make_replicates(draw(), DESIGN, kind="JKn")
    shuffled = made.sample(fraction=1.0, shuffle=True, seed=2)
    first, second = (estimate_means(each, design, values=["y"], by=["g"]) for each in (made, shuffled))
    np.testing.assert_allclose(first["standard_error"], second["standard_error"], rtol=1e-10)


def test_composites_and_shares_take_replicates():
    sample = draw(psus=4).with_columns(pl.when(pl.col("x") > 65).then("x").alias("x"))
    made, design = make_replicates(sample, DESIGN, kind="JKn", centre="estimate")
    nodes = {"index": {"x": 0.5, "y": 0.5}}
    found = estimate_composites(made, design, nodes=nodes, by=["g"])
    linear = estimate_composites(sample, DESIGN, nodes=nodes, by=["g"])
    np.testing.assert_allclose(found["estimate"], linear["estimate"], rtol=1e-12)
    np.testing.assert_allclose(found["standard_error"], linear["standard_error"], rtol=0.15)
    assert found["low"].lt(found["estimate"]).all()
    shares = estimate_proportions(made, design, of="g")
    assert shares["estimate"].sum() == pytest.approx(1)


def test_items_nobody_answered_rescale_the_index_in_replicates_too():
    sample = draw(psus=4).with_columns(pl.lit(None, pl.Float64).alias("x"))
    made, design = make_replicates(sample, DESIGN, kind="JKn")
    both = estimate_composites(made, design, nodes={"i": {"x": 0.5, "y": 0.5}, "y": {"y": 1.0}}, by=[])
    assert both["standard_error"][0] == pytest.approx(both["standard_error"][1])


def test_raking_in_every_replicate_takes_the_variance_out_of_what_is_known():
    made, design = make_replicates(draw(psus=4), DESIGN, kind="JKn")
    margins = {"g": {"a": 100.0, "b": 140.0}}
    raked = reweight_replicates(made, design, lambda rows, c: rake(rows, weight=c, margins=margins).weights)
    known = raked.with_columns((pl.col("g") == "a").cast(pl.Float64).alias("is_a"))
    row = estimate_totals(known, design, values=["is_a"]).row(0, named=True)
    assert row["estimate"] == pytest.approx(100)
    assert row["standard_error"] == pytest.approx(0, abs=1e-6)


def test_a_failing_reweighting_names_the_replicate():
    made, design = make_replicates(draw(), DESIGN, kind="JKn")
    with pytest.raises(ZeroDivisionError) as caught:
        reweight_replicates(made, design, lambda rows, c: rows[c] if c == "w" else 1 / 0)
    assert caught.value.__notes__ == ["while re-weighting 'replicate_1'"]


def test_a_domain_of_one_psu_is_never_certain():
    sample = draw(psus=4).with_columns(pl.when(pl.col("c") == 0).then(pl.lit("one")).otherwise("g").alias("g"))
    made, design = make_replicates(sample, DESIGN, kind="JKn")
    row = estimate_means(made, design, values=["y"], by=["g"]).filter(pl.col("g") == "one").row(0, named=True)
    # In every replicate that has the PSU its mean is the same: no spread, hence no limits.
    assert (row["df"], row["low"], row["high"]) == (0, None, None)


def test_average_stretches_for_lonely_strata_as_linearisation_does():
    sample = draw(psus=4).filter((pl.col("h") > 0) | (pl.col("c") == 0))
    design = SurveyDesign("w", stratum="h", cluster="c", lonely="average")
    made, replicated = make_replicates(sample, design, kind="JKn")
    found, linear = (estimate_totals(f, d, values=["y"]) for f, d in ((made, replicated), (sample, design)))
    np.testing.assert_allclose(found["standard_error"], linear["standard_error"], rtol=1e-10)


@pytest.mark.parametrize(
    ("design", "asked", "said"),
    [
        pytest.param(DESIGN, {"kind": "JK1"}, "JK1 knows no strata", id="JK1 with strata"),
        pytest.param(DESIGN, {"kind": "bootstrap"}, "without a seed", id="no seed"),
        pytest.param(DESIGN, {"kind": "jack"}, "kind is 'jack'", id="unknown kind"),
        pytest.param(
            SurveyDesign("w", stratum="h"), {"kind": "BRR"}, "6 of 6 strata do not have two", id="BRR of six"
        ),
        pytest.param(DESIGN, {"kind": "JKn", "prefix": "dup_"}, "there already", id="column taken"),
        pytest.param(SurveyDesign("v"), {"kind": "JK1"}, "column 'v' is missing", id="no column"),
        pytest.param(SurveyDesign("w", stratum="lone"), {"kind": "JKn"}, "1 strata have one", id="lonely"),
    ],
)
def test_unsuited_designs_are_refused(design, asked, said):
    sample = draw().with_columns(pl.lit(1).alias("dup_1"), (pl.int_range(pl.len()) == 0).alias("lone"))
    with pytest.raises(DesignError, match=said):
        make_replicates(sample, design, **asked)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param({"columns": ("a",)}, "at least two", id="one column"),
        pytest.param({"columns": ("a", "b"), "kind": "JKn"}, "needs coefficients", id="JKn bare"),
        pytest.param({"columns": ("a", "b"), "kind": "other"}, "needs a scale", id="other bare"),
        pytest.param({"columns": ("a", "b"), "coefficients": (1.0,)}, "1 coefficients for 2", id="too few"),
        pytest.param({"columns": ("a", "b"), "kind": "BBR"}, "kind is 'BBR'", id="typo"),
        pytest.param({"columns": ("a", "b"), "fay": 1.0}, "fay is 1.0", id="fay 1"),
    ],
)
def test_impossible_replicates_are_refused(given, said):
    with pytest.raises(ValueError, match=said):
        Replicates(**given)


def test_a_replicate_weight_below_zero_is_refused():
    made, design = make_replicates(draw(), DESIGN, kind="JKn")
    spoiled = made.with_columns(-pl.col("replicate_2"))
    with pytest.raises(DesignError, match=r"'replicate_2' \(weight\): 33 of 36 rows"):
        estimate_means(spoiled, design, values=["y"])
