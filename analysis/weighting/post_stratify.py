"""Post-stratification: of cells of responses and transactions, or of any column with known counts."""

from collections.abc import Mapping, Sequence

import polars as pl

from analysis.weighting.auxiliaries import Margin, level_name, levels_of, margin_columns
from analysis.weighting.calibrate import Calibrated, calibrate

STRATA = {
    "stratum": pl.String,
    "n": pl.Int64,
    "transactions": pl.Int64,
    "weight": pl.Float64,
    "population": pl.Float64,
    "is_pooled": pl.Boolean,
    "has_excess": pl.Boolean,
}


def post_stratify_cells(cells: pl.DataFrame) -> pl.DataFrame:
    """The strata of collapsed cells, each with the weight of its responses.

    Parameters
    ----------
    cells
        ``CollapsedCells.cells``; those without a stratum are left out.

    Returns
    -------
    DataFrame
        One row per stratum, sorted: n, transactions, ``weight`` = transactions / n (1 where the stratum has no
        transactions), ``population`` for the finite-population correction (null: no correction, since there
        are no transactions or fewer than responses), ``is_pooled``, ``has_excess`` (more responses than
        transactions: the counts or the answers are wrong; the weight, then below 1, is kept).

    References
    ----------
    METHODS 2.3; Holt and Smith (1979), Post Stratification, JRSS A 142.
    """
    strata = (
        cells.filter(pl.col("stratum").is_not_null())
        .group_by("stratum")
        .agg(pl.col("n").sum(), pl.col("transactions").sum(), pl.col("is_pooled").all())
        .sort("stratum")
    )
    counted = pl.col("transactions") > 0
    return strata.with_columns(
        pl.when(counted).then(pl.col("transactions") / pl.col("n")).otherwise(1.0).alias("weight"),
        pl.when(counted & (pl.col("n") <= pl.col("transactions")))
        .then(pl.col("transactions"))
        .alias("population"),
        (counted & (pl.col("n") > pl.col("transactions"))).alias("has_excess"),
    ).select(pl.col(name).cast(dtype) for name, dtype in STRATA.items())


def post_stratify(
    frame: pl.DataFrame | pl.LazyFrame,
    *,
    weight: str,
    by: str | Sequence[str],
    counts: Mapping[object, float],
    partial: bool = False,
    into: str = "weight_calibrated",
) -> Calibrated:
    """Weights that add up to the known number of people in every post-stratum, in proportion inside each.

    Parameters
    ----------
    frame
        One row per response of the whole sample; no nulls in the columns named. Rows of weight 0 keep 0.
    weight
        Column of the weights to start from, >= 0.
    by
        Column whose levels are the post-strata, or several columns taken together.
    counts
        Level → number in the population; with several columns tuples of their levels. Levels are compared as
        text.
    partial
        Leave out post-strata that nobody of the sample is in, instead of refusing them (R's ``partial``): the
        weights then add up to those counted that somebody answered for.
    into
        Name of the new column.

    Returns
    -------
    Calibrated
        ``frame`` with the new weights, ``margins``, ``calibration`` for ``estimate_calibrated_means`` and its
        sisters; ``calibrate`` with this one margin gives the same.

    Raises
    ------
    WeightError
        All at once: columns absent or with nulls, levels without responses or without a count.

    Notes
    -----
    Standard errors from ``estimate_means`` take the new weights as given, and are then silently too large (or,
    in single domains, too small).

    References
    ----------
    METHODS 2.3, 3.7; Holt and Smith (1979), Post Stratification, JRSS A 142. Checked against R survey (p10).

    Examples
    --------
    >>> sample = pl.DataFrame({"sex": ["f", "f", "m"], "w": [1.0, 1.0, 1.0]})
    >>> post_stratify(sample, weight="w", by="sex", counts={"f": 60, "m": 50}).weights.to_list()
    [30.0, 30.0, 50.0]
    """
    margin = by if isinstance(by, str) else tuple(by)
    if isinstance(margin, tuple) and len(margin) == 1:
        margin = margin[0]
    if partial:
        counts = _with_responses(frame, weight, margin, counts)
    return calibrate(frame, weight=weight, counts={margin: counts}, into=into)


def _with_responses(
    frame: pl.DataFrame | pl.LazyFrame, weight: str, margin: Margin, counts: Mapping[object, float]
) -> Mapping[object, float]:
    """``counts`` of the post-strata that have responses; all of them where columns are missing (told later)."""
    data = frame.lazy().collect()
    if not {weight, *margin_columns(margin)} <= set(data.columns) or not data.schema[weight].is_numeric():
        return counts
    present = set(levels_of(data.filter(pl.col(weight) > 0), margin))
    return {level: count for level, count in counts.items() if level_name(level) in present}
