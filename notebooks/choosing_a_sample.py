"""From the list of dossiers to the people to be asked: size, allocation, expected margins, a draw anybody can repeat.

    marimo edit notebooks/choosing_a_sample.py                               # to look at and change
    python notebooks/choosing_a_sample.py --out sample                       # to run, print and write the lists
    python notebooks/choosing_a_sample.py --frame list.csv --seed 20261120   # a list of one's own

A list of one's own is CSV with the columns area, unit, dossier: one row per completed dossier.
"""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="Chọn mẫu / Choosing a sample")


@app.cell
def _():
    import json
    from pathlib import Path

    import marimo as mo
    import numpy as np
    import polars as pl

    from analysis import allocate, plan_sample, select_sample, size_by_yamane, size_for_share
    from analysis.reports import Look, draw_intervals, print_table
    from analysis.sampling import repeat_sample

    return (
        Look,
        Path,
        allocate,
        draw_intervals,
        json,
        mo,
        np,
        pl,
        plan_sample,
        print_table,
        repeat_sample,
        select_sample,
        size_by_yamane,
        size_for_share,
    )


@app.cell
def _(Look, mo):
    say = Look(ending="")  # 1.234,5
    mo.md(
        """
    # Chọn mẫu / Choosing a sample

    *__Chọn mẫu__ → một tháng (`analysts_month.py`) → đọc lại bản công bố (`released_month.py`) → đối chiếu với R
    (`validation.py`). / A month, its release and the proof against R come after.*

    Danh sách hồ sơ → cỡ mẫu → chia cho từng đơn vị → sai số sẽ có, biết *trước* khi đi hỏi → bốc thăm bằng hạt giống công
    bố trước → danh sách chính và dự phòng.

    / List of dossiers → size → allocation → the margins to expect, known *before* anyone goes out → a draw from a seed
    announced before → main and reserve list.
    """
    )
    return (say,)


@app.cell
def _(Path, mo, np, pl, say):
    # Danh sách / the frame
    given = mo.cli_args()
    seed = str(given.get("seed") or "20261120")
    own = given.get("frame")
    if own:
        frame = pl.read_csv(
            Path(str(own)), schema_overrides={"dossier": pl.String, "unit": pl.String, "area": pl.String}
        )
        missing = [name for name in ("area", "unit", "dossier") if name not in frame.columns]
        if missing:
            raise SystemExit(f"{own}: thiếu cột / columns missing: {', '.join(missing)}")
    else:
        # Số bịa: 24 xã, phường của ba vùng, 61 đến vài nghìn hồ sơ / invented: 24 communes of three areas
        chance = np.random.default_rng(766)
        sizes = np.rint(np.exp(chance.normal(6.2, 0.8, 24))).astype(int) + 60
        frame = pl.DataFrame(
            {
                "area": [("Đồng bằng", "Đô thị", "Miền núi")[k % 3] for k in range(24)],
                "unit": [f"Xã {k + 1:02d}" for k in range(24)],
                "count": sizes,
            }
        )
        frame = (
            frame.with_columns(pl.int_ranges(1, pl.col("count") + 1).alias("number"))
            .explode("number")
            .select(
                "area",
                "unit",
                pl.format("{}-{}", "unit", pl.col("number").cast(pl.String).str.zfill(5)).alias("dossier"),
            )
        )
    units = frame.group_by("area", "unit").agg(pl.len().cast(pl.Int64).alias("population")).sort("area", "unit")
    print(f"frame {frame.height} dossiers, {units.height} units{'' if own else ', invented'}")
    mo.md(
        f"""
    ## 1. Danh sách / The frame

    **{say.count(frame.height)}** hồ sơ, **{say.count(units.height)}** đơn vị{"" if own else " — **số bịa để minh hoạ / invented**"}. Ai không có trong danh sách
    thì không thể được chọn. / Who is not on the list cannot be drawn.
    """
    )
    return frame, given, seed, units


