"""Reliability of a scale of several items."""

from collections.abc import Sequence

import polars as pl

from analysis.design import SurveyDesign
from analysis.errors import EstimateError
from analysis.estimation.variances import estimate_variances


def estimate_alpha(frame: pl.DataFrame | pl.LazyFrame, design: SurveyDesign, *, items: Sequence[str]) -> float:
    """Cronbach's alpha of ``items`` with survey weights: K/(K − 1)·(1 − Σ s²ᵢ/s²), s² of the sum of the items.

    ``frame``: one row per response; only those who answered every item count (null: no answer). No unit;
    1 at most, negative when items contradict each other. Raises EstimateError for fewer than two items or a
    sum that does not vary. METHODS 5.
    """
    if len(items) < 2:
        raise EstimateError([f"alpha of {len(items)} items"], "Name at least two items.")
    complete = pl.all_horizontal(pl.col(item).is_not_null() for item in items)
    summed = frame.lazy().with_columns(pl.sum_horizontal(items).alias(_SUM))
    variances = estimate_variances(summed, design, values=[*items, _SUM], where=complete)["estimate"].to_list()
    if not variances[-1]:
        raise EstimateError(["the sum of the items does not vary"], "Alpha needs people who differ.")
    return len(items) / (len(items) - 1) * (1 - sum(variances[:-1]) / variances[-1])


_SUM = "sum of the items"
