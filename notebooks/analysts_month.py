"""An analyst's month: raw answers, checks, weights, the index with intervals, comparison, a released folder.

    marimo edit notebooks/analysts_month.py                   # to look at and change
    python notebooks/analysts_month.py --out month            # to run, print and write everything into a folder

The raw answers are invented from a seed and written to raw.jsonl first: put a real file of that shape in its place
(with --raw file.jsonl and --transactions file.csv) and the rest stays as it is.
"""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="Một tháng của người phân tích / An analyst's month")


@app.cell
def _():
    import json
    import tempfile
    from dataclasses import asdict
    from datetime import date
    from pathlib import Path

    import marimo as mo
    import numpy as np
    import polars as pl

    from analysis import compare_domains, estimate_means, estimate_proportions
    from analysis.frames import RESPONSES, TRANSACTIONS
    from analysis.indices.compute import compute_indices
    from analysis.indices.measure import list_figures, measure_items
    from analysis.indices.policy import IndexPolicy
    from analysis.indices.prepare import DESIGN, prepare_responses
    from analysis.release.filling import fill_tables, fill_words
    from analysis.release.manifest import Origin
    from analysis.release.reading import broken_files, latest_release
    from analysis.release.tables import FormMonth, Registry
    from analysis.reports import Look, draw_intervals, draw_likert, print_table
    from survey_forms.answers import AnswersInvalid, read_answers
    from survey_forms.columns import answer_columns
    from survey_forms.loader import load_catalogue

    return (
        AnswersInvalid,
        DESIGN,
        FormMonth,
        IndexPolicy,
        Look,
        Origin,
        Path,
        RESPONSES,
        Registry,
        TRANSACTIONS,
        answer_columns,
        asdict,
        broken_files,
        compare_domains,
        compute_indices,
        date,
        draw_intervals,
        draw_likert,
        estimate_means,
        estimate_proportions,
        fill_tables,
        fill_words,
        json,
        latest_release,
        list_figures,
        load_catalogue,
        measure_items,
        mo,
        np,
        pl,
        prepare_responses,
        print_table,
        read_answers,
        tempfile,
    )


@app.cell
def _(Look, Path, load_catalogue, mo, tempfile):
    given = mo.cli_args()
    folder = Path(str(given.get("out"))) if given.get("out") else Path(tempfile.mkdtemp(prefix="hailong-"))
    folder.mkdir(parents=True, exist_ok=True)
    month = str(given.get("month") or "2026-11")
    say = Look(ending="")  # 1.234,5
    form = load_catalogue().get("one_stop", "2026.1")
    mo.md(
        f"""
    # Một tháng của người phân tích / An analyst's month

    *Chọn mẫu (`choosing_a_sample.py`) → **một tháng** → đọc lại bản công bố (`released_month.py`) → đối chiếu với R
    (`validation.py`). / The sample before, the released month and the proof against R after.*

    Từ tệp phiếu thô đến thư mục công bố, phiếu **{form.title["vi"]}**, tháng **{month}**:
    kiểm tra → trọng số → chỉ số có khoảng tin cậy → so sánh → công bố.
    / From a file of raw answers to a released folder. Chỉ cần `analysis` và `survey_forms`; không cần máy chủ.
    """
    )
    return folder, form, given, month, say


