"""Our answers to the cases on shares, quantiles, indices, contrasts and imputations: p07, p08, p19-p21, p26."""

import math
from typing import Any

import numpy as np
import polars as pl

from analysis import (
    SurveyDesign,
    combine_imputations,
    estimate_alpha,
    estimate_contrasts,
    estimate_jointly,
    estimate_means,
    estimate_proportions,
    estimate_quantiles,
    measure_item,
)
from analysis.estimation.proportions_as_r import estimate_proportions_as_r
from tests.analysis.oracle import CLUSTERED, STRATIFIED, read_case, read_data
from tests.analysis.walk.figures import PLAIN, Rows, T, Z, give_both, give_domains, give_rows

OURS = {"mean": "t"}


def answer_p07() -> dict[str, Any]:
    of: dict[str, tuple[str, SurveyDesign, pl.Expr, pl.Expr | None]] = {
        "clus_ell0": ("apiclus1", CLUSTERED, pl.col("ell") == 0, None),
        "clus_sch.wide": ("apiclus1", CLUSTERED, pl.col("sch.wide") == "Yes", None),
        "strat_awards": ("apistrat", STRATIFIED, pl.col("awards") == "Yes", None),
        "strat_rare": ("apistrat", STRATIFIED, pl.col("mobility") > 60, None),
        "strat_domain_H": ("apistrat", STRATIFIED, pl.col("awards") == "Yes", pl.col("stype") == "H"),
        "clus_zinf": ("apiclus1", CLUSTERED, pl.col("ell") == 0, None),
    }
    return {
        part: [_interval(row, *of[part], endless=part == "clus_zinf") for row in rows]
        for part, rows in read_case("p07_ciprop").items()
    }


def _interval(
    row: dict[str, Any],
    data: str,
    design: SurveyDesign,
    claim: pl.Expr,
    where: pl.Expr | None,
    *,
    endless: bool,
) -> dict[str, Any]:
    """R's method and level, in ours; likelihood and asin by the way R computes them."""
    as_r = row["method"] in ("likelihood", "asin")
    found = (estimate_proportions_as_r if as_r else estimate_proportions)(
        read_data(data).with_columns(claim.alias("claim")),
        design,
        of="claim",
        where=where,
        confidence=row["level"],
        interval=OURS.get(row["method"], row["method"]),
        df=math.inf if endless else "domain",
    )
    columns = PLAIN | {"df": "df", "lo": "low", "hi": "high", "level": "confidence"}
    given = give_rows(found.filter("level"), columns)[0]
    # JSON has no infinity: R's became null.
    return given | ({"df": None} if given["df"] == math.inf else {})


def answer_p08() -> dict[str, Any]:
    case = read_case("p08_quantiles")
    columns = PLAIN | {"q": "quantile", "lo": "low", "hi": "high"}
    s, d = read_data("apistrat"), read_data("apiclus1")
    ours = {"mean": "t", "xlogit": "logit"}
    rules, intervals = (
        list(dict.fromkeys(row["qrule"] for row in case["rules"])),
        ("mean", "beta", "xlogit", "asin"),
    )
    quantiles = [0.1, 0.25, 0.5, 0.75, 0.9]
    of_rules = [
        estimate_quantiles(s, STRATIFIED, values=["api00"], quantiles=quantiles, rule=rule) for rule in rules
    ]
    of_intervals = [
        estimate_quantiles(
            d, CLUSTERED, values=["api00", "enroll"], quantiles=[0.25, 0.5, 0.75], interval=ours.get(each, each)
        )
        for each in intervals
    ]
    by = estimate_quantiles(s, STRATIFIED, values=["api00"], by=["stype"])
    return {
        "rules": [row for found in of_rules for row in give_rows(found, columns)],
        "intervals": [row for found in of_intervals for row in give_rows(found, columns)],
        "by": give_rows(by, {"api00": "estimate", "se.api00": "standard_error"}),
    }


