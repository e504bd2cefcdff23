"""The names of ``analysis`` itself: few, cheap to import, each doing its work on a sample of ten lines."""

import ast
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import analysis
from analysis import SurveyDesign
from analysis.estimation.finish import ESTIMATE_COLUMNS

TOGETHER = ("estimate", "standard_error", "low", "high", "n", "df", "design_effect")
SAMPLE = pl.DataFrame(
    {
        "commune": ["A"] * 6 + ["B"] * 6,
        "sex": ["f", "m"] * 6,
        "w": [10.0] * 6 + [30.0] * 6,
        "chance": [0.1] * 6 + [1 / 30] * 6,
        "people": [60] * 6 + [180] * 6,
        "answered": [True] * 5 + [False] + [True] * 2 + [False] + [True] * 3,
        "minutes": [5.0, 8.0, 12.0, 9.0, 30.0, 7.0, 15.0, 22.0, 11.0, 14.0, 9.0, 40.0],
        "level": [5, 4, 3, 5, 2, 5, 4, 4, 5, 3, 5, 1],
    }
)
DESIGN = SurveyDesign("w", stratum="commune", population="people")
COUNTS = {"f": 130.0, "m": 110.0}
UNITS = pl.DataFrame(
    {
        "unit": list("ABCDEF"),
        "estimate": [91.0, 84.0, 77.0, 88.0, 60.0, 70.0],
        "standard_error": [2.0, 3.0, 2.5, 4.0, 3.0, 2.0],
        "share": [0.1, 0.2, 0.3, 0.1, 0.9, 0.6],
    }
)
MEASURED = analysis.measure_item("level", "satisfied_share", levels=5, satisfied_from=4)
STRATA = pl.DataFrame({"stratum": ["a", "b"], "population": [100, 300]})


def estimate_calibrated(name: str) -> pl.DataFrame:
    met = analysis.post_stratify(SAMPLE.with_columns(q=MEASURED), weight="w", by="sex", counts=COUNTS)
    design = SurveyDesign("weight_calibrated", stratum="commune")
    asked: dict[str, dict[str, Any]] = {
        "means": {"values": ["minutes"]},
        "totals": {"values": ["minutes"]},
        "ratios": {"ratios": {"r": ("level", "minutes")}},
        "proportions": {"of": "level"},
        "quantiles": {"values": ["minutes"]},
        "composites": {"nodes": {"index": {"q": 1.0}}},
    }
    estimate = getattr(analysis, f"estimate_calibrated_{name}")
    by = [] if name == "quantiles" else ["sex"]  # of six answers a limit may lie beyond the smallest
    found: pl.DataFrame = estimate(met.frame, design, met.calibration, by=by, **asked[name])
    return found


# What a newcomer writes with each estimator.
ESTIMATORS: dict[str, Callable[[], pl.DataFrame]] = {
    "estimate_means": lambda: analysis.estimate_means(SAMPLE, DESIGN, values=["minutes"], by=["sex"]),
    "estimate_totals": lambda: analysis.estimate_totals(SAMPLE, DESIGN, values=["minutes"], by=["sex"]),
    "estimate_ratios": lambda: analysis.estimate_ratios(SAMPLE, DESIGN, ratios={"r": ("level", "minutes")}),
    "estimate_proportions": lambda: analysis.estimate_proportions(SAMPLE, DESIGN, of="level", by=["sex"]),
    "estimate_quantiles": lambda: analysis.estimate_quantiles(SAMPLE, DESIGN, values=["minutes"]),
    "estimate_variances": lambda: analysis.estimate_variances(SAMPLE, DESIGN, values=["minutes"]),
    "estimate_composites": lambda: analysis.estimate_composites(
        SAMPLE.with_columns(q=MEASURED),
        DESIGN,
        nodes={"index": {"q": 1.0}},
        by=["commune"],
    ),
    "estimate_calibrated_means": lambda: estimate_calibrated("means"),
    "estimate_calibrated_totals": lambda: estimate_calibrated("totals"),
    "estimate_calibrated_ratios": lambda: estimate_calibrated("ratios"),
    "estimate_calibrated_proportions": lambda: estimate_calibrated("proportions"),
    "estimate_calibrated_quantiles": lambda: estimate_calibrated("quantiles"),
    "estimate_calibrated_composites": lambda: estimate_calibrated("composites"),
}


def _reweigh(rows: pl.DataFrame, column: str) -> pl.Series:
    return analysis.post_stratify(rows, weight=column, by="sex", counts=COUNTS).weights


def _replicate() -> tuple[pl.DataFrame, SurveyDesign]:
    return analysis.make_replicates(SAMPLE, DESIGN, kind="JKn")


