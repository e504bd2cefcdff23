import polars as pl
from polars.testing import assert_frame_equal

from analysis.disclosure import mask_microdata
from analysis.frames import RESPONSES
from analysis.indices.compute import compute_indices
from analysis.release.withheld import tell_withheld_cells_once
from survey_forms.loader import load_catalogue

FORM = load_catalogue().get("one_stop", "2026.1")
ITEMS = [f"q{item}" for item in range(1, 10)] + ["overall"]


def make_responses(rows: int) -> pl.DataFrame:
    """Twelve units and five procedures of very different size; a few answers and procedures are missing."""
    drawn = pl.DataFrame({"row": range(rows)}).with_columns(
        u=(pl.col("row").hash(1) % 1000 / 1000) ** 2, p=(pl.col("row").hash(2) % 1000 / 1000) ** 2
    )
    answers = {
        item: pl.when(pl.col("row").hash(10 + at) % 7 > 0).then(pl.col("row").hash(30 + at) % 5 + 1).cast(pl.Int8)
        for at, item in enumerate(ITEMS)
    }
    fixed = {
        "response_id": pl.col("row").cast(pl.String),
        "month": pl.lit("2026-10"),
        "local_day": pl.date(2026, 10, 5),
        "unit_filed": pl.format("{}", (pl.col("u") * 12).floor().cast(pl.Int64)),
        "procedure": pl.when(pl.col("row") % 50 > 0).then(
            pl.format("p{}", (pl.col("p") * 5).floor().cast(pl.Int64))
        ),
        "channel": pl.when(pl.col("row") % 90 == 0).then(pl.lit("phone")).otherwise(pl.lit("kiosk")),
        "selection": pl.lit("self_selected"),
        "language": pl.lit("vi"),
        "is_clock_doubted": pl.lit(False),
        "is_demo": pl.lit(False),
    }
    absent = {name: pl.lit(None, column.dtype) for name, column in RESPONSES.items() if name not in fixed}
    made = drawn.with_columns(**fixed, **absent, **answers)
    return made.select(*(pl.col(name).cast(column.dtype) for name, column in RESPONSES.items()), *ITEMS)


def compute(responses: pl.DataFrame) -> pl.DataFrame:
    cells = responses.drop_nulls("procedure").group_by(unit="unit_filed", procedure="procedure").len("completed")
    transactions = cells.select(
        pl.lit("2026-10").alias("month"),
        "unit",
        "procedure",
        pl.lit("in_person").alias("channel"),
        pl.col("completed").cast(pl.Int64) * 3,
        pl.lit(False).alias("is_demo"),
    ).sort("unit", "procedure")
    units = transactions.select("unit", unit_name="unit", kind=pl.lit("commune"), province=pl.lit("01")).unique()
    procedures = transactions.select("procedure", procedure_name="procedure").unique()
    return compute_indices(
        responses.lazy(), transactions, FORM, month="2026-10", units=units, procedures=procedures
    ).indices


def test_only_withheld_rows_below_a_withheld_cell_are_left_out():
    assert FORM.recipe
    indices = compute(make_responses(900))
    told = tell_withheld_cells_once(indices, FORM.recipe)
    assert 0 < told.height < indices.height
    gone = indices.join(told, on=["level", "code", "unit", "procedure", "channel"], how="anti", nulls_equal=True)
    assert gone["suppressed"].all()
    assert gone.select(pl.col("unit", "procedure").null_count()).row(0) == (0, 0)
    root = told.filter(level=FORM.recipe.root.level, code=FORM.recipe.root.id)
    cells = gone.select("unit", "procedure").unique()
    assert cells.join(root.filter("suppressed"), on=["unit", "procedure"], how="anti").is_empty()
    kept = indices.join(gone, on=["level", "code", "unit", "procedure", "channel"], how="anti", nulls_equal=True)
    assert_frame_equal(told, kept, check_row_order=False)


def test_the_mask_of_the_responses_is_the_same_without_the_rows_left_out():
    assert FORM.recipe
    responses = make_responses(900)
    indices = compute(responses)
    whole = mask_microdata(responses, indices, FORM).collect()
    short = mask_microdata(responses, tell_withheld_cells_once(indices, FORM.recipe), FORM).collect()
    assert whole.null_count().row(0) != responses.null_count().row(0)
    assert_frame_equal(whole, short)
