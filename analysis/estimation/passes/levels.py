"""Items that take few values: read as small whole numbers, one per value, so that sums by value say everything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.grouping.scatter import Column, to_column

MOST_LEVELS = 32
_NULL = -128  # stands for null in Int8; a column that holds it is left to the pass over rows
_UNKNOWN = 127
_SAMPLE = 2_000


@dataclass(frozen=True)
class Reading:
    """How an item is read: ``column`` (Int8 or Boolean, nulls kept) and ``value``, what each Int8 is worth."""

    column: pl.Expr
    value: NDArray[np.float64]  # of −127…127; NaN: null


@dataclass(frozen=True)
class Levels:
    """A read item: ``raw`` Int8 (−128: null), ``slot_of`` the 256 numbers, by their last eight bits, ``values`` of
    the slots, all different; NaN: no answer."""

    raw: Column
    slot_of: NDArray[np.int8]
    values: NDArray[np.float64]


def plan_readings(
    lazy: pl.LazyFrame, schema: Mapping[str, pl.DataType], items: Sequence[pl.Expr]
) -> list[Reading] | None:
    """A reading for every item, or None where one takes too many values to be read so. METHODS 20.1."""
    found = [_read_small(schema, item) for item in items]
    rest = [k for k, reading in enumerate(found) if reading is None]
    if rest:
        sample = lazy.head(_SAMPLE).select(items[k].cast(pl.Float64).alias(str(k)) for k in rest).collect()
        for k in rest:
            found[k] = _read_values(items[k], sample[str(k)])
    whole = [reading for reading in found if reading is not None]
    return whole if len(whole) == len(found) else None


def read_levels(column: pl.Series, reading: Reading) -> Levels | None:
    """The column as it was read, with only the slots it needs; None: a value no reading knows. METHODS 20.1."""
    low, high = column.min(), column.max()
    slot_of = np.zeros(256, np.int8)
    if low is None:
        return Levels(to_column(pl.zeros(len(column), dtype=pl.Int8, eager=True)), slot_of, np.array([np.nan]))
    if not isinstance(low, int) or not isinstance(high, int) or low == _NULL or high == _UNKNOWN:
        return None
    has_nulls = column.null_count() > 0
    kept = [np.nan] if has_nulls else []
    for raw in range(low, high + 1):
        value = float(reading.value[raw + 127])
        found = [slot for slot, known in enumerate(kept) if known == value or np.isnan([known, value]).all()]
        slot_of[raw % 256] = found[0] if found else len(kept)
        kept += [] if found else [value]
    if len(kept) > MOST_LEVELS:
        return None
    return Levels(to_column(column.fill_null(_NULL) if has_nulls else column), slot_of, np.array(kept))


def _read_small(schema: Mapping[str, pl.DataType], item: pl.Expr) -> Reading | None:
    """Of a function, row by row, of one column of levels: the function is asked once for every level."""
    roots = set(item.meta.root_names())
    if len(roots) != 1 or schema[next(iter(roots))] not in (pl.Int8, pl.Boolean):
        return None
    (root,) = roots
    raw = pl.col(root).cast(pl.Int8)
    if schema[root] == pl.Boolean:
        every = pl.Series(root, [None, False, True], pl.Boolean)
    else:
        every = pl.Series(root, [None, *range(-127, 128)], pl.Int8)
    try:
        worth = _ask(item, every)
        # What depends on other rows (a mean, a rank) answers otherwise in another order, twice, or alone.
        same = _ask(item, pl.concat([every, every]).reverse())
        alone = [_ask(item, every.slice(at, 1))[0] for at in (0, len(every) // 2, len(every) - 1)]
    except pl.exceptions.PolarsError:
        return None
    asked = np.array([worth[at] for at in (0, len(every) // 2, len(every) - 1)])
    if len(worth) != len(every) or not np.array_equal(same, np.tile(worth[::-1], 2), equal_nan=True):
        return None
    if not np.array_equal(asked, np.array(alone), equal_nan=True) or not np.isnan(worth[0]):
        return None
    value = np.full(255, np.nan)
    if schema[root] == pl.Boolean:
        value[[127, 128]] = worth[1:]
    else:
        value[:] = worth[1:]
    return Reading(raw, value)


def _ask(item: pl.Expr, levels: pl.Series) -> NDArray[np.float64]:
    asked = pl.DataFrame([levels]).select(item.cast(pl.Float64).fill_null(np.nan).alias("worth"))["worth"]
    return asked.to_numpy()


def _read_values(item: pl.Expr, sample: pl.Series) -> Reading | None:
    """Of any item: each value seen in the first rows gets a number; a row with another value gets _UNKNOWN."""
    values = sample.drop_nulls().unique().sort()
    if len(values) > MOST_LEVELS or not values.is_finite().all():
        return None
    number = item.cast(pl.Float64)
    known = pl.lit(_UNKNOWN, pl.Int8)
    for place, value in enumerate(values):
        known = known + (number == value).cast(pl.Int8) * pl.lit(place - _UNKNOWN, pl.Int8)
    worth = np.full(255, np.nan)
    worth[127 : 127 + len(values)] = values.to_numpy()
    return Reading(pl.when(number.is_not_null()).then(known), worth)