@app.cell
def _(frame, mo, say, size_by_yamane, size_for_share):
    # Cỡ mẫu / size. 0,85: mức hài lòng dự kiến; 1,3: hệ số thiết kế; 0,7: tỷ lệ trả lời
    MARGIN, SHARE, EFFECT, RATE = 0.02, 0.85, 1.3, 0.7
    wanted = size_for_share(MARGIN, share=SHARE, design_effect=EFFECT, population=frame.height, response_rate=RATE)
    yamane = size_by_yamane(frame.height, 0.05)
    print(f"size responses {wanted.n}, asked {wanted.invited}; yamane {yamane.n}")
    mo.md(
        f"""
    ## 2. Cỡ mẫu / Size

    Cho cả tỉnh, ± 2 điểm, tin cậy 95 %, mức dự kiến 85 %, hệ số thiết kế 1,3: **{say.count(wanted.n)}** phiếu trả lời; cứ 10 người
    được hỏi 7 người trả lời thì phải hỏi **{say.count(wanted.invited)}**. Công thức Yamane ± 5 điểm cho {say.count(yamane.n)} — đủ cho số chung,
    *không* đủ cho từng đơn vị. / For the province ± 2 points at 95 %;
    Yamane's rule gives enough for the whole, not for every unit.
    """
    )
    return EFFECT, RATE, SHARE, wanted


@app.cell
def _(allocate, mo, pl, say, units, wanted):
    # Chia mẫu / allocation: căn bậc hai của số hồ sơ, ít nhất 40
    LEAST = 40
    asked = min(units["population"].sum(), max(wanted.invited, LEAST * units.height))
    allocated = allocate(units, n=asked, rule="power", power=0.5, minimum=LEAST)
    print(
        f"allocated {allocated['n'].sum()} to {allocated.height} units, {allocated['n'].min()} to {allocated['n'].max()}"
    )
    mo.vstack(
        [
            mo.md(
                f"""
    ## 3. Chia cho đơn vị / Allocation

    Theo căn bậc hai của số hồ sơ, ít nhất {LEAST}: đơn vị nhỏ cũng có số của mình, đơn vị lớn không bị bỏ rơi.
    / By the square root of the dossiers, {LEAST} at least.
    """
            ),
            mo.ui.table(
                allocated.select(
                    pl.col("area").alias("vùng / area"),
                    pl.col("unit").alias("đơn vị / unit"),
                    pl.col("population").map_elements(say.count, pl.String).alias("hồ sơ / dossiers"),
                    pl.col("n").map_elements(say.count, pl.String).alias("phải hỏi / to be asked"),
                    pl.col("sampling_fraction")
                    .map_elements(lambda part: f"{say.write(100 * part, 1)} %", pl.String)
                    .alias("tỷ lệ / fraction"),
                ),
                selection=None,
                show_column_summaries=False,
                show_data_types=False,
            ),
        ]
    )
    return (allocated,)


@app.cell
def _(EFFECT, Look, RATE, SHARE, allocated, draw_intervals, mo, pl, plan_sample, print_table, say):
    # Sai số sẽ có / the margins to expect
    TARGET = 0.12
    planned = plan_sample(
        allocated,
        by=["unit"],
        share=SHARE,
        response_rate=RATE,
        design_effect=EFFECT,
        target_margin=TARGET,
    )
    whole = plan_sample(allocated, by=[], share=SHARE, response_rate=RATE, design_effect=EFFECT).row(0, named=True)
    wide = planned["margin_points"].max()
    print(
        f"plan whole {whole['margin_points']:.2f} points, widest unit {wide:.2f}, within target {planned['meets_target'].sum()} of {planned.height}"
    )
    expected = planned.select(
        "unit",
        (100 * pl.col("share")).alias("estimate"),
        pl.col("low_points").alias("low"),
        pl.col("high_points").alias("high"),
        pl.col("responses").round(0).cast(pl.Int64).alias("n"),
        pl.lit(0.95).alias("confidence"),
    )
    picture = draw_intervals(
        expected, unit="unit", title="Sai số dự kiến của từng đơn vị nếu mức hài lòng là 85 %", order="given"
    )
    table = print_table(expected, labels={"unit": "Đơn vị"}, title="Kế hoạch mẫu", figure="Giả định", look=Look())
    mo.vstack(
        [
            mo.md(
                f"""
    ## 4. Sai số sẽ có / Margins to expect

    Cả tỉnh ± **{say.write(whole["margin_points"], 1)}** điểm (n = {say.count(whole["responses"])}); đơn vị rộng nhất ± **{say.write(wide, 1)}**. Hai đơn vị phải khác nhau chừng
    {planned["difference_points"].median():.0f} điểm mới thấy được (xác suất 80 %): ai cần xếp hạng thì phải hỏi nhiều hơn.
    / Margins at 95 %. Two units must differ by about that much to be told apart: a ranking needs a larger sample.
    """
            ),
            picture,
        ]
    )
    return picture, planned, table


