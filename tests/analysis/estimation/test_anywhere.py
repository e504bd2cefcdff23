"""The pass written for any engine: Polars lazily, Spark on this machine; figures of the pass over rows."""

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from analysis.design import SurveyDesign
from analysis.errors import DesignError, EstimateError, ItemError
from analysis.estimation.composite import node_quantity
from analysis.estimation.estimate import ratio_quantity, total_quantity
from analysis.estimation.finish import estimate_quantities
from analysis.estimation.passes.anywhere import estimate_anywhere, reduce_anywhere
from analysis.estimation.rows import read_rows
from analysis.estimation.rule import Rule
from tests.analysis.naive import random_sample

pytestmark = pytest.mark.long

ITEMS = ["q1", "q2", "q3"]
QUANTITIES = [
    node_quantity("q1", {"q1": 1.0}, {"q1": 0}),
    node_quantity("index", {"q1": 0.5, "q2": 0.25, "q3": 0.25}, {"q1": 0, "q2": 1, "q3": 2}),
]
DESIGNS = [
    pytest.param(SurveyDesign("w", stratum="h", cluster="c", population="N"), id="clusters"),
    pytest.param(SurveyDesign("w", stratum="h"), id="strata"),
    pytest.param(SurveyDesign("w"), id="weights"),
]


def sample(seed: int = 1, high: float = 0.7) -> pl.DataFrame:
    return random_sample(seed, high=high).with_columns(pl.col("^q.$").fill_nan(None))


def by_rows(frame, design, by, quantities, rule):
    read = read_rows(frame, design, items={item: pl.col(item) for item in ITEMS}, by=by)
    return estimate_quantities(read, design, quantities, rule, label="node")


@pytest.mark.parametrize("by", [[], ["unit"], ["unit", "procedure"]])
@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("high", [0.7, 1.0])
def test_lazy_polars_gives_the_figures_of_the_pass_over_rows(design, by, high):
    frame = sample(2, high)
    found = estimate_anywhere(
        frame.lazy(), design, items=ITEMS, quantities=QUANTITIES, by=by, rules=Rule(), label="node"
    )
    assert_frame_equal(found, by_rows(frame, design, by, QUANTITIES, Rule()), rel_tol=1e-9, abs_tol=1e-10)


def test_totals_and_ratios_are_those_of_the_pass_over_rows():
    frame = sample(3).drop_nulls()
    quantities = [total_quantity("t", 0), ratio_quantity("r", 0, 1)]
    rule = Rule(interval="t", bounds=None)
    design = SurveyDesign("w", stratum="h", cluster="c")
    found = estimate_anywhere(
        frame.lazy(), design, items=ITEMS, quantities=quantities, by=["unit"], rules=rule, label="node"
    )
    assert_frame_equal(found, by_rows(frame, design, ["unit"], quantities, rule), rel_tol=1e-9, abs_tol=1e-10)


def test_problems_are_named_together():
    frame = sample(4).with_columns(w=pl.when(pl.int_range(pl.len()) == 3).then(-1.0).otherwise("w"))
    with pytest.raises(DesignError, match="'w' \\(weight\\): 1 rows are null, negative or not finite"):
        reduce_anywhere(frame.lazy(), SurveyDesign("w"), items=ITEMS, quantities=QUANTITIES, by=[])
    with pytest.raises(DesignError, match="'weight' is missing"):
        reduce_anywhere(frame.lazy(), SurveyDesign("weight"), items=ITEMS, quantities=QUANTITIES, by=[])
    with pytest.raises(ItemError, match="'q9' is missing"):
        reduce_anywhere(frame.lazy(), SurveyDesign("w"), items=["q9"], quantities=QUANTITIES, by=[])
    with pytest.raises(EstimateError, match="one stage only"):
        reduce_anywhere(
            frame.lazy(), SurveyDesign("w", lonely="collapse"), items=ITEMS, quantities=QUANTITIES, by=[]
        )


@pytest.mark.filterwarnings("ignore")  # of pyspark's own modules
@pytest.mark.parametrize("design", DESIGNS)
def test_spark_gives_the_same_totals_as_polars(spark, design, tmp_path):
    frame = sample(5)
    frame.write_parquet(tmp_path / "sample.parquet")
    on_spark = spark.read.parquet(str(tmp_path / "sample.parquet"))
    asked = {"items": ITEMS, "quantities": QUANTITIES, "by": ["unit", "procedure"]}
    theirs, ours = (reduce_anywhere(each, design, **asked) for each in (on_spark, frame.lazy()))
    assert_frame_equal(theirs.read.domains, ours.read.domains, rel_tol=1e-9)
    assert_frame_equal(theirs.read.strata, ours.read.strata)
    for their, our in zip(theirs.sums, ours.sums, strict=True):
        assert_frame_equal(their, our, rel_tol=1e-9, abs_tol=1e-12)  # a mean of totals is 0 but for rounding
    found = estimate_anywhere(on_spark, design, **asked, rules=Rule(), label="node")
    assert_frame_equal(found, by_rows(frame, design, asked["by"], QUANTITIES, Rule()), rel_tol=1e-9, abs_tol=1e-10)
