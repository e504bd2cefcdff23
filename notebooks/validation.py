"""Every kind of estimate beside the numbers R gives for the same data: difference and tolerance, line by line.

R is not needed: its numbers stand in tests/oracles, each with the R code that made it.

    marimo edit notebooks/validation.py      # to look at and change
    python notebooks/validation.py           # to run and print; ends with an error if a figure is off
"""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="full", app_title="Đối chiếu với R / Validation against R")


@app.cell
def _():
    import json
    import math
    from pathlib import Path

    import marimo as mo
    import numpy as np
    import polars as pl

    from analysis import (
        Replicates,
        Stage,
        SurveyDesign,
        allocate,
        calibrate,
        combine_imputations,
        estimate_calibrated_means,
        estimate_contrasts,
        estimate_jointly,
        estimate_means,
        estimate_proportions,
        estimate_quantiles,
        estimate_ratios,
        estimate_totals,
        estimate_variances,
        fit_fay_herriot,
        fit_model,
        fit_ordinal,
        make_replicates,
        rake,
        size_for_share,
        trim_weights,
        weigh_stages,
    )
    from analysis.estimation.measures import share_satisfied
    from analysis.sampling import inclusion_probabilities

    return (
        Path,
        Replicates,
        Stage,
        SurveyDesign,
        allocate,
        calibrate,
        combine_imputations,
        estimate_calibrated_means,
        estimate_contrasts,
        estimate_jointly,
        estimate_means,
        estimate_proportions,
        estimate_quantiles,
        estimate_ratios,
        estimate_totals,
        estimate_variances,
        fit_fay_herriot,
        fit_model,
        fit_ordinal,
        inclusion_probabilities,
        json,
        make_replicates,
        math,
        mo,
        np,
        pl,
        rake,
        share_satisfied,
        size_for_share,
        trim_weights,
        weigh_stages,
    )


@app.cell
def _(mo):
    mo.md(
        """
    # Đối chiếu với R / Validation against R

    *Chọn mẫu (`choosing_a_sample.py`) → một tháng (`analysts_month.py`) → đọc lại bản công bố (`released_month.py`) →
    __đối chiếu với R__. / The sample, a month and its release come before.*

    Mỗi dòng: con số của chúng tôi, con số của R (`survey` 4.5, `sampling` 2.9, `sae` 1.3, `mitools`), chênh lệch tương
    đối lớn nhất và mức cho phép. Công thức tính thẳng: 10⁻⁸; phép lặp: 10⁻⁶; sai số của mô hình thứ bậc: 10⁻⁴.
    / Each line: our figures, those of R, the largest relative difference and what is allowed. Closed forms 1e-8, what is
    iterated 1e-6, errors of the ordinal model 1e-4. The R code stands beside the numbers in `tests/oracles`.
    """
    )
    return


@app.cell
def _(Path, json, np, pl):
    oracles = Path(__file__).resolve().parents[1] / "tests" / "oracles"
    if not oracles.is_dir():
        raise SystemExit(f"{oracles}: chạy trong bản sao của kho mã / run it in a clone of the repository")
    CLOSED, ITERATED, ORDINAL = 1e-8, 1e-6, 1e-4

    def case_of(name):
        return json.loads(next(oracles.glob(f"{name}_*.json")).read_text(encoding="utf-8"))["expected"]

    def data_of(name):
        return pl.read_csv(oracles / f"{name}.csv", null_values=[""], infer_schema_length=None)

    def open_lines():
        lines = []

        def put(case, what, ours, theirs, tolerance=CLOSED):
            """One line of the table; where R has 0, 1e-12 is allowed."""
            ours, theirs = (np.asarray(values, float).ravel() for values in (ours, theirs))
            if len(ours) != len(theirs) or not len(ours):
                raise SystemExit(f"{case} {what}: {len(ours)} con số cho {len(theirs)} / figures for")
            away = np.abs(ours - theirs)
            size = np.abs(theirs)
            relative = np.where(size > 0, away / np.where(size > 0, size, 1), np.where(away <= 1e-12, 0.0, np.inf))
            worst = int(np.argmax(np.nan_to_num(relative, nan=np.inf)))
            lines.append(
                {
                    "case": case,
                    "what": what,
                    "figures": len(ours),
                    "ours": float(ours[worst]),
                    "r": float(theirs[worst]),
                    "difference": float(np.nan_to_num(relative, nan=np.inf)[worst]),
                    "allowed": tolerance,
                }
            )

        def put_rows(case, what, frame, rows, tolerance=CLOSED, columns=None):
            """Estimates, errors and, where R prints them, t limits."""
            wanted = columns or {"est": "estimate", "se": "standard_error", "lo_t": "low", "hi_t": "high"}
            known = {theirs: ours for theirs, ours in wanted.items() if theirs in rows[0]}
            put(
                case,
                what,
                frame.select(known.values()).to_numpy(),
                [[row[theirs] for theirs in known] for row in rows],
                tolerance,
            )

        return lines, put, put_rows

    return CLOSED, ITERATED, ORDINAL, case_of, data_of, open_lines, oracles