# Everything else: what is true of the result.
OTHERS: dict[str, Callable[[], bool]] = {
    "AnalysisError": lambda: issubclass(analysis.AnalysisError, ValueError),
    "SurveyDesign": lambda: DESIGN.columns == ("w", "commune", "people"),
    "Stage": lambda: not SurveyDesign("w", stages=(analysis.Stage("house"),)).is_simple,
    "Replicates": lambda: analysis.Replicates(("a", "b"), "BRR").multipliers == (0.5, 0.5),
    "Calibration": lambda: analysis.Calibration("w", "v", ["sex"]).columns == ("w", "v", "sex"),
    "calibrate": lambda: (
        analysis.calibrate(SAMPLE, weight="w", counts={"sex": COUNTS}).weights.sum() == pytest.approx(240)
    ),
    "post_stratify": lambda: (
        analysis.post_stratify(SAMPLE, weight="w", by="sex", counts=COUNTS).weights.sum() == pytest.approx(240)
    ),
    "rake": lambda: round(analysis.rake(SAMPLE, weight="w", margins={"sex": COUNTS}).weights.sum(), 9) == 240,
    "trim_weights": lambda: analysis.trim_weights(SAMPLE, weight="w", upper=25).weights.sum() == 240,
    "scale_weights": lambda: analysis.scale_weights(SAMPLE, weight="w").height == 12,
    "describe_weights": lambda: analysis.describe_weights(SAMPLE, weight="w").height == 1,
    "adjust_by_classes": lambda: (
        analysis.adjust_by_classes(SAMPLE, weight="w", responded="answered", classes=["commune"])
        .frame["weight_nonresponse"]
        .sum()
        == pytest.approx(240)
    ),
    "adjust_by_propensity": lambda: (
        analysis.adjust_by_propensity(SAMPLE, weight="w", responded="answered", predictors=["sex"], classes=2)
        .frame["weight_nonresponse"]
        .sum()
        == pytest.approx(240)
    ),
    "weigh_by_inclusion": lambda: (
        analysis.weigh_by_inclusion(SAMPLE, inclusion="chance")["weight_base"][0] == pytest.approx(10)
    ),
    "weigh_stages": lambda: analysis.weigh_stages(SAMPLE, DESIGN)[0] == 10,
    "make_replicates": lambda: len(_replicate()[1].replicates.columns) == 12,  # type: ignore[union-attr]
    "reweight_replicates": lambda: (
        analysis.reweight_replicates(*_replicate(), _reweigh)["replicate_1"].sum() == pytest.approx(240)
    ),
    "measure_item": lambda: (
        SAMPLE.select(analysis.measure_item("level", "rescaled_mean", levels=5, satisfied_from=4)).item(0, 0)
        == 100
    ),
    "rank_units": lambda: analysis.rank_units(UNITS, unit="unit").units.height == 6,
    "judge_league_table": lambda: bool(
        analysis.judge_league_table(analysis.rank_units(UNITS, unit="unit")).print_as
    ),
    "fit_fay_herriot": lambda: (
        analysis.fit_fay_herriot(UNITS, area="unit", covariates=["share"]).areas.height == 6
    ),
    "fit_nested_error": lambda: bool(
        analysis.fit_nested_error(
            SAMPLE, pl.DataFrame({"commune": ["A", "B"]}), area="commune", value="minutes"
        ).between
    ),
    "allocate": lambda: analysis.allocate(STRATA, n=40)["n"].to_list() == [10, 30],
    "plan_sample": lambda: analysis.plan_sample(analysis.allocate(STRATA, n=40), by=[]).height == 1,
    "select_sample": lambda: analysis.select_sample(UNITS, unit="unit", n=3, seed="2026-11").units.height == 3,
    "size_by_yamane": lambda: analysis.size_by_yamane(10_000).n == 385,
    "size_for_share": lambda: analysis.size_for_share(margin=0.05).n == 385,
}


def test_every_name_of_the_face_has_its_example():
    assert {*ESTIMATORS, *OTHERS} == set(analysis.__all__)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_every_estimator_gives_a_figure_with_all_that_belongs_to_it(name: str):
    found = ESTIMATORS[name]()
    assert found.columns[-len(ESTIMATE_COLUMNS) :] == list(ESTIMATE_COLUMNS)
    assert found.select(pl.all_horizontal(pl.col(c).is_not_null() for c in TOGETHER).any()).item()
    assert (
        found.select((pl.col("low") <= pl.col("estimate")) & (pl.col("estimate") <= pl.col("high")))
        .to_series()
        .all()
    )


@pytest.mark.parametrize("name", OTHERS)
def test_every_other_name_does_its_work(name: str):
    assert OTHERS[name]()


def test_post_stratification_is_calibration_to_one_margin():
    one = analysis.post_stratify(SAMPLE, weight="w", by=["sex"], counts=COUNTS)
    same = analysis.calibrate(SAMPLE, weight="w", counts={"sex": COUNTS})
    assert_frame_equal(one.frame, same.frame)
    assert one.calibration == same.calibration


def test_post_strata_of_two_columns_are_their_combinations():
    counts = {("A", "f"): 40, ("A", "m"): 20, ("B", "f"): 100, ("B", "m"): 80}
    met = analysis.post_stratify(SAMPLE, weight="w", by=["commune", "sex"], counts=counts)
    sums = met.frame.group_by("commune", "sex").agg(pl.col("weight_calibrated").sum())
    assert {(c, s): round(total, 9) for c, s, total in sums.rows()} == counts


def test_a_name_that_is_not_there_is_told_with_those_that_are():
    with pytest.raises(AttributeError, match=r"'estimate_mean'; it has: .*estimate_means"):
        _ = analysis.estimate_mean  # type: ignore[attr-defined]


def test_type_checkers_read_the_same_names_from_the_same_modules():
    stub = ast.parse(Path(analysis.__file__).with_suffix(".pyi").read_text(encoding="utf-8"))
    imported = {
        alias.name: (node.module or "").removeprefix("analysis.")
        for node in stub.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert imported == analysis._HOMES  # type: ignore[attr-defined]
    listed = next(ast.literal_eval(node.value) for node in stub.body if isinstance(node, ast.Assign))
    assert sorted(listed) == sorted(analysis.__all__)


def test_the_package_alone_loads_no_library():
    program = "import sys, analysis; print(sorted({'numpy', 'polars', 'scipy', 'statsmodels'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
