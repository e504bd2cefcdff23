"""Changes of published figures from period to period, tested; METHODS 17.5."""

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from analysis.comparison.finish import COMPARISON_COLUMNS, Claims, Compared, finish_comparisons
from analysis.errors import WatchError
from analysis.monitoring.pooled_spread import Bounds, Figures, Real, pool_spread

EARLIER = "earlier"
_NO_LIMITS = "mọi trả lời của một kỳ giống nhau, không có giới hạn / all answers of a period agree: no limits"
_NUMBERS = ("estimate", "standard_error", "df")
_COMPARED = ("estimate", "v", "df", "s", "n", "old", "old v", "old df", "old s", "old n")


def find_changes(
    frame: pl.DataFrame,
    *,
    by: Sequence[str],
    period: str,
    against: int | str = 1,
    correlation: float = 0.0,
    latest_only: bool = False,
    multiplicity: str = "holm",
    bounds: Bounds | None = None,
    confidence: float = 0.95,
) -> pl.DataFrame:
    """Every figure of a series compared with one before, with a correction for how many are compared.

    Parameters
    ----------
    frame
        One row per ``by`` × ``period`` with estimate, standard_error, df (n and design_effect are used if there):
        what the estimators give, period after period. Rows with null figures are not compared.
    by
        Columns that name a series: unit, node.
    period
        Column whose sorted values are the periods, such as "2026-10".
    against
        How many periods back: 1 the one before, 12 the same month a year ago; or ``earlier``: the mean of all
        earlier periods of the series.
    correlation
        Of the sampling errors of the two figures: 0 for separate samples. Above 0 where people or PSUs are shared
        (``compare_periods`` estimates it); with ``earlier`` it must be 0.
    latest_only
        Test the last period only: the family is then one month's units.
    multiplicity
        As in ``compare_domains`` (``max_t`` excepted), over all rows of the result.
    bounds
        Of shares and means inside a range, such as (0, 100): tested is then with the spread that both figures
        would have if nothing had changed, which keeps its promise for few answers and up to 90 of 100, where
        each figure's own does not. A period whose answers all agree can be tested too, if ``n`` is there.

    Returns
    -------
    pl.DataFrame
        One row per figure that has one before it, sorted: by…, period, against (the period, or "earlier"), figure,
        figure_against, n, n_against, estimate (the change), standard_error, low, high, confidence, df,
        design_effect, p_value, p_adjusted, is_different, method, note.

    Raises
    ------
    WatchError
        Columns, repeated rows, standard errors and choices that do not fit, together.

    References
    ----------
    METHODS 17.5, 15.3, 15.4. Looked at anew every month it errs in some month sooner or later: ``watch_units``
    does not. Silently too many changes where samples share a common error (a faulty kiosk for a month), and
    too few where a panel's correlation is left at 0. Shares against ``earlier`` err in up to 18 of 100 months
    instead of 5; with ``bounds`` in 5, near 98 % in 9 (METHODS 17.6).

    Examples
    --------
    >>> series = pl.DataFrame(
    ...     {
    ...         "unit": ["A", "A", "B", "B"],
    ...         "month": ["2026-09", "2026-10"] * 2,
    ...         "estimate": [90.0, 70.0, 80.0, 81.0],
    ...         "standard_error": [3.0, 4.0, 3.0, 4.0],
    ...         "df": [60.0, 60.0, 60.0, 60.0],
    ...     }
    ... )
    >>> changes = find_changes(series, by=["unit"], period="month")
    >>> changes.select("unit", "estimate", "standard_error", "is_different").rows()
    [('A', -20.0, 5.0, True), ('B', 1.0, 5.0, False)]
    >>> as_shares = find_changes(series, by=["unit"], period="month", bounds=(0, 100))
    >>> as_shares.select(pl.col("p_value").round(4)).to_series().to_list()
    [0.0004, 0.8428]
    """
    _check(frame, by, period, against, correlation, multiplicity, bounds)
    claims = Claims(confidence, multiplicity)
    series = _read(frame, by, period)
    paired = _with_mean(series, by) if against == EARLIER else _with_lag(series, by, int(against))
    if latest_only:
        paired = paired.filter(pl.col("place") == series["place"].max())
    value = {name: paired[name].cast(pl.Float64).to_numpy() for name in _COMPARED}
    made = finish_comparisons(_compare(value, correlation), claims, method="change")
    if bounds is not None:
        made = _test_pooled(made, value, correlation, claims, bounds)
    told = paired.select(
        *by,
        period,
        pl.col("old period").alias("against"),
        pl.col("estimate").alias("figure"),
        pl.col("old").alias("figure_against"),
        "n",
        pl.col("old n").alias("n_against"),
    )
    return told.hstack(made.select(COMPARISON_COLUMNS))


