"""Composite indices: a case by hand, the slow definition on random designs, invariants, and the hard domains."""

import math

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from analysis.design import SurveyDesign
from analysis.errors import DesignError, EstimateError, ItemError, NodeError
from analysis.estimation.composite import estimate_composites, estimate_in_domains
from analysis.estimation.intervals import INTERVALS, exact_limits
from tests.analysis.naive import composite_by_definition, random_sample

CLUSTERED = SurveyDesign("w", stratum="h", cluster="c", population="N")
NODES = {
    "q1": {"q1": 1.0},
    "index": {"q1": 0.5, "q2": 0.25, "q3": 0.25},
    "rest": {"q2": 0.5, "q3": 0.5},
}


def nulls(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.col("^q.*$").fill_nan(None))


def test_index_of_three_people_by_hand():
    # means: q1 (100 + 0 + 100)/3 = 200/3; q2 answered by two: 50. Index (200/3 + 50)/2 = 175/3.
    # influence of each: half of (y1 − 200/3)/3 plus half of (y2 − 50)/2:
    #   50/9 + 25/2 = 325/18; −100/9 − 25/2 = −425/18; 50/9 = 100/18. They sum to 0.
    # variance without FPC: 3/2 · (325² + 425² + 100²)/18² = 3/2 · 296250/324
    frame = pl.DataFrame({"w": [1.0] * 3, "q1": [100.0, 0.0, 100.0], "q2": [100.0, 0.0, None]})
    row = estimate_composites(
        frame, SurveyDesign("w"), nodes={"i": {"q1": 0.5, "q2": 0.5}}, by=[], interval="t"
    ).row(0, named=True)
    assert row["estimate"] == pytest.approx(175 / 3, rel=1e-14)
    assert row["standard_error"] == pytest.approx(math.sqrt(1.5 * 296250 / 324), rel=1e-12)
    assert (row["n"], row["df"]) == (3, 2.0)


@pytest.mark.parametrize("high", [0.5, 0.97, 1.0])
@pytest.mark.parametrize("seed", range(4))
def test_all_domains_at_once_equal_the_definition_domain_by_domain(seed, high):
    sample = random_sample(seed, high=high)
    found = estimate_composites(nulls(sample), CLUSTERED, nodes=NODES, by=["unit", "procedure"])
    assert found.height == 3 * sample.select("unit", "procedure").unique().height
    for row in found.iter_rows(named=True):
        inside = ((sample["unit"] == row["unit"]) & (sample["procedure"] == row["procedure"])).to_numpy()
        if row["n"] == 0:
            assert row["estimate"] is None
            continue
        estimate, error, df = composite_by_definition(sample, NODES[row["node"]], inside)
        assert row["estimate"] == pytest.approx(estimate, rel=1e-10)
        assert row["standard_error"] == pytest.approx(error, rel=1e-9, abs=1e-9)
        assert row["df"] == df


@pytest.mark.parametrize("interval", INTERVALS)
@pytest.mark.parametrize("seed", range(6))
def test_no_row_is_nan_out_of_range_or_certain_without_census(seed, interval):
    sample = nulls(random_sample(seed, high=[0.02, 0.5, 0.9, 0.98, 1.0, 0.0][seed]))
    for design in (CLUSTERED, SurveyDesign("w", stratum="h"), SurveyDesign("w")):
        found = estimate_composites(sample, design, nodes=NODES, by=["unit", "procedure"], interval=interval)
        answered = found.filter(pl.col("n") > 0)
        assert not found.select(pl.col(pl.Float64).is_nan().any()).to_numpy().any()
        assert (
            answered.select("estimate", "standard_error", "low", "high", "df", "n_effective")
            .null_count()
            .sum_horizontal()
            .item()
            == 0
        )
        assert answered.filter(~pl.col("low").is_between(0, 100) | ~pl.col("high").is_between(0, 100)).is_empty()
        assert answered.filter(pl.col("low") >= pl.col("high")).is_empty()
        assert answered.filter(
            (pl.col("low") > pl.col("estimate")) | (pl.col("high") < pl.col("estimate"))
        ).is_empty()
        assert found.filter(pl.col("n") == 0)["method"].unique().to_list() in ([], ["none"])


def test_interval_does_not_depend_on_weight_scale():
    sample = nulls(random_sample(1))
    scaled = sample.with_columns(pl.col("w") * 1000)
    first, second = (estimate_composites(s, CLUSTERED, nodes=NODES, by=["unit"]) for s in (sample, scaled))
    assert_frame_equal(first.drop("sum_weights"), second.drop("sum_weights"), rel_tol=1e-10)