def answer_p19() -> dict[str, Any]:
    sample = read_data("apiclus1")
    levels = estimate_jointly(sample, CLUSTERED, values=["api00"], by=["stype"])
    items = estimate_jointly(sample, CLUSTERED, values=["api00", "api99", "enroll"])

    def contrast(joint: Any, **named: Any) -> Rows:
        finite = give_rows(estimate_contrasts(joint, named), PLAIN | T)
        normal = give_rows(estimate_contrasts(joint, named, df=math.inf), Z)
        return [one | other for one, other in zip(finite, normal, strict=True)]

    return {
        "by": give_rows(levels.estimates, {"api00": "estimate", "se": "standard_error"}),
        "cov": levels.covariance,
        "diff": contrast(levels, E_H=[1, -1, 0], E_M={"E": 1, "M": -1}),
        "ratio": contrast(levels, contrast="E / H"),
        "logratio": contrast(levels, contrast="log(E / H)"),
        "diff_indep_strata": contrast(levels, avg=np.ones(3) / 3),
        "within": contrast(items, gain="api00 - api99"),
        "weighted_index": contrast(items, contrast=[0.5, 0.3, 0.2]),
    }


LIKERT = SurveyDesign("wgt", stratum="stratum", population="Nh")
ITEMS = [f"q{k}" for k in range(1, 7)]


def answer_p20() -> dict[str, Any]:
    case = read_case("p20_likert_domains")
    of: dict[str, tuple[str, list[str]]] = {
        "overall": ("q1", []),
        "unit": ("q1", ["unit"]),
        "procedure": ("q1", ["procedure"]),
        "unit_procedure": ("q1", ["unit", "procedure"]),
        "province_q6": ("q6", ["province"]),
    }
    columns = PLAIN | {"n": "n", "sum_w": "sum_weights", "df": "df", "lo": "low", "hi": "high"}
    sample, answer = read_data("likert_a"), {}
    for part, (item, by) in of.items():
        frame = sample.with_columns((pl.col(item) >= 4).alias("satisfied"))
        found: dict[Any, Any] = {}
        for method in {row["method"] for row in case[part]}:
            ours = "wilson" if method is None else OURS.get(method, method)
            rows = estimate_proportions(frame, LIKERT, of="satisfied", by=by, interval=ours).filter("level")
            for key, row in zip(rows.select(by).rows() if by else [()], give_rows(rows, columns), strict=True):
                found[key, method] = row
        answer[part] = [
            found[tuple(row[key] for key in by), row["method"]] | {"method": None} for row in case[part]
        ]
    overall = estimate_means(sample.with_columns(one=pl.lit(1.0)), LIKERT, values=["one"], df="design")
    return answer | {"df": overall["df"].item()}


def answer_p21() -> dict[str, Any]:
    weights = read_case("p21_likert_index")["index_weights"]
    raw = read_data("likert_a")
    sample = raw.with_columns(
        (measure_item(q, "satisfied_share", levels=5, satisfied_from=4) / 100).alias(q) for q in ITEMS
    ).with_columns(pm=pl.mean_horizontal(ITEMS))
    points = raw.with_columns(((pl.col(q) - 1) * 25).alias(q) for q in ITEMS)
    complete = pl.all_horizontal(pl.col(q).is_not_null() for q in ITEMS)
    joint = estimate_jointly(sample, LIKERT, values=ITEMS, where=complete)
    index = give_rows(estimate_contrasts(joint, {"index": weights}), PLAIN | T)
    normal = give_rows(estimate_contrasts(joint, {"index": weights}, df=math.inf), Z)
    return {
        "available_case_items": give_both(estimate_means, sample, LIKERT, df="design", values=ITEMS),
        "complete_case_items": give_both(estimate_means, sample, LIKERT, values=ITEMS, where=complete),
        "complete_case_cov": joint.covariance,
        "index": [index[0] | normal[0]],
        "person_mean_index": give_both(estimate_means, sample, LIKERT, df="design", values=["pm"]),
        "person_mean_0_100_by_province": give_domains(
            estimate_means,
            points.with_columns(pm100=pl.mean_horizontal(ITEMS)),
            LIKERT,
            ["province"],
            {"pm100": ("pm100", "se")},
            values=["pm100"],
        ),
        "alpha": estimate_alpha(raw, LIKERT, items=ITEMS),
    }


def answer_p26() -> dict[str, Any]:
    case = read_case("p26_multiple_imputation")
    frame = pl.DataFrame({"m": range(5), "estimate": case["est"], "standard_error": np.sqrt(case["var"])})
    row = combine_imputations(frame, imputation="m", df=None).row(0, named=True)
    return {
        "combined": row["estimate"],
        "total_var": row["standard_error"] ** 2,
        "df": row["df"],
        "missinfo": row["missing_information"],
        "df_complete_44": combine_imputations(frame, imputation="m", df=44)["df"].item(),
    }