@app.cell
def _(Path, TRANSACTIONS, folder, given, json, mo, month, np, pl, say):
    # Số bịa / invented: mỗi đơn vị một mức hài lòng thật; khai sinh dễ hơn đất đai
    UNITS = pl.DataFrame(
        {
            "unit": [f"x{k}" for k in range(1, 9)],
            "unit_name": [
                "Xã An Bình",
                "Phường Bến Nghé",
                "Xã Cẩm Thuỷ",
                "Phường Đông Hoà",
                "Xã Ea Kly",
                "Xã Gio Linh",
                "Phường Hạc Thành",
                "Xã Ia Phí",
            ],
            "kind": "commune",
            "province": "01",
        }
    )
    PROCEDURES = pl.DataFrame({"procedure": ["birth", "land"], "procedure_name": ["Đăng ký khai sinh", "Đất đai"]})

    def invent():
        chance = np.random.default_rng(20261120)
        truth = dict(zip(UNITS["unit"], (0.95, 0.9, 0.88, 0.85, 0.82, 0.78, 0.65, 0.8), strict=True))
        cells, rows = [], []
        for unit, satisfied in truth.items():
            for procedure, shift, share in (("birth", 0.04, 0.12), ("land", -0.06, 0.3)):
                completed = int(chance.integers(150, 700)) if unit != "x8" else 12
                cells.append((month, unit, procedure, "in_person", completed, True))
                for _ in range(int(completed * share) if unit != "x8" else 3):
                    mood = np.clip(satisfied + shift, 0, 1)
                    levels = [
                        int(level)
                        for level in np.where(
                            chance.random(10) < mood, chance.integers(4, 6, 10), chance.integers(1, 4, 10)
                        )
                    ]
                    answers = {f"q{k + 1}": levels[k] for k in range(9) if chance.random() > 0.05}
                    rows.append(
                        {
                            "response_id": f"{len(rows):05d}",
                            "day": f"{month}-{chance.integers(1, 29):02d}",
                            "unit": unit,
                            "procedure": procedure,
                            "channel": "kiosk",
                            "answers": answers | {"overall": levels[9]},
                        }
                    )
        # Lỗi thường gặp / what goes wrong in real files
        rows.append(rows[3])
        rows.append(rows[7] | {"answers": {"overall": 1}})
        rows.append(rows[0] | {"response_id": "bad-1", "answers": {"q1": 9, "overall": 5}})
        rows.append(rows[0] | {"response_id": "bad-2", "answers": {"q1": 4}})
        rows.append(rows[0] | {"response_id": "bad-3", "unit": "x99"})
        (folder / "raw.jsonl").write_text(
            "\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8"
        )
        schema = {name: column.dtype for name, column in TRANSACTIONS.items()}
        pl.DataFrame(cells, schema=schema, orient="row").write_csv(folder / "transactions.csv")

    is_invented = not given.get("raw")
    if is_invented:
        invent()
    raw_file = Path(str(given.get("raw") or folder / "raw.jsonl"))
    counted_file = Path(str(given.get("transactions") or folder / "transactions.csv"))
    raw = [json.loads(line) for line in raw_file.read_text(encoding="utf-8").splitlines() if line.strip()]
    transactions = pl.read_csv(
        counted_file, schema_overrides={name: column.dtype for name, column in TRANSACTIONS.items()}
    )
    print(
        f"raw {len(raw)} rows, {transactions['completed'].sum()} transactions{', invented' if is_invented else ''}"
    )
    mo.md(
        f"""
    ## 1. Phiếu thô / Raw answers

    **{say.count(len(raw))}** dòng trong `{raw_file.name}`, **{say.count(transactions["completed"].sum())}** giao dịch đã hoàn thành.
    / Rows of raw answers, and completed transactions. {"**SỐ BỊA ĐỂ MINH HOẠ / INVENTED**" if is_invented else ""}
    """
    )
    return PROCEDURES, UNITS, is_invented, raw, transactions


@app.cell
def _(
    AnswersInvalid,
    RESPONSES,
    UNITS,
    answer_columns,
    date,
    form,
    is_invented,
    mo,
    month,
    pl,
    raw,
    read_answers,
    say,
):
    # Kiểm tra / checks: mọi lỗi của một dòng cùng lúc, không dòng nào mất lặng lẽ
    def check():
        known, kept, rejected = set(UNITS["unit"]), {}, []
        for number, row in enumerate(raw, start=1):
            problems = []
            if row["unit"] not in known:
                problems.append(f"đơn vị lạ {row['unit']} / unknown unit")
            if not row["day"].startswith(month):
                problems.append(f"ngày {row['day']} ngoài tháng / outside the month")
            try:
                values = read_answers(form, row["answers"]).values
            except AnswersInvalid as error:
                problems += [f"{each.question}: {each.vi} / {each.en}" for each in error.problems]
            before = kept.get(row["response_id"])
            if before is not None and not problems:
                same = before["answers"] == row["answers"]
                problems.append(
                    "gửi lại, đã có / sent again, kept once"
                    if same
                    else "trùng mã, khác nội dung / same id, other answers"
                )
            if problems:
                rejected.append(
                    {
                        "dòng / row": str(number),
                        "mã / id": row["response_id"],
                        "lý do / reason": "; ".join(problems),
                    }
                )
            else:
                kept[row["response_id"]] = row | {"values": values}
        return list(kept.values()), pl.DataFrame(rejected)

    accepted, rejected = check()
    kinds = {"level": pl.Int8, "boolean": pl.Boolean, "number": pl.Float64, "date": pl.Date}
    schema = {name: column.dtype for name, column in RESPONSES.items()} | {
        column.name: kinds.get(column.kind, pl.String) for column in answer_columns(form)
    }
    fixed = {
        "month": month,
        "selection": "self_selected",
        "language": "vi",
        "is_clock_doubted": False,
        "is_demo": is_invented,
        "completeness": "complete",
        "is_assisted": False,
    }
    responses = pl.DataFrame(
        [
            fixed
            | {
                "response_id": row["response_id"],
                "local_day": date.fromisoformat(row["day"]),
                "unit_filed": row["unit"],
                "procedure": row["procedure"],
                "channel": row["channel"],
            }
            | row["values"]
            for row in accepted
        ],
        schema=schema,
        orient="row",
    )
    items = [column.name for column in answer_columns(form) if column.kind == "level"]
    alike = responses.select((pl.concat_list(items).list.drop_nulls().list.n_unique() == 1).mean()).item()
    print(f"checked accepted {responses.height}, rejected {rejected.height}, straight lines {100 * alike:.1f} %")
    mo.vstack(
        [
            mo.md(
                f"""
    ## 2. Kiểm tra / Checks

    Nhận **{say.count(responses.height)}**, từ chối **{say.count(rejected.height)}** dòng, mỗi dòng có lý do. {say.write(100 * alike, 1)} % phiếu chọn một
    mức cho mọi câu: dấu hiệu nên xem, không phải lý do để bỏ. / Accepted, and rejected with a reason each; straight-lined
    answers are a reason to look, none to drop.
    """
            ),
            mo.ui.table(
                rejected,
                selection=None,
                show_column_summaries=False,
                show_data_types=False,
                wrapped_columns=["lý do / reason"],
            ),
        ]
    )
    return items, rejected, responses


