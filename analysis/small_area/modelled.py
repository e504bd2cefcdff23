"""The rows people read: modelled figures in the standard columns, marked as modelled, with limits and note."""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.errors import AreaError
from analysis.estimation.finish import ESTIMATE_COLUMNS
from analysis.estimation.intervals import t_limits
from analysis.small_area.between_areas import Floats

Bounds = tuple[float, float] | None

CUT = "giới hạn được cắt về khoảng cho phép / limits cut to the possible range"
OUTSIDE = "mô hình vượt khoảng cho phép, số được cắt / the model left the possible range, figure cut"
EMPTY = "không có số trực tiếp, chỉ có mô hình / no direct figure: the model alone"
CENSUS = "hỏi toàn bộ, giữ số trực tiếp / census: the direct figure stands"
ZERO = (
    "phương sai giữa các đơn vị ước lượng bằng 0, số trực tiếp không được tính đến / "
    "variance between areas estimated as 0: direct figures count nothing"
)
NO_CORRECTION = "bỏ hiệu chỉnh chệch của sai số / bias correction of the error left out"

DIRECT_COLUMNS = {
    "n": pl.Int64,
    "n_effective": pl.Float64,
    "sum_weights": pl.Float64,
    "design_effect": pl.Float64,
}
RESULT_COLUMNS = (
    *ESTIMATE_COLUMNS,
    "modelled",
    "direct",
    "direct_standard_error",
    "synthetic",
    "shrinkage",
    "mse",
    "residual",
)


def check_choices(method: str, methods: Sequence[str], confidence: float, bounds: Bounds) -> None:
    """AreaError for an unknown method, a confidence outside 0-1 or bounds the wrong way round. METHODS 13.3."""
    problems = [] if method in methods else [f"method is {method!r}, known: {', '.join(methods)}"]
    if not 0 < confidence < 1:
        problems.append(f"confidence is {confidence!r}, must lie between 0 and 1")
    if bounds is not None and not bounds[0] < bounds[1]:
        problems.append(f"bounds are {bounds!r}, the lower comes first")
    if problems:
        raise AreaError(problems, "Choose one of the known rules (METHODS 13).")


def check_by(area: Sequence[str]) -> None:
    """AreaError where an area column has the name of a column of the result. METHODS 13.3."""
    if taken := [c for c in area if c in RESULT_COLUMNS]:
        raise AreaError([f"area column {c!r} is also a column of the result" for c in taken], "Rename it before.")


def set_limits(
    frame: pl.DataFrame, *, confidence: float, bounds: Bounds, limits: tuple[Floats, Floats] | None = None
) -> pl.DataFrame:
    """``limits``, or else ``estimate`` ± t(df)·``standard_error``, as low and high; cut to ``bounds``.

    What was cut the note says. Needs estimate, standard_error, df and note (String or null). METHODS 13.3.
    """
    estimate, error, df = (frame[c].to_numpy() for c in ("estimate", "standard_error", "df"))
    low, high = limits or t_limits(estimate, error, df, confidence)
    cut, outside = np.zeros(frame.height, bool), np.zeros(frame.height, bool)
    if bounds is not None:
        outside = (estimate < bounds[0]) | (estimate > bounds[1])
        cut = ((low < bounds[0]) | (high > bounds[1])) & ~outside
        estimate, low, high = (np.clip(values, *bounds) for values in (estimate, low, high))
    return frame.with_columns(
        pl.Series("estimate", estimate),
        pl.Series("low", low),
        pl.Series("high", high),
        pl.lit(confidence).alias("confidence"),
        join_notes(pl.col("note"), say(outside, OUTSIDE), say(cut, CUT)),
    )


def say(holds: NDArray[np.bool_], text: str) -> pl.Series:
    """``text`` where it ``holds``, null elsewhere. METHODS 13.3."""
    return pl.Series([text if one else None for one in holds], dtype=pl.String)


def join_notes(*parts: pl.Expr | pl.Series) -> pl.Expr:
    """Notes joined by a bar; null where nothing is to be said. METHODS 13.3."""
    terms = [part if isinstance(part, pl.Expr) else pl.lit(part) for part in parts]
    note = pl.concat_str(*terms, separator=" | ", ignore_nulls=True)
    return pl.when(note != "").then(note).alias("note")


def direct_columns(areas: pl.DataFrame) -> list[pl.Expr]:
    """n, n_effective, sum_weights and design_effect of the direct figure, null where the frame has none.

    METHODS 13.3.
    """
    return [
        (pl.col(name) if name in areas.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in DIRECT_COLUMNS.items()
    ]


def null_where_nan(values: Floats) -> pl.Series:
    """``values`` as a column in which what cannot be computed is null. METHODS 13.3."""
    return pl.Series(values).fill_nan(None)
