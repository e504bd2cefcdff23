import polars as pl
import pytest

from analysis.release.ordering import sort_by_all


def make_frame(seed: int, rows: int) -> pl.DataFrame:
    drawn = pl.DataFrame({"row": range(rows)}).select(
        pl.lit("2026-10").alias("month"),
        pl.col("row").hash(seed).mod(40).cast(pl.String).alias("unit"),
        pl.when(pl.col("row").hash(seed + 1).mod(5) > 0)
        .then(pl.col("row").hash(seed + 1).mod(5).cast(pl.String))
        .alias("procedure"),
        pl.when(pl.col("row").hash(seed + 2).mod(3) > 0)
        .then(pl.col("row").hash(seed + 2).mod(7) / 3)
        .alias("weight"),
        (pl.col("row").hash(seed + 3).mod(2) == 0).alias("is_demo"),
        *((pl.col("row").hash(seed + 4 + i).mod(6).cast(pl.Int8) - 1).alias(f"q{i}") for i in range(30)),
        pl.lit(None, pl.String).alias("q0#missing"),
    )
    return drawn.with_columns(pl.when(pl.col("^q\\d+$") >= 0).then(pl.col("^q\\d+$")).name.keep())


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_order_is_that_of_sorting_by_every_column(seed: int):
    frame = make_frame(seed, 3000)
    assert sort_by_all(frame).equals(frame.sort(frame.columns, nulls_last=False))


def test_ties_in_the_first_columns_are_settled_by_the_last():
    frame = pl.DataFrame({"a": ["x", "x", "x"], "b": [None, 2, 1], "c": [0.5, 0.5, None]})
    assert sort_by_all(frame).rows() == [("x", None, 0.5), ("x", 1, None), ("x", 2, 0.5)]


@pytest.mark.parametrize("rows", [0, 1])
def test_nothing_to_sort_stays_as_it_is(rows: int):
    frame = make_frame(1, rows)
    assert sort_by_all(frame).equals(frame)