def test_estimates_do_not_depend_on_row_order():
    sample = nulls(random_sample(2))
    shuffled = sample.sample(fraction=1.0, shuffle=True, seed=5)
    first, second = (estimate_composites(s, CLUSTERED, nodes=NODES, by=["unit"]) for s in (sample, shuffled))
    assert_frame_equal(first, second, rel_tol=1e-10)


def test_same_frame_gives_the_same_bits():
    sample = nulls(random_sample(3, rows=5_000))
    runs = [estimate_composites(sample, CLUSTERED, nodes=NODES, by=["procedure"]) for _ in range(3)]
    assert runs[0].equals(runs[1])
    assert runs[0].equals(runs[2])


def test_domains_do_not_depend_on_the_other_domains_asked_for():
    sample = nulls(random_sample(4))
    alone = estimate_composites(sample, CLUSTERED, nodes=NODES, by=[], where=pl.col("unit") == "A")
    among = estimate_composites(sample, CLUSTERED, nodes=NODES, by=["unit"]).filter(pl.col("unit") == "A")
    assert_frame_equal(alone, among.drop("unit"), rel_tol=1e-12)


def test_a_response_without_answers_changes_the_design_only():
    sample = nulls(random_sample(5)).with_columns(c=pl.col("c") * 1000 + pl.int_range(pl.len()))
    sample = sample.with_columns(N=pl.lit(10_000.0))
    silent = sample.head(1).with_columns(c=pl.lit(-1, pl.Int64), q1=None, q2=None, q3=None)
    silent = silent.with_columns(pl.col("^q.$").cast(pl.Float64))
    before = estimate_composites(sample, CLUSTERED, nodes=NODES, by=["unit"])
    after = estimate_composites(pl.concat([sample, silent]), CLUSTERED, nodes=NODES, by=["unit"])
    assert_frame_equal(before.select("n", "estimate", "df"), after.select("n", "estimate", "df"), rel_tol=1e-12)
    assert not before["standard_error"].equals(after["standard_error"])


def test_null_in_a_by_column_is_in_the_design_and_in_no_domain():
    sample = nulls(random_sample(6)).with_columns(unit=pl.when(pl.col("unit") == "A").then(pl.lit("A")))
    named = sample.with_columns(pl.col("unit").fill_null("other"))
    found = estimate_composites(sample, CLUSTERED, nodes=NODES, by=["unit"])
    expected = estimate_composites(named, CLUSTERED, nodes=NODES, by=["unit"]).filter(pl.col("unit") == "A")
    assert found["unit"].unique().to_list() == ["A"]
    assert_frame_equal(found, expected, rel_tol=1e-12)


def test_weight_of_zero_is_in_the_design_and_in_no_domain():
    sample = nulls(random_sample(7))
    zeroed = sample.with_columns(w=pl.when(pl.col("unit") == "A").then("w").otherwise(0.0))
    first = estimate_composites(sample, CLUSTERED, nodes=NODES, by=[], where=pl.col("unit") == "A")
    assert_frame_equal(first, estimate_composites(zeroed, CLUSTERED, nodes=NODES, by=[]), rel_tol=1e-12)


def test_lazy_and_eager_frames_give_the_same():
    sample = nulls(random_sample(8))
    lazy, eager = (estimate_composites(s, CLUSTERED, nodes=NODES, by=["unit"]) for s in (sample.lazy(), sample))
    assert lazy.equals(eager)


