"""t tests of one mean, or of the difference of two, by the design."""

import numpy as np
import polars as pl

from analysis.design import SurveyDesign
from analysis.models.groups import differ_by_row, place_in_groups, subtract_means
from analysis.models.sampled import Calibrated, Frame, name_role, read_sampled
from analysis.models.spread import spread_estimates
from analysis.models.tabulate import tabulate_estimates


def t_test(
    frame: Frame,
    design: SurveyDesign,
    *,
    value: str | pl.Expr,
    by: str | None = None,
    null: float = 0.0,
    where: pl.Expr | None = None,
    calibration: Calibrated = None,
    confidence: float = 0.95,
    df: float | None = None,
) -> pl.DataFrame:
    """Is the mean of ``value`` equal to ``null``; or, with ``by``, do its two groups differ by ``null``?

    Parameters
    ----------
    frame, design, where, calibration, confidence
        As in ``fit_model``. Rows with a null leave the test and stay in the design.
    value
        Numbers. A paired test is the one-sample test of ``pl.col("after") - pl.col("before")``.
    by
        Column with two levels in the rows used; the difference is the second (in order) less the first.
    df
        None: PSUs − strata − 1, in both tests. R does so too for one sample, where PSUs − strata is the usual
        number: give it here to have it.

    Returns
    -------
    pl.DataFrame
        One row: comparison, n, sum_weights, estimate (in the unit of ``value``), standard_error, low, high,
        confidence, df, statistic (t), p_value (two-sided), design_effect, method, note.

    Raises
    ------
    EstimateError
        ``by`` has another number of levels than two.
    DesignError, ItemError
        As ``fit_model``.

    Notes
    -----
    Silently wrong when several such tests are made and only the striking one is told: each errs once in twenty.

    References
    ----------
    METHODS 19.3. Checked against R svyttest (p18).

    Examples
    --------
    >>> people = pl.DataFrame({"w": [1.0] * 4, "sex": ["f", "f", "m", "m"], "score": [80.0, 90.0, 60.0, 70.0]})
    >>> t_test(people, SurveyDesign("w"), value="score", by="sex").select("comparison", "estimate", "df").row(0)
    ('m − f', -20.0, 2.0)
    """
    answer, group = name_role("value", value), name_role("by", by or "")
    columns = {answer: pl.col(value) if isinstance(value, str) else value}
    columns |= {} if by is None else {group: pl.col(by)}
    sample = read_sampled(frame, design, columns, where=where, calibration=calibration, numbers=[answer])
    y, weight = sample.values[answer].to_numpy(), sample.weight_used
    if by is None:
        comparison = "mean"
        estimate = np.array([weight @ y / weight.sum()])
        influence = ((y - estimate) / weight.sum())[:, None]
        spread = spread_estimates(sample, influence, estimate, lambda other: np.array([other @ y / other.sum()]))
    else:
        groups = place_in_groups(sample.values[group], what=by, most=2)
        comparison = f"{groups.names[1]} − {groups.names[0]}"
        estimate = subtract_means(y, groups, weight)
        influence = differ_by_row(y, groups, weight)
        spread = spread_estimates(sample, influence, estimate, lambda other: subtract_means(y, groups, other))
    free = spread.df - 1 if df is None else float(df)
    labels = {"comparison": [comparison]}
    return tabulate_estimates(labels, estimate, spread, sample, df=free, confidence=confidence, null=null)
