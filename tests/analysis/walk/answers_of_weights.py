"""Our answers to the cases on adjusted weights and replicates: p09-p15."""

from collections.abc import Callable
from typing import Any

import polars as pl

from analysis import (
    Replicates,
    SurveyDesign,
    calibrate,
    estimate_calibrated_means,
    estimate_calibrated_totals,
    estimate_means,
    estimate_ratios,
    estimate_totals,
    kish_design_effect,
    make_replicates,
    post_stratify,
    rake,
    reweight_replicates,
    trim_weights,
)
from tests.analysis.oracle import read_case, read_data
from tests.analysis.walk.figures import add_levels, give_both, give_domains

DESIGN = SurveyDesign("weight_calibrated", cluster="dnum")
TYPES = {"E": 4421, "H": 755, "M": 1018}
RAKED = {"stype": TYPES, "sch.wide": {"No": 1072, "Yes": 5122}}
STYPE = ["stypeE", "stypeH", "stypeM"]
ONE = {"api00": ("api00", "se")}


def _credited(estimate: Callable[..., pl.DataFrame], calibration: Any) -> Callable[..., pl.DataFrame]:
    """The calibrated estimator with its calibration in hand, called as the others are."""

    def credited(sample: pl.DataFrame, design: SurveyDesign, **asked: Any) -> pl.DataFrame:
        return estimate(sample, design, calibration, **asked)

    return credited


def answer_p09() -> dict[str, Any]:
    sample = add_levels(read_data("apiclus1"), ["stype"]).with_columns(one=pl.lit(1.0))
    raked = rake(sample, weight="pw", margins=RAKED, tolerance=1e-13)
    met = calibrate(sample, weight="pw", counts=RAKED, distance="raking", tolerance=1e-13)
    means = _credited(estimate_calibrated_means, raked.calibration)
    totals = _credited(estimate_calibrated_totals, raked.calibration)
    two = {"values": ["api00", "enroll"]}
    return {
        "weights": raked.weights,
        "weights_calibrate_raking": met.weights,
        "df": means(raked.frame, DESIGN, values=["api00"], df="design")["df"].item(),
        "mean": give_both(means, raked.frame, DESIGN, **two),
        "total": give_both(totals, raked.frame, DESIGN, values=["enroll"]),
        "by_stype": give_domains(means, raked.frame, DESIGN, ["stype"], ONE, values=["api00"]),
        "cell": give_both(totals, raked.frame, DESIGN, by=["sch.wide", "stype"], values=["one"]),
        "margin_check": give_both(totals, raked.frame, DESIGN, values=STYPE),
        "mean_via_calibrate": give_both(
            _credited(estimate_calibrated_means, met.calibration), met.frame, DESIGN, **two
        ),
        "mean_weights_only": give_both(estimate_means, raked.frame, DESIGN, **two),
    }


def answer_p10() -> dict[str, Any]:
    case, two = read_case("p10_poststratify"), {"values": ["api00", "enroll"]}
    met = post_stratify(add_levels(read_data("apiclus1"), ["stype"]), weight="pw", by="stype", counts=TYPES)
    means = _credited(estimate_calibrated_means, met.calibration)
    totals = _credited(estimate_calibrated_totals, met.calibration)
    finite = SurveyDesign("weight_calibrated", cluster="dnum", population="fpc")
    counts = {(row["sch.wide"], row["awards"]): row["Freq"] for row in case["pop_two_way"]}
    other = post_stratify(read_data("apistrat"), weight="pw", by=["sch.wide", "awards"], counts=counts)
    stratified = SurveyDesign("weight_calibrated", stratum="stype", population="fpc")
    others = _credited(estimate_calibrated_means, other.calibration)
    return {
        "weights": met.weights,
        "mean": give_both(means, met.frame, DESIGN, **two),
        "total": give_both(totals, met.frame, DESIGN, values=["enroll", *STYPE]),
        "mean_fpc": give_both(means, met.frame, finite, **two),
        "by": give_domains(means, met.frame, finite, ["stype"], ONE, values=["api00"]),
        "weights2": other.weights,
        "mean2": give_both(others, other.frame, stratified, **two),
        "domain2": give_domains(others, other.frame, stratified, ["stype"], ONE, values=["api00"]),
    }


def _calibrate(**choices: Any) -> Any:
    sample = read_data("apiclus1")
    return calibrate(sample, weight="pw", counts={"stype": TYPES}, totals={"api99": 3914069}, **choices)


def answer_p11() -> dict[str, Any]:
    case = read_case("p11_calibrate")
    kinds: dict[str, dict[str, Any]] = {
        "linear": {},
        "raking": {"distance": "raking"},
        "linear_bounded": {"bounds": tuple(case["linear_bounded"]["bounds"])},
        "logit_bounded": {"distance": "logit", "bounds": tuple(case["logit_bounded"]["bounds"])},
    }
    answer: dict[str, Any] = {}
    for name, choices in kinds.items():
        met = _calibrate(**choices)
        means = _credited(estimate_calibrated_means, met.calibration)
        totals = _credited(estimate_calibrated_totals, met.calibration)
        answer[name] = {
            "weights": met.weights,
            "g_range": met.factors,
            "mean": give_both(means, met.frame, DESIGN, values=["api00", "enroll"]),
            "total": give_both(totals, met.frame, DESIGN, values=["enroll", "api.stu"]),
            "by": give_domains(means, met.frame, DESIGN, ["sch.wide"], ONE, values=["api00"]),
        }
    return answer


