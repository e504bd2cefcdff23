"""Quantiles by domain, with Woodruff's intervals."""

from collections.abc import Callable, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.design import SurveyDesign
from analysis.designs.reading import check_columns
from analysis.errors import EstimateError
from analysis.estimation.asked import check_kinds, check_names
from analysis.estimation.estimate import SHARE_BOUNDS, Frame, estimate_items, mean_quantity
from analysis.estimation.finish import ESTIMATE_COLUMNS
from analysis.estimation.intervals import t_quantile
from analysis.estimation.quantile_rules import QUANTILE_RULES, Sorted, find_quantiles
from analysis.estimation.rows import restrict_items
from analysis.estimation.rule import Rule
from analysis.estimation.sorted_values import sort_values
from analysis.grouping.names import Names, list_names


def estimate_quantiles(
    frame: Frame,
    design: SurveyDesign,
    *,
    values: Names,
    quantiles: float | Sequence[float] = (0.5,),
    by: Names = (),
    where: pl.Expr | None = None,
    confidence: float = 0.95,
    rule: str = "math",
    interval: str = "t",
    df: str | float = "domain",
) -> pl.DataFrame:
    """Weighted quantiles of every column of ``values`` in every domain, in the unit of the column.

    Parameters
    ----------
    frame, design, by, where, df
        As in ``estimate_means``. Nulls leave the domain and stay in the design.
    quantiles
        Shares, 0-1, or one: 0.5 is the median.
    rule
        ``math`` (the smallest value that the share of people reaches; for levels), ``school`` (the mean of two
        where the share is met exactly), ``shahvaish``, or ``hf1`` to ``hf9`` of Hyndman and Fan.
    interval
        How limits of the share at or below the estimate are made; their quantiles are the limits: ``t``
        (Woodruff's, R's ``mean``), ``wilson``, ``beta``, ``logit``, ``asin``, … as for proportions.

    Returns
    -------
    pl.DataFrame
        One row per domain × value × quantile, sorted by domain: by…, value, quantile, then the columns of
        ``estimate_means``. ``standard_error`` is the width of the interval over 2t; n_effective and
        design_effect are those of the share. A limit is null where that of the share lies outside 0-1, or
        nobody answered: the sample is too small for that tail.

    Raises
    ------
    DesignError, ItemError, EstimateError
        Each with every problem of its kind; values that are not finite, too.

    References
    ----------
    METHODS 3.12; Woodruff 1952. Silently coarse on a few levels: limits are levels too, and often the same.

    Examples
    --------
    >>> waiting = pl.DataFrame({"w": [1.0] * 9, "minutes": [5, 8, 9, 11, 12, 15, 20, 31, 60]})
    >>> found = estimate_quantiles(waiting, SurveyDesign("w"), values=["minutes"])
    >>> found.select("estimate", "low", "high").row(0)
    (12.0, 8.0, 60.0)
    """
    limits = Rule(confidence, interval, SHARE_BOUNDS, clip=False, df=df)
    return invert_shares(
        frame,
        design,
        values,
        quantiles,
        by,
        where,
        rule,
        lambda data, marks: _share(data, design, marks, list_names(by), limits),
    )


def invert_shares(
    frame: Frame,
    design: SurveyDesign,
    values: Names,
    quantiles: float | Sequence[float],
    by: Names,
    where: pl.Expr | None,
    rule: str,
    estimate: Callable[[pl.DataFrame, Sequence[str]], pl.DataFrame],
) -> pl.DataFrame:
    """Rows of ``estimate_quantiles``; ``estimate`` gives the shares of columns of marks by domain, one row each
    in the order of domains and marks, with the column's name as ``value``. METHODS 3.12."""
    values, by = list_names(values), list_names(by)
    shares_asked = [quantiles] if isinstance(quantiles, (int, float)) else list(quantiles)
    _check(values, shares_asked, by, rule)
    columns = {value: pl.col(value) for value in values}
    check_kinds(frame, design, columns, where)
    items = restrict_items(columns, where)
    check_columns(frame.lazy(), (*design.columns, *by), items)
    data = frame.lazy().collect()
    groups = dict(zip(values, sort_values(data, design.weight, items, by), strict=True))
    asked = [(value, share) for value in values for share in shares_asked]
    points = [find_quantiles(groups[v], np.full(len(groups[v].starts) - 1, share), rule) for v, share in asked]
    marks = {
        f" share {k}": _mark_below(data.height, groups[value], point)
        for k, ((value, _), point) in enumerate(zip(asked, points, strict=True))
    }
    shares = estimate(data.with_columns(**marks), list(marks))
    tables = [
        _finish(shares.filter(pl.col("value") == name), groups[value], point, value, quantile, rule)
        for name, (value, quantile), point in zip(marks, asked, points, strict=True)
    ]
    order = np.arange(sum(table.height for table in tables)).reshape(len(tables), -1).T.ravel()
    return pl.concat(tables)[order].select(*by, "value", "quantile", *ESTIMATE_COLUMNS)