def make_domain(values: list[float | None], *, others: int = 20) -> pl.DataFrame:
    """Domain "A" with ``values`` as q1 beside ``others`` responses of domain "B" that differ."""
    q1 = [*values, *([0.0, 100.0] * (others // 2))]
    units = ["A"] * len(values) + ["B"] * (len(q1) - len(values))
    return pl.DataFrame({"w": [2.0] * len(q1), "unit": units, "q1": q1}, schema_overrides={"q1": pl.Float64})


def first_domain(frame: pl.DataFrame, design: SurveyDesign = SurveyDesign("w"), **rule) -> dict:
    return estimate_composites(frame, design, nodes={"q1": {"q1": 1.0}}, by=["unit"], **rule).row(0, named=True)


def test_unanimous_domain_gets_a_clopper_pearson_interval():
    row = first_domain(make_domain([100.0] * 8))
    # everybody of 8: low solves p^8 = 0.025
    assert row["low"] == pytest.approx(100 * 0.025 ** (1 / 8), rel=1e-12)
    assert (row["estimate"], row["high"], row["standard_error"], row["n_effective"]) == (100.0, 100.0, 0.0, 8.0)
    assert row["design_effect"] is None
    assert "linearised variance is 0" in row["note"]


def test_one_response_gets_the_widest_interval_there_is():
    row = first_domain(make_domain([100.0]))
    assert row["low"] == pytest.approx(2.5)
    assert (row["high"], row["n"], row["df"]) == (100.0, 1, 0.0)
    assert "no degrees of freedom" in row["note"]


def test_unequal_weights_make_a_unanimous_domain_less_certain():
    frame = make_domain([100.0] * 8).with_columns(w=pl.when(pl.int_range(pl.len()) == 0).then(20.0).otherwise("w"))
    row = first_domain(frame)
    # Kish: (20 + 7·2)² / (400 + 7·4) = 1156/428
    assert row["n_effective"] == pytest.approx(1156 / 428)
    assert row["low"] == pytest.approx(100 * 0.025 ** (428 / 1156))


def test_domain_of_one_cluster_counts_as_one_observation():
    frame = make_domain([100.0, 0.0, 100.0, 100.0] * 5).with_columns(
        c=pl.when(pl.col("unit") == "A").then(0).otherwise(pl.int_range(pl.len()))
    )
    row = first_domain(frame, SurveyDesign("w", cluster="c"))
    low, high = exact_limits(0.75, 1.0, 0.95)
    assert (row["n"], row["df"], row["n_effective"], row["standard_error"]) == (20, 0.0, 1.0, 0.0)
    assert (row["low"], row["high"]) == pytest.approx((100 * float(low), 100 * float(high)))


def test_census_is_certain_and_says_so():
    frame = make_domain([100.0, 0.0, 100.0], others=4).with_columns(
        N=pl.when(pl.col("unit") == "A").then(3).otherwise(9)
    )
    row = first_domain(frame, SurveyDesign("w", stratum="unit", population="N"))
    assert (row["low"], row["high"], row["standard_error"]) == (row["estimate"], row["estimate"], 0.0)
    assert (row["method"], row["n_effective"]) == ("census", 3.0)
    assert "census" in row["note"]


def test_census_with_a_missing_answer_is_no_census():
    frame = make_domain([100.0, 0.0, None], others=4).with_columns(
        N=pl.when(pl.col("unit") == "A").then(3).otherwise(9)
    )
    row = first_domain(frame, SurveyDesign("w", stratum="unit", population="N"))
    assert row["low"] < row["estimate"] < row["high"]
    assert "not everybody answered" in row["note"]


def test_domain_without_answers_is_a_row_without_figures():
    row = first_domain(make_domain([None, None]))
    assert (row["n"], row["estimate"], row["low"], row["high"], row["method"]) == (0, None, None, None, "none")
    assert "no answers" in row["note"]


def test_absent_item_is_named_and_its_weight_shared():
    frame = make_domain([100.0, 0.0, 100.0, 100.0]).with_columns(
        q2=pl.when(pl.col("unit") == "B").then("q1"), q3=pl.lit(50.0)
    )
    found = estimate_composites(
        frame, SurveyDesign("w"), nodes={"i": {"q1": 0.5, "q2": 0.3, "q3": 0.2}}, by=["unit"]
    )
    a, b = found.iter_rows(named=True)
    # (0.5·75 + 0.2·50) / 0.7
    assert a["estimate"] == pytest.approx((0.5 * 75 + 0.2 * 50) / 0.7)
    assert a["note"].endswith("weights rescaled: q2")
    assert b["note"] is None
    only = estimate_composites(frame, SurveyDesign("w"), nodes={"i": {"q1": 5 / 7, "q3": 2 / 7}}, by=["unit"])
    assert a["standard_error"] == pytest.approx(only["standard_error"][0])


def test_lonely_stratum_is_noted_and_can_be_refused():
    frame = make_domain([100.0, 0.0, 100.0]).with_columns(
        h=pl.when(pl.int_range(pl.len()) == 0).then(0).otherwise(1)
    )
    row = first_domain(frame, SurveyDesign("w", stratum="h"))
    assert "stratum with one sampled unit" in row["note"]
    with pytest.raises(DesignError, match="one sampled PSU only"):
        first_domain(frame, SurveyDesign("w", stratum="h", lonely="fail"))


def test_every_problem_of_the_design_is_named_together():
    frame = pl.DataFrame({"w": [1.0, -1.0, None], "h": [1, None, 1], "N": [5, 5, 5], "q1": [0.0, 0.0, 100.0]})
    with pytest.raises(DesignError) as caught:
        first_domain(frame.with_columns(unit=1), SurveyDesign("w", stratum="h", population="N"))
    assert len(caught.value.problems) == 2
    assert "2 of 3 rows are null, negative" in str(caught.value)


@pytest.mark.parametrize(
    ("population", "words"),
    [
        pytest.param([5, 6, 5], "more than one value", id="two sizes"),
        pytest.param([2, 2, 2], "smaller than their sample", id="too small"),
    ],
)
def test_impossible_population_is_refused(population, words):
    frame = pl.DataFrame({"w": [1.0] * 3, "N": population, "q1": [0.0, 0.0, 100.0], "unit": [1] * 3})
    with pytest.raises(DesignError, match=words):
        first_domain(frame, SurveyDesign("w", population="N"))


@pytest.mark.parametrize("value", [100.5, -1.0, float("nan"), float("inf")])
def test_unmeasured_answers_are_refused(value):
    with pytest.raises(ItemError, match="1 of 21 values are outside 0-100"):
        first_domain(make_domain([value]))


def test_unknown_columns_nodes_and_rules_are_refused():
    frame = make_domain([100.0])
    with pytest.raises(ItemError, match="'q9' is missing"):
        estimate_composites(frame, SurveyDesign("w"), nodes={"q9": {"q9": 1.0}}, by=[])
    with pytest.raises(DesignError, match="'weight' is missing"):
        first_domain(frame, SurveyDesign("weight"))
    with pytest.raises(NodeError, match="sum to 1"):
        estimate_composites(frame, SurveyDesign("w"), nodes={"q1": {"q1": 0.9}}, by=[])
    with pytest.raises(EstimateError, match="interval is 'wald'"):
        first_domain(frame, interval="wald")
    with pytest.raises(ValueError, match="lonely is 'ignore'"):
        SurveyDesign("w", lonely="ignore")


@pytest.mark.parametrize("name", ["domain", "stratum", "weight", "psus", "m0", "remark", "by.unit"])
def test_domains_may_be_made_of_a_column_of_any_name(name: str):
    frame = make_domain([100.0, 0.0, 100.0, 100.0])
    nodes = {"q1": {"q1": 1.0}}
    found = estimate_composites(frame.rename({"unit": name}), SurveyDesign("w"), nodes=nodes, by=[name])
    plain = estimate_composites(frame, SurveyDesign("w"), nodes=nodes, by=["unit"])
    assert_frame_equal(found.rename({name: "unit"}), plain)


def test_several_sets_of_domains_are_those_estimated_one_by_one():
    frame, nodes = nulls(random_sample(7)), {"index": {"q1": 0.5, "q2": 0.5}, "q3": {"q3": 1.0}}
    design = SurveyDesign("w", stratum="h", cluster="c", population="N")
    domains = [[], ["unit"], ["unit", "procedure"]]
    together = estimate_in_domains(frame, design, nodes=nodes, domains=domains)
    for by, found in zip(domains, together, strict=True):
        assert_frame_equal(found, estimate_composites(frame, design, nodes=nodes, by=by))


def test_each_node_takes_the_interval_named_for_it():
    frame, nodes = nulls(random_sample(8)), {"index": {"q1": 0.5, "q2": 0.5}, "q3": {"q3": 1.0}}
    design = SurveyDesign("w", stratum="h")
    chosen = {"index": "beta", "q3": "wilson"}
    found = estimate_composites(frame, design, nodes=nodes, by=["unit"], interval=chosen)
    for node, interval in chosen.items():
        alone = estimate_composites(frame, design, nodes=nodes, by=["unit"], interval=interval)
        assert_frame_equal(found.filter(pl.col("node") == node), alone.filter(pl.col("node") == node))
    assert found["method"].str.extract("(wilson|korn-graubard)").to_list() == ["korn-graubard", "wilson"] * 3


def test_a_node_without_an_interval_is_refused():
    with pytest.raises(NodeError, match="'q1' has no interval"):
        estimate_composites(
            make_domain([100.0]), SurveyDesign("w"), nodes={"q1": {"q1": 1.0}}, by=[], interval={"q2": "beta"}
        )


def test_empty_frame_gives_empty_estimates():
    found = estimate_composites(make_domain([]).clear(), SurveyDesign("w"), nodes={"q1": {"q1": 1.0}}, by=["unit"])
    assert found.is_empty()
    whole = estimate_composites(make_domain([]).clear(), SurveyDesign("w"), nodes={"q1": {"q1": 1.0}}, by=[])
    assert whole["estimate"].to_list() == [None]


def test_wilson_interval_covers_shares_near_95_percent():
    # 2,000 simple random samples of 30 of a population with a share of 95 %: one domain each, in one call.
    rng = np.random.default_rng(11)
    answers = np.where(rng.random((2_000, 30)) < 0.95, 100.0, 0.0)
    frame = pl.DataFrame({"unit": np.repeat(np.arange(2_000), 30), "w": 1.0, "q1": answers.ravel()})
    design = SurveyDesign("w", stratum="unit")
    found = estimate_composites(frame, design, nodes={"q1": {"q1": 1.0}}, by=["unit"])
    covered = found.select(pl.lit(95.0).is_between("low", "high").mean()).item()
    assert 0.93 <= covered <= 0.985