def answer_p12() -> dict[str, Any]:
    case, met = read_case("p12_trim"), _calibrate()
    answer: dict[str, Any] = {
        "input_weights": met.weights,
        "kish_deff": {"input": kish_design_effect(met.weights)},
    }
    for kind in ("once", "strict"):
        limits = {limit: case[kind][limit] for limit in ("lower", "upper")}
        trimmed = trim_weights(met.frame, weight="weight_calibrated", strict=kind == "strict", **limits)
        means = _credited(estimate_calibrated_means, met.calibration)
        design = SurveyDesign("weight_trimmed", cluster="dnum")
        answer["kish_deff"][kind] = kish_design_effect(trimmed.weights)
        answer[kind] = {
            "weights": trimmed.weights,
            "mean": give_both(means, trimmed.frame, design, values=["api00"]),
        }
    return answer


RATIO = {"r": ("api.stu", "enroll")}


def answer_p13() -> dict[str, Any]:
    clusters, strata = SurveyDesign("pw", cluster="dnum"), SurveyDesign("pw", stratum="stype")
    of_clusters, of_strata = read_data("apiclus1"), read_data("apistrat")
    made = {
        "jk1": make_replicates(of_clusters, clusters, kind="JK1"),
        "jk1_mse": make_replicates(of_clusters, clusters, kind="JK1", centre="estimate"),
        "jkn": make_replicates(of_strata, strata, kind="JKn"),
        "jkn_mse": make_replicates(of_strata, strata, kind="JKn", centre="estimate"),
    }

    def rake_one(rows: pl.DataFrame, column: str) -> pl.Series:
        return rake(rows, weight=column, margins=RAKED, tolerance=1e-13).weights

    made["jk1_raked"] = (reweight_replicates(*made["jk1"], rake_one), made["jk1"][1])
    answer = {name: _describe_jackknife(*each) for name, each in made.items()}
    # R leaves out the districts in the order they stand in the file, we in order of their number.
    first = of_clusters["dnum"].unique().sort().to_list().index(of_clusters["dnum"][0]) + 1
    return answer | {"jk1_first_rep_analysis_weights": made["jk1"][0][f"replicate_{first}"]}


def _describe_jackknife(sample: pl.DataFrame, design: SurveyDesign) -> dict[str, Any]:
    replicates = design.replicates
    assert replicates is not None
    parts = replicates.coefficients
    return {
        "df": estimate_means(sample, design, values=["api00"], df="design")["df"].item(),
        "R": len(replicates.columns),
        "scale": replicates.multipliers[0] if parts is None else replicates.multipliers[0] / parts[0],
        "rscales": 1.0 if parts is None else sorted(set(parts), reverse=True),
        "mean": give_both(estimate_means, sample, design, values=["api00", "enroll"]),
        "total": give_both(estimate_totals, sample, design, values=["enroll"]),
        "ratio": give_both(estimate_ratios, sample, design, ratios=RATIO),
        "by": give_domains(estimate_means, sample, design, ["sch.wide"], ONE, values=["api00"]),
    }


def answer_p14() -> dict[str, Any]:
    case = read_case("p14_brr_scd")
    rho, halves = case["fay_rho"], pl.DataFrame(case["replicate_factors"], orient="row")
    two, ratio = ["alive", "arrests"], {"r": ("alive", "arrests")}
    sample = read_data("scd").with_columns(pl.lit(1.0).alias("w"))
    sample = sample.with_columns(halves[c].alias(f"b{c}") for c in halves.columns)
    sample = sample.with_columns((rho + (1 - rho) * halves[c]).alias(f"f{c}") for c in halves.columns)
    half = Replicates([f"b{c}" for c in halves.columns], "BRR", are_factors=True)
    fay = Replicates([f"f{c}" for c in halves.columns], "Fay", fay=rho, are_factors=True)
    balanced, partly = SurveyDesign("w", replicates=half), SurveyDesign("w", replicates=fay)
    linear = SurveyDesign("w", stratum="ESA", cluster="ambulance")
    return {
        "df": estimate_totals(sample, balanced, values=two, df="design")["df"][0],
        "total": give_both(estimate_totals, sample, balanced, values=two),
        "ratio": give_both(estimate_ratios, sample, balanced, ratios=ratio),
        "fay_total": give_both(estimate_totals, sample, partly, values=["alive"]),
        "fay_ratio": give_both(estimate_ratios, sample, partly, ratios=ratio),
        "linearised_ratio": give_both(estimate_ratios, sample, linear, ratios=ratio),
        "linearised_total": give_both(estimate_totals, sample, linear, values=two),
    }


def answer_p15() -> dict[str, Any]:
    sample, columns = read_data("apiclus1_boot50"), [f"bw{r}" for r in range(1, 51)]
    replicates = Replicates(columns)
    design = SurveyDesign("pw", replicates=replicates)
    centred = SurveyDesign("pw", replicates=Replicates(columns, centre="estimate"))
    return {
        "scale": replicates.multipliers[0],
        "rscales": 1.0,
        "df": estimate_means(sample, design, values=["api00"], df="design")["df"].item(),
        "mean": give_both(estimate_means, sample, design, values=["api00", "enroll"]),
        "total": give_both(estimate_totals, sample, design, values=["enroll"]),
        "ratio": give_both(estimate_ratios, sample, design, ratios=RATIO),
        "by": give_domains(estimate_means, sample, design, ["stype"], ONE, values=["api00"]),
        "mean_mse": give_both(estimate_means, sample, centred, values=["api00", "enroll"]),
    }
