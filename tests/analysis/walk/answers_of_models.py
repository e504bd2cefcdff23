"""Our answers to the cases on models, tests, areas and sampling: p18, p22-p24."""

from typing import Any

import polars as pl

from analysis import (
    allocate,
    chi_square_test,
    fit_fay_herriot,
    fit_model,
    fit_ordinal,
    rank_test,
    size_for_share,
    t_test,
    wald_test,
)
from analysis.sampling import (
    inclusion_probabilities,
    joint_probabilities,
    size_for_two_means,
    size_for_two_shares,
)
from tests.analysis.oracle import CLUSTERED, STRATIFIED, read_case, read_data
from tests.analysis.walk.figures import PLAIN, give_rows

TERMS = PLAIN | {"t": "statistic", "p": "p_value"}


def answer_p18() -> dict[str, Any]:
    s, d = read_data("apistrat").with_columns(hi=pl.col("api00") > 700), read_data("apiclus1")
    linear = fit_model(s, STRATIFIED, outcome="api00", predictors=["ell", "meals", "mobility"])
    logistic = fit_model(
        s,
        STRATIFIED,
        outcome="hi",
        predictors=["ell", "meals", "stype"],
        model="logistic",
        information="last_round",
    )
    rates = fit_model(
        s, STRATIFIED, outcome="api.stu", predictors=["stype"], model="poisson", offset=pl.col("enroll").log()
    )
    quarter = sum((pl.col("meals") > cut).cast(pl.Int64) for cut in (25, 50, 75))
    ordered = fit_ordinal(
        d,
        CLUSTERED,
        outcome=quarter,  # type: ignore[arg-type]  # a sum of expressions is one
        predictors=["avg.ed", "mobility", "stype"],
        information="differences",
    )
    gain = pl.col("api00") - pl.col("api99")
    return {
        "ttest2": _tell_t(t_test(s, STRATIFIED, value="api00", by="comp.imp"), "difference in mean"),
        "ttest2_clus": _tell_t(t_test(d, CLUSTERED, value="enroll", by="comp.imp"), "difference in mean"),
        "ttest1": _tell_t(t_test(s, STRATIFIED, value=gain), "mean"),
        "lm": give_rows(linear.coefficients, TERMS),
        "lm_df": linear.df,
        "logit": give_rows(logistic.coefficients, TERMS),
        "poisson": give_rows(rates.coefficients, TERMS),
        "olr": give_rows(ordered.coefficients, PLAIN),
        "regterm_wald_ell_meals": _tell_wald(wald_test(linear, ["ell", "meals"])),
        "regterm_stype": _tell_wald(wald_test(logistic, ["stype"])),
        "chisq": {name: _tell_chi_square(d, name) for name in CHI_SQUARE},
        "rank": {
            theirs: _tell_t(
                rank_test(s, STRATIFIED, value="api00", by="comp.imp", scores=ours, ties="simple"),
                "difference in mean rank score",
            )
            for theirs, ours in RANKS.items()
        },
        "kw3": _tell_kruskal(rank_test(d, CLUSTERED, value="api00", by="stype")),
    }


def _tell_t(found: pl.DataFrame, label: str) -> dict[str, Any]:
    row = found.row(0, named=True)
    return {
        "statistic": {"t": row["statistic"]},
        "parameter": {"df": row["df"]},
        "p": row["p_value"],
        "estimate": {label: row["estimate"]},
        "ci": [row["low"], row["high"]],
    }


def _tell_wald(found: pl.DataFrame) -> dict[str, Any]:
    row = found.row(0, named=True)
    return {
        "Ftest": [[row["statistic"]]],
        "df": row["df_numerator"],
        "ddf": row["df"],
        "p": [[row["p_value"]]],
    }