@app.cell
def _(IndexPolicy, UNITS, form, measure_items, mo, month, pl, prepare_responses, responses, say, transactions):
    # Trọng số / weights
    policy = IndexPolicy()
    scores = measure_items(form, form.recipe)
    prepared = prepare_responses(
        responses.lazy(), transactions.filter(pl.col("month") == month), UNITS, scores=scores, policy=policy
    )
    weighing = prepared.summary.row(0, named=True)
    print(
        f"weights {weighing['weight_minimum']:.2f} to {weighing['weight_maximum']:.2f}, kish {weighing['kish_design_effect']:.3f}"
    )
    mo.vstack(
        [
            mo.md(
                f"""
    ## 3. Trọng số / Weights

    Mỗi phiếu thay cho số giao dịch của tầng chia cho số phiếu của tầng. Hệ số thiết kế do trọng số
    **{say.write(weighing["kish_design_effect"], 2)}**. / Post-stratified by unit × procedure; cells that are too small are joined.
    """
            ),
            mo.ui.table(
                prepared.strata.select(
                    pl.col("stratum").alias("tầng / stratum"),
                    *(
                        pl.col(column).map_elements(say.count, pl.String).alias(words)
                        for column, words in (("n", "số phiếu / n"), ("transactions", "giao dịch / transactions"))
                    ),
                    pl.col("weight").map_elements(lambda w: say.write(w, 2), pl.String).alias("trọng số / weight"),
                ),
                selection=None,
                show_column_summaries=False,
                show_data_types=False,
            ),
        ]
    )
    return policy, prepared, scores


@app.cell
def _(
    DESIGN,
    PROCEDURES,
    UNITS,
    compare_domains,
    compute_indices,
    draw_intervals,
    form,
    list_figures,
    mo,
    month,
    pl,
    policy,
    prepared,
    responses,
    say,
    transactions,
):
    # Chỉ số và so sánh / index and comparison
    tables = compute_indices(
        responses.lazy(), transactions, form, month=month, units=UNITS, procedures=PROCEDURES, policy=policy
    )
    top = tables.indices.filter(
        pl.col("level") == "overall",
        pl.col("aggregate").is_null(),
        pl.col("channel").is_null(),
        pl.col("procedure").is_null(),
    )
    overall = top.filter(pl.col("unit").is_null()).row(0, named=True)
    units = top.filter(pl.col("unit").is_not_null())
    index = list_figures(form.recipe)[0]
    rows = prepared.rows.join(prepared.cells.select("cell", "unit"), on="cell", how="left", maintain_order="left")
    compared = compare_domains(
        rows, DESIGN, nodes={index.key: index.coefficients}, by=["unit"], multiplicity="holm"
    )
    named = compared.join(UNITS, on="unit").select("unit_name", "estimate", "is_different", "p_adjusted")
    published = named.join(units.filter(~pl.col("suppressed")).select("unit_name"), on="unit_name", how="semi")
    surely = published.filter("is_different")["unit_name"].sort().to_list()
    print(
        f"index {overall['estimate_rounded']} ({overall['low_rounded']}-{overall['high_rounded']}) n {overall['n']}"
    )
    print(f"withheld {units['suppressed'].sum()} of {units.height}, surely different: {', '.join(surely)}")
    picture = draw_intervals(
        units,
        unit="unit_name",
        title=f"Chỉ số hài lòng theo đơn vị, tháng {month[5:]}/{month[:4]}",
        compared=published,
        reference=overall["estimate"],
        reference_name="mức chung",
    )
    mo.vstack(
        [
            mo.md(
                f"""
    ## 4. Chỉ số và so sánh / Index and comparison

    Toàn tỉnh **{overall["estimate_rounded"].replace(".", ",")}** ({overall["low_rounded"].replace(".", ",")}–{overall["high_rounded"].replace(".", ",")}; n = {say.count(overall["n"])}).
    Khác mức chung một cách chắc chắn (Holm, 5 % cho tất cả): **{", ".join(surely) or "không đơn vị nào"}**. Đơn vị ít phiếu bị che.
    / The whole province with interval and n; surely different from it, all tests together; small units are withheld.
    """
            ),
            picture,
        ]
    )
    return overall, picture, rows, tables, units