def _compare(value: Mapping[str, Real], correlation: float) -> Compared:
    cov = correlation * np.sqrt(value["v"] * value["old v"])
    variance = value["v"] + value["old v"] - 2 * cov
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = (value["v"] - cov) ** 2 / value["df"] + (value["old v"] - cov) ** 2 / value["old df"]
        df = np.where(spread > 0, variance**2 / spread, 0.0)
    least = np.minimum(value["df"], value["old df"])
    # A figure whose answers did not differ has no variance that could be trusted.
    sound = (value["v"] > 0) & (value["old v"] > 0) & (least >= 1)
    return Compared(
        value["estimate"] - value["old"],
        variance,
        np.where(sound, np.maximum(df, least), 0.0),
        value["s"] + value["old s"],
        np.abs(value["estimate"]) + np.abs(value["old"]) + np.sqrt(variance),
    )


def _test_pooled(
    made: pl.DataFrame, value: Mapping[str, Real], correlation: float, claims: Claims, bounds: Bounds
) -> pl.DataFrame:
    """``made`` with p values, df and claims of the pooled spread; errors and limits stay those of each figure."""
    late = Figures(value["estimate"], value["v"], value["n"])
    v, old_v = pool_spread(late, Figures(value["old"], value["old v"], value["old n"]), bounds)
    known = np.isfinite(v) & np.isfinite(old_v)
    pooled = dict(value) | {"v": np.where(known, v, 0.0), "old v": np.where(known, old_v, 0.0)}
    tested = finish_comparisons(_compare(pooled, correlation), claims, method="change; pooled spread")
    agree = pl.col("low").is_null() & pl.Series(tested["p_value"].is_not_null())
    note = pl.when(agree).then(pl.lit(_NO_LIMITS)).otherwise(pl.Series(tested["note"]))
    return made.with_columns(
        note.alias("note"), *(tested[name] for name in ("p_value", "p_adjusted", "is_different", "method"))
    )


def _read(frame: pl.DataFrame, by: Sequence[str], period: str) -> pl.DataFrame:
    """Rows with a figure: place (number of the period), v (variance), s (in a simple random sample), sorted."""
    places = frame.select(pl.col(period).unique().sort()).with_row_index("place")
    has = {name: name in frame.columns for name in ("n", "design_effect")}
    effect = pl.col("design_effect") if has["design_effect"] else pl.lit(None, pl.Float64)
    return (
        frame.filter(pl.col("estimate").is_not_null() & pl.col("standard_error").is_not_null())
        .join(places, on=period, how="left", maintain_order="left")
        .select(
            *by,
            period,
            pl.col("place").cast(pl.Int64),
            (pl.col("n") if has["n"] else pl.lit(None)).cast(pl.Int64).alias("n"),
            pl.col("estimate").cast(pl.Float64),
            pl.col("standard_error").cast(pl.Float64).pow(2).alias("v"),
            pl.col("df").cast(pl.Float64).fill_null(0.0),
            (pl.col("standard_error") ** 2 / effect).cast(pl.Float64).fill_null(float("nan")).alias("s"),
            pl.col(period).cast(pl.String).alias("old period"),
        )
        .sort(*by, "place")
    )