@app.cell
def _(allocated, frame, mo, repeat_sample, say, seed, select_sample):
    # Bốc thăm / the draw
    RESERVE = 10
    sample = select_sample(
        frame,
        unit="dossier",
        n=allocated.select("area", "unit", "n"),
        strata=["area", "unit"],
        seed=seed,
        reserve=RESERVE,
    )
    record = sample.record()
    again = repeat_sample(frame.sample(fraction=1.0, shuffle=True, seed=1), record)
    if again.sample_sha256 != sample.sample_sha256:
        raise SystemExit("bốc lại ra mẫu khác / drawn again the sample differs")
    weights = sample.main["design_weight"].sum()
    print(f"drawn main {sample.main.height}, reserve {sample.reserve.height}, weights add up to {weights:.6f}")
    print(f"seed {record['seed']} frame {record['frame_sha256']} sample {record['sample_sha256']}")
    mo.md(
        f"""
    ## 5. Bốc thăm / The draw

    Hạt giống `{record["seed"]}`, công bố **trước** khi bốc. Dấu vân tay của danh sách `{record["frame_sha256"][:16]}…`, của mẫu
    `{record["sample_sha256"][:16]}…`. Bốc lại từ danh sách xáo trộn ra đúng mẫu ấy. Trọng số cộng lại: {say.count(weights)} = số hồ sơ.
    / Seed announced before; drawn again from the shuffled list it is the same sample; weights add up to the dossiers.
    """
    )
    return record, sample


@app.cell
def _(Path, given, json, mo, pl, record, sample, table):
    # Danh sách chính và dự phòng / main and reserve list
    out = given.get("out")
    words = {
        "area": "vùng / area",
        "unit": "đơn vị / unit",
        "position": "thứ tự / position",
        "dossier": "hồ sơ / dossier",
    }
    columns = list(words)
    if out:
        folder = Path(str(out))
        folder.mkdir(parents=True, exist_ok=True)
        sample.main.select(*columns, "inclusion_probability", "design_weight").write_csv(
            folder / "main.csv", include_bom=True
        )
        sample.reserve.select(columns).write_csv(folder / "reserve.csv", include_bom=True)
        (folder / "record.json").write_text(json.dumps(record, ensure_ascii=False, indent=2), encoding="utf-8")
        table.save(folder / "plan.html")
        print(f"written {folder}: main.csv, reserve.csv, record.json, plan.html")
    mo.vstack(
        [
            mo.md(
                """
    ## 6. Danh sách / Lists

    Danh sách dự phòng dùng theo thứ tự, chỉ khi hồ sơ chính không liên lạc được; từ chối vẫn là từ chối: ghi lại, không
    thay người cho đẹp. / The reserve is used in its order, only where nobody can be reached; a refusal stays a refusal.
    """
            ),
            mo.ui.tabs(
                {
                    tab: mo.ui.table(
                        listed.select(pl.col(c).cast(pl.String).alias(words[c]) for c in columns),
                        selection=None,
                        show_column_summaries=False,
                        show_data_types=False,
                    )
                    for tab, listed in (("Chính / main", sample.main), ("Dự phòng / reserve", sample.reserve))
                }
            ),
        ]
    )
    return


if __name__ == "__main__":
    app.run()
