"""Our answers to the cases on designs: p01-p06, p16, p17, p25."""

import math
from typing import Any

import polars as pl

from analysis import (
    Stage,
    SurveyDesign,
    estimate_jointly,
    estimate_means,
    estimate_proportions,
    estimate_ratios,
    estimate_totals,
    estimate_variances,
    weigh_stages,
)
from analysis.errors import DesignError
from tests.analysis.oracle import CLUSTERED, STRATIFIED, read_data
from tests.analysis.walk.figures import PLAIN, Z, add_levels, give_both, give_domains, give_rows

RATIO = {"api.stu/enroll": ("api.stu", "enroll")}
STYPE = ["stypeE", "stypeH", "stypeM"]


def answer_p01() -> dict[str, Any]:
    sample, design = add_levels(read_data("apisrs"), ["stype"]), SurveyDesign("pw", population="fpc")
    values = ["api00", "api99", "enroll"]
    variance = estimate_variances(sample, design, values=["api00"])
    return {
        "df": estimate_means(sample, design, values=["api00"], df="design")["df"].item(),
        "mean": give_both(estimate_means, sample, design, values=values),
        "cov_mean": estimate_jointly(sample, design, values=values).covariance,
        "total": give_both(estimate_totals, sample, design, values=["enroll", "api.stu"]),
        "mean_stype": give_both(estimate_proportions, sample, design, of="stype", interval="t"),
        "total_stype": give_both(estimate_totals, sample, design, values=STYPE),
        "ratio": give_both(estimate_ratios, sample, design, ratios=RATIO),
        "var_api00": give_rows(variance, PLAIN)[0],
        "no_fpc": give_both(estimate_means, sample, SurveyDesign("pw"), values=["api00", "enroll"]),
    }


def answer_p02() -> dict[str, Any]:
    sample, finite = (
        add_levels(read_data("apistrat"), ["stype", "awards", "sch.wide"]),
        {"design_effect": "finite"},
    )
    awards, design, free = ["awardsNo", "awardsYes"], STRATIFIED, SurveyDesign("pw", stratum="stype")
    two = ["api00", "enroll"]
    return {
        "df": estimate_means(sample, design, values=two, df="design")["df"][0],
        "mean": give_both(estimate_means, sample, design, values=two, **finite),
        "mean_deff_wr": give_both(estimate_means, sample, design, values=two),
        "total": give_both(estimate_totals, sample, design, values=["enroll"], **finite),
        "prop": give_both(estimate_proportions, sample, design, of="awards", interval="t", **finite)
        + give_both(estimate_proportions, sample, design, of="sch.wide", interval="t", **finite),
        "ratio": give_both(estimate_ratios, sample, design, ratios=RATIO),
        "cov_awards": estimate_jointly(sample, design, values=awards).covariance,
        "no_fpc": give_both(estimate_means, sample, free, values=[*two, *awards], **finite),
        "total_no_fpc": give_both(estimate_totals, sample, free, values=["enroll", *STYPE]),
    }


def answer_p03() -> dict[str, Any]:
    sample, finite = add_levels(read_data("apiclus1"), ["stype"]), {"design_effect": "finite"}
    values, design = ["api00", "enroll", *STYPE], CLUSTERED
    return {
        "df": estimate_means(sample, design, values=values, df="design")["df"][0],
        "mean": give_both(estimate_means, sample, design, values=values, **finite),
        "total": give_both(estimate_totals, sample, design, values=values[1:], **finite),
        "ratio": give_both(estimate_ratios, sample, design, ratios=RATIO),
        "mean_deff_wr": give_both(estimate_means, sample, design, values=["api00"]),
        "no_fpc": give_both(estimate_means, sample, SurveyDesign("pw", cluster="dnum"), values=values),
        "corr_moments": estimate_jointly(sample, design, values=["api00", "api99"]).covariance,
    }