def _with_lag(series: pl.DataFrame, by: Sequence[str], lag: int) -> pl.DataFrame:
    before = series.select(
        *by,
        (pl.col("place") + lag).alias("place"),
        "old period",
        pl.col("n").alias("old n"),
        pl.col("estimate").alias("old"),
        pl.col("v").alias("old v"),
        pl.col("df").alias("old df"),
        pl.col("s").alias("old s"),
    )
    keys = [*by, "place"]
    return series.drop("old period").join(before, on=keys, how="inner", nulls_equal=True, maintain_order="left")


def _with_mean(series: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """The mean of what came before, its variance Σv/k² and Satterthwaite's df."""

    def before(column: pl.Expr) -> pl.Expr:
        return column.cum_sum().over(by) - column

    k = pl.int_range(pl.len()).over(by)
    parts = pl.when(pl.col("df") >= 1).then(pl.col("v") ** 2 / pl.col("df")).otherwise(float("inf"))
    sums = series.with_columns(k.alias("k"), parts.alias("parts")).with_columns(
        before(pl.col("estimate")).alias("old"),
        before(pl.col("v")).alias("old v"),
        before(pl.col("s")).alias("old s"),
        before(pl.col("n")).alias("old n"),
        pl.col("parts").shift(1, fill_value=0.0).over(by).alias("parts before"),
        pl.lit(EARLIER).alias("old period"),
    )
    # A shift, not a difference: a period without df makes the sums of all later ones infinite.
    sums = sums.with_columns(pl.col("parts before").cum_sum().over(by).alias("old parts"))
    return sums.filter(pl.col("k") > 0).with_columns(
        pl.col("old") / pl.col("k"),
        pl.col("old v") / pl.col("k") ** 2,
        pl.col("old s") / pl.col("k") ** 2,
        (pl.col("old v") ** 2 / pl.col("old parts")).fill_nan(0.0).alias("old df"),
    )


def _check(
    frame: pl.DataFrame,
    by: Sequence[str],
    period: str,
    against: int | str,
    correlation: float,
    multiplicity: str,
    bounds: Bounds | None,
) -> None:
    wanted = (*by, period, *_NUMBERS)
    problems = [f"column {column!r} is missing" for column in wanted if column not in frame.columns]
    if not by:
        problems.append("by names no columns")
    if against != EARLIER and not (isinstance(against, int) and against >= 1):
        problems.append(f"against is {against!r}; it is a number of periods, 1 or more, or {EARLIER!r}")
    if not -1 < correlation < 1 or (correlation and against == EARLIER):
        problems.append(f"correlation is {correlation!r}; between −1 and 1, and 0 against {EARLIER!r}")
    if bounds is not None and not bounds[0] < bounds[1]:
        problems.append(f"bounds are {bounds!r}; the first must be the smaller")
    if multiplicity == "max_t":
        problems.append("max_t needs the correlations of all figures, which a series does not have")
    if not problems:
        if doubles := frame.height - frame.select(*by, period).unique().height:
            problems.append(f"{doubles} rows repeat a series and period")
        if negative := int((frame["standard_error"] < 0).sum()):
            problems.append(f"column 'standard_error' is negative in {negative} rows")
        if bounds is not None and (bad := _count_outside(frame["estimate"], bounds)):
            problems.append(f"column 'estimate' is outside {bounds[0]:g}-{bounds[1]:g} in {bad} rows")
        if nulls := frame[period].null_count():
            problems.append(f"column {period!r} is null in {nulls} rows")
    if problems:
        raise WatchError(
            problems, "One row per series and period, as the estimators give them, period after period."
        )


def _count_outside(estimates: pl.Series, bounds: Bounds) -> int:
    rounding = 1e-9 * (bounds[1] - bounds[0])
    return int((~estimates.is_between(bounds[0] - rounding, bounds[1] + rounding)).sum())
