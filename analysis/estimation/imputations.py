"""Estimates from several completed data sets put together by Rubin's rules; filling in is done elsewhere."""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.errors import EstimateError
from analysis.estimation.intervals import t_quantile

Real = NDArray[np.float64]
RULES = ("barnard_rubin", "barnard_rubin_1999", "rubin")


def combine_imputations(
    estimates: Sequence[pl.DataFrame] | pl.DataFrame,
    *,
    by: Sequence[str] = (),
    imputation: str | None = None,
    estimate: str = "estimate",
    standard_error: str = "standard_error",
    df: str | float | None = "df",
    rule: str = "barnard_rubin",
    confidence: float = 0.95,
) -> pl.DataFrame:
    """One figure per domain from the figures of M completed data sets.

    Parameters
    ----------
    estimates
        A frame for each completed data set, as any estimator gives it, all with the same rows; or one frame with
        a column ``imputation`` that tells them apart.
    by
        Columns that name a row: domain, value or node.
    estimate, standard_error
        Columns, in any unit; standard errors 0 or more.
    df
        Degrees of freedom the complete data would have: a column (its smallest value in each row counts), a
        number, or None for infinitely many. ``rubin`` does not use it.
    rule
        ``barnard_rubin``: df never above those of complete data, as R's MIcombine computes them;
        ``barnard_rubin_1999``: as the paper prints them, a little fewer (METHODS 16.2); ``rubin`` (1987): the
        classic, for large samples only, where df can exceed the number of people.

    Returns
    -------
    pl.DataFrame
        One row per row of ``by``, in their first order: by…, n (the smallest, null without such a column),
        estimate (the mean), standard_error, low, high, confidence, df, design_effect (the mean), imputations,
        between (standard deviation of the estimates), missing_information (the part of the information lost by
        what is missing, 0-1, as R's MIcombine reports it), relative_increase, method, note. A row without a figure
        in every data set is null.

    Raises
    ------
    EstimateError
        Fewer than two data sets, rows that are not in all of them, columns that are missing or negative.

    Notes
    -----
    Silently too sure when the imputations were not drawn from a model that knows the design and what is
    estimated (values filled in without chance have no spread between them).

    References
    ----------
    METHODS 16; Rubin (1987); Barnard and Rubin (1999), Biometrika 86. Checked against R `mitools` (p26).

    Examples
    --------
    >>> filled = pl.DataFrame({"m": [1, 2, 3], "estimate": [70.0, 72.0, 74.0], "standard_error": [2.0] * 3})
    >>> found = combine_imputations(filled, imputation="m", df=None)
    >>> found.select("estimate", "standard_error", "df").row(0)  # 4 + (1 + 1/3)·4; 2·(1 + 4/(16/3))²
    (72.0, 3.0550..., 6.125)
    """
    stacked, count = _stack(
        estimates, by, imputation, [estimate, standard_error, *([df] if isinstance(df, str) else [])]
    )
    if rule not in RULES or not 0 < confidence < 1:
        raise EstimateError(
            [f"rule is {rule!r} and confidence {confidence!r}"],
            f"Known rules: {', '.join(RULES)}; 0 < confidence < 1.",
        )
    rows = _gather(stacked, by, estimate, standard_error, df)
    theta, within = rows["mean"].to_numpy(), rows["within"].to_numpy()
    between = rows["between"].to_numpy()
    total = within + (1 + 1 / count) * between
    with np.errstate(invalid="ignore", divide="ignore"):
        increase = (1 + 1 / count) * between / within
        classic = (count - 1) * (1 + 1 / increase) ** 2
    # R leaves the factor 1 + 1/M out of the total here; the paper does not.
    share = within / (total if rule == "barnard_rubin_1999" else within + between)
    degrees = classic if rule == "rubin" else _limit_df(classic, rows["complete"].to_numpy(), share)
    missing = _missing_information(increase, degrees)
    error = np.sqrt(total)
    known = np.isfinite(error) & (degrees >= 1)
    half = np.full(len(error), np.nan)
    half[known] = t_quantile(degrees[known], confidence) * error[known]
    half[np.isfinite(error) & (error == 0)] = np.nan
    made = pl.DataFrame(
        {
            "estimate": theta,
            "standard_error": error,
            "low": theta - half,
            "high": theta + half,
            "confidence": np.full(len(theta), confidence),
            "df": degrees,
            "design_effect": rows["design_effect"].to_numpy(),
            "imputations": np.full(len(theta), count),
            "between": np.sqrt(between),
            "missing_information": missing,
            "relative_increase": increase,
        }
    ).with_columns(pl.col(pl.Float64).fill_nan(None))
    same = (pl.col("between") == 0) & pl.col("estimate").is_not_null()
    said = "các lần điền cho cùng một số / all data sets give the same figure"
    return pl.concat([rows.select(*by, "n"), made], how="horizontal").with_columns(
        pl.lit(f"rubin's rules, {count} imputations; t({rule.replace('_', '-')})").alias("method"),
        pl.when(same).then(pl.lit(said)).alias("note"),
    )


