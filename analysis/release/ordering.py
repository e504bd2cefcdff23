"""Sorts a wide frame by all its columns, quickly: the values become small whole numbers, packed into few keys."""

from math import prod

import polars as pl

_ROOM = 2**63


def sort_by_all(frame: pl.DataFrame) -> pl.DataFrame:
    """``frame`` as ``frame.sort(frame.columns)`` gives it, nulls first, so that its order tells nothing.

    For columns of few different values, several times as fast as sorting by each; the result is the same. Float
    columns must not hold NaN. METHODS 8.1.
    """
    keys: list[pl.Series] = []
    packed: list[tuple[pl.Series, int]] = []
    for column in frame.get_columns():
        code, values = _number(column)
        if values == 1:
            continue
        if prod(count for _, count in packed) * values >= _ROOM:
            keys.append(_pack(packed, len(keys)))
            packed = []
        packed.append((code, values))
    if packed:
        keys.append(_pack(packed, len(keys)))
    if not keys:
        return frame
    order = pl.DataFrame(keys).select(pl.arg_sort_by([key.name for key in keys])).to_series()
    return frame[order]


def _number(column: pl.Series) -> tuple[pl.Series, int]:
    """0 for null, then 1, 2, … in the order of the values; and how many numbers there are."""
    values = column.drop_nulls().unique().sort()
    if column.dtype == pl.String:
        code = column.cast(pl.Enum(values)).to_physical()
    elif column.dtype.is_float():
        code = values.search_sorted(column.fill_null(0.0))
        code = pl.select(pl.when(column.is_not_null()).then(code)).to_series()
    else:
        code = column.cast(pl.Int64) - (values.cast(pl.Int64).min() or 0)
        return (code + 1).fill_null(0), _spread(values)
    return (code.cast(pl.Int64) + 1).fill_null(0), len(values) + 1


def _spread(values: pl.Series) -> int:
    whole = values.cast(pl.Int64)
    least, most = whole.min(), whole.max()
    if least is None or most is None:
        return 1
    assert isinstance(least, int)
    assert isinstance(most, int)
    return most - least + 2


def _pack(packed: list[tuple[pl.Series, int]], number: int) -> pl.Series:
    key, _ = packed[0]
    for code, values in packed[1:]:
        key = key * values + code
    return key.alias(str(number))