@app.cell
def _(
    SurveyDesign,
    case_of,
    data_of,
    estimate_jointly,
    estimate_means,
    estimate_proportions,
    estimate_quantiles,
    estimate_ratios,
    estimate_totals,
    estimate_variances,
    pl,
    open_lines,
):
    def _compare():
        lines, put, put_rows = open_lines()
        # Thiết kế, miền, tỷ lệ, phân vị / designs, domains, shares, quantiles
        srs, strat, clus = data_of("apisrs"), data_of("apistrat"), data_of("apiclus1")
        simple = SurveyDesign("pw", population="fpc")
        stratified = SurveyDesign("pw", stratum="stype", population="fpc")
        clustered = SurveyDesign("pw", cluster="dnum", population="fpc")
        p01, p02, p03, p05, p06 = (case_of(f"p0{k}") for k in (1, 2, 3, 5, 6))
        put_rows(
            "p01",
            "mẫu ngẫu nhiên: trung bình / SRS means",
            estimate_means(srs, simple, values=["api00", "api99", "enroll"]),
            p01["mean"],
        )
        put_rows("p01", "tổng / totals", estimate_totals(srs, simple, values=["enroll", "api.stu"]), p01["total"])
        put_rows(
            "p01", "tỷ số / ratio", estimate_ratios(srs, simple, ratios={"r": ("api.stu", "enroll")}), p01["ratio"]
        )
        put(
            "p01",
            "hiệp phương sai / covariance",
            estimate_jointly(srs, simple, values=["api00", "api99", "enroll"]).covariance,
            p01["cov_mean"],
        )
        variance = estimate_variances(srs, simple, values=["api00"]).row(0, named=True)
        put(
            "p01",
            "phương sai tổng thể / population variance",
            [variance["estimate"], variance["standard_error"]],
            [p01["var_api00"]["est"], p01["var_api00"]["se"]],
        )
        found = estimate_means(strat, stratified, values=["api00", "enroll"], design_effect="finite")
        put_rows("p02", "phân tầng / stratified means", found, p02["mean"])
        put("p02", "hệ số thiết kế / design effects", found["design_effect"], [row["deff"] for row in p02["mean"]])
        put_rows(
            "p03", "chùm / clusters", estimate_means(clus, clustered, values=["api00", "enroll"]), p03["mean"][:2]
        )
        by = estimate_means(strat, stratified, values=["api00"], by=["sch.wide"])
        rows = sorted(p05["strat_mean_by_sch.wide"], key=lambda row: row["sch.wide"])
        put(
            "p05",
            "miền / domains",
            by.select("estimate", "standard_error", "df").to_numpy(),
            [[r["api00"], r["se"], r["df_domain"]] for r in rows],
        )
        rare = (pl.col("stype") == "H") & (pl.col("meals") > 60)
        names = [row["name"] for row in p06["rare"]["mean"]]
        put_rows(
            "p06",
            "nhóm hiếm giữ nguyên thiết kế / rare subpopulation",
            estimate_means(clus, clustered, values=names, where=rare),
            p06["rare"]["mean"],
        )
        ours_of = {"mean": "t", "wilson": "wilson", "beta": "beta", "xlogit": "xlogit"}
        share = clus.with_columns((pl.col("ell") == 0).alias("claim"))
        for row in case_of("p07")["clus_ell0"]:
            if row["method"] in ours_of and row["level"] == 0.95:
                one = (
                    estimate_proportions(share, clustered, of="claim", interval=ours_of[row["method"]])
                    .filter("level")
                    .row(0, named=True)
                )
                put(
                    "p07",
                    f"khoảng của tỷ lệ / interval {row['method']}",
                    [one["low"], one["high"]],
                    [row["lo"], row["hi"]],
                )
        p08 = case_of("p08")
        for rule in sorted({row["qrule"] for row in p08["rules"]}):
            expected = [row for row in p08["rules"] if row["qrule"] == rule]
            quantiles = estimate_quantiles(
                strat, stratified, values=["api00"], quantiles=[row["q"] for row in expected], rule=rule
            )
            put(
                "p08",
                f"phân vị / quantiles {rule}",
                quantiles.select("estimate", "low", "high", "standard_error").to_numpy(),
                [[r["est"], r["lo"], r["hi"], r["se"]] for r in expected],
            )
        return lines

    designs = _compare()
    return (designs,)


