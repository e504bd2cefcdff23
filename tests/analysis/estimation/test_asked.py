"""What is asked wrongly is refused in words, and what a newcomer writes is understood."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import polars as pl
import pytest

import analysis
from analysis import AnalysisError, SurveyDesign
from analysis.errors import ComparisonError, DesignError, EstimateError, ItemError

ROWS = pl.DataFrame(
    {
        "w": [1.0, 2.0] * 6,
        "h": [1] * 6 + [2] * 6,
        "unit": list("aabbccaabbcc"),
        "q": [float(k) for k in range(12)],
        "z": [1.0] * 12,
        "said": ["yes", "no", "no"] * 4,
    }
)
DESIGN = SurveyDesign("w", stratum="h")

ESTIMATORS: dict[str, Callable[..., Any]] = {
    "means": lambda frame, **more: analysis.estimate_means(frame, DESIGN, values=["q"], **more),
    "totals": lambda frame, **more: analysis.estimate_totals(frame, DESIGN, values=["q"], **more),
    "ratios": lambda frame, **more: analysis.estimate_ratios(frame, DESIGN, ratios={"r": ("q", "z")}, **more),
    "proportions": lambda frame, **more: analysis.estimate_proportions(frame, DESIGN, of="said", **more),
    "as r": lambda frame, **more: analysis.estimate_proportions_as_r(frame, DESIGN, of="said", **more),
    "quantiles": lambda frame, **more: analysis.estimate_quantiles(frame, DESIGN, values=["q"], **more),
    "variances": lambda frame, **more: analysis.estimate_variances(frame, DESIGN, values=["q"], **more),
    "covariances": lambda frame, **more: analysis.estimate_covariances(frame, DESIGN, values=["q", "z"], **more),
    "composites": lambda frame, **more: analysis.estimate_composites(
        frame, DESIGN, nodes={"i": {"q": 1.0}}, **({"by": []} | more)
    ),
    "jointly": lambda frame, **more: analysis.estimate_jointly(frame, DESIGN, values=["q"], **more),
    "compare": lambda frame, **more: analysis.compare_domains(frame, DESIGN, item="q", **({"by": ["h"]} | more)),
    "periods": lambda frame, **more: analysis.compare_periods(frame, frame, DESIGN, item="q", **more),
}
every_estimator = pytest.mark.parametrize("name", ESTIMATORS)
of_numbers = pytest.mark.parametrize("name", sorted(set(ESTIMATORS) - {"proportions", "as r"}))


@every_estimator
def test_one_name_is_one_column_and_not_its_letters(name):
    one, several = (ESTIMATORS[name](ROWS, by=by) for by in ("unit", ["unit"]))
    if name == "jointly":
        one, several = one.estimates, several.estimates
    assert one.equals(several)


@every_estimator
def test_a_claim_that_is_none_is_refused(name):
    with pytest.raises(EstimateError, match=r"where is Float64, not a claim.*Write a comparison"):
        ESTIMATORS[name](ROWS, where=pl.col("q"))


@every_estimator
def test_domains_named_twice_are_refused(name):
    with pytest.raises(EstimateError, match="by names column 'unit' 2 times"):
        ESTIMATORS[name](ROWS, by=["unit", "unit"])


@every_estimator
def test_domains_named_as_a_column_of_the_result_are_refused(name):
    with pytest.raises(EstimateError, match="by column 'estimate' is also a column of the result"):
        ESTIMATORS[name](ROWS.rename({"unit": "estimate"}), by=["estimate"])


@of_numbers
@pytest.mark.parametrize(
    ("column", "kind"),
    [
        pytest.param(pl.lit("4"), "String", id="text that looks like a number"),
        pytest.param(pl.lit(timedelta(minutes=5)), "Duration", id="duration"),
        pytest.param(pl.lit("2026-01-01").str.to_date(), "Date", id="date"),
        pytest.param(pl.lit("a").cast(pl.Enum(["a"])), "Enum", id="enum"),
        pytest.param(pl.lit([1.0]), "List", id="list"),
    ],
)
def test_items_that_are_no_numbers_are_refused_by_name_and_kind(name, column, kind):
    with pytest.raises(ItemError, match=rf"'(q|r\.0)' is {kind}.*, a number is needed"):
        ESTIMATORS[name](ROWS.with_columns(q=column))


@every_estimator
def test_weights_that_are_text_are_refused(name):
    with pytest.raises(DesignError, match=r"column 'w' \(weight\) is String, a number is needed"):
        ESTIMATORS[name](ROWS.with_columns(w=pl.lit("1")))


@of_numbers
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_answers_that_are_not_finite_are_refused_with_their_number(name, value):
    spoiled = ROWS.with_columns(q=pl.when(pl.col("q") > 8).then(value).otherwise("q"))
    with pytest.raises(ItemError, match=r"3 of 12 values are (not finite|outside)"):
        ESTIMATORS[name](spoiled)


@pytest.mark.parametrize("name", ["means", "totals", "quantiles", "variances"])
def test_a_figure_asked_for_twice_is_refused(name):
    asked = {"means": analysis.estimate_means, "totals": analysis.estimate_totals}
    asked |= {"quantiles": analysis.estimate_quantiles, "variances": analysis.estimate_variances}
    with pytest.raises(EstimateError, match="value 'q' is asked for 2 times"):
        asked[name](ROWS, DESIGN, values=["q", "q"])


@every_estimator
def test_an_absent_column_is_named(name):
    with pytest.raises(AnalysisError, match="'nowhere' is missing"):
        ESTIMATORS[name](ROWS, by=["nowhere"])


def test_proportions_of_an_absent_column_say_what_there_is():
    with pytest.raises(ItemError, match=r"column 'nowhere' is missing\. The frame has: w, h"):
        analysis.estimate_proportions(ROWS, DESIGN, of="nowhere")


@pytest.mark.parametrize("frame", [ROWS.clear(), ROWS.with_columns(said=pl.lit(None, pl.String))])
def test_a_column_without_levels_has_no_rows_and_the_same_columns(frame):
    found = analysis.estimate_proportions(frame, DESIGN, of="said", by=["unit"])
    assert found.height == 0
    assert found.schema == analysis.estimate_proportions(ROWS, DESIGN, of="said", by=["unit"]).schema


def test_levels_that_are_nan_are_refused():
    spoiled = ROWS.with_columns(q=pl.when(pl.col("q") > 8).then(float("nan")).otherwise("q"))
    with pytest.raises(ItemError, match="null means no answer"):
        analysis.estimate_proportions(spoiled, DESIGN, of="q")


def test_limits_as_r_of_nobody_are_no_rows():
    assert analysis.estimate_proportions_as_r(ROWS.with_columns(w=0.0), DESIGN, of="said", by=["unit"]).height == 0


def test_one_quantile_is_a_list_of_one():
    one, several = (analysis.estimate_quantiles(ROWS, DESIGN, values="q", quantiles=q) for q in (0.5, [0.5]))
    assert one.equals(several)


@pytest.fixture
def many() -> pl.DataFrame:
    """1,200 units of two responses, more than may have their covariances at once."""
    places = range(2400)
    return pl.DataFrame({"w": [1.0] * 2400, "unit": [k // 2 for k in places], "q": [float(k % 7) for k in places]})


def test_where_chooses_which_of_many_domains_covary(many):
    design, few = SurveyDesign("w"), pl.col("unit") < 3
    with pytest.raises(EstimateError, match=r"1200 estimates .* by ``where``"):
        analysis.estimate_jointly(many, design, values="q", by="unit")
    joint = analysis.estimate_jointly(many, design, values="q", by="unit", where=few)
    assert joint.estimates["unit"].to_list() == [0, 1, 2]
    # everybody else is in the design all the same: as estimated among all 1,200 units
    alone = analysis.estimate_means(many, design, values="q", by="unit")["standard_error"].head(3)
    assert joint.estimates["standard_error"].to_list() == pytest.approx(alone.to_list(), rel=1e-12)


def test_where_chooses_which_of_many_domains_are_paired(many):
    design = SurveyDesign("w")
    with pytest.raises(ComparisonError, match="by ``where``"):
        analysis.compare_domains(many, design, item="q", by="unit", against="all pairs")
    found = analysis.compare_domains(
        many, design, item="q", by="unit", against="all pairs", where=pl.col("unit") < 3
    )
    assert found.select("unit", "against").rows() == [(0, "1"), (0, "2"), (1, "2")]
    assert found["estimate"].null_count() == 0


def test_shares_of_many_levels_stand_together_domain_by_domain():
    people = pl.DataFrame(
        {"w": 1.0, "unit": [k % 3 for k in range(300)], "procedure": [k % 50 for k in range(300)]}
    )
    found = analysis.estimate_proportions(people, SurveyDesign("w"), of="procedure", by="unit")
    assert found.select("unit", "level").rows() == [(unit, level) for unit in range(3) for level in range(50)]
    # 100 people a unit, every procedure twice in each
    assert found["estimate"].to_list() == pytest.approx([0.02] * 150)
