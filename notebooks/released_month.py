"""Reads a released month and nothing else: redraws its main table, and recomputes what the microdata allow.

    marimo edit notebooks/released_month.py                                  # to look at and change
    python notebooks/released_month.py --exports exports --month 2026-10     # to run and print
"""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="Một tháng đã công bố / A released month")


@app.cell
def _():
    import os
    from html import escape
    from pathlib import Path

    import marimo as mo
    import polars as pl

    from analysis.design import SurveyDesign
    from analysis.estimation.composite import estimate_composites
    from analysis.estimation.pooled_limits import pool_limits
    from analysis.indices.measure import list_figures, measure_items
    from analysis.indices.policy import POOLED_INTERVAL
    from analysis.release.microdata import STRATA
    from analysis.release.reading import broken_files, latest_release, read_table
    from survey_forms.loader import load_catalogue

    return (
        POOLED_INTERVAL,
        Path,
        STRATA,
        SurveyDesign,
        broken_files,
        escape,
        estimate_composites,
        latest_release,
        list_figures,
        load_catalogue,
        measure_items,
        mo,
        os,
        pl,
        pool_limits,
        read_table,
    )


@app.cell
def _(Path, broken_files, latest_release, mo, os):
    given = mo.cli_args()
    exports = Path(given.get("exports") or os.environ.get("HAILONG_EXPORTS_FOLDER", "exports"))
    month = given.get("month")
    release = latest_release(exports, str(month) if month else None)
    if release is None:
        raise SystemExit(f"{exports}: chưa có tháng nào được công bố / no released month")
    if broken_files(release):
        raise SystemExit(f"{release.folder}: tệp hỏng / broken files: {', '.join(broken_files(release))}")
    indexed = [
        entry for entry in release.manifest["forms"] if f"{entry['form']} {entry['version']}" in release.manifest["method"]
    ]
    wanted = given.get("form") or indexed[0]["form"]
    told = next((entry for entry in indexed if entry["form"] == wanted), None)
    if told is None:
        raise SystemExit(f"{wanted}: không có trong bản công bố / not in the release")
    print(f"{release.folder}: {told['form']} {told['version']}")
    mo.md(
        f"""
    # {told["title"]} / {told["title_en"]}

    *Chọn mẫu (`choosing_a_sample.py`) → một tháng (`analysts_month.py`) → **đọc lại bản công bố** → đối chiếu với R
    (`validation.py`). / The sample and the month before, the proof against R after.*

    Tháng / month **{release.month}**, bản / revision **r{release.revision}**
    {"**SỐ LIỆU TRÌNH DIỄN / DEMONSTRATION DATA**" if release.manifest["is_demonstration"] else ""}
    """
    )
    return release, told


@app.cell
def _(pl, release, told):
    # Rows of provinces and means of units stand beside the plain domains.
    published = release.indices.filter(
        pl.col("form") == told["form"],
        pl.col("version") == told["version"],
        pl.col("aggregate").is_null(),
    )
    top = published.filter(pl.col("level") == "overall")
    overall = top.filter(pl.all_horizontal(pl.col("unit", "procedure", "channel").is_null())).row(0, named=True)
    units = top.filter(pl.col("unit").is_not_null(), pl.col("procedure").is_null()).sort("unit_name")
    print(f"units {units.height}, overall {overall['estimate_rounded']} ({overall['low_rounded']}-{overall['high_rounded']})")
    return overall, published, units


