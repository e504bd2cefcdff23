"""Sampling variances of cells of few responses, pooled over the cells; METHODS 13.1."""

import numpy as np
import polars as pl

from analysis.errors import AreaError

Bounds = tuple[float, float] | None


def smooth_variances(
    areas: pl.DataFrame | pl.LazyFrame,
    *,
    n: str = "n",
    standard_error: str = "standard_error",
    expected: str | None = None,
    bounds: Bounds = (0.0, 100.0),
) -> pl.DataFrame:
    """The frame with ``smoothed_standard_error``: spread pooled over all cells, divided by each cell's n.

    Parameters
    ----------
    areas
        One row per cell. Nulls in ``standard_error``: unknown, learns from the others; n null or 0: stays null.
    n
        Column: responses of the cell.
    standard_error
        Column: the direct one, >= 0; 0 of a cell whose answers happen to agree counts as a spread of 0. Rows
        whose ``method`` is ``census`` teach nothing and keep theirs.
    expected
        Column: a figure that does not come from the cell's own answers (the mean of the province, a synthetic
        estimate). The spread is then taken as proportional to (expected − low)·(high − expected), as that of
        shares is. None: one spread for all.
    bounds
        Range of the figure; used with ``expected`` only.

    Returns
    -------
    pl.DataFrame
        All rows and columns, and ``smoothed_standard_error`` (Float64, unit of the figure).

    Raises
    ------
    AreaError
        Columns absent, negative figures, ``expected`` at or beyond a bound, or no cell of two or more responses
        that do not all agree.

    Notes
    -----
    Of two cells with 5 responses the one with 100 % satisfied has a direct standard error of 0, the other not:
    taken as they are, a model would trust the first without limit. Silently wrong where spread really differs
    between cells by more than ``expected`` tells.

    References
    ----------
    METHODS 13.1; Wolter (2007), chapter 7, on generalised variance functions.

    Examples
    --------
    >>> cells = pl.DataFrame({"n": [5, 5, 10], "standard_error": [20.0, 0.0, 10.0]})
    >>> smooth_variances(cells)["smoothed_standard_error"].round(2).to_list()
    [14.14, 14.14, 10.0]
    """
    areas = areas.lazy().collect()
    _check(areas, n, standard_error, expected, bounds)
    # pooled like a within-group variance: n·SE² is the spread of a cell, n − 1 what it knows of it
    shape = (
        pl.lit(1.0)
        if expected is None or bounds is None
        else (pl.col(expected) - bounds[0]) * (bounds[1] - pl.col(expected))
    )
    census = pl.lit(False)
    if areas.schema.get("method") == pl.String:
        census = ((pl.col("method") == "census") & (pl.col(standard_error) == 0)).fill_null(False)
    teaching = areas.filter(
        pl.col(standard_error).is_not_null() & pl.col(standard_error).is_not_nan() & (pl.col(n) >= 2) & ~census
    )
    known = pl.col(n).cast(pl.Float64) - 1
    seen, expectable = teaching.select(
        (known * pl.col(n) * pl.col(standard_error) ** 2).sum(), (known * shape).sum().alias("shape")
    ).row(0)
    if not seen or not expectable:
        problem = (
            f"column {standard_error!r} is above 0 in none of {teaching.height} cells of two or more responses"
        )
        raise AreaError([problem], "Pool more cells, months or procedures.")
    smoothed = (seen / expectable * shape / pl.col(n).cast(pl.Float64)).sqrt()
    return areas.with_columns(
        pl.when(census).then(0.0).when(pl.col(n) > 0).then(smoothed).alias("smoothed_standard_error")
    )


def _check(areas: pl.DataFrame, n: str, standard_error: str, expected: str | None, bounds: Bounds) -> None:
    wanted = [n, standard_error, *([expected] if expected else [])]
    problems = [f"column {c!r} is missing" for c in wanted if c not in areas.columns]
    problems += [
        f"column {c!r} is {areas[c].dtype}, a number is needed"
        for c in wanted
        if c in areas.columns and not areas[c].dtype.is_numeric()
    ]
    if expected and bounds is None:
        problems.append("expected needs bounds")
    if not problems:
        problems += [
            f"column {c!r} is negative or infinite in {bad} rows"
            for c in (n, standard_error)
            if (bad := int(((areas[c] < 0) | (areas[c].cast(pl.Float64) == np.inf)).sum()))
        ]
        if expected and bounds is not None:
            inside = areas[expected].is_between(*bounds, closed="none").fill_null(False)
            if beyond := int((~inside & (areas[n] > 0).fill_null(False)).sum()):
                problems.append(f"column {expected!r} is null or not inside {bounds} in {beyond} rows")
    if problems:
        raise AreaError(problems, "Mend the columns; expected must not come from the cell's own answers.")