@app.cell
def _(
    CLOSED,
    ITERATED,
    Stage,
    SurveyDesign,
    calibrate,
    case_of,
    data_of,
    estimate_calibrated_means,
    estimate_means,
    estimate_totals,
    math,
    pl,
    rake,
    trim_weights,
    weigh_stages,
    open_lines,
):
    def _compare():
        lines, put, put_rows = open_lines()
        # Nhiều giai đoạn, tầng một chùm, PPS, hiệu chỉnh / stages, lonely strata, PPS, calibration
        small = data_of("mu284")
        two = SurveyDesign("w", cluster="id1", population="n1", stages=(Stage("id2", population="n2"),))
        small = small.with_columns(weigh_stages(small, two))
        put_rows(
            "p04", "hai giai đoạn / two stages", estimate_means(small, two, values=["y1"]), case_of("p04")["mean"]
        )
        lonely = data_of("lonely")
        for kind in ("certainty", "adjust", "average"):
            single = SurveyDesign("w", stratum="stratum", cluster="psu", lonely=kind)
            put_rows(
                "p16",
                f"tầng một chùm / lonely stratum {kind}",
                estimate_means(lonely, single, values=["y", "yes"]),
                case_of("p16")["mean"][kind]["all"],
            )
        votes = data_of("election_pps").with_columns((pl.col("p") ** 2).sum().alias("squares"))
        pps = {
            "brewer": SurveyDesign("wt", probability="p"),
            "overton": SurveyDesign("wt", probability="p", pps="overton"),
            "hartley_rao": SurveyDesign("wt", probability="p", pps="hartley_rao", probability_squares="squares"),
        }
        for kind, design in pps.items():
            totals = estimate_totals(votes, design, values=["Bush", "Kerry", "Nader"], df=math.inf)
            put_rows(
                "p17",
                f"PPS {kind}",
                totals,
                case_of("p17")[kind]["total"],
                columns={"est": "estimate", "se": "standard_error", "lo_z": "low", "hi_z": "high"},
            )
        sure = SurveyDesign(
            "w", stratum="stratum", cluster="psu", population="N1", stages=(Stage("elem", population="N2"),)
        )
        put_rows(
            "p25",
            "chùm chắc chắn chọn / certainty PSUs",
            estimate_means(data_of("certainty"), sure, values=["y", "ok"]),
            case_of("p25")["two_stage"]["mean"],
        )

        sample = data_of("apiclus1")
        after = SurveyDesign("weight_calibrated", cluster="dnum")
        types = {"E": 4421, "H": 755, "M": 1018}
        p09, p10, p11, p12 = (case_of(k) for k in ("p09", "p10", "p11", "p12"))
        margins = {name: {row[name]: row["Freq"] for row in rows} for name, rows in p09["margins"].items()}
        put(
            "p09",
            "trọng số cào bằng / raked weights",
            rake(sample, weight="pw", margins=margins).weights,
            p09["weights"],
            ITERATED,
        )
        raked = calibrate(sample, weight="pw", counts=margins, distance="raking")
        put_rows(
            "p09",
            "sai số biết đã cào bằng / errors after raking",
            estimate_calibrated_means(raked.frame, after, raked.calibration, values=["api00", "enroll"]),
            p09["mean"],
            ITERATED,
        )
        post = calibrate(sample, weight="pw", counts={"stype": types})
        put("p10", "hậu phân tầng / post-stratified weights", post.weights, p10["weights"])
        put_rows(
            "p10",
            "trung bình / means",
            estimate_calibrated_means(post.frame, after, post.calibration, values=["api00", "enroll"]),
            p10["mean"],
        )
        kinds = {
            "linear": {},
            "raking": {"distance": "raking"},
            "linear_bounded": {"bounds": (0.5, 1.8)},
            "logit_bounded": {"distance": "logit", "bounds": (0.4, 2)},
        }
        for kind, choices in kinds.items():
            met = calibrate(sample, weight="pw", counts={"stype": types}, totals={"api99": 3914069}, **choices)
            allowed = CLOSED if kind == "linear" else ITERATED
            put("p11", f"hiệu chỉnh / calibrated weights {kind}", met.weights, p11[kind]["weights"], allowed)
            put_rows(
                "p11",
                f"trung bình / means {kind}",
                estimate_calibrated_means(met.frame, after, met.calibration, values=["api00", "enroll"]),
                p11[kind]["mean"],
                allowed,
            )
        met = calibrate(sample, weight="pw", counts={"stype": types}, totals={"api99": 3914069})
        for kind in ("once", "strict"):
            trimmed = trim_weights(
                met.frame,
                weight="weight_calibrated",
                lower=p12[kind]["lower"],
                upper=p12[kind]["upper"],
                strict=kind == "strict",
            )
            put("p12", f"cắt trọng số / trimmed weights {kind}", trimmed.weights, p12[kind]["weights"], ITERATED)
        return lines

    weights = _compare()
    return (weights,)