@app.cell
def _(escape, mo, overall, units):
    def place(points):
        return f"{2 + 0.96 * points:.1f}%"

    def draw(row):
        line = '<line stroke="#0b4f8a" stroke-width="2" y1="9" y2="9" x1="{}" x2="{}"/>'
        dot = '<circle fill="#0b4f8a" r="4" cy="9" cx="{}"/>'
        reference = f'<line stroke="#333" stroke-dasharray="2 2" y1="0" y2="18" x1="{place(overall["estimate"])}" x2="{place(overall["estimate"])}"/>'
        drawn = line.format(place(row["low"]), place(row["high"])) + dot.format(place(row["estimate"]))
        return f'<svg width="260" height="18">{reference}{drawn}</svg>'

    def write(row):
        name = escape(row["unit_name"] or row["unit"])
        if row["low"] is None:
            reason = "ít phiếu / too few" if row["suppressed"] else "chưa có số / no figure"
            return f'<tr><th align="left">{name}</th><td colspan="3"><i>{reason}</i></td></tr>'
        figure = f"{row['estimate_rounded']} ({row['low_rounded']}–{row['high_rounded']})".replace(".", ",")
        return f'<tr><th align="left">{name}</th><td>{figure}</td><td>{draw(row)}</td><td align="right">{row["n"]}</td></tr>'

    for row in units.iter_rows(named=True):
        shown = f"{row['estimate_rounded']} ({row['low_rounded']}-{row['high_rounded']})"
        withheld = "withheld" if row["suppressed"] else "no responses" if row["n"] == 0 else "no figure"
        print(f"{row['unit']} | {row['unit_name']} | {withheld if row['low'] is None else shown} | {row['n'] or ''}")

    heading = f"<tr><th>Đơn vị / Unit</th><th>Chỉ số / Index ({100 * overall['confidence']:g} %)</th><th>0–100, nét đứt: mức chung / dashed: all units</th><th>n</th></tr>"
    mo.Html(f"<table>{heading}{''.join(map(write, units.iter_rows(named=True)))}</table>")
    return


@app.cell
def _(mo):
    mo.md(
        """
    ## Tính lại từ vi dữ liệu / Recomputed from the microdata

    `responses.parquet` cho trọng số và tầng của từng phiếu, `strata.csv` cho số giao dịch của tầng. Đơn vị nào có mọi
    phiếu còn nguyên (không phiếu nào bị che) thì tính lại được đúng con số đã công bố.
    / The responses carry weight and stratum, the strata their transactions. Where no response is masked, the published
    figure can be computed again, to the last digit.
    """
    )
    return


@app.cell
def _(STRATA, load_catalogue, measure_items, pl, read_table, release, told):
    form = load_catalogue().get(told["form"], told["version"])
    scores = measure_items(form, form.recipe)
    versions = sum(entry["form"] == told["form"] for entry in release.manifest["forms"])
    prefix = f"{form.id}." if versions == 1 else f"{form.id}@{form.version}."
    strata = read_table(
        release.folder / "strata.csv",
        STRATA,
    ).filter(pl.col("form") == form.id, pl.col("version") == form.version)
    responses = (
        pl.read_parquet(release.folder / "responses.parquet")
        .filter(pl.col("form") == form.id, pl.col("version") == form.version)
        .select(
            "unit",
            "procedure",
            "weight",
            "stratum",
            *(pl.col(prefix + item).alias(item) for item in scores),
        )
        .with_columns(score.alias(item) for item, score in scores.items())
    )
    whole = strata.filter(~pl.col("suppressed")).with_columns(
        # No correction where there are no transactions, or fewer than responses (METHODS 2.3).
        pl.when(pl.col("transactions") >= pl.col("n")).then("transactions").otherwise(1e15).cast(pl.Float64).alias("population")
    )
    rows = responses.join(whole.select("stratum", "population"), on="stratum", how="inner").drop_nulls("unit")
    masked = responses.filter(~pl.col("stratum").is_in(whole["stratum"].implode()).fill_null(False))["unit"].unique()
    return form, masked, rows


