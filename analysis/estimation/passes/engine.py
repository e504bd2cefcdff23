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
    return native.sparkSession.createDataFrame(table.to_arrow())