@app.cell
def _(
    DESIGN,
    draw_likert,
    estimate_means,
    estimate_proportions,
    form,
    is_invented,
    items,
    mo,
    pl,
    prepared,
    responses,
    rows,
):
    # Phân bố theo mức, có trọng số / spread over the levels, weighted
    cells = prepared.cells.select("cell", "unit", "procedure").join(
        rows.select("cell", "stratum", "weight", "population").unique("cell"), on="cell"
    )
    weighed = responses.join(cells, left_on=["unit_filed", "procedure"], right_on=["unit", "procedure"])
    scale = next(question.scale for question in form.questions if question.scale)
    labels = {level: words["vi"] for level, words in enumerate(scale.labels, start=1)}
    wordings = {item: form.question(item).text["vi"] for item in items}
    parts = pl.concat(
        estimate_proportions(weighed, DESIGN, of=item).with_columns(item=pl.lit(wordings[item])) for item in items
    )
    if is_invented:
        # estimates of invented answers do not know that they are: whoever draws them says so
        parts = parts.with_columns(
            note=pl.lit("số liệu trình diễn, không có thật / demonstration data, not real")
        )
    happy = pl.concat(
        estimate_means(
            weighed.with_columns((pl.col(item) >= 4).cast(pl.Float64).alias("y")), DESIGN, values=["y"]
        ).with_columns(item=pl.lit(wordings[item]))
        for item in items
    )
    levels = draw_likert(
        parts, item="item", labels=labels, title="Mức độ hài lòng với từng nội dung", satisfied=happy
    )
    print(f"levels {parts.height} parts of {len(items)} items")
    mo.vstack([mo.md("## 5. Từng câu / Item by item"), levels])
    return (levels,)


@app.cell
def _(
    FormMonth,
    Look,
    Origin,
    PROCEDURES,
    Registry,
    UNITS,
    asdict,
    broken_files,
    fill_tables,
    fill_words,
    folder,
    form,
    is_invented,
    latest_release,
    levels,
    mo,
    month,
    picture,
    policy,
    print_table,
    responses,
    tables,
    transactions,
    units,
):
    # Công bố / release
    released = folder / "exports" / month / "r1"
    if released.exists():
        raise SystemExit(
            f"{released}: đã có, bản công bố không bị ghi đè / exists; a release is never overwritten"
        )
    released.mkdir(parents=True)
    origin = Origin(
        month=month,
        is_demonstration=is_invented,
        forms=[
            {"form": form.id, "version": form.version, "title": form.title["vi"], "title_en": form.title["en"]}
        ],
        code={},
        method={f"{form.id} {form.version}": {}},
        policy=asdict(policy),
        suppressed={},
    )
    month_of_form = [FormMonth(form, responses.lazy(), tables)]
    filled = fill_tables(
        released, month_of_form, Registry(transactions, UNITS, PROCEDURES), origin=origin, policy=policy
    )
    fill_words(released, filled, revision=1, previous=None, licence={"name": "CC-BY-4.0"})
    sealed = latest_release(folder / "exports", month)
    if sealed is None or broken_files(sealed):
        raise SystemExit("thư mục công bố hỏng / the released folder is broken")
    pages = folder / "report"
    pages.mkdir(exist_ok=True)
    table = print_table(
        units,
        labels={"unit_name": "Đơn vị"},
        title=f"Chỉ số hài lòng, tháng {month[5:]}/{month[:4]}",
        figure="Chỉ số",
        look=Look(digits=2),
    )
    for made, name in (
        (picture, "units.svg"),
        (picture, "units.png"),
        (levels, "items.svg"),
        (table, "units.html"),
        (table, "units.md"),
    ):
        made.save(pages / name)
    print(f"released {released}: {', '.join(sorted(file.name for file in released.iterdir()))}")
    print(f"report {pages}: {', '.join(sorted(file.name for file in pages.iterdir()))}")
    mo.md(
        f"""
    ## 6. Công bố / Release

    `{released}`: {len(list(released.iterdir()))} tệp, mỗi tệp có sha256 trong `manifest.json`; `notebooks/released_month.py` đọc lại và tính lại được.
    Hình và bảng in trong `{pages}`. / Every file sealed; pictures and printable tables beside it.
    """
    )
    return


if __name__ == "__main__":
    app.run()