def _stack(
    estimates: Sequence[pl.DataFrame] | pl.DataFrame, by: Sequence[str], imputation: str | None, numbers: list[str]
) -> tuple[pl.DataFrame, int]:
    """All rows under each other with the column " set", and the number of data sets."""
    if isinstance(estimates, pl.DataFrame):
        if imputation is None or imputation not in estimates.columns:
            raise EstimateError(
                [f"column {imputation!r} (imputation) is not in the frame"],
                "Name the column that tells data sets apart.",
            )
        frames = estimates.partition_by(imputation, maintain_order=True)
    else:
        frames = list(estimates)
    problems = [] if len(frames) > 1 else [f"{len(frames)} completed data sets, two at least are needed"]
    for number, frame in enumerate(frames, start=1):
        problems += [
            f"data set {number}: column {c!r} is missing" for c in (*by, *numbers) if c not in frame.columns
        ]
    if not problems:
        keys = frames[0].select(by).unique().height if by else 1
        for number, frame in enumerate(frames, start=1):
            if by:
                shared = (
                    frame.select(by).unique().join(frames[0].select(by), on=list(by), how="semi", nulls_equal=True)
                )
                differs = frame.height != keys or shared.height != keys
            else:
                differs = frame.height != 1
            if differs:
                problems.append(f"data set {number} has {frame.height} rows, {keys} of the same names are needed")
            negative = int((frame[numbers[1]] < 0).sum())
            if negative:
                problems.append(f"data set {number}: {numbers[1]!r} is negative in {negative} rows")
    if problems:
        raise EstimateError(
            problems, "Estimate the same figures from every completed data set; name rows by ``by``."
        )
    return pl.concat(
        [frame.with_columns(pl.lit(k).alias(" set")) for k, frame in enumerate(frames)], how="diagonal"
    ), len(frames)


def _gather(
    stacked: pl.DataFrame, by: Sequence[str], estimate: str, standard_error: str, df: str | float | None
) -> pl.DataFrame:
    """One row per figure: mean, within (mean variance), between (variance of the estimates), complete (df)."""
    complete = pl.col(df).min() if isinstance(df, str) else pl.lit(np.inf if df is None else float(df))
    has = pl.col(estimate).is_not_null().all() & pl.col(standard_error).is_not_null().all()
    values = {
        "mean": pl.col(estimate).mean(),
        "within": (pl.col(standard_error) ** 2).mean(),
        "between": pl.col(estimate).var(),
    }
    optional = {
        "n": pl.col("n").min() if "n" in stacked.columns else pl.lit(None, pl.Int64),
        "design_effect": pl.col("design_effect").mean()
        if "design_effect" in stacked.columns
        else pl.lit(None, pl.Float64),
    }
    aggregates = [pl.when(has).then(value).alias(name) for name, value in values.items()]
    aggregates += [complete.cast(pl.Float64).fill_null(0.0).alias("complete")]
    aggregates += [value.alias(name) for name, value in optional.items()]
    rows = stacked.group_by(by, maintain_order=True).agg(aggregates) if by else stacked.select(aggregates)
    numbers = pl.col("mean", "within", "between", "design_effect")
    return rows.with_columns(numbers.cast(pl.Float64).fill_null(float("nan")))


def _limit_df(classic: Real, complete: Real, share: Real) -> Real:
    """1/(1/classic + 1/observed), observed = (ν+1)/(ν+3)·ν·share; ν = ∞: the classic."""
    with np.errstate(invalid="ignore", divide="ignore"):
        observed = (complete + 1) / (complete + 3) * complete * share
        found = 1 / (1 / classic + 1 / observed)
    return np.where(np.isinf(complete), classic, found)


def _missing_information(increase: Real, df: Real) -> Real:
    """(r + 2/(df + 3))/(r + 1)."""
    with np.errstate(invalid="ignore"):
        return np.where(np.isinf(df), 0.0, (increase + 2 / (df + 3)) / (increase + 1))
