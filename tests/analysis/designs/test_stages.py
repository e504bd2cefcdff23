"""Stages, certainty, lonely strata and pairs: by hand, by all samples, and what they refuse."""

from itertools import combinations, product

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from analysis.design import Stage, SurveyDesign
from analysis.designs.weights import weigh_stages
from analysis.errors import DesignError, EstimateError
from analysis.estimation.composite import estimate_composites
from analysis.estimation.estimate import estimate_means, estimate_totals
from analysis.estimation.rows import read_rows


def test_two_stages_by_hand():
    # 2 of 4 communes, in each 2 of 3 people, weight 3. Totals of w·y: A 3·(1+3) = 12, B 3·(4+6) = 30.
    # Stage 1: (1 − 2/4)·2·[(12−21)² + (30−21)²] = 162.
    # Stage 2, times f₁ = ½: A (1 − 2/3)·2·[(3−6)² + (9−6)²] = 12, B the same: ½·(12 + 12) = 12.
    sample = pl.DataFrame({"c": ["A", "A", "B", "B"], "y": [1, 3, 4, 6], "N": [4] * 4, "M": [3] * 4})
    design = SurveyDesign("w", cluster="c", population="N", stages=(Stage(population="M"),))
    sample = sample.with_columns(weigh_stages(sample, design))
    assert sample["w"].to_list() == pytest.approx([3.0] * 4)
    row = estimate_totals(sample, design, values=["y"]).row(0, named=True)
    assert (row["estimate"], row["standard_error"] ** 2) == (pytest.approx(42), pytest.approx(174))
    assert row["df"] == 1


def test_three_stages_are_unbiased_over_all_samples():
    # 3 provinces of 3 communes of 3 people; 2 of each: 3·3²·3⁴ = 2187 samples, all alike likely, each a domain.
    answers = np.random.default_rng(8).integers(0, 20, (3, 3, 3)).astype(float)
    two = list(combinations(range(3), 2))
    rows, sample = [], 0
    for provinces in two:
        for communes in product(two, repeat=2):
            places = [(p, c) for p, chosen in zip(provinces, communes, strict=True) for c in chosen]
            for persons in product(two, repeat=4):
                rows += [
                    (sample, p, c, k, answers[p, c, k])
                    for (p, c), chosen in zip(places, persons, strict=True)
                    for k in chosen
                ]
                sample += 1
    frame = pl.DataFrame(rows, schema=["sample", "p", "c", "k", "y"], orient="row").with_columns(N=3, w=27 / 8)
    stages = (Stage("c", population="N"), Stage("k", population="N"))
    design = SurveyDesign("w", stratum="sample", cluster="p", population="N", stages=stages)
    found = estimate_totals(frame, design, values=["y"], by=["sample"])
    assert found.height == 2187
    assert found["estimate"].mean() == pytest.approx(answers.sum())
    assert (found["standard_error"] ** 2).mean() == pytest.approx(found["estimate"].var(ddof=0))


def make_staged(seed=0):
    rng = np.random.default_rng(seed)
    rows = [
        {"h": h, "c": c, "g": rng.choice(["a", "b"]), "y": rng.normal(50 + 5 * c, 9), "N": 9, "M": 12}
        for h in range(3)
        for c in range(4)
        for _ in range(5)
    ]
    sample = pl.DataFrame(rows)
    design = SurveyDesign("w", stratum="h", cluster="c", population="N", stages=(Stage(population="M"),))
    return sample.with_columns(weigh_stages(sample, design)), design


def test_one_stage_by_the_general_way_is_the_fast_way():
    sample, _ = make_staged()
    fast = SurveyDesign("w", stratum="h", cluster="c", population="N")
    # In a sample without lonely strata the rule for them changes the way, not the figures.
    slow = SurveyDesign("w", stratum="h", cluster="c", population="N", lonely="collapse")
    assert (fast.is_simple, slow.is_simple) == (True, False)
    for by in ([], ["g"], ["h", "g"]):
        first, second = (estimate_means(sample, d, values=["y"], by=by) for d in (fast, slow))
        for column in ("estimate", "standard_error", "low", "high", "df", "n_effective", "design_effect"):
            np.testing.assert_allclose(first[column], second[column], rtol=1e-9)
        assert first.select("n", "method", "note").equals(second.select("n", "method", "note"))


