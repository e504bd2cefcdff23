"""Any statistic of weighted answers with the standard error of its design: made again with every replicate."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.design import SurveyDesign
from analysis.errors import EstimateError
from analysis.models.made_statistics import (
    Influence,
    Made,
    Statistic,
    find_influences,
    make_again,
    make_figures,
    prepare,
)
from analysis.models.sampled import Calibrated, Frame, Sampled, read_sampled
from analysis.models.split import Split, split_domains
from analysis.models.spread import Spread
from analysis.models.spread_domains import DomainSpread, linearise_domains, replicate_domains
from analysis.models.tabulate import tabulate_estimates

_UNTESTED = ("statistic", "p_value")
_UNSPREAD = "không ước lượng được phương sai / no variance could be estimated"


def estimate_statistic(
    frame: Frame,
    design: SurveyDesign,
    *,
    statistic: Statistic,
    values: Sequence[str],
    influence: Influence | None = None,
    by: Sequence[str] = (),
    where: pl.Expr | None = None,
    calibration: Calibrated = None,
    confidence: float = 0.95,
    df: float | None = None,
) -> pl.DataFrame:
    """What ``statistic`` makes of answers and weights, with standard error, interval and df.

    Parameters
    ----------
    frame
        One row per response of the whole sample. Rows with a null in ``values``, outside ``where`` or of weight 0
        are not handed to ``statistic`` and stay in the design.
    design
        With replicates: the statistic is made again with each. Without: by ``influence``.
    statistic
        Function of the rows used (columns ``values``, in their order) and of their weights: a number, a mapping of
        names to numbers, or a list. It must use the weights, not count rows, and give as many figures every time;
        a replicate where one is not finite is left out.
    values
        The columns it needs.
    influence
        Function of the same: what one unit of weight of a row adds to the statistic, one number per row (rows ×
        figures for several). Needed without replicates, not used with them.
    by
        Columns whose combinations are domains; the statistic is made of the rows of each. The whole design stays.
        Domains are those of rows with a weight, even if no row is used; a null key belongs to none.
    calibration
        As in ``fit_model``; not with replicates, where every column must have been calibrated.
    df
        None: PSUs − strata of the rows used (with replicates: as METHODS 3.11); infinite: normal limits.

    Returns
    -------
    pl.DataFrame
        One row per domain × figure, sorted by domain: by…, figure (its name, or its number from 0), n,
        sum_weights, estimate, standard_error, low, high, confidence, df, design_effect, method, note. In the unit
        of the statistic. With ``by``, a domain without rows, one in which the statistic is not finite or raises
        (ArithmeticError, ValueError), and a figure without variance have nulls and a note.

    Raises
    ------
    EstimateError
        No influence for a design without replicates, an influence of another shape, other figures in one domain
        or replicate than in others; without ``by`` (with it: in all domains) figures that are not finite
        numbers. With what ``fit_model`` raises for columns.

    Notes
    -----
    Silently wrong with an influence that is not that of the statistic (check it against ``make_replicates``), and
    by jackknife for statistics that are not smooth, such as medians: take BRR or a bootstrap there.

    References
    ----------
    METHODS 19.8, 3.11; Deville (1999) for influence. R's ``withReplicates`` and ``svytotal`` of influences.

    Examples
    --------
    >>> from analysis.designs.replicate import make_replicates
    >>> people = pl.DataFrame({"w": [1.0, 1.0, 2.0, 2.0], "x": [1.0, 2.0, 3.0, 4.0], "y": [2.0, 3.0, 7.0, 8.0]})
    >>> made, design = make_replicates(people, SurveyDesign("w"), kind="JK1")
    >>> def slope(rows, weight):
    ...     x, y = rows["x"].to_numpy(), rows["y"].to_numpy()
    ...     x, y = x - np.average(x, weights=weight), y - np.average(y, weights=weight)
    ...     return (weight * x * y).sum() / (weight * x * x).sum()
    >>> found = estimate_statistic(made, design, statistic=slope, values=["x", "y"])
    >>> found.select(pl.col("estimate", "standard_error").round(4)).row(0)
    (2.1707, 0.4172)
    >>> cut = made.with_columns(half=pl.col("x") > 2)
    >>> estimate_statistic(cut, design, statistic=slope, values=["x", "y"], by=["half"])["estimate"].to_list()
    [1.0, 1.0]
    """
    if design.replicates is None and influence is None:
        raise EstimateError(
            ["the design has no replicates, and no influence was given"],
            "Make replicates first (make_replicates), or give influence=….",
        )
    sample = read_sampled(
        frame, design, {value: pl.col(value) for value in values}, where=where, calibration=calibration, keys=by
    )
    split = split_domains(sample, by)
    maker = prepare(sample, split, statistic, is_split=bool(by))
    made = make_figures(maker)
    finite = np.isfinite(made.estimates)
    _refuse_endless(made, finite, is_split=bool(by))
    estimates = np.where(finite, made.estimates, np.nan)
    if influence is None or design.replicates is not None:
        spread = replicate_domains(
            sample, split, estimates, lambda domain, weight: make_again(maker, made.names, domain, weight)
        )
    else:
        spread = linearise_domains(sample, split, find_influences(maker, influence, made, split, sample.n))
    if not by and np.isnan(spread.variance[finite]).any():
        cause = (
            "no replicate could be estimated" if design.replicates else "influence has values that are not finite"
        )
        raise EstimateError([cause], "Use a design with larger PSUs, or correct the function.")
    tables = [_tabulate(sample, split, k, made, spread, df, confidence) for k in range(split.count)]
    found = pl.concat(tables).drop(_UNTESTED)
    return split.keys[np.repeat(np.arange(split.count), len(made.names))].hstack(found) if by else found


def _refuse_endless(made: Made, finite: NDArray[np.bool_], *, is_split: bool) -> None:
    if finite.any() if is_split else finite.all():
        return
    if is_split:
        problems = sorted({note for note in made.notes if note}) or ["no row used is in a domain"]
    else:
        pairs = zip(made.names, made.estimates[0], strict=True)
        problems = [f"figure {name!r} is {each}" for name, each in pairs if not np.isfinite(each)]
    raise EstimateError(problems, "The statistic must be a finite number for the rows it is given.")


def _tabulate(
    sample: Sampled, split: Split, k: int, made: Made, spread: DomainSpread, df: float | None, confidence: float
) -> pl.DataFrame:
    """Rows of one domain; what could not be made keeps its row, empty, with the reason."""
    own = replace(sample, used=split.of_row == k, values=sample.values[split.parts[k]])
    estimates = made.estimates[k]
    is_made = np.isfinite(estimates)
    is_spread = is_made & np.isfinite(spread.variance[k])
    variance = np.where(is_spread, spread.variance[k], np.nan)
    free = float(spread.df[k]) if df is None else float(df)
    table = tabulate_estimates(
        {"figure": made.names},
        np.where(is_made, estimates, np.nan),
        Spread(np.diag(variance), spread.simple[k], free, spread.how),
        own,
        df=free,
        confidence=confidence,
    )
    if is_spread.all():
        return table
    why = [made.notes[k] if not known else _UNSPREAD for known in is_made]
    empty = pl.Series(~is_spread)
    return table.with_columns(
        pl.col("estimate", "standard_error").fill_nan(None),
        pl.when(pl.lit(own.n > 0)).then("df").alias("df"),
        pl.when(~empty).then("method").otherwise(pl.lit("none")).alias("method"),
        pl.when(empty).then(pl.Series(why, dtype=pl.String)).otherwise("note").alias("note"),
    )
