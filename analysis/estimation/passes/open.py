"""Opens a sample for the pass: held in memory where it fits, else in pieces."""

from collections.abc import Mapping, Sequence

import polars as pl

from analysis.design import SurveyDesign
from analysis.estimation.passes.narrow import Narrow, plan_narrow
from analysis.estimation.passes.pieces import Pieces, make_pieces

HELD_BYTES = 400_000_000  # of the columns of a sample that is held; of a piece a twelfth


def open_narrow(
    frame: pl.DataFrame | pl.LazyFrame,
    design: SurveyDesign,
    *,
    items: Mapping[str, pl.Expr],
    keys: Sequence[str],
    where: pl.Expr | None = None,
    bounds: tuple[float, float] | None = None,
    held_bytes: int = HELD_BYTES,
) -> Narrow | Pieces | None:
    """The frame, read or to be read in pieces; None where it holds anything the pass over levels does not know.

    That is an item of many values, and everything that is to be refused: the reading of ``rows`` says what.
    METHODS 20.1.
    """
    plan = plan_narrow(frame, design, items=items, keys=keys, where=where, bounds=bounds)
    if plan is None:
        return None
    width = sum(_width(dtype) for dtype in plan.selected.collect_schema().dtypes())
    rows = frame.lazy().select(pl.len()).collect(engine="streaming").item()  # files know it without being read
    if rows * width <= held_bytes:
        return plan.narrow(plan.selected.collect())
    return make_pieces(plan, max(1, held_bytes // 12 // width))


def _width(dtype: pl.DataType) -> int:
    """Bytes of a value; of a text a code and some letters."""
    if dtype.is_integer() or dtype.is_float():
        return int(pl.Series([0], dtype=dtype).estimated_size())
    return 1 if dtype == pl.Boolean else 24
