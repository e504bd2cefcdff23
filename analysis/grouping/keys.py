"""Key columns as whole numbers from 0, in the order of their labels; null is the last."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.grouping.scatter import Column, to_column

_WIDEST = 1 << 22  # a range of whole numbers up to here is coded by subtraction


@dataclass(frozen=True)
class Key:
    """``numbers`` − ``least`` is the code of each row, below ``size``; ``labels`` by code, null where nothing is
    (also last, when the column has nulls: ``has_nulls``)."""

    numbers: Column
    least: int
    size: int
    labels: pl.Series
    has_nulls: bool
    is_range: bool = False  # labels are whole numbers without a gap

    def codes(self, start: int, stop: int) -> NDArray[np.int32]:
        piece = self.numbers.cut(start, stop)
        if self.least == 0:
            return piece.astype(np.int32)
        if abs(self.least) < 2**31 and piece.dtype.itemsize <= 4 and piece.dtype != np.uint32:
            return piece.astype(np.int32) - np.int32(self.least)
        return (piece.astype(np.int64) - self.least).astype(np.int32)

    def name(self, codes: NDArray[np.int32]) -> pl.Series:
        """The label of each code."""
        if self.is_range and not self.has_nulls:
            return pl.Series(self.labels.to_numpy()[codes])  # quicker than to gather
        return self.labels.gather(codes.astype(np.uint32))


def code_column(column: pl.Series) -> Key:
    """Codes of a column: by subtraction of whole numbers close together, else by its sorted values.
    METHODS 20.2."""
    if column.dtype.is_integer() and len(column) > column.null_count():
        low, high = int(column.min()), int(column.max())  # type: ignore[arg-type]
        if high - low < _WIDEST and high < 2**62:
            labels = pl.int_range(low, high + 1, dtype=pl.Int64, eager=True).cast(column.dtype)
            return _finish(column, low, labels, is_range=True)
    numbers = column
    if column.dtype == pl.String:
        numbers = column.cast(pl.Categorical).to_physical()
    values = pl.DataFrame({"label": column, "number": numbers}).drop_nulls().unique("number").sort("label")
    back = values.with_columns(pl.int_range(pl.len(), dtype=pl.Int32).alias("code"))
    coded = _look_up(numbers, back)
    return _finish(coded, 0, values["label"])


def learn_keys(frame: pl.LazyFrame, columns: Sequence[str]) -> dict[str, Key]:
    """The keys of columns too long to be held: labels and sizes as ``code_column`` gives them, without rows.

    METHODS 20.2.
    """
    schema = frame.collect_schema()
    asked = [column for column in columns if schema[column].is_integer()]
    facts = frame.select(
        *(pl.col(column).min().alias(f"min {column}") for column in asked),
        *(pl.col(column).max().alias(f"max {column}") for column in asked),
        *(pl.col(column).null_count().alias(f"null {column}") for column in columns),
    ).collect(engine="streaming")
    found = {}
    for column in columns:
        if column in asked and facts[f"min {column}"].item() is not None:
            ends = pl.Series(
                column, [facts[f"min {column}"].item(), facts[f"max {column}"].item()], schema[column]
            )
        else:
            ends = frame.select(pl.col(column).unique()).collect(engine="streaming")[column]
        if column in asked and not code_column(ends).is_range:
            ends = frame.select(pl.col(column).unique()).collect(engine="streaming")[column]
        has_nulls = bool(facts[f"null {column}"].item())
        if has_nulls and not ends.null_count():
            ends = pl.concat([ends, ends.clear(1)])
        found[column] = code_column(ends)
    return found


def recode(column: pl.Series, known: Key) -> Key:
    """``column`` by the codes of ``known``, which has all its labels. METHODS 20.2."""
    labels = known.labels[: known.size - 1] if known.has_nulls else known.labels
    if known.is_range:
        numbers = column
    else:
        codes = pl.DataFrame({"label": labels, "code": pl.int_range(len(labels), dtype=pl.Int32, eager=True)})
        numbers = column.to_frame("label").join(codes, on="label", how="left", maintain_order="left")["code"]
    least = labels[0] if known.is_range and len(labels) else 0
    if not known.has_nulls:
        return replace(known, numbers=to_column(numbers), least=least)
    filled = (numbers.cast(pl.Int64) - least).fill_null(len(labels)).cast(pl.Int32)
    return replace(known, numbers=to_column(filled))


def _look_up(numbers: pl.Series, back: pl.DataFrame) -> pl.Series:
    largest = back["number"].max()
    if numbers.dtype == pl.UInt32 and isinstance(largest, int) and largest < _WIDEST:
        table = np.zeros(largest + 1, np.int32)
        table[back["number"].to_numpy()] = back["code"].to_numpy()
        return pl.Series(table).gather(numbers)
    return numbers.to_frame("number").join(back, on="number", how="left", maintain_order="left")["code"]


def _finish(numbers: pl.Series, least: int, labels: pl.Series, *, is_range: bool = False) -> Key:
    has_nulls = numbers.null_count() > 0
    if not has_nulls:
        return Key(to_column(numbers), least, len(labels), labels, False, is_range)
    filled = (numbers.cast(pl.Int64) - least).fill_null(len(labels)).cast(pl.Int32)
    return Key(to_column(filled), 0, len(labels) + 1, pl.concat([labels, labels.clear(1)]), True, is_range)