def _share(
    data: pl.DataFrame, design: SurveyDesign, marks: Sequence[str], by: Sequence[str], limits: Rule
) -> pl.DataFrame:
    quantities = [mean_quantity(name, k) for k, name in enumerate(marks)]
    return estimate_items(data, design, {name: pl.col(name) for name in marks}, quantities, by, limits, "value")


def _mark_below(rows: int, group: Sorted, points: NDArray[np.float64]) -> pl.Series:
    """Per row of the frame whether its value is at or below the quantile of its domain; null: no value."""
    marks = np.full(rows, -1, np.int8)
    marks[group.rows] = group.values <= points[group.domain]
    return pl.select(pl.when(pl.lit(pl.Series(marks)) >= 0).then(pl.lit(pl.Series(marks)) == 1)).to_series()


def _finish(
    shares: pl.DataFrame, group: Sorted, points: NDArray[np.float64], value: str, quantile: float, rule: str
) -> pl.DataFrame:
    """Rows of the shares at or below the quantiles, turned into rows of the quantiles."""
    is_census, is_empty = pl.col("method") == "census", pl.col("n") == 0
    point = pl.Series("estimate", points, nan_to_null=True)
    limits = {end: shares[end].fill_null(np.nan).to_numpy() for end in ("low", "high")}
    ends = {end: pl.Series(end, find_quantiles(group, at, rule), nan_to_null=True) for end, at in limits.items()}
    df = np.maximum(shares["df"].fill_null(0.0).to_numpy(), 0.0)
    t = t_quantile(np.maximum(df, 1.0), float(shares["confidence"][0])) if shares.height else df
    is_short = (
        point.is_not_null() & (ends["low"].is_null() | ends["high"].is_null()) & ~shares["method"].eq("census")
    )
    width = (ends["high"] - ends["low"]) / (2 * pl.Series(np.where(df >= 1, t, np.nan)).fill_nan(None))
    return shares.with_columns(
        pl.lit(value).alias("value"),
        pl.lit(quantile).alias("quantile"),
        point,
        pl.when(is_census).then(0.0).otherwise(width).alias("standard_error"),
        *(pl.when(is_census).then(point).otherwise(found).alias(end) for end, found in ends.items()),
        pl.when(is_census | is_empty)
        .then("method")
        .otherwise(pl.concat_str(pl.lit(f"quantile {rule}; woodruff, "), pl.col("method")))
        .alias("method"),
        _note(is_short),
    )


def _note(is_short: pl.Series) -> pl.Expr:
    """Adds to the note of the share why a limit of the quantile is missing."""
    said = pl.when(is_short).then(
        pl.lit("mẫu quá nhỏ cho giới hạn của phân vị / sample too small for a limit of this quantile")
    )
    note = pl.concat_str("note", said, separator=" | ", ignore_nulls=True)
    return pl.when(note != "").then(note).alias("note")


def _check(values: Sequence[str], quantiles: list[float], by: Sequence[str], rule: str) -> None:
    problems = [f"quantile {q!r} does not lie between 0 and 1" for q in quantiles if not 0 < q < 1]
    if not values:
        problems.append("no values were named")
    problems += [f"quantile {q!r} is asked for twice" for q in dict.fromkeys(quantiles) if quantiles.count(q) > 1]
    if not quantiles:
        problems.append("no quantiles were asked for")
    if rule not in QUANTILE_RULES:
        problems.append(f"rule is {rule!r}, known: {', '.join(QUANTILE_RULES)}")
    if problems:
        raise EstimateError(problems, "Ask for shares such as 0.5 (the median) by a known rule (METHODS 3.12).")
    check_names(by, values, taken=("quantile", *ESTIMATE_COLUMNS), label="value")