def test_figures_do_not_depend_on_order_or_on_weight_scale():
    sample, design = make_staged()
    shuffled = sample.sample(fraction=1.0, shuffle=True, seed=3)
    scaled = sample.with_columns(pl.col("w") * 1000)
    first, *others = (
        estimate_means(each, design, values=["y"], by=["g"])["standard_error"]
        for each in (sample, shuffled, scaled)
    )
    for other in others:
        np.testing.assert_allclose(first, other, rtol=1e-10)


def test_labels_are_nested_in_the_unit_above():
    sample, design = make_staged()
    apart = sample.with_columns(pl.format("{}-{}", "h", "c").alias("c"))
    first, second = (estimate_means(each, design, values=["y"], by=["g"]) for each in (sample, apart))
    np.testing.assert_allclose(first["standard_error"], second["standard_error"], rtol=1e-12)


def test_strata_within_a_stage_count():
    sample = pl.DataFrame(
        {
            "c": ["A"] * 4 + ["B"] * 4,
            "s": ["x", "x", "y", "y"] * 2,
            "y": [1, 3, 10, 12, 2, 2, 9, 11],
            "w": [1.0] * 8,
        }
    ).with_columns(pl.lit(2).alias("N"), pl.lit(4).alias("M"))
    # All communes taken: only stage 2. x in A: (1−2/4)·2·(1+1) = 2, y in A 2, x in B 0, y in B 2.
    design = SurveyDesign("w", cluster="c", population="N", stages=(Stage(stratum="s", population="M"),))
    assert estimate_totals(sample, design, values=["y"])["standard_error"].item() ** 2 == pytest.approx(6)


def test_certain_psus_among_others_vary_by_their_people():
    # Big: taken for sure, 3 people asked: 3 of them as PSUs. Three others of 10: totals 2, 4, 6.
    sample = pl.DataFrame(
        {
            "c": ["big"] * 3 + ["p", "q", "r"],
            "y": [1, 2, 3, 2, 4, 6],
            "sure": [True] * 3 + [False] * 3,
            "N": [10] * 6,
        }
    ).with_columns(pl.lit(1.0).alias("w"))
    design = SurveyDesign("w", cluster="c", certainty="sure")
    row = estimate_totals(sample, design, values=["y"]).row(0, named=True)
    # big: 3/2·2 = 3 (with replacement); others: 3/2·8 = 12; df (3 − 1) + (3 − 1)
    assert (row["standard_error"] ** 2, row["df"]) == (pytest.approx(15), 4)
    finite = SurveyDesign("w", cluster="c", population="N", certainty="sure")
    row = estimate_totals(sample, finite, values=["y"], df="design").row(0, named=True)
    assert (row["standard_error"] ** 2, row["df"]) == (pytest.approx(3 + 0.7 * 12), 4)


def test_a_certain_psu_is_the_same_as_a_stratum_of_its_people():
    rng = np.random.default_rng(5)
    sample = pl.DataFrame({"c": np.repeat([0, 1, 2, 3], 6), "y": rng.normal(size=24), "w": rng.uniform(1, 3, 24)})
    sample = sample.with_columns((pl.col("c") == 0).alias("sure"))
    flagged = estimate_means(sample, SurveyDesign("w", cluster="c", certainty="sure"), values=["y"])
    by_hand = sample.with_columns(
        pl.when("sure").then(pl.lit("sure")).otherwise(pl.lit("other")).alias("h"),
        pl.when("sure").then(pl.int_range(pl.len()) + 100).otherwise("c").alias("u"),
    )
    strata = estimate_means(by_hand, SurveyDesign("w", stratum="h", cluster="u"), values=["y"])
    for column in ("standard_error", "df", "low", "high"):
        assert flagged[column].item() == pytest.approx(strata[column].item(), rel=1e-10)


def test_collapse_joins_a_lonely_stratum_to_the_next_and_the_last_to_the_one_before():
    sample = pl.DataFrame({"h": ["a", "b", "b", "c", "c", "d"], "y": [5, 1, 3, 2, 8, 4], "w": [1.0] * 6})
    found = estimate_totals(sample, SurveyDesign("w", stratum="h", lonely="collapse"), values=["y"])
    joined = sample.with_columns(pl.col("h").replace({"a": "b", "d": "c"}))
    expected = estimate_totals(joined, SurveyDesign("w", stratum="h"), values=["y"])
    assert found.select("standard_error", "df").equals(expected.select("standard_error", "df"))


