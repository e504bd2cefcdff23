"""The names of ``analysis`` itself: few, cheap to import, each doing its work on a sample of ten lines."""

import ast
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
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
EARLIER = SAMPLE.with_columns(pl.col("minutes") - 2)
MONTHS = pl.DataFrame(
    {
        "unit": ["A", "A", "B", "B"],
        "month": ["2026-09", "2026-10"] * 2,
        "estimate": [90.0, 60.0, 80.0, 81.0],
        "standard_error": [3.0, 4.0, 3.0, 4.0],
        "df": [60.0] * 4,
    }
)
DAYS = pl.DataFrame(
    {
        "unit": ["A"] * 80,
        "day": [date(2026, 11, 1 + k // 4) for k in range(80)],
        "value": [0.0] * 80,
    }
)
PEOPLE = SAMPLE.with_columns(
    speed=pl.Series([1, 2, 3, 4, 5, 3, 2, 4, 1, 5, 3, 2]), staff=pl.Series([2, 5, 1, 4, 3, 3, 4, 2, 5, 1, 4, 4])
)
ITEMS = ["speed", "staff", "level"]
PRINTED_SUM = pl.DataFrame(
    {
        "figure": ["all", "one", "other"],
        "value": ["100", "60", "60"],
        "rule": ["sum", None, None],
        "part_of": [None, "all", "all"],
    }
)


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
    "estimate_proportions_as_r": lambda: analysis.estimate_proportions_as_r(
        SAMPLE, DESIGN, of="answered", by=["sex"]
    ),
    "estimate_covariances": lambda: analysis.estimate_covariances(SAMPLE, DESIGN, values=["minutes", "level"]),
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


def _mean_minutes(rows: pl.DataFrame) -> float:
    return float(analysis.estimate_means(rows, DESIGN, values=["minutes"])["estimate"][0])


def _replicate() -> tuple[pl.DataFrame, SurveyDesign]:
    return analysis.make_replicates(SAMPLE, DESIGN, kind="JKn")


# Everything else: what is true of the result.
OTHERS: dict[str, Callable[[], bool]] = {
    "AnalysisError": lambda: issubclass(analysis.AnalysisError, ValueError),
    "SurveyDesign": lambda: DESIGN.columns == ("w", "commune", "people"),
    "Stage": lambda: not SurveyDesign("w", stages=(analysis.Stage("house"),)).is_simple,
    "FirstPhase": lambda: analysis.FirstPhase("looked_up", population="all").columns == ("looked_up", "all"),
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
    "estimate_jointly": lambda: (
        analysis.estimate_jointly(SAMPLE, DESIGN, values=["minutes", "level"]).covariance.shape == (2, 2)
    ),
    "estimate_contrasts": lambda: (
        analysis.estimate_contrasts(
            analysis.estimate_jointly(SAMPLE, DESIGN, values=["minutes"], by=["sex"]), {"gap": "m - f"}
        )["contrast"].item()
        == "gap"
    ),
    "compare_domains": lambda: (
        analysis.compare_domains(SAMPLE, DESIGN, item="minutes", by=["sex"])["against"].unique().to_list()
        == ["whole"]
    ),
    "compare_periods": lambda: (
        analysis.compare_periods(EARLIER, SAMPLE, DESIGN, item="minutes")["estimate"].item() == pytest.approx(2)
    ),
    "adjust_p_values": lambda: (
        analysis.adjust_p_values(np.array([0.01, 0.5]), "bonferroni").tolist() == [0.02, 1.0]
    ),
    "combine_imputations": lambda: (
        analysis.combine_imputations(
            [analysis.estimate_means(each, DESIGN, values=["minutes"]) for each in (EARLIER, SAMPLE)]
        )["between"].item()
        == pytest.approx(2**0.5)
    ),
    "combine_joint_imputations": lambda: (
        analysis.combine_joint_imputations(
            [analysis.estimate_jointly(each, DESIGN, values=["minutes"]) for each in (EARLIER, SAMPLE)]
        ).estimates["estimate"][0]
        == pytest.approx(sum(_mean_minutes(each) for each in (EARLIER, SAMPLE)) / 2)
    ),
    "watch_units": lambda: (
        analysis.watch_units(DAYS, unit="unit", day="day", value="value", baseline=90.0)["alarm"][-1] is True
    ),
    "find_changes": lambda: (
        analysis.find_changes(MONTHS, by=["unit"], period="month")["is_different"].to_list() == [True, False]
    ),
    "fit_model": lambda: (
        analysis.fit_model(SAMPLE, DESIGN, outcome="minutes", predictors=["sex"]).coefficients.height == 2
    ),
    "fit_ordinal": lambda: (
        "speed"
        in analysis.fit_ordinal(PEOPLE, DESIGN, outcome="level", predictors=["speed"])
        .coefficients["term"]
        .to_list()
    ),
    "exponentiate": lambda: (
        analysis.exponentiate(
            analysis.fit_model(SAMPLE, DESIGN, outcome="answered", predictors=["sex"], model="logistic")
        )["ratio"].item()
        > 0
    ),
    "estimate_margins": lambda: (
        analysis.estimate_margins(SAMPLE, DESIGN, outcome="minutes", predictors=["sex"], of="sex")["sex"].to_list()
        == ["f", "m"]
    ),
    "estimate_correlations": lambda: (
        abs(analysis.estimate_correlations(SAMPLE, DESIGN, values=["minutes", "level"])["estimate"].item()) < 1
    ),
    "goodness_of_fit_test": lambda: (
        0
        < analysis.goodness_of_fit_test(SAMPLE, DESIGN, of="sex", shares={"f": 0.3, "m": 0.7})["p_value"].item()
        < 1
    ),
    "limit_coefficients": lambda: (
        analysis.limit_coefficients(analysis.fit_model(SAMPLE, DESIGN, outcome="minutes", predictors=["sex"]))[
            "low"
        ].null_count()
        == 0
    ),
    "predict_outcomes": lambda: (
        analysis.predict_outcomes(
            analysis.fit_model(SAMPLE, DESIGN, outcome="minutes", predictors=["sex"]), pl.DataFrame({"sex": ["f"]})
        )["estimate"].item()
        == pytest.approx(analysis.estimate_means(SAMPLE, DESIGN, values=["minutes"], by=["sex"])["estimate"][0])
    ),
    "wald_test": lambda: (
        analysis.wald_test(analysis.fit_model(SAMPLE, DESIGN, outcome="minutes", predictors=["sex"]), ["sex"])[
            "df_numerator"
        ].item()
        == 1
    ),
    "likelihood_ratio_test": lambda: (
        0
        < analysis.likelihood_ratio_test(
            analysis.fit_model(SAMPLE, DESIGN, outcome="answered", predictors=["sex"], model="logistic"), ["sex"]
        )["p_value"].item()
        < 1
    ),
    "t_test": lambda: 0 < analysis.t_test(SAMPLE, DESIGN, value="minutes", by="sex")["p_value"].item() < 1,
    "rank_test": lambda: 0 < analysis.rank_test(SAMPLE, DESIGN, value="minutes", by="sex")["p_value"].item() < 1,
    "chi_square_test": lambda: (
        0 < analysis.chi_square_test(SAMPLE, DESIGN, rows="sex", columns="answered")["p_value"].item() < 1
    ),
    "estimate_statistic": lambda: (
        analysis.estimate_statistic(
            *_replicate(),
            statistic=lambda rows, weight: np.average(rows["minutes"], weights=weight),
            values=["minutes"],
        )["standard_error"].item()
        == pytest.approx(
            analysis.estimate_means(*_replicate(), values=["minutes"])["standard_error"].item(), rel=1e-9
        )
    ),
    "estimate_drivers": lambda: (
        analysis.estimate_drivers(PEOPLE, DESIGN, outcome="level", aspects=["speed", "staff"])["aspect"].to_list()
        == ["speed", "staff"]
    ),
    "compare_importance": lambda: (
        analysis.compare_importance(PEOPLE, DESIGN, outcome="level", aspects=["speed", "staff"]).height == 2
    ),
    "estimate_reliability": lambda: (
        analysis.estimate_reliability(PEOPLE, DESIGN, items=ITEMS)["statistic"].to_list() == ["alpha", "omega"]
    ),
    "estimate_alpha": lambda: analysis.estimate_alpha(PEOPLE, DESIGN, items=ITEMS) < 1,
    "describe_items": lambda: analysis.describe_items(PEOPLE, DESIGN, items=ITEMS)["item"].n_unique() == 3,
    "load_framework": lambda: analysis.load_framework("2023").root.id == "overall",
    "score_framework": lambda: (
        analysis.score_framework(analysis.load_framework("2023"), {"policy": "83.84", "service": "84.09"})
        .filter(pl.col("node") == "overall")["estimate_rounded"]
        .item()
        == "83.94"
    ),
    "score_sheets": lambda: (
        analysis.score_sheets(
            pl.DataFrame(
                {
                    "unit": "A",
                    "indicator": [f"q{k}" for k in range(1, 10)],
                    "self_points": 2,
                    "appraised_points": 1,
                }
            )
        )["difference"].item()
        == 9
    ),
    "rate_decision_766": lambda: (
        analysis.rate_decision_766(
            pl.DataFrame(
                {
                    "unit": ["A"],
                    "received": [50],
                    "on_time": [45],
                    "answered": [40],
                    "answered_not_satisfied": [4],
                    "settled": [1000],
                    "settled_not_satisfied": [10],
                }
            )
        )["ratio_percent"].to_list()
        == [90, 90, 99]
    ),
    "find_contradictions": lambda: analysis.find_contradictions(PRINTED_SUM)["rule"].to_list() == ["sum"],
    "benchmark_areas": lambda: (
        analysis.benchmark_areas(
            analysis.fit_fay_herriot(UNITS, area="unit").areas.with_columns(part=pl.lit(1.0)),
            share="part",
            total=80.0,
        )["estimate"].mean()
        == pytest.approx(80)
    ),
    "smooth_variances": lambda: (
        analysis.smooth_variances(UNITS.with_columns(n=pl.lit(40)))["smoothed_standard_error"].n_unique() == 1
    ),
    "group_alike": lambda: analysis.group_alike(analysis.rank_units(UNITS, unit="unit"))["unit"].n_unique() == 6,
    "grade_estimates": lambda: (
        analysis.grade_estimates(analysis.estimate_means(SAMPLE, DESIGN, values=["minutes"]))["grade"].item()
        == "withhold"
    ),
    "estimate_top_probabilities": lambda: (
        analysis.estimate_top_probabilities(UNITS, unit="unit", k=2)["probability_top"].sum() == pytest.approx(2)
    ),
    "kish_design_effect": lambda: analysis.kish_design_effect(SAMPLE["w"]) == pytest.approx(1.25),
    "effective_size": lambda: analysis.effective_size(SAMPLE["w"]) == pytest.approx(9.6),
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


def test_help_of_the_package_shows_every_name_by_its_purpose():
    told = (analysis.__doc__ or "").replace(" _", " estimate_calibrated_")
    listed = set(re.findall(r"\w+", told))
    assert set(analysis.__all__) <= listed


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
