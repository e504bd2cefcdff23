"""Between an engine and this machine: small tables go there and come back."""

from typing import Any

import narwhals as nw
import polars as pl


def bring(frame: nw.LazyFrame) -> pl.DataFrame:
    """The few rows of a reduced frame, here. METHODS 20.3."""
    if isinstance(frame.to_native(), pl.LazyFrame):
        return frame.collect(engine="streaming").to_native()
    return frame.collect(backend="polars").to_native()


def like(table: pl.DataFrame, frame: nw.LazyFrame) -> Any:
    """A small table on the engine of ``frame``. METHODS 20.3."""
    native = frame.to_native()
    if isinstance(native, pl.LazyFrame):
        return table.lazy()
    signed = table.with_columns(pl.col(pl.UInt32).cast(pl.Int64))  # Spark has no others
    return native.sparkSession.createDataFrame(signed.to_arrow())


def name_plainly(frame: nw.LazyFrame) -> tuple[nw.LazyFrame, dict[str, str]]:
    """The frame with columns c0, c1, …, and what each was called: to Spark a dot leads into a column.

    METHODS 20.3.
    """
    plain = {name: f"c{place}" for place, name in enumerate(frame.collect_schema().names())}
    native = frame.to_native()
    if isinstance(native, pl.LazyFrame):
        return frame.rename(plain), plain
    return nw.from_native(native.toDF(*plain.values())).lazy(), plain


def keep(frame: nw.LazyFrame) -> nw.LazyFrame:
    """A frame that is read again and again, kept by the engine where it can. METHODS 20.3."""
    native = frame.to_native()
    return frame if isinstance(native, pl.LazyFrame) else nw.from_native(native.cache()).lazy()