def test_collapse_adds_populations_and_leaves_strata_taken_whole():
    sample = pl.DataFrame({"h": ["a", "b", "c", "c"], "y": [5, 1, 3, 2], "w": [1.0] * 4, "N": [4, 1, 6, 6]})
    design = SurveyDesign("w", stratum="h", population="N", lonely="collapse")
    joined = sample.with_columns(
        pl.col("h").replace({"a": "c"}), pl.when(pl.col("h") == "b").then(1).otherwise(10).alias("N")
    )
    expected = estimate_totals(joined, SurveyDesign("w", stratum="h", population="N"), values=["y"])
    found = estimate_totals(sample, design, values=["y"])
    assert found["standard_error"].item() == pytest.approx(expected["standard_error"].item())


def test_lonely_later_units_do_not_stop_the_estimate_unless_asked():
    sample, design = make_staged()
    thin = sample.filter(pl.struct("h", "c").is_first_distinct() | (pl.col("c") > 0))
    assert estimate_means(thin, design, values=["y"])["standard_error"].is_not_null().all()
    refusing = SurveyDesign(
        "w", stratum="h", cluster="c", population="N", lonely="fail", stages=(Stage(population="M"),)
    )
    with pytest.raises(DesignError, match="3 strata of stage 2 have one sampled unit only"):
        estimate_means(thin, refusing, values=["y"])


def list_samples(p):
    """All samples of two, with chances as the products of ``p``: joint probabilities are what they are then."""
    pairs = list(combinations(range(len(p)), 2))
    chances = np.array([p[i] * p[j] for i, j in pairs])
    return pairs, chances / chances.sum()


@pytest.mark.parametrize("pps", ["horvitz_thompson", "yates_grundy"])
def test_joint_probabilities_make_the_variance_unbiased_over_all_samples(pps):
    y = np.array([3.0, 8.0, 5.0, 12.0])
    pairs, chances = list_samples([0.3, 0.8, 0.5, 0.9])
    joint = np.zeros((4, 4))
    for (i, j), chance in zip(pairs, chances, strict=True):
        joint[i, j] = joint[j, i] = chance
    own = joint.sum(axis=1)
    joint += np.diag(own)
    totals, quadratic = [], []
    for i, j in pairs:
        chosen = [j, i]  # in an order that is not that of the labels
        t = y[chosen] / own[chosen]
        d = 1 - np.outer(own[chosen], own[chosen]) / joint[np.ix_(chosen, chosen)]
        form = t @ d @ t - (pps == "yates_grundy") * (t**2 * d.sum(axis=1)).sum()
        totals.append(t.sum())
        quadratic.append(form)
        if form < 0:
            continue
        sample = pl.DataFrame(
            {
                "unit": [str(9 - k) for k in chosen],
                "y": y[chosen],
                "pi": own[chosen],
                "w": 1 / own[chosen],
                "joint": joint[np.ix_(chosen, chosen)].tolist(),
            }
        )
        design = SurveyDesign("w", cluster="unit", probability="pi", pps=pps, joint="joint")
        found = estimate_totals(sample, design, values=["y"])["standard_error"].item()
        assert found**2 == pytest.approx(form, rel=1e-9)
    truth = chances @ (np.array(totals) - y.sum()) ** 2
    assert chances @ np.array(totals) == pytest.approx(y.sum())
    assert chances @ np.array(quadratic) == pytest.approx(truth)


def test_poisson_samples_have_an_unbiased_variance_over_all_of_them():
    y, pi = np.array([3.0, 8.0, 5.0, 12.0]), np.array([0.3, 0.8, 0.5, 0.9])
    design = SurveyDesign("w", probability="pi", pps="poisson")
    expected = 0.0
    for chosen in product([False, True], repeat=4):
        taken = np.array(chosen)
        if not taken.any():
            continue  # its total is 0 and so is its variance
        sample = pl.DataFrame({"y": y[taken], "pi": pi[taken], "w": 1 / pi[taken]})
        found = estimate_totals(sample, design, values=["y"])["standard_error"].item()
        assert found**2 == pytest.approx(((1 - pi) * (y / pi) ** 2)[taken].sum())
        expected += np.where(taken, pi, 1 - pi).prod() * found**2
    assert expected == pytest.approx(((1 - pi) / pi * y**2).sum())