@app.cell
def _(
    Replicates,
    SurveyDesign,
    case_of,
    data_of,
    estimate_contrasts,
    estimate_jointly,
    estimate_means,
    estimate_proportions,
    estimate_totals,
    make_replicates,
    np,
    pl,
    share_satisfied,
    open_lines,
):
    def _compare():
        lines, put, put_rows = open_lines()
        # Trọng số lặp, so sánh, thang Likert / replicates, contrasts, Likert scales
        clus, clustered = data_of("apiclus1"), SurveyDesign("pw", cluster="dnum", population="fpc")
        made, jack = make_replicates(clus, SurveyDesign("pw", cluster="dnum"), kind="JK1")
        put_rows(
            "p13",
            "jackknife",
            estimate_means(made, jack, values=["api00", "enroll"]),
            case_of("p13")["jk1"]["mean"],
        )
        p14 = case_of("p14")
        factors = np.array(p14["replicate_factors"])
        columns = {f"f{r + 1}": factors[:, r] for r in range(4)}
        halves = data_of("scd").with_columns(
            pl.lit(1.0).alias("w"), **{k: pl.Series(v) for k, v in columns.items()}
        )
        brr = SurveyDesign("w", replicates=Replicates(tuple(columns), "BRR", are_factors=True))
        put_rows(
            "p14",
            "nửa mẫu cân bằng / BRR",
            estimate_totals(halves, brr, values=["alive", "arrests"]),
            p14["total"],
        )
        boot = SurveyDesign("pw", replicates=Replicates(tuple(f"bw{r}" for r in range(1, 51))))
        put_rows(
            "p15",
            "bootstrap",
            estimate_means(data_of("apiclus1_boot50"), boot, values=["api00", "enroll"]),
            case_of("p15")["mean"],
        )
        joint = estimate_jointly(clus, clustered, values=["api00"], by=["stype"])
        put_rows(
            "p19",
            "hiệu giữa các miền / differences",
            estimate_contrasts(joint, {"E_H": [1, -1, 0], "E_M": {"E": 1, "M": -1}}),
            case_of("p19")["diff"],
        )
        put_rows(
            "p19",
            "tỷ số giữa các miền / ratio",
            estimate_contrasts(joint, {"r": "E / H"}),
            case_of("p19")["ratio"],
        )
        likert = SurveyDesign("wgt", stratum="stratum", population="Nh")
        answers = data_of("likert_a").with_columns((pl.col("q1") >= 4).alias("satisfied"))
        for part, keys in (("overall", []), ("unit", ["unit"]), ("unit_procedure", ["unit", "procedure"])):
            expected = [row for row in case_of("p20")[part] if row["method"] == "wilson"]
            shares = estimate_proportions(answers, likert, of="satisfied", by=keys).filter("level")
            if keys:
                shares = shares.filter(pl.struct(keys).is_in([{k: row[k] for k in keys} for row in expected]))
            put(
                "p20",
                f"tỷ lệ hài lòng / satisfied share, {part}",
                shares.select("estimate", "standard_error", "low", "high").to_numpy(),
                [[r["est"], r["se"], r["lo"], r["hi"]] for r in expected],
            )
        items = [f"q{k}" for k in range(1, 7)]
        p21 = case_of("p21")
        fractions = data_of("likert_a").with_columns(share_satisfied(q, satisfied_from=4) / 100 for q in items)
        put_rows(
            "p21",
            "các câu / items",
            estimate_means(fractions, likert, values=items, df="design"),
            p21["available_case_items"],
        )
        complete = pl.all_horizontal(pl.col(q).is_not_null() for q in items)
        whole = estimate_jointly(fractions, likert, values=items, where=complete)
        put("p21", "hiệp phương sai của các câu / covariance", whole.covariance, p21["complete_case_cov"])
        return lines

    replicated = _compare()
    return (replicated,)