def answer_p04() -> dict[str, Any]:
    design = SurveyDesign("w", cluster="id1", population="n1", stages=(Stage("id2", population="n2"),))
    sample = read_data("mu284")
    sample, book = sample.with_columns(weigh_stages(sample, design)), read_data("fpc")
    ignored = SurveyDesign("weight", stratum="stratid", cluster="psuid")
    used = SurveyDesign("weight", stratum="stratid", cluster="psuid", population="Nh")
    return {
        "df": estimate_means(sample, design, values=["y1"], df="design")["df"].item(),
        "total": give_both(estimate_totals, sample, design, values=["y1"]),
        "mean": give_both(estimate_means, sample, design, values=["y1"]),
        "weights": sample["w"],
        "fpc_ignored": give_both(estimate_means, book, ignored, values=["x"], design_effect="finite"),
        "fpc_used": give_both(estimate_means, book, used, values=["x"], design_effect="finite"),
        "fpc_total": give_both(estimate_totals, book, used, values=["x"]),
        "df_fpc": estimate_means(book, used, values=["x"], df="design")["df"].item(),
    }


def answer_p05() -> dict[str, Any]:
    s, k = read_data("apistrat"), read_data("apiclus1")
    one = {"api00": ("api00", "se")}
    joint = estimate_jointly(s, STRATIFIED, values=["api00"], by=["awards", "stype"])
    two = {"No": ("awardsNo", "se.awardsNo"), "Yes": ("awardsYes", "se.awardsYes")}
    return {
        "strat_mean_by_sch.wide": give_domains(estimate_means, s, STRATIFIED, ["sch.wide"], one, values=["api00"]),
        "strat_mean_by_stype": give_domains(
            estimate_means, s, STRATIFIED, ["stype"], _named("api00", "enroll"), values=["api00", "enroll"]
        ),
        "strat_mean_by_2": give_domains(estimate_means, s, STRATIFIED, ["stype", "awards"], one, values=["api00"]),
        "strat_cov_by_2": joint.covariance,
        "strat_total_by_awards": give_domains(
            estimate_totals, s, STRATIFIED, ["awards"], {"enroll": ("enroll", "se")}, values=["enroll"]
        ),
        "strat_ratio_by_awards": give_domains(
            estimate_ratios,
            s,
            STRATIFIED,
            ["awards"],
            {"r": ("api.stu.enroll", "se.api.stu.enroll")},
            ratios={"r": ("api.stu", "enroll")},
        ),
        "clus_mean_by_stype": give_domains(
            estimate_means, k, CLUSTERED, ["stype"], _named("api00", "growth"), values=["api00", "growth"]
        ),
        "clus_mean_by_2": give_domains(estimate_means, k, CLUSTERED, ["stype", "sch.wide"], one, values=["api00"]),
        "clus_total_by_stype": give_domains(
            estimate_totals,
            k,
            CLUSTERED,
            ["stype"],
            {"enroll": ("enroll", "se")},
            values=["enroll"],
            design_effect="finite",
        ),
        "clus_prop_by_stype": give_domains(estimate_proportions, k, CLUSTERED, ["stype"], two, of="awards"),
    }


def _named(*values: str) -> dict[str, tuple[str, str]]:
    return {value: (value, f"se.{value}") for value in values}


def answer_p06() -> dict[str, Any]:
    sample = read_data("apiclus1")
    improved = pl.col("comp.imp") == "Yes"
    rare = (pl.col("stype") == "H") & (pl.col("meals") > 60)
    first = estimate_means(sample, CLUSTERED, values=["api00"], where=improved).row(0, named=True)
    second = estimate_means(sample, CLUSTERED, values=["api00"], where=rare).row(0, named=True)
    few = sample.filter(rare)
    return {
        "df_full": estimate_means(sample, CLUSTERED, values=["api00"])["df"].item(),
        "comp.imp": {
            "df": first["df"],
            "n": first["n"],
            "mean": give_both(estimate_means, sample, CLUSTERED, values=["api00", "enroll"], where=improved),
            "total": give_both(estimate_totals, sample, CLUSTERED, values=["enroll"], where=improved),
            "ratio": give_both(estimate_ratios, sample, CLUSTERED, ratios=RATIO, where=improved),
        },
        "rare": {
            "df": second["df"],
            "n": second["n"],
            "mean": give_both(estimate_means, sample, CLUSTERED, values=["api00"], where=rare),
            "total": give_both(estimate_totals, sample, CLUSTERED, values=["enroll"], where=rare),
        },
        "rare_filtered_first_WRONG": {
            "df": estimate_means(few, CLUSTERED, values=["api00"])["df"].item(),
            "mean": give_both(estimate_means, few, CLUSTERED, values=["api00"]),
            "total": give_both(estimate_totals, few, CLUSTERED, values=["enroll"]),
        },
    }


