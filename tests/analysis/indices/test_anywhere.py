"""Indices of responses that stay on an engine: the figures, notes and withheld cells of those computed here."""

from pathlib import Path
from typing import Any

import narwhals as nw
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from analysis.dataset import SnapshotKey, open_spark_snapshot
from analysis.errors import EngineError, ItemError
from analysis.frames import FrameError
from analysis.indices.compute import IndexTables, compute_indices
from analysis.indices.counted import mark_excluded
from analysis.indices.policy import IndexPolicy
from tests.analysis.make_frames import (
    MONTH,
    draw_responses,
    make_procedures,
    make_transactions,
    make_units,
    one_stop,
)

pytestmark = pytest.mark.long

FORM = one_stop()
TABLES = ("indices", "strata", "collapses", "weights_summary", "margins", "withheld")


def draw(rows: int = 3_000) -> pl.DataFrame:
    """Some left before the end, one was excluded, some units have no transactions."""
    row = pl.int_range(pl.len())
    completeness = pl.when(row % 40 == 0).then(pl.lit("partial")).when(row % 41 == 0).then(pl.lit("flagged"))
    return draw_responses(rows).with_columns(completeness=completeness.otherwise(pl.lit("complete")))


def compute(responses: Any, **more: Any) -> IndexTables:
    completed = {(str(unit), f"p{k}"): 900 + 70 * unit + k for unit in range(10) for k in range(5)}
    provinces = {str(unit): "01" if unit % 3 else "02" for unit in range(13)}
    given: dict[str, Any] = {"policy": IndexPolicy(small_cell=5)} | more
    return compute_indices(
        responses,
        make_transactions(given.pop("completed", completed)),
        FORM,
        month=MONTH,
        units=make_units(provinces),
        procedures=make_procedures([f"p{k}" for k in range(5)]),
        **given,
    )


def assert_same(found: IndexTables, expected: IndexTables) -> None:
    for name in TABLES:
        their, our = (getattr(tables, name) for tables in (found, expected))
        assert_frame_equal(their, our, rel_tol=1e-9, abs_tol=1e-10)


@pytest.mark.parametrize("rows", [3_000, 60, 0])
def test_lazy_polars_on_the_general_pass_gives_the_same_tables(rows: int):
    responses = draw(3_000).head(rows)
    assert_same(compute(nw.from_native(responses.lazy())), compute(responses.lazy()))


def test_without_transactions_the_tables_are_the_same_too():
    responses = draw(800)
    found, expected = (
        compute(each, completed={}) for each in (nw.from_native(responses.lazy()), responses.lazy())
    )
    assert_same(found, expected)


def test_excluded_responses_are_counted_and_left_out_on_both():
    marked = mark_excluded(draw(800).lazy(), ["3", "17", "19"])
    found = compute(nw.from_native(marked))
    assert found.weights_summary["responses_excluded"].item() == 3
    assert_same(found, compute(marked))


def test_levels_no_scale_has_are_refused():
    responses = draw(300).with_columns(
        q3=pl.when(pl.int_range(pl.len()) == 7).then(99).otherwise("q3").cast(pl.Int8)
    )
    with pytest.raises(ItemError, match="item 'q3': 1 of "):
        compute(nw.from_native(responses.lazy()))


def test_a_frame_that_breaks_its_contract_is_refused_before_it_is_read():
    with pytest.raises(FrameError, match="'channel' is missing"):
        compute(nw.from_native(draw(30).lazy().drop("channel")))


def test_raking_is_refused_there():
    policy = IndexPolicy(raking={"channel": {"kiosk": 10.0, "phone": 5.0}})
    with pytest.raises(EngineError, match="raking needs Polars"):
        compute(nw.from_native(draw(30).lazy()), policy=policy)


@pytest.mark.filterwarnings("ignore")  # of pyspark's own modules
def test_spark_reads_a_snapshot_and_gives_the_same_tables(spark: Any, tmp_path: Path):
    key = SnapshotKey("one_stop", "2026.1", MONTH)
    key.file(tmp_path).parent.mkdir(parents=True)
    # A column as those of matrix rows and of options: to Spark a dot is a part of a column.
    responses = draw(2_000).with_columns(pl.lit(True).alias("reasons.waiting"))
    responses.write_parquet(key.file(tmp_path))
    on_spark = open_spark_snapshot(spark, tmp_path, key, excluded=["3", "17"])
    found = compute(on_spark)
    assert found.indices.filter(~pl.col("suppressed")).height > 100
    assert_same(found, compute(mark_excluded(responses.lazy(), ["3", "17"])))