@app.cell
def _(
    ITERATED,
    ORDINAL,
    SurveyDesign,
    allocate,
    case_of,
    combine_imputations,
    data_of,
    fit_fay_herriot,
    fit_model,
    fit_ordinal,
    inclusion_probabilities,
    np,
    pl,
    size_for_share,
    open_lines,
):
    def _compare():
        lines, put, put_rows = open_lines()
        # Mô hình, ô nhỏ, chọn mẫu / models, small areas, sampling
        clus, clustered = data_of("apiclus1"), SurveyDesign("pw", cluster="dnum", population="fpc")
        strat, stratified = data_of("apistrat"), SurveyDesign("pw", stratum="stype", population="fpc")
        p18 = case_of("p18")
        linear = fit_model(strat, stratified, outcome="api00", predictors=["ell", "meals", "mobility"])
        put_rows("p18", "hồi quy tuyến tính / linear model", linear.coefficients, p18["lm"])
        logit = fit_model(
            strat.with_columns(hi=pl.col("api00") > 700),
            stratified,
            outcome="hi",
            predictors=["ell", "meals", "stype"],
            model="logistic",
        )
        put_rows("p18", "hồi quy logit / logistic model", logit.coefficients, p18["logit"], ITERATED)
        level = sum((pl.col("meals") > cut).cast(pl.Int64) for cut in (25, 50, 75))
        ordinal = fit_ordinal(
            clus, clustered, outcome=level, predictors=["avg.ed", "mobility", "stype"], information="differences"
        )
        put_rows("p18", "mô hình thứ bậc / ordinal model", ordinal.coefficients, p18["olr"], ORDINAL)
        areas = data_of("fh_sim").with_columns(pl.col("var").sqrt().alias("se"))
        for ours, theirs in (("reml", "REML"), ("ml", "ML"), ("moments", "FH")):
            model = fit_fay_herriot(
                areas, area="area", estimate="y", standard_error="se", covariates=["x"], method=ours
            )
            put(
                "p22",
                f"Fay-Herriot {theirs}: EBLUP",
                model.areas["estimate"],
                case_of("p22")[theirs]["eblup"],
                ITERATED,
            )
            put("p22", f"Fay-Herriot {theirs}: MSE", model.areas["mse"], case_of("p22")[theirs]["mse"], ITERATED)
        for n in ("5", "10", "20"):
            put(
                "p23",
                f"xác suất chọn / inclusion probabilities, n = {n}",
                inclusion_probabilities(data_of("pps_frame")["size"], int(n)),
                case_of("p23")["pik"][n],
            )
        p24 = case_of("p24")
        strata = pl.DataFrame({"stratum": list("ABCD"), "population": p24["N"], "spread": p24["S"]})
        put(
            "p24",
            "phân bổ Neyman / Neyman allocation",
            allocate(strata, n=p24["n"], rule="neyman", standard_deviation="spread")["n_exact"],
            p24["neyman"],
        )
        size = size_for_share(0.03, design_effect=1.5, population=8000, response_rate=0.7)
        put(
            "p24",
            "cỡ mẫu / sample size",
            [size.infinite, size.exact, size.exact_invited],
            [p24["size_p50_e3_deff15_N8000_rr70"][k] for k in ("n0", "n", "n_resp")],
        )
        p26 = case_of("p26")
        completed = pl.DataFrame({"m": range(5), "estimate": p26["est"], "standard_error": np.sqrt(p26["var"])})
        pooled = combine_imputations(completed, imputation="m", df=None).row(0, named=True)
        put(
            "p26",
            "gộp số thay thế / Rubin's rules",
            [pooled["estimate"], pooled["standard_error"] ** 2, pooled["df"]],
            [p26["combined"], p26["total_var"], p26["df"]],
        )
        return lines

    models = _compare()
    return (models,)