def answer_p16() -> dict[str, Any]:
    sample = read_data("lonely")
    rules = {"remove": "certainty", "certainty": "certainty", "adjust": "adjust", "average": "average"}

    def of(rule: str, in_domains: bool = False) -> SurveyDesign:
        return SurveyDesign("w", stratum="stratum", cluster="psu", lonely=rule, lonely_in_domains=in_domains)

    answer: dict[str, Any] = {"df": estimate_means(sample, of("adjust"), values=["y"], df="design")["df"].item()}
    for name, estimate, columns in (
        ("mean", estimate_means, _named("y", "yes")),
        ("total", estimate_totals, {"y": ("y", "se")}),
    ):
        answer[name] = {
            theirs: {
                "all": give_both(estimate, sample, of(ours), df="design", values=list(columns)),
                "by": give_domains(estimate, sample, of(ours), ["dom"], columns, values=list(columns)),
                "by_adjust_domain_lonely": give_domains(
                    estimate, sample, of(ours, True), ["dom"], columns, values=list(columns)
                ),
            }
            for theirs, ours in rules.items()
        }
        try:
            estimate(sample, of("fail"), values=["y"])
        except DesignError:
            answer[name]["fail_raises_error"] = True
    return answer


def answer_p17() -> dict[str, Any]:
    # R was given HR(sum(p²)/40): Σπ² of the sample stood for that of the population.
    sample = read_data("election_pps").with_columns((pl.col("p") ** 2).sum().alias("squares"))
    designs = {
        "with_replacement": SurveyDesign("wt"),
        "brewer": SurveyDesign("wt", probability="p"),
        "overton": SurveyDesign("wt", probability="p", pps="overton"),
        "hartley_rao": SurveyDesign("wt", probability="p", pps="hartley_rao", probability_squares="squares"),
    }
    normal: dict[str, Any] = {"df": math.inf}
    totals, means, ratio = ["Bush", "Kerry", "Nader"], ["Bush", "Kerry"], {"r": ("Bush", "votes")}
    return {
        name: {
            "total": give_rows(estimate_totals(sample, design, values=totals, **normal), PLAIN | Z),
            "mean": give_rows(estimate_means(sample, design, values=means, **normal), PLAIN | Z),
            "ratio": give_rows(estimate_ratios(sample, design, ratios=ratio, **normal), PLAIN | Z),
        }
        for name, design in designs.items()
    }


def answer_p25() -> dict[str, Any]:
    two = SurveyDesign(
        "w", stratum="stratum", cluster="psu", population="N1", stages=(Stage("elem", population="N2"),)
    )
    designs = {
        "two_stage": two,
        "stage1_fpc_only": SurveyDesign("w", stratum="stratum", cluster="psu", population="N1"),
        "with_replacement": SurveyDesign("w", stratum="stratum", cluster="psu"),
    }
    sample = read_data("certainty")
    ok, y = {"ok": ("ok", "se")}, {"y": ("y", "se")}
    return {"weights": weigh_stages(sample, two)} | {
        name: {
            "df": estimate_means(sample, design, values=["y"], df="design")["df"].item(),
            "mean": give_both(estimate_means, sample, design, values=["y", "ok"]),
            "total": give_both(estimate_totals, sample, design, values=["ok"]),
            "by": give_domains(estimate_means, sample, design, ["grp"], ok, values=["ok"]),
            "by_stratum": give_domains(estimate_means, sample, design, ["stratum"], y, values=["y"]),
        }
        for name, design in designs.items()
    }