@app.cell
def _(POOLED_INTERVAL, SurveyDesign, estimate_composites, form, list_figures, masked, pl, pool_limits, published, release, rows):
    nodes = {figure.key: figure.coefficients for figure in list_figures(form.recipe)}
    policy = release.manifest["policy"]
    of_item = policy.get("interval", "wilson")
    of_several = policy.get("composite_interval", of_item)
    is_pooled = of_several == POOLED_INTERVAL
    composites = [node for node, items in nodes.items() if sum(part > 0 for part in items.values()) > 1]
    of_composite = "wilson" if is_pooled else of_several
    chosen = {
        "confidence": policy.get("confidence", 0.95),
        "interval": {node: of_composite if node in composites else of_item for node in nodes},
    }
    design = SurveyDesign(weight="weight", stratum="stratum", population="population")
    recomputed = pl.concat(
        [
            estimate_composites(rows, design, nodes=nodes, by=["unit"], **chosen)
            .filter(~pl.col("unit").is_in(masked.drop_nulls().implode()))
            .with_columns(pl.lit(None, pl.String).alias("procedure")),
            estimate_composites(rows.drop_nulls("procedure"), design, nodes=nodes, by=["unit", "procedure"], **chosen),
        ],
        how="diagonal",
    )
    domains = published.filter(pl.col("unit").is_not_null(), pl.col("channel").is_null()).with_columns(
        pl.concat_str("level", pl.lit(":"), "code").alias("node"), pl.col("procedure").is_not_null().alias("is_cell")
    )
    if is_pooled:
        # Limits of composites follow from the published table: all units, or all cells, lend their design effects.
        limits = pool_limits(domains.filter(pl.col("node").is_in(composites)), over=["node", "is_cell"])
        again = limits.select("unit", "procedure", "node", low_pooled="low", high_pooled="high")
        recomputed = (
            recomputed.join(again, on=["unit", "procedure", "node"], how="left", nulls_equal=True)
            .with_columns(pl.coalesce("low_pooled", "low").alias("low"), pl.coalesce("high_pooled", "high").alias("high"))
            .drop("low_pooled", "high_pooled")
        )
    joined = domains.join(recomputed, on=["unit", "procedure", "node"], how="inner", suffix="_again", nulls_equal=True)
    # Whole is a domain with every figure published and every n as published; else responses, or answers to an
    # item that is withheld, are masked in the file.
    is_whole = (pl.col("n") == pl.col("n_again")).fill_null(False).all().over("unit", "procedure")
    compared = (
        joined.filter(is_whole)
        .with_columns(
            pl.max_horizontal(
                (pl.col(name) - pl.col(f"{name}_again")).abs() for name in ("estimate", "standard_error", "low", "high")
            ).alias("difference")
        )
    )
    if compared.is_empty():
        raise SystemExit("không miền nào còn nguyên phiếu / every domain has masked responses")
    return (compared,)


@app.cell
def _(compared, mo, pl):
    largest = compared.sort(pl.col("level") == "overall", pl.col("procedure").is_null(), "n").row(-1, named=True)
    difference = compared["difference"].max()
    print(f"recomputed {compared.height} figures, largest difference {difference:.2g}")
    print(
        f"{largest['unit']} n {largest['n']}: published {largest['estimate']!r} ({largest['low']!r}-{largest['high']!r}), "
        f"recomputed {largest['estimate_again']!r} ({largest['low_again']!r}-{largest['high_again']!r})"
    )
    if difference > 1e-6:
        raise SystemExit("số tính lại khác số công bố / recomputed figures differ from the published")
    mo.md(
        f"""
    **{largest["unit_name"] or largest["unit"]}**, n = {largest["n"]}

    | | công bố / published | tính lại / recomputed |
    |---|---|---|
    | chỉ số / index | {largest["estimate"]:.6f} | {largest["estimate_again"]:.6f} |
    | cận dưới / low | {largest["low"]:.6f} | {largest["low_again"]:.6f} |
    | cận trên / high | {largest["high"]:.6f} | {largest["high_again"]:.6f} |

    Tính lại {compared.height} con số; chênh lệch lớn nhất {difference:.1g} điểm. / {compared.height} figures
    recomputed; largest difference {difference:.1g} points.
    """
    )
    return


if __name__ == "__main__":
    app.run()