@app.cell
def _(designs, mo, models, pl, replicated, weights):
    compared = (
        pl.DataFrame([*designs, *weights, *replicated, *models])
        .with_columns((pl.col("difference") <= pl.col("allowed")).alias("agrees"))
        .sort("case", maintain_order=True)
    )
    for _line in compared.iter_rows(named=True):
        print(
            f"{_line['case']} | {_line['what']} | {_line['figures']} | {_line['ours']:.10g} | {_line['r']:.10g} | "
            f"{_line['difference']:.1e} | {_line['allowed']:.0e}"
        )
    figures, cases = compared["figures"].sum(), compared["case"].n_unique()
    print(f"cases {cases}, figures {figures}, off {compared.filter(~pl.col('agrees'))['figures'].sum()}")
    if not compared["agrees"].all():
        raise SystemExit("có con số khác R / figures differ from R")
    renamed = compared.select(
        pl.col("case").alias("ca / case"),
        pl.col("what").alias("nội dung / what"),
        pl.col("figures").cast(pl.String).alias("số / figures"),
        *(
            pl.col(column).map_elements(lambda value: f"{value:.10g}", pl.String).alias(words)
            for column, words in (("ours", "của ta / ours"), ("r", "R"))
        ),
        *(
            pl.col(column).map_elements(lambda value: f"{value:.0e}", pl.String).alias(words)
            for column, words in (("difference", "chênh / off by"), ("allowed", "cho phép / allowed"))
        ),
    )
    widths = dict(zip(renamed.columns, (60, 270, 75, 125, 125, 85, 85), strict=True))
    mo.vstack(
        [
            mo.md(
                f"**{cases}** trường hợp, **{figures}** con số, tất cả trong mức cho phép; dòng nào cũng ghi con số lệch nhất. / {cases} cases, {figures} figures, all within what is allowed; each line shows the worst."
            ),
            # narrow columns of text: a table that is cut would hide the very difference it is for
            mo.ui.table(
                renamed,
                page_size=80,
                selection=None,
                column_widths=widths,
                wrapped_columns=["nội dung / what"],
                show_column_summaries=False,
                show_data_types=False,
            ),
        ]
    )
    return (compared,)


@app.cell
def _(mo, oracles):
    simulated = oracles.parent / "analysis" / "simulation"
    pages = {
        "Khoảng tin cậy của tỷ lệ và chỉ số / intervals of shares and indices": "share_coverage.md",
        "Như công bố, dân số trình diễn / as published": "results.md",
        "Mẫu ít xã: số, chênh lệch, mô hình / few communes: figures, differences, models": "designed_coverage.md",
        "Khoảng hạng / rank sets": "rank_sets.md",
        "Ô nhỏ / small areas": "small_areas.md",
        "Theo dõi hằng ngày, không gì thay đổi / daily watch, nothing changes": "watch_held.md",
        "Theo dõi khi các câu trả lời phụ thuộc nhau / daily watch of answers that depend": "watch_broken.md",
        "Kiểm định hằng tháng / monthly tests": "month_changes.md",
    }
    kept = {title: (simulated / name).read_text(encoding="utf-8") for title, name in pages.items()}
    print(f"simulations {len(kept)}")
    mo.vstack(
        [
            mo.md(
                """
    ## Mô phỏng / Simulations

    Trong 100 khoảng 95 %, bao nhiêu khoảng chứa giá trị thật. Hạt giống cố định; lệnh chạy lại đứng đầu mỗi bảng.
    / How many of 100 intervals held the truth; seeds are fixed, the command stands on top of each table.
    """
            ),
            mo.accordion({title: mo.md(text) for title, text in kept.items()}),
        ]
    )
    return


if __name__ == "__main__":
    app.run()