@pytest.mark.parametrize("pps", ["brewer", "overton", "hartley_rao"])
def test_equal_chances_give_the_variance_of_a_simple_random_sample(pps):
    rng = np.random.default_rng(2)
    sample = pl.DataFrame({"h": np.repeat([1, 2], 8), "g": np.tile(["a", "b"], 8), "y": rng.normal(9, 2, 16)})
    sample = sample.with_columns(
        pl.lit(0.4).alias("p"), pl.lit(2.5).alias("w"), pl.lit(20).alias("N"), pl.lit(20 * 0.16).alias("squares")
    )
    squares = "squares" if pps == "hartley_rao" else None
    unequal = SurveyDesign("w", stratum="h", probability="p", pps=pps, probability_squares=squares)
    simple = SurveyDesign("w", stratum="h", population="N")
    for by in ([], ["g"]):
        found, expected = (estimate_totals(sample, design, values=["y"], by=by) for design in (unequal, simple))
        np.testing.assert_allclose(found["standard_error"], expected["standard_error"], rtol=1e-9)


def test_composites_know_stages():
    sample, design = make_staged()
    shares = sample.with_columns((pl.col("y") > 55).cast(pl.Float64).mul(100).alias("q"))
    index = estimate_composites(shares, design, nodes={"q": {"q": 1.0}}, by=["g"])
    means = estimate_means(shares, design, values=["q"], by=["g"])
    np.testing.assert_allclose(index["standard_error"], means["standard_error"], rtol=1e-12)


def test_what_knows_one_stage_only_refuses_more():
    sample, design = make_staged()
    with pytest.raises(EstimateError, match="one stage only"):
        read_rows(sample, design, items={"y": pl.col("y")}, by=[])


def test_an_empty_frame_gives_no_domains():
    sample, design = make_staged()
    assert estimate_means(sample.clear(), design, values=["y"], by=["g"]).height == 0


def test_weight_zero_stays_in_the_design():
    sample, design = make_staged()
    gone = sample.with_columns(pl.when(pl.col("g") == "a").then("w").otherwise(0.0).alias("w"))
    found = estimate_means(gone, design, values=["y"])
    expected = estimate_means(sample, design, values=["y"], where=pl.col("g") == "a")
    assert_frame_equal(found, expected, rel_tol=1e-12)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param({"M": pl.lit(3)}, r"column 'M' \(stage 2\): 12 strata have a population below", id="too few"),
        pytest.param({"M": pl.int_range(20, pl.len() + 20)}, "12 strata have more than one population", id="two"),
        pytest.param({"M": pl.lit(None, pl.Int64)}, r"column 'M' \(stage 2\): 60 of 60 rows", id="null"),
        pytest.param(
            {"c": pl.when(pl.col("y") > 0).then(None)}, r"'c' \(stage 1\): 60 of 60 rows are null", id="unit"
        ),
        pytest.param({"w": -pl.col("w")}, r"'w' \(weight\): 60 of 60 rows are null, negative", id="weight"),
        pytest.param({"w": pl.lit("x")}, "is String, a number is needed", id="text"),
    ],
)
def test_impossible_designs_are_refused_by_column_and_rows(change, said):
    sample, design = make_staged()
    with pytest.raises(DesignError, match=said):
        estimate_means(sample.with_columns(**change), design, values=["y"])


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        pytest.param({"lonely": "drop"}, "lonely is 'drop'", id="lonely"),
        pytest.param({"pps": "sampford", "probability": "p"}, "pps is 'sampford'", id="pps"),
        pytest.param({"pps": "overton"}, "needs the column probability", id="no probability"),
        pytest.param({"probability": "p", "population": "N"}, "name one", id="both"),
        pytest.param({"probability": "p", "pps": "yates_grundy"}, "joint goes with", id="no joint"),
        pytest.param({"probability": "p", "pps": "overton", "stages": (Stage(),)}, "knows one stage", id="stages"),
        pytest.param({"stages": (Stage(population="N", probability="p"),)}, "stage 2 names both", id="stage both"),
    ],
)
def test_contradictions_are_refused_at_once(asked, said):
    with pytest.raises(ValueError, match=said):
        SurveyDesign("w", **asked)


def test_joint_probabilities_that_cannot_be_are_refused():
    sample = pl.DataFrame({"y": [1.0, 2.0], "pi": [0.5, 0.5], "w": [2.0, 2.0], "joint": [[0.5, 0.2], [0.3, 0.5]]})
    design = SurveyDesign("w", probability="pi", pps="yates_grundy", joint="joint")
    with pytest.raises(DesignError, match="2 PSUs differ from what others say"):
        estimate_totals(sample, design, values=["y"])