# R's name → ours; its asymptotic distribution was not installed and fell back to the saddlepoint.
CHI_SQUARE = {
    "F": ("F", "F"),
    "Chisq": ("chi_square", "X-squared"),
    "Wald": ("wald", "F"),
    "adjWald": ("adjusted_wald", "F"),
    "lincom": ("saddlepoint", "X-squared"),
    "saddlepoint": ("saddlepoint", "X-squared"),
}
RANKS = {
    "wilcoxon": "wilcoxon",
    "vanderWaerden": "van_der_waerden",
    "median": "median",
    "KruskalWallis": "kruskal_wallis",
}


def _tell_chi_square(sample: pl.DataFrame, name: str) -> dict[str, Any]:
    ours, label = CHI_SQUARE[name]
    row = chi_square_test(sample, CLUSTERED, rows="sch.wide", columns="stype", statistic=ours).row(0, named=True)
    parameter = {"ndf": row["df_numerator"], "ddf": row["df"], "df": row["df_numerator"]}
    return {"statistic": {label: row["statistic"]}, "parameter": parameter, "p": row["p_value"]}


def _tell_kruskal(found: pl.DataFrame) -> dict[str, Any]:
    row = found.row(0, named=True)
    # R prints the two the wrong way round: its df is named statistic.
    return {
        "statistic": {"df": row["df_numerator"]},
        "parameter": {"Chisq": row["chi_square"]},
        "p": row["p_value"],
    }


def answer_p22() -> dict[str, Any]:
    areas = read_data("fh_sim").with_columns(pl.col("var").sqrt().alias("se"))
    answer = {}
    for theirs, ours in (("REML", "reml"), ("ML", "ml"), ("FH", "moments")):
        model = fit_fay_herriot(
            areas, area="area", estimate="y", standard_error="se", covariates=["x"], method=ours
        )
        beta = {"beta": "estimate", "std.error": "standard_error", "tvalue": "z", "pvalue": "p_value"}
        goodness = {"loglike": "log_likelihood", "AIC": "aic", "BIC": "bic", "KIC": "kic"}
        answer[theirs] = {
            "sigma2_v": model.between,
            "beta": give_rows(model.coefficients, beta),
            "eblup": model.areas["estimate"],
            "mse": model.areas["mse"],
            "goodness": give_rows(model.fit, goodness)[0],
        }
    return answer


def answer_p23() -> dict[str, Any]:
    sizes = read_data("pps_frame")["size"]
    chances = {n: inclusion_probabilities(sizes, int(n)) for n in ("5", "10", "20")}
    twelve = inclusion_probabilities(sizes.head(12), 4)
    return {
        "pik": chances,
        "certainty": {n: ((chance == 1).arg_true() + 1).to_list() for n, chance in chances.items()},
        # R stops at a step of 1e-6; without the tolerance ours goes on to the exact ones.
        "brewer_joint_n5": joint_probabilities(twelve, "max_entropy", tolerance=1e-6),
    }


def answer_p24() -> dict[str, Any]:
    case = read_case("p24_allocation_size")
    strata = pl.DataFrame({"stratum": list("ABCD"), "population": case["N"], "spread": case["S"]})
    of: dict[str, dict[str, Any]] = {
        "proportional": {"rule": "proportional"},
        "neyman": {"rule": "neyman", "standard_deviation": "spread"},
        "power_half": {"rule": "power", "power": 0.5},
        "equal": {"rule": "equal"},
    }
    sizes = {
        "size_p50_e5": size_for_share(0.05),
        "size_p50_e3_deff15_N8000_rr70": size_for_share(
            0.03, design_effect=1.5, population=8000, response_rate=0.7
        ),
    }
    return (
        {name: allocate(strata, n=case["n"], **chosen)["n_exact"] for name, chosen in of.items()}
        | {
            name: {"n0": size.infinite, "n": size.exact, "n_resp": size.exact_invited}
            for name, size in sizes.items()
        }
        | {
            "two_props_80": size_for_two_shares(0.6, 0.66, power=0.8).exact,
            "two_means_90": size_for_two_means(3, standard_deviation=15, power=0.9).exact,
        }
    )
