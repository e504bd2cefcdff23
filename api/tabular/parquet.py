"""Rows of a Parquet file as text, some thousand at a time."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from api.errors import FileUnusable

ROWS_AT_ONCE = 20_000


def read_parquet(path: Path) -> Iterator[list[str]]:
    """The column names, then every row; null is empty, 4.0 is 4, dates are ISO."""
    try:
        frame = pl.scan_parquet(path)
        schema = frame.collect_schema()
        rows = frame.select(pl.len()).collect().item()
    except (pl.exceptions.PolarsError, OSError) as error:
        raise FileUnusable(
            "parquet_broken",
            f"Không đọc được tệp Parquet {path.name}",
            f"The Parquet file {path.name} cannot be read: {error}",
        ) from error
    nested = [{"column": name, "code": "nested", "dtype": str(dtype)} for name, dtype in schema.items()
              if dtype.is_nested() or dtype in (pl.Binary, pl.Object)]  # fmt: skip
    if nested:
        raise FileUnusable(
            "parquet_nested",
            f"Tệp {path.name} có cột lồng nhau; hãy tách thành cột thường",
            f"The file {path.name} has nested columns; flatten them",
            nested,
        )
    yield list(schema.names())
    as_text = [_text_of(name, dtype) for name, dtype in schema.items()]
    for start in range(0, rows, ROWS_AT_ONCE):
        for cells in frame.slice(start, ROWS_AT_ONCE).select(as_text).collect().iter_rows():
            yield ["" if cell is None else cell for cell in cells]


def _text_of(name: str, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if dtype.is_float():
        column = column.fill_nan(None)
        whole = column.cast(pl.Int64, strict=False)
        return pl.when(whole == column).then(whole.cast(pl.String)).otherwise(column.cast(pl.String)).alias(name)
    if isinstance(dtype, pl.Datetime):
        return column.dt.to_string("iso:strict").str.strip_suffix("T00:00:00")
    return column.cast(pl.String)
